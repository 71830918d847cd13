/**
 * A way from the left to the right between boxes. The stretch is cut into slabs at the boxes' sides; within a slab what is free are
 * intervals of height, and a way is one interval a slab, each meeting the next. The one with the least going up and down is
 * taken, then drawn as level runs with a smooth step between them: a step lies in a rectangle that is free, so it meets no box.
 * O(boxes²) in the worst case, which are those near one wire. Pure.
 *
 * @module
 */

/** left, top, right, bottom of one box after the other. */
export type Boxes = readonly number[];

export interface Gate {
  readonly x: number;
  /** Where the way should be here, and between which heights it may. */
  readonly y: number;
  readonly low: number;
  readonly high: number;
}

/** A level part of a way. */
export interface Run {
  readonly y: number;
  readonly low: number;
  readonly high: number;
  /** The run leaves for the next one between these. */
  readonly stepFrom: number;
  readonly stepTo: number;
}

/** Chooses the height of a run. */
export type ChooseLane = (from: number, to: number, wanted: number, low: number, high: number) => number;

const EPSILON = 0.5;

/** The way, as runs from the left; undefined where boxes leave none between `top` and `bottom`. */
export function corridorWay(
  start: Gate,
  end: Gate,
  boxes: Boxes,
  top: number,
  bottom: number,
  choose: ChooseLane,
): readonly Run[] | undefined {
  const walls = wallsOf(start.x, end.x, boxes);
  const free = freeIntervals(walls, boxes, top, bottom);
  const gates = cheapest(free, start, end);
  return gates === undefined ? undefined : runsOf(walls, gates, start, end, choose);
}

/** Where slabs begin and end. */
function wallsOf(from: number, to: number, boxes: Boxes): readonly number[] {
  const sides = [from, to];
  for (let at = 0; at < boxes.length; at += 4) sides.push(boxes[at]!, boxes[at + 2]!);
  sides.sort((a, b) => a - b);
  const walls: number[] = [from];
  for (const x of sides) if (x > walls.at(-1)! + EPSILON && x < to - EPSILON) walls.push(x);
  walls.push(to);
  return walls;
}

interface Interval {
  readonly low: number;
  readonly high: number;
  cost: number;
  y: number;
  before: Interval | undefined;
}

function freeIntervals(walls: readonly number[], boxes: Boxes, top: number, bottom: number): Interval[][] {
  const byTop = Array.from({ length: boxes.length / 4 }, (_, index) => index * 4)
    .sort((a, b) => boxes[a + 1]! - boxes[b + 1]!);
  return Array.from({ length: walls.length - 1 }, (_, slab) => {
    const [left, right] = [walls[slab]!, walls[slab + 1]!];
    const free: Interval[] = [];
    let low = top;
    for (const at of byTop) {
      if (boxes[at]! >= right - EPSILON || boxes[at + 2]! <= left + EPSILON) continue;
      const high = boxes[at + 1]!;
      if (high >= low) free.push({ low, high, cost: Infinity, y: 0, before: undefined });
      low = Math.max(low, boxes[at + 3]!);
    }
    if (bottom >= low) free.push({ low, high: bottom, cost: Infinity, y: 0, before: undefined });
    return free;
  });
}

interface Range {
  readonly low: number;
  readonly high: number;
}

/** Between which heights the cheapest way passes each wall. */
function cheapest(free: readonly Interval[][], start: Gate, end: Gate): readonly Range[] | undefined {
  for (const interval of free[0] ?? []) {
    const gate = common(start, interval);
    if (gate === undefined) continue;
    interval.y = clamp(start.y, gate);
    interval.cost = Math.abs(interval.y - start.y);
  }
  for (let slab = 1; slab < free.length; slab++) {
    for (const next of free[slab]!) {
      for (const interval of free[slab - 1]!) {
        if (interval.cost === Infinity) continue;
        const gate = common(interval, next);
        if (gate === undefined) continue;
        const y = clamp(interval.y, gate);
        const cost = interval.cost + Math.abs(y - interval.y);
        // What is left to go counts: the other way around may be longer by the end.
        const isBetter = cost + Math.abs(y - end.y) < next.cost + Math.abs(next.y - end.y) - EPSILON;
        if (!isBetter) continue;
        next.cost = cost;
        next.y = y;
        next.before = interval;
      }
    }
  }
  let last: Interval | undefined;
  let least = Infinity;
  for (const interval of free.at(-1) ?? []) {
    const gate = common(interval, end);
    if (gate === undefined || interval.cost === Infinity) continue;
    const cost = interval.cost + Math.abs(clamp(interval.y, gate) - interval.y) +
      Math.abs(clamp(interval.y, gate) - end.y);
    if (cost >= least) continue;
    least = cost;
    last = interval;
  }
  if (last === undefined) return undefined;
  const chain: Interval[] = [];
  for (let at: Interval | undefined = last; at !== undefined; at = at.before) chain.unshift(at);
  return [start, ...chain].map((range, index) => common(range, chain[index] ?? end) as Range);
}

function runsOf(
  walls: readonly number[],
  gates: readonly Range[],
  start: Gate,
  end: Gate,
  choose: ChooseLane,
): readonly Run[] {
  // As few level runs as there can be: each goes on until it must leave its height.
  const ranges: { from: number; to: number; low: number; high: number; y: number }[] = [];
  gates.forEach((gate, wall) => {
    const last = ranges.at(-1);
    const both = last === undefined ? undefined : common(last, gate);
    if (last === undefined || both === undefined) ranges.push({ from: wall, to: wall, ...gate, y: 0 });
    else Object.assign(last, { ...both, to: wall });
  });
  ranges.forEach((range, index) => {
    const before = ranges[index - 1]?.y ?? start.y;
    const next = ranges[index + 1];
    const after = next === undefined ? end.y : (next.low + next.high) / 2;
    const isFixed = range.high - range.low < EPSILON;
    const middle = (range.low + range.high) / 2;
    const isNarrow = range.high - range.low < 40;
    const wanted = isNarrow ? middle : clamp((before + after) / 2, range);
    range.y = isFixed
      ? range.low
      : choose(walls[range.from]!, walls[range.to]!, wanted, range.low, range.high);
  });
  const runs: Run[] = [];
  let begun = 0;
  ranges.forEach((range, index) => {
    const next = ranges[index + 1];
    if (next === undefined) {
      runs.push({ y: range.y, low: range.low, high: range.high, stepFrom: end.x, stepTo: end.x });
      return;
    }
    // The step may begin as early as the next height is free all the way from there.
    let first = range.to;
    while (first > begun && isWithin(next.y, gates[first]!)) first--;
    begun = range.to + 1;
    runs.push({
      y: range.y,
      low: range.low,
      high: range.high,
      stepFrom: walls[first]!,
      stepTo: walls[range.to + 1]!,
    });
  });
  return runs;
}

function common(a: Range, b: Range): Range | undefined {
  const low = Math.max(a.low, b.low);
  const high = Math.min(a.high, b.high);
  return low <= high ? { low, high } : undefined;
}

function isWithin(y: number, { low, high }: Range): boolean {
  return y >= low && y <= high;
}

function clamp(y: number, { low, high }: Range): number {
  return Math.min(high, Math.max(low, y));
}
