/**
 * The engine alone, in memory: how many tasks and transitions a second on four graphs of 10,000 tasks, beside a bare
 * Kahn loop over the same arrays, which nothing that keeps books can beat. A task is two commands (begin, complete); a
 * transition is one event decided and applied, what follows from it included. No log, no values, no extension.
 *
 * @module
 */

import type { Command } from "../core/orchestration/command.ts";
import { consequences, decide } from "../core/orchestration/decide.ts";
import { createState, evolve } from "../core/orchestration/evolve.ts";
import { nextReady } from "../core/orchestration/ready.ts";
import { restoreSnapshot, takeSnapshot } from "../core/orchestration/snapshot.ts";
import type { RunState } from "../core/orchestration/state.ts";
import type { Plan } from "../core/workflow/plan.ts";
import { chainPlan, fanPlan, itemsPlan, layeredPlan } from "./graphs.ts";

interface Shape {
  readonly name: string;
  readonly plan: Plan;
  /** Elements of the fan-out, where there is one. */
  readonly items: number;
}

const shapes: readonly Shape[] = [
  { name: "layered 100×100, 3 parents", plan: layeredPlan(), items: 0 },
  { name: "chain of 10,000", plan: chainPlan(), items: 0 },
  { name: "fan 1→9,998→1, nodes", plan: fanPlan(), items: 0 },
  { name: "fan 1→9,998→1, items", plan: itemsPlan(), items: 9_998 },
];

const context = { now: 0, random: () => 0 };
const output = { value: null };

/** Carries the plan out; the number of transitions. */
export function runEngine(plan: Plan, items: number): number {
  const state = createState(plan);
  let transitions = give(state, { type: "start" });
  for (let unit = nextReady(state); unit !== undefined; unit = nextReady(state)) {
    const { node, item } = unit;
    if (item < 0 && plan.nodes[node]!.fan.kind === "over") {
      transitions += give(state, { type: "expand", node, item, count: items, items: { value: [] } });
      continue;
    }
    transitions += give(state, { type: "begin", node, item });
    transitions += give(state, { type: "complete", node, item, output, durationMs: 0 });
  }
  return transitions + give(state, { type: "finish", outputs: output });
}

function give(state: RunState, command: Command): number {
  const decided = decide(state, command, context);
  if (!decided.ok) throw new Error(`Refused ${command.type}: ${decided.error.reason}`);
  let count = 0;
  let batch = decided.value;
  while (batch.length > 0) {
    for (const event of batch) evolve(state, event);
    count += batch.length;
    batch = consequences(state, context);
  }
  return count;
}

/** The floor: in-degrees and a queue, over the same arrays; the number of tasks. */
export function runKahn(plan: Plan): number {
  const { offsets, targets, indegree } = plan;
  const left = indegree.slice();
  const queue: number[] = [];
  for (let node = 0; node < left.length; node++) if (left[node] === 0) queue.push(node);
  let done = 0;
  for (let at = 0; at < queue.length; at++) {
    const node = queue[at]!;
    done++;
    for (let edge = offsets[node]!; edge < offsets[node + 1]!; edge++) {
      const target = targets[edge]!;
      if (--left[target]! === 0) queue.push(target);
    }
  }
  return done;
}

const RUNS = 15;

/** Median milliseconds of `work`, warm. */
function medianMs(work: () => unknown): number {
  const times: number[] = [];
  for (let i = 0; i < RUNS + 5; i++) {
    const began = performance.now();
    work();
    if (i >= 5) times.push(performance.now() - began);
  }
  return times.sort((a, b) => a - b)[times.length >> 1] as number;
}

/** Prints the table. */
export function dag(): void {
  say("Engine in memory (median of 15 runs, warm)");
  say(
    `  ${"graph".padEnd(28)}${"tasks/s".padStart(12)}${"transitions/s".padStart(16)}${
      "Kahn floor/s".padStart(15)
    }`,
  );
  for (const { name, plan, items } of shapes) {
    const tasks = plan.nodes.length + items;
    const transitions = runEngine(plan, items);
    const engineMs = medianMs(() => runEngine(plan, items));
    const floor = items > 0 ? fanPlan(items) : plan;
    const floorMs = medianMs(() => runKahn(floor));
    say(
      `  ${name.padEnd(28)}${rate(tasks, engineMs, 12)}${rate(transitions, engineMs, 16)}${
        rate(tasks, floorMs, 15)
      }`,
    );
  }
  const state = finished(layeredPlan());
  const bytes = takeSnapshot(state);
  const plan = state.plan;
  const takeMs = medianMs(() => takeSnapshot(state)).toFixed(1);
  const restoreMs = medianMs(() => restoreSnapshot(plan, bytes)).toFixed(1);
  say(
    `  snapshot of 10,000 completed nodes: ${bytes.length} bytes, taken in ${takeMs} ms, restored in ${restoreMs} ms`,
  );
}

function finished(plan: Plan): RunState {
  const state = createState(plan);
  give(state, { type: "start" });
  for (let unit = nextReady(state); unit !== undefined; unit = nextReady(state)) {
    give(state, { type: "begin", ...unit });
    give(state, { type: "complete", ...unit, output, durationMs: 0 });
  }
  return state;
}

function rate(count: number, ms: number, width: number): string {
  return Math.round(count / (ms / 1000)).toLocaleString("en").padStart(width);
}

function say(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(line + "\n"));
}

for (const { name, plan, items } of shapes) {
  const floor = items > 0 ? fanPlan(items) : plan;
  Deno.bench({ name: "Kahn loop", group: name, baseline: true, fn: () => void runKahn(floor) });
  Deno.bench({
    name: "engine (target 10 ms: 1,000,000 tasks/s)",
    group: name,
    fn: () => void runEngine(plan, items),
  });
}

if (import.meta.main) dag();
