/** Where the keyboard looks: the chosen connection, or the node's outputs and then its bound inputs, one after the other. @module */

import type { Board } from "../board.ts";
import { portPlace } from "../view/card_shape.ts";
import type { Place } from "./passing.ts";
import type { Rest } from "./rest_watch.ts";

/** The place after the one that is shown; undefined where there is none left. */
export function nextPlace(board: Board, before: Rest | undefined): Rest | undefined {
  const scene = board.scene.peek();
  const toScreen = ({ x, y }: { readonly x: number; readonly y: number }) => {
    const view = board.look.view.peek();
    return { x: x * view.zoom + view.x, y: y * view.zoom + view.y };
  };
  const chosen = board.selectedEdge.peek();
  const edge = chosen === undefined ? -1 : scene.edges.findIndex(({ id }) => id === chosen);
  const found = scene.edges[edge];
  if (found !== undefined) {
    return before?.key === found.id ? undefined : {
      place: { kind: "edge", edge: found },
      key: found.id,
      isByKey: true,
      ...toScreen(scene.middleOf(edge)),
    };
  }
  const index = scene.indexOf.get(board.cursor.peek() ?? "");
  const shape = index === undefined ? undefined : scene.shapes[index];
  const node = index === undefined ? undefined : scene.nodes[index];
  if (index === undefined || shape === undefined || node === undefined) return undefined;
  const places = [
    ...shape.outputs.map(({ name }) => ["output", name] as const),
    ...shape.inputs.filter(({ isBound }) => isBound).map(({ name }) => ["input", name] as const),
  ];
  const keyOf = ([side, port]: readonly ["input" | "output", string]) => `${side} ${node.id}.${port}`;
  const at = places.findIndex((place) => keyOf(place) === before?.key);
  const next = places[at + 1];
  if (next === undefined) return undefined;
  const [side, port] = next;
  const corner = portPlace(shape, side, port);
  const place: Place = { kind: "port", node: node.id, side, port };
  return {
    place,
    key: keyOf(next),
    isByKey: true,
    ...toScreen({ x: scene.left[index]! + corner.x, y: scene.top[index]! + corner.y }),
  };
}
