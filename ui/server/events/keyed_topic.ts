/**
 * A topic whose events take the place of earlier ones with the same key: runs, figures, files. The newest few are kept in
 * order; who is further behind, or comes from another server, gets a snapshot.
 *
 * Invariants: `seq` grows by one with each event; of the events that a reader missed it gets the newest for each key, in
 * order, and `skipped` on the first says how many were passed over.
 *
 * @module
 */

import { SymphonyError } from "../../../core/errors.ts";
import type { ClockPort } from "../../../core/ports/clock.ts";
import type { Position } from "../../api/frames.ts";
import type { AnyEvent, Topic } from "../../api/topics.ts";
import {
  type Cursor,
  eventText,
  type Subscribed,
  type Taken,
  type TopicSource,
  Watchers,
} from "./topic_source.ts";

const KEPT = 2048;

interface Entry {
  readonly seq: number;
  readonly at: number;
  readonly key: string;
  readonly data: string;
}

export interface KeyedTopicOptions {
  readonly clock: ClockPort;
  readonly epoch: string;
  /** What stands for all events so far; undefined where the newest of each key says it all. */
  readonly snapshot?: () => AnyEvent | Promise<AnyEvent>;
  /** Called when the first reader comes and when the last has gone. */
  readonly watched?: (isWatched: boolean) => void;
  readonly kept?: number;
}

export class KeyedTopic implements TopicSource {
  readonly topic: Topic;
  readonly #options: KeyedTopicOptions;
  readonly #watchers = new Watchers();
  readonly #newest = new Map<string, Entry>();
  #ring: Entry[] = [];
  #seq = -1;
  #memo: { readonly from: number; readonly to: number; readonly taken: Taken } | undefined;

  constructor(topic: Topic, options: KeyedTopicOptions) {
    this.topic = topic;
    this.#options = options;
  }

  /** True while somebody reads. */
  get isWatched(): boolean {
    return this.#watchers.size > 0;
  }

  /** Tells everybody; an earlier event of the same key need not be told any more. */
  publish(key: string, data: AnyEvent): void {
    const entry = { seq: ++this.#seq, at: this.#options.clock.now(), key, data: JSON.stringify(data) };
    this.#newest.set(key, entry);
    this.#ring.push(entry);
    const kept = this.#options.kept ?? KEPT;
    if (this.#ring.length > 2 * kept) this.#ring = this.#ring.slice(-kept);
    if (this.#newest.size > 2 * kept) this.#forgetOld();
    this.#watchers.changed();
  }

  subscribe(after: Position | undefined): Promise<Subscribed> {
    const seq = this.#seq;
    const isOurs = after !== undefined && after.epoch === this.#options.epoch && after.seq <= seq;
    if (isOurs && after.seq >= this.#oldest() - 1) {
      return Promise.resolve({ how: "resumed", seq, cursor: { seq: after.seq, live: 0 } });
    }
    return Promise.resolve({ how: "snapshot", seq, cursor: { seq: -2, live: 0 } });
  }

  take(cursor: Cursor, maxBytes: number): Taken | Promise<Taken> | undefined {
    if (cursor.seq === this.#seq) return undefined;
    if (cursor.seq < this.#oldest() - 1) return this.#takeSnapshot(cursor.seq);
    const memo = this.#memo;
    if (memo !== undefined && memo.from === cursor.seq && memo.to === this.#seq) return memo.taken;
    const taken = this.#takeEntries(cursor.seq, maxBytes);
    this.#memo = { from: cursor.seq, to: this.#seq, taken };
    return taken;
  }

  watch(listener: () => void, ended: () => void): () => void {
    const stop = this.#watchers.add(listener, ended);
    if (this.#watchers.size === 1) this.#options.watched?.(true);
    return () => {
      stop();
      if (this.#watchers.size === 0) this.#options.watched?.(false);
    };
  }

  #oldest(): number {
    return this.#ring[0]?.seq ?? this.#seq + 1;
  }

  #takeEntries(from: number, maxBytes: number): Taken {
    const parts: string[] = [];
    let bytes = 0;
    let skipped = 0;
    let folded = 0;
    let seq = from;
    const start = from + 1 - this.#oldest();
    for (let at = start; at < this.#ring.length; at++) {
      const entry = this.#ring[at] as Entry;
      seq = entry.seq;
      if (this.#newest.get(entry.key) !== entry) {
        skipped++;
        folded++;
        continue;
      }
      const text = eventText(this.topic, { ...entry, skipped });
      skipped = 0;
      parts.push(text);
      bytes += text.length;
      if (bytes >= maxBytes) break;
    }
    return {
      text: parts.join(","),
      count: parts.length,
      cursor: { seq, live: 0 },
      isMore: seq < this.#seq,
      folded,
    };
  }

  async #takeSnapshot(from: number): Promise<Taken> {
    const seq = this.#seq;
    const at = this.#options.clock.now();
    const missed = from < -1 ? 0 : seq - from;
    const { snapshot } = this.#options;
    const cursor = { seq, live: 0 };
    if (snapshot !== undefined) {
      const data = JSON.stringify(await snapshot());
      const text = eventText(this.topic, { seq, at, data, skipped: missed });
      return { text, count: 1, cursor, isMore: false, folded: missed };
    }
    const entries = [...this.#newest.values()].sort((a, b) => a.seq - b.seq);
    const text = entries.map((entry) => eventText(this.topic, entry)).join(",");
    return {
      text,
      count: entries.length,
      cursor,
      isMore: false,
      folded: Math.max(0, missed - entries.length),
    };
  }

  #forgetOld(): void {
    const oldest = this.#oldest();
    for (const [key, { seq }] of this.#newest) if (seq < oldest) this.#newest.delete(key);
  }
}

/** The topic was asked for by a name that there is not. */
export function noTopic(topic: string): SymphonyError {
  return new SymphonyError("not-found", `Cannot subscribe to "${topic.slice(0, 100)}": no such topic`, {
    hint:
      "Topics are runs, metrics, extensions, files, permissions, failures, decisions, run:ID, text:BUFFER",
  });
}
