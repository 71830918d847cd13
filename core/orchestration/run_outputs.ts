/**
 * What a graph gives when all its nodes have settled: its `outputs` expressions and its output nodes. An output whose
 * source has no result is null.
 *
 * @module
 */

import { own } from "../json.ts";
import type { Json, JsonObject } from "../json.ts";
import type { Expression } from "../workflow/expression.ts";
import type { RunScope, Unit } from "./run_scope.ts";
import type { RunValues } from "./run_values.ts";
import { outputOf } from "./reading.ts";

/** No node: outputs see every node from outside. */
const outside: Unit = { node: -1, item: -1 };

/** Evaluates the outputs. @throws SymphonyError `bad-input` where an expression cannot be evaluated */
export async function evaluateOutputs(scope: RunScope, values: RunValues): Promise<JsonObject> {
  const expressions: Expression[] = scope.plan.outputs.map(({ expression }) => expression);
  for (const ref of scope.missing(outside, expressions)) await values.load(ref);
  const outputs: Record<string, Json> = {};
  for (const { name, expression } of scope.plan.outputs) {
    outputs[name] = scope.evaluate(outside, expression) ?? null;
  }
  for (const node of scope.plan.nodes) {
    if (node.definition.kind !== "output") continue;
    const ref = outputOf(scope.state, node.index, -1);
    const output = ref === undefined ? undefined : await values.load(ref);
    outputs[node.definition.name] = own(output, "value") ?? null;
  }
  return outputs;
}
