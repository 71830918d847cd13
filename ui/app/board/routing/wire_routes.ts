/**
 * The ways of all wires of a drawing. They are found in the wires' order, so that the same drawing always looks the same; where
 * something moves, only the wires at it and those that it would hide, or does no longer, are found anew.
 *
 * @module
 */

import { PlaceGrid } from "../view/place_grid.ts";
import type { Rect } from "../view/viewport.ts";
import { directCurve, type WireCurve } from "./wire_curve.ts";
import { WireLanes } from "./wire_lanes.ts";
import { wayAround } from "./wire_router.ts";

/** What ways depend on. */
export interface WireGround {
  readonly left: Float64Array;
  readonly top: Float64Array;
  readonly width: Float64Array;
  readonly height: Float64Array;
  /** x1, y1, x2, y2 of each wire. */
  readonly lines: Float64Array;
  /** The boxes at a wire's ends. */
  readonly from: Int32Array;
  readonly to: Int32Array;
  /** Wires with the same trunk come from the same port. */
  readonly trunk: Int32Array;
}

/** A level stretch shorter than this needs no lane. */
const SHORT = 40;
/** Boxes looked at before the wires that are left go directly: where thousands of cards lie on one heap, no way helps. */
const MOST_LOOKS = 12_000_000;

export class WireRoutes {
  readonly #ground: WireGround;
  readonly #boxesIn: (rect: Rect) => readonly number[];
  readonly #ways: (WireCurve | undefined)[];
  /** Made from the ways when a way is first to be found beside others. */
  #lanes: WireLanes | undefined;
  #looks = 0;

  /** `boxesIn` finds boxes by place, as they stand now. */
  constructor(ground: WireGround, boxesIn: (rect: Rect) => readonly number[]) {
    this.#ground = ground;
    this.#boxesIn = boxesIn;
    this.#ways = new Array(ground.from.length).fill(undefined);
  }

  /** The way around what stands between; undefined where the direct curve does. */
  wayOf(wire: number): WireCurve | undefined {
    return this.#ways[wire];
  }

  curveOf(wire: number): WireCurve {
    const { lines } = this.#ground;
    const at = wire * 4;
    return this.#ways[wire] ?? directCurve(lines[at]!, lines[at + 1]!, lines[at + 2]!, lines[at + 3]!);
  }

  /** Finds the ways of these wires anew, or of all. */
  find(wires?: Iterable<number>): void {
    this.#looks = 0;
    if (wires === undefined) {
      this.#lanes = new WireLanes();
      for (let wire = 0; wire < this.#ways.length; wire++) this.#find(wire);
      return;
    }
    const list = [...new Set(wires)].sort((a, b) => a - b);
    const lanes = this.#lanes ??= this.#lanesTaken();
    for (const wire of list) lanes.leave(wire);
    for (const wire of list) this.#find(wire);
  }

  /** Takes a way that was found elsewhere, or before. */
  keep(wire: number, way: WireCurve | undefined): void {
    this.#ways[wire] = way;
    if (this.#lanes === undefined) return;
    this.#lanes.leave(wire);
    if (way !== undefined) this.#settle(this.#lanes, wire, way);
  }

  #lanesTaken(): WireLanes {
    const lanes = new WireLanes();
    this.#ways.forEach((way, wire) => way === undefined ? undefined : this.#settle(lanes, wire, way));
    return lanes;
  }

  /** Notes the level stretches of a way. */
  #settle(lanes: WireLanes, wire: number, way: WireCurve): void {
    const trunk = this.#ground.trunk[wire]!;
    for (let at = 2; at < way.length; at += 6) {
      const [x0, y0, x, y] = [way[at - 2]!, way[at - 1]!, way[at + 4]!, way[at + 5]!];
      if (y0 === y && Math.abs(x - x0) >= SHORT) {
        lanes.take(wire, trunk, Math.min(x0, x), Math.max(x0, x), y);
      }
    }
  }

  #find(wire: number): void {
    const { left, top, width, height, lines, from, to, trunk } = this.#ground;
    const [source, target] = [from[wire]!, to[wire]!];
    this.#ways[wire] = undefined;
    if (this.#looks > MOST_LOOKS) return;
    const boxes = (indices: Iterable<number>) => {
      const rects: number[] = [];
      for (const box of indices) {
        rects.push(left[box]!, top[box]!, left[box]! + width[box]!, top[box]! + height[box]!);
      }
      return rects;
    };
    const at = wire * 4;
    const lanes = this.#lanes ??= this.#lanesTaken();
    const way = wayAround(
      { x1: lines[at]!, y1: lines[at + 1]!, x2: lines[at + 2]!, y2: lines[at + 3]! },
      {
        others: (rect) => {
          const found = this.#boxesIn(rect);
          this.#looks += found.length;
          return boxes(found.filter((box) => box !== source && box !== target));
        },
        own: boxes(source === target ? [source] : [source, target]),
      },
      (a, b, wanted, low, high) => lanes.free(a, b, wanted, low, high, trunk[wire]!),
    );
    this.#ways[wire] = way;
    if (way !== undefined) this.#settle(lanes, wire, way);
  }
}

/** All ways in two arrays, which can be handed to another thread. */
export interface FlatWays {
  /** Where each wire's numbers begin in `points`; as many as wires and one. */
  readonly starts: Int32Array;
  readonly points: Float64Array;
}

/** The ways of a whole drawing. */
export function flatWays(ground: WireGround): FlatWays {
  const count = ground.left.length;
  const rects = new Float64Array(count * 4);
  for (let box = 0; box < count; box++) {
    rects[box * 4] = ground.left[box]!;
    rects[box * 4 + 1] = ground.top[box]!;
    rects[box * 4 + 2] = ground.left[box]! + ground.width[box]!;
    rects[box * 4 + 3] = ground.top[box]! + ground.height[box]!;
  }
  const grid = new PlaceGrid(rects);
  const routes = new WireRoutes(ground, (rect) => grid.find(rect));
  routes.find();
  const wires = ground.from.length;
  const starts = new Int32Array(wires + 1);
  for (let wire = 0; wire < wires; wire++) {
    starts[wire + 1] = starts[wire]! + (routes.wayOf(wire)?.length ?? 0);
  }
  const points = new Float64Array(starts[wires]!);
  for (let wire = 0; wire < wires; wire++) points.set(routes.wayOf(wire) ?? [], starts[wire]!);
  return { starts, points };
}
