/**
 * The layered graph of 10,000 trivial tasks by the engine and by p-graph from npm, which keeps no books, in one run. Peers that
 * need a server, or a minute to build the graph, are named with their figures in bench/README.md.
 *
 * @module
 */

import { type DependencyList, PGraph, type PGraphNodeMap } from "p-graph";
import type { Plan } from "../core/workflow/plan.ts";
import { runEngine, runKahn } from "./dag_bench.ts";
import { layeredPlan } from "./graphs.ts";
import { print } from "./tail.ts";

const RUNS = 5;

/** Carries the plan out with p-graph; the number of tasks. */
async function runPGraph({ nodes, offsets, targets }: Plan): Promise<number> {
  let done = 0;
  const map: PGraphNodeMap = new Map(nodes.map(({ id }) => [id as string, { run: () => void done++ }]));
  const dependencies: DependencyList = nodes.flatMap(({ id, index }) =>
    [...targets.subarray(offsets[index], offsets[index + 1])].map((
      target,
    ): [string, string] => [id, nodes[target]!.id])
  );
  await new PGraph(map, dependencies).run();
  return done;
}

/** Median tasks a second. */
async function rate(tasks: number, run: () => unknown): Promise<number> {
  const times: number[] = [];
  for (let at = 0; at <= RUNS; at++) {
    const before = performance.now();
    await run();
    if (at > 0) times.push(performance.now() - before);
  }
  return tasks / times.sort((a, b) => a - b)[RUNS >> 1]! * 1_000;
}

const plan = layeredPlan();
const tasks = plan.nodes.length;
if (await runPGraph(plan) !== tasks) throw new Error("p-graph left tasks out");
const floor = await rate(tasks, () => runKahn(plan));
const subjects = [
  ["floor: a bare Kahn loop", () => runKahn(plan)],
  ["the engine, with its books", () => runEngine(plan, 0)],
  ["peer: p-graph, built and run", () => runPGraph(plan)],
] as const;
print("Layered, 10,000 tasks that do nothing, in memory (median of 5 runs)");
for (const [name, run] of subjects) {
  const perSecond = await rate(tasks, run);
  const shown = Math.round(perSecond).toLocaleString("en").padStart(12);
  print(`  ${name.padEnd(32)}${shown} tasks/s   1/${(floor / perSecond).toFixed(1)} of the floor`);
}
