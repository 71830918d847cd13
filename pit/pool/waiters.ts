/**
 * Callers who wait for a lease of one kind: served by priority, then by deadline, then in order of arrival; each may give
 * up or run out of time meanwhile. Who has no deadline, or a late one, counts as having one half a minute after it came, so
 * that nobody of the same priority overtakes for longer.
 *
 * @module
 */

import { SymphonyError } from "../../core/errors.ts";
import type { ExtensionId } from "../../core/ids.ts";
import type { ClockPort } from "../../core/ports/clock.ts";
import type { AcquireOptions, Lease } from "../../core/ports/pool.ts";

/** The latest deadline that anybody counts as having, after it came. */
export const MOST_PATIENCE_MS = 30_000;

interface Waiter {
  readonly priority: number;
  /** Unix milliseconds. */
  readonly dueAt: number;
  readonly resolve: (lease: Lease) => void;
  readonly reject: (error: SymphonyError) => void;
  /** Its signal fired. */
  readonly giveUp: () => void;
  /** Stops watching the signal and the time. */
  readonly settle: () => void;
}

export class Waiters {
  readonly #extension: ExtensionId;
  readonly #clock: ClockPort;
  /** By priority; a list each in the order in which they are served. */
  readonly #queues = new Map<number, Waiter[]>();
  readonly #bySignal = new Map<
    AbortSignal,
    { readonly waiters: Set<Waiter>; readonly onAbort: () => void }
  >();
  #size = 0;

  constructor(extension: ExtensionId, clock: ClockPort) {
    this.#extension = extension;
    this.#clock = clock;
  }

  get size(): number {
    return this.#size;
  }

  /** Waits for `serve` or `rejectAll`. @throws SymphonyError `aborted` | `timeout` and what `rejectAll` was given */
  wait(
    signal: AbortSignal,
    { priority = 0, deadline = Infinity, timeoutMs }: AcquireOptions,
  ): Promise<Lease> {
    return new Promise((resolve, reject) => {
      const giveUp = (error: SymphonyError) => {
        this.#remove(waiter);
        reject(error);
      };
      const cancelTimer = timeoutMs === undefined ? undefined : this.#clock.schedule(timeoutMs, () => {
        const message = `Cannot lease an instance of "${this.#extension}": none was free for ${timeoutMs} ms`;
        giveUp(new SymphonyError("timeout", message));
      });
      const waiter: Waiter = {
        priority,
        dueAt: Math.min(deadline, this.#clock.now() + MOST_PATIENCE_MS),
        resolve,
        reject,
        giveUp: () => giveUp(abortedError(this.#extension)),
        settle: () => {
          cancelTimer?.();
          this.#unlisten(signal, waiter);
        },
      };
      this.#listen(signal, waiter);
      this.#add(waiter);
    });
  }

  /** Hands a lease to whoever is next; false where nobody waits. */
  serve(lease: Lease): boolean {
    const next = this.#first();
    if (next === undefined) return false;
    this.#remove(next);
    next.resolve(lease);
    return true;
  }

  rejectAll(error: () => SymphonyError): void {
    for (let next = this.#first(); next !== undefined; next = this.#first()) {
      this.#remove(next);
      next.reject(error());
    }
  }

  /** A signal's listeners are looked through one by one, so that many callers with one signal have one listener. */
  #listen(signal: AbortSignal, waiter: Waiter): void {
    const known = this.#bySignal.get(signal);
    if (known !== undefined) return void known.waiters.add(waiter);
    const waiters = new Set([waiter]);
    const onAbort = () => {
      for (const one of waiters) one.giveUp();
    };
    this.#bySignal.set(signal, { waiters, onAbort });
    signal.addEventListener("abort", onAbort, { once: true });
  }

  #unlisten(signal: AbortSignal, waiter: Waiter): void {
    const known = this.#bySignal.get(signal);
    if (known?.waiters.delete(waiter) !== true || known.waiters.size > 0) return;
    this.#bySignal.delete(signal);
    signal.removeEventListener("abort", known.onAbort);
  }

  #first(): Waiter | undefined {
    let highest = -Infinity;
    for (const priority of this.#queues.keys()) highest = Math.max(highest, priority);
    return this.#queues.get(highest)?.[0];
  }

  #add(waiter: Waiter): void {
    const queue = this.#queues.get(waiter.priority);
    if (queue === undefined) this.#queues.set(waiter.priority, [waiter]);
    else {
      // Most come in the order of their deadlines: from the end it is not far.
      let at = queue.length;
      while (at > 0 && (queue[at - 1] as Waiter).dueAt > waiter.dueAt) at--;
      queue.splice(at, 0, waiter);
    }
    this.#size++;
  }

  #remove(waiter: Waiter): void {
    const queue = this.#queues.get(waiter.priority);
    const at = queue?.indexOf(waiter) ?? -1;
    if (queue === undefined || at < 0) return;
    queue.splice(at, 1);
    if (queue.length === 0) this.#queues.delete(waiter.priority);
    this.#size--;
    waiter.settle();
  }
}

/** The caller's own signal fired. */
export function abortedError(extension: ExtensionId): SymphonyError {
  return new SymphonyError("aborted", `Cannot lease an instance of "${extension}": the caller gave up`);
}

export function closedError(extension: ExtensionId): SymphonyError {
  return new SymphonyError("closed", `Cannot lease an instance of "${extension}": the pool is closed`);
}

export function openError(extension: ExtensionId, reason: string): SymphonyError {
  return new SymphonyError("busy", `Cannot lease an instance of "${extension}": ${reason}`);
}
