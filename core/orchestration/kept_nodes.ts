/**
 * Which nodes of an earlier run hold in a later one, by the graph alone: what a rerun "from here" and a move keep. A node
 * is done again where it was named, is new, was defined otherwise, had not completed, reads an input that changed, or
 * takes what such a node gives. Order alone (`after`) does not count.
 *
 * @module
 */

import type { NodeId } from "../ids.ts";
import { canonicalJson } from "../json.ts";
import type { Json, JsonObject } from "../json.ts";
import type { Catalog } from "../workflow/catalog.ts";
import type { Plan, PlanExpression, PlanNode } from "../workflow/plan.ts";
import { definitionText } from "./memo_key.ts";
import { ORDER } from "./state.ts";

/** One of the two versions that are compared. */
export interface Version {
  readonly plan: Plan;
  readonly catalog: Catalog;
  readonly inputs: JsonObject;
}

/** For each node of the later plan why it is done again; undefined where it is kept. */
export type Redone = readonly (string | undefined)[];

/** What is compared besides the graph. */
export interface KeepRule {
  /** Done again whatever they were. */
  readonly from: readonly NodeId[];
  /** True where a node whose extension's code changed is done again. */
  readonly byCode: boolean;
  /** False where the earlier run had no result of the node that could be kept. */
  readonly holds: (node: PlanNode) => boolean;
}

/** Compares two versions of a workflow. O(nodes + edges). */
export function redoneNodes(before: Version, now: Version, rule: KeepRule): Redone {
  const { plan } = now;
  const redone: (string | undefined)[] = plan.nodes.map((node) => ownReason(node, before, now, rule));
  let begun = plan.nodes.map(({ index }) => index).filter((index) => redone[index] !== undefined);
  // A gate that asks again begins what is behind it anew, which may be behind another gate.
  while (begun.length > 0) {
    spread(plan, redone, begun);
    begun = askedAgain(plan, now.catalog, redone);
  }
  return redone;
}

function spread(plan: Plan, redone: (string | undefined)[], begun: readonly number[]): void {
  const stack = [...begun];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    const why = `it takes what ${plan.nodes[node]!.id} gives, which is done again`;
    for (const next of behind(plan, node)) {
      if (redone[next] !== undefined) continue;
      redone[next] = why;
      stack.push(next);
    }
  }
}

/** The nodes that take what `node` gives, and those that repeat with it. */
function behind(plan: Plan, node: number): readonly number[] {
  const found: number[] = [];
  for (let edge = plan.offsets[node]!; edge < plan.offsets[node + 1]!; edge++) {
    if (plan.kinds[edge] !== ORDER) found.push(plan.targets[edge]!);
  }
  if (plan.nodes[node]!.space === node) {
    for (const { index, space } of plan.nodes) if (space === node && index !== node) found.push(index);
  }
  return found;
}

function ownReason(node: PlanNode, before: Version, now: Version, rule: KeepRule): string | undefined {
  if (rule.from.includes(node.id)) return "it was named to be done again";
  const index = before.plan.indexOf.get(node.id);
  const earlier = index === undefined ? undefined : before.plan.nodes[index];
  if (earlier === undefined) return "it is new";
  if (definitionText(earlier.definition) !== definitionText(node.definition)) return "its definition changed";
  const code = rule.byCode ? changedCode(node, before.catalog, now.catalog) : undefined;
  if (code !== undefined) return code;
  const input = changedInput(node, before.inputs, now.inputs);
  if (input !== undefined) return `the run's input "${input}" changed`;
  return rule.holds(node) ? undefined : "it had not completed";
}

function changedCode(node: PlanNode, before: Catalog, now: Catalog): string | undefined {
  const { definition, body } = node;
  if (body !== undefined) {
    for (const inner of body.nodes) {
      const why = changedCode(inner, before, now);
      if (why !== undefined) return why;
    }
    return undefined;
  }
  if (definition.kind !== "call") return undefined;
  const was = before.nodes.get(definition.use);
  const is = now.nodes.get(definition.use);
  if (was?.codeHash !== is?.codeHash) return `the code of ${definition.use} changed`;
  const task = before.tasks.get(definition.use);
  const asked = now.tasks.get(definition.use);
  const isSame = task?.prompt === asked?.prompt && task?.system === asked?.system;
  return isSame ? undefined : `the prompt of ${definition.use} changed`;
}

function changedInput(node: PlanNode, before: JsonObject, now: JsonObject): string | undefined {
  const names = new Set<string>();
  for (const read of expressionsOf(node)) {
    for (const { root, port } of read.expression.references) {
      if (root !== "inputs") continue;
      if (port !== undefined) names.add(port);
      else for (const name of [...Object.keys(before), ...Object.keys(now)]) names.add(name);
    }
  }
  if (node.definition.kind === "input") names.add(node.definition.name);
  return [...names].sort().find((name) => textOf(before[name]) !== textOf(now[name]));
}

function textOf(value: Json | undefined): string {
  return value === undefined ? "" : canonicalJson(value);
}

function expressionsOf(node: PlanNode): readonly PlanExpression[] {
  const bindings = node.bindings.filter((one) => one.kind === "expression");
  return [
    ...bindings,
    ...node.cases,
    ...(node.when === undefined ? [] : [node.when]),
    ...(node.fan.kind === "over" ? [node.fan.items] : []),
  ];
}

/**
 * A person's yes holds for what was shown: a gate before a node that writes, and that is done again, asks again. Gives
 * the gates that it added to `redone`.
 */
function askedAgain(plan: Plan, catalog: Catalog, redone: (string | undefined)[]): number[] {
  const asked: number[] = [];
  for (const { index, definition } of plan.nodes) {
    if (definition.kind !== "gate" || redone[index] !== undefined) continue;
    const write = writeBehind(plan, catalog, index, (node) => redone[node] !== undefined);
    if (write === undefined) continue;
    redone[index] = `${write} behind it writes anew, so a person is asked again`;
    asked.push(index);
  }
  return asked;
}

/** The first node behind `gate`, on any path, that writes and that `counts`. */
export function writeBehind(
  plan: Plan,
  catalog: Catalog,
  gate: number,
  counts: (node: number) => boolean,
): NodeId | undefined {
  const seen = new Uint8Array(plan.nodes.length);
  const stack = [gate];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    for (let edge = plan.offsets[node]!; edge < plan.offsets[node + 1]!; edge++) {
      const target = plan.targets[edge]!;
      if (seen[target] === 1) continue;
      seen[target] = 1;
      stack.push(target);
      const next = plan.nodes[target]!;
      if (writes(next, catalog) && counts(target)) return next.id;
    }
  }
  return undefined;
}

/** True where the node, or one of its body, writes. */
export function writes({ definition, body }: PlanNode, catalog: Catalog): boolean {
  if (body !== undefined) return body.nodes.some((inner) => writes(inner, catalog));
  return definition.kind === "call" && catalog.nodes.get(definition.use)?.effect === "write";
}
