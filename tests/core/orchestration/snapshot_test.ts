import { deepEqual, match, strictEqual, throws } from "node:assert/strict";
import { createState, evolve, replayAll } from "../../../core/orchestration/evolve.ts";
import { SymphonyError } from "../../../core/errors.ts";
import { nodeId } from "../../../core/ids.ts";
import { requeueRunning, wakeDue } from "../../../core/orchestration/ready.ts";
import { restoreSnapshot, takeSnapshot } from "../../../core/orchestration/snapshot.ts";
import { buildPlan } from "./plan_builder.ts";
import { EngineRig } from "./engine_rig.ts";

const plan = () =>
  buildPlan(
    [
      { id: "each", fan: "over", importance: "optional", retry: { max: 1 } },
      { id: "gate" },
      { id: "last" },
    ],
    [["each", "last", "wants"], ["gate", "last", "needs", "approved"]],
  );

/** A run with something of everything in it. */
function middle(): EngineRig {
  const rig = new EngineRig(plan()).start();
  rig.expand("each", 4);
  rig.run("each", { item: 0, port: "elsewhere" });
  rig.fail("each", { item: 1 });
  rig.fail("each", { item: 2, class: "connection" });
  rig.begin("each", 3);
  rig.do({ ...rig.report("iterate", "each", 3), iteration: 1, output: { value: 1 } });
  rig.do({ ...rig.report("wait", "gate"), for: { kind: "approval", question: "Ümläuts? 日本" } });
  return rig;
}

Deno.test("takeSnapshot() of a live state equals that of its replayed log (E2)", () => {
  const rig = middle();
  deepEqual(takeSnapshot(replayAll(rig.plan, rig.log)), takeSnapshot(rig.state));
});

Deno.test("takeSnapshot() leaves out retries that were woken and work that was taken up again (E2)", () => {
  const rig = middle();
  const bytes = takeSnapshot(rig.state);
  wakeDue(rig.state, rig.now + 10_000);
  requeueRunning(rig.state);
  rig.takeReady();
  deepEqual(takeSnapshot(rig.state), bytes);
});

Deno.test("restoreSnapshot() gives a state that goes on like the one that was kept", () => {
  const rig = middle();
  const state = restoreSnapshot(rig.plan, takeSnapshot(rig.state));
  const { log } = rig;
  const from = log.length;
  rig.complete("each", { item: 3 });
  rig.do({ type: "provide-input", node: nodeId("gate"), input: { approved: true, value: 1, by: "ann" } });
  for (const event of log.slice(from)) evolve(state, event);
  deepEqual(takeSnapshot(state), takeSnapshot(rig.state));
});

Deno.test("restoreSnapshot() keeps a state that has not started", () => {
  const bytes = takeSnapshot(createState(plan()));
  deepEqual(takeSnapshot(restoreSnapshot(plan(), bytes)), bytes);
});

Deno.test("restoreSnapshot() reads bytes that begin inside a larger buffer", () => {
  const bytes = takeSnapshot(middle().state);
  const larger = new Uint8Array(bytes.length + 3);
  larger.set(bytes, 3);
  deepEqual(takeSnapshot(restoreSnapshot(plan(), larger.subarray(3))), bytes);
});

Deno.test("restoreSnapshot() refuses another version, another plan, and bytes that are cut off", () => {
  const bytes = takeSnapshot(middle().state);
  const refusal = (damaged: Uint8Array, of = plan()): string => {
    let message = "";
    throws(() => restoreSnapshot(of, damaged), (error) => {
      message = error instanceof SymphonyError && error.code === "corrupt" ? error.message : "";
      return message !== "";
    });
    return message;
  };
  const newer = bytes.slice();
  newer[0] = 9;
  strictEqual(refusal(newer), "Cannot read snapshot: version 9, expected 1");
  match(refusal(bytes, buildPlan([{ id: "a" }], [])), /it is of 3 nodes, the plan has 1/);
  match(refusal(bytes.subarray(0, bytes.length - 1)), /expected \d+/);
  match(refusal(new Uint8Array(3)), /it has 3 bytes/);
  const damaged = bytes.slice();
  damaged[9] = 0;
  match(refusal(damaged), /JSON part is damaged/);
});

Deno.test("evolve() throws for an event that cannot follow (E1)", () => {
  const rig = new EngineRig(buildPlan([{ id: "a" }], [])).start();
  rig.run("a");
  throws(
    () => evolve(rig.state, { type: "node.started", at: 0, node: nodeId("a"), attempt: 2 }),
    /Assertion failed/,
  );
  throws(
    () => evolve(rig.state, { type: "node.started", at: 0, node: nodeId("b"), attempt: 1 }),
    /found "b"/,
  );
});
