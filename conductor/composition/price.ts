/**
 * What a workflow will cost, before it runs: the instruments that its tasks may be routed to, at list prices for a usual
 * prompt, and the seconds that were seen. A fan-out's length is not known: its cost is told by the item.
 *
 * Ring: conductor, pure.
 *
 * @module
 */

import type { Catalog, NodeType } from "../../core/workflow/catalog.ts";
import type { Plan, PlanNode } from "../../core/workflow/plan.ts";
import type { DurationModel } from "../dispatch/mod.ts";
import { rankPlan } from "../dispatch/mod.ts";

/** Tokens of a usual prompt beyond its own text, and of a usual answer. */
const TOKENS = { in: 1500, out: 500 } as const;
const CHARACTERS_A_TOKEN = 4;

export interface WorkflowPrice {
  /** Calls of instruments, each fan-out counted once. */
  readonly calls: number;
  /** US dollars once through, on the cheapest and on the dearest instruments that can be used. */
  readonly usdLeast: number;
  readonly usdMost: number;
  /** The same for every further item of what fans out. */
  readonly usdMostAnItem: number;
  /** Tasks that nothing can serve now: such nodes are skipped or fail. */
  readonly unserved: readonly string[];
  /** Expected seconds along the longest path; undefined where no run time was seen. */
  readonly seconds?: number;
}

export function priceOf(plan: Plan, catalog: Catalog, durations?: DurationModel): WorkflowPrice {
  let calls = 0;
  let usdLeast = 0;
  let usdMost = 0;
  let usdMostAnItem = 0;
  const unserved: string[] = [];
  for (const node of allNodes(plan)) {
    const { definition } = node;
    if (definition.kind !== "call") continue;
    const task = catalog.tasks.get(definition.use);
    const type = catalog.nodes.get(definition.use);
    if (task === undefined && type?.kind !== "instrument") continue;
    const serving = task === undefined ? [type as NodeType] : servingOf(catalog, definition.use);
    const prompt = task === undefined ? 0 : (task.system.length + task.prompt.length) / CHARACTERS_A_TOKEN;
    const usd = serving.filter(({ instrument }) => instrument?.unavailable === undefined).map((
      { instrument },
    ) =>
      ((TOKENS.in + prompt) * (instrument?.priceIn ?? 0) + TOKENS.out * (instrument?.priceOut ?? 0)) / 1e6
    );
    calls += 1;
    if (usd.length === 0) {
      unserved.push(definition.use);
      continue;
    }
    usdLeast += Math.min(...usd);
    usdMost += Math.max(...usd);
    if (node.fan.kind !== "single") usdMostAnItem += Math.max(...usd);
  }
  const seen = durations === undefined || durations.observations === 0
    ? {}
    : { seconds: rankPlan(plan, durations).reduce((longest, rank) => Math.max(longest, rank), 0) };
  return { calls, usdLeast, usdMost, usdMostAnItem, unserved: [...new Set(unserved)], ...seen };
}

function* allNodes(plan: Plan): IterableIterator<PlanNode> {
  for (const node of plan.nodes) {
    yield node;
    if (node.body !== undefined) yield* allNodes(node.body);
  }
}

function servingOf(catalog: Catalog, use: string): readonly NodeType[] {
  const name = use.slice(use.indexOf("/") + 1);
  return [...catalog.nodes.values()].filter(({ instrument }) =>
    instrument !== undefined && (instrument.serves.includes(name) || instrument.serves.includes("*"))
  );
}
