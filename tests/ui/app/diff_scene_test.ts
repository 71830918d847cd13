import assert from "node:assert/strict";
import { readGraph } from "../../../ui/app/board/model/graph.ts";
import { diffGraphs } from "../../../ui/app/board/model/graph_diff.ts";
import { boardSvg } from "../../../ui/app/board/view/board_svg.ts";
import { diffScene } from "../../../ui/app/board/view/diff_scene.ts";
import type { Colours } from "../../../ui/app/board/view/painter.ts";
import { catalog } from "../../core/workflow/catalog.ts";

const colours = new Proxy({}, { get: (_, name) => String(name) }) as Colours;
const graphOf = (nodes: object, rest: object = {}) =>
  readGraph(JSON.stringify({ schema: 1, id: "w", nodes, ...rest }), [], catalog);

Deno.test("two versions are one picture: cards, ports and wires of both, each with what became of it", () => {
  const before = graphOf({
    list: { use: "files/scan" },
    gone: { use: "control/merge", in: { a: "list.files" } },
    pick: { use: "control/branch", in: { value: "list.files" }, cases: { big: "true", small: "false" } },
    join: { use: "control/merge", in: { a: "pick.big", b: "gone.value", c: "list.files" } },
    same: { use: "control/merge", in: { only: "'x'" } },
  }, { outputs: { all: "join.value" } });
  const after = graphOf({
    list: { use: "files/scan" },
    pick: { use: "control/branch", in: { value: "list.files" }, cases: { big: "true", huge: "false" } },
    join: { use: "control/merge", in: { a: "pick.huge", c: "list.files", d: "fresh.value" } },
    same: { use: "control/merge", in: { only: "'x'" } },
    fresh: { use: "control/merge", in: { x: "list.files" } },
  }, { outputs: { all: "join.value", more: "fresh.value" } });
  const { scene, marks, touched } = diffScene(before, after, diffGraphs(before, after));
  const kinds = ["gone", "fresh", "pick", "join", "same", "list", "$outputs"].map((
    id,
  ) => [id, marks.node(id)]);
  assert.deepEqual(Object.fromEntries(kinds), {
    gone: "removed",
    fresh: "added",
    pick: "changed",
    join: "changed",
    same: undefined,
    list: undefined,
    $outputs: "changed",
  });
  const ports = ["a", "b", "c", "d"].map((name) => [name, marks.port("join", "input", name)]);
  assert.deepEqual(Object.fromEntries(ports), { a: "changed", b: "removed", c: undefined, d: "added" });
  assert.equal(marks.port("pick", "output", "huge"), "added");
  assert.equal(marks.port("pick", "output", "small"), "removed");
  assert.equal(marks.port("$outputs", "input", "more"), "added");
  assert.deepEqual([marks.isAside("same"), marks.isAside("list")], [true, false], "its wires differ");
  assert.ok(touched.has("list") && !touched.has("same"));
  const wires = scene.edges.map((edge) => [`${edge.from} ${edge.to}.${edge.toPort}`, marks.edge(edge)]);
  assert.deepEqual(Object.fromEntries(wires.filter(([, kind]) => kind !== undefined)), {
    "list gone.a": "removed",
    "list fresh.x": "added",
    "pick join.a": wires.findLast(([name]) => name === "pick join.a")?.[1],
    "gone join.b": "removed",
    "fresh join.d": "added",
    "fresh $outputs.more": "added",
  });
  assert.deepEqual(
    wires.filter(([name]) => name === "pick join.a").map(([, kind]) => kind).sort(),
    ["added", "removed"],
    "the same port was bound to something else",
  );
  const svg = boardSvg(scene, colours, marks);
  const count = (pattern: RegExp) => [...svg.matchAll(pattern)].length;
  assert.equal(count(/class="card (added|removed|changed)"/g), 5);
  assert.match(svg, /class="port removed"[^>]*>− b</);
  assert.match(svg, /class="port added"[^>]*>\+ d</);
  assert.match(svg, /class="port changed"[^>]*>~ a</);
  assert.equal(count(/<path class="removed"[^>]*stroke="bad"[^>]*stroke-dasharray/g), 3);
  assert.equal(count(/<path class="added"[^>]*stroke="state-completed"/g), 4);
  assert.equal(count(/<g opacity="0.45">/g), 1);
});
