/**
 * How one instance fares beside others of its kind: its latest calls, and its memory at the latest looks. One that is
 * degraded is used last, and replaced when it is idle (look.ts).
 *
 * Latency and memory are held against what is usual of the kind, so an instance that is as slow or as large as all of its kind
 * is not degraded by that: another would fare no better.
 *
 * @module
 */

/** The latest calls that are looked at. */
const CALLS = 5;
const FAILED = 3;
/** So many times slower or larger than usual. */
const FACTOR = 4;
/** Less than that above the usual is no matter. */
const LEAST_MORE_BYTES = 64 * 2 ** 20;
/** A peak that one look sees may pass; two in a row are a second at most. */
const LOOKS_OVER = 2;
/** Looks until an instance has what it works with. */
const SETTLING_LOOKS = 20;

/** What is usual of instances of one kind. */
export class UsualMemory {
  #bytes = 0;
  #count = 0;

  /** Undefined while none has settled. */
  get bytes(): number | undefined {
    return this.#count === 0 ? undefined : this.#bytes;
  }

  settledAt(bytes: number): void {
    this.#count = Math.min(this.#count + 1, 10);
    this.#bytes += (bytes - this.#bytes) / this.#count;
  }
}

export class InstanceHealth {
  readonly #durations = new Float64Array(CALLS);
  readonly #failed = new Uint8Array(CALLS);
  #calls = 0;
  #looks = 0;
  #looksOver = 0;
  #bytes = 0;

  /** Takes in a call. */
  called(durationMs: number, failed: boolean): void {
    const at = this.#calls++ % CALLS;
    this.#durations[at] = durationMs;
    this.#failed[at] = failed ? 1 : 0;
  }

  /** Takes in what it has resident at a look. */
  looked(bytes: number, usual: UsualMemory): void {
    this.#bytes = bytes;
    if (++this.#looks === SETTLING_LOOKS) usual.settledAt(bytes);
    const { bytes: usually = Infinity } = usual;
    const isOver = bytes > usually * FACTOR && bytes > usually + LEAST_MORE_BYTES;
    this.#looksOver = isOver ? this.#looksOver + 1 : 0;
  }

  /** What is wrong with it beside others of its kind; undefined where nothing is. `usualMs` is what calls once took in the mean. */
  degraded(usualMs: number, usual: UsualMemory): string | undefined {
    if (this.#looksOver >= LOOKS_OVER) {
      return `it takes ${megabytes(this.#bytes)}, others of its kind ${megabytes(usual.bytes ?? 0)}`;
    }
    if (this.#calls < CALLS) return undefined;
    const failed = this.#failed.reduce((sum, one) => sum + one, 0);
    if (failed >= FAILED) return `${failed} of its last ${CALLS} calls failed`;
    const meanMs = this.#durations.reduce((sum, one) => sum + one, 0) / CALLS;
    if (meanMs <= usualMs * FACTOR) return undefined;
    return `its calls take ${Math.round(meanMs)} ms in the mean, once ${Math.round(usualMs)}`;
  }
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 2 ** 20)} MB`;
}
