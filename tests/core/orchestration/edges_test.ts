import { deepEqual, strictEqual } from "node:assert/strict";
import { buildPlan } from "./plan_builder.ts";
import { EngineRig, outline } from "./engine_rig.ts";

const optional = { importance: "optional" } as const;

Deno.test("evolve() queues a node when its last source has settled, not before (E3, E4)", () => {
  const rig = new EngineRig(buildPlan([{ id: "a" }, { id: "b" }, { id: "c" }], [["a", "c"], ["b", "c"]]))
    .start();
  rig.expect({ a: "queued", b: "queued", c: "pending" });
  rig.run("a");
  rig.expect({ a: "completed", c: "pending" });
  rig.run("b");
  rig.expect({ c: "queued" });
});

Deno.test("evolve() leaves every node pending before the run has started", () => {
  const rig = new EngineRig(buildPlan([{ id: "a" }], []));
  rig.expect({ a: "pending" });
  deepEqual(rig.takeReady(), []);
});

Deno.test("a dead source skips by needs, is passed over by wants and order", () => {
  const rig = new EngineRig(buildPlan(
    [{ id: "a", ...optional }, { id: "needs" }, { id: "wants" }, { id: "order" }],
    [["a", "needs", "needs"], ["a", "wants", "wants"], ["a", "order", "order"]],
  )).start();
  rig.fail("a");
  rig.expect({ a: "failed", needs: "skipped", wants: "queued", order: "queued" });
});

Deno.test("a node with a dead source is skipped only when its other sources have settled too", () => {
  const rig = new EngineRig(buildPlan(
    [{ id: "a", ...optional }, { id: "b" }, { id: "c" }],
    [["a", "c"], ["b", "c"]],
  )).start();
  rig.fail("a");
  rig.expect({ c: "pending" });
  deepEqual(outline(rig.run("b")), ["node.started b", "node.completed b", "node.skipped c"]);
});

Deno.test("consequences() spreads a skip down a chain of 10,000, naming each source", () => {
  const ids = Array.from({ length: 10_000 }, (_, i) => `n${i}`);
  const rig = new EngineRig(buildPlan(
    ids.map((id) => ({ id, ...optional })),
    ids.slice(1).map((id, i) => [`n${i}`, id]),
  )).start();
  const events = rig.do({ type: "skip", node: 0, item: -1, reason: "condition is false" });
  strictEqual(events.length, 10_000);
  const last = events.at(-1);
  strictEqual(last?.type === "node.skipped" && last.reason, "n9998 was skipped");
});

Deno.test("the reason of a skip says what became of the source", () => {
  const rig = new EngineRig(buildPlan(
    [{ id: "fails", ...optional }, { id: "route" }, { id: "x" }, { id: "y" }, { id: "z" }],
    [["fails", "x"], ["route", "y", "needs", "large"], ["y", "z"], ["route", "z", "order", "small"]],
  )).start();
  const reasons = [...rig.fail("fails"), ...rig.run("route", { port: "small" })]
    .flatMap((event) => event.type === "node.skipped" ? [`${event.node}: ${event.reason}`] : []);
  deepEqual(reasons, ["x: fails failed", "y: route went to small", "z: y was skipped"]);
});

Deno.test("the reason of a skip names the first dead source in the plan's order, whichever died first", () => {
  const rig = new EngineRig(buildPlan(
    [{ id: "a", ...optional }, { id: "b", ...optional }, { id: "c" }],
    [["a", "c"], ["b", "c"]],
  )).start();
  rig.fail("b");
  const skipped = rig.fail("a").at(-1);
  strictEqual(skipped?.type === "node.skipped" && skipped.reason, "a failed");
});

Deno.test("a port that was not taken is dead, the one taken and the node as a whole are alive", () => {
  const rig = new EngineRig(buildPlan(
    [{ id: "route" }, { id: "small" }, { id: "large" }, { id: "whole" }],
    [["route", "small", "needs", "small"], ["route", "large", "needs", "large"], ["route", "whole"]],
  )).start();
  rig.run("route", { port: "small" });
  rig.expect({ small: "queued", large: "skipped", whole: "queued" });
});

Deno.test("a port that no edge names kills all the named ones", () => {
  const rig = new EngineRig(buildPlan(
    [{ id: "route" }, { id: "small" }],
    [["route", "small", "needs", "small"]],
  )).start();
  const skipped = rig.run("route", { port: "other" }).at(-1);
  strictEqual(skipped?.type === "node.skipped" && skipped.reason, "route went to other");
});

Deno.test("a completion without a port keeps every edge alive, whatever port it names", () => {
  const rig = new EngineRig(buildPlan([{ id: "a" }, { id: "b" }], [["a", "b", "needs", "files"]])).start();
  rig.run("a");
  rig.expect({ b: "queued" });
});

Deno.test("a merge waits for all its sources, runs on one that is alive, and is skipped on none", () => {
  const plan = buildPlan(
    [{ id: "route" }, { id: "a" }, { id: "b" }, { id: "merge" }],
    [
      ["route", "a", "needs", "a"],
      ["route", "b", "needs", "b"],
      ["a", "merge", "any"],
      ["b", "merge", "any"],
    ],
  );
  const one = new EngineRig(plan).start();
  one.run("route", { port: "a" });
  one.expect({ b: "skipped", merge: "pending" });
  one.run("a");
  one.expect({ merge: "queued" });
  const none = new EngineRig(plan).start();
  none.run("route", { port: "c" });
  none.expect({ a: "skipped", b: "skipped", merge: "skipped" });
});

Deno.test("two edges between the same nodes count as two", () => {
  const rig = new EngineRig(buildPlan(
    [{ id: "a" }, { id: "b" }],
    [["a", "b", "needs", "x"], ["a", "b", "wants", "y"]],
  )).start();
  rig.run("a", { port: "x" });
  rig.expect({ b: "queued" });
});
