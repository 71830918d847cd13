import fc from "fast-check";
import assert from "node:assert/strict";
import {
  type Adjacency,
  adjacency,
  ancestors,
  criticalPath,
  descendants,
  findCycle,
  indegrees,
  levels,
  remainingWeight,
  reversed,
  topologicalOrder,
} from "../../../core/workflow/graph.ts";

type Edge = readonly [number, number];

const size = 9;
const anyGraph = fc.array(fc.tuple(fc.nat(size - 1), fc.nat(size - 1)), { maxLength: 24 });
/** Edges go from lower to higher numbers under a shuffled naming, so that there is no cycle. */
const acyclic = fc.tuple(anyGraph, fc.shuffledSubarray([...Array(size).keys()], { minLength: size }))
  .map(([edges, names]): Edge[] =>
    edges.filter(([a, b]) => a !== b).map(([a, b]) =>
      [names[Math.min(a, b)] as number, names[Math.max(a, b)] as number] as const
    )
  );
const weights = fc.array(fc.nat(20), { minLength: size, maxLength: size });

function graphOf(edges: readonly Edge[]): Adjacency {
  return adjacency(size, edges.map(([from]) => from), edges.map(([, to]) => to));
}

/** Reachable in one step or more, by closing the relation. */
function closure(edges: readonly Edge[]): boolean[][] {
  const reach = Array.from({ length: size }, () => Array<boolean>(size).fill(false));
  for (const [a, b] of edges) (reach[a] as boolean[])[b] = true;
  for (let k = 0; k < size; k++) {
    for (let a = 0; a < size; a++) {
      for (let b = 0; b < size; b++) {
        if (reach[a]?.[k] && reach[k]?.[b]) (reach[a] as boolean[])[b] = true;
      }
    }
  }
  return reach;
}

/** The greatest sum of `weight` over paths from `node`, by trying all. */
function heaviest(edges: readonly Edge[], node: number, weight: (node: number) => number): number {
  const after = edges.filter(([from]) => from === node).map(([, to]) => heaviest(edges, to, weight));
  return weight(node) + Math.max(0, ...after);
}

Deno.test("adjacency() and reversed() hold every edge, and indegrees() counts them", () => {
  fc.assert(fc.property(anyGraph, (edges) => {
    const listed = ({ offsets, targets }: Adjacency) =>
      [...Array(size).keys()].flatMap((node) =>
        [...targets.subarray(offsets[node], offsets[node + 1])].map((to) => `${node}>${to}`)
      ).sort();
    const graph = graphOf(edges);
    assert.deepEqual(listed(graph), edges.map(([a, b]) => `${a}>${b}`).sort());
    assert.deepEqual(listed(reversed(graph)), edges.map(([a, b]) => `${b}>${a}`).sort());
    const counted = [...Array(size).keys()].map((node) => edges.filter(([, to]) => to === node).length);
    assert.deepEqual([...indegrees(graph)], counted);
  }));
});

Deno.test("topologicalOrder() and findCycle() agree with the closure on whether there is a cycle", () => {
  fc.assert(fc.property(anyGraph, (edges) => {
    const graph = graphOf(edges);
    const isCyclic = closure(edges).some((row, node) => row[node]);
    const order = topologicalOrder(graph);
    const cycle = findCycle(graph);
    assert.equal(order === undefined, isCyclic);
    assert.equal(cycle !== undefined, isCyclic);
    if (order !== undefined) {
      assert.deepEqual([...order].sort((a, b) => a - b), [...Array(size).keys()]);
      for (const [from, to] of edges) assert.ok(order.indexOf(from) < order.indexOf(to));
    }
    cycle?.forEach((node, place) => {
      const next = cycle[(place + 1) % cycle.length];
      assert.ok(edges.some(([from, to]) => from === node && to === next), `no edge ${node} > ${next}`);
    });
    if (cycle !== undefined) assert.equal(new Set(cycle).size, cycle.length);
  }));
});

Deno.test("levels(), remainingWeight() and criticalPath() agree with trying all paths", () => {
  fc.assert(fc.property(acyclic, weights, (edges, weight) => {
    const graph = graphOf(edges);
    const order = topologicalOrder(graph) as Uint32Array;
    const backwards = edges.map(([from, to]) => [to, from] as const);
    const nodes = [...Array(size).keys()];
    assert.deepEqual([...levels(graph, order)], nodes.map((node) => heaviest(backwards, node, () => 1) - 1));
    const remaining = nodes.map((node) => heaviest(edges, node, (at) => weight[at] as number));
    assert.deepEqual([...remainingWeight(graph, order, weight)], remaining);
    const found = criticalPath(graph, order, weight);
    assert.equal(found.weight, Math.max(...remaining));
    assert.equal(found.path.reduce((sum, node) => sum + (weight[node] as number), 0), found.weight);
    found.path.slice(1).forEach((node, place) => {
      assert.ok(edges.some(([from, to]) => from === found.path[place] && to === node));
    });
  }));
});

Deno.test("descendants() and ancestors() agree with the closure", () => {
  fc.assert(fc.property(anyGraph, fc.uniqueArray(fc.nat(size - 1), { maxLength: 3 }), (edges, starts) => {
    const reach = closure(edges);
    const nodes = [...Array(size).keys()];
    const mark = (holds: boolean | undefined) => holds === true ? 1 : 0;
    const below = nodes.map((node) => mark(starts.some((start) => reach[start]?.[node])));
    const above = nodes.map((node) => mark(starts.some((start) => reach[node]?.[start])));
    assert.deepEqual([...descendants(graphOf(edges), starts)], below);
    assert.deepEqual([...ancestors(graphOf(edges), starts)], above);
  }));
});

Deno.test("graph functions walk a chain of 100,000 nodes", () => {
  const count = 100_000;
  const from = Uint32Array.from({ length: count - 1 }, (_, index) => index);
  const graph = adjacency(count, from, from.map((node) => node + 1));
  const order = topologicalOrder(graph) as Uint32Array;
  assert.equal(levels(graph, order).at(-1), count - 1);
  assert.equal(findCycle(graph), undefined);
  assert.equal(descendants(graph, [0]).reduce((sum, mark) => sum + mark, 0), count - 1);
  const ring = adjacency(count, [...from, count - 1], [...from.map((node) => node + 1), 0]);
  assert.equal(findCycle(ring)?.length, count);
});
