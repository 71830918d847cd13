/**
 * The topic of one run: its log, and what its calls say meanwhile. The log is the queue: a reader that is behind reads it
 * from the store, one that is very far behind gets what it all came to.
 *
 * Invariants:
 * R1. A reader gets every logged event after its cursor once and in order, or a snapshot that contains it.
 * R2. What is said comes in its place between the logged events; joined where it follows on the same.
 *
 * @module
 */

import type { LiveEvent } from "../../../core/orchestration/run_handle.ts";
import { RunAccount } from "../../../core/orchestration/run_account.ts";
import type { RunId } from "../../../core/ids.ts";
import type { ClockPort } from "../../../core/ports/clock.ts";
import type { DagPort, LoggedEvent } from "../../../core/ports/dag.ts";
import type { Position } from "../../api/frames.ts";
import type { RunDetail } from "../../api/runs.ts";
import type { RunTopicEvent } from "../../api/topics.ts";
import { foldSaid, type SaidEntry, SaidThings } from "./said.ts";
import {
  type Cursor,
  eventText,
  type Subscribed,
  type Taken,
  type TopicSource,
  Watchers,
} from "./topic_source.ts";

const KEPT = 4096;
/** Who is further behind gets a snapshot. */
export const FOLD_OVER = 5000;
const PAGE = 500;

interface Kept {
  readonly seq: number;
  readonly text: string;
}

export interface RunTopicOptions {
  readonly dag: DagPort;
  readonly clock: ClockPort;
  /** The account as the API shows it. */
  detail(account: RunAccount): Promise<RunDetail>;
  /** Called when the first reader comes and when the last has gone. */
  watched(isWatched: boolean): void;
}

export class RunTopic implements TopicSource {
  readonly topic: `run:${string}`;
  readonly run: RunId;
  readonly account = new RunAccount();
  readonly #options: RunTopicOptions;
  readonly #watchers = new Watchers();
  readonly #said = new SaidThings();
  #ring: Kept[] = [];
  #memo: { readonly key: string; readonly taken: Taken } | undefined;
  #catching: Promise<void> | undefined;

  constructor(run: RunId, options: RunTopicOptions) {
    this.run = run;
    this.topic = `run:${run}`;
    this.#options = options;
  }

  get isWatched(): boolean {
    return this.#watchers.size > 0;
  }

  /** Takes in what the run's driver tells. */
  hear(live: LiveEvent): void {
    if (live.durable) {
      this.#log(live.event);
    } else {
      const moment = { after: this.account.lastSeq, at: this.#options.clock.now() };
      this.#said.hear(live, this.#attemptOf(live), moment);
    }
    this.#watchers.changed();
  }

  /** Tells readers something that is not logged; it takes the place of what was told of the kind before. */
  tell(data: RunTopicEvent): void {
    const at = this.#options.clock.now();
    this.#said.add({ after: this.account.lastSeq, at, key: data.kind, data });
    this.#watchers.changed();
  }

  /** Reads what the log has beyond what is known; for runs that others carry out, and past ones. */
  catchUp(): Promise<void> {
    return this.#catching ??= this.#readLog().finally(() => {
      this.#catching = undefined;
    });
  }

  async subscribe(after: Position | undefined): Promise<Subscribed> {
    await this.catchUp();
    const seq = this.account.lastSeq;
    if (after === undefined || after.seq > seq || seq - after.seq > FOLD_OVER) {
      return { how: "snapshot", seq, cursor: { seq: -2, live: -1 } };
    }
    return { how: "resumed", seq, cursor: { seq: Math.max(-1, after.seq), live: -1 } };
  }

  take(cursor: Cursor, maxBytes: number): Taken | Promise<Taken> | undefined {
    const seq = this.account.lastSeq;
    const live = this.#said.end;
    if (cursor.seq === seq && cursor.live === live) return undefined;
    const key = `${cursor.seq} ${cursor.live} ${seq} ${live}`;
    if (this.#memo?.key === key) return this.#memo.taken;
    if (cursor.seq < -1 || seq - cursor.seq > FOLD_OVER) return this.#takeSnapshot(cursor);
    const oldest = this.#ring[0]?.seq ?? seq + 1;
    if (cursor.seq < oldest - 1) return this.#takeFromLog(cursor, oldest);
    const taken = this.#takeKept(cursor, oldest, maxBytes);
    this.#memo = { key, taken };
    return taken;
  }

  watch(listener: () => void, ended: () => void): () => void {
    const stop = this.#watchers.add(listener, ended);
    if (this.#watchers.size === 1) this.#options.watched(true);
    return () => {
      stop();
      if (this.#watchers.size === 0) this.#options.watched(false);
    };
  }

  #log(event: LoggedEvent): void {
    if (event.seq <= this.account.lastSeq) return;
    if (event.seq > this.account.lastSeq + 1) {
      // Told out of turn: what is durable stands in the log, with what was before it.
      void this.catchUp().catch(() => undefined);
      return;
    }
    this.account.add(event);
    const data = `{"kind":"event","event":${JSON.stringify(event)}}`;
    const at = this.#options.clock.now();
    this.#ring.push({ seq: event.seq, text: eventText(this.topic, { seq: event.seq, at, data }) });
    if (this.#ring.length > 2 * KEPT) this.#ring = this.#ring.slice(-KEPT);
    if (event.type === "node.completed" || event.type === "node.failed") {
      this.#said.forget(event.node, event.scope, event.item);
    }
  }

  async #readLog(): Promise<void> {
    const before = this.account.lastSeq;
    for await (const batch of this.#options.dag.replay(this.run, before + 1)) {
      for (const event of batch) this.#log(event);
    }
    if (this.account.lastSeq > before) this.#watchers.changed();
  }

  #attemptOf({ node, scope }: Exclude<LiveEvent, { readonly durable: true }>): number {
    return this.account.nodes.get(`${scope ?? ""}/${node}`)?.attempts ?? 1;
  }

  async #takeSnapshot(cursor: Cursor): Promise<Taken> {
    const at = this.#options.clock.now();
    const live = this.#said.end;
    const texts = this.#said.texts();
    const run = await this.#options.detail(this.account);
    const skipped = cursor.seq < -1 ? 0 : run.seq - cursor.seq;
    const data = JSON.stringify({ kind: "snapshot", run, live: texts });
    const text = eventText(this.topic, { seq: run.seq, at, data, skipped });
    return { text, count: 1, cursor: { seq: run.seq, live }, isMore: false, folded: skipped };
  }

  /** A page of events that are not at hand any more. */
  async #takeFromLog(cursor: Cursor, oldest: number): Promise<Taken> {
    const parts: string[] = [];
    let seq = cursor.seq;
    reading: for await (const batch of this.#options.dag.replay(this.run, cursor.seq + 1)) {
      for (const event of batch) {
        if (event.seq >= oldest || parts.length >= PAGE) break reading;
        const data = `{"kind":"event","event":${JSON.stringify(event)}}`;
        parts.push(eventText(this.topic, { seq: event.seq, at: event.at, data }));
        seq = event.seq;
      }
    }
    return {
      text: parts.join(","),
      count: parts.length,
      cursor: { seq, live: cursor.live },
      isMore: true,
      folded: 0,
    };
  }

  #takeKept(cursor: Cursor, oldest: number, maxBytes: number): Taken {
    const said = this.#saidSince(cursor.live);
    const parts: string[] = [];
    let bytes = 0;
    let seq = cursor.seq;
    let next = 0;
    const put = (text: string) => {
      parts.push(text);
      bytes += text.length;
    };
    for (let at = cursor.seq + 1 - oldest; at < this.#ring.length; at++) {
      const kept = this.#ring[at] as Kept;
      for (; next < said.entries.length; next++) {
        const entry = said.entries[next] as SaidEntry;
        if (entry.after >= kept.seq) break;
        put(this.#saidText(entry, seq));
      }
      put(kept.text);
      seq = kept.seq;
      // What was said is told once, so it must all be told before the page may end.
      if (bytes >= maxBytes && next >= said.entries.length) break;
    }
    for (; next < said.entries.length; next++) put(this.#saidText(said.entries[next] as SaidEntry, seq));
    const isMore = seq < this.account.lastSeq;
    return {
      text: parts.join(","),
      count: parts.length,
      cursor: { seq, live: said.end },
      isMore,
      folded: said.folded,
    };
  }

  #saidText({ at, data }: SaidEntry, seq: number): string {
    return eventText(this.topic, { seq: Math.max(seq, -1), at, data: JSON.stringify(data) });
  }

  /** What was said since; for who has missed some, the texts so far instead. */
  #saidSince(
    live: number,
  ): { readonly entries: readonly SaidEntry[]; readonly folded: number; readonly end: number } {
    const end = this.#said.end;
    if (live >= this.#said.start) return { ...foldSaid(this.#said.since(live)), end };
    const at = this.#options.clock.now();
    const after = this.account.lastSeq;
    const entries = this.#said.texts().map((text): SaidEntry => ({
      after,
      at,
      key: undefined,
      data: { kind: "token", text },
    }));
    return { entries, folded: Math.max(0, end - Math.max(0, live)), end };
  }
}
