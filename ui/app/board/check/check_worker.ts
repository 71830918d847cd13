/**
 * The worker that checks: `symphony check` itself, off the page's thread.
 *
 * @module
 */

import type { NodeTypeId } from "../../../../core/ids.ts";
import type { JsonSchema } from "../../../../core/json.ts";
import type { Catalog } from "../../../../core/workflow/catalog.ts";
import { checkWorkflow } from "../../../../core/workflow/check.ts";
import { portsOf } from "../../../../core/workflow/node_ports.ts";
import type { Plan, PlanNode } from "../../../../core/workflow/plan.ts";
import { schemaAt } from "../../../../core/workflow/schema_path.ts";
import type { CheckAnswer, CheckedNode, CheckQuestion } from "./check_protocol.ts";

let catalog: Catalog = { nodes: new Map(), tasks: new Map(), problems: [], limits: new Map() };

addEventListener("message", ({ data }: MessageEvent<CheckQuestion>) => {
  if (data.kind === "catalog") {
    catalog = {
      nodes: new Map(data.catalog.nodes.map((node) => [node.type as NodeTypeId, node])),
      tasks: new Map(data.catalog.tasks.map((task) => [task.type as NodeTypeId, task])),
      problems: [],
      limits: new Map(),
    };
    return;
  }
  const began = performance.now();
  const missing = new Set<string>();
  const { problems, plan } = checkWorkflow(data.text, data.file, catalog, (reference) => {
    const text = data.others[reference];
    if (text === undefined) missing.add(reference);
    return typeof text === "string" ? { file: reference, text } : undefined;
  });
  const answer: CheckAnswer = {
    number: data.number,
    problems: missing.size === 0 ? problems : problems.filter(({ code }) => code !== "unknown-workflow"),
    missing: [...missing],
    isPlanned: plan !== undefined,
    nodes: plan === undefined ? [] : typesOf(plan),
    tookMs: performance.now() - began,
  };
  postMessage(answer);
});

/** Types of outputs; what a branch or merge passes on has the type of what it takes. */
function typesOf(plan: Plan): readonly CheckedNode[] {
  const outputs = new Map<number, Map<string, JsonSchema>>();
  const order = [...plan.nodes].sort((a, b) => plan.levels[a.index]! - plan.levels[b.index]!);
  for (const node of order) {
    const body = new Map(node.body?.outputs.map(({ name }) => [name, true]));
    const own = new Map(portsOf(node.definition, plan.definition, catalog, body).outputs);
    const passed = passedType(plan, node, outputs);
    if (passed !== undefined) { for (const port of own.keys()) own.set(port, passed); }
    outputs.set(node.index, own);
  }
  // Of calls the page knows the types itself; ten thousand answers would only be carried over.
  return plan.nodes.flatMap(({ id, index, fan, definition }) => {
    const isFan = fan.kind !== "single";
    const isCall = definition.kind === "call" || definition.kind === "pass";
    if (!isFan && isCall) return [];
    return [{ id, isFan, outputs: isCall ? [] : [...outputs.get(index) ?? []] }];
  });
}

function passedType(
  plan: Plan,
  node: PlanNode,
  outputs: ReadonlyMap<number, ReadonlyMap<string, JsonSchema>>,
): JsonSchema | undefined {
  if (node.definition.kind !== "branch" && node.definition.kind !== "merge") return undefined;
  const types = node.bindings.flatMap((binding): JsonSchema[] => {
    if (binding.kind === "constant") return [];
    const { path } = binding.expression;
    const source = binding.sources[0] ?? -1;
    if (path === undefined || path[1] === undefined) return [true];
    const root = source < 0 ? plan.definition.inputs.get(path[1])?.schema : outputs.get(source)?.get(path[1]);
    const found = schemaAt(root, path, 2);
    return ["missing" in found ? true : found.schema ?? true];
  });
  const known = types.filter((type) => typeof type === "object");
  if (known.length === 0 || known.length < types.length) return undefined;
  return known.length === 1 ? known[0] : { anyOf: known };
}
