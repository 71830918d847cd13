/**
 * What a graph gives when all its nodes have settled: its `outputs` expressions and its output nodes. An output whose
 * source has no result is null.
 *
 * @module
 */

import { SymphonyError } from "../errors.ts";
import { own } from "../json.ts";
import type { Json, JsonObject } from "../json.ts";
import { unevaluatedAt } from "../workflow/expression.ts";
import type { Plan } from "../workflow/plan.ts";
import type { ValueRef } from "./event.ts";
import type { RunScope, Unit } from "./run_scope.ts";
import type { RunValues } from "./run_values.ts";
import { outputOf } from "./reading.ts";

function valueOf(output: Plan["outputs"][number], scope: RunScope): Json | undefined {
  try {
    return scope.evaluate(outside, output);
  } catch (error) {
    const cause = { cause: error };
    throw new SymphonyError("bad-input", unevaluatedAt(`outputs.${output.name}`, error), cause);
  }
}

/** No node: outputs see every node from outside. */
const outside: Unit = { node: -1, item: -1 };

/** Evaluates the outputs. @throws SymphonyError `bad-input` where an expression cannot be evaluated */
export async function evaluateOutputs(scope: RunScope, values: RunValues): Promise<JsonObject> {
  const missing: ValueRef[] = [];
  for (const output of scope.plan.outputs) scope.collectMissing(outside, output, missing);
  for (const ref of missing) await values.load(ref);
  const outputs: Record<string, Json> = {};
  for (const output of scope.plan.outputs) outputs[output.name] = valueOf(output, scope) ?? null;
  for (const node of scope.plan.nodes) {
    if (node.definition.kind !== "output") continue;
    const ref = outputOf(scope.state, node.index, -1);
    const output = ref === undefined ? undefined : await values.load(ref);
    outputs[node.definition.name] = own(output, "value") ?? null;
  }
  return outputs;
}
