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

interface Asked {
  readonly claim: Claim;
  /** Of the limits by which it was made. */
  readonly version: number;
  readonly standing: Standing;
}

interface Waiter {
  readonly make: () => Claim;
  asked: Asked;
  readonly end: (claimed: Claimed) => void;
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
   * The claim's end, at once where it is granted or denied at once. `make` gives what is claimed by the limits of the moment: it is
   * called again where others are set while the claim waits, and what it gave last is what was decided. `say` hears why it waits,
   * when that takes more than a moment and as often as it changes.
   */
  claim(make: () => Claim, signal: AbortSignal, say: (reason: string) => void): Claimed | Promise<Claimed> {
    if (signal.aborted) return undefined;
    const { promise, resolve } = Promise.withResolvers<Claimed>();
    const asked = this.#ask(make, (decision) => this.#decided(waiter, decision));
    if (!("standing" in asked)) return claimedOf(asked);
    const end = (claimed: Claimed) => {
      this.#waiting.delete(waiter);
      if (this.#waiting.size === 0) this.#stop();
      signal.removeEventListener("abort", onAbort);
      resolve(claimed);
    };
    const waiter: Waiter = { make, asked, end, say, since: this.#clock.monotonic(), said: undefined };
    const onAbort = () => {
      waiter.asked.standing.leave();
      end(undefined);
    };
    signal.addEventListener("abort", onAbort, { once: true });
    this.#waiting.add(waiter);
    this.#stopTelling ??= this.#clock.schedule(TELL_MS, () => this.#tell());
    return promise;
  }

  #ask(make: () => Claim, decided: (decision: Decision) => void): Decision | Asked {
    const version = this.#arbitration.limitsVersion();
    const claim = make();
    const standing = this.#arbitration.stand(claim, decided);
    return standing.verdict === "deferred" ? { claim, version, standing } : standing;
  }

  /** What was more than there is by other limits may not be by a claim that is made by them. */
  #decided(waiter: Waiter, decision: Decision): void {
    const isOutdated = waiter.asked.version !== this.#arbitration.limitsVersion();
    if (decision.verdict === "denied" && isOutdated) this.#askAgain(waiter);
    else waiter.end(claimedOf(decision));
  }

  #askAgain(waiter: Waiter): void {
    const asked = this.#ask(waiter.make, (decision) => this.#decided(waiter, decision));
    if ("standing" in asked) waiter.asked = asked;
    else waiter.end(claimedOf(asked));
  }

  /** Claims that would be others by the limits that were set meanwhile are made anew. */
  #renew(): void {
    const version = this.#arbitration.limitsVersion();
    for (const waiter of [...this.#waiting]) {
      const { claim, version: before, standing } = waiter.asked;
      if (before === version || !this.#waiting.has(waiter)) continue;
      if (textOf(waiter.make()) === textOf(claim)) {
        waiter.asked = { claim, version, standing };
        continue;
      }
      standing.leave();
      this.#askAgain(waiter);
    }
  }

  /** Tells of the waits that have taken more than a moment. */
  #tell(): void {
    this.#renew();
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
  const reason = waiter.asked.standing.reason();
  if (reason !== waiter.said) waiter.say(waiter.said = reason);
}

function textOf({ amounts, joint }: Claim): string {
  return JSON.stringify([amounts, joint]);
}

function claimedOf(decision: Decision): number | { readonly failure: NodeFailure } {
  if (decision.verdict === "granted") return decision.token;
  return { failure: { class: "unavailable", message: decision.reason } };
}
