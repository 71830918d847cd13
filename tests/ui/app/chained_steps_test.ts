import assert from "node:assert/strict";
import { ChainedSteps, type Making, PART } from "../../../ui/app/board/chained_steps.ts";
import { copiedNodes, paste } from "../../../ui/app/board/model/clipboard.ts";
import { moveNodes, setField } from "../../../ui/app/board/model/commands.ts";
import { BoardDocument } from "../../../ui/app/board/model/document.ts";
import { readGraph } from "../../../ui/app/board/model/graph.ts";
import { atOnce } from "../../../ui/app/board/model/parts.ts";
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

/** A document, its steps, and turns that a test lets pass; a look at the clock costs `tickMs`. */
function rig(tickMs = 5) {
  const document = new BoardDocument(before, catalog, () => 0);
  const shown: string[] = [];
  const turns: (() => void)[] = [];
  let now = 0;
  const steps = new ChainedSteps(
    document,
    () => shown.push(document.text),
    { turn: () => new Promise((resolve) => turns.push(resolve)), now: () => now += tickMs },
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

/** As a person who duplicates everything. */
const doubling: Making = function* (ground) {
  const pasted = copiedNodes(ground.graph, [...ground.graph.nodes.keys()], () => ({ x: 0, y: 0 }));
  return { ...yield* paste(ground, pasted, { x: 8, y: 8 }), label: "Duplicate" };
};

Deno.test("ChainedSteps makes a large change in turns as one step, and takes it back in turns; until then all is as it was", async () => {
  const { document, steps, shown, turns, settle, check } = rig(0.5);
  const making = steps.make(doubling, () => ["n1"]);
  let rests = 0;
  for (; document.text === before; rests++) {
    assert.ok(turns.length <= 1);
    for (const turn of turns.splice(0)) turn();
    await new Promise((resolve) => setTimeout(resolve));
    if (rests % 20 === 0) check();
  }
  assert.ok(rests > 100, `${rests} turns`);
  assert.equal((await making)?.label, "Duplicate");
  assert.equal(document.graph.nodes.size, 2 * COUNT);
  const after = document.text;
  const atOnceMade = new BoardDocument(before, catalog, () => 0);
  atOnceMade.apply(atOnce(doubling(atOnceMade.ground)));
  assert.equal(after, atOnceMade.text);
  assert.deepEqual(shown, [after]);
  for (const text of [before, after, before]) {
    steps.step(text === before ? "undo" : "redo");
    assert.notEqual(document.text, text, "not at once");
    await settle();
    assert.equal(document.text, text);
    check();
  }
  assert.equal(document.history.canUndo, undefined, "one step");
});

// While it is worked out, and while what it comes to is read.
for (const interrupted of [20, 150]) {
  Deno.test(`ChainedSteps works a large change out anew where a person makes another in turn ${interrupted}, and loses neither`, async () => {
    const { document, steps, settle, turns, check } = rig(0.5);
    const making = steps.make(doubling, () => []);
    for (let turn = 0; turn < interrupted; turn++) {
      for (const go of turns.splice(0)) go();
      await new Promise((resolve) => setTimeout(resolve));
    }
    assert.equal(document.text, before);
    document.apply(setField(document.ground, "n5", ["title"], "Mine"));
    await settle();
    await making;
    assert.equal(document.graph.nodes.size, 2 * COUNT);
    assert.equal([...document.graph.nodes.values()].filter(({ title }) => title === "Mine").length, 2);
    check();
    steps.step("undo");
    await settle();
    assert.equal(document.graph.nodes.size, COUNT);
    assert.equal(document.graph.nodes.get("n5")?.title, "Mine");
  });
}
