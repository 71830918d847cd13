/**
 * Callers who wait for a lease of one kind: served by priority, then in order of arrival; each may give up or run out of
 * time meanwhile.
 *
 * @module
 */

import { SymphonyError } from "../../core/errors.ts";
import type { ExtensionId } from "../../core/ids.ts";
import type { ClockPort } from "../../core/ports/clock.ts";
import type { AcquireOptions, Lease } from "../../core/ports/pool.ts";

interface Waiter {
  readonly priority: number;
  readonly resolve: (lease: Lease) => void;
  readonly reject: (error: SymphonyError) => void;
  /** Stops watching the signal and the time. */
  readonly settle: () => void;
}

export class Waiters {
  readonly #extension: ExtensionId;
  readonly #clock: ClockPort;
  /** By priority, the highest first; a list each in order of arrival. */
  readonly #queues = new Map<number, Set<Waiter>>();
  #size = 0;

  constructor(extension: ExtensionId, clock: ClockPort) {
    this.#extension = extension;
    this.#clock = clock;
  }

  get size(): number {
    return this.#size;
  }

  /** Waits for `serve` or `rejectAll`. @throws SymphonyError `aborted` | `timeout` and what `rejectAll` was given */
  wait(signal: AbortSignal, { priority = 0, timeoutMs }: AcquireOptions): Promise<Lease> {
    return new Promise((resolve, reject) => {
      const giveUp = (error: SymphonyError) => {
        this.#remove(waiter);
        reject(error);
      };
      const onAbort = () => giveUp(abortedError(this.#extension));
      const cancelTimer = timeoutMs === undefined ? undefined : this.#clock.schedule(timeoutMs, () => {
        const message = `Cannot lease an instance of "${this.#extension}": none was free for ${timeoutMs} ms`;
        giveUp(new SymphonyError("timeout", message));
      });
      const waiter: Waiter = {
        priority,
        resolve,
        reject,
        settle: () => {
          cancelTimer?.();
          signal.removeEventListener("abort", onAbort);
        },
      };
      signal.addEventListener("abort", onAbort, { once: true });
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

  #first(): Waiter | undefined {
    let highest = -Infinity;
    for (const priority of this.#queues.keys()) highest = Math.max(highest, priority);
    return this.#queues.get(highest)?.values().next().value;
  }

  #add(waiter: Waiter): void {
    const queue = this.#queues.get(waiter.priority);
    if (queue === undefined) this.#queues.set(waiter.priority, new Set([waiter]));
    else queue.add(waiter);
    this.#size++;
  }

  #remove(waiter: Waiter): void {
    const queue = this.#queues.get(waiter.priority);
    if (queue?.delete(waiter) !== true) return;
    if (queue.size === 0) this.#queues.delete(waiter.priority);
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
