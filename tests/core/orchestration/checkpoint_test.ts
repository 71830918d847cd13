import assert from "node:assert/strict";
import { consequences, decide } from "../../../core/orchestration/decide.ts";
import { createState, evolve } from "../../../core/orchestration/evolve.ts";
import { nextReady } from "../../../core/orchestration/ready.ts";
import { freezeState, snapshotOf, takeSnapshot } from "../../../core/orchestration/snapshot.ts";
import type { RunState } from "../../../core/orchestration/state.ts";
import { checkWorkflow } from "../../../core/workflow/check.ts";
import { buildPlan } from "./plan_builder.ts";
import { pitOver, runnerOver, workflowText } from "./run_rig.ts";
import { gives, TableExtensions } from "./table_extensions.ts";

const context = { now: 0, random: () => 0 };

function give(state: RunState, command: Parameters<typeof decide>[1]): void {
  const decided = decide(state, command, context);
  assert.ok(decided.ok);
  for (let batch = decided.value; batch.length > 0; batch = consequences(state, context)) {
    for (const event of batch) evolve(state, event);
  }
}

Deno.test("snapshotOf() gives the state as it was when it was frozen, however the run goes on between its slices", () => {
  const nodes = Array.from({ length: 20_000 }, (_, i) => ({ id: `n${i}` }));
  const state = createState(buildPlan(nodes, []));
  give(state, { type: "start" });
  const step = () => {
    const unit = nextReady(state);
    if (unit === undefined) return;
    give(state, { type: "begin", ...unit });
    give(state, { type: "complete", ...unit, output: { value: unit.node }, durationMs: 0 });
  };
  for (let i = 0; i < 7000; i++) step();
  const expected = takeSnapshot(state);
  const work = snapshotOf(freezeState(state));
  let slices = 0;
  for (let one = work.next();; one = work.next()) {
    if (one.done === true) {
      assert.deepEqual(one.value, expected);
      break;
    }
    slices++;
    for (let i = 0; i < 100; i++) step();
  }
  assert.ok(slices >= 10, `${slices} slices`);
});

Deno.test("Runner keeps a checkpoint while the run goes on, and a resumed run goes on from it", async () => {
  let done = 0;
  let stopAt = 25_000;
  const extensions = new TableExtensions({
    "test/list": {
      output: { type: "object", properties: { all: { type: "array", items: { type: "number" } } } },
      run: () => gives({ all: Array.from({ length: 30_000 }, (_, i) => i) }),
    },
    "test/one": { run: () => gives({ done: ++done }) },
  });
  const text = workflowText({
    list: { use: "test/list" },
    each_one: { use: "test/one", each: "list.all", in: { n: "item" } },
  });
  const { definition } = checkWorkflow(text, "t", await extensions.describe());
  const pit = pitOver(extensions);
  const runner = runnerOver(extensions, pit);
  const request = { definition: definition!, inputs: {}, workspace: "/", mayWrite: false, concurrency: 50 };
  const handle = await runner.start(request, () => {
    if (done < stopAt) return;
    stopAt = Infinity;
    handle.command({ type: "pause", reason: "test" });
  });
  assert.equal((await handle.done).state, "paused");
  const checkpoint = await pit.dag.loadCheckpoint(handle.run);
  assert.ok(checkpoint !== undefined && checkpoint.nextSeq >= 20_000, `${checkpoint?.nextSeq}`);
  let replayed = 0;
  const replay = pit.dag.replay.bind(pit.dag);
  pit.dag.replay = async function* (run, from) {
    for await (const batch of replay(run, from)) {
      if ((from ?? 0) > 0) replayed += batch.length;
      yield batch;
    }
  };
  const before = done;
  const outcome = await (await runner.resume(handle.run, () => {})).done;
  assert.equal(outcome.state, "completed");
  assert.ok(replayed < 35_000, `${replayed} events were replayed`);
  assert.ok(done - before <= 30_000 - 25_000 + 50, "what was completed is not done again");
});
