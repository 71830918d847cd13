/**
 * LangGraph.js from npm beside the whole of ours (plan, log in memory, outputs, driver), on the same graphs of tasks that do
 * nothing, growing until it would take too long. Both are built anew for each size; building is told apart.
 *
 * @module
 */

import { extensionId } from "../core/ids.ts";
import type { WorkflowDefinition } from "../core/workflow/definition.ts";
import { InProcessExtensions } from "../extensions/in_process.ts";
import { memoryPit } from "../pit/memory_pit.ts";
import { SystemClock } from "../system/clock.ts";
import { bareKahn } from "./bare_kahn.ts";
import { buildLangGraph } from "./peers/langgraph.ts";
import { print } from "./tail.ts";
import { instances, runOnce } from "./throughput_bench.ts";
import { chain, fanOut, layered } from "./throughput_shapes.ts";
import trivial, { pass } from "./trivial/main.ts";

/** A size that would take longer, by the one before, is not tried. */
const MOST_SECONDS = 60;
const RUNS = 3;

const shapes: readonly (readonly [string, readonly number[], (size: number) => WorkflowDefinition])[] = [
  [
    "layered",
    [100, 1_000, 10_000],
    (size) => layered(Math.sqrt(size) | 0, Math.round(size / (Math.sqrt(size) | 0))),
  ],
  ["chain", [100, 1_000, 10_000], (size) => chain(size)],
  ["fan-out", [100, 1_000, 10_000], (size) => fanOut(size - 2)],
];

const extensions = new InProcessExtensions([{ id: extensionId("bench/trivial"), definition: trivial }]);

/** Seconds of the best of a few. */
async function best(run: () => unknown, runs = RUNS): Promise<number> {
  let least = Infinity;
  for (let at = 0; at < runs; at++) {
    const began = performance.now();
    await run();
    least = Math.min(least, (performance.now() - began) / 1_000);
  }
  return least;
}

async function ours(definition: WorkflowDefinition): Promise<void> {
  const pit = memoryPit(instances(extensions), new SystemClock());
  await runOnce(definition, pit, extensions);
  await pit[Symbol.asyncDispose]();
}

function row(name: string, size: number, seconds: number, floor: number, more = ""): void {
  const rate = Math.round(size / seconds).toLocaleString("en").padStart(11);
  print(
    `  ${name.padEnd(34)}${rate} tasks/s   1/${
      Math.round(seconds / floor).toLocaleString("en")
    } of the floor${more}`,
  );
}

for (const [name, sizes, make] of shapes) {
  let last: { readonly size: number; readonly seconds: number } | undefined;
  for (const wanted of sizes) {
    const definition = make(wanted);
    const size = definition.nodes.size;
    print(`${name}, ${size.toLocaleString("en")} tasks that do nothing (best of ${RUNS})`);
    const floor = await best(() => bareKahn(definition, pass), 20);
    row("floor: a bare Kahn loop", size, floor, floor);
    await ours(definition);
    row("ours, whole run, log in memory", size, await best(() => ours(definition)), floor);
    // It grows faster than the graph.
    const expected = last === undefined ? 0 : last.seconds * (size / last.size) ** 2;
    if (expected > MOST_SECONDS) {
      print(`  LangGraph.js: not run, it would take some ${Math.round(expected)} s`);
      continue;
    }
    const began = performance.now();
    const graph = buildLangGraph(definition, false);
    const building = (performance.now() - began) / 1_000;
    let seconds = Infinity;
    const ran = await best(async () => {
      const done = await graph.run();
      if (done !== size) throw new Error(`LangGraph ran ${done} of ${size}`);
    }, 1);
    seconds = Math.min(seconds, ran);
    if (ran < 5) seconds = Math.min(seconds, await best(() => graph.run(), RUNS - 1));
    row("LangGraph.js, nothing kept", size, seconds, floor, `, built in ${building.toFixed(2)} s`);
    if (ran < 10) {
      const keeping = buildLangGraph(definition, true);
      row("LangGraph.js, checkpoints in memory", size, await best(() => keeping.run(), 1), floor);
    }
    last = { size, seconds: seconds + building };
  }
}
await extensions.close();
