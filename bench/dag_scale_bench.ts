/**
 * Large graphs and many runs: 100,000 nodes with 300,000 edges in one run, 1,000 runs at once, what a node and an edge
 * take in memory, what a checkpoint costs the run, how soon a run is restored, what taking kept results costs, and how
 * small a log becomes.
 *
 * @module
 */

import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { SimpleConductor } from "../conductor/simple_conductor.ts";
import { extensionId } from "../core/ids.ts";
import type { RunId } from "../core/ids.ts";
import { consequences, decide } from "../core/orchestration/decide.ts";
import { createState, evolve } from "../core/orchestration/evolve.ts";
import { nextReady } from "../core/orchestration/ready.ts";
import { Runner } from "../core/orchestration/runner.ts";
import { freezeState, restoreSnapshot, snapshotOf, takeSnapshot } from "../core/orchestration/snapshot.ts";
import type { RunState } from "../core/orchestration/state.ts";
import type { WorkflowDefinition } from "../core/workflow/definition.ts";
import type { Plan } from "../core/workflow/plan.ts";
import { InProcessExtensions } from "../extensions/in_process.ts";
import { openPit } from "../pit/open_pit.ts";
import { SystemClock } from "../system/clock.ts";
import { SystemRandom } from "../system/random.ts";
import { runEngine, runKahn } from "./dag_bench.ts";
import { fanPlan, layeredPlan } from "./graphs.ts";
import { layered } from "./throughput_shapes.ts";
import trivial from "./trivial/main.ts";

const context = { now: 0, random: () => 0 };
const output = { value: null };

function say(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(line + "\n"));
}

function rate(count: number, ms: number): string {
  return Math.round(count / (ms / 1000)).toLocaleString("en");
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] as number;
}

/** Median milliseconds of `work` over `runs`, after two that warm. */
function medianMs(work: () => unknown, runs = 7): number {
  const times: number[] = [];
  for (let i = 0; i < runs + 2; i++) {
    const began = performance.now();
    work();
    if (i >= 2) times.push(performance.now() - began);
  }
  return median(times);
}

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

/** Bytes that stay after `make`, heap and buffers together. */
function heldBy<T>(make: () => T): { readonly bytes: number; readonly made: T } {
  const held = () => {
    collectGarbage();
    collectGarbage();
    const { heapUsed, external } = Deno.memoryUsage();
    return heapUsed + external;
  };
  const before = held();
  const made = make();
  return { bytes: held() - before, made };
}

function give(state: RunState, command: Parameters<typeof decide>[1]): void {
  const decided = decide(state, command, context);
  if (!decided.ok) throw new Error(decided.error.reason);
  for (let batch = decided.value; batch.length > 0; batch = consequences(state, context)) {
    for (const event of batch) evolve(state, event);
  }
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

/** Bytes of the typed arrays of an object. */
function arrayBytes(of: object): number {
  return Object.values(of).reduce(
    (sum: number, value) => sum + (ArrayBuffer.isView(value) ? value.byteLength : 0),
    0,
  );
}

function large(): void {
  const plan = layeredPlan(250, 400);
  const nodes = plan.nodes.length;
  const edges = plan.targets.length;
  const engineMs = medianMs(() => runEngine(plan, 0));
  const floorMs = medianMs(() => runKahn(plan));
  say(`One run of ${nodes.toLocaleString("en")} nodes and ${edges.toLocaleString("en")} edges`);
  say(`  engine ${rate(nodes, engineMs)} tasks/s, a bare Kahn loop ${rate(nodes, floorMs)}`);
  const edgeBytes = plan.targets.BYTES_PER_ELEMENT + plan.kinds.BYTES_PER_ELEMENT +
    plan.edgePorts.BYTES_PER_ELEMENT;
  const planArrays = arrayBytes(plan) - edgeBytes * edges;
  const { bytes, made } = heldBy(() => createState(plan));
  const stateArrays = arrayBytes(made) + arrayBytes(made.tables);
  say(
    `  memory: ${edgeBytes} bytes an edge; a node ${
      (planArrays / nodes).toFixed(0)
    } in the plan's arrays and ` +
      `${(stateArrays / nodes).toFixed(0)} in the state's; a fresh state holds ${
        (bytes / nodes).toFixed(0)
      } bytes a node in all`,
  );
  const done = heldBy(() => finished(plan));
  say(
    `  memory: a finished state holds ${
      (done.bytes / nodes).toFixed(0)
    } bytes a node, small outputs included`,
  );
  for (const [name, state] of [["10,000", finished(layeredPlan())], ["100,000", done.made]] as const) {
    checkpoints(name, state);
  }
}

function checkpoints(name: string, state: RunState): void {
  const freezeMs = medianMs(() => freezeState(state));
  let longest = 0;
  const totalMs = medianMs(() => {
    const work = snapshotOf(freezeState(state));
    longest = 0;
    for (let isDone = false; !isDone;) {
      const began = performance.now();
      isDone = work.next().done === true;
      longest = Math.max(longest, performance.now() - began);
    }
  });
  const bytes = takeSnapshot(state);
  const restoreMs = medianMs(() => restoreSnapshot(state.plan, bytes));
  say(
    `  checkpoint of ${name} nodes: ${totalMs.toFixed(1)} ms of work, of which the run is held up ${
      freezeMs.toFixed(2)
    } ms ` +
      `and then ${longest.toFixed(1)} ms at most; restored in ${
        restoreMs.toFixed(0)
      } ms; ${bytes.length} bytes`,
  );
}

function outDegrees(): void {
  say(
    "What follows from one completed node, by its out-degree (O(out-degree): nanoseconds an edge stay the same)",
  );
  for (const degree of [10, 100, 1000, 10_000, 100_000]) {
    const plan = fanPlan(degree);
    const ms = medianMs(() => {
      const state = createState(plan);
      give(state, { type: "start" });
      const unit = nextReady(state)!;
      give(state, { type: "begin", ...unit });
      const began = performance.now();
      give(state, { type: "complete", ...unit, output, durationMs: 0 });
      took = performance.now() - began;
    }, 15);
    void ms;
    say(`  ${String(degree).padStart(7)}: ${((took * 1e6) / degree).toFixed(0)} ns an edge`);
  }
}
let took = 0;

function manyStates(): void {
  const plan = layeredPlan(10, 10);
  const { bytes, made } = heldBy(() => Array.from({ length: 1000 }, () => createState(plan)));
  for (const state of made) give(state, { type: "start" });
  const began = performance.now();
  let steps = 0;
  for (let isBusy = true; isBusy;) {
    isBusy = false;
    // A step of each run, round and round: what a run had in the processor's cache is gone when it has its next turn.
    for (const state of made) {
      const unit = nextReady(state);
      if (unit === undefined) continue;
      isBusy = true;
      steps++;
      give(state, { type: "begin", ...unit });
      give(state, { type: "complete", ...unit, output, durationMs: 0 });
    }
  }
  const ms = performance.now() - began;
  say(`1,000 runs at once, 100 nodes each, a step of each in turn`);
  say(`  engine ${rate(steps, ms)} tasks/s; ${(bytes / 1000 / 1024).toFixed(1)} KB a run`);
}

async function inFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await Deno.makeTempDir({ prefix: "symphony-bench-" });
  try {
    return await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function open(folder: string) {
  const extensions = new InProcessExtensions([{ id: extensionId("bench/trivial"), definition: trivial }]);
  const clock = new SystemClock();
  const pit = await openPit(folder, {
    warm: (id) => extensions.activate(id),
    cool: (id) => extensions.deactivate(id),
    isAlive: (id) => extensions.isAlive(id),
  }, clock);
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
  return { pit, runner: new Runner(services, () => extensions.describe()) };
}

function requestOf(definition: WorkflowDefinition) {
  return { definition, inputs: {}, workspace: "/", mayWrite: false, concurrency: 64 };
}

async function manyRuns(): Promise<void> {
  await inFolder(async (folder) => {
    const { pit, runner } = await open(folder);
    await using _pit = pit;
    const definition = layered(5, 4);
    const began = performance.now();
    const handles = await Promise.all(
      Array.from({ length: 1000 }, () => runner.start(requestOf(definition), () => {})),
    );
    const startedMs = performance.now() - began;
    const outcomes = await Promise.all(handles.map(({ done }) => done));
    const ms = performance.now() - began;
    if (outcomes.some(({ state }) => state !== "completed")) throw new Error("A run has not completed");
    const { rss } = Deno.memoryUsage();
    say(
      `  whole runs, log durable, 20 nodes each: all begun after ${
        startedMs.toFixed(0)
      } ms, all ended after ` +
        `${ms.toFixed(0)} ms: ${rate(20_000, ms)} tasks/s; process ${(rss / 2 ** 20).toFixed(0)} MB`,
    );
  });
}

async function wholeRun(): Promise<void> {
  await inFolder(async (folder) => {
    const definition = layered(250, 400);
    let run: RunId | undefined;
    {
      const { pit, runner } = await open(folder);
      await using _pit = pit;
      let told = 0;
      const began = performance.now();
      const handle = await runner.start(requestOf(definition), () => {
        if (++told === 150_000) handle.command({ type: "pause", reason: "half-way" });
      });
      run = handle.run;
      const outcome = await handle.done;
      const ms = performance.now() - began;
      const { rss } = Deno.memoryUsage();
      say(
        `  whole run, log durable, until ${told.toLocaleString("en")} events: ${
          rate(told / 2, ms)
        } tasks/s, ` +
          `plan included; process ${(rss / 2 ** 20).toFixed(0)} MB (${outcome.state})`,
      );
    }
    const { pit, runner } = await open(folder);
    await using _pit = pit;
    const began = performance.now();
    const handle = await runner.resume(run, () => {});
    const restoredMs = performance.now() - began;
    const outcome = await handle.done;
    say(
      `  resumed half-way: ${
        restoredMs.toFixed(0)
      } ms until it goes on (definition read, planned, checkpoint and the ` +
        `events after it), ${outcome.state}`,
    );
    const compacted = performance.now();
    const { events, beforeBytes, afterBytes } = await pit.compaction.compact(run);
    const compactMs = performance.now() - compacted;
    say(
      `  its log of ${events.toLocaleString("en")} events compacted: ${
        (beforeBytes / 2 ** 20).toFixed(1)
      } → ` +
        `${(afterBytes / 2 ** 20).toFixed(1)} MB in ${compactMs.toFixed(0)} ms`,
    );
  });
}

async function keptResults(): Promise<void> {
  await inFolder(async (folder) => {
    const { pit, runner } = await open(folder);
    await using _pit = pit;
    const plain = layered();
    const nodes = new Map([...plain.nodes].map(([id, node]) => [id, { ...node, memo: { use: true } }]));
    const definition = { ...plain, nodes };
    const timed = async (of: WorkflowDefinition) => {
      const began = performance.now();
      const handle = await runner.start(requestOf(of), () => {});
      await handle.done;
      return performance.now() - began;
    };
    for (let i = 0; i < 3; i++) await timed(plain);
    const plainMs = median([await timed(plain), await timed(plain), await timed(plain)]);
    const missMs = await timed(definition);
    const hitMs = median([await timed(definition), await timed(definition), await timed(definition)]);
    const cost = (ms: number) => `${(((ms - plainMs) * 1000) / 10_000).toFixed(0)} µs`;
    say("Kept results, 10,000 nodes of no work at all, log durable");
    say(
      `  done ${plainMs.toFixed(0)} ms; looked up, done and kept: ${cost(missMs)} a node more; taken: ${
        cost(hitMs)
      } a node more`,
    );
  });
}

/** Prints the figures. */
export async function dagScale(): Promise<void> {
  large();
  await wholeRun();
  outDegrees();
  manyStates();
  await manyRuns();
  await keptResults();
}

if (import.meta.main) await dagScale();
