/**
 * Which level stretches of wires there are, so that the next wire takes a lane of its own beside them. Wires from one port may share
 * theirs: they say the same.
 *
 * @module
 */

/** Between two wires that run beside each other. */
export const LANE = 7;
/** Lanes tried on either side of the wanted one. */
const TRIES = 6;

interface Stretch {
  readonly wire: number;
  readonly trunk: number;
  readonly from: number;
  readonly to: number;
  readonly y: number;
}

export class WireLanes {
  readonly #rows = new Map<number, Stretch[]>();
  readonly #rowsOf = new Map<number, number[]>();

  /** The free lane nearest to `wanted` within `low` and `high`; `wanted` itself where all are taken. */
  free(from: number, to: number, wanted: number, low: number, high: number, trunk: number): number {
    if (this.#isFree(from, to, wanted, trunk)) return wanted;
    for (let step = 1; step <= TRIES; step++) {
      for (const y of [wanted + step * LANE, wanted - step * LANE]) {
        if (y >= low && y <= high && this.#isFree(from, to, y, trunk)) return y;
      }
    }
    // Half a lane is better than none.
    for (const y of [wanted + LANE / 2, wanted - LANE / 2]) {
      if (y >= low && y <= high && this.#isFree(from, to, y, trunk, LANE / 2)) return y;
    }
    return wanted;
  }

  take(wire: number, trunk: number, from: number, to: number, y: number): void {
    const row = Math.floor(y / LANE);
    const stretch: Stretch = { wire, trunk, from, to, y };
    const list = this.#rows.get(row);
    if (list === undefined) this.#rows.set(row, [stretch]);
    else list.push(stretch);
    const rows = this.#rowsOf.get(wire);
    if (rows === undefined) this.#rowsOf.set(wire, [row]);
    else rows.push(row);
  }

  /** Gives up every lane of a wire. */
  leave(wire: number): void {
    for (const row of this.#rowsOf.get(wire) ?? []) {
      const left = (this.#rows.get(row) ?? []).filter((one) => one.wire !== wire);
      if (left.length === 0) this.#rows.delete(row);
      else this.#rows.set(row, left);
    }
    this.#rowsOf.delete(wire);
  }

  #isFree(from: number, to: number, y: number, trunk: number, apart = LANE): boolean {
    const row = Math.floor(y / LANE);
    for (let at = row - 1; at <= row + 1; at++) {
      for (const other of this.#rows.get(at) ?? []) {
        if (
          other.trunk !== trunk && other.from < to - 4 && other.to > from + 4 &&
          Math.abs(other.y - y) < apart - 0.01
        ) return false;
      }
    }
    return true;
  }
}
