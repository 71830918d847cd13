/** Where the wires of a drawing begin and end, and who touches whom, in typed arrays. @module */

import type { BoardEdge } from "../model/graph.ts";
import { type CardShape, portPlace } from "./card_shape.ts";

/** The cards that wires hang on, by index. */
export interface WireCards {
  readonly indexOf: ReadonlyMap<string, number>;
  readonly shapes: readonly (CardShape | undefined)[];
  readonly left: Float64Array;
  readonly top: Float64Array;
}

export class WireEnds {
  readonly #edges: readonly BoardEdge[];
  readonly #cards: WireCards;
  /** Per edge: x1, y1, x2, y2. */
  readonly lines: Float64Array;
  /** Per edge, the index of the card that it comes from, and of that it goes to. */
  readonly from: Int32Array;
  readonly to: Int32Array;
  /** Edges of one number come from one port. */
  readonly trunks: Int32Array;
  /** Edges that touch a card: those from `#starts` at its index on, up to where the next one's begin. */
  readonly #starts: Uint32Array;
  readonly #touching: Uint32Array;

  constructor(edges: readonly BoardEdge[], cards: WireCards) {
    this.#edges = edges;
    this.#cards = cards;
    const count = edges.length;
    this.lines = new Float64Array(count * 4);
    this.from = new Int32Array(count);
    this.to = new Int32Array(count);
    this.trunks = new Int32Array(count);
    const starts = this.#starts = new Uint32Array(cards.left.length + 1);
    for (let edge = 0; edge < count; edge++) {
      const from = this.from[edge] = cards.indexOf.get(edges[edge]!.from) as number;
      const to = this.to[edge] = cards.indexOf.get(edges[edge]!.to) as number;
      // Counted one place behind, so that the sum of what is before is the start.
      starts[from + 1]!++;
      if (to !== from) starts[to + 1]!++;
      this.place(edge);
    }
    for (let card = 1; card < starts.length; card++) starts[card]! += starts[card - 1]!;
    this.#touching = new Uint32Array(starts.at(-1) ?? 0);
    const next = starts.slice();
    for (let edge = 0; edge < count; edge++) {
      const [from, to] = [this.from[edge]!, this.to[edge]!];
      this.#touching[next[from]!++] = edge;
      if (to !== from) this.#touching[next[to]!++] = edge;
    }
  }

  /** Puts an edge's ends where its cards stand. */
  place(edge: number): void {
    const { shapes, left, top } = this.#cards;
    const from = this.from[edge]!;
    const to = this.to[edge]!;
    const { fromPort, toPort } = this.#edges[edge] as BoardEdge;
    const a = portPlace(shapes[from] as CardShape, "output", fromPort);
    const b = portPlace(shapes[to] as CardShape, "input", toPort);
    this.trunks[edge] = from * 4096 + Math.round(a.y);
    const at = edge * 4;
    this.lines[at] = left[from]! + a.x;
    this.lines[at + 1] = top[from]! + a.y;
    this.lines[at + 2] = left[to]! + b.x;
    this.lines[at + 3] = top[to]! + b.y;
  }

  /** Edges that touch a card, in their order. */
  at(card: number): Uint32Array {
    return this.#touching.subarray(this.#starts[card], this.#starts[card + 1]);
  }
}
