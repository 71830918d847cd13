import assert from "node:assert/strict";
import fc from "fast-check";
import { RunAccount } from "../../../core/orchestration/run_account.ts";
import { Figures } from "../../../ui/server/metrics/figures.ts";
import { Histogram } from "../../../ui/server/metrics/histogram.ts";
import { fingerprintOf, plainMessage, stackOf } from "../../../ui/server/metrics/fingerprint.ts";
import { MetricStore } from "../../../ui/server/metrics/metric_store.ts";
import { nodeId, runId } from "../../../core/ids.ts";
import { UiRig, until } from "./ui_rig.ts";

const durations = fc.array(fc.double({ min: 0.02, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 300 });

function histogramOf(values: readonly number[]): Histogram {
  const histogram = new Histogram();
  for (const value of values) histogram.add(value);
  return histogram;
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
        latencies: at % 60 === 0 ? new Map([["files/scan", histogramOf([10, 20, 1000])]]) : new Map(),
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
    const latency = store.series({ name: "latency:files/scan", from, to: now, points: 20 }, now, false);
    assert.deepEqual(latency.count, Array.from({ length: 10 }, () => 3));
    assert.ok(Math.abs((latency.p50?.[0] ?? 0) - 20) < 0.5);
    assert.equal(latency.p99?.[0], 1000);
    const hour = store.series({ name: "clients", from, to: from + 3_600_000, points: 1 }, now, false);
    assert.deepEqual([hour.at, hour.mean], [[from], [4.5]]);
    // A day later the seconds have gone, the minutes are there.
    store.add({ at: from + 86_400_000, gauges: {}, growth: {}, latencies: new Map() });
    const later = store.series({ name: "clients", from, to: now, points: 1000 }, from + 86_400_000, false);
    assert.equal(later.stepMs, 60_000);
    assert.equal(later.at.length, 10);
    assert.deepEqual(store.names(), ["clients", "latency:files/scan", "runs.started"]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
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
  assert.equal([...figures.nodeTypes.values()].reduce((sum, { total }) => sum + total.count, 0), 1);
  assert.equal(figures.counters["nodes.completed"], 2);
});
