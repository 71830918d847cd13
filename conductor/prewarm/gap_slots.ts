/**
 * Time after an activity, cut into slots: of the resolution at first, then 3 % longer each, up to a day.
 *
 * Ring: conductor, pure.
 *
 * @module
 */

const EVEN_SLOTS = 64;
const GROWTH = 1.03;
/** In seconds. */
const HORIZON = 86_400;

export class GapSlots {
  /** Slot j reaches from `edges[j]` to `edges[j + 1]`; the last edge is infinite. */
  readonly edges: Float64Array;
  readonly resolution: number;

  /** @throws RangeError for a resolution that is not positive. */
  constructor(resolution: number) {
    if (!(resolution > 0)) throw new RangeError(`Cannot cut time by ${resolution} s: expected more than 0`);
    this.resolution = resolution;
    const edges: number[] = [];
    for (let slot = 0; slot < EVEN_SLOTS; slot++) edges.push(slot * resolution);
    for (let edge = EVEN_SLOTS * resolution; edge < HORIZON; edge *= GROWTH) edges.push(edge);
    edges.push(Infinity);
    this.edges = Float64Array.from(edges);
  }

  get count(): number {
    return this.edges.length - 1;
  }

  /** The slot of a gap of 0 seconds or more. */
  slotOf(gap: number): number {
    const even = Math.floor(gap / this.resolution);
    if (even < EVEN_SLOTS) return even;
    let low = EVEN_SLOTS;
    let high = this.count - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.edges[middle] as number) <= gap) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}
