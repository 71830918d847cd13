/**
 * The difference of two sequences of numbers: what both begin and end with is set aside, elements that occur once in each anchor the
 * rest (patience), and between anchors Myers' linear-space algorithm finds the fewest insertions and deletions ("An O(ND) Difference
 * Algorithm and Its Variations", 1986). Where that would cost too much it takes the best way found so far, so the
 * result is always right, only not always shortest.
 *
 * @module
 */

/** Elements `aFrom` to `aTo` of the first sequence became `bFrom` to `bTo` of the second. */
export interface Hunk {
  readonly aFrom: number;
  readonly aTo: number;
  readonly bFrom: number;
  readonly bTo: number;
}

/** Below this size anchors are not looked for. */
const ANCHOR_SIZE = 16;
/** Rounds of the search in one range before it takes what it has. */
const MAX_ROUNDS = 1024;
/** Steps for one difference, some nanoseconds each; ranges that are reached later are replaced as they are. */
const MOST_STEPS = 200_000_000;
/** Steps that looking at one element for anchors counts as. */
const ANCHOR_STEPS = 32;

/** The hunks in ascending order; between them the sequences are the same. Elements are whole numbers from 0. */
export function diffSequences(a: ArrayLike<number>, b: ArrayLike<number>): Hunk[] {
  const diff = new SequenceDiff(a, b);
  diff.compare(0, a.length, 0, b.length);
  return diff.hunks;
}

class SequenceDiff {
  readonly hunks: Hunk[] = [];
  readonly #a: ArrayLike<number>;
  readonly #b: ArrayLike<number>;
  readonly #forward: Int32Array;
  readonly #backward: Int32Array;
  /** Where diagonal 0 stands in the two arrays above. */
  readonly #zero: number;
  #stepsLeft = MOST_STEPS;

  constructor(a: ArrayLike<number>, b: ArrayLike<number>) {
    this.#a = a;
    this.#b = b;
    const reach = Math.min(a.length + b.length, 2 * MAX_ROUNDS) + 2;
    this.#forward = new Int32Array(2 * reach + 1);
    this.#backward = new Int32Array(2 * reach + 1);
    this.#zero = reach;
  }

  /** Adds the hunks of two ranges; ranges are compared from left to right. */
  compare(aStart: number, aEnd: number, bStart: number, bEnd: number): void {
    const a = this.#a;
    const b = this.#b;
    let aFrom = aStart;
    let bFrom = bStart;
    let aTo = aEnd;
    let bTo = bEnd;
    while (aFrom < aTo && bFrom < bTo && a[aFrom] === b[bFrom]) {
      aFrom++;
      bFrom++;
    }
    while (aFrom < aTo && bFrom < bTo && a[aTo - 1] === b[bTo - 1]) {
      aTo--;
      bTo--;
    }
    if (aFrom === aTo || bFrom === bTo || this.#stepsLeft <= 0) return this.#add(aFrom, aTo, bFrom, bTo);
    if (Math.min(aTo - aFrom, bTo - bFrom) >= ANCHOR_SIZE && this.#compareByAnchors(aFrom, aTo, bFrom, bTo)) {
      return;
    }
    const middle = this.#middle(aFrom, aTo, bFrom, bTo);
    if (middle === undefined) return this.#add(aFrom, aTo, bFrom, bTo);
    this.compare(aFrom, middle.a, bFrom, middle.b);
    this.compare(middle.a, aTo, middle.b, bTo);
  }

  #add(aFrom: number, aTo: number, bFrom: number, bTo: number): void {
    if (aFrom === aTo && bFrom === bTo) return;
    const last = this.hunks.at(-1);
    if (last !== undefined && last.aTo === aFrom && last.bTo === bFrom) {
      this.hunks[this.hunks.length - 1] = { aFrom: last.aFrom, aTo, bFrom: last.bFrom, bTo };
    } else this.hunks.push({ aFrom, aTo, bFrom, bTo });
  }

  /** Cuts both ranges at elements that occur once in each and keep their order; false where there are none to cut at. */
  #compareByAnchors(aFrom: number, aTo: number, bFrom: number, bTo: number): boolean {
    const { pairs, hasCommon } = this.#uniquePairs(aFrom, aTo, bFrom, bTo);
    if (!hasCommon) {
      this.#add(aFrom, aTo, bFrom, bTo);
      return true;
    }
    const anchors = longestAscending(pairs);
    if (anchors.length === 0) return false;
    let aAt = aFrom;
    let bAt = bFrom;
    for (const [aPlace, bPlace] of anchors) {
      if (aPlace < aAt || bPlace < bAt) continue; // passed already by what surrounds the anchor before
      this.compare(aAt, aPlace, bAt, bPlace);
      aAt = aPlace;
      bAt = bPlace;
      while (aAt < aTo && bAt < bTo && this.#a[aAt] === this.#b[bAt]) {
        aAt++;
        bAt++;
      }
    }
    this.compare(aAt, aTo, bAt, bTo);
    return true;
  }

  /** Places, ascending in the first sequence, of elements that each range has exactly once, and whether they share any element. */
  #uniquePairs(aFrom: number, aTo: number, bFrom: number, bTo: number) {
    const MANY = -1;
    this.#stepsLeft -= ANCHOR_STEPS * (aTo - aFrom + bTo - bFrom);
    const inA = new Map<number, number>();
    for (let at = aFrom; at < aTo; at++) inA.set(this.#a[at]!, inA.has(this.#a[at]!) ? MANY : at);
    const inB = new Map<number, number>();
    for (let at = bFrom; at < bTo; at++) inB.set(this.#b[at]!, inB.has(this.#b[at]!) ? MANY : at);
    const pairs: [number, number][] = [];
    let hasCommon = false;
    for (const [element, aPlace] of inA) {
      const bPlace = inB.get(element);
      if (bPlace === undefined) continue;
      hasCommon = true;
      if (aPlace !== MANY && bPlace !== MANY) pairs.push([aPlace, bPlace]);
    }
    return { pairs, hasCommon };
  }

  /**
   * A point that some shortest way passes, found from both ends at once; undefined where the ranges have nothing in common within
   * reach. Never a corner, so that ranges shrink.
   */
  #middle(aFrom: number, aTo: number, bFrom: number, bTo: number): { a: number; b: number } | undefined {
    const a = this.#a;
    const b = this.#b;
    const n = aTo - aFrom;
    const m = bTo - bFrom;
    const delta = n - m;
    const isOdd = (delta & 1) !== 0;
    const forward = this.#forward;
    const backward = this.#backward;
    const zero = this.#zero;
    const rounds = Math.min((n + m + 1) >> 1, MAX_ROUNDS);
    forward[zero + 1] = 0;
    backward[zero + 1] = 0;
    for (let round = 0; round <= rounds; round++) {
      this.#stepsLeft -= 4 * (round + 1);
      for (let k = -round; k <= round; k += 2) {
        let x = k === -round || (k !== round && forward[zero + k - 1]! < forward[zero + k + 1]!)
          ? forward[zero + k + 1]!
          : forward[zero + k - 1]! + 1;
        let y = x - k;
        while (x < n && y < m && a[aFrom + x] === b[bFrom + y]) {
          x++;
          y++;
        }
        forward[zero + k] = x;
        const back = delta - k;
        if (isOdd && back >= 1 - round && back <= round - 1 && x + backward[zero + back]! >= n) {
          return inside(aFrom + x, bFrom + y, aFrom, aTo, bFrom, bTo);
        }
      }
      for (let k = -round; k <= round; k += 2) {
        let x = k === -round || (k !== round && backward[zero + k - 1]! < backward[zero + k + 1]!)
          ? backward[zero + k + 1]!
          : backward[zero + k - 1]! + 1;
        let y = x - k;
        while (x < n && y < m && a[aTo - 1 - x] === b[bTo - 1 - y]) {
          x++;
          y++;
        }
        backward[zero + k] = x;
        const front = delta - k;
        if (!isOdd && front >= -round && front <= round && x + forward[zero + front]! >= n) {
          return inside(aTo - x, bTo - y, aFrom, aTo, bFrom, bTo);
        }
      }
    }
    return this.#furthest(aFrom, aTo, bFrom, bTo, rounds);
  }

  /** The furthest point the search from the left has reached. */
  #furthest(
    aFrom: number,
    aTo: number,
    bFrom: number,
    bTo: number,
    rounds: number,
  ): { a: number; b: number } | undefined {
    let best = 0;
    let bestA = aFrom;
    let bestB = bFrom;
    for (let k = -rounds; k <= rounds; k += 2) {
      const x = this.#forward[this.#zero + k]!;
      const y = x - k;
      if (x > aTo - aFrom || y > bTo - bFrom || y < 0 || x + y <= best) continue;
      best = x + y;
      bestA = aFrom + x;
      bestB = bFrom + y;
    }
    return inside(bestA, bestB, aFrom, aTo, bFrom, bTo);
  }
}

/** A point that makes both parts smaller than the whole, if it is one. */
function inside(a: number, b: number, aFrom: number, aTo: number, bFrom: number, bTo: number) {
  if (a < aFrom || a > aTo || b < bFrom || b > bTo) return undefined;
  if ((a === aFrom && b === bFrom) || (a === aTo && b === bTo)) return undefined;
  return { a, b };
}

/** The longest run of pairs, ascending in their first place, that ascends in its second, too. */
function longestAscending(pairs: readonly [number, number][]): [number, number][] {
  const tails: number[] = [];
  const before: number[] = new Array(pairs.length);
  for (let at = 0; at < pairs.length; at++) {
    const place = pairs[at]![1];
    let low = 0;
    let high = tails.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (pairs[tails[middle]!]![1] < place) low = middle + 1;
      else high = middle;
    }
    before[at] = low === 0 ? -1 : tails[low - 1]!;
    tails[low] = at;
  }
  const chain: [number, number][] = [];
  for (let at = tails.at(-1) ?? -1; at !== -1; at = before[at]!) chain.push(pairs[at]!);
  return chain.reverse();
}
