import assert from "node:assert/strict";
import fc from "fast-check";
import { Dispatcher } from "../../../conductor/dispatch/dispatcher.ts";
import { FixedEstimates } from "../../../conductor/dispatch/estimates.ts";
import { makeTaskGraph } from "../../../conductor/dispatch/task_graph.ts";
import { randomGraph } from "./random_graph.ts";
import type { RandomGraph } from "./random_graph.ts";

const WORKERS = 3;

interface Start {
  readonly graph: number;
  readonly task: number;
  readonly worker: number;
  readonly from: number;
  readonly to: number;
}

/** Carries the graphs out, each arriving a second after the one before; real seconds differ from the believed ones. */
function carryOut(graphs: readonly RandomGraph[], error: number): readonly Start[] {
  const dispatcher = new Dispatcher(WORKERS, { secondsPerByte: 1e-8 });
  const starts: Start[] = [];
  const handles = new Map<number, number>();
  const waiting = graphs.map(({ graph }) =>
    Array.from(
      { length: graph.size },
      (_, task) => (graph.parentsFrom[task + 1] as number) - (graph.parentsFrom[task] as number),
    )
  );
  const running: (Start | undefined)[] = Array.from({ length: WORKERS }, () => undefined);
  let now = 0;
  let arrived = 0;
  let left = graphs.reduce((sum, { graph }) => sum + graph.size, 0);
  while (left > 0) {
    for (; arrived < graphs.length && arrived <= now; arrived++) {
      const { graph, rows } = graphs[arrived] as RandomGraph;
      const handle = dispatcher.open(graph, new FixedEstimates(rows, 0.1), now);
      handles.set(handle, arrived);
      waiting[arrived]?.forEach((parents, task) => {
        if (parents === 0) dispatcher.ready(handle, task);
      });
    }
    dispatcher.decide(now, (handle, task, worker) => {
      const graph = handles.get(handle) as number;
      const seconds = (graphs[graph]?.rows[task]?.[worker] as number) * (1 + error * ((task * 7) % 5));
      assert.equal(running[worker], undefined, "D1: the worker is idle");
      const start = { graph, task, worker, from: now, to: now + seconds };
      running[worker] = start;
      starts.push(start);
    });
    const ends = running.flatMap((start) => (start === undefined ? [] : [start.to]));
    if (arrived < graphs.length) ends.push(arrived);
    assert.ok(ends.length > 0, "D2: something runs or is still to come");
    now = Math.min(...ends);
    running.forEach((start, worker) => {
      if (start === undefined || start.to > now) return;
      running[worker] = undefined;
      dispatcher.finished(worker, now);
      left -= 1;
      const { graph } = graphs[start.graph] as RandomGraph;
      const handle = [...handles].find(([, at]) => at === start.graph)?.[0] as number;
      for (
        let edge = graph.childrenFrom[start.task] as number;
        edge < (graph.childrenFrom[start.task + 1] as number);
        edge++
      ) {
        const child = graph.children[edge] as number;
        const counts = waiting[start.graph] as number[];
        counts[child] = (counts[child] as number) - 1;
        if (counts[child] === 0) dispatcher.ready(handle, child);
      }
    });
  }
  return starts;
}

Deno.test("Dispatcher starts every task once, after its parents, on an idle worker that may do it", () => {
  const property = fc.property(
    fc.array(randomGraph(WORKERS), { minLength: 1, maxLength: 3 }),
    fc.integer({ min: 0, max: 3 }),
    (graphs, error) => {
      const starts = carryOut(graphs, error);
      const ends = new Map(starts.map(({ graph, task, to }) => [`${graph}/${task}`, to]));
      assert.equal(ends.size, graphs.reduce((sum, { graph }) => sum + graph.size, 0));
      assert.equal(starts.length, ends.size);
      for (const { graph: at, task, worker, from } of starts) {
        const { graph, rows } = graphs[at] as RandomGraph;
        assert.notEqual(rows[task]?.[worker], Infinity);
        for (
          let edge = graph.parentsFrom[task] as number;
          edge < (graph.parentsFrom[task + 1] as number);
          edge++
        ) {
          const parent = ends.get(`${at}/${graph.parents[edge]}`) as number;
          assert.ok(parent <= from, `task ${task} begins at ${from}, its parent ends at ${parent}`);
        }
      }
    },
  );
  fc.assert(property, { seed: 6, numRuns: 300 });
});

Deno.test("Dispatcher decides the same when it is told the same", () => {
  const property = fc.property(
    fc.array(randomGraph(WORKERS), { minLength: 1, maxLength: 3 }),
    (graphs) => assert.deepEqual(carryOut(graphs, 1), carryOut(graphs, 1)),
  );
  fc.assert(property, { seed: 7, numRuns: 60 });
});

const two = makeTaskGraph("two", [
  { key: "long", kind: "a", parents: [] },
  { key: "short", kind: "b", parents: [] },
]);

function startsAt(dispatcher: Dispatcher, now: number): [number, number, number][] {
  const starts: [number, number, number][] = [];
  dispatcher.decide(now, (workflow, task, worker) => starts.push([workflow, task, worker]));
  return starts;
}

Deno.test("Dispatcher lets a task wait for a busy worker that would end it sooner", () => {
  const dispatcher = new Dispatcher(2);
  const rows = [Float64Array.of(2, 100), Float64Array.of(2, 100)];
  const handle = dispatcher.open(two, new FixedEstimates(rows, 0), 0);
  dispatcher.ready(handle, 0);
  dispatcher.ready(handle, 1);
  assert.deepEqual(startsAt(dispatcher, 0), [[handle, 0, 0]]);
  dispatcher.finished(0, 2);
  assert.deepEqual(startsAt(dispatcher, 2), [[handle, 1, 0]]);
});

Deno.test("Dispatcher takes the worker where the data lies when moving it costs more than the slower run", () => {
  const graph = makeTaskGraph("data", [
    { key: "make", kind: "make", parents: [] },
    { key: "use", kind: "use", parents: [0], bytes: [1e9] },
  ]);
  const rows = [Float64Array.of(1, 9), Float64Array.of(5, 1)];
  const dispatcher = new Dispatcher(2, { secondsPerByte: 1e-8 });
  const handle = dispatcher.open(graph, new FixedEstimates(rows, 0), 0);
  dispatcher.ready(handle, 0);
  assert.deepEqual(startsAt(dispatcher, 0), [[handle, 0, 0]]);
  dispatcher.finished(0, 1);
  dispatcher.ready(handle, 1);
  assert.deepEqual(startsAt(dispatcher, 1), [[handle, 1, 0]]);
});

Deno.test("Dispatcher serves the workflow with the least work first, and an old one in the end", () => {
  const long = makeTaskGraph("long", [{ key: "l", kind: "l", parents: [] }]);
  const order = (age: number) => {
    const dispatcher = new Dispatcher(1);
    const first = dispatcher.open(long, new FixedEstimates([Float64Array.of(100)], 0), 0);
    dispatcher.ready(first, 0);
    const second = dispatcher.open(long, new FixedEstimates([Float64Array.of(10)], 0), age);
    dispatcher.ready(second, 0);
    return startsAt(dispatcher, age)[0]?.[0] === first ? "the long one" : "the short one";
  };
  assert.equal(order(0), "the short one");
  assert.equal(order(10_000), "the long one");
});

Deno.test("Dispatcher starts a task whose estimates are no numbers, first come, first served", () => {
  const dispatcher = new Dispatcher(2);
  const rows = [Float64Array.of(NaN, NaN), Float64Array.of(Infinity, NaN)];
  const handle = dispatcher.open(two, new FixedEstimates(rows, 0), 0);
  dispatcher.ready(handle, 0);
  dispatcher.ready(handle, 1);
  assert.deepEqual(startsAt(dispatcher, 0), [[handle, 0, 0], [handle, 1, 1]]);
});

Deno.test("Dispatcher.finished() refuses a worker that is idle", () => {
  assert.throws(() => new Dispatcher(1).finished(0, 1), /worker 0: it is idle/);
});

Deno.test("Dispatcher.prospects() says for each worker when the task would begin and how long it would take", () => {
  const dispatcher = new Dispatcher(2);
  const handle = dispatcher.open(
    two,
    new FixedEstimates([Float64Array.of(2, 100), Float64Array.of(3, 100)], 0.25),
    0,
  );
  dispatcher.ready(handle, 0);
  startsAt(dispatcher, 0);
  const [busy, idle] = dispatcher.prospects(handle, 1, 1);
  assert.deepEqual(idle, { worker: 1, isIdle: true, waitSeconds: 0, runSeconds: 100, logSd: 0.5 });
  assert.equal(busy?.isIdle, false);
  assert.equal(busy?.runSeconds, 3);
  assert.ok((busy?.waitSeconds ?? 0) > 0.9 && (busy?.waitSeconds ?? 9) < 2, `waits ${busy?.waitSeconds} s`);
});
