/**
 * Run logs in LMDB. One record holds the events of all append calls of one run that shared a commit, as a JSON array
 * under (run, number of its first event).
 *
 * Invariants:
 * L1. `lengths` holds each run's number of durable events and changes in the same transaction as its records, so a
 *     second writer or a gap is found before it is written.
 * L2. After an append has failed, this object refuses every further append to that run with the same error: what would
 *     follow would leave a gap. Opening the Pit again starts from what is durable.
 * L3. A call's events lie in one transaction, so they are durable together or not at all.
 *
 * @module
 */

import { assert, SymphonyError } from "../../core/errors.ts";
import type { RunId } from "../../core/ids.ts";
import type { RunEvent } from "../../core/orchestration/event.ts";
import type { Checkpoint, DagPort, EndedRun, LoggedEvent, RunSummary } from "../../core/ports/dag.ts";
import type {
  Compaction,
  CompactOptions,
  LogCompactionPort,
  LogExtent,
} from "../../core/ports/log_compaction.ts";
import type { Store, Table } from "../store.ts";
import { isSqueezed, squeeze, unsqueeze } from "./record_bytes.ts";
import { summaryBytes, summaryOf } from "./summary.ts";

/** Above this many characters a commit's events go on in a further record, so that replay stays in small pieces. */
const RECORD_CHARS = 256 * 1024;
/** Runs listed between two looks at the database. */
const PAGE = 256;

/** Bytes of records that are squeezed into one. */
const SQUEEZED_TOGETHER = 1024 * 1024;

/** Before the first end. */
const ALL_IN: [number, string] = [-1, "all"];

interface StoredRecord {
  readonly firstSeq: number;
  readonly bytes: Uint8Array;
}

interface Group {
  readonly firstSeq: number;
  nextSeq: number;
  readonly records: { firstSeq: number; texts: string[]; chars: number }[];
  readonly durable: Promise<void>;
}

interface Log {
  /** The number of the next event, counting those that are not yet durable. */
  nextSeq: number;
  group: Group | undefined;
  failure: unknown;
}

/** DagPort in the data folder. */
export class LmdbDag implements DagPort, LogCompactionPort {
  readonly #store: Store;
  readonly #runs: Table;
  readonly #byStart: Table;
  /** By the moment of the end; and a sign that runs from before this table are in it. */
  readonly #byEnd: Table;
  readonly #lengths: Table;
  readonly #events: Table;
  readonly #checkpoints: Table;
  readonly #logs = new Map<RunId, Log>();

  constructor(store: Store) {
    this.#store = store;
    this.#runs = store.table("runs");
    this.#byStart = store.table("runs-by-start");
    this.#byEnd = store.table("runs-by-end");
    this.#lengths = store.table("lengths");
    this.#events = store.table("events");
    this.#checkpoints = store.table("checkpoints");
  }

  async create(summary: RunSummary): Promise<void> {
    await this.#store.commit(() => {
      if (this.#runs.doesExist(summary.run)) {
        throw new SymphonyError("exists", `Cannot create run "${summary.run}": it exists already`);
      }
      this.#putSummary(summary);
      this.#lengths.put(summary.run, countBytes(0));
    });
  }

  async append(run: RunId, seq: number, events: readonly RunEvent[]): Promise<void> {
    const log = this.#logs.get(run) ?? this.#openLog(run);
    if (log.failure !== undefined) throw log.failure;
    // Another process may have driven the run since this one last did.
    if (seq !== log.nextSeq && log.group === undefined) log.nextSeq = this.#durableLength(run);
    if (seq !== log.nextSeq) throw gapError(run, seq, log.nextSeq);
    if (events.length === 0) return await log.group?.durable;
    const text = JSON.stringify(events).slice(1, -1);
    const group = log.group ??= this.#startGroup(run, log);
    addToGroup(group, text);
    log.nextSeq = group.nextSeq = seq + events.length;
    return await group.durable;
  }

  async *replay(run: RunId, fromSeq = 0): AsyncIterable<readonly LoggedEvent[]> {
    const length = this.#durableLength(run);
    let at = Math.max(0, fromSeq);
    while (at < length) {
      const record = this.#recordAt(run, at);
      const events = record === undefined ? [] : parseRecord(run, record.firstSeq, record.bytes);
      const from = record === undefined ? 0 : at - record.firstSeq;
      if (from < 0 || from >= events.length) throw missingEvent(run, at, length);
      const wanted = from === 0 ? events : events.slice(from);
      at += wanted.length;
      yield wanted;
    }
  }

  async saveCheckpoint(run: RunId, checkpoint: Checkpoint): Promise<void> {
    const bytes = new Uint8Array(8 + checkpoint.bytes.length);
    new DataView(bytes.buffer).setFloat64(0, checkpoint.nextSeq);
    bytes.set(checkpoint.bytes, 8);
    await this.#store.commit(() => {
      if (!this.#runs.doesExist(run)) throw unknownRun(run);
      this.#checkpoints.put(run, bytes);
    });
  }

  // deno-lint-ignore require-await -- the port is asynchronous, a read of mapped memory is not
  async loadCheckpoint(run: RunId): Promise<Checkpoint | undefined> {
    this.#store.refresh();
    const bytes = this.#checkpoints.getBinary(run);
    if (bytes === undefined) return undefined;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return { nextSeq: view.getFloat64(0), bytes: new Uint8Array(bytes.subarray(8)) };
  }

  async summarize(summary: RunSummary): Promise<void> {
    await this.#store.commit(() => {
      const before = this.#runs.getBinary(summary.run);
      if (before === undefined) throw unknownRun(summary.run);
      const { startedAt, endedAt } = summaryOf(before);
      this.#byStart.remove([startedAt, summary.run]);
      if (endedAt !== undefined) this.#byEnd.remove([endedAt, summary.run]);
      this.#putSummary(summary);
    });
  }

  /**
   * Many small records become few squeezed ones, each group in one transaction: a process that dies between leaves a log
   * of which a part is squeezed, which reads the same.
   */
  async compact(
    run: RunId,
    { from = 0, onlyFull = false, mayGoOn }: CompactOptions = {},
  ): Promise<Compaction> {
    const length = this.#durableLength(run);
    let beforeBytes = 0;
    let afterBytes = 0;
    let at = from;
    while (at < length) {
      const { group, isFull } = this.#recordsFrom(run, at);
      if (onlyFull && !isFull) break;
      const before = group.reduce((sum, { bytes }) => sum + bytes.length, 0);
      const last = group.at(-1);
      if (last === undefined) throw missingEvent(run, at, length);
      const texts = group.map(({ bytes }) => textOf(bytes).slice(1, -1)).filter((text) => text !== "");
      const text = `[${texts.join(",")}]`;
      at = last.firstSeq + (JSON.parse(textOf(last.bytes)) as unknown[]).length;
      const isDone = group.length === 1 && isSqueezed(last.bytes);
      const squeezed = isDone ? last.bytes : await squeeze(text);
      beforeBytes += before;
      if (isDone || squeezed.length >= before || !await this.#replace(run, group, { text, squeezed })) {
        afterBytes += before;
      } else afterBytes += squeezed.length;
      if (at < length && mayGoOn !== undefined && !await mayGoOn()) break;
    }
    return { events: length, beforeBytes, afterBytes, upTo: Math.min(at, length) };
  }

  extent(run: RunId, from = 0): LogExtent {
    const events = this.#durableLength(run);
    let bytes = 0;
    if (from < events) {
      for (const { value } of this.#events.getRange({ start: [run, from], end: [run, Infinity] })) {
        bytes += value.length;
      }
    }
    return { events, bytes };
  }

  async *list(): AsyncIterable<RunSummary> {
    let before: [number, string] | undefined;
    while (true) {
      const page = this.#page(before);
      for (const summary of page) yield await Promise.resolve(summary);
      const last = page.at(-1);
      if (last === undefined || page.length < PAGE) return;
      before = [last.startedAt, last.run];
    }
  }

  async *ended(from: number): AsyncIterable<EndedRun> {
    this.#store.refresh();
    this.#fillByEnd();
    let start: readonly [number, string] = [Math.max(0, from), ""];
    while (true) {
      this.#store.refresh();
      const keys = [...this.#byEnd.getKeys({ start: [...start], exclusiveStart: true, limit: PAGE })];
      for (const key of keys) {
        const [endedAt, run] = key as [number, string];
        const bytes = this.#runs.getBinary(run);
        if (bytes !== undefined) yield await Promise.resolve({ ...summaryOf(bytes), endedAt });
        start = [endedAt, run];
      }
      if (keys.length < PAGE) return;
    }
  }

  /** The records from the one with event `seq` on that go into one; full where more would not. */
  #recordsFrom(run: RunId, seq: number): { readonly group: StoredRecord[]; readonly isFull: boolean } {
    this.#store.refresh();
    const group: StoredRecord[] = [];
    let size = 0;
    const first = this.#recordAt(run, seq)?.firstSeq ?? seq;
    for (const { key, value } of this.#events.getRange({ start: [run, first], end: [run, Infinity] })) {
      const bytes = Uint8Array.from(value);
      // One that is squeezed already stays as it is.
      if (group.length > 0 && (size + bytes.length > SQUEEZED_TOGETHER || isSqueezed(bytes))) {
        return { group, isFull: true };
      }
      group.push({ firstSeq: Number(key[1]), bytes });
      size += bytes.length;
      if (isSqueezed(bytes)) return { group, isFull: true };
    }
    return { group, isFull: size >= SQUEEZED_TOGETHER };
  }

  /** False where another process has done the same meanwhile, or what would be stored does not read as before. */
  async #replace(
    run: RunId,
    group: readonly StoredRecord[],
    { text, squeezed }: { readonly text: string; readonly squeezed: Uint8Array },
  ): Promise<boolean> {
    // The log is the audit: nothing takes its place that was not read back.
    if (textOf(squeezed) !== text) return false;
    let isOurs = false;
    await this.#store.commit(() => {
      isOurs = group.every(({ firstSeq, bytes }) => {
        const now = this.#events.getBinary([run, firstSeq]);
        return now !== undefined && isEqual(now, bytes);
      });
      if (!isOurs) return;
      for (const { firstSeq } of group.slice(1)) this.#events.remove([run, firstSeq]);
      this.#events.put([run, group[0]!.firstSeq], squeezed);
    }, squeezed.length);
    return isOurs;
  }

  /** One page of summaries, newest start first, after `before`. */
  #page(before: [number, string] | undefined): RunSummary[] {
    this.#store.refresh();
    const keys = [...this.#byStart.getKeys({
      ...(before === undefined ? {} : { start: before, exclusiveStart: true }),
      reverse: true,
      limit: PAGE,
    })];
    const page: RunSummary[] = [];
    for (const key of keys) {
      const bytes = this.#runs.getBinary(String(key[1]));
      if (bytes !== undefined) page.push(summaryOf(bytes));
    }
    return page;
  }

  #putSummary(summary: RunSummary): void {
    this.#runs.put(summary.run, summaryBytes(summary));
    this.#byStart.put([summary.startedAt, summary.run], new Uint8Array(0));
    if (summary.endedAt !== undefined) this.#byEnd.put([summary.endedAt, summary.run], new Uint8Array(0));
  }

  /** Takes in runs that ended before there was an order of ends. */
  #fillByEnd(): void {
    if (this.#byEnd.doesExist(ALL_IN)) return;
    this.#store.exclusively(() => {
      for (const { value } of this.#runs.getRange({})) this.#putSummary(summaryOf(value));
      this.#byEnd.put(ALL_IN, new Uint8Array(0));
    });
  }

  #openLog(run: RunId): Log {
    const log: Log = { nextSeq: this.#durableLength(run), group: undefined, failure: undefined };
    this.#logs.set(run, log);
    return log;
  }

  #durableLength(run: RunId): number {
    this.#store.refresh();
    const length = this.#length(run);
    if (length === undefined) throw unknownRun(run);
    return length;
  }

  #startGroup(run: RunId, log: Log): Group {
    const firstSeq = log.nextSeq;
    const durable = this.#store.commit(() => {
      // From here on the group is sealed: an append that arrives later starts the next one.
      if (log.group === group) log.group = undefined;
      if (log.failure !== undefined) throw log.failure;
      this.#write(run, group);
    }).catch((error: unknown) => {
      log.failure ??= error;
      throw error;
    });
    // Every append of the group awaits this promise; the group itself must not count as an unhandled rejection.
    durable.catch(() => {});
    const group: Group = { firstSeq, nextSeq: firstSeq, records: [], durable };
    return group;
  }

  #write(run: RunId, group: Group): void {
    const length = this.#length(run);
    if (length !== group.firstSeq) throw gapError(run, group.firstSeq, length ?? 0);
    for (const record of group.records) {
      this.#events.put([run, record.firstSeq], encoder.encode(`[${record.texts.join(",")}]`));
    }
    this.#lengths.put(run, countBytes(group.nextSeq));
  }

  #length(run: RunId): number | undefined {
    const bytes = this.#lengths.getBinary(run);
    return bytes && new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getFloat64(0);
  }

  /** The record that holds event `seq`: the last that starts at or before it. */
  #recordAt(run: RunId, seq: number): { firstSeq: number; bytes: Uint8Array } | undefined {
    const range = this.#events.getRange({ start: [run, seq], end: [run], reverse: true, limit: 1 });
    for (const { key, value } of range) return { firstSeq: Number(key[1]), bytes: value };
    return undefined;
  }
}

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true });

function addToGroup(group: Group, text: string): void {
  let record = group.records.at(-1);
  if (record === undefined || record.chars > RECORD_CHARS) {
    record = { firstSeq: group.nextSeq, texts: [], chars: 0 };
    group.records.push(record);
  }
  record.texts.push(text);
  record.chars += text.length;
}

function isEqual(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, at) => byte === b[at]);
}

function countBytes(count: number): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setFloat64(0, count);
  return bytes;
}

function textOf(bytes: Uint8Array): string {
  return decoder.decode(isSqueezed(bytes) ? unsqueeze(bytes) : bytes);
}

function parseRecord(run: RunId, firstSeq: number, bytes: Uint8Array): LoggedEvent[] {
  try {
    const events = JSON.parse(textOf(bytes)) as RunEvent[];
    assert(Array.isArray(events), "a record of the log is an array");
    return events.map((event, at) => ({ ...event, seq: firstSeq + at }));
  } catch (cause) {
    const message = `Cannot replay run "${run}": the record at event ${firstSeq} is not readable`;
    throw new SymphonyError("corrupt", message, { cause });
  }
}

function gapError(run: RunId, seq: number, length: number): SymphonyError {
  return new SymphonyError(
    "corrupt",
    `Cannot append event ${seq} to run "${run}": its log has ${length} events, so the next is ${length}`,
  );
}

function unknownRun(run: RunId): SymphonyError {
  return new SymphonyError("not-found", `Cannot find run "${run}": the data folder has no log of it`);
}

function missingEvent(run: RunId, seq: number, length: number): SymphonyError {
  return new SymphonyError("corrupt", `Cannot replay run "${run}": event ${seq} of ${length} is missing`);
}
