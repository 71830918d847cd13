/**
 * Whole runs, trivial tasks: the driver over the engine with the log in memory and in LMDB, the operator in this process
 * and in a worker behind a host process. Beside them a bare Kahn loop, which nothing that keeps books can beat.
 *
 * @module
 */

import { SimpleConductor } from "../conductor/simple_conductor.ts";
import { extensionId } from "../core/ids.ts";
import type { ExtensionPort } from "../core/ports/extension.ts";
import { Runner } from "../core/orchestration/runner.ts";
import type { WorkflowDefinition } from "../core/workflow/definition.ts";
import { InProcessExtensions } from "../extensions/in_process.ts";
import trivial from "./trivial/main.ts";
import { memoryPit } from "../pit/memory_pit.ts";
import { openPit } from "../pit/open_pit.ts";
import type { OpenPit } from "../pit/open_pit.ts";
import { SystemClock } from "../system/clock.ts";
import { SystemRandom } from "../system/random.ts";
import { chain, fanOut, layered } from "./throughput_shapes.ts";
import { openTrivialHost } from "./trivial_host.ts";

const RUNS = 3;

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
