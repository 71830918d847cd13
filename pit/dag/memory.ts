/**
 * Run logs in memory, for tests and benches. It keeps each append's JSON text, so what comes back is a copy as it is
 * from disk.
 *
 * @module
 */

import { SymphonyError } from "../../core/errors.ts";
import type { RunId } from "../../core/ids.ts";
import type { RunEvent } from "../../core/orchestration/event.ts";
import type { Checkpoint, DagPort, EndedRun, LoggedEvent, RunSummary } from "../../core/ports/dag.ts";
import type {
  Compaction,
  CompactOptions,
  LogCompactionPort,
  LogExtent,
} from "../../core/ports/log_compaction.ts";

interface Batch {
  readonly firstSeq: number;
  readonly count: number;
  readonly text: string;
}

interface Log {
  summary: RunSummary;
  length: number;
  readonly batches: Batch[];
  checkpoint: Checkpoint | undefined;
}

/** DagPort that forgets everything with the process. */
export class MemoryDag implements DagPort, LogCompactionPort {
  readonly #logs = new Map<RunId, Log>();

  // deno-lint-ignore require-await -- a throw becomes a rejection
  async create(summary: RunSummary): Promise<void> {
    if (this.#logs.has(summary.run)) {
      throw new SymphonyError("exists", `Cannot create run "${summary.run}": it exists already`);
    }
    this.#logs.set(summary.run, { summary, length: 0, batches: [], checkpoint: undefined });
  }

  // deno-lint-ignore require-await -- a throw becomes a rejection
  async append(run: RunId, seq: number, events: readonly RunEvent[]): Promise<void> {
    const log = this.#log(run);
    if (seq !== log.length) {
      const message = `Cannot append event ${seq} to run "${run}": the next is ${log.length}`;
      throw new SymphonyError("corrupt", message);
    }
    if (events.length === 0) return;
    log.batches.push({ firstSeq: seq, count: events.length, text: JSON.stringify(events) });
    log.length += events.length;
  }

  async *replay(run: RunId, fromSeq = 0): AsyncIterable<readonly LoggedEvent[]> {
    const batches = [...this.#log(run).batches];
    for (const { firstSeq, count, text } of batches) {
      if (firstSeq + count <= fromSeq) continue;
      const events = (JSON.parse(text) as RunEvent[]).map((event, at) => ({ ...event, seq: firstSeq + at }));
      yield await Promise.resolve(firstSeq < fromSeq ? events.slice(fromSeq - firstSeq) : events);
    }
  }

  // deno-lint-ignore require-await -- a throw becomes a rejection
  async saveCheckpoint(run: RunId, checkpoint: Checkpoint): Promise<void> {
    this.#log(run).checkpoint = { nextSeq: checkpoint.nextSeq, bytes: checkpoint.bytes.slice() };
  }

  // deno-lint-ignore require-await -- the port is asynchronous
  async loadCheckpoint(run: RunId): Promise<Checkpoint | undefined> {
    const checkpoint = this.#logs.get(run)?.checkpoint;
    return checkpoint && { nextSeq: checkpoint.nextSeq, bytes: checkpoint.bytes.slice() };
  }

  // deno-lint-ignore require-await -- a throw becomes a rejection
  async summarize(summary: RunSummary): Promise<void> {
    this.#log(summary.run).summary = summary;
  }

  /** Appends become one text. */
  async compact(
    run: RunId,
    { from = 0, onlyFull = false, mayGoOn }: CompactOptions = {},
  ): Promise<Compaction> {
    await mayGoOn?.();
    const log = this.#log(run);
    const start = Math.max(0, log.batches.findLastIndex(({ firstSeq }) => firstSeq <= from));
    const part = log.batches.slice(start);
    const beforeBytes = part.reduce((sum, { text }) => sum + text.length, 0);
    const first = part[0];
    // Here no record is ever full.
    if (onlyFull || first === undefined || from >= log.length) {
      return { events: log.length, beforeBytes: 0, afterBytes: 0, upTo: Math.min(from, log.length) };
    }
    const text = `[${part.map(({ text }) => text.slice(1, -1)).join(",")}]`;
    log.batches.splice(start, part.length, {
      firstSeq: first.firstSeq,
      count: log.length - first.firstSeq,
      text,
    });
    return { events: log.length, beforeBytes, afterBytes: text.length, upTo: log.length };
  }

  extent(run: RunId, from = 0): LogExtent {
    const { length, batches } = this.#log(run);
    const bytes = batches.filter(({ firstSeq }) => firstSeq >= from)
      .reduce((sum, { text }) => sum + text.length, 0);
    return { events: length, bytes };
  }

  async *list(): AsyncIterable<RunSummary> {
    const summaries = [...this.#logs.values()].map((log) => log.summary);
    summaries.sort((a, b) => b.startedAt - a.startedAt || (a.run < b.run ? 1 : -1));
    for (const summary of summaries) yield await Promise.resolve(summary);
  }

  async *ended(from: number): AsyncIterable<EndedRun> {
    const summaries = [...this.#logs.values()].flatMap(({ summary }) =>
      summary.endedAt === undefined || summary.endedAt < from
        ? []
        : [{ ...summary, endedAt: summary.endedAt }]
    );
    summaries.sort((a, b) => a.endedAt - b.endedAt || (a.run < b.run ? -1 : 1));
    for (const summary of summaries) yield await Promise.resolve(summary);
  }

  #log(run: RunId): Log {
    const log = this.#logs.get(run);
    if (log === undefined) {
      throw new SymphonyError("not-found", `Cannot find run "${run}": there is no log of it`);
    }
    return log;
  }
}
