import assert from "node:assert/strict";
import type { Lineage } from "../../../../ui/api/artifacts.ts";
import { layoutGraph } from "../../../../ui/app/board/layout/layout_graph.ts";
import { flatWays } from "../../../../ui/app/board/routing/wire_routes.ts";
import { CARD, lineageDrawing } from "../../../../ui/app/monitor/artifacts/lineage_drawing.ts";
import { curveMeets } from "../../../../ui/app/board/routing/wire_curve.ts";

const drafting = { layout: layoutGraph, ways: flatWays };

/** Every artifact of a chain goes into the last one as well. */
function chain(length: number): Pick<Lineage, "nodes" | "edges"> {
  const ids = Array.from({ length }, (_, at) => `a${at}`);
  const last = ids.at(-1) as string;
  return {
    nodes: ids.map((id) => ({ id, kind: "artifact", title: id })),
    edges: ids.slice(1).flatMap((to, at) => [{ from: ids[at]!, to }, { from: ids[at]!, to: last }]).slice(
      0,
      -1,
    ),
  } as unknown as Lineage;
}

Deno.test("lineageDrawing() leads lines around the cards between, and has room for all of them", async () => {
  const lineage = chain(7);
  const { places, lines, width, height } = await lineageDrawing(lineage, drafting);
  assert.equal(lines.length, lineage.edges.length);
  lineage.edges.forEach(({ from, to }, at) => {
    const numbers = lines[at]!.match(/-?\d+(\.\d+)?/g)!.map(Number);
    const curve = Float64Array.from(numbers);
    for (let place = 0; place < numbers.length; place += 2) {
      const [x, y] = [numbers[place]!, numbers[place + 1]!];
      assert.ok(
        x >= 0 && x <= width && y >= 0 && y <= height,
        `${from} to ${to} leaves the drawing at ${x} ${y}`,
      );
    }
    for (const [id, { x, y }] of places) {
      if (id === from || id === to) continue;
      const card = { left: x, top: y, right: x + CARD.width, bottom: y + CARD.height };
      assert.ok(!curveMeets(curve, card), `the line from ${from} to ${to} runs behind ${id}`);
    }
  });
});

Deno.test("lineageDrawing() leaves out what leads to nothing that is shown", async () => {
  const { nodes, edges } = chain(2);
  const cut = { from: "gone", to: "a0" } as (typeof edges)[number];
  assert.equal((await lineageDrawing({ nodes, edges: [...edges, cut] }, drafting)).lines.length, 1);
});
