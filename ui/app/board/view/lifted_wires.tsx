/**
 * The wires that one looks at: of the node or port under the pointer, of what is chosen. They are drawn over everything but the cards,
 * with a seam around them, while the others step back.
 *
 * @module
 */

import type { ReadonlySignal } from "@preact/signals";
import { curveData } from "../routing/wire_curve.ts";
import type { Board } from "../board.ts";
import type { Scene } from "./scene.ts";

/** What the pointer is on. */
export type Hovered =
  | { readonly kind: "edge"; readonly id: string }
  | { readonly kind: "node"; readonly id: string }
  | { readonly kind: "port"; readonly id: string; readonly side: "input" | "output"; readonly port: string };

/** With more wires than this nothing is told apart by lifting them. */
const MOST = 80;

/** The edges that are lifted, without those of a port where the pointer is on one; empty where nothing is looked at. */
export function liftedEdges(
  scene: Scene,
  selection: ReadonlySet<string>,
  selectedEdge: string | undefined,
  hovered: Hovered | undefined,
): readonly number[] {
  const lifted = new Set<number>();
  const takeNode = (id: string, fits: (edge: number) => boolean = () => true) => {
    const index = scene.indexOf.get(id);
    if (index === undefined) return;
    for (const edge of scene.edgesOf(index)) if (fits(edge)) lifted.add(edge);
  };
  if (hovered?.kind === "edge") lifted.add(scene.edges.findIndex(({ id }) => id === hovered.id));
  else if (hovered?.kind === "node") takeNode(hovered.id);
  else if (hovered !== undefined) {
    takeNode(hovered.id, (index) => {
      const { from, fromPort, to, toPort } = scene.edges[index]!;
      return hovered.side === "output"
        ? from === hovered.id && fromPort === hovered.port
        : to === hovered.id && toPort === hovered.port;
    });
  }
  if (selectedEdge !== undefined) lifted.add(scene.edges.findIndex(({ id }) => id === selectedEdge));
  if (lifted.size === 0 && selection.size <= MOST) {
    for (const id of selection) takeNode(id);
  }
  lifted.delete(-1);
  return lifted.size > MOST ? [] : [...lifted];
}

/** What of the board the lifted wires are told from, subscribed to where it is read in a component. */
export function liftedNow(board: Board, hovered: ReadonlySignal<Hovered | undefined>): readonly number[] {
  return liftedEdges(
    board.scene.value,
    board.shownSelection.value,
    board.selectedEdge.value,
    hovered.value,
  );
}

export function LiftedWires(
  { board, hovered, moved }: {
    readonly board: Board;
    readonly hovered: ReadonlySignal<Hovered | undefined>;
    readonly moved: ReadonlySignal<number>;
  },
) {
  moved.value;
  board.ways.found.value;
  const lifted = liftedNow(board, hovered);
  if (lifted.length === 0) return null;
  const scene = board.scene.value;
  const selected = board.selectedEdge.value;
  return (
    <svg class="lifted-wires" aria-hidden="true">
      {lifted.map((index) => <path key={index} class="seam" d={curveData(scene.curveOf(index))} />)}
      {lifted.map((index) => {
        const { id, kind } = scene.edges[index]!;
        const curve = scene.curveOf(index);
        const isOrder = kind === "after" || kind === "when" || kind === "case";
        const look = `${isOrder ? "order" : kind} ${id === selected ? "is-selected" : ""}`;
        return (
          <g key={id} class={look}>
            <path class="line" d={curveData(curve)} />
            <circle cx={curve[0]} cy={curve[1]} r="7" />
            <circle cx={curve[curve.length - 2]} cy={curve[curve.length - 1]} r="7" />
          </g>
        );
      })}
    </svg>
  );
}
