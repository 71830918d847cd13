import assert from "node:assert/strict";
import { DurationModel } from "../../../conductor/dispatch/duration_model.ts";
import { rankPlan } from "../../../conductor/dispatch/rank_plan.ts";
import { nodeId } from "../../../core/ids.ts";
import type { Plan } from "../../../core/workflow/plan.ts";
import { checkWorkflow } from "../../../core/workflow/check.ts";
import { gives, TableExtensions } from "../../core/orchestration/table_extensions.ts";

function plan(): Plan {
  const table = new TableExtensions({
    "test/quick": { run: () => gives({}) },
    "test/slow": { run: () => gives({}) },
  });
  const nodes = {
    first: { use: "test/quick" },
    slow: { use: "test/slow", after: "first" },
    quick: { use: "test/quick", after: "first" },
    ask: { use: "control/gate", question: "Go on?", after: "slow" },
    last: { use: "test/quick", after: ["ask.approved", "quick"] },
  };
  const { plan, problems } = checkWorkflow(JSON.stringify({ schema: 1, id: "t", nodes }), "t", table.catalog);
  assert.ok(plan !== undefined, JSON.stringify(problems));
  return plan;
}

Deno.test("rankPlan() puts a node that takes long before its equals, once it was seen to", () => {
  const model = new DurationModel();
  const instrument = model.instrument("test/slow");
  const quick = model.instrument("test/quick");
  for (let run = 0; run < 5; run++) {
    model.observe({ kind: "test/slow", key: "t/slow", bytesIn: 0 }, instrument, 60);
    model.observe({ kind: "test/quick", key: "t/quick", bytesIn: 0 }, quick, 1);
  }
  const made = plan();
  const rank = rankPlan(made, model);
  const of = (id: string) => rank[made.indexOf.get(nodeId(id)) as number] as number;
  assert.ok(of("slow") > 20 * of("quick"), `slow ${of("slow")}, quick ${of("quick")}`);
  assert.ok(of("first") > of("slow"));
  assert.equal(of("ask"), of("last"), "a person's time is not counted");
});

Deno.test("rankPlan() of a model that has seen nothing is the longest path, counted in nodes", () => {
  const made = plan();
  const rank = rankPlan(made, new DurationModel());
  const of = (id: string) => rank[made.indexOf.get(nodeId(id)) as number] as number;
  assert.equal(of("first") / of("last"), 3);
  assert.equal(of("slow") / of("last"), 2);
});
