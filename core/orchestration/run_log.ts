/**
 * The driver's end of a run's log: events go in as they happen, are appended in batches, and reach the listener only
 * when they are durable, in order.
 *
 * Invariants:
 * - L1 The listener never sees an event that a crash could lose.
 * - L2 Sequence numbers have no gaps: one RunLog is the only writer of its run.
 * - L3 After a failed append nothing more is appended or delivered.
 *
 * @module
 */

import type { RunId } from "../ids.ts";
import type { DagPort, LoggedEvent } from "../ports/dag.ts";
import type { RunEvent } from "./event.ts";

/** So many events may wait for the disk before the driver must stop making more. */
const MAX_IN_FLIGHT = 16_384;

export class RunLog {
  readonly #dag: DagPort;
  readonly #run: RunId;
  readonly #deliver: (event: LoggedEvent) => void;
  #nextSeq: number;
  #pending: RunEvent[] = [];
  #inFlight = 0;
  #tail: Promise<void> = Promise.resolve();
  #failure: { readonly error: unknown } | undefined;

  constructor(dag: DagPort, run: RunId, options: { nextSeq: number; deliver: (event: LoggedEvent) => void }) {
    this.#dag = dag;
    this.#run = run;
    this.#nextSeq = options.nextSeq;
    this.#deliver = options.deliver;
  }

  /** Sequence number of the next event. */
  get nextSeq(): number {
    return this.#nextSeq + this.#pending.length;
  }

  /** What stopped the log, if anything did. */
  get failure(): { readonly error: unknown } | undefined {
    return this.#failure;
  }

  /** True while so much waits for the disk that no more work should start. */
  get isFull(): boolean {
    return this.#inFlight + this.#pending.length >= MAX_IN_FLIGHT;
  }

  /** Adds an event; it is appended with the next `flush`. */
  push(event: RunEvent): void {
    this.#pending.push(event);
  }

  /** Appends what is pending. Resolves when all so far is durable and delivered. @throws what the append threw. */
  flush(): Promise<void> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure.error);
    if (this.#pending.length === 0) return this.#tail;
    const events = this.#pending;
    const seq = this.#nextSeq;
    this.#pending = [];
    this.#nextSeq += events.length;
    this.#inFlight += events.length;
    const durable = this.#dag.append(this.#run, seq, events);
    const previous = this.#tail;
    this.#tail = (async () => {
      try {
        await previous;
        await durable;
      } catch (error) {
        this.#failure ??= { error };
        throw error;
      } finally {
        this.#inFlight -= events.length;
      }
      for (let i = 0; i < events.length; i++) this.#deliver({ ...events[i] as RunEvent, seq: seq + i });
    })();
    // A rejected append that nobody awaits yet is still seen by the next flush.
    this.#tail.catch(() => {});
    durable.catch(() => {});
    return this.#tail;
  }
}
