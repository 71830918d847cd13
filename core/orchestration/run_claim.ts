/**
 * Waiting for what arbitration grants: exclusive things, and shares of what is limited.
 *
 * @module
 */

import type { NodeFailure } from "../policy/failure.ts";
import type { ArbitrationPort, Claim } from "../ports/arbitration.ts";
import type { RunServices } from "./run_services.ts";

/** The token of a claim; why it is never granted; undefined where the signal fired before it was. */
export type Claimed = number | { readonly failure: NodeFailure } | undefined;

/** A wait that is over sooner is not told of: with a busy processor nearly every call has one. */
const TELL_MS = 250;

interface Waiter {
  readonly claim: Claim;
  readonly say: (reason: string) => void;
  readonly settle: (claimed: Claimed) => void;
  /** Monotonic milliseconds. */
  readonly since: number;
  reason: string;
  said: string | undefined;
}

/**
 * The claims of one run that wait. All of them wait for the same releases, and after each those are asked again that may
 * have gained by it, the oldest first.
 */
export class ClaimLine {
  readonly #arbitration: ArbitrationPort;
  readonly #clock: RunServices["clock"];
  readonly #waiting = new Set<Waiter>();
  /** The release that is waited for. */
  #next: Promise<void> | undefined;
  /** When it is asked again without any release, in monotonic milliseconds. */
  #timer: { readonly at: number; readonly cancel: () => void } | undefined;
  #stopTelling: (() => void) | undefined;

  constructor({ pit, clock }: Pick<RunServices, "pit" | "clock">) {
    this.#arbitration = pit.arbitration;
    this.#clock = clock;
  }

  /**
   * The claim's end, at once where it is granted or denied at once. `say` hears why it waits, when that takes more than a
   * moment and as often as it changes.
   */
  claim(claim: Claim, signal: AbortSignal, say: (reason: string) => void): Claimed | Promise<Claimed> {
    if (signal.aborted) return undefined;
    const verdict = this.#arbitration.request(claim);
    if (verdict.verdict === "granted") return verdict.token;
    if (verdict.verdict === "denied") return denied(verdict.reason);
    return new Promise((resolve) => {
      const onAbort = () => {
        this.#arbitration.withdraw(claim);
        waiter.settle(undefined);
      };
      const waiter: Waiter = {
        claim,
        say,
        since: this.#clock.monotonic(),
        reason: verdict.reason,
        said: undefined,
        settle: (claimed) => {
          this.#waiting.delete(waiter);
          if (this.#waiting.size === 0) this.#stop();
          signal.removeEventListener("abort", onAbort);
          resolve(claimed);
        },
      };
      signal.addEventListener("abort", onAbort, { once: true });
      this.#waiting.add(waiter);
      this.#watch(verdict.waitMs);
      this.#stopTelling ??= this.#clock.schedule(TELL_MS, () => this.#tell());
    });
  }

  /** Asks again after the next release, or after `waitMs` at the latest. */
  #watch(waitMs: number | undefined): void {
    const released = this.#arbitration.released();
    if (released !== this.#next) {
      this.#next = released;
      void released.then(() => {
        if (this.#next === released) this.#next = undefined;
        this.#askAgain();
      });
    }
    if (waitMs === undefined) return;
    const at = this.#clock.monotonic() + waitMs;
    if (this.#timer !== undefined && this.#timer.at <= at) return;
    this.#stopTimer();
    const cancel = this.#clock.schedule(waitMs, () => {
      this.#timer = undefined;
      this.#askAgain();
    });
    this.#timer = { at, cancel };
  }

  /** Tells of the waits that have taken more than a moment. */
  #tell(): void {
    const now = this.#clock.monotonic();
    let nextMs: number | undefined;
    for (const waiter of this.#waiting) {
      const leftMs = waiter.since + TELL_MS - now;
      if (leftMs <= 0) tellOf(waiter);
      else nextMs = Math.min(nextMs ?? Infinity, leftMs);
    }
    this.#stopTelling = nextMs === undefined ? undefined : this.#clock.schedule(nextMs, () => this.#tell());
  }

  #stop(): void {
    this.#stopTimer();
    this.#stopTelling?.();
    this.#stopTelling = undefined;
  }

  #stopTimer(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #askAgain(): void {
    let waitMs: number | undefined;
    const short = new Set<Claim["amounts"]>();
    for (const waiter of [...this.#waiting]) {
      const { claim, settle } = waiter;
      // One that asked for the very same was just told that there is too little of it.
      if (claim.exclusive.length === 0 && claim.amounts !== undefined && short.has(claim.amounts)) continue;
      const verdict = this.#arbitration.request(claim);
      if (verdict.verdict === "granted") settle(verdict.token);
      else if (verdict.verdict === "denied") settle(denied(verdict.reason));
      else {
        if (verdict.short !== undefined) short.add(claim.amounts);
        if (verdict.waitMs !== undefined) waitMs = Math.min(waitMs ?? Infinity, verdict.waitMs);
        waiter.reason = verdict.reason;
        if (waiter.said !== undefined) tellOf(waiter);
      }
    }
    if (this.#waiting.size > 0) this.#watch(waitMs);
  }
}

function tellOf(waiter: Waiter): void {
  if (waiter.reason !== waiter.said) waiter.say(waiter.said = waiter.reason);
}

function denied(message: string): { readonly failure: NodeFailure } {
  return { failure: { class: "unavailable", message } };
}
