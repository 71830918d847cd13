import assert from "node:assert/strict";
import type { JsonObject } from "../../../core/json.ts";
import type { PlanRecordPort } from "../../../core/ports/plan_records.ts";
import { checkWorkflow } from "../../../core/workflow/check.ts";
import { MemoryPlans } from "../../../pit/dag/memory_plans.ts";
import type { OpenPit } from "../../../pit/open_pit.ts";
import { pitOver, runnerOver, workflowText } from "./run_rig.ts";
import { gives, TableExtensions } from "./table_extensions.ts";

const NODES = 1_200;
type Load = (
  plans: MemoryPlans,
  ...of: Parameters<PlanRecordPort["load"]>
) => ReturnType<PlanRecordPort["load"]>;

/** A chain with a fan-out, a condition and a body, long enough for its plan to be kept. */
function chain(): string {
  const nodes: Record<string, JsonObject> = {};
  for (let at = 0; at < NODES; at++) {
    const before = at === 0 ? "inputs.start" : `n${at - 1}.value`;
    nodes[`n${at}`] = { use: "test/next", in: { value: before } };
  }
  nodes["fan"] = {
    use: "test/next",
    each: "[1, 2, 3]",
    in: { value: "item" },
    when: `n${NODES - 1}.value > 5`,
  };
  return workflowText(nodes, {
    inputs: { start: { type: "integer", default: 0 } },
    outputs: { last: `n${NODES - 1}.value`, fan: "fan.value" },
  });
}

/** Runs until half of it is done, then goes on over the same Pit with plans read through `load`. */
async function resumed(load: Load) {
  let calls = 0;
  const extensions = new TableExtensions({
    "test/next": {
      input: { type: "object", properties: { value: { type: "integer" } }, required: ["value"] },
      output: { type: "object", properties: { value: { type: "integer" } }, required: ["value"] },
      run: ({ input }) => {
        const answer = gives({ value: Number(input["value"]) + 1 });
        // Around the middle it takes its time, so that the run can be paused between two nodes.
        if (++calls < 590 || calls > 620) return answer;
        return new Promise((resolve) => setTimeout(() => resolve(answer), 5));
      },
    },
  });
  const kept = new MemoryPlans();
  const seen = { loaded: 0, saved: 0 };
  const plans: PlanRecordPort = {
    load: (id) => {
      seen.loaded++;
      return load(kept, id);
    },
    save: (id, bytes) => {
      seen.saved++;
      return kept.save(id, bytes);
    },
  };
  const pit: OpenPit = { ...pitOver(extensions), plans };
  const { definition } = checkWorkflow(chain(), "w", await extensions.describe());
  assert.ok(definition !== undefined);
  const runner = runnerOver(extensions, pit);
  const request = { definition, inputs: { start: 0 }, workspace: "/", mayWrite: false };
  let done = 0;
  const first = await runner.start(request, (event) => {
    if (event.durable && event.event.type === "node.completed" && ++done === 600) {
      first.command({ type: "pause", reason: "half" });
    }
  });
  assert.equal((await first.done).state, "paused");
  assert.deepEqual(seen, { loaded: 0, saved: 1 }, "it is kept when the run starts");
  const before = calls;
  const second = await runner.resume(first.run, () => {});
  const outcome = await second.done;
  assert.equal(outcome.state, "completed", JSON.stringify(outcome.failure));
  // What was under way at the pause is begun again.
  assert.ok(before < NODES && calls <= NODES + 4, `${before} calls, then ${calls}`);
  return { outputs: outcome.outputs, seen };
}

const expected = { last: NODES, fan: [2, 3, 4] };

Deno.test("Runner.resume() goes on with the kept plan of a large run, and does not plan again", async () => {
  const { outputs, seen } = await resumed((plans, id) => plans.load(id));
  assert.deepEqual(outputs, expected);
  assert.deepEqual(seen, { loaded: 1, saved: 1 });
});

Deno.test("Runner.resume() plans anew, and keeps that, where the record is gone, cannot be read or is of another program", async () => {
  const ways: Load[] = [
    () => Promise.resolve(undefined),
    () => Promise.reject(new Error("the disk is gone")),
    () => Promise.resolve(new Uint8Array(40)),
    async (plans, id) => {
      const text = new TextDecoder("latin1").decode(await plans.load(id));
      return Uint8Array.from(text.replace('"version":"0', '"version":"8'), (one) => one.charCodeAt(0));
    },
  ];
  for (const way of ways) {
    const { outputs, seen } = await resumed(way);
    assert.deepEqual(outputs, expected);
    assert.deepEqual(seen, { loaded: 1, saved: 2 });
  }
});
