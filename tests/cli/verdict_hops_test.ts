import assert from "node:assert/strict";
import { hopsTo } from "../../cli/verdict_hops.ts";
import { checkWorkflow } from "../../core/workflow/check.ts";
import type { Plan } from "../../core/workflow/plan.ts";
import { gives, TableExtensions } from "../core/orchestration/table_extensions.ts";
import { workflowText } from "../core/orchestration/run_rig.ts";
import type { JsonObject } from "../../core/json.ts";

function planOf(nodes: JsonObject, rest: JsonObject = {}): Plan {
  const { catalog } = new TableExtensions({ "test/step": { run: () => gives({}) } });
  const { plan, problems } = checkWorkflow(workflowText(nodes, rest), "t", catalog);
  assert.ok(plan !== undefined, JSON.stringify(problems));
  return plan;
}

const use = "test/step";

Deno.test("hopsTo() counts the shortest way to what the outputs read, and leaves out what does not lead there", () => {
  const plan = planOf({
    a: { use },
    b: { use, after: "a" },
    c: { use, after: ["a", "b"] },
    aside: { use, after: "a" },
  }, { outputs: { all: "c.out" } });
  assert.deepEqual(Object.fromEntries(hopsTo(plan, undefined)), { c: 0, b: 1, a: 1 });
  assert.deepEqual(Object.fromEntries(hopsTo(plan, "b")), { b: 0, a: 1 });
});

Deno.test("hopsTo() without outputs starts from what nothing follows", () => {
  const plan = planOf({ a: { use }, b: { use, after: "a" }, c: { use } });
  assert.deepEqual(Object.fromEntries(hopsTo(plan, undefined)), { b: 0, c: 0, a: 1 });
});

Deno.test("hopsTo() goes into a body and out of it, and names the nodes where one is not known", () => {
  const plan = planOf({
    before: { use },
    rounds: {
      use: "control/loop",
      max: 2,
      until: "true",
      after: "before",
      body: { nodes: { inner: { use }, last: { use, after: "inner" } } },
    },
    end: { use, after: "rounds" },
  });
  assert.deepEqual(Object.fromEntries(hopsTo(plan, undefined)), {
    end: 0,
    rounds: 1,
    last: 1,
    inner: 2,
    before: 2,
  });
  assert.deepEqual(Object.fromEntries(hopsTo(plan, "inner")), { inner: 0, before: 1 });
  assert.throws(() => hopsTo(plan, "inmer"), /Cannot find node "inmer"/);
});
