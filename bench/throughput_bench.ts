/**
 * Whole runs, trivial tasks: the driver over the engine with the log in memory and in LMDB, the operator in this process
 * and in a worker behind a host process. Beside them a bare Kahn loop, which nothing that keeps books can beat.
 *
 * @module
 */

import { SimpleConductor } from "../conductor/simple_conductor.ts";
import { extensionId, nodeId, nodeTypeId } from "../core/ids.ts";
import type { NodeId } from "../core/ids.ts";
import type { ExtensionPort } from "../core/ports/extension.ts";
import { Runner } from "../core/orchestration/runner.ts";
import type { CallNode, NodeDefinition, WorkflowDefinition } from "../core/workflow/definition.ts";
import { InProcessExtensions } from "../extensions/in_process.ts";
import { defineExtension, defineOperator, Type } from "../extensions/sdk/mod.ts";
import { memoryPit } from "../pit/memory_pit.ts";
import { openPit } from "../pit/open_pit.ts";
import type { OpenPit } from "../pit/open_pit.ts";
import { SystemClock } from "../system/clock.ts";
import { SystemRandom } from "../system/random.ts";
import { openTrivialHost } from "./trivial_host.ts";

const RUNS = 3;

/** The operator that does nothing but answer. */
export const trivial = defineExtension({
  contributes: [defineOperator({
    type: "bench/pass",
    title: "Pass",
    description: "Gives its value plus one",
    input: Type.Object({
      a: Type.Optional(Type.Integer()),
      b: Type.Optional(Type.Integer()),
      c: Type.Optional(Type.Integer()),
    }),
    output: Type.Object({ value: Type.Integer() }),
    run: ({ a }) => ({ value: (a ?? 0) + 1 }),
  })],
});

function passNode(id: string, sources: readonly string[]): CallNode {
  return {
    kind: "call",
    id: nodeId(id),
    use: nodeTypeId("bench/pass"),
    in: Object.fromEntries(sources.map((source, i) => [["a", "b", "c"][i] as string, `${source}.value`])),
    with: {},
    after: [],
    retry: { max: 0, backoff: "constant", initialMs: 0, capMs: 0, jitter: 0 },
    importance: "essential",
  };
}

function workflow(id: string, nodes: readonly NodeDefinition[]): WorkflowDefinition {
  return {
    schema: 1,
    id,
    name: id,
    version: "1.0.0",
    description: "",
    inputs: new Map(),
    nodes: new Map(nodes.map((node) => [node.id as NodeId, node])),
    outputs: new Map(),
  };
}

/** 100 layers of 100 nodes, three parents each. */
export function layered(width = 100, depth = 100): WorkflowDefinition {
  const nodes: NodeDefinition[] = [];
  for (let layer = 0; layer < depth; layer++) {
    for (let i = 0; i < width; i++) {
      const parents = layer === 0 ? [] : [0, 1, 2].map((step) => `n${layer - 1}_${(i + step * 7) % width}`);
      nodes.push(passNode(`n${layer}_${i}`, parents));
    }
  }
  return workflow("layered", nodes);
}

export function chain(length = 10_000): WorkflowDefinition {
  return workflow("chain", Array.from({ length }, (_, i) => passNode(`n${i}`, i === 0 ? [] : [`n${i - 1}`])));
}

/** One node, many after it, one after all of those (by order only: a node has three inputs). */
export function fanOut(middle = 9_998): WorkflowDefinition {
  const nodes: NodeDefinition[] = [passNode("first", [])];
  for (let i = 0; i < middle; i++) nodes.push(passNode(`m${i}`, ["first"]));
  nodes.push({ ...passNode("last", []), after: nodes.slice(1).map(({ id }) => id) });
  return workflow("fan-out", nodes);
}

async function once(
  definition: WorkflowDefinition,
  pit: OpenPit,
  extensions: ExtensionPort,
): Promise<number> {
  const clock = new SystemClock();
  const services = {
    pit,
    control: pit.control,
    extensions,
    conductor: new SimpleConductor(),
    clock,
    random: new SystemRandom(),
  };
  const runner = new Runner(services, () => extensions.describe());
  const began = performance.now();
  const request = { definition, inputs: {}, workspace: "/", mayWrite: false, concurrency: 64 };
  const handle = await runner.start(request, () => {});
  const outcome = await handle.done;
  const seconds = (performance.now() - began) / 1000;
  if (outcome.state !== "completed") throw new Error(`The run ${outcome.state}: ${outcome.failure?.message}`);
  return definition.nodes.size / seconds;
}

function instances(extensions: ExtensionPort) {
  return {
    warm: (id: Parameters<ExtensionPort["activate"]>[0]) => extensions.activate(id),
    cool: (id: Parameters<ExtensionPort["deactivate"]>[0]) => extensions.deactivate(id),
    isAlive: (id: Parameters<ExtensionPort["isAlive"]>[0]) => extensions.isAlive(id),
  };
}

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[values.length >> 1] as number;
}

function say(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(line + "\n"));
}

/** Prints tasks/s for each shape, place of the log and place of the operator. */
export async function throughput(): Promise<void> {
  const shapes = [layered(), chain(), fanOut()];
  say("End to end, trivial tasks (tasks/s, median of 3; plan, log, outputs and driver included)");
  const clock = new SystemClock();
  const inProcess = new InProcessExtensions([{ id: extensionId("bench/trivial"), definition: trivial }]);
  const folder = await Deno.makeTempDir({ prefix: "symphony-bench-" });
  try {
    await using host = await openTrivialHost(`${folder}/host`);
    for (
      const [place, extensions] of [["in this process", inProcess], ["in a worker", host.extensions]] as const
    ) {
      for (const log of ["in memory", "durable"] as const) {
        for (const shape of shapes) {
          const rates: number[] = [];
          for (let i = 0; i < RUNS; i++) {
            await Deno.mkdir(`${folder}/data`, { recursive: true });
            await using pit = log === "durable"
              ? await openPit(`${folder}/data`, instances(extensions), clock)
              : memoryPit(instances(extensions), clock);
            rates.push(await once(shape, pit, extensions));
          }
          const rate = Math.round(median(rates)).toLocaleString("en");
          say(
            `  ${shape.id.padEnd(8)} ${String(shape.nodes.size).padStart(6)} nodes, log ${
              log.padEnd(9)
            }, operator ${place.padEnd(15)} ${rate.padStart(9)}`,
          );
        }
      }
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

if (import.meta.main) await throughput();
