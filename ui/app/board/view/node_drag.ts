/**
 * Nodes dragged with the pointer: by the grid, or in line with others nearby, whose lines are shown as guides. They are moved in the
 * scene while it lasts; the document is changed once, where they are dropped.
 *
 * @module
 */

import type { Board } from "../board.ts";
import { GRID } from "../places.ts";
import type { Point } from "../model/commands.ts";
import type { Scene } from "./scene.ts";

export interface Guide {
  readonly axis: "x" | "y";
  readonly at: number;
  readonly from: number;
  readonly to: number;
}

/** A press that moves less is a click. */
export const SLACK_PX = 4;
const SNAP_PX = 6;

export class NodeDrag {
  readonly #board: Board;
  readonly #scene: Scene;
  readonly #start: Point;
  readonly #indices: readonly number[];
  readonly #primary: number;
  readonly #pressed: string;
  readonly #isPlain: boolean;
  #dx = 0;
  #dy = 0;
  #isMoved = false;
  guides: readonly Guide[] = [];

  private constructor(
    board: Board,
    indices: readonly number[],
    primary: number,
    pressed: string,
    start: Point,
    isPlain: boolean,
  ) {
    this.#board = board;
    this.#scene = board.scene.peek();
    this.#indices = indices;
    this.#primary = primary;
    this.#pressed = pressed;
    this.#start = start;
    this.#isPlain = isPlain;
  }

  /** Takes what is chosen by the node that was pressed; undefined where nothing can be moved. `isPlain`: no key adds to the choice. */
  static begin(board: Board, pressed: string, start: Point, isPlain: boolean): NodeDrag | undefined {
    const { indexOf } = board.scene.peek();
    const found = [...board.selection.peek()].flatMap((one) => indexOf.get(one) ?? []);
    const primary = indexOf.get(pressed);
    if (primary === undefined || found.length === 0) return undefined;
    return new NodeDrag(board, [...new Set(found)], primary, pressed, start, isPlain);
  }

  /** Follows the pointer; false while that is still a click. `isFree`: neither grid nor guides. */
  move(screen: Point, isFree: boolean): boolean {
    const scene = this.#scene;
    const primary = this.#primary;
    const { zoom } = this.#board.look.view.peek();
    let dx = (screen.x - this.#start.x) / zoom;
    let dy = (screen.y - this.#start.y) / zoom;
    if (!this.#isMoved && Math.hypot(dx, dy) * zoom < SLACK_PX) return false;
    this.#isMoved = true;
    const left = scene.left[primary]! - this.#dx + dx;
    const top = scene.top[primary]! - this.#dy + dy;
    const guides: Guide[] = [];
    if (!isFree) {
      const moved = new Set(this.#indices);
      const x = alignment(scene, moved, primary, "x", left, top, zoom);
      const y = alignment(scene, moved, primary, "y", top, left, zoom);
      dx += x?.shift ?? Math.round(left / GRID) * GRID - left;
      dy += y?.shift ?? Math.round(top / GRID) * GRID - top;
      for (const found of [x, y]) if (found !== undefined) guides.push(found.guide);
    }
    scene.move(this.#indices, dx - this.#dx, dy - this.#dy);
    this.#dx = dx;
    this.#dy = dy;
    this.guides = guides;
    return true;
  }

  /** Writes the places; a press that did not move chooses. */
  drop(): void {
    const { ids, left, top } = this.#scene;
    if (!this.#isMoved) {
      if (this.#isPlain) this.#board.select([this.#pressed]);
      return;
    }
    this.#board.moveTo(
      new Map(this.#indices.map((index) => [ids[index]!, { x: left[index]!, y: top[index]! }])),
    );
  }

  /** Puts everything back; false where nothing had moved. */
  giveUp(): boolean {
    if (this.#isMoved) this.#scene.move(this.#indices, -this.#dx, -this.#dy);
    return this.#isMoved;
  }
}

/** The nearest line of another node that the dragged one nearly stands on. */
function alignment(
  scene: Scene,
  moved: ReadonlySet<number>,
  primary: number,
  axis: "x" | "y",
  along: number,
  across: number,
  zoom: number,
): { readonly shift: number; readonly guide: Guide } | undefined {
  const [start, size, crossStart, crossSize] = axis === "x"
    ? [scene.left, scene.width, scene.top, scene.height]
    : [scene.top, scene.height, scene.left, scene.width];
  const reach = 600 / zoom;
  const rect = axis === "x"
    ? { left: along - 40, right: along + 260, top: across - reach, bottom: across + reach }
    : { top: along - 40, bottom: along + 260, left: across - reach, right: across + reach };
  let best: { shift: number; guide: Guide } | undefined;
  for (const index of scene.boxesIn(rect)) {
    if (moved.has(index)) continue;
    for (const share of [0, 0.5, 1]) {
      const line = start[index]! + share * size[index]!;
      const shift = line - (along + share * size[primary]!);
      if (Math.abs(shift) * zoom > SNAP_PX || Math.abs(shift) >= Math.abs(best?.shift ?? Infinity)) continue;
      const from = Math.min(across, crossStart[index]!);
      const to = Math.max(across + crossSize[primary]!, crossStart[index]! + crossSize[index]!);
      best = { shift, guide: { axis, at: line, from, to } };
    }
  }
  return best;
}
