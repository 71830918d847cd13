/**
 * The worker of the queue: takes entries as there is room, carries their runs out in this process, and takes up what a
 * dead worker left.
 *
 * Invariants, besides those of rules.ts:
 * - W1 Before a run is begun or gone on with, its claim says that no other process has it; so of two workers that find the
 *   same entry one does nothing.
 * - W2 An entry of a dead worker whose run has a log goes on with that run; one whose run has none begins it, under the
 *   id that was chosen then.
 * - W3 Stopping pauses what runs here; the entries stay, and the next worker goes on with them.
 *
 * @module
 */

import { messageOf, SymphonyError } from "../errors.ts";
import { newRunId, type RunId } from "../ids.ts";
import type { RunHandle, RunOutcome } from "../orchestration/run_handle.ts";
import type { ClockPort } from "../ports/clock.ts";
import type { DagPort, RunSummary } from "../ports/dag.ts";
import type { QueuePort } from "../ports/queue.ts";
import type { RandomPort } from "../ports/random.ts";
import type { RunControlPort } from "../ports/run_control.ts";
import { nextMoment } from "./choose.ts";
import type { QueueEntry } from "./entry.ts";
import { settleEntry, takeEntry } from "./rules.ts";

const POLL_MS = 500;
const STOPPED = "the queue's process is stopping";

export interface QueueServices {
  readonly queue: QueuePort;
  readonly dag: DagPort;
  readonly control: RunControlPort;
  readonly clock: ClockPort;
  readonly random: RandomPort;
  /** Begins the entry's run under the id it names. @throws SymphonyError `busy` | `exists` where another has */
  start(entry: QueueEntry, run: RunId): Promise<RunHandle>;
  /** Goes on with a run. @throws SymphonyError `busy` where another process has it */
  resume(run: RunId): Promise<RunHandle>;
  /** Told of every entry that changes its state here. */
  onChange?(entry: QueueEntry): void;
}

/** A run under way here. */
interface Carried {
  /** Undefined while it is being begun. */
  handle: RunHandle | undefined;
  ended: Promise<void>;
}

export class RunQueue implements AsyncDisposable {
  readonly #services: QueueServices;
  readonly #places: number;
  readonly #running = new Map<RunId, Carried>();
  #cancelPoll: () => void = () => {};
  #isStarted = false;
  #isStopping = false;
  /** A look at the book is under way; another was asked for meanwhile. */
  #looking: Promise<void> | undefined;
  #again = false;
  readonly #idle: (() => void)[] = [];

  /** `places`: most runs at once in this process. */
  constructor(services: QueueServices, places: number) {
    this.#services = services;
    this.#places = places;
  }

  /** Begins to take entries. Call once. */
  start(): void {
    this.#isStarted = true;
    this.nudge();
  }

  /** Looks now instead of with the next poll; call after adding. */
  nudge(): void {
    if (!this.#isStarted || this.#isStopping) return;
    if (this.#looking !== undefined) {
      this.#again = true;
      return;
    }
    this.#cancelPoll();
    this.#looking = this.#look().catch((error) => this.#fault(error)).finally(() => {
      this.#looking = undefined;
      if (this.#isStopping) return;
      if (this.#again) {
        this.#again = false;
        this.nudge();
      } else this.#cancelPoll = this.#services.clock.schedule(POLL_MS, () => this.nudge());
    });
  }

  /** How many runs are under way here. */
  get running(): number {
    return this.#running.size;
  }

  /** What went wrong with the last look, if anything did; the next one tries again. */
  failure: string | undefined;

  /** Resolves when nothing is queued for now and nothing runs here. */
  whenIdle(): Promise<void> {
    return new Promise((resolve) => {
      this.#idle.push(resolve);
      this.nudge();
    });
  }

  /** Pauses what runs here (W3) and takes nothing more. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isStopping = true;
    this.#cancelPoll();
    await this.#looking;
    // What is only being begun pauses itself as soon as it can.
    for (const { handle } of this.#running.values()) handle?.command({ type: "pause", reason: STOPPED });
    await Promise.allSettled([...this.#running.values()].map(({ ended }) => ended));
  }

  #fault(error: unknown): void {
    this.failure = messageOf(error);
  }

  async #look(): Promise<void> {
    await this.#takeUp();
    while (!this.#isStopping && this.#running.size < this.#places) {
      const { queue, clock, random } = this.#services;
      const { open, limits } = await queue.read((book) => ({ open: book.open(), limits: book.limits() }));
      if (!open.some(({ state }) => state === "queued")) break;
      const run = newRunId(clock.now(), () => random.next());
      const entry = await queue.change((book) => takeEntry(book, run, clock.now()));
      if (entry === undefined) {
        const at = nextMoment(open, limits, clock.now());
        if (at !== undefined && at - clock.now() < POLL_MS) {
          clock.schedule(at - clock.now(), () => this.nudge());
        }
        break;
      }
      this.#services.onChange?.(entry);
      this.#carryOut(entry, run, () => this.#services.start(entry, run));
    }
    this.failure = undefined;
    await this.#tellIdle();
  }

  async #tellIdle(): Promise<void> {
    if (this.#idle.length === 0 || this.#running.size > 0) return;
    const open = await this.#services.queue.read((book) => book.open());
    if (open.some(({ state }) => state === "queued" || state === "running")) return;
    for (const resolve of this.#idle.splice(0)) resolve();
  }

  /** Entries whose worker is gone, and those whose run went on elsewhere while they waited. */
  async #takeUp(): Promise<void> {
    const { queue, dag, control, clock } = this.#services;
    const open = await queue.read((book) => book.open());
    const left = open.filter(({ state, run }) =>
      (state === "running" || state === "waiting") && run !== undefined && !this.#running.has(run)
    );
    if (left.length === 0) return;
    const summaries = await summariesOf(dag, new Set(left.map(({ run }) => run as RunId)));
    for (const entry of left) {
      const run = entry.run as RunId;
      if (await control.isClaimed(run)) continue;
      const summary = summaries.get(run);
      if (summary === undefined) {
        // Taken, and its worker died before the run had a log.
        if (entry.state === "running" && this.#hasRoom()) this.#beginAgain(entry, run);
      } else if (isEnd(summary.state)) {
        await this.#settle(entry, run, { state: summary.state });
      } else if (entry.state === "running" || summary.state === "running") {
        if (!this.#hasRoom()) continue;
        if (await isEmpty(dag, run)) {
          this.#beginAgain(entry, run);
          continue;
        }
        await queue.change((book) => settleEntry(book, entry.id, run, { state: "running" }, clock.now()));
        this.#carryOut(entry, run, () => this.#services.resume(run));
      }
    }
  }

  #beginAgain(entry: QueueEntry, run: RunId): void {
    this.#carryOut(entry, run, () => this.#services.start(entry, run));
  }

  #hasRoom(): boolean {
    return !this.#isStopping && this.#running.size < this.#places;
  }

  #carryOut(entry: QueueEntry, run: RunId, begin: () => Promise<RunHandle>): void {
    const carried: Carried = { handle: undefined, ended: Promise.resolve() };
    this.#running.set(run, carried);
    carried.ended = this.#untilEnd(entry, run, begin, carried).catch((error) => {
      this.#fault(error);
      return false;
    }).then((isSettled) => {
      this.#running.delete(run);
      // What could not be begun is looked at with the next poll: at once would be again and again.
      if (isSettled) this.nudge();
    });
  }

  /** True once the entry has been settled; false where it is another worker's. */
  async #untilEnd(
    entry: QueueEntry,
    run: RunId,
    begin: () => Promise<RunHandle>,
    carried: Carried,
  ): Promise<boolean> {
    let outcome: RunOutcome;
    try {
      const handle = await begin();
      carried.handle = handle;
      if (this.#isStopping) handle.command({ type: "pause", reason: STOPPED });
      outcome = await handle.done;
    } catch (error) {
      // Another worker was quicker (W1): the entry is its own.
      if (error instanceof SymphonyError && (error.code === "busy" || error.code === "exists")) {
        return false;
      }
      const isOurs = error instanceof SymphonyError && (error.code === "disk-full" || error.code === "io");
      // The entry is found again when the world is in order.
      if (isOurs) throw error;
      return await this.#settle(entry, run, { state: "failed", failure: messageOf(error) });
    }
    const { state, failure } = outcome;
    const said = failure === undefined ? {} : { failure: failure.message };
    if (state === "completed" || state === "failed" || state === "cancelled") {
      return await this.#settle(entry, run, { state, ...said });
    }
    if (state === "paused" && this.#isStopping) return false;
    return await this.#settle(entry, run, { state: "waiting" });
  }

  async #settle(entry: QueueEntry, run: RunId, end: Parameters<typeof settleEntry>[3]): Promise<true> {
    const { queue, clock } = this.#services;
    const settled = await queue.change((book) => settleEntry(book, entry.id, run, end, clock.now()));
    if (settled !== undefined) this.#services.onChange?.(settled);
    return true;
  }
}

/** The summaries of these runs, as far as they have one. */
async function summariesOf(dag: DagPort, runs: ReadonlySet<RunId>): Promise<ReadonlyMap<RunId, RunSummary>> {
  const found = new Map<RunId, RunSummary>();
  for await (const summary of dag.list()) {
    if (runs.has(summary.run)) found.set(summary.run, summary);
    if (found.size === runs.size) break;
  }
  return found;
}

/** True where the log was opened and its process died before the first event. */
async function isEmpty(dag: DagPort, run: RunId): Promise<boolean> {
  for await (const batch of dag.replay(run)) if (batch.length > 0) return false;
  return true;
}

function isEnd(state: RunSummary["state"]): state is "completed" | "failed" | "cancelled" {
  return state === "completed" || state === "failed" || state === "cancelled";
}
