import assert from "node:assert/strict";
import fc from "fast-check";
import { layeredLayout } from "../../../ui/app/board/layout/layered.ts";
import { layoutGraph } from "../../../ui/app/board/layout/layout_graph.ts";

const options = { gapX: 80, gapY: 20 };
const graph = fc.integer({ min: 1, max: 40 }).chain((count) =>
  fc.tuple(fc.constant(count), fc.array(fc.tuple(fc.nat(count - 1), fc.nat(count - 1)), { maxLength: 80 }))
);

Deno.test("layeredLayout() overlaps no two nodes, whatever the graph: cycles, loops, several edges", () => {
  fc.assert(
    fc.property(graph, ([count, edges]) => {
      const widths = Array.from({ length: count }, (_, i) => 100 + (i % 3) * 40);
      const heights = Array.from({ length: count }, (_, i) => 40 + (i % 4) * 30);
      const { x, y } = layeredLayout(
        widths,
        heights,
        edges.map(([a]) => a),
        edges.map(([, b]) => b),
        options,
      );
      for (let a = 0; a < count; a++) {
        assert.ok(Number.isFinite(x[a]) && Number.isFinite(y[a]));
        for (let b = a + 1; b < count; b++) {
          const apart = x[a]! + widths[a]! <= x[b]! || x[b]! + widths[b]! <= x[a]! ||
            y[a]! + heights[a]! <= y[b]! + 1e-6 || y[b]! + heights[b]! <= y[a]! + 1e-6;
          assert.ok(apart, `${a} and ${b} overlap`);
        }
      }
    }),
    { seed: 21, numRuns: 300 },
  );
});

Deno.test("layeredLayout() lets every edge of an acyclic graph point to the right", () => {
  fc.assert(
    fc.property(graph, ([count, edges]) => {
      const forward = edges.filter(([a, b]) => a !== b).map(([a, b]) =>
        a < b ? [a, b] as const : [b, a] as const
      );
      const sizes = Array.from({ length: count }, () => 100);
      const { x } = layeredLayout(sizes, sizes, forward.map(([a]) => a), forward.map(([, b]) => b), options);
      for (const [a, b] of forward) assert.ok(x[a]! < x[b]!);
    }),
    { seed: 22, numRuns: 300 },
  );
});

Deno.test("layeredLayout() untangles what can be untangled", () => {
  // Two chains whose second layers stand crosswise in the file.
  const sizes = [50, 50, 50, 50];
  const { y } = layeredLayout(sizes, sizes, [0, 1], [3, 2], options);
  assert.equal(Math.sign(y[0]! - y[1]!), Math.sign(y[3]! - y[2]!));
});

Deno.test("layeredLayout() takes long edges over thousands of layers without a dummy for each", () => {
  const count = 3000;
  const sizes = new Float64Array(count).fill(50);
  const from = [...Array.from({ length: count - 1 }, (_, i) => i), ...Array.from({ length: 500 }, () => 0)];
  const to = [
    ...Array.from({ length: count - 1 }, (_, i) => i + 1),
    ...Array.from({ length: 500 }, (_, i) => count - 1 - i),
  ];
  assert.equal(layeredLayout(sizes, sizes, from, to, options).x[count - 1], (count - 1) * 130);
});

Deno.test("layoutGraph() keeps strangers out of a group's frame", () => {
  const nodes = ["a", "b", "c", "d", "e"].map((id) => ({ id, width: 100, height: 60 }));
  const edges = [["a", "b"], ["b", "c"], ["a", "d"], ["d", "e"], ["c", "e"]] as const;
  const places = new Map(
    layoutGraph({ nodes, edges, groups: [{ id: "g", nodes: ["b", "c"] }] }).map((
      [id, x, y],
    ) => [id, { x, y }]),
  );
  assert.equal(places.size, 5);
  const members = [places.get("b")!, places.get("c")!];
  const left = Math.min(...members.map(({ x }) => x)) - 18;
  const right = Math.max(...members.map(({ x }) => x)) + 118;
  const top = Math.min(...members.map(({ y }) => y)) - 44;
  const bottom = Math.max(...members.map(({ y }) => y)) + 78;
  for (const id of ["a", "d", "e"]) {
    const { x, y } = places.get(id)!;
    assert.ok(x + 100 <= left || x >= right || y + 60 <= top || y >= bottom, id);
  }
});

Deno.test("layoutGraph() stands neighbours so that the edges between their ports are level", () => {
  const nodes = [["a", 120], ["b", 60], ["c", 200]].map(([id, height]) => ({
    id: String(id),
    width: 200,
    height: Number(height),
  }));
  // Two of three edges from a go to b at the same distances; c follows b from a port far down.
  const edges = [["a", "b", 60, 40], ["a", "b", 70, 50], ["b", "c", 50, 180]] as const;
  const top = new Map(layoutGraph({ nodes, edges, groups: [] }).map(([id, , y]) => [id, y]));
  for (const [from, to, fromY, toY] of edges) {
    assert.ok(Math.abs(top.get(from)! + fromY - (top.get(to)! + toY)) <= 1, `${from} to ${to}`);
  }
  // So does what leads into a group, to the port of the member.
  const grouped = new Map(
    layoutGraph({ nodes, edges: edges.slice(0, 2), groups: [{ id: "g", nodes: ["b"] }] }).map((
      [id, , y],
    ) => [id, y]),
  );
  assert.ok(Math.abs(grouped.get("a")! + 60 - (grouped.get("b")! + 40)) <= 1);
});
