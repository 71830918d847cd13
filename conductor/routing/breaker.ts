/**
 * A circuit breaker for each instrument: three calls in a row without an answer and it is left alone for a while, twice
 * as long each time; then one call may try (Nygard, "Release It!").
 *
 * Ring: conductor, pure; time comes in.
 *
 * @module
 */

const IN_A_ROW = 3;
const FIRST_WAIT_MS = 15_000;
const LONGEST_WAIT_MS = 10 * 60_000;

interface Circuit {
  failures: number;
  /** How often it has opened in a row. */
  openings: number;
  /** Unix milliseconds until which no call goes through. */
  until: number;
  /** A call was let through to try; none more until it has ended. */
  isProbing: boolean;
}

export class Breaker {
  readonly #circuits = new Map<string, Circuit>();

  /** Why no call should go to the instrument now; undefined while one may. */
  reason(id: string, now: number): string | undefined {
    const circuit = this.#circuits.get(id);
    if (circuit === undefined || circuit.openings === 0) return undefined;
    if (now < circuit.until) {
      return `no answer ${circuit.failures} times in a row, tried again in ${
        Math.ceil((circuit.until - now) / 1000)
      } s`;
    }
    return circuit.isProbing ? "one call is trying whether it answers again" : undefined;
  }

  /** A call goes to the instrument. */
  note(id: string, now: number): void {
    const circuit = this.#circuits.get(id);
    if (circuit !== undefined && circuit.openings > 0 && now >= circuit.until) circuit.isProbing = true;
  }

  /** A call has ended, with an answer or without. */
  report(id: string, hasAnswer: boolean, now: number): void {
    if (hasAnswer) {
      this.#circuits.delete(id);
      return;
    }
    const circuit = this.#circuits.get(id) ?? { failures: 0, openings: 0, until: 0, isProbing: false };
    this.#circuits.set(id, circuit);
    circuit.failures++;
    if (circuit.failures < IN_A_ROW) return;
    if (circuit.openings === 0 || circuit.isProbing) {
      circuit.until = now + Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** circuit.openings);
      circuit.openings++;
    }
    circuit.isProbing = false;
  }
}
