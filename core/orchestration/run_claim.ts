/**
 * Waiting for what arbitration grants: exclusive things, and shares of what is limited.
 *
 * @module
 */

import type { NodeFailure } from "../policy/failure.ts";
import type { ArbitrationPort, Claim, Decision, Standing } from "../ports/arbitration.ts";
import type { RunServices } from "./run_services.ts";

/** The token of a claim; why it is never granted; undefined where the signal fired before it was. */
export type Claimed = number | { readonly failure: NodeFailure } | undefined;

/** A wait that is over sooner is not told of: with a busy processor nearly every call has one. */
const TELL_MS = 250;

interface Waiter {
  readonly standing: Standing;
  readonly say: (reason: string) => void;
  /** Monotonic milliseconds. */
  readonly since: number;
  said: string | undefined;
}

/** The claims of one run that wait: each stands with arbitration until it is decided, or until its signal fires. */
export class ClaimLine {
  readonly #arbitration: ArbitrationPort;
  readonly #clock: RunServices["clock"];
  readonly #waiting = new Set<Waiter>();
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
    const { promise, resolve } = Promise.withResolvers<Claimed>();
    const end = (claimed: Claimed) => {
      this.#waiting.delete(waiter);
      if (this.#waiting.size === 0) this.#stop();
      signal.removeEventListener("abort", onAbort);
      resolve(claimed);
    };
    const standing = this.#arbitration.stand(claim, (decision) => end(claimedOf(decision)));
    if (standing.verdict !== "deferred") return claimedOf(standing);
    const waiter: Waiter = { standing, say, since: this.#clock.monotonic(), said: undefined };
    const onAbort = () => {
      standing.leave();
      end(undefined);
    };
    signal.addEventListener("abort", onAbort, { once: true });
    this.#waiting.add(waiter);
    this.#stopTelling ??= this.#clock.schedule(TELL_MS, () => this.#tell());
    return promise;
  }

  /** Tells of the waits that have taken more than a moment. */
  #tell(): void {
    const now = this.#clock.monotonic();
    for (const waiter of this.#waiting) if (now - waiter.since >= TELL_MS) tellOf(waiter);
    this.#stopTelling = this.#waiting.size === 0
      ? undefined
      : this.#clock.schedule(TELL_MS, () => this.#tell());
  }

  #stop(): void {
    this.#stopTelling?.();
    this.#stopTelling = undefined;
  }
}

function tellOf(waiter: Waiter): void {
  const reason = waiter.standing.reason();
  if (reason !== waiter.said) waiter.say(waiter.said = reason);
}

function claimedOf(decision: Decision): number | { readonly failure: NodeFailure } {
  if (decision.verdict === "granted") return decision.token;
  return { failure: { class: "unavailable", message: decision.reason } };
}
