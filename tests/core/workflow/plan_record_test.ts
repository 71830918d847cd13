import assert from "node:assert/strict";
import fc from "fast-check";
import type { JsonObject } from "../../../core/json.ts";
import { checkWorkflow } from "../../../core/workflow/check.ts";
import type { WorkflowDefinition } from "../../../core/workflow/definition.ts";
import { makePlan } from "../../../core/workflow/make_plan.ts";
import type { Plan, PlanExpression } from "../../../core/workflow/plan.ts";
import { planRecord, restorePlan } from "../../../core/workflow/plan_record.ts";
import { deserialize, serialize } from "../../../core/workflow/serialize.ts";
import { catalog, codeReview } from "./catalog.ts";

/** An expression with everything that can be seen of it. */
function expressionOf({ expression, sources }: PlanExpression) {
  const { text, references, path } = expression;
  return { text, references, path, sources };
}

/** Everything that a plan says, lazily read parts included, bodies as well. */
function all({ definition, nodes, indexOf, outputs, ...arrays }: Plan): unknown {
  return {
    definition,
    indexOf: [...indexOf],
    ...arrays,
    outputs: outputs.map((output) => ({ name: output.name, ...expressionOf(output) })),
    nodes: nodes.map(({ index, id, definition, bindings, when, cases, fan, space, gated, body }) => ({
      index,
      id,
      definition,
      bindings: bindings.map((one) =>
        one.kind === "constant" ? one : { kind: one.kind, port: one.port, ...expressionOf(one) }
      ),
      when: when && expressionOf(when),
      cases: cases.map(expressionOf),
      fan: fan.kind === "over" ? { kind: fan.kind, items: expressionOf(fan.items) } : { ...fan },
      space,
      gated,
      body: body && all(body),
    })),
  };
}

function planned(nodes: JsonObject, rest: JsonObject = {}): { definition: WorkflowDefinition; plan: Plan } {
  const text = JSON.stringify({ schema: 1, id: "w", ...rest, nodes });
  const { definition, plan, problems } = checkWorkflow(text, "w", catalog);
  assert.ok(plan !== undefined && definition !== undefined, JSON.stringify(problems));
  return { definition, plan };
}

/** As a resumed run has it: read back from what was kept. */
function readBack(definition: WorkflowDefinition): WorkflowDefinition {
  return deserialize<WorkflowDefinition>(serialize(definition));
}

function assertRestored(plan: Plan): void {
  const definition = readBack(plan.definition);
  const restored = restorePlan(planRecord(plan), definition);
  assert.ok(restored !== undefined, "the record is of this plan");
  assert.deepEqual(all(restored), all(plan));
  const made = makePlan(definition, catalog).plan;
  assert.ok(made !== undefined);
  assert.deepEqual(all(restored), all(made), "as planning anew would have it");
}

/** A node that may read any of those before it; most are sound, and those that are not make no plan. */
function nodeOf(nth: number, body: fc.Arbitrary<JsonObject> | undefined): fc.Arbitrary<JsonObject> {
  const before = nth === 0 ? fc.constant("inputs.root") : fc.nat(nth - 1).map((at) => `n${at}`);
  const text = fc.tuple(before, fc.constantFrom("text", "text", "text", "value"))
    .map(([of, port]) => of === "inputs.root" ? of : `${of}.${port}`);
  const common = { after: before.map((of) => of === "inputs.root" ? [] : [of]) };
  const kinds: fc.Arbitrary<JsonObject>[] = [
    fc.record({ use: fc.constant("text/trim"), in: fc.record({ text }), ...common }),
    fc.record({
      use: fc.constant("text/trim"),
      in: fc.record({ text }),
      with: fc.record({ width: fc.integer({ min: 1, max: 9 }) }),
      when: text.map((of) => `size(${of}) > 3 && ${of} != "x"`),
    }),
    fc.record({
      use: fc.constant("text/trim"),
      each: fc.constantFrom('["a", "b"]', "inputs.list"),
      in: fc.constant({ text: "item" }),
    }),
    fc.record({ use: fc.constant("text/trim"), each: before, in: fc.record({ text }) }),
    fc.record({ use: fc.constant("text/trim"), in: text.map((of) => ({ text: `${of} + "!"` })) }),
    fc.record({ use: fc.constant("control/merge"), in: fc.record({ a: text, b: text }) }),
    fc.record({
      use: fc.constant("control/gate"),
      in: fc.record({ value: text }),
      question: fc.constant("?"),
    }),
    fc.record({
      use: fc.constant("control/branch"),
      in: fc.record({ value: text }),
      cases: fc.constant({ long: "size(value) > 5", short: "true" }),
    }),
    fc.record({ use: fc.constant("files/write"), in: fc.record({ text }), ...common }),
    fc.record({
      use: fc.constantFrom("files/write", "text/trim"),
      with: fc.constant({ text: "x" }),
      after: before.map((of) => of === "inputs.root" ? [] : [`${of}.approved`]),
    }),
  ];
  if (body !== undefined) {
    kinds.push(fc.record({ use: fc.constant("control/loop"), max: fc.integer({ min: 1, max: 4 }), body }));
  }
  return fc.oneof(...kinds);
}

function nodesOf(count: number, depth: number): fc.Arbitrary<JsonObject> {
  const body = depth === 0 ? undefined : nodesOf(3, depth - 1).map((nodes): JsonObject => ({
    inputs: { root: { type: "string", default: "" }, list: { type: "array", default: [] } },
    nodes,
  }));
  return fc.tuple(...Array.from({ length: count }, (_, nth) => nodeOf(nth, body)))
    .map((nodes) => Object.fromEntries(nodes.map((node, nth) => [`n${nth}`, node])));
}

Deno.test("restorePlan() gives the plan that was made, with everything in it, for workflows of any shape", () => {
  let planned = 0;
  const kinds = new Set<string>();
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 7 }).chain((count) => nodesOf(count, 2)), (nodes) => {
      const inputs = { root: { type: "string", default: "" }, list: { type: "array", default: [] } };
      const text = JSON.stringify({ schema: 1, id: "w", inputs, nodes });
      const { plan } = checkWorkflow(text, "w", catalog);
      if (plan === undefined) return;
      planned++;
      for (const { definition, fan, gated } of plan.nodes) {
        kinds.add(definition.kind).add(fan.kind).add(`${gated}`);
      }
      assertRestored(plan);
    }),
    { numRuns: 1_500, seed: 20261126 },
  );
  assert.ok(planned > 200, `only ${planned} could be planned`);
  const expected = ["call", "merge", "gate", "branch", "loop", "single", "over", "with", "true", "false"];
  assert.deepEqual(expected.filter((kind) => !kinds.has(kind)), [], "every kind was met");
});

Deno.test("restorePlan() gives back the architecture's example and a workflow that is used twice, with and without a gate", () => {
  const { plan } = checkWorkflow(codeReview, "w", catalog);
  assert.ok(plan !== undefined);
  assertRestored(plan);
  const inner = { schema: 1, id: "inner", nodes: { w: { use: "files/write", with: { text: "x" } } } };
  const body = { use: "control/loop", max: 1, body: { nodes: inner.nodes } };
  const gated = planned({
    ask: { use: "control/gate", question: "?" },
    one: { ...body, after: "ask.approved" },
    two: { ...body, after: "ask.approved" },
  });
  assertRestored(gated.plan);
});

Deno.test("restorePlan() refuses what another program, another planner or another workflow made, and torn bytes", () => {
  const { plan, definition } = planned({ a: { use: "text/trim", with: { text: "x" } } });
  const bytes = planRecord(plan);
  const changed = (from: string, to: string) => {
    const text = new TextDecoder("latin1").decode(bytes).replace(from, to);
    return Uint8Array.from(text, (character) => character.charCodeAt(0));
  };
  assert.ok(restorePlan(bytes, definition) !== undefined);
  assert.equal(restorePlan(changed('"version":"0', '"version":"9'), definition), undefined);
  assert.equal(restorePlan(changed('"planner":1', '"planner":0'), definition), undefined);
  const other = planned({ a: { use: "text/trim", with: { text: "x" } }, b: { use: "files/scan" } });
  assert.equal(restorePlan(bytes, other.definition), undefined);
  const loop = planned({ a: { use: "control/loop", max: 1, body: { nodes: { b: { use: "files/scan" } } } } });
  assert.equal(restorePlan(bytes, loop.definition), undefined);
  for (const end of [0, 3, 10, bytes.length - 1]) {
    assert.equal(restorePlan(bytes.slice(0, end), definition), undefined);
  }
  // Where it lies in memory does not matter.
  const moved = new Uint8Array(bytes.length + 3);
  moved.set(bytes, 3);
  assert.ok(restorePlan(moved.subarray(3), definition) !== undefined);
});

Deno.test("makePlan() makes of a workflow what it made when PLANNER was last raised", async () => {
  const { plan } = checkWorkflow(codeReview, "w", catalog);
  const { nodes } = planned({
    ask: { use: "control/gate", question: "?" },
    again: {
      use: "control/loop",
      max: 2,
      after: "ask.approved",
      body: { nodes: { w: { use: "files/scan" } } },
    },
    pick: { use: "control/branch", in: { value: "ask.approved" }, cases: { yes: "value == 1", no: "true" } },
    join: {
      use: "control/merge",
      in: { a: "pick.yes", b: "pick.no", c: "again.iterations" },
      after: "pick.yes",
    },
  }).plan;
  const text = JSON.stringify([all(plan as Plan), nodes.map(({ fan, space, gated }) => [fan, space, gated])]);
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text))).toHex();
  assert.equal(
    hash,
    "fd72230155f68d86fc48151979e4ee61b7f13639f7db430f76990c065f3e6da9",
    "It makes another plan than before: raise PLANNER in plan_record.ts, then put the new hash here",
  );
});
