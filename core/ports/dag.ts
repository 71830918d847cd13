/**
 * The durable log of runs: events in, events out, checkpoints to shorten replay.
 *
 * @module
 */

import type { RunId } from "../ids.ts";
import type { RunEvent } from "../orchestration/event.ts";

/** One line about a run, kept beside its log. */
export interface RunSummary {
  readonly run: RunId;
  readonly workflow: string;
  readonly state: RunStateName;
  readonly startedAt: number;
  readonly endedAt?: number;
  /** What it has spent, as of the last time the line was written. */
  readonly spent?: RunSpent;
  /** Its values are made up: nothing is to be learned from it. */
  readonly isMock?: true;
  /** It goes only as far as some node: what it took and spent says nothing about the whole, and nothing follows from its end. */
  readonly isPart?: true;
}

/** Of a run that has ended. */
export type EndedRun = RunSummary & { readonly endedAt: number };

export interface RunSpent {
  readonly usd: number;
  /** Of instruments, as far as they say. */
  readonly tokens: number;
  /** Milliseconds in which it was carried out. */
  readonly activeMs: number;
}

export type RunStateName =
  | "pending"
  | "running"
  | "paused"
  | "waiting-for-input"
  | "completed"
  | "failed"
  | "cancelled";

/** An event with its place in the run's log: 0, 1, 2, … without gaps. */
export type LoggedEvent = RunEvent & { readonly seq: number };

export interface Checkpoint {
  /** The sequence number of the first event that the checkpoint does not contain. */
  readonly nextSeq: number;
  readonly bytes: Uint8Array;
}

export interface DagPort {
  /** Opens a new log. @throws SymphonyError `exists` | `disk-full` | `io` */
  create(summary: RunSummary): Promise<void>;
  /**
   * Appends `events` in order, the first at `seq`; resolves when all of them are durable. Calls may overlap: a later
   * call is never durable before an earlier one, and many small calls share one commit. All of a call's events become
   * durable together or none.
   * @throws SymphonyError `not-found` | `disk-full` | `io`; also when `seq` is not the log's length (`corrupt`).
   */
  append(run: RunId, seq: number, events: readonly RunEvent[]): Promise<void>;
  /** The events from `fromSeq` on, in order, in batches. @throws SymphonyError `not-found` */
  replay(run: RunId, fromSeq?: number): AsyncIterable<readonly LoggedEvent[]>;
  /** Keeps a snapshot; an older one may be dropped. */
  saveCheckpoint(run: RunId, checkpoint: Checkpoint): Promise<void>;
  /** The newest checkpoint, if there is one. */
  loadCheckpoint(run: RunId): Promise<Checkpoint | undefined>;
  /** Replaces the summary line (state, end). */
  summarize(summary: RunSummary): Promise<void>;
  /** Summaries, newest start first. */
  list(): AsyncIterable<RunSummary>;
  /** Summaries of runs that ended at `from` (Unix milliseconds) or later, in the order of their ends. */
  ended(from: number): AsyncIterable<EndedRun>;
}
