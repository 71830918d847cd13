import assert from "node:assert/strict";
import process from "node:process";
import fc from "fast-check";
import { Board } from "../../../ui/app/board/board.ts";
import { layoutGraph, type LayoutRequest } from "../../../ui/app/board/layout/layout_graph.ts";
import {
  curveDistance,
  curveMeets,
  curveMiddle,
  walkCurve,
} from "../../../ui/app/board/routing/wire_curve.ts";
import { flatWays, type WireGround, WireRoutes } from "../../../ui/app/board/routing/wire_routes.ts";
import { boardSvg } from "../../../ui/app/board/view/board_svg.ts";
import type { Colours } from "../../../ui/app/board/view/painter.ts";
import type { Scene } from "../../../ui/app/board/view/scene.ts";
import { catalog } from "../../core/workflow/catalog.ts";

const layouter = { ask: (request: LayoutRequest) => Promise.resolve(layoutGraph(request)) };

interface Drawing extends LayoutRequest {
  readonly ground: WireGround;
}

/** A drawing by the layout: the wires begin and end at ports down the cards' sides. */
function laidOut(count: number, pairs: readonly (readonly [number, number])[], isGrouped = false): Drawing {
  const nodes = Array.from({ length: count }, (_, i) => ({
    id: `n${i}`,
    width: 216,
    height: 58 + (i % 5) * 26,
  }));
  const edges = pairs.map(([a, b]) => [`n${a}`, `n${b}`] as const);
  const members = nodes.slice(0, Math.floor(count / 3)).map(({ id }) => id);
  const groups = isGrouped && members.length > 1 ? [{ id: "g", nodes: members }] : [];
  const places = new Map(layoutGraph({ nodes, edges, groups }).map(([id, x, y]) => [id, { x, y }]));
  const at = nodes.map(({ id }) => places.get(id)!);
  return {
    ...{ nodes, edges, groups },
    ground: grounded(at.map(({ x, y }, i) => [x, y, nodes[i]!.width, nodes[i]!.height]), pairs),
  };
}

function grounded(
  boxes: readonly (readonly [number, number, number, number])[],
  pairs: readonly (readonly [number, number])[],
): WireGround {
  const lines = new Float64Array(pairs.length * 4);
  pairs.forEach(([a, b], wire) => {
    const [from, to] = [boxes[a]!, boxes[b]!];
    const port = (height: number, seed: number) =>
      18 + (seed % Math.max(1, Math.floor(height / 20) - 1)) * 20;
    lines.set(
      [from[0] + from[2], from[1] + port(from[3], wire), to[0], to[1] + port(to[3], 3 * wire + 1)],
      wire * 4,
    );
  });
  return {
    left: Float64Array.from(boxes, ([x]) => x),
    top: Float64Array.from(boxes, ([, y]) => y),
    width: Float64Array.from(boxes, ([, , width]) => width),
    height: Float64Array.from(boxes, ([, , , height]) => height),
    lines,
    from: Int32Array.from(pairs, ([a]) => a),
    to: Int32Array.from(pairs, ([, b]) => b),
    trunk: Int32Array.from(pairs, ([a], wire) => a * 64 + Math.round(lines[wire * 4 + 1]! % 64)),
  };
}

function routesOf(ground: WireGround): WireRoutes {
  const routes = new WireRoutes(
    ground,
    (rect) =>
      [...ground.left.keys()].filter((i) =>
        ground.left[i]! < rect.right && ground.left[i]! + ground.width[i]! > rect.left &&
        ground.top[i]! < rect.bottom && ground.top[i]! + ground.height[i]! > rect.top
      ),
  );
  routes.find();
  return routes;
}

/** Wires that pass behind a card that is not theirs. */
function hidden(ground: WireGround, routes: Pick<WireRoutes, "curveOf">): readonly string[] {
  const found: string[] = [];
  for (let wire = 0; wire < ground.from.length; wire++) {
    const curve = routes.curveOf(wire);
    for (let box = 0; box < ground.left.length; box++) {
      if (box === ground.from[wire] || box === ground.to[wire]) continue;
      const rect = {
        left: ground.left[box]! + 1,
        top: ground.top[box]! + 1,
        right: ground.left[box]! + ground.width[box]! - 1,
        bottom: ground.top[box]! + ground.height[box]! - 1,
      };
      if (curveMeets(curve, rect)) found.push(`wire ${wire} passes behind ${box}`);
    }
  }
  return found;
}

const graph = fc.integer({ min: 2, max: 40 }).chain((count) =>
  fc.tuple(fc.constant(count), fc.array(fc.tuple(fc.nat(count - 1), fc.nat(count - 1)), { maxLength: 70 }))
);

Deno.test("no wire of a laid-out graph passes behind a card, whatever the graph: cycles, loops, groups", () => {
  fc.assert(
    fc.property(graph, fc.boolean(), ([count, pairs], isGrouped) => {
      const { ground } = laidOut(count, pairs, isGrouped);
      assert.deepEqual(hidden(ground, routesOf(ground)), []);
    }),
    { seed: 31, numRuns: 200 },
  );
});

Deno.test("no wire passes behind a card where somebody has placed the cards by hand, with room between them", () => {
  const cell = fc.record({ dx: fc.nat(60), dy: fc.nat(60), height: fc.integer({ min: 40, max: 160 }) });
  const board = fc.tuple(
    fc.array(cell, { minLength: 9, maxLength: 25 }),
    fc.array(fc.tuple(fc.nat(8), fc.nat(8))),
  );
  fc.assert(
    fc.property(board, ([cells, pairs]) => {
      // Five columns whose cards stand out of line, 100 units apart or more.
      const boxes = cells.map(({ dx, dy, height }, i) =>
        [(i % 5) * 400 + dx, Math.floor(i / 5) * 300 + dy, 216, height] as const
      );
      const ground = grounded(boxes, pairs);
      assert.deepEqual(hidden(ground, routesOf(ground)), []);
    }),
    { seed: 32, numRuns: 200 },
  );
});

Deno.test("flatWays() finds the same ways as WireRoutes, and the same each time", () => {
  fc.assert(
    fc.property(graph, ([count, pairs]) => {
      const { ground } = laidOut(count, pairs);
      const [one, other] = [flatWays(ground), flatWays(ground)];
      assert.deepEqual(one, other);
      const routes = routesOf(ground);
      for (let wire = 0; wire < pairs.length; wire++) {
        const way = one.points.subarray(one.starts[wire]!, one.starts[wire + 1]!);
        assert.deepEqual([...way], [...routes.wayOf(wire) ?? []]);
      }
    }),
    { seed: 33, numRuns: 60 },
  );
});

Deno.test("wires from different ports that pass the same gap take lanes of their own, those from one port share theirs", () => {
  // Three cards in a row; what stands above the middle one leaves a gap of 50 units.
  const boxes = [[0, 0, 200, 100], [300, 0, 200, 100], [600, 0, 200, 100], [300, -650, 200, 600]] as const;
  const ground = { ...grounded(boxes, [[0, 2], [0, 2], [0, 2]]), trunk: Int32Array.of(1, 2, 2) };
  ground.lines.set([200, 20, 600, 20, 200, 40, 600, 20, 200, 40, 600, 40]);
  const routes = routesOf(ground);
  const middle = (wire: number) => curveMiddle(routes.curveOf(wire)).y;
  assert.deepEqual(hidden(ground, routes), []);
  assert.ok(Math.abs(middle(0) - middle(1)) >= 7, `${middle(0)} and ${middle(1)}`);
  assert.equal(middle(1), middle(2));
  for (const wire of [0, 1, 2]) assert.ok(middle(wire) > -50 && middle(wire) < 0, "through the gap");
});

Deno.test("of two ways around a card a wire takes the one that is shorter by its end", () => {
  // Above it is nearer to where the wire begins, below to where it ends.
  const boxes = [[0, 0, 200, 100], [300, -20, 200, 200], [700, 500, 200, 100]] as const;
  const ground = grounded(boxes, [[0, 2]]);
  ground.lines.set([200, 40, 700, 550]);
  ground.left[1] = 260;
  const routes = routesOf(ground);
  let highest = Infinity;
  walkCurve(routes.curveOf(0), (_, y) => highest = Math.min(highest, y));
  assert.deepEqual(hidden(ground, routes), []);
  assert.equal(highest, 40);
});

Deno.test("finding ways takes about as much longer as there are more wires", () => {
  const timed = (count: number) => {
    let state = 7;
    const random = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
    const wide = Math.round(Math.sqrt(count));
    const pairs = Array.from({ length: count - wide }, (_, i) => {
      const node = i + wide;
      return [Math.max(0, node - 1 - Math.floor(random() * 2 * wide)), node] as const;
    });
    const { ground } = laidOut(count, pairs);
    let least = Infinity;
    for (let round = 0; round < 5; round++) {
      // By the processor: by the clock a long one is more in the way of other programs than a short one.
      const began = process.cpuUsage();
      for (let done = 0; done < 8000; done += count) flatWays(ground);
      const { user, system } = process.cpuUsage(began);
      least = Math.min(least, user + system);
    }
    return least;
  };
  timed(500);
  const [small, large] = [timed(1000), timed(8000)];
  assert.ok(large < 4 * small, `8 times the wires take ${(8 * large / small).toFixed(1)} times as long`);
});

const row = (id: string, x: number, y: number, from?: string) =>
  `    "${id}": { "use": "text/trim", ${
    from === undefined ? `"with": { "text": "x" }` : `"in": { "text": "${from}.text" }`
  }, "position": { "x": ${x}, "y": ${y} } }`;
const text = `{ "schema": 1, "id": "w", "nodes": {\n${
  [row("a", 0, 0), row("b", 700, 0, "a"), row("c", 350, 400, "a"), row("d", 700, 400, "c")].join(",\n")
}\n} }\n`;

const between = (scene: Scene, from: string, to: string) =>
  scene.edges.findIndex((edge) => edge.from === from && edge.to === to);

Deno.test("a card that is moved into a wire has it go around, and out again straight; other wires stay as they are", () => {
  const board = new Board("w.workflow.jsonc", text, catalog, layouter);
  const scene = board.scene.peek();
  const [long, short, last] = [between(scene, "a", "b"), between(scene, "a", "c"), between(scene, "c", "d")];
  for (const _ of scene.prepare());
  assert.equal(scene.wayOf(long), undefined);
  const card = scene.indexOf.get("c")!;
  const straight = scene.curveOf(last);
  scene.move([card], 0, -400);
  const way = scene.wayOf(long);
  assert.ok(way !== undefined);
  const { left, top, right, bottom } = scene.rectOf(card);
  assert.ok(!curveMeets(way, { left, top, right, bottom }));
  assert.notDeepEqual(scene.curveOf(last), straight, "the card's own wires follow");
  // Where the wire goes it is found, and not where it went.
  const middle = curveMiddle(way);
  assert.equal(scene.edgeAt(middle.x, middle.y, 2), long);
  assert.ok(curveDistance(way, 350 + 108, 18) > 8);
  scene.move([card], 0, 400);
  assert.equal(scene.wayOf(long), undefined);
  assert.deepEqual(scene.curveOf(last), straight);
  assert.equal(scene.wayOf(short), undefined);
});

Deno.test("what is dropped keeps the ways of the wires that it does not touch", () => {
  const board = new Board("w.workflow.jsonc", text, catalog, layouter);
  board.moveTo(new Map([["c", { x: 350, y: 0 }]]));
  const before = board.scene.peek();
  const way = before.wayOf(between(before, "a", "b"));
  assert.ok(way !== undefined);
  board.moveTo(new Map([["d", { x: 1200, y: 900 }]]));
  const scene = board.scene.peek();
  assert.notEqual(scene.geometry, before.geometry);
  assert.equal(scene.wayOf(between(scene, "a", "b")), way, "the very same");
  board.moveTo(new Map([["c", { x: 350, y: 500 }]]));
  const after = board.scene.peek();
  assert.equal(after.wayOf(between(after, "a", "b")), undefined);
});

Deno.test("the picture that is exported shows wires on the ways of the board", () => {
  const board = new Board("w.workflow.jsonc", text, catalog, layouter);
  board.moveTo(new Map([["c", { x: 350, y: 0 }]]));
  const scene = board.scene.peek();
  const svg = boardSvg(scene, new Proxy({}, { get: () => "#123456" }) as Colours);
  const drawn = [...svg.matchAll(/<path d="(M[^"]*)"/g)].map(([, data]) => data!.split("C").length - 1);
  assert.equal(drawn.length, 3);
  assert.equal(drawn[between(scene, "a", "b")], (scene.wayOf(between(scene, "a", "b"))!.length - 2) / 6);
  assert.ok(drawn.some((pieces) => pieces > 1));
});

Deno.test("more wires than can be waited for get their ways from elsewhere", async () => {
  const count = 700;
  const nodes = Array.from(
    { length: count },
    (_, i) => row(`n${i}`, i * 320, 0, i < 2 ? undefined : `n${i - 2}`),
  );
  const asked: number[] = [];
  const ways = (ground: WireGround) => {
    asked.push(ground.from.length);
    return Promise.resolve(flatWays(ground));
  };
  const board = new Board(
    "w.workflow.jsonc",
    `{ "schema": 1, "id": "w", "nodes": {\n${nodes.join(",\n")}\n} }\n`,
    catalog,
    { ...layouter, ways },
  );
  const scene = board.scene.peek();
  assert.ok(scene.lacksWays);
  assert.equal(scene.wayOf(5), undefined);
  await board.ways.find();
  assert.deepEqual(asked, [count - 2]);
  assert.equal(scene.lacksWays, false);
  assert.equal(board.ways.found.peek(), 1);
  assert.ok(scene.wayOf(5) !== undefined);
});
