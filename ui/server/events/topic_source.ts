/**
 * A topic as its readers see it: they hold a cursor and take what is new since. Nothing is queued for anybody, so a slow
 * reader costs what a quick one costs, and what it missed is folded when it comes to take it.
 *
 * @module
 */

import type { Position } from "../../api/frames.ts";
import type { Topic } from "../../api/topics.ts";

/** A place in a topic; what the numbers mean is the topic's own. Equal cursors get equal events. */
export interface Cursor {
  readonly seq: number;
  /** Place among what is said meanwhile and not kept. */
  readonly live: number;
}

/** Events as JSON text, ready to be joined by commas, and the cursor after them. */
export interface Taken {
  readonly text: string;
  readonly count: number;
  readonly cursor: Cursor;
  /** True where there is more to take at once. */
  readonly isMore: boolean;
  /** Events that were folded away. */
  readonly folded: number;
}

export interface Subscribed {
  readonly how: "resumed" | "snapshot";
  /** Newest sequence number now. */
  readonly seq: number;
  readonly cursor: Cursor;
}

export interface TopicSource {
  readonly topic: Topic;
  /**
   * Where a reader begins that has everything up to `after`, or nothing.
   * @throws SymphonyError `not-found` where the topic is none
   */
  subscribe(after: Position | undefined): Promise<Subscribed>;
  /** What is new since the cursor, about `maxBytes` of it; undefined where nothing is. */
  take(cursor: Cursor, maxBytes: number): Taken | Promise<Taken> | undefined;
  /** Calls `listener` whenever there is something new, and `ended` once nothing will be; the result ends it. */
  watch(listener: () => void, ended: () => void): () => void;
}

/** Listeners of a topic. */
export class Watchers {
  readonly #all = new Set<{ readonly listener: () => void; readonly ended: () => void }>();

  get size(): number {
    return this.#all.size;
  }

  add(listener: () => void, ended: () => void): () => void {
    const entry = { listener, ended };
    this.#all.add(entry);
    return () => this.#all.delete(entry);
  }

  changed(): void {
    for (const { listener } of this.#all) listener();
  }

  end(): void {
    const all = [...this.#all];
    this.#all.clear();
    for (const { ended } of all) ended();
  }
}

/** One event as JSON text. */
export function eventText(
  topic: Topic,
  event: { readonly seq: number; readonly at: number; readonly data: string; readonly skipped?: number },
): string {
  const skipped = event.skipped === undefined || event.skipped === 0 ? "" : `,"skipped":${event.skipped}`;
  return `{"topic":${
    JSON.stringify(topic)
  },"seq":${event.seq},"at":${event.at}${skipped},"data":${event.data}}`;
}
