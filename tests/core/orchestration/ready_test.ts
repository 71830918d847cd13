import { deepEqual, strictEqual } from "node:assert/strict";
import {
  nextReady,
  nextWake,
  orphans,
  putBack,
  requeueRunning,
  wakeDue,
} from "../../../core/orchestration/ready.ts";
import { attemptsOf } from "../../../core/orchestration/reading.ts";
import { buildPlan } from "./plan_builder.ts";
import { EngineRig, outline } from "./engine_rig.ts";

const three = () => buildPlan([{ id: "a" }, { id: "b" }, { id: "c" }], []);

function fan(concurrency: number, count: number): EngineRig {
  const rig = new EngineRig(buildPlan([{ id: "each", fan: "over", concurrency }], [])).start();
  deepEqual(rig.takeReady(), ["each"]);
  rig.expand("each", count);
  return rig;
}

Deno.test("nextReady() hands out by rank, the highest first, ties in the plan's order", () => {
  deepEqual(new EngineRig(three()).start().takeReady(), ["a", "b", "c"]);
  deepEqual(new EngineRig(three(), Float64Array.of(1, 3, 3)).start().takeReady(), ["b", "c", "a"]);
});

Deno.test("nextReady() hands out each unit once, and again after putBack() (E5)", () => {
  const rig = new EngineRig(three()).start();
  deepEqual(nextReady(rig.state), { node: 0, item: -1 });
  deepEqual(nextReady(rig.state), { node: 1, item: -1 });
  putBack(rig.state, 0, -1);
  putBack(rig.state, 0, -1);
  deepEqual(rig.takeReady(), ["a", "c"]);
});

Deno.test("putBack() does nothing for a unit that is not in hand", () => {
  const rig = new EngineRig(three()).start();
  rig.takeReady();
  rig.begin("a");
  putBack(rig.state, 0, -1);
  putBack(rig.state, 0, 7);
  deepEqual(rig.takeReady(), []);
});

Deno.test("nextReady() hands out nothing while the run is paused, and the same after it", () => {
  const rig = new EngineRig(three()).start();
  rig.do({ type: "pause", reason: "lunch" });
  deepEqual(rig.takeReady(), []);
  rig.do({ type: "resume" });
  deepEqual(rig.takeReady(), ["a", "b", "c"]);
});

Deno.test("nextReady() hands out no more items than the node's limit, in their order", () => {
  const rig = fan(2, 4);
  deepEqual(rig.takeReady(), ["each[0]", "each[1]"]);
  rig.run("each", { item: 1 });
  deepEqual(rig.takeReady(), ["each[2]"]);
  rig.begin("each", 0);
  deepEqual(rig.takeReady(), []);
  rig.complete("each", { item: 0 });
  deepEqual(rig.takeReady(), ["each[3]"]);
});

Deno.test("an item that fails, waits, is skipped or put back makes room under the limit", () => {
  const failing = fan(1, 2);
  failing.takeReady();
  failing.do({ ...failing.report("skip", "each", 0), reason: "condition is false" });
  deepEqual(failing.takeReady(), ["each[1]"]);
  const waiting = fan(1, 2);
  waiting.takeReady();
  waiting.begin("each", 0);
  waiting.do({ ...waiting.report("wait", "each", 0), for: { kind: "signal", signal: "go" } });
  deepEqual(waiting.takeReady(), ["each[1]"]);
  const back = fan(1, 2);
  back.takeReady();
  putBack(back.state, 0, 0);
  deepEqual(back.takeReady(), ["each[0]"]);
});

Deno.test("a limit of one node leaves others their turn", () => {
  const rig = new EngineRig(
    buildPlan([{ id: "each", fan: "over", concurrency: 1 }, { id: "other" }], []),
    Float64Array.of(2, 1),
  ).start();
  deepEqual(nextReady(rig.state), { node: 0, item: -1 });
  rig.expand("each", 3);
  deepEqual(rig.takeReady(), ["each[0]", "other"]);
});

Deno.test("wakeDue() queues a retry when its delay is over, not before", () => {
  const rig = new EngineRig(buildPlan([{ id: "a", retry: { max: 1, initialMs: 100 } }], [])).start();
  rig.takeReady();
  rig.fail("a", { class: "connection" });
  deepEqual(nextWake(rig.state), { node: 0, item: -1, dueAt: 1100 });
  strictEqual(wakeDue(rig.state, 1099), 0);
  rig.expect({ a: "retrying" });
  strictEqual(wakeDue(rig.state, 1100), 1);
  strictEqual(nextWake(rig.state), undefined);
  deepEqual(rig.takeReady(), ["a"]);
});

Deno.test("nextWake() gives the soonest of retries and timed waits", () => {
  const retry = { max: 1, initialMs: 500 };
  const rig = new EngineRig(buildPlan([{ id: "a", retry }, { id: "b" }, { id: "c" }], [])).start();
  rig.fail("a", { class: "connection" });
  rig.do({ ...rig.report("wait", "b"), for: { kind: "time", untilMs: 1200 } });
  deepEqual(nextWake(rig.state), { node: 1, item: -1, dueAt: 1200 });
  rig.now = 1200;
  rig.do(rig.report("wake", "b"));
  rig.expect({ b: "completed" });
  deepEqual(nextWake(rig.state), { node: 0, item: -1, dueAt: 1500 });
});

Deno.test("requeueRunning() begins interrupted work anew as a new attempt, the retry budget untouched", () => {
  const rig = new EngineRig(buildPlan([{ id: "a", retry: { max: 1 } }, { id: "b" }], [])).start();
  rig.takeReady();
  for (let crash = 1; crash <= 5; crash++) {
    rig.begin("a");
    deepEqual(orphans(rig.state), [{ node: 0, item: -1 }]);
    strictEqual(requeueRunning(rig.state), 1);
    strictEqual(attemptsOf(rig.state, 0, -1), crash);
    deepEqual(rig.takeReady(), ["a"]);
  }
  deepEqual(outline(rig.fail("a", { class: "connection" })), ["node.started a", "node.retrying a"]);
});
