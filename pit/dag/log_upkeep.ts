/**
 * Compacts logs by itself, in the background: those of runs that ended a while ago, and of a run that goes on what has
 * grown beyond a size. Every event stays.
 *
 * Invariants:
 * U1. It never takes more than a fifth of the time: after each record it waits four times as long as that took.
 * U2. A record is replaced in one transaction, its mark is written afterwards: killed anywhere, the log reads as before,
 *     and the next look goes on.
 * U3. Of several processes whichever comes first looks; two at once do no harm, since a record that is not what was read
 *     is left (pit/dag/lmdb.ts).
 *
 * @module
 */

import type { RunId } from "../../core/ids.ts";
import { defaultLogPolicy } from "../../core/policy/log_policy.ts";
import type { ClockPort } from "../../core/ports/clock.ts";
import type { DagPort } from "../../core/ports/dag.ts";
import type { LogCompactionPort } from "../../core/ports/log_compaction.ts";
import type { LogPolicy, LogReport } from "../../core/ports/retention.ts";
import type { LogMark, LogMarks } from "./log_marks.ts";

const FIRST_MS = 30_000;
const NEXT_MS = 10 * 60_000;
const HOUR_MS = 3_600_000;
/** Of the time, it takes 1 / (1 + this). */
const REST = 4;
/** Runs looked at between two pauses. */
const PAGE = 128;

export interface UpkeepParts {
  readonly dag: DagPort & LogCompactionPort;
  readonly marks: LogMarks;
  readonly clock: ClockPort;
  readonly policy: () => Promise<LogPolicy>;
}

export class LogUpkeep implements AsyncDisposable {
  readonly #parts: UpkeepParts;
  #cancel: () => void = () => {};
  #running: Promise<unknown> = Promise.resolve();
  readonly #closing = new AbortController();

  constructor(parts: UpkeepParts) {
    this.#parts = parts;
  }

  start(): void {
    this.#wait(FIRST_MS);
  }

  /** Looks, where nobody has lately; gives the number of logs that became smaller. */
  async lookIfDue(): Promise<number> {
    const { clock, marks } = this.#parts;
    const now = clock.now();
    return await marks.begin(now, now - NEXT_MS / 2) ? await this.look() : 0;
  }

  /** Looks at all logs; gives the number of those that became smaller. */
  async look(): Promise<number> {
    const { dag, marks } = this.#parts;
    const policy = { ...defaultLogPolicy, ...await this.#parts.policy() };
    if (!policy.enabled) return 0;
    let smaller = 0;
    let looked = 0;
    const done = new Map<RunId, LogMark>();
    for await (const { run, endedAt } of dag.list()) {
      if (this.#closing.signal.aborted) break;
      if (++looked % PAGE === 0) await this.#rest(1);
      const due = this.#due(run, endedAt, policy);
      if (due === undefined) continue;
      const mark = await this.#compact(run, due, endedAt === undefined);
      if (mark === undefined) continue;
      done.set(run, mark);
      smaller++;
      if (done.size < PAGE) continue;
      await marks.keep(done);
      done.clear();
    }
    if (done.size > 0) await marks.keep(done);
    return smaller;
  }

  /** Where the space of logs goes, and what is due. */
  async report(): Promise<LogReport> {
    const { dag, marks } = this.#parts;
    const policy = { ...defaultLogPolicy, ...await this.#parts.policy() };
    const sum = { runs: 0, bytes: 0, compacted: 0, savedBytes: 0, due: 0 };
    for await (const { run, endedAt } of dag.list()) {
      sum.runs++;
      sum.bytes += dag.extent(run).bytes;
      const mark = marks.of(run);
      if (mark !== undefined) {
        sum.compacted++;
        sum.savedBytes += mark.beforeBytes - mark.afterBytes;
      }
      if (policy.enabled && this.#due(run, endedAt, policy) !== undefined) sum.due++;
    }
    const { lastAt } = marks;
    return { ...sum, policy, ...(lastAt === undefined ? {} : { lastAt }) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort();
    this.#cancel();
    await this.#running;
  }

  /** What was done of a log that has something to do; undefined where it has not. */
  #due(run: RunId, endedAt: number | undefined, policy: Required<LogPolicy>): LogMark | undefined {
    const { dag, marks, clock } = this.#parts;
    const before = marks.of(run) ?? { upTo: 0, beforeBytes: 0, afterBytes: 0 };
    if (endedAt !== undefined && clock.now() - endedAt < policy.endedForHours * HOUR_MS) return undefined;
    const { events, bytes } = dag.extent(run, before.upTo);
    if (events <= before.upTo) return undefined;
    return endedAt === undefined && bytes < policy.growsBeyondBytes ? undefined : before;
  }

  /** The new mark, of as much as was done; undefined where the log could not be read or written. */
  async #compact(run: RunId, before: LogMark, isOpen: boolean): Promise<LogMark | undefined> {
    const { dag, clock } = this.#parts;
    let began = clock.monotonic();
    try {
      const { upTo, beforeBytes, afterBytes } = await dag.compact(run, {
        from: before.upTo,
        onlyFull: isOpen,
        mayGoOn: async () => {
          await this.#rest(clock.monotonic() - began);
          began = clock.monotonic();
          return !this.#closing.signal.aborted;
        },
      });
      return {
        upTo,
        beforeBytes: before.beforeBytes + beforeBytes,
        afterBytes: before.afterBytes + afterBytes,
      };
    } catch {
      // A log that is damaged, or a full disk, is told of by whoever needs it.
      return undefined;
    }
  }

  #wait(delayMs: number): void {
    if (this.#closing.signal.aborted) return;
    this.#cancel = this.#parts.clock.schedule(delayMs, () => {
      this.#running = this.lookIfDue().catch(() => 0).then(() => this.#wait(NEXT_MS));
    });
  }

  /** Leaves the time to others, after `tookMs` of work. */
  #rest(tookMs: number): Promise<void> {
    const { signal } = this.#closing;
    if (signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const done = () => {
        cancel();
        signal.removeEventListener("abort", done);
        resolve();
      };
      const cancel = this.#parts.clock.schedule(Math.max(1, tookMs * REST), done);
      signal.addEventListener("abort", done, { once: true });
    });
  }
}
