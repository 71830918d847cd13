import assert from "node:assert/strict";
import { ChainedSteps, PART } from "../../../ui/app/board/chained_steps.ts";
import { moveNodes, setField } from "../../../ui/app/board/model/commands.ts";
import { BoardDocument } from "../../../ui/app/board/model/document.ts";
import { readGraph } from "../../../ui/app/board/model/graph.ts";
import { catalog } from "../../core/workflow/catalog.ts";

const COUNT = 3 * PART + 7;
const names = Array.from({ length: COUNT }, (_, index) => `n${index}`);
const before = JSON.stringify(
  { schema: 1, id: "w", nodes: Object.fromEntries(names.map((name) => [name, { use: "data/transform" }])) },
  null,
  2,
);
const places = new Map([...names.map((name, index) => [name, { x: index, y: 8 }] as const), ["$inputs", {
  x: 1,
  y: 2,
}]]);

/** A document, its steps, and turns that a test lets pass. */
function rig() {
  const document = new BoardDocument(before, catalog, () => 0);
  const shown: string[] = [];
  const turns: (() => void)[] = [];
  const steps = new ChainedSteps(
    document,
    () => shown.push(document.text),
    () => new Promise((resolve) => turns.push(resolve)),
  );
  const settle = async () => {
    for (let idle = 0; idle < 3; idle++) {
      await new Promise((resolve) => setTimeout(resolve));
      if (turns.length > 0) idle = -1;
      for (const turn of turns.splice(0)) turn();
    }
  };
  /** Text and graph say the same. */
  const check = () => {
    const read = readGraph(document.text, [], catalog);
    assert.deepEqual([...document.graph.nodes.values()], [...read.nodes.values()]);
    assert.deepEqual(document.graph.spans, read.spans);
  };
  return { document, steps, shown, turns, settle, check };
}

Deno.test("ChainedSteps moves in parts, which are undone and done again together, text and graph whole at each", async () => {
  const { document, steps, shown, turns, settle, check } = rig();
  void steps.move(places, "Lay out", []);
  await new Promise((resolve) => setTimeout(resolve));
  assert.equal(turns.length, 1, "a part, and then a turn of the page");
  check();
  assert.equal(shown.length, 0);
  await settle();
  const after = document.text;
  const atOnce = new BoardDocument(before, catalog, () => 0);
  atOnce.apply(moveNodes(atOnce.ground, places));
  assert.equal(after, atOnce.text);
  check();
  assert.deepEqual(shown, [after]);
  for (const _ of [1, 2]) {
    steps.step("undo");
    await settle();
    assert.equal(document.text, before);
    assert.equal(document.history.canUndo, undefined);
    check();
    steps.step("redo");
    await settle();
    assert.equal(document.text, after);
    assert.equal(document.history.canRedo, undefined);
    check();
  }
});

Deno.test("ChainedSteps keeps what a person does meanwhile, and undoes what is asked for in its turn", async () => {
  const { document, steps, settle, check } = rig();
  void steps.move(places, "Lay out", []);
  await new Promise((resolve) => setTimeout(resolve));
  // While it goes on a node is given a title, and undo is asked for.
  document.apply(setField(document.ground, "n5", ["title"], "Mine"));
  steps.step("undo");
  await settle();
  check();
  assert.equal(document.graph.nodes.get("n5")?.title, "Mine", "the newest chain goes first, up to it");
  steps.step("undo");
  await settle();
  assert.equal(document.graph.nodes.get("n5")?.title, "n5");
  steps.step("undo");
  await settle();
  assert.equal(document.text, before);
  check();
});
