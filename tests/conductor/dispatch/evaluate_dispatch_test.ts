import assert from "node:assert/strict";
import type { RecordedGraph } from "../../../conductor/evaluate/data.ts";
import { evaluateDispatch } from "../../../conductor/dispatch/trial/evaluate_dispatch.ts";
import { lowerBound } from "../../../conductor/dispatch/trial/lower_bound.ts";
import { firstComeFastest } from "../../../conductor/dispatch/trial/trial_rivals.ts";
import { runTrial } from "../../../conductor/dispatch/trial/trial_run.ts";
import { meanTimes, runNoise, trialGraph } from "../../../conductor/dispatch/trial/trial_world.ts";

/** Split, forty pieces of two kinds, join; as the recorded graphs are, made here. */
function splitJoin(name: string, pieces: number): RecordedGraph {
  const task = (id: string, kind: string, seconds: number, parents: number[]) => ({
    id,
    kind,
    seconds,
    parents,
    bytes: parents.map(() => 1e6),
    bytesIn: 1e6,
    bytesOut: 1e6,
    cores: 1,
  });
  const middle = Array.from(
    { length: pieces },
    (_, at) => task(`p${at}`, at % 2 === 0 ? "even" : "odd", 5 + at % 4, [0]),
  );
  return {
    name,
    file: `${name}.json`,
    app: "test",
    makespanRecorded: 100,
    tasks: [task("split", "split", 3, []), ...middle, task("join", "join", 8, middle.map((_, at) => at + 1))],
  };
}

const graphs = [splitJoin("one", 40), splitJoin("two", 17)];

Deno.test("evaluateDispatch() finds learned dispatching better than first come, first served, and above the bound", async () => {
  const tables = await evaluateDispatch({ graphs }, { seeds: 3 });
  assert.deepEqual(tables.map(({ id }) => id), [
    "dispatch/affinity",
    "dispatch/affinity/graphs",
    "dispatch/uniform",
    "dispatch/many",
  ]);
  const affinity = tables[0];
  const value = (name: RegExp) => affinity?.rows.find((row) => name.test(row.name))?.cells[0] ?? NaN;
  assert.ok(value(/run 10$/) < value(/fastest idle/), "run 10 against first come");
  assert.ok(value(/run 10$/) < value(/run 1$/), "run 10 against run 1");
  for (const { name, cells } of affinity?.rows ?? []) {
    assert.ok((cells[0] ?? 0) >= 1, `${name} is above the bound`);
  }
});

Deno.test("evaluateDispatch() gives no table where there is no graph", async () => {
  assert.deepEqual(await evaluateDispatch({ graphs: [] }, { seeds: 1 }), []);
});

Deno.test("evaluateDispatch() gives the same figures again", async () => {
  const cells = async () => (await evaluateDispatch({ graphs }, { seeds: 1 })).map(({ rows }) => rows);
  assert.deepEqual(await cells(), await cells());
});

Deno.test("lowerBound() is passed by no run", () => {
  const graph = trialGraph(splitJoin("bound", 30));
  for (const world of ["uniform", "affinity"] as const) {
    const means = meanTimes(graph, world, 1);
    const noise = runNoise(graph, 1);
    const bound = lowerBound(graph, means, noise, world);
    assert.ok(runTrial(graph, means, noise, firstComeFastest()).makespan >= bound);
  }
});
