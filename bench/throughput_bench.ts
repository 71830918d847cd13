/**
 * Whole runs, trivial tasks: the driver over the engine with the log in memory and in LMDB, the operator in this process
 * and in a worker behind a host process. Beside them the floor, a bare Kahn loop that calls the same function and keeps
 * no books, and how much of a run is planning.
 *
 * @module
 */

import process from "node:process";
import { SimpleConductor } from "../conductor/simple_conductor.ts";
import { extensionId } from "../core/ids.ts";
import type { ExtensionPort } from "../core/ports/extension.ts";
import { Runner } from "../core/orchestration/runner.ts";
import type { Catalog } from "../core/workflow/catalog.ts";
import type { WorkflowDefinition } from "../core/workflow/definition.ts";
import { makePlan } from "../core/workflow/make_plan.ts";
import { InProcessExtensions } from "../extensions/in_process.ts";
import trivial, { pass } from "./trivial/main.ts";
import { memoryPit } from "../pit/memory_pit.ts";
import { openPit } from "../pit/open_pit.ts";
import type { OpenPit } from "../pit/open_pit.ts";
import { SystemClock } from "../system/clock.ts";
import { SystemRandom } from "../system/random.ts";
import { bareKahn } from "./bare_kahn.ts";
import { chain, fanOut, layered } from "./throughput_shapes.ts";
import { openTrivialHost } from "./trivial_host.ts";

const RUNS = 5;
/** Runs before those that are measured, until the code is compiled. */
const WARMING = 3;

interface Measured {
  readonly seconds: number;
  /** Processor time of this process, its garbage collector's and compiler's threads included. */
  readonly cpuSeconds: number;
}

/** One run, from its start to its end. */
export async function runOnce(
  definition: WorkflowDefinition,
  pit: OpenPit,
  extensions: ExtensionPort,
  describe: () => Promise<Catalog> = () => extensions.describe(),
): Promise<Measured> {
  const clock = new SystemClock();
  const services = {
    pit,
    memo: pit.memo,
    plans: pit.plans,
    control: pit.control,
    extensions,
    conductor: new SimpleConductor(),
    clock,
    random: new SystemRandom(),
  };
  const runner = new Runner(services, describe);
  const began = performance.now();
  const cpu = process.cpuUsage();
  const request = { definition, inputs: {}, workspace: "/", mayWrite: false, concurrency: 64 };
  const handle = await runner.start(request, () => {});
  const outcome = await handle.done;
  const seconds = (performance.now() - began) / 1000;
  const cpuSeconds = cpuSecondsSince(cpu);
  if (outcome.state !== "completed") throw new Error(`The run ${outcome.state}: ${outcome.failure?.message}`);
  return { seconds, cpuSeconds };
}

/** What a pool over `extensions` is made with. */
export function instances(extensions: ExtensionPort) {
  return {
    warm: (id: Parameters<ExtensionPort["activate"]>[0]) => extensions.activate(id),
    cool: (id: Parameters<ExtensionPort["deactivate"]>[0]) => extensions.deactivate(id),
    isAlive: (id: Parameters<ExtensionPort["isAlive"]>[0]) => extensions.isAlive(id),
  };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] as number;
}

function rate(definition: WorkflowDefinition, seconds: number): string {
  return Math.round(definition.nodes.size / seconds).toLocaleString("en").padStart(11);
}

function say(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(line + "\n"));
}

function cpuSecondsSince(start: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1e6;
}

/** Processor time of each of several measurements, after those that warm. */
function several(measure: () => void): number[] {
  const seconds: number[] = [];
  for (let i = 0; i < WARMING + RUNS; i++) {
    const start = process.cpuUsage();
    measure();
    seconds.push(cpuSecondsSince(start));
  }
  return seconds.slice(WARMING);
}

/** Prints tasks/s for each shape, place of the log and place of the operator. */
export async function throughput(): Promise<void> {
  const shapes = [layered(), chain(), fanOut()];
  const inProcess = new InProcessExtensions([{ id: extensionId("bench/trivial"), definition: trivial }]);
  const catalog = await inProcess.describe();
  say(
    `End to end, trivial tasks: tasks/s, median of ${RUNS} after ${WARMING} that warm; plan, log, outputs and driver included`,
  );
  say(`${" ".repeat(62)}  of the clock  of the CPU  planning`);
  for (const shape of shapes) {
    const seconds = median(several(() => bareKahn(shape, pass)));
    const name = `floor: ${shape.id}, a bare Kahn loop over objects`;
    say(`  ${name.padEnd(62)}${" ".repeat(11)} ${rate(shape, seconds)}`);
  }
  const planning = new Map(shapes.map((shape) => [shape, median(several(() => makePlan(shape, catalog)))]));
  const folder = await Deno.makeTempDir({ prefix: "symphony-bench-" });
  try {
    await using host = await openTrivialHost(`${folder}/host`);
    for (
      const [place, extensions] of [["in this process", inProcess], ["in a worker", host.extensions]] as const
    ) {
      for (const log of ["in memory", "durable"] as const) {
        for (const shape of shapes) {
          const runs = await runsOf(shape, { log, extensions, data: `${folder}/data` });
          const seconds = median(runs.map((run) => run.seconds));
          const cpuSeconds = median(runs.map((run) => run.cpuSeconds));
          const share = Math.round(100 * (planning.get(shape) as number) / cpuSeconds);
          const name = `${shape.id}, log ${log}, operator ${place}`;
          say(
            `  ${name.padEnd(62)}${rate(shape, seconds)} ${rate(shape, cpuSeconds)} ${
              `${share} %`.padStart(9)
            }`,
          );
        }
      }
    }
    say("What it costs that calls claim processor and memory, in turns: time of the clock, times as much");
    await claiming(inProcess, "in this process, which claims nothing in the product");
    await claiming(host.extensions, "in a worker");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Runs with limits that nothing reaches against runs without, one after the other. */
async function claiming(extensions: ExtensionPort, place: string): Promise<void> {
  const plain = await extensions.describe();
  const needs = { cpu: 0.01, memoryBytes: 1e6 };
  const limits = new Map([...plain.limits].map(([id, limit]) => [id, { ...limit, needs }]));
  const claims: Catalog = { ...plain, limits };
  for (const shape of [layered(), chain(), fanOut()]) {
    const seconds: { plain: number; claims: number }[] = [];
    for (let i = 0; i < WARMING + 2 * RUNS; i++) {
      const timed = async (catalog: Catalog) => {
        const capacities = { cpu: { total: 64 }, memory: { total: 1e12 } };
        await using pit = memoryPit(instances(extensions), new SystemClock(), {
          limits: catalog === claims ? capacities : {},
        });
        return (await runOnce(shape, pit, extensions, () => Promise.resolve(catalog))).seconds;
      };
      seconds.push(
        i % 2 === 0
          ? { plain: await timed(plain), claims: await timed(claims) }
          : { claims: await timed(claims), plain: await timed(plain) },
      );
    }
    const taken = seconds.slice(WARMING);
    const [before, after] = [
      median(taken.map(({ plain }) => plain)),
      median(taken.map(({ claims }) => claims)),
    ];
    const ns = Math.round((after - before) / shape.nodes.size * 1e9);
    say(`  ${`${shape.id}, operator ${place}`.padEnd(76)} ${(after / before).toFixed(2)} (${ns} ns a call)`);
  }
}

async function runsOf(
  shape: WorkflowDefinition,
  { log, extensions, data }: { log: "in memory" | "durable"; extensions: ExtensionPort; data: string },
): Promise<readonly Measured[]> {
  const clock = new SystemClock();
  const runs: Measured[] = [];
  for (let i = 0; i < WARMING + RUNS; i++) {
    await Deno.mkdir(data, { recursive: true });
    await using pit = log === "durable"
      ? await openPit(data, instances(extensions), clock)
      : memoryPit(instances(extensions), clock);
    runs.push(await runOnce(shape, pit, extensions));
  }
  return runs.slice(WARMING);
}

if (import.meta.main) {
  if (Deno.args.includes("--claims")) {
    await claiming(
      new InProcessExtensions([{ id: extensionId("bench/trivial"), definition: trivial }]),
      "in this process",
    );
  } else await throughput();
}
