/** Workflows to measure the page with: as they are, and the same for the same size. @module */

import type { LayoutRequest } from "../../ui/app/board/layout/layout_graph.ts";

/** A workflow as they are: layers, 1.35 connections a node, most of them near. The same for the same size. */
export function edgesOf(count: number): readonly (readonly [number, number])[] {
  let state = 7;
  const random = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
  const wide = Math.max(4, Math.round(Math.sqrt(count)));
  const edges: [number, number][] = [];
  for (let node = wide; node < count; node++) {
    const inputs = random() < 0.35 ? 2 : 1;
    for (let i = 0; i < inputs; i++) {
      const back = Math.floor(random() * Math.min(node, 2 * wide)) + 1;
      edges.push([Math.max(0, node - back), node]);
    }
  }
  return edges;
}

export function workflowText(count: number, places: readonly (readonly [string, number, number])[]): string {
  const into = new Map<number, number[]>();
  for (const [from, to] of edgesOf(count)) into.set(to, [...into.get(to) ?? [], from]);
  const at = new Map(places.map(([id, x, y]) => [id, { x, y }]));
  const nodes = Array.from({ length: count }, (_, node) => {
    const [text, more] = into.get(node) ?? [];
    const bindings = [
      ...(text === undefined ? [`"data": 1`] : [`"data": "n${text}.result"`]),
      ...(more === undefined ? [] : [`"timeoutMs": "size(string(n${more}.result))"`]),
    ];
    const bound = `, "in": { ${bindings.join(", ")} }, "with": { "expression": "$" }`;
    const place = at.get(`n${node}`);
    const position = place === undefined ? "" : `, "position": { "x": ${place.x}, "y": ${place.y} }`;
    return `    "n${node}": { "use": "data/transform"${bound}${position} }`;
  });
  return `{\n  "schema": 1,\n  "id": "flow",\n  "nodes": {\n${nodes.join(",\n")}\n  }\n}\n`;
}

export function layoutRequest(count: number): LayoutRequest {
  return {
    nodes: Array.from({ length: count }, (_, node) => ({ id: `n${node}`, width: 216, height: 142 })),
    edges: edgesOf(count).map(([from, to]) => [`n${from}`, `n${to}`]),
    groups: [],
  };
}
