/**
 * The circuit breaker of a kind (M. Nygard, Release It!, 2007): closed while calls go well; open for a while when too many
 * failed; then half-open, when one call decides. The time that it stays open doubles with each failed try.
 *
 * @module
 */

export const FIRST_OPEN_MS = 1_000;
export const MOST_OPEN_MS = 60_000;

/** What a call did to a circuit. */
export type CircuitTurn = "opened" | "closed" | undefined;

export class Circuit {
  #state: "closed" | "open" | "half-open" = "closed";
  #openMs = 0;
  #openedAt = 0;
  /** When a call may try next. */
  #nextTryAt = 0;

  get state(): "closed" | "open" | "half-open" {
    return this.#state;
  }

  get isClosed(): boolean {
    return this.#state === "closed";
  }

  /** When the next call may be tried; undefined while all are let through. */
  get nextTryAt(): number | undefined {
    return this.#state === "closed" ? undefined : this.#nextTryAt;
  }

  /** True where a call may be tried; after the time of an open circuit one may, and another where nothing was heard of it. */
  admits(now: number): boolean {
    if (this.#state === "closed") return true;
    if (now < this.#nextTryAt) return false;
    this.#state = "half-open";
    this.#nextTryAt = now + MOST_OPEN_MS;
    return true;
  }

  /** Takes in a call that began at `began`: whether it failed, and whether too many have. */
  observe(failed: boolean, isTooMany: boolean, { began, now }: { began: number; now: number }): CircuitTurn {
    // What began before the circuit opened tells nothing of what is tried now.
    const isTry = this.#state === "half-open" && began >= this.#openedAt;
    if (isTry && !failed) {
      this.#state = "closed";
      this.#openMs = 0;
      return "closed";
    }
    if (!isTry && !(this.#state === "closed" && isTooMany)) return undefined;
    this.#state = "open";
    this.#openMs = Math.min(MOST_OPEN_MS, Math.max(FIRST_OPEN_MS, this.#openMs * 2));
    this.#openedAt = now;
    this.#nextTryAt = now + this.#openMs;
    return "opened";
  }

  /** The call that was to decide has ended: what is said of it yet decides, and if nothing is, another may try. */
  tryEnded(now: number): void {
    if (this.#state === "half-open") this.#nextTryAt = now;
  }

  /** The call that was to decide did not take place. */
  notTried(): void {
    if (this.#state !== "half-open") return;
    this.#state = "open";
    this.#nextTryAt = 0;
  }
}
