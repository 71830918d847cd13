import { deepEqual, strictEqual } from "node:assert/strict";
import { itemCount, itemTally, outputOf } from "../../../core/orchestration/reading.ts";
import { spentBy } from "../../../core/orchestration/spent_by.ts";
import { spentOf } from "../../../core/policy/spent.ts";
import { buildPlan, type NodeSketch } from "./plan_builder.ts";
import { EngineRig, outline } from "./engine_rig.ts";

const optional = { importance: "optional" } as const;

/** scan → each file: measure → judge (item by item) → report. */
function pipeline(options: { measure?: Partial<NodeSketch>; judge?: Partial<NodeSketch> } = {}): EngineRig {
  return new EngineRig(buildPlan(
    [
      { id: "scan" },
      { id: "measure", fan: "over", ...options.measure },
      { id: "judge", fan: "measure", ...options.judge },
      { id: "report" },
    ],
    [["scan", "measure"], ["measure", "judge"], ["judge", "report"]],
  )).start();
}

Deno.test("a fan-out is handed out once as a whole, to be expanded, and then by item", () => {
  const rig = pipeline();
  rig.run("scan");
  deepEqual(rig.takeReady(), ["measure"]);
  rig.expand("measure", 3);
  deepEqual(rig.takeReady(), ["measure[0]", "measure[1]", "measure[2]"]);
  rig.expect({ measure: "running", judge: "running", report: "pending" });
});

Deno.test("items flow through a space one by one, not in waves", () => {
  const rig = pipeline();
  rig.run("scan");
  rig.expand("measure", 3);
  rig.run("measure", { item: 1 });
  strictEqual(rig.stateOf("judge", 1), "queued");
  strictEqual(rig.stateOf("judge", 0), "pending");
  rig.run("judge", { item: 1 });
  strictEqual(rig.stateOf("measure", 0), "queued");
  rig.expect({ report: "pending" });
});

Deno.test("a node behind a fan-out waits for all its items", () => {
  const rig = pipeline();
  rig.run("scan");
  rig.expand("measure", 2);
  for (const item of [0, 1]) rig.run("measure", { item });
  rig.run("judge", { item: 1 });
  rig.expect({ measure: "completed", judge: "running", report: "pending" });
  deepEqual(outline(rig.run("judge", { item: 0 })).slice(-1), ["node.completed judge"]);
  rig.expect({ report: "queued" });
});

Deno.test("a fan-out over nothing completes at once, and so do those that repeat with it", () => {
  const rig = pipeline();
  rig.run("scan");
  deepEqual(outline(rig.expand("measure", 0)), [
    "node.expanded measure",
    "node.completed measure",
    "node.completed judge",
  ]);
  strictEqual(itemCount(rig.state, 1), 0);
  rig.expect({ report: "queued" });
});

Deno.test("the first failed item of an essential fan-out fails the node and the run", () => {
  const rig = pipeline();
  rig.run("scan");
  rig.expand("measure", 3);
  deepEqual(outline(rig.fail("measure", { item: 1 })), [
    "node.started measure[1]",
    "node.failed measure[1]",
    "node.failed measure",
    "run.failed measure",
  ]);
  strictEqual(rig.stateOf("judge", 1), "pending");
  deepEqual(rig.takeReady(), []);
});

Deno.test("what a failed item took is told once, by the item", () => {
  const rig = pipeline();
  rig.run("scan");
  rig.expand("measure", 1);
  rig.begin("measure", 0);
  const spent = { tokensIn: 7, tokensOut: 3, costUsd: 0.5 };
  const failure = { class: "output", message: "no", ...spent } as const;
  const events = rig.do({ ...rig.report("fail", "measure", 0), failure });
  deepEqual(outline(events), ["node.failed measure[0]", "node.failed measure", "run.failed measure"]);
  deepEqual(events.slice(0, 2).map((event) => spentOf(spentBy(event))), [spent, {}]);
});

Deno.test("an optional fan-out with a failed item completes with the others; the item's own path is skipped", () => {
  const rig = pipeline({ measure: optional });
  rig.run("scan");
  rig.expand("measure", 2);
  rig.fail("measure", { item: 0 });
  strictEqual(rig.stateOf("judge", 0), "skipped");
  rig.run("measure", { item: 1 });
  rig.expect({ measure: "completed" });
  rig.run("judge", { item: 1 });
  rig.expect({ judge: "completed", report: "queued" });
});

Deno.test("an optional fan-out whose items all failed has failed, and the run goes on", () => {
  const rig = pipeline({ measure: optional, judge: optional });
  rig.run("scan");
  rig.expand("measure", 2);
  rig.fail("measure", { item: 0 });
  rig.fail("measure", { item: 1 });
  rig.expect({ measure: "failed", judge: "skipped", report: "skipped" });
  strictEqual(rig.state.run, "running");
});

Deno.test("a fan-out whose items were all skipped is skipped", () => {
  const rig = pipeline();
  rig.run("scan");
  rig.expand("measure", 2);
  for (const item of [0, 1]) rig.do({ ...rig.report("skip", "measure", item), reason: "condition is false" });
  rig.expect({ measure: "skipped", judge: "skipped", report: "skipped" });
});

Deno.test("a fan-out that is skipped before it is expanded takes those with it that repeat with it", () => {
  const rig = pipeline();
  rig.run("scan");
  deepEqual(outline(rig.do({ ...rig.report("skip", "measure"), reason: "condition is false" })), [
    "node.skipped measure",
    "node.skipped judge",
    "node.skipped report",
  ]);
});

Deno.test("one that repeats with a fan-out also waits for its sources outside the space", () => {
  const rig = new EngineRig(buildPlan(
    [{ id: "each", fan: "over" }, { id: "rules" }, { id: "judge", fan: "each" }],
    [["each", "judge"], ["rules", "judge"]],
  )).start();
  rig.expand("each", 2);
  for (const item of [0, 1]) rig.run("each", { item });
  strictEqual(rig.stateOf("judge", 0), "pending");
  rig.run("rules");
  strictEqual(rig.stateOf("judge", 0), "queued");
  strictEqual(rig.stateOf("judge", 1), "queued");
});

Deno.test("one whose source outside is dead is skipped with all its items, also when that was before the expansion", () => {
  for (const isExpandedFirst of [true, false]) {
    const rig = new EngineRig(buildPlan(
      [{ id: "each", fan: "over" }, { id: "rules", ...optional }, { id: "judge", fan: "each" }, {
        id: "then",
        fan: "judge",
      }],
      [["each", "judge"], ["rules", "judge"], ["judge", "then", "wants"]],
    )).start();
    if (isExpandedFirst) rig.expand("each", 2);
    rig.fail("rules");
    if (!isExpandedFirst) rig.expand("each", 2);
    rig.expect({ judge: "skipped" });
    strictEqual(rig.stateOf("judge", 1), "skipped");
    strictEqual(rig.stateOf("then", 0), "queued", `expanded first: ${isExpandedFirst}`);
  }
});

Deno.test("an item of a merge in a space lives on an edge from inside or outside", () => {
  const rig = new EngineRig(buildPlan(
    [{ id: "each", fan: "over" }, { id: "other", ...optional }, { id: "merge", fan: "each" }],
    [["each", "merge", "any"], ["other", "merge", "any"]],
  )).start();
  rig.expand("each", 2);
  rig.run("each", { item: 0 });
  rig.do({ ...rig.report("skip", "each", 1), reason: "condition is false" });
  rig.fail("other");
  strictEqual(rig.stateOf("merge", 0), "queued");
  strictEqual(rig.stateOf("merge", 1), "skipped");
});

Deno.test("itemTally() and outputOf() tell of items one by one", () => {
  const rig = pipeline({ measure: optional });
  rig.run("scan");
  rig.expand("measure", 4);
  rig.run("measure", { item: 0 });
  rig.begin("measure", 1);
  rig.fail("measure", { item: 2 });
  deepEqual(itemTally(rig.state, 1), { total: 4, done: 2, running: 1, failed: 1 });
  deepEqual(outputOf(rig.state, 1, 0), { value: "measure" });
  strictEqual(outputOf(rig.state, 1, 1), undefined);
  strictEqual(outputOf(rig.state, 1, 99), undefined);
});

Deno.test("a fan-out of 100,000 items flows through two nodes to its end", () => {
  const rig = pipeline();
  rig.run("scan");
  rig.expand("measure", 100_000);
  for (let item = 0; item < 100_000; item++) {
    for (const node of [1, 2]) {
      rig.do({ type: "begin", node, item });
      rig.do({ type: "complete", node, item, output: { value: item }, durationMs: 0 });
    }
  }
  rig.expect({ measure: "completed", judge: "completed", report: "queued" });
});
