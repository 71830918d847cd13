import assert from "node:assert/strict";
import fc from "fast-check";
import { FixedEstimates } from "../../../conductor/dispatch/estimates.ts";
import { makeTaskGraph } from "../../../conductor/dispatch/task_graph.ts";
import { InstanceCount } from "../../../conductor/prewarm/instance_count.ts";
import { LookAhead, rateAt } from "../../../conductor/prewarm/look_ahead.ts";
import { NextUse } from "../../../conductor/prewarm/next_use.ts";
import { NumberReader, NumberWriter } from "../../../conductor/number_stream.ts";
import { SeededRandom } from "../../../conductor/random.ts";
import { randomGraph } from "../dispatch/random_graph.ts";

Deno.test("NextUse gives up what is used in a cycle last in time, not what was used longest ago", () => {
  const next = new NextUse();
  for (let round = 0; round < 20; round++) for (const name of ["a", "b", "c"]) next.use(name);
  // After a, b, c comes a: c is needed last.
  const victim = next.victim(["a", "b", "c"].map((name) => ({ name, loadCost: 1, room: 1 })));
  assert.equal(["a", "b", "c"][victim], "c");
});

Deno.test("NextUse gives up what is cheap to load, or takes much room, among equals", () => {
  const next = new NextUse();
  for (let round = 0; round < 20; round++) for (const name of ["a", "b"]) next.use(name);
  assert.equal(next.victim([{ name: "a", loadCost: 9, room: 1 }, { name: "b", loadCost: 1, room: 1 }]), 1);
  assert.equal(next.victim([{ name: "a", loadCost: 1, room: 9 }, { name: "b", loadCost: 1, room: 1 }]), 0);
  assert.equal(next.victim([]), -1);
  assert.equal(next.distance("never"), Infinity);
});

Deno.test("InstanceCount wants what the work needs, more where it waits, and no fewer than the least", () => {
  const count = new InstanceCount({ stepSeconds: 5, coldSeconds: 8, waitingWorth: 1, least: 1, most: 50 });
  let wanted = 0;
  for (let step = 0; step < 200; step++) {
    wanted = count.want({ arrivals: 10, arrivedSeconds: 40, waitingSeconds: 0 });
  }
  assert.ok(wanted >= 8 && wanted <= 12, `${wanted} for a load of 8`);
  assert.ok(count.want({ arrivals: 10, arrivedSeconds: 40, waitingSeconds: 200 }) > wanted);
  for (let step = 0; step < 400; step++) {
    wanted = count.want({ arrivals: 0, arrivedSeconds: 0, waitingSeconds: 0 });
  }
  assert.equal(wanted, 1);
  assert.match(count.explain(), /cheapest of 54/);
});

Deno.test("InstanceCount, written and read, goes on the same", () => {
  const options = { stepSeconds: 5, coldSeconds: 8, waitingWorth: 2 };
  const whole = new InstanceCount(options);
  const random = new SeededRandom(4);
  const step = () => ({ arrivals: random.below(20), arrivedSeconds: 30 * random.next(), waitingSeconds: 0 });
  for (let at = 0; at < 50; at++) whole.want(step());
  const numbers = new NumberWriter();
  whole.write(numbers);
  const restored = new InstanceCount(options);
  restored.read(new NumberReader(numbers.done()));
  for (let at = 0; at < 50; at++) {
    const reading = step();
    assert.equal(restored.want(reading), whole.want(reading));
  }
});

const chain = makeTaskGraph("chain", [
  { key: "a", kind: "a", parents: [] },
  { key: "b", kind: "b", parents: [0] },
  { key: "c", kind: "c", parents: [1] },
  { key: "join", kind: "join", parents: [0, 2] },
]);
const seconds = new FixedEstimates([10, 2, 3, 1].map((one) => Float64Array.of(one)), 0.01);

Deno.test("LookAhead foresees what follows the running task, and nothing beyond the horizon", () => {
  const ahead = new LookAhead();
  ahead.open("w", chain, seconds);
  assert.deepEqual(ahead.needs(0, 100), [], "nothing runs");
  ahead.begun("w", 0, 0);
  const needs = ahead.needs(4, 100);
  assert.deepEqual(needs.map(({ kind }) => kind), ["b", "c", "join"]);
  const at = needs.map((need) => Math.round(need.at * 10) / 10);
  assert.deepEqual(at, [10, 12, 15]);
  assert.ok((needs[1]?.sd ?? 0) > (needs[0]?.sd ?? 9), "what is further is less certain");
  assert.deepEqual(ahead.needs(4, 7).map(({ kind }) => kind), ["b"]);
  ahead.settled("w", 0);
  assert.deepEqual(ahead.needs(10, 100), [], "b is ready and asks itself");
  ahead.begun("w", 1, 10);
  assert.deepEqual(ahead.needs(10, 100).map(({ kind }) => kind), ["c", "join"]);
  ahead.close("w");
  assert.deepEqual(ahead.needs(10, 100), []);
});

Deno.test("LookAhead foresees exactly the tasks all of whose parents are done, running, or foreseen", () => {
  const property = fc.property(randomGraph(1), fc.array(fc.nat(24)), ({ graph, rows }, picks) => {
    const ahead = new LookAhead();
    ahead.open("w", graph, new FixedEstimates(rows, 0.01));
    const settled = new Set<number>();
    const running = new Set<number>();
    const parents = (task: number) => [
      ...graph.parents.subarray(graph.parentsFrom[task] as number, graph.parentsFrom[task + 1] as number),
    ];
    for (const pick of picks) {
      const ready = [...Array(graph.size).keys()].filter((task) =>
        !settled.has(task) && !running.has(task) && parents(task).every((parent) => settled.has(parent))
      );
      const task = ready[pick % Math.max(1, ready.length)];
      if (task !== undefined && pick % 2 === 0) {
        running.add(task);
        ahead.begun("w", task, 0);
      } else if (running.size > 0) {
        const [first] = running as unknown as [number];
        running.delete(first);
        settled.add(first);
        ahead.settled("w", first);
      }
    }
    // By definition, in topological order.
    const foreseen = new Set<number>();
    for (const task of graph.order) {
      if (settled.has(task) || running.has(task)) continue;
      const above = parents(task);
      const isReady = above.every((parent) => settled.has(parent));
      const follows = above.every((parent) =>
        settled.has(parent) || running.has(parent) || foreseen.has(parent)
      );
      if (follows && !isReady) foreseen.add(task);
    }
    assert.equal(ahead.needs(0, 1e6).length, foreseen.size);
  });
  fc.assert(property, { seed: 3, numRuns: 300 });
});

Deno.test("rateAt() rises towards the expected moment and is nothing long before", () => {
  const need = { kind: "k", at: 100, sd: 5 };
  assert.equal(rateAt(need, 20), 0);
  assert.ok(rateAt(need, 95) < rateAt(need, 100));
  assert.ok(Number.isFinite(rateAt(need, 1e6)));
});
