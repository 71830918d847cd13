import assert from "node:assert/strict";
import fc from "fast-check";
import type { NodeId, RunId } from "../../../core/ids.ts";
import type { RunEvent } from "../../../core/orchestration/event.ts";
import {
  chromeTrace,
  criticalPath,
  DurationHistory,
  overviewOf,
  remaining,
  spansCsv,
  Timeline,
} from "../../../core/timeline/mod.ts";
import { lanesOf } from "../../../core/timeline/chrome_trace.ts";
import { buildPlan, type EdgeSketch } from "../orchestration/plan_builder.ts";

const id = (name: string) => name as NodeId;

function timelineOf(events: readonly RunEvent[]): Timeline {
  const timeline = new Timeline();
  for (const event of events) timeline.add(event);
  return timeline;
}

function started(node: string, at: number, attempt = 1, item?: number): RunEvent {
  return { type: "node.started", node: id(node), at, attempt, ...(item === undefined ? {} : { item }) };
}

function completed(node: string, at: number, item?: number): RunEvent {
  const output = { value: null };
  return {
    type: "node.completed",
    node: id(node),
    at,
    attempt: 1,
    output,
    durationMs: 0,
    ...(item === undefined ? {} : { item }),
  };
}

const failure = { class: "timeout", message: "too long" } as const;

Deno.test("Timeline has a span an attempt, and a wait between", () => {
  const { spans, nodes } = timelineOf([
    started("a", 10),
    { type: "node.retrying", node: id("a"), at: 20, attempt: 1, failure, dueAt: 30 },
    started("a", 30, 2),
    { type: "node.waiting", node: id("a"), at: 35, for: { kind: "approval", question: "Sure?\nmore" } },
    completed("a", 60),
  ]);
  assert.deepEqual(spans.map(({ start, end, state, attempt }) => [start, end, state, attempt]), [
    [10, 20, "retrying", 1],
    [30, 35, "completed", 2],
    [35, 60, "completed", 2],
  ]);
  assert.equal(spans[0]?.note, "timeout: too long");
  assert.equal(spans[2]?.note, "Sure?");
  const node = nodes.get("/a");
  assert.deepEqual([node?.start, node?.end, node?.workMs], [10, 60, 15]);
});

Deno.test("Timeline ends what a killed process left with the last that the log knew", () => {
  const { spans } = timelineOf([
    started("a", 10),
    started("b", 12),
    completed("b", 40),
    started("a", 1000, 2),
  ]);
  assert.deepEqual(spans.map(({ node, end, state }) => [node, end, state]), [
    ["a", 40, "interrupted"],
    ["b", 40, "completed"],
    ["a", undefined, "running"],
  ]);
});

Deno.test("Timeline counts the items of a fan-out and ends it as a whole", () => {
  const { nodes } = timelineOf([
    { type: "node.expanded", node: id("f"), at: 5, count: 2, items: { value: [1, 2] } },
    started("f", 6, 1, 0),
    started("f", 6, 1, 1),
    completed("f", 16, 0),
    completed("f", 26, 1),
    completed("f", 27),
  ]);
  const node = nodes.get("/f");
  assert.deepEqual([node?.start, node?.end, node?.workMs, node?.items], [5, 27, 30, 2]);
});

/** Longest path by trying every path. */
function naiveLongest(n: number, edges: readonly EdgeSketch[], durations: Float64Array): number {
  const from = (node: number): number =>
    durations[node]! +
    Math.max(
      0,
      ...edges.filter(([source]) => source === `n${node}`).map(([, target]) => from(Number(target.slice(1)))),
    );
  return Math.max(0, ...Array.from({ length: n }, (_, node) => from(node)));
}

Deno.test("criticalPath() is the longest path, its nodes have no slack, and slack used alone makes nothing longer", () => {
  const graphs = fc.record({
    n: fc.integer({ min: 1, max: 9 }),
    seeds: fc.array(fc.tuple(fc.nat(8), fc.nat(8)), { maxLength: 16 }),
    times: fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 9, maxLength: 9 }),
  });
  fc.assert(
    fc.property(graphs, ({ n, seeds, times }) => {
      const pairs = new Set(
        seeds.map(([a, b]) => [a % n, b % n]).filter(([a, b]) => a! < b!).map(([a, b]) => `${a} ${b}`),
      );
      const edges = [...pairs].map((pair): EdgeSketch => {
        const [a, b] = pair.split(" ");
        return [`n${a}`, `n${b}`, "needs"];
      });
      const plan = buildPlan(Array.from({ length: n }, (_, node) => ({ id: `n${node}` })), edges);
      const durations = Float64Array.from({ length: n }, (_, node) => times[node]!);
      const found = criticalPath(plan, durations);
      assert.equal(found.totalMs, naiveLongest(n, edges, durations));
      assert.equal(found.nodes.reduce((sum, node) => sum + durations[node]!, 0), found.totalMs);
      for (let at = 1; at < found.nodes.length; at++) {
        assert.ok(pairs.has(`${found.nodes[at - 1]} ${found.nodes[at]}`), "a path follows edges");
      }
      for (const node of found.nodes) assert.equal(found.slackMs[node], 0);
      for (let node = 0; node < n; node++) {
        const later = durations.slice();
        later[node]! += found.slackMs[node]!;
        assert.equal(criticalPath(plan, later).totalMs, found.totalMs, `slack of n${node}`);
        later[node]! += 1;
        assert.equal(criticalPath(plan, later).totalMs, found.totalMs + 1, `more than the slack of n${node}`);
      }
    }),
    { seed: 4, numRuns: 200 },
  );
});

Deno.test("remaining() is the longest chain left, or the work left over the places where that is more", () => {
  const plan = buildPlan([{ id: "a" }, { id: "b" }, { id: "c" }, { id: "d" }], [["a", "b", "needs"]]);
  const history = new DurationHistory();
  history.learn(timelineOf([
    ...[started("a", 0), completed("a", 100), started("b", 100), completed("b", 400)],
    ...[started("c", 0), completed("c", 200), started("d", 0), completed("d", 600)],
  ]));
  const all = Float64Array.of(1, 1, 1, 1);
  assert.deepEqual(remaining(plan, all, history, 4), { ms: 600, runs: 1, known: 1 });
  assert.equal(remaining(plan, all, history, 1)?.ms, 1200);
  assert.equal(remaining(plan, Float64Array.of(0, 0.5, 0, 0), history, 4)?.ms, 150);
  assert.equal(remaining(plan, all, new DurationHistory(), 4), undefined);
});

Deno.test("DurationHistory learns nothing from results that were taken over", () => {
  const reused = { how: "memo", why: "same" } as const;
  const history = new DurationHistory();
  history.learn(timelineOf([started("a", 0), { ...completed("a", 1), reused } as RunEvent]));
  assert.equal(history.wallMs(id("a")), undefined);
});

Deno.test("overviewOf() of a run under way counts, expects and names what it hangs on", () => {
  const plan = buildPlan([{ id: "a" }, { id: "b" }, { id: "c" }], [["a", "b", "needs"], ["a", "c", "needs"]]);
  const history = new DurationHistory();
  history.learn(timelineOf([
    ...[started("a", 0), completed("a", 100), started("b", 100), completed("b", 900)],
    ...[started("c", 100), completed("c", 200)],
  ]));
  const created = { at: 1000, type: "run.created" } as RunEvent;
  const timeline = timelineOf([created, started("a", 1000), completed("a", 1100), started("b", 1100)]);
  const options = { now: 1300, places: 4, isOver: (node: NodeId) => node === "a" };
  const { done, total, left, criticalPath: path, slackMs } = overviewOf(plan, timeline, history, options);
  assert.deepEqual([done, total, left?.ms, path], [1, 3, 600, ["a", "b"]]);
  assert.equal(slackMs.get(id("c")), 700);
});

Deno.test("chromeTrace() puts no two spans into one lane at a time", () => {
  const times = fc.array(fc.tuple(fc.nat(50), fc.nat(20)), { maxLength: 30 });
  fc.assert(
    fc.property(times, (pairs) => {
      const spans = pairs.map(([start, length]) => ({
        ...{ scope: "", node: id("x"), item: -1, attempt: 1, state: "completed" as const },
        ...{ start, end: start + length },
      }));
      const lanes = lanesOf(spans, 0);
      for (let a = 0; a < spans.length; a++) {
        for (let b = 0; b < a; b++) {
          const together = spans[a]!.start < spans[b]!.end && spans[b]!.start < spans[a]!.end;
          assert.ok(!together || lanes[a] !== lanes[b], "they overlap in a lane");
        }
      }
    }),
    { seed: 4, numRuns: 200 },
  );
});

Deno.test("chromeTrace() gives complete events in microseconds from the run's begin; spansCsv() quotes what needs it", () => {
  const created = { at: 1000, type: "run.created" } as RunEvent;
  const timeline = timelineOf([
    ...[created, started("a", 1002)],
    {
      type: "node.failed",
      node: id("a"),
      at: 1005,
      attempt: 1,
      failure: { class: "thrown", message: 'no, "never"', tokensIn: 4, tokensOut: 1 },
    },
  ]);
  const trace = chromeTrace(timeline, { run: "r" as RunId, workflow: "w", critical: new Set([id("a")]) });
  const [event] = (trace as { traceEvents: { ph: string }[] }).traceEvents.filter(({ ph }) => ph === "X");
  assert.deepEqual(event, {
    ...{ ph: "X", name: "a", cat: "failed,critical", pid: 1, tid: 1, ts: 2000, dur: 3000, cname: "terrible" },
    args: { state: "failed", attempt: 1, tokensIn: 4, tokensOut: 1, note: 'thrown: no, "never"' },
  });
  assert.match(spansCsv(timeline.spans, 0), /\r\n,a,,1,failed,.*,3,,4,1,,,"thrown: no, ""never"""\r\n$/);
});
