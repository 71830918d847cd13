/** What a node's ports are bound to, in the file's order: a merge takes the first. @module */

import type { Json } from "../json.ts";
import type { NodeDefinition } from "./definition.ts";
import type { PlanBinding, PlanExpression } from "./plan.ts";

/** The bindings; texts in `in` are expressions, everything else is a constant. `nth` counts the members of `in`. */
export function nodeBindings(
  node: Pick<NodeDefinition, "in" | "with">,
  read: (text: string, nth: number) => PlanExpression | undefined,
): readonly PlanBinding[] {
  const bindings: PlanBinding[] = [];
  let nth = 0;
  for (const port in node.in) {
    const value = node.in[port] as Json;
    const found = typeof value === "string" ? read(value, nth) : undefined;
    nth++;
    bindings.push(
      found === undefined
        ? { kind: "constant", port, value }
        : { kind: "expression", port, expression: found.expression, sources: found.sources },
    );
  }
  for (const port in node.with) bindings.push({ kind: "constant", port, value: node.with[port] as Json });
  return bindings;
}
