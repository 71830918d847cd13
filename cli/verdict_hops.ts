/** How far each node of a run is from what a verdict is about. @module */

import { SymphonyError } from "../core/errors.ts";
import type { RunId } from "../core/ids.ts";
import { readDefinition } from "../core/orchestration/run_definition.ts";
import { makePlan } from "../core/workflow/make_plan.ts";
import type { Plan } from "../core/workflow/plan.ts";
import { didYouMean } from "../core/workflow/suggest.ts";
import type { Store } from "./services.ts";
import { cleanLine } from "./text.ts";

/** The plan that a run was started with. @throws SymphonyError `not-found` | `corrupt` */
export async function planOfRun({ pit }: Pick<Store, "pit">, run: RunId): Promise<Plan> {
  for await (const [first] of pit.dag.replay(run)) {
    if (first?.type !== "run.created") break;
    const { definition, catalog } = await readDefinition(pit.artifacts, first.definition);
    const { plan } = makePlan(definition, catalog);
    if (plan !== undefined) return plan;
    break;
  }
  throw new SymphonyError("corrupt", `Cannot read run ${run}: its log does not begin with run.created`);
}

/**
 * Edges between each node and what is judged: `node`, or without it what the run gave. Nodes that do not lead there are
 * absent. A body's nodes are as far as the node that holds it, and their own way to its end.
 * @throws SymphonyError `not-found` for a node that the plan does not have
 */
export function hopsTo(plan: Plan, node: string | undefined): ReadonlyMap<string, number> {
  const hops = new Map<string, number>();
  if (node === undefined) spread(plan, endsOf(plan), 0, hops);
  else if (!spreadFrom(plan, node, hops)) {
    throw new SymphonyError("not-found", `Cannot find node "${cleanLine(node)}" in the run`, {
      hint: didYouMean(node, namesOf(plan), "nodes"),
    });
  }
  return hops;
}

/** The nodes that the outputs read; without outputs, those that nothing follows. */
function endsOf(plan: Plan): readonly number[] {
  const read = plan.outputs.flatMap(({ sources }) => sources.filter((source) => source >= 0));
  if (read.length > 0) return read;
  return [...plan.nodes.keys()].filter((at) => plan.offsets[at] === plan.offsets[at + 1]);
}

/** From a node of the plan, or of a body in it: then on from the node that holds the body. */
function spreadFrom(plan: Plan, node: string, hops: Map<string, number>): boolean {
  const at = plan.nodes.findIndex(({ id }) => id === node);
  if (at >= 0) {
    spread(plan, [at], 0, hops);
    return true;
  }
  return plan.nodes.some(({ body }, holder) => {
    if (body === undefined || !spreadFrom(body, node, hops)) return false;
    spread(plan, parentsOf(plan, [holder]), 1, hops);
    return true;
  });
}

/** Breadth first, against the edges. */
function spread(plan: Plan, from: readonly number[], start: number, hops: Map<string, number>): void {
  const seen = new Set<number>();
  for (let [layer, distance] = [from, start]; layer.length > 0; distance++) {
    for (const at of layer) {
      seen.add(at);
      const node = plan.nodes[at];
      if (node === undefined) continue;
      hops.set(node.id, Math.min(distance, hops.get(node.id) ?? Infinity));
      if (node.body !== undefined) spread(node.body, endsOf(node.body), distance, hops);
    }
    layer = parentsOf(plan, layer).filter((at) => !seen.has(at));
  }
}

function parentsOf({ nodes, offsets, targets }: Plan, children: readonly number[]): readonly number[] {
  const wanted = new Set(children);
  return [...nodes.keys()].filter((at) =>
    targets.subarray(offsets[at], offsets[at + 1]).some((target) => wanted.has(target))
  );
}

function namesOf({ nodes }: Plan): readonly string[] {
  return nodes.flatMap(({ id, body }) => [id, ...(body === undefined ? [] : namesOf(body))]);
}
