import assert from "node:assert/strict";
import fc from "fast-check";
import { Board } from "../../../ui/app/board/board.ts";
import { boxOf, boxState, foldedView, withBoxes } from "../../../ui/app/board/model/folded.ts";
import { foldGroups, removeNodes, renameNode } from "../../../ui/app/board/model/commands.ts";
import { BoardDocument } from "../../../ui/app/board/model/document.ts";
import { readGraph } from "../../../ui/app/board/model/graph.ts";
import { catalog } from "../../core/workflow/catalog.ts";
import { atOnce } from "../../../ui/app/board/model/parts.ts";

const text = `{
  "schema": 1,
  "id": "w",
  "nodes": {
    "a": { "use": "text/trim", "with": { "text": "x" }, "position": { "x": 0, "y": 0 } },
    "b": { "use": "text/trim", "in": { "text": "a.text" }, "position": { "x": 300, "y": 0 } }, // kept
    "c": { "use": "text/trim", "in": { "text": "a.text" }, "position": { "x": 300, "y": 200 } },
    "d": { "use": "text/trim", "in": { "text": "b.text" }, "after": ["c"], "position": { "x": 600, "y": 100 } },
    "e": { "use": "text/trim", "in": { "text": "d.text" }, "position": { "x": 900, "y": 100 } }
  },
  "board": { "groups": { "g": { "title": "Middle", "nodes": ["b", "c", "d"], "colour": "green", "folded": true } } }
}
`;
const layouter = { ask: () => Promise.reject(new Error("not asked")) };
const always = () => true;

Deno.test("foldedView() puts a box in the members' place and bundles what goes to it and from it", () => {
  const graph = readGraph(text, [], catalog);
  const { graph: shown, boxes } = foldedView(graph, always);
  assert.deepEqual([...shown.nodes.keys()], ["a", "group:g", "e"]);
  assert.deepEqual(shown.edges.map(({ from, to, bundle }) => [from, to, bundle?.length]), [
    ["a", "group:g", 2],
    ["group:g", "e", 1],
  ]);
  assert.equal(shown.edges[1]?.id, graph.edges.find(({ to }) => to === "e")?.id, "one alone stays itself");
  assert.deepEqual(shown.groups, []);
  assert.deepEqual(boxes.get("group:g")?.nodes, ["b", "c", "d"]);
});

Deno.test("foldedView() gives the very same graph without a folded group, and the same objects while nothing changes", () => {
  const document = new BoardDocument(text, catalog, () => 0);
  assert.equal(foldedView(document.graph, () => false).graph, document.graph);
  const first = foldedView(document.graph, always);
  document.apply({ label: "t", edits: [{ offset: text.indexOf('"x" }'), length: 3, text: '"yy"' }] });
  const second = foldedView(document.graph, always, first);
  assert.notEqual(second.source, first.source);
  assert.equal(second.graph.edges, first.graph.edges);
  assert.equal(second.graph.nodes.get("group:g"), first.graph.nodes.get("group:g"));
});

Deno.test("foldedView() shows every edge as itself, in one bundle, or not where it lies within a box", () => {
  const names = ["n0", "n1", "n2", "n3", "n4", "n5", "n6", "n7"];
  fc.assert(fc.property(
    fc.array(fc.tuple(fc.nat(7), fc.nat(7)), { maxLength: 24 }),
    fc.array(fc.subarray(names), { maxLength: 3 }),
    (pairs, groups) => {
      const nodes = Object.fromEntries(names.map((name, at) => [name, {
        use: "text/trim",
        after: pairs.filter(([, to]) => to === at).map(([from]) => names[from]),
      }]));
      const board = {
        groups: Object.fromEntries(groups.map((members, at) => [`g${at}`, { nodes: members }])),
      };
      const graph = readGraph(JSON.stringify({ schema: 1, id: "w", nodes, board }), [], catalog);
      const { graph: shown } = foldedView(graph, always);
      const found = shown.edges.flatMap((edge) => edge.bundle ?? [edge]).map(({ id }) => id).sort();
      const box = (id: string) => shown.hidden?.get(id) ?? id;
      const wanted = graph.edges.filter(({ from, to }) =>
        box(from) !== box(to) || shown.hidden?.has(from) !== true
      ).map(({ id }) => id).sort();
      assert.deepEqual(found, wanted);
      for (const { from, to } of shown.edges) assert.ok(shown.nodes.has(from) && shown.nodes.has(to));
    },
  ));
});

Deno.test("boxState() says what is most urgent in a box, and how many are done", () => {
  assert.equal(boxState([undefined, undefined]), undefined);
  assert.deepEqual(boxState(["completed", "running", "pending"]), { state: "running", done: 1, total: 3 });
  assert.deepEqual(boxState(["completed", "failed", "running"]), { state: "failed", done: 2, total: 3 });
  assert.deepEqual(boxState(["completed", "skipped"]), { state: "completed", done: 2, total: 2 });
  assert.deepEqual(boxState(["skipped", undefined]), { state: "skipped", done: 1, total: 2 });
});

Deno.test("Board folds and unfolds in the file as steps that can be taken back to the letter, comments kept", () => {
  const board = new Board("w.workflow.jsonc", text, catalog, layouter);
  const group = board.graph.peek().groups[0]!;
  assert.ok(board.isFolded("g"));
  board.fold([group], false);
  assert.ok(!board.isFolded("g") && !board.document.text.includes("folded"));
  assert.match(board.document.text, /\/\/ kept/);
  board.fold([board.graph.peek().groups[0]!], true);
  assert.match(board.document.text, /"folded": true/);
  board.undo();
  board.undo();
  assert.equal(board.document.text, text);
});

Deno.test("Board.select() of a box chooses its members, and moving the box moves them, hidden or not", () => {
  const board = new Board("w.workflow.jsonc", text, catalog, layouter);
  board.select([boxOf("g")]);
  assert.deepEqual([...board.selection.peek()], ["b", "c", "d"]);
  assert.ok(board.shownSelection.peek().has("group:g"));
  const corner = board.places.of("group:g");
  board.moveTo(new Map([["group:g", { x: corner.x + 40, y: corner.y - 8 }]]));
  const placeOf = (id: string) => board.graph.peek().nodes.get(id)?.value["position"];
  assert.deepEqual([placeOf("b"), placeOf("c"), placeOf("d")], [
    { x: 340, y: -8 },
    { x: 340, y: 192 },
    { x: 640, y: 92 },
  ]);
  assert.deepEqual(board.places.of("group:g"), { x: corner.x + 40, y: corner.y - 8 });
  board.toggleSelected("group:g");
  assert.equal(board.selection.peek().size, 0);
});

Deno.test("Board.reveal() opens the group for now and leaves the file alone", () => {
  const board = new Board("w.workflow.jsonc", text, catalog, layouter);
  board.reveal("c");
  assert.ok(board.scene.peek().ids.includes("c"));
  assert.equal(board.document.text, text);
  assert.ok(!board.isDirty.peek());
  board.fold([board.graph.peek().groups[0]!], true);
  assert.ok(board.isFolded("g"));
  assert.equal(board.document.text, text);
});

Deno.test("Board.layout() treats a folded group as one box and keeps its members together", async () => {
  const board = new Board("w.workflow.jsonc", text, catalog, layouter);
  const before = ["b", "c", "d"].map((id) => board.places.of(id));
  await board.layout();
  const scene = board.scene.peek();
  const left = (id: string) => scene.left[scene.indexOf.get(id)!]!;
  assert.ok(left("a") < left("group:g") && left("group:g") < left("e"));
  // The box is as narrow as a card: so is the room that is left for it.
  assert.ok(left("e") - left("group:g") < 500);
  const after = ["b", "c", "d"].map((id) => board.places.of(id));
  const moved = after.map(({ x, y }, at) => [x - before[at]!.x, y - before[at]!.y]);
  assert.deepEqual(moved[1], moved[0]);
  assert.deepEqual(moved[2], moved[0]);
});

Deno.test("Board counts the worst of a box's problems, and its scene finds members at the box", () => {
  const board = new Board("w.workflow.jsonc", text, catalog, layouter);
  board.allProblems.value = [{
    severity: "warning",
    code: "unused-node",
    message: "m",
    hint: "h",
    file: "w",
    line: 1,
    column: 1,
    path: "nodes.c",
    node: "c",
    field: "",
  }];
  assert.equal(board.worst.peek().get("group:g"), "warning");
  const { indexOf, ids } = board.scene.peek();
  assert.equal(ids[indexOf.get("c")!], "group:g");
});

Deno.test("renameNode() and removeNodes() leave a group folded", () => {
  const document = new BoardDocument(text, catalog, () => 0);
  document.apply(renameNode(document.ground, "b", "bb"));
  document.apply(atOnce(removeNodes(document.ground, ["c"])));
  assert.deepEqual(document.graph.groups.map(({ nodes, isFolded }) => [nodes, isFolded]), [[
    ["bb", "d"],
    true,
  ]]);
  document.apply(foldGroups(document.ground, ["g"], false));
  assert.equal(document.graph.groups[0]?.isFolded, false);
});

Deno.test("withBoxes() adds a box where all its members are there, and only then", () => {
  const { boxes } = foldedView(readGraph(text, [], catalog), always);
  assert.deepEqual([...withBoxes(new Set(["b", "c"]), boxes)], ["b", "c"]);
  assert.deepEqual([...withBoxes(new Set(["b", "c", "d"]), boxes)], ["b", "c", "d", "group:g"]);
});
