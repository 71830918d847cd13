import { deepEqual, match, ok, strictEqual } from "node:assert/strict";
import { nodeId } from "../../../core/ids.ts";
import type { UserCommand } from "../../../core/orchestration/command.ts";
import { legalCommands } from "../../../core/orchestration/legal.ts";
import {
  degradedNodes,
  isIdleWaiting,
  isSettled,
  outputOf,
  runStateName,
  waitingUnits,
} from "../../../core/orchestration/reading.ts";
import { wakeDue } from "../../../core/orchestration/ready.ts";
import { nodeState, RunAccount } from "../../../core/orchestration/run_account.ts";
import { buildPlan } from "./plan_builder.ts";
import { EngineRig, outline } from "./engine_rig.ts";

const optional = { importance: "optional" } as const;
const recommended = { importance: "recommended" } as const;
const finish = { type: "finish", outputs: { value: {} } } as const;

const pair = () => new EngineRig(buildPlan([{ id: "a" }, { id: "b" }], [["a", "b"]])).start();
const skip = (id: string, item?: number): UserCommand => ({
  type: "skip-node",
  node: nodeId(id),
  reason: "no need",
  ...(item === undefined ? {} : { item }),
});
const retry = (id: string): UserCommand => ({ type: "retry-node", node: nodeId(id) });
const answer = (id: string, approved: boolean): UserCommand => ({
  type: "provide-input",
  node: nodeId(id),
  input: { approved, value: 7, by: "ann", comment: "fine" },
});

function gate(): EngineRig {
  const rig = new EngineRig(buildPlan(
    [{ id: "gate" }, { id: "yes" }, { id: "no" }],
    [["gate", "yes", "needs", "approved"], ["gate", "no", "needs", "rejected"]],
  )).start();
  rig.takeReady();
  rig.begin("gate");
  rig.do({ ...rig.report("wait", "gate"), for: { kind: "approval", question: "Shall I?" } });
  return rig;
}

Deno.test("legalCommands() follows the run's state", () => {
  const rig = new EngineRig(buildPlan([{ id: "a" }], []));
  deepEqual(legalCommands(rig.state), ["start", "cancel"]);
  rig.start();
  deepEqual(legalCommands(rig.state), ["pause", "cancel", "skip-node"]);
  rig.do({ type: "pause", reason: "lunch" });
  deepEqual(legalCommands(rig.state), ["resume", "cancel", "skip-node"]);
  rig.do({ type: "cancel", reason: "enough" });
  deepEqual(legalCommands(rig.state), []);
});

Deno.test("decide() refuses an illegal command with the run's state and what is legal", () => {
  const rig = pair();
  deepEqual(rig.refused({ type: "start" }), {
    reason: "the run is running",
    legal: ["pause", "cancel", "skip-node"],
  });
  rig.do({ type: "cancel", reason: "enough" });
  for (
    const command of [{ type: "resume" }, { type: "cancel", reason: "again" }, retry("a"), skip("a")] as const
  ) {
    deepEqual(rig.refused(command).legal, []);
  }
});

Deno.test("decide() refuses commands about nodes and items that are not there", () => {
  const rig = pair();
  strictEqual(rig.refused(skip("nobody")).reason, 'the run has no node "nobody"');
  strictEqual(rig.refused(skip("a", 3)).reason, 'node "a" has no item 3');
  strictEqual(rig.refused({ type: "begin", node: 9, item: -1 }).reason, "there is no unit 9:-1");
});

Deno.test("decide() refuses reports that do not fit the unit's state", () => {
  const rig = pair();
  const output = { output: { value: 1 }, durationMs: 0 };
  rig.refused({ ...rig.report("complete", "a"), ...output });
  rig.refused(rig.report("begin", "b"));
  rig.refused(rig.report("wake", "a"));
  rig.refused({ ...rig.report("expand", "a"), count: 2, items: { value: [] } });
  rig.run("a");
  rig.refused(rig.report("begin", "a"));
  rig.refused({ ...rig.report("complete", "a"), ...output });
});

Deno.test("a paused run begins nothing, but takes the end of what was begun", () => {
  const rig = new EngineRig(buildPlan([{ id: "a" }, { id: "b" }, { id: "c" }], [["a", "c"]])).start();
  rig.takeReady();
  rig.begin("a");
  rig.do({ type: "pause", reason: "lunch" });
  strictEqual(rig.refused(rig.report("begin", "b")).reason, "the run is paused");
  rig.complete("a");
  rig.expect({ a: "completed", c: "queued" });
});

Deno.test("an essential failure ends the run at once; what is late is refused and changes nothing", () => {
  const rig = new EngineRig(buildPlan([{ id: "a" }, { id: "b" }, { id: "c" }], [["a", "c"]])).start();
  rig.begin("b");
  deepEqual(outline(rig.fail("a")), ["node.started a", "node.failed a", "run.failed a"]);
  strictEqual(
    rig.refused({ ...rig.report("complete", "b"), output: { value: 1 }, durationMs: 0 }).reason,
    "the run is failed",
  );
  rig.expect({ b: "running", c: "pending" });
});

Deno.test("a skip because of a failure is a failure where the node is essential", () => {
  const failure = { class: "unavailable", message: "No model" } as const;
  const essential = pair();
  const events = essential.do({ ...essential.report("skip", "a"), reason: "No model", failure });
  deepEqual(outline(events), ["node.failed a", "run.failed a"]);
  const rig = new EngineRig(buildPlan([{ id: "a", ...recommended }, { id: "b" }], [["a", "b", "wants"]]))
    .start();
  rig.do({ ...rig.report("skip", "a"), reason: "No model", failure });
  rig.expect({ a: "skipped", b: "queued" });
  deepEqual(degradedNodes(rig.state), ["a"]);
});

Deno.test("a failure is retried while the budget lasts, then stands", () => {
  const rig = new EngineRig(buildPlan([{ id: "a", ...optional, retry: { max: 2, initialMs: 10 } }], []))
    .start();
  const seen = [1, 2, 3].map(() => {
    const last = outline(rig.fail("a", { class: "connection" })).at(-1);
    rig.now += 10;
    wakeDue(rig.state, rig.now);
    return last;
  });
  deepEqual(seen, ["node.retrying a", "node.retrying a", "node.failed a"]);
});

Deno.test("a run finishes when every node has settled, and names the recommended nodes it went without", () => {
  const rig = new EngineRig(buildPlan([{ id: "a", ...recommended }, { id: "b", ...optional }], [])).start();
  rig.fail("a");
  strictEqual(rig.refused(finish).reason, "1 nodes have not settled");
  rig.fail("b");
  strictEqual(isSettled(rig.state), true);
  const done = rig.do(finish)[0];
  deepEqual(done?.type === "run.completed" && done.degraded, ["a"]);
  strictEqual(rig.refused(finish).reason, "the run is completed");
});

Deno.test("a gate waits for a person and goes on by the answer's port", () => {
  const yes = gate();
  strictEqual(runStateName(yes.state), "waiting-for-input");
  yes.do(answer("gate", true));
  yes.expect({ gate: "completed", yes: "queued", no: "skipped" });
  deepEqual(outputOf(yes.state, 0, -1), { value: { approved: { value: 7, by: "ann", comment: "fine" } } });
  const no = gate();
  no.do(answer("gate", false));
  no.expect({ yes: "skipped", no: "queued" });
});

Deno.test("an answer to a node that does not ask is refused with the node's state", () => {
  const rig = gate();
  strictEqual(rig.refused(answer("yes", true)).reason, 'node "yes" does not wait for input: it is pending');
  rig.do(answer("gate", true));
  match(rig.refused(answer("gate", true)).reason, /does not wait for input: it is completed/);
});

Deno.test("a signal ends every wait for its name, and is refused where nothing waits", () => {
  const rig = new EngineRig(buildPlan([{ id: "a" }, { id: "b" }, { id: "c" }], [])).start();
  for (const [id, signal] of [["b", "go"], ["a", "go"], ["c", "stop"]] as const) {
    rig.do({ ...rig.report("wait", id), for: { kind: "signal", signal } });
  }
  strictEqual(isIdleWaiting(rig.state), true);
  strictEqual(waitingUnits(rig.state).length, 3);
  deepEqual(outline(rig.do({ type: "signal", signal: "go", value: { n: 1 } })), [
    "node.completed a",
    "node.completed b",
  ]);
  deepEqual(outputOf(rig.state, 0, -1), { value: { value: { n: 1 } } });
  strictEqual(
    rig.refused({ type: "signal", signal: "go", value: 1 }).reason,
    'nothing waits for the signal "go"',
  );
});

Deno.test("a run that only waits for time is running, not waiting for input", () => {
  const rig = new EngineRig(buildPlan([{ id: "a" }], [])).start();
  rig.do({ ...rig.report("wait", "a"), for: { kind: "time", untilMs: 5000 } });
  strictEqual(runStateName(rig.state), "running");
});

Deno.test("skip-node takes what has not begun and refuses what runs or has ended", () => {
  const rig = new EngineRig(buildPlan([{ id: "a" }, { id: "b" }, { id: "c" }], [["a", "b"], ["b", "c"]]))
    .start();
  deepEqual(outline(rig.do(skip("b"))), ["node.skipped b", "node.skipped c"]);
  rig.begin("a");
  strictEqual(rig.refused(skip("a")).reason, 'node "a": it is running');
  deepEqual(outline(rig.complete("a")), ["node.completed a"]);
  strictEqual(rig.refused(skip("a")).reason, 'node "a": it is completed');
});

Deno.test("skip-node of a fan-out at work skips the items that have not begun", () => {
  const rig = new EngineRig(buildPlan([{ id: "each", fan: "over" }], [])).start();
  rig.expand("each", 3);
  rig.begin("each", 1);
  deepEqual(outline(rig.do(skip("each"))), ["node.skipped each[0]", "node.skipped each[2]"]);
  strictEqual(rig.refused(skip("each")).reason, 'node "each": each of its items has begun');
  rig.complete("each", { item: 1 });
  rig.expect({ each: "completed" });
});

Deno.test("skip-node passes over the failure that ended the run, and opens it again", () => {
  const rig = new EngineRig(
    buildPlan([{ id: "a" }, { id: "b" }, { id: "c" }], [["a", "b"], ["a", "c", "wants"]]),
  );
  rig.start().fail("a");
  match(rig.refused(skip("c")).reason, /the run failed at another one, "a"/);
  deepEqual(outline(rig.do(skip("a"))), ["node.skipped a", "run.resumed", "node.skipped b"]);
  strictEqual(rig.state.run, "running");
  rig.expect({ a: "skipped", b: "skipped", c: "queued" });
});

Deno.test("retry-node of the failure that ended the run begins it anew and opens the run", () => {
  const rig = new EngineRig(buildPlan([{ id: "x" }, { id: "a" }, { id: "b" }], [["x", "a"], ["a", "b"]]))
    .start();
  rig.run("x");
  rig.fail("a");
  deepEqual(legalCommands(rig.state), ["retry-node", "skip-node"]);
  deepEqual(rig.do(retry("a"))[0], { type: "nodes.reset", at: 1000, nodes: [nodeId("a")] });
  rig.expect({ x: "completed", a: "queued", b: "pending" });
  const [started] = rig.run("a");
  strictEqual(started?.type === "node.started" && started.attempt, 2);
  rig.expect({ b: "queued" });
});

Deno.test("retry-node in a degraded run begins anew what its result flows into, not what merely came after", () => {
  const rig = new EngineRig(buildPlan(
    [{ id: "a", ...recommended }, { id: "needs" }, { id: "wants" }, { id: "after" }],
    [["a", "needs", "needs"], ["a", "wants", "wants"], ["a", "after", "order"]],
  )).start();
  rig.fail("a");
  rig.run("wants");
  rig.run("after");
  rig.do(finish);
  rig.do(retry("a"));
  rig.expect({ a: "queued", needs: "pending", wants: "pending", after: "completed" });
  rig.run("a");
  rig.expect({ needs: "queued", wants: "queued", after: "completed" });
});

Deno.test("retry-node of a fan-out keeps what its items have completed", () => {
  const rig = new EngineRig(buildPlan(
    [{ id: "each", fan: "over", ...recommended }, { id: "judge", fan: "each" }, { id: "end" }],
    [["each", "judge"], ["judge", "end"]],
  )).start();
  rig.expand("each", 3);
  for (const item of [0, 2]) rig.run("each", { item });
  rig.fail("each", { item: 1 });
  for (const item of [0, 2]) rig.run("judge", { item });
  rig.run("end");
  rig.do(finish);
  rig.do(retry("each"));
  rig.expect({ each: "running", judge: "running", end: "pending" });
  deepEqual([0, 1, 2].map((item) => rig.stateOf("each", item)), ["completed", "queued", "completed"]);
  deepEqual([0, 1, 2].map((item) => rig.stateOf("judge", item)), ["completed", "pending", "completed"]);
  // Who reads the log knows the same: what is kept is counted on, what was spent is not undone.
  const account = new RunAccount();
  rig.log.forEach((event, seq) => account.add({ ...event, seq }));
  for (const name of ["each", "judge"]) {
    const node = account.nodes.get(`/${name}`);
    ok(node !== undefined);
    deepEqual(
      node.counts,
      { running: 0, retrying: 0, waiting: 0, completed: 2, failed: 0, skipped: 0 },
      name,
    );
    deepEqual(
      [node.count, [...node.items.keys()], node.attempts],
      [3, [0, 2], name === "each" ? 3 : 2],
      name,
    );
    strictEqual(nodeState(node), "running");
    deepEqual(node.failures, []);
  }
  rig.run("each", { item: 1 });
  rig.run("judge", { item: 1 });
  rig.expect({ each: "completed", judge: "completed", end: "queued" });
});

Deno.test("retry-node forgets a fan-out whose list may change", () => {
  const rig = new EngineRig(buildPlan(
    [{ id: "list", ...recommended }, { id: "each", fan: "over" }],
    [["list", "each", "wants"]],
  )).start();
  rig.fail("list");
  rig.expand("each", 2);
  for (const item of [0, 1]) rig.run("each", { item });
  rig.do(finish);
  const [reset] = rig.do(retry("list"));
  ok(reset?.type === "nodes.reset" && reset.items === undefined);
  rig.expect({ each: "pending" });
  rig.run("list");
  rig.expand("each", 1);
  rig.run("each", { item: 0 });
  rig.expect({ each: "completed" });
});

Deno.test("retry-node is refused where nothing failed, where another is to blame, and where others go on without it", () => {
  const rig = new EngineRig(buildPlan(
    [{ id: "a", ...optional }, { id: "b" }, { id: "c" }, { id: "d" }],
    [["a", "b", "wants"], ["a", "c", "needs"]],
  )).start();
  match(rig.refused(retry("d")).reason, /nothing of it has failed, it is queued/);
  rig.fail("a");
  match(rig.refused(retry("c")).reason, /it was skipped because of "a", retry that one/);
  rig.begin("b");
  match(rig.refused(retry("a")).reason, /"b" goes on without it/);
  rig.complete("b");
  rig.fail("d");
  match(rig.refused(retry("a")).reason, /the run failed at another one, "d"/);
});

Deno.test("a run that was aborted can be resumed: no node is to blame", () => {
  const rig = pair();
  rig.do({ type: "abort", failure: { class: "timeout", message: "Too long" } });
  deepEqual(legalCommands(rig.state), ["resume"]);
  rig.do({ type: "resume" });
  deepEqual(rig.takeReady(), ["a"]);
});
