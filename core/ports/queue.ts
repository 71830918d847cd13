/**
 * The book of what waits to be run. All rules are in core/queue/; this door keeps the book, shared by the processes of a
 * data folder.
 *
 * @module
 */

import type { Limit, QueueEntry, Trigger } from "../queue/entry.ts";

/** So long it is known what was asked for once: a month, longer than anything is delivered again. */
export const NOTED_MS = 30 * 24 * 3_600_000;

/** The book inside one change: reads see what was put before. */
export interface QueueBook {
  entry(id: string): QueueEntry | undefined;
  /** Entries that are queued, running or waiting, in the order of adding. */
  open(): readonly QueueEntry[];
  /** Entries that have ended, the newest first. */
  ended(most: number): readonly QueueEntry[];
  putEntry(entry: QueueEntry): void;
  removeEntry(id: string): void;
  /** A number that was never given before. */
  nextNumber(): number;
  limits(): readonly Limit[];
  putLimit(limit: Limit): void;
  removeLimit(lane: string): void;
  triggers(): readonly Trigger[];
  putTrigger(trigger: Trigger): void;
  removeTrigger(id: string): void;
  /** Notes a text at `now`, Unix milliseconds; false where it was noted before, within `NOTED_MS`. Older notes are forgotten. */
  note(once: string, now: number): boolean;
}

/** The part of the book that changes nothing. */
export type ReadBook = Pick<QueueBook, "entry" | "open" | "ended" | "limits" | "triggers">;

export interface QueuePort {
  /**
   * Carries `act` out alone, excluding every other process, and gives its result once all of it is durable. Where `act`
   * throws, nothing of it is kept. @throws SymphonyError `disk-full` | `io`, and what `act` threw
   */
  change<T>(act: (book: QueueBook) => T): Promise<T>;
  /** Reads without excluding anybody. */
  read<T>(look: (book: ReadBook) => T): Promise<T>;
}
