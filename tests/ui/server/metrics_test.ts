import assert from "node:assert/strict";
import fc from "fast-check";
import { RunAccount } from "../../../core/orchestration/run_account.ts";
import { Figures } from "../../../ui/server/metrics/figures.ts";
import { Histogram } from "../../../ui/server/metrics/histogram.ts";
import { fingerprintOf, plainMessage, stackOf } from "../../../ui/server/metrics/fingerprint.ts";
import { CallSums } from "../../../ui/server/metrics/call_sums.ts";
import { MetricStore, type NamedCalls } from "../../../ui/server/metrics/metric_store.ts";
import { nodeId, runId } from "../../../core/ids.ts";
import { withoutSpent } from "../../../core/policy/spent.ts";
import type { LiveEvent } from "../../../core/orchestration/run_handle.ts";
import { UiRig, until } from "./ui_rig.ts";

const durations = fc.array(fc.double({ min: 0.02, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 300 });

function histogramOf(values: readonly number[]): Histogram {
  const histogram = new Histogram();
  for (const value of values) histogram.add(value);
  return histogram;
}

function callsOf(kind: NamedCalls["kind"], name: string, values: readonly number[]): NamedCalls {
  const sums = new CallSums();
  for (const ms of values) sums.add({ ms, costUsd: 0.5 });
  return { kind, name, sums };
}

Deno.test("Histogram gives every quantile within 2 % of the sorted list's", () => {
  fc.assert(
    fc.property(durations, fc.double({ min: 0, max: 1, noNaN: true }), (values, q) => {
      const sorted = values.toSorted((a, b) => a - b);
      const exact = sorted[Math.max(1, Math.ceil(q * sorted.length)) - 1] as number;
      const found = histogramOf(values).quantile(q);
      assert.ok(Math.abs(found - exact) <= 0.0201 * exact, `${found} for ${exact}`);
    }),
    { numRuns: 300, seed: 3 },
  );
});

Deno.test("Histogram of two halves merged is the histogram of all, also after encoding", () => {
  fc.assert(
    fc.property(durations, durations, (a, b) => {
      const merged = Histogram.decode(histogramOf(a).encode());
      merged.merge(Histogram.decode(histogramOf(b).encode()));
      const whole = histogramOf([...a, ...b]);
      assert.equal(merged.count, whole.count);
      assert.equal(merged.max, whole.max);
      for (const q of [0, 0.5, 0.95, 0.99, 1]) assert.equal(merged.quantile(q), whole.quantile(q));
    }),
    { numRuns: 100, seed: 4 },
  );
});

Deno.test("MetricStore adds samples up in steps of a second, a minute and an hour, and gives the finest that fits", async () => {
  const folder = await Deno.makeTempDir({ prefix: "symphony-metrics-" });
  try {
    using store = new MetricStore(`${folder}/metrics.sqlite`);
    const from = Math.floor(Date.now() / 3_600_000) * 3_600_000;
    const seconds = 600;
    for (let at = 0; at < seconds; at++) {
      store.add({
        at: from + at * 1000,
        gauges: { clients: at % 10 },
        growth: { "runs.started": at % 2, "runs.failed": 0 },
        calls: at % 60 === 0 ? [callsOf("node", "files/scan", [10, 20, 1000])] : [],
      });
    }
    const now = from + seconds * 1000;
    const fine = store.series({ name: "clients", from, to: now, points: 1000 }, now, false);
    assert.deepEqual([fine.stepMs, fine.at.length, fine.mean[3]], [1000, 600, 3]);
    const coarse = store.series({ name: "clients", from, to: now, points: 20 }, now, false);
    assert.deepEqual([coarse.stepMs, coarse.at.length], [60_000, 10]);
    assert.deepEqual([coarse.mean[0], coarse.min?.[0], coarse.max?.[0]], [4.5, 0, 9]);
    const started = store.series({ name: "runs.started", from, to: now, points: 20 }, now, true);
    assert.deepEqual(started.mean, Array.from({ length: 10 }, () => 30));
    // Steps that are put together lie on a grid of their own width.
    const together = store.series({ name: "runs.started", from, to: now, points: 40 }, now, true);
    assert.deepEqual([together.stepMs, together.at[1]], [15_000, from + 15_000]);
    assert.deepEqual(together.mean, Array.from({ length: 40 }, (_, at) => at % 2 === 0 ? 7 : 8));
    const latency = store.series({ name: "latency:files/scan", from, to: now, points: 20 }, now, false);
    assert.deepEqual(latency.count, Array.from({ length: 10 }, () => 3));
    assert.ok(Math.abs((latency.p50?.[0] ?? 0) - 20) < 0.5);
    assert.equal(latency.p99?.[0], 1000);
    const hour = store.series({ name: "clients", from, to: from + 3_600_000, points: 1 }, now, false);
    assert.deepEqual([hour.at, hour.mean], [[from], [4.5]]);
    // A day later the seconds have gone, the minutes are there.
    store.add({ at: from + 86_400_000, gauges: {}, growth: {}, calls: [] });
    const later = store.series({ name: "clients", from, to: now, points: 1000 }, from + 86_400_000, false);
    assert.equal(later.stepMs, 60_000);
    assert.equal(later.at.length, 10);
    assert.deepEqual(store.names(), ["clients", "latency:files/scan", "runs.started"]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("MetricStore.summary() is what the samples of the time came to, whatever widths they are kept in, after it was opened again too", async () => {
  const folder = await Deno.makeTempDir({ prefix: "symphony-metrics-" });
  try {
    const now = Math.floor(Date.now() / 86_400_000) * 86_400_000 + 5 * 3_600_000 + 1_234_567;
    const ago = [40, 9, 2.5, 1.2, 0.4, 0.06, 0.02, 0.011, 0.009, 0.0001].map((days) => days * 86_400_000);
    const samples = ago.map((ms, index) => ({ at: now - ms, count: index + 1 }));
    const path = `${folder}/metrics.sqlite`;
    {
      using store = new MetricStore(path);
      for (const { at, count } of samples) {
        store.add({
          at,
          gauges: { "extension.cpu:a/b": 0.5, "extension.rss:a/b": 1000 * count },
          growth: { "tokens.in": count },
          calls: [
            callsOf("node", "x/y", Array.from({ length: count }, () => 100 * count)),
            callsOf("instrument", "x/y", [7]),
          ],
        });
      }
    }
    using store = new MetricStore(path);
    const ranges = [0, 15 * 60_000, 3_600_000, 86_400_000, 2 * 86_400_000, 30 * 86_400_000];
    for (const ms of ranges) {
      const from = ms === 0 ? 0 : now - ms;
      const { nodeTypes: [node], instruments: [instrument], counters, extensions, ...told } = store.summary(
        from,
        now,
      );
      // The beginning is rounded down to a kept step, and said.
      const within = samples.filter(({ at }) => at >= told.from);
      assert.ok(ms === 0 || told.from <= from && from - told.from < 86_400_000, `${from} ${told.from}`);
      assert.ok(ms === 0 || ms > 3_600_000 || from - told.from < 60_000);
      const sum = within.reduce((total, { count }) => total + count, 0);
      assert.ok(sum > 0);
      assert.deepEqual([node?.name, node?.count, node?.costUsd], ["x/y", sum, sum / 2]);
      assert.deepEqual([instrument?.count, instrument?.max], [within.length, 7]);
      assert.equal(counters["tokens.in"], sum);
      assert.equal(node?.max, Math.max(...within.map(({ count }) => 100 * count)));
      const mean = sum * 1000 / within.length;
      assert.deepEqual(extensions, [
        {
          extension: "a/b",
          cpu: 0.5,
          mostCpu: 0.5,
          memoryBytes: mean,
          mostMemoryBytes: 1000 * (within.at(-1)?.count ?? 0),
        },
      ]);
    }
    assert.deepEqual(new MetricStore(":memory:").summary(0, now).nodeTypes, []);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("Figures leave the wait for a person out of how long a call took: for leave, and after it failed", () => {
  const figures = new Figures();
  const run = runId("r0aaaaaaaaaaaaaa");
  figures.started(run, { definition: undefined, isResumed: false });
  const account = { isMock: false } as RunAccount;
  const hear = (event: Record<string, unknown>) =>
    figures.heard(run, { durable: true, seq: 0, event } as unknown as LiveEvent, account);
  const failure = { class: "permission", message: "no", tokensIn: 8, tokensOut: 2, costUsd: 0.25 };
  const ask = { id: "p1", run, node: "a", askedAt: 1010 };
  hear({ type: "node.started", node: "a", at: 1000, attempt: 1 });
  figures.asked(ask);
  // Of another node, and overlapping.
  figures.asked({ ...ask, id: "p2", node: "b", askedAt: 1000 });
  figures.asked({ ...ask, id: "p3", askedAt: 1500 });
  figures.answered(ask, 2010);
  figures.answered({ ...ask, id: "p3" }, 3010);
  hear({ type: "node.waiting", node: "a", at: 3020, for: { kind: "failure", question: "Again?", failure } });
  hear({
    type: "node.retrying",
    node: "a",
    at: 60_000,
    attempt: 1,
    failure: withoutSpent(failure),
    dueAt: 60_000,
  });
  hear({ type: "node.started", node: "a", at: 60_000, attempt: 2 });
  hear({ type: "node.completed", node: "a", at: 60_100, attempt: 2, durationMs: 100, output: { value: {} } });
  const line = figures.nodeTypes.get("unknown")?.total.figures("unknown");
  assert.deepEqual([line?.count, line?.failed, line?.waitedMs], [2, 1, 2000]);
  assert.deepEqual([line?.max, line?.mean, line?.costUsd], [100, 60, 0.25]);
  assert.deepEqual([line?.tokensIn, line?.tokensOut], [8, 2]);
  const { counters } = figures;
  assert.deepEqual([counters["tokens.in"], counters["tokens.out"], counters["cost.usd"]], [8, 2, 0.25]);
});

Deno.test("fingerprintOf() is one for failures that differ in numbers, ids, paths and quoted text only", () => {
  const failure = (message: string, detail?: string) => ({
    class: "thrown" as const,
    message,
    ...detail === undefined ? {} : { detail },
  });
  const of = (message: string, detail?: string) => fingerprintOf("a/b", failure(message, detail));
  assert.equal(of('Cannot read "/home/a/x.ts": line 3'), of('Cannot read "/srv/y.ts": line 4096'));
  assert.equal(of("run r0mabcdefaaaaaa0 lost 3f2a9c1be0d4"), of("run r0mabcdefbbbbbb1 lost 99aa9c1be0d4ff"));
  assert.notEqual(of("Cannot read"), of("Cannot write"));
  assert.notEqual(
    of("x", "Error: x\n    at run (file:///a/main.ts:3:5)"),
    of("x", "Error: x\n    at run (file:///a/main.ts:9:5)"),
  );
  assert.notEqual(fingerprintOf("a/b", failure("x")), fingerprintOf("a/c", failure("x")));
  assert.equal(plainMessage("took 12.5 s of 30"), "took 0 s of 0");
});

Deno.test("stackOf() finds the author's frames and leaves the runtime's out", () => {
  const detail = "TypeError: no\n    at shout (file:///work/ext/main.ts:12:7)\n    at ext:core/01.js:1:2\n" +
    "    at async run (main.ts:20:3)\n    at node:internal/x:1:1";
  assert.deepEqual(stackOf({ class: "thrown", message: "no", detail }), [
    { name: "shout", file: "file:///work/ext/main.ts", line: 12, column: 7 },
    { name: "run", file: "main.ts", line: 20, column: 3 },
  ]);
});

Deno.test("the pool's reading tells how the calls of each user were served", async () => {
  await using rig = await UiRig.start();
  const before = (await rig.call("GET /pool")).value.sharing;
  assert.deepEqual(before, { users: [], gini: 0 });
  const text = JSON.stringify({ schema: 1, id: "none", name: "None", nodes: { one: { use: "trial/fail" } } });
  await rig.call("POST /runs", { body: { workflow: { text } } });
  const by = (user: string) => ({ run: runId("r0aaaaaaaaaaaaaa"), node: nodeId("a"), user, priority: 0 });
  rig.pit.arbitration.request({ by: by("ann"), exclusive: ["x"] });
  rig.pit.arbitration.request({ by: by("bob"), exclusive: ["x"] });
  const { users } = (await rig.call("GET /pool")).value.sharing;
  assert.deepEqual(users.map(({ of, grants, waiting }) => [of, grants, waiting]), [["ann", 1, 0], [
    "bob",
    0,
    1,
  ]]);
});

Deno.test("figures of calls outlive the server, and what is taken from memory is no call", async () => {
  await using rig = await UiRig.start();
  const workflow = {
    schema: 1,
    id: "kept",
    version: "1.0.0",
    nodes: { shout: { use: "trial/shout", with: { text: "a" } } },
  };
  const text = JSON.stringify(workflow);
  const start = (pins: object) => rig.call("POST /runs", { body: { workflow: { text }, pins } });
  const given = { shout: { text: "A" } };
  const completed = (count: number) =>
    until(async () => (await rig.call("GET /metrics/now")).value.counters["runs.completed"] === count);
  await start({});
  await completed(1);
  await start(given);
  await completed(2);
  const shout = async () => {
    const { value } = await rig.call("GET /metrics/summary", { path: "/metrics/summary?from=0" });
    const line = value.nodeTypes.find(({ name }) => name === "trial/shout");
    return { runs: value.counters["runs.completed"], count: line?.count, reused: line?.reused };
  };
  // At once, and not only at the next sample: the end of a server keeps what is there.
  await rig.stop();
  await rig.open();
  assert.deepEqual(await shout(), { runs: 2, count: 1, reused: 1 });
  assert.deepEqual((await rig.call("GET /metrics/now")).value.nodeTypes, []);
  await start(given);
  await completed(1);
  await until(async () => (await shout()).reused === 2);
  assert.deepEqual(await shout(), { runs: 3, count: 1, reused: 2 });
});

Deno.test("the figures of a run are in the API, in the stream and in Prometheus' format", async () => {
  await using rig = await UiRig.start();
  const client = await rig.connect();
  await client.subscribe("metrics");
  const text = JSON.stringify({
    schema: 1,
    id: "counted",
    version: "1.0.0",
    nodes: {
      count: { use: "trial/count", with: { n: 25 } },
      square: { use: "trial/square", each: "count.numbers", in: { number: "item" } },
      fail: { use: "trial/fail", after: "square", importance: "optional" },
    },
  });
  await rig.call("POST /runs", { body: { workflow: { text } } });
  await until(async () => (await rig.call("GET /metrics/now")).value.counters["runs.completed"] === 1);
  const { value } = await rig.call("GET /metrics/now");
  const figures = (name: string) => value.nodeTypes.find((one) => one.name === name);
  assert.deepEqual([figures("trial/square")?.count, figures("trial/square")?.failed], [25, 0]);
  assert.deepEqual([figures("trial/fail")?.count, figures("trial/fail")?.failed], [1, 1]);
  assert.equal(value.counters["nodes.completed"], 26);
  assert.ok(value.gauges["process.rss"] > 1e6);
  await client.until(() =>
    client.events.some(({ data }) => data.kind === "sample" && data.sample.counters["runs.completed"] === 1)
  );
  await client.close();
  const { token } = JSON.parse(await Deno.readTextFile(`${rig.data}/ui/token.json`)) as {
    readonly token: string;
  };
  const response = await fetch(`${rig.origin}/metrics`, { headers: { authorization: `Bearer ${token}` } });
  const lines = (await response.text()).split("\n");
  assert.ok(lines.includes('symphony_node_seconds_count{node_type="trial/square"} 25'));
  assert.ok(lines.includes("symphony_nodes_failed_total 1"));
  // Every sample has a declaration, and buckets only grow.
  const declared = new Set(
    lines.filter((line) => line.startsWith("# TYPE")).map((line) => line.split(" ")[2]),
  );
  for (const line of lines.filter((one) => one !== "" && !one.startsWith("#"))) {
    assert.match(line, /^[a-z_]+(\{[^{}]*\})? \S+$/);
    assert.ok(declared.has(line.replace(/[{ ].*/, "").replace(/_(bucket|sum|count)$/, "")), line);
  }
  const buckets = lines.filter((line) =>
    line.startsWith('symphony_node_seconds_bucket{node_type="trial/square"')
  )
    .map((line) => Number(line.split(" ")[1]));
  assert.deepEqual(buckets, buckets.toSorted((a, b) => a - b));
});

Deno.test("Figures leave out of latencies what was taken over from an earlier run", () => {
  const figures = new Figures();
  const run = "r1" as never;
  figures.started(run, { definition: undefined, isResumed: false });
  const hear = (event: object) => figures.heard(run, { durable: true, event } as never, new RunAccount());
  for (const [node, reused] of [["made", undefined], ["kept", { how: "kept", why: "as before" }]] as const) {
    hear({ type: "node.started", node, at: 0, seq: 0, attempt: 1 });
    hear({ type: "node.completed", node, at: 5, seq: 1, output: { value: 1 }, durationMs: 5, reused });
  }
  assert.equal([...figures.nodeTypes.values()].reduce((sum, { total }) => sum + total.latency.count, 0), 1);
  assert.equal(figures.counters["nodes.completed"], 2);
});
