/**
 * What deciding costs beside routing: which of 10,000 nodes goes next and where, what is kept warm, what follows a failure,
 * what a goal in words finds. Part of `deno task bench conductor`; alone with `deno run -A bench/dispatch_bench.ts`.
 *
 * @module
 */

import { TextIndex } from "../conductor/composition/bm25.ts";
import { words } from "../conductor/composition/words.ts";
import { Dispatcher, DurationModel, makeTaskGraph } from "../conductor/dispatch/mod.ts";
import type { TaskGraph } from "../conductor/dispatch/mod.ts";
import { LearnedForecast } from "../conductor/prewarm/mod.ts";
import { SeededRandom } from "../conductor/random.ts";
import { RecoveryPolicy } from "../conductor/recovery/mod.ts";
import { decodeSnapshot, encodeSnapshot } from "../conductor/learning/snapshot.ts";
import { extensionId, nodeId, nodeTypeId, runId } from "../core/ids.ts";
import { preferences } from "../core/policy/preference.ts";
import type { FailedAttempt } from "../core/ports/recovery.ts";
import { line, percentile, print, type Sample, sample } from "./tail.ts";

const NODES = 10_000;
const LAYERS = 50;
const KINDS = 12;
const random = new SeededRandom(3);

function micro(name: string, times: Sample, floor?: Sample): void {
  const sorted = times.toSorted((a, b) => a - b);
  const [p50, p99] = [percentile(sorted, 0.5) * 1000, percentile(sorted, 0.99) * 1000];
  const mean = 1000 * sorted.reduce((sum, time) => sum + time, 0) / sorted.length;
  const ratio = floor === undefined ? "floor" : `${(p50 / 1000 / percentile(floor, 0.5)).toFixed(1)} × floor`;
  print(
    `${name.padEnd(58)} p50 ${p50.toFixed(2).padStart(8)} us   p99 ${p99.toFixed(1).padStart(8)} us   mean ${
      mean.toFixed(2).padStart(8)
    } us   ${ratio}`,
  );
}

/** Layers of equal width, every task after one to three of the layer before. */
function layers(): TaskGraph {
  const width = NODES / LAYERS;
  return makeTaskGraph(
    "layers",
    Array.from({ length: NODES }, (_, at) => {
      const above = (Math.floor(at / width) - 1) * width;
      const parents = above < 0 ? [] : [...new Set([0, 1, 2].map(() => above + random.below(width)))];
      return { key: `t${at}`, kind: `k${random.below(KINDS)}`, parents, bytesIn: 0 };
    }),
  );
}

/** Floor of a decision: the first of a heap of numbers, and another in its place. */
function heapFloor(): Promise<Sample> {
  const heap = Float64Array.from({ length: 200 }, () => random.next()).sort();
  return sample(() => {
    let at = 0;
    const value = random.next();
    for (let child = 1; child < heap.length; child = 2 * at + 1) {
      if (child + 1 < heap.length && (heap[child + 1] as number) < (heap[child] as number)) child += 1;
      if ((heap[child] as number) >= value) break;
      heap[at] = heap[child] as number;
      at = child;
    }
    heap[at] = value;
  }, 20_000);
}

interface Walk {
  /** Time of each decision, of each end with what is learned from it, and of opening the graph, in milliseconds. */
  readonly decisions: number[];
  readonly ends: number[];
  readonly opening: number;
}

/** Runs the graph on `workers` with eight kinds of instruments, learning from each task where `learns`. */
function walk(graph: TaskGraph, workers: number, learns: boolean): Walk {
  const model = new DurationModel();
  const instruments = Array.from({ length: workers }, (_, worker) => model.instrument(`i${worker % 8}`));
  const seconds = Array.from(
    { length: KINDS },
    () => Float64Array.from({ length: 8 }, () => 0.5 + 4 * random.next()),
  );
  const observe = (task: number, worker: number, took: number) =>
    model.observe(
      {
        kind: graph.kinds[graph.kindOf[task] as number] as string,
        key: graph.keys[task] as string,
        bytesIn: 0,
      },
      instruments[worker] as number,
      took,
    );
  const secondsOf = (task: number, worker: number) =>
    (seconds[graph.kindOf[task] as number]?.[worker % 8] as number) * (0.8 + 0.4 * random.next());
  for (let task = 0; task < 100; task++) observe(task, task % workers, secondsOf(task, task % workers));
  const began = performance.now();
  const dispatcher = new Dispatcher(workers);
  const handle = dispatcher.open(graph, model.durations(graph, instruments), 0);
  const opening = performance.now() - began;
  const waiting = graph.keys.map((_, task) =>
    (graph.parentsFrom[task + 1] as number) - (graph.parentsFrom[task] as number)
  );
  waiting.forEach((count, task) => {
    if (count === 0) dispatcher.ready(handle, task);
  });
  const until = new Float64Array(workers).fill(Infinity);
  const running = new Int32Array(workers).fill(-1);
  const [decisions, ends]: [number[], number[]] = [[], []];
  let now = 0;
  for (let left = graph.keys.length; left > 0;) {
    const started: (readonly [task: number, worker: number])[] = [];
    const before = performance.now();
    const count = dispatcher.decide(now, (_, task, worker) => started.push([task, worker]));
    if (count > 0) decisions.push((performance.now() - before) / count);
    for (const [task, worker] of started) {
      running[worker] = task;
      until[worker] = now + secondsOf(task, worker);
    }
    now = Math.min(...until);
    for (let worker = 0; worker < workers; worker++) {
      if ((until[worker] as number) > now) continue;
      const task = running[worker] as number;
      const end = performance.now();
      dispatcher.finished(worker, now);
      if (learns) observe(task, worker, 1 + random.next());
      ends.push(performance.now() - end);
      until[worker] = Infinity;
      left -= 1;
      for (
        let edge = graph.childrenFrom[task] as number;
        edge < (graph.childrenFrom[task + 1] as number);
        edge++
      ) {
        const child = graph.children[edge] as number;
        waiting[child] = (waiting[child] as number) - 1;
        if (waiting[child] === 0) dispatcher.ready(handle, child);
      }
    }
  }
  return { decisions, ends, opening };
}

print(`${NODES} nodes in ${LAYERS} layers, ${KINDS} kinds`);
const heap = await heapFloor();
micro("floor: a heap of 200 numbers, first out, another in", heap);
const graph = layers();
walk(graph, 8, true);
for (const workers of [8, 64]) {
  for (const learns of [false, true]) {
    const { decisions, ends, opening } = walk(graph, workers, learns);
    const name = `${workers} workers${learns ? ", learning" : ""}`;
    print(`${name}: opened and ranked in ${opening.toFixed(1)} ms`);
    micro(`${name}: a decision`, decisions, heap);
    micro(`${name}: the end of a task`, ends, heap);
  }
}

print("\nprewarming, an extension with 500 gaps");
const forecast = new LearnedForecast();
const extensions = Array.from({ length: 20 }, (_, at) => extensionId(`bench/e${at}`));
const of = (at: number) => extensions[at % extensions.length] as typeof extensions[0];
let at = 0;
for (let round = 0; round < 500 * extensions.length; round++) {
  at += 1000 + Math.floor(20_000 * random.next());
  forecast.asked(of(round), at, 2000);
  forecast.idle(of(round), at + 500);
}
const asks: number[] = [];
const idles: number[] = [];
for (let round = 0; round < 5000; round++) {
  at += 1000 + Math.floor(20_000 * random.next());
  const before = performance.now();
  forecast.asked(of(round), at);
  const between = performance.now();
  forecast.idle(of(round), at + 500);
  asks.push(between - before);
  idles.push(performance.now() - between);
}
micro("asked: a use is learned", asks, heap);
micro("idle: when it is to be warm", idles, heap);
const resting = extensions.map((extension) => ({ extension, room: 1 }));
micro("victim: which of 20 is given up", await sample(() => forecast.victim(resting), 20_000), heap);
micro(
  "instances: how many are wanted",
  await sample(() => forecast.instances(of(0), { arrivals: 20, arrivedMs: 30_000, waitingMs: 1000 }), 20_000),
  heap,
);

print("\nrecovery, after 2,000 failures that were learned from");
const policy = new RecoveryPolicy(1);
const options = ["a", "b", "c", "d", "e"].map((name, price) => ({
  instrument: nodeTypeId(`bench/${name}`),
  extension: extensionId("bench/arms"),
  priceIn: price,
  priceOut: 3 * price,
}));
const failed = (attemptsLeft: number): FailedAttempt => ({
  run: runId("r000000000000000"),
  node: nodeId("n"),
  kind: "bench/review",
  importance: "essential",
  position: "middle",
  instrument: nodeTypeId("bench/a"),
  failure: { class: "output", message: "not what the schema asks for" },
  options,
  tried: [nodeTypeId("bench/a")],
  attempts: 1,
  attemptsLeft,
  delaySeconds: 1,
  preference: preferences.balanced,
  budgetUsd: 1,
  deadlineSeconds: 600,
  mayAsk: true,
});
for (let round = 0; round < 2000; round++) {
  const recovery = policy.recover(failed(3));
  const instrument = recovery.instrument ?? nodeTypeId("bench/b");
  const seconds = 1 + random.next();
  const after = { recovery, failure: "output" as const };
  const result = random.next() < 0.6 ? { quality: 1 } : { failure: "output" as const };
  if (recovery.action !== "give-up") {
    policy.attempted({ kind: "bench/review", instrument, seconds, after, ...result });
  }
}
for (const left of [2, 8]) {
  micro(`what follows, ${left} attempts left`, await sample(() => policy.recover(failed(left)), 5000), heap);
}
micro(
  "whether to hedge",
  await sample(
    () => policy.hedge({ kind: "bench/review", instrument: nodeTypeId("bench/a"), options, tried: [] }),
    20_000,
  ),
  heap,
);

print("\ncomposition, 1,000 descriptions");
const tasks = words(
  "read list files folder review code summarise text report table compare versions translate check measure extract plan",
);
const vocabulary = [...tasks, ...Array.from({ length: 2000 }, (_, word) => `word${word}`)];
const index = new TextIndex();
for (let entry = 0; entry < 1000; entry++) {
  const text = Array.from({ length: 30 }, () => vocabulary[random.below(vocabulary.length)]).join(" ");
  index.add([{ text, weight: 1 }]);
}
micro(
  "a goal of eight words",
  await sample(() => index.search("review the code and report what to check"), 2000),
  heap,
);

print("");
const model = new DurationModel();
for (let kind = 0; kind < 100; kind++) {
  for (let instrument = 0; instrument < 8; instrument++) {
    const worker = model.instrument(`i${instrument}`);
    for (let seen = 0; seen < 5; seen++) {
      model.observe({ kind: `k${kind}`, key: `t${seen}`, bytesIn: 0 }, worker, 1 + random.next());
    }
  }
}
for (
  const [name, part, restore] of [
    ["run times, 100 kinds × 8 instruments", () => model.save(), new DurationModel()],
    ["forecast, 20 extensions", () => forecast.save(), new LearnedForecast()],
    ["recovery", () => policy.save(), new RecoveryPolicy(2)],
  ] as const
) {
  const bytes = encodeSnapshot({ facts: {}, parts: [part()] });
  const saved = await sample(() => encodeSnapshot({ facts: {}, parts: [part()] }), 50);
  print(line(`${name}, ${(bytes.length / 1024).toFixed(0)} KB to bytes`, saved));
  const [read] = decodeSnapshot(bytes).parts;
  if (read === undefined) throw new Error("the snapshot is empty");
  print(line(`${name}, restored`, await sample(() => restore.restore(read), 50), saved));
}
