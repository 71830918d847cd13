/**
 * The order of a plan's nodes from learned run times: for each node the expected seconds from its start to the end of the
 * workflow. What the Conductor gives the engine, which starts ready nodes by it.
 *
 * Ring: conductor, pure.
 *
 * @module
 */

import type { Plan } from "../../core/workflow/plan.ts";
import type { DurationModel } from "./duration_model.ts";
import { kindOfNode, taskGraphOf } from "./task_graph.ts";
import { upwardRanks } from "./upward_rank.ts";

/** An instrument counts for a kind where it has taken away this share of what was not known of it. */
const KNOWN = 0.02;

/**
 * Seconds from the start of each node to the end, none below those behind it. Nodes that only steer (branch, gate, wait,
 * …) take no time of their own: what a person takes to answer is no reason to start something else first. A kind never
 * seen is taken to be like the others. O(nodes + edges).
 */
export function rankPlan(plan: Plan, model: DurationModel): Float64Array {
  const graph = taskGraphOf(plan);
  const calls = new Set(plan.nodes.filter(({ definition }) => definition.kind === "call").map(kindOfNode));
  const isKnown = (kind: string, instrument: number) => {
    const belief = model.belief(kind);
    return belief !== undefined &&
      belief.effect(instrument).variance < (1 - KNOWN) * model.shared.effectVariance;
  };
  // At least one instrument must be there for a kind to have a time at all.
  model.instrument("any");
  const instruments = model.instruments.map((_, at) => at);
  const served = new Set([...calls].filter((kind) => instruments.some((at) => isKnown(kind, at))));
  const durations = model.durations(
    graph,
    instruments,
    (kind, instrument) => calls.has(kind) && (!served.has(kind) || isKnown(kind, instrument)),
  );
  const ranks = new Float64Array(graph.size);
  upwardRanks(graph, durations, 0, ranks);
  return ranks;
}
