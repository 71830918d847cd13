import assert from "node:assert/strict";
import fc from "fast-check";
import { isSettled, nodeState, RunAccount } from "../../../../core/orchestration/run_account.ts";
import type { LoggedEvent } from "../../../../core/ports/dag.ts";
import type { PermissionPrompt } from "../../../../ui/api/permissions.ts";
import { keyOf, RunModel } from "../../../../ui/app/monitor/runs/run_model.ts";
import { promptIn } from "../../../../ui/app/monitor/system/prompt_holds.ts";
import { detailOf } from "../../../../ui/server/runs/run_detail.ts";

const states = ["running", "retrying", "waiting", "completed", "failed", "skipped"] as const;

/** Logs in which every item of every node goes a legal way, interleaved. */
const logs = fc.array(
  fc.record({
    node: fc.integer({ min: 0, max: 4 }),
    isFan: fc.boolean(),
    items: fc.integer({ min: 1, max: 4 }),
    ends: fc.array(fc.constantFrom("completed", "failed", "skipped", "retry", "wait", "open"), {
      minLength: 4,
      maxLength: 4,
    }),
    turn: fc.array(fc.nat(), { minLength: 8, maxLength: 8 }),
  }),
  { minLength: 1, maxLength: 5 },
).map((nodes) => {
  const seen = new Set<number>();
  const queues: Record<string, unknown>[][] = [];
  const failure = { class: "thrown", message: "no", costUsd: 0.5 };
  for (const { node, isFan, items, ends } of nodes) {
    if (seen.has(node)) continue;
    seen.add(node);
    const id = { node: `n${node}` };
    const count = isFan ? items : 1;
    if (isFan) queues.push([{ ...id, type: "node.expanded", count, items: { value: [] } }]);
    for (let item = 0; item < count; item++) {
      const one = isFan ? { ...id, item } : id;
      const queue: Record<string, unknown>[] = [{ ...one, type: "node.started", attempt: 1 }];
      const end = ends[item];
      if (end === "retry") {
        queue.push({ ...one, type: "node.retrying", attempt: 1, failure, dueAt: 5 });
        queue.push({ ...one, type: "node.started", attempt: 2 });
      }
      if (end === "wait") {
        queue.push({ ...one, type: "node.waiting", for: { kind: "approval", question: "?" } });
      }
      if (end === "completed" || end === "wait" || end === "retry") {
        queue.push({ ...one, type: "node.completed", attempt: 1, output: { value: 1 }, durationMs: 1 });
      }
      if (end === "failed") queue.push({ ...one, type: "node.failed", attempt: 1, failure });
      if (end === "skipped") queue.push({ ...one, type: "node.skipped", reason: "so" });
      queues.push(queue);
    }
  }
  const events: Record<string, unknown>[] = [{
    type: "run.created",
    workflow: "w",
    version: "1",
    inputs: {},
  }];
  events.push({ type: "run.started" });
  // The expansion of a node comes before its items.
  const order = [
    ...queues.filter(([first]) => first?.["type"] === "node.expanded"),
    ...queues.filter(([first]) => first?.["type"] !== "node.expanded"),
  ];
  for (let turn = 0; order.some((queue) => queue.length > 0); turn++) {
    const open = order.filter((queue) => queue.length > 0);
    const queue = open[(nodes[turn % nodes.length]?.turn[turn % 8] ?? 0) % open.length];
    events.push(queue?.shift() as Record<string, unknown>);
  }
  return events.map((event, seq) => ({ at: 1000 + seq, ...event, seq }) as unknown as LoggedEvent);
});

function modelOf(): RunModel {
  return new RunModel("r1", (work) => work());
}

function feed(model: RunModel, events: readonly LoggedEvent[]): void {
  for (const event of events) model.take({ kind: "event", event }, 0);
}

const context = {
  run: "r1" as never,
  driver: "here",
  progress: undefined,
  isMock: false,
  held: [],
  asksLeave: false,
} as const;

Deno.test("RunModel says of the whole log what RunAccount says", () => {
  fc.assert(
    fc.property(logs, (events) => {
      const model = modelOf();
      feed(model, events);
      const account = new RunAccount();
      for (const event of events) account.add(event);
      for (const [key, node] of account.nodes) {
        assert.equal(model.stateOf(key), nodeState(node));
        assert.deepEqual(model.node(key)?.counts, node.counts);
      }
      assert.equal(model.asking.length, account.waiting.length);
    }),
    { seed: 20261126, numRuns: 300 },
  );
});

Deno.test("RunModel after a snapshot anywhere in the log ends where the whole log ends", () => {
  fc.assert(
    fc.property(logs, fc.nat(), (events, place) => {
      const cut = place % events.length;
      const account = new RunAccount();
      for (const event of events.slice(0, cut)) account.add(event);
      const model = modelOf();
      model.take({ kind: "snapshot", run: detailOf(account, context), live: [] }, 0);
      // What was in the snapshot comes again: it must change nothing.
      feed(model, events);
      for (const event of events.slice(cut)) account.add(event);
      for (const [key, node] of account.nodes) {
        for (const state of ["completed", "failed", "skipped"] as const) {
          assert.equal(model.node(key)?.counts[state], node.counts[state], `${key} ${state}`);
        }
        if (isSettled(node)) {
          for (const state of ["running", "retrying", "waiting"] as const) {
            assert.equal(model.node(key)?.counts[state], 0, `${key} ${state} beside its end`);
          }
        }
        if (!node.isFan) assert.equal(model.stateOf(key), nodeState(node));
      }
      assert.deepEqual(
        model.asking.map(({ node, item }) => `${node}/${item}`).sort(),
        account.waiting.map(({ node, item }) => `${node}/${item}`).sort(),
      );
    }),
    { seed: 20261126, numRuns: 300 },
  );
});

Deno.test("RunModel counts on after a reset what a fan-out keeps, whatever it knew of the items before", () => {
  const at = { at: 1, node: "n" };
  const before = [
    { at: 1, type: "run.created", workflow: "w", version: "1", inputs: {} },
    { ...at, type: "node.expanded", count: 3, items: { value: [] } },
    ...[0, 1, 2].map((item) => ({ ...at, item, type: "node.started", attempt: 1 })),
    ...[0, 1].map((item) => ({ ...at, item, type: "node.completed", attempt: 1, output: { value: 1 } })),
    {
      ...at,
      item: 2,
      type: "node.failed",
      attempt: 1,
      failure: { class: "thrown", message: "no", tokensIn: 5 },
    },
  ].map((event, seq) => ({ ...event, seq })) as unknown as LoggedEvent[];
  const left = { node: "n", count: 3, completed: 2, skipped: 0, again: [2] };
  const reset = { at: 2, seq: before.length, type: "nodes.reset", nodes: ["n"], items: [left] };
  const started = { ...at, seq: before.length + 1, item: 2, type: "node.started", attempt: 2 };
  for (const isSeeded of [false, true]) {
    const model = modelOf();
    const account = new RunAccount();
    for (const event of before) account.add(event);
    if (isSeeded) model.take({ kind: "snapshot", run: detailOf(account, context), live: [] }, 0);
    else feed(model, before);
    feed(model, [reset, started] as unknown as LoggedEvent[]);
    const { done, total, running, failed, tokensIn } = model.totals();
    assert.deepEqual([done, total, running, failed, tokensIn], [2, 3, 1, 0, 5], `seeded: ${isSeeded}`);
    assert.equal(model.stateOf("/n"), "running");
  }
});

Deno.test("RunModel ticks once for everything that comes within a frame", () => {
  const due: (() => void)[] = [];
  const model = new RunModel("r1", (work) => due.push(work));
  const [events = []] = fc.sample(logs, { seed: 4, numRuns: 1 });
  feed(model, events);
  assert.equal(due.length, 1);
  assert.equal(model.tick.value, 0);
  due[0]?.();
  assert.equal(model.tick.value, 1);
});

Deno.test("RunModel joins streamed text, and shows a gap where some was cut", () => {
  const model = modelOf();
  const say = (from: number, text: string, attempt = 1) =>
    model.take({ kind: "token", text: { node: "a", attempt, from, text } }, 0);
  say(0, "one ");
  say(4, "two ");
  say(4, "two three");
  assert.equal(model.textsOf("/a")[0]?.text, "one two three");
  say(40, "late");
  assert.equal(model.textsOf("/a")[0]?.text, "one two three\n…\nlate");
  say(0, "again", 2);
  assert.equal(model.textsOf("/a")[0]?.text, "again");
});

Deno.test("RunModel counts nodes of the graph that have not begun", () => {
  const model = modelOf();
  const base = { at: 1, workflow: "w", version: "1", inputs: {} };
  feed(model, [
    { ...base, seq: 0, type: "run.created" } as unknown as LoggedEvent,
    { at: 2, seq: 1, type: "node.started", node: "a", attempt: 1 } as unknown as LoggedEvent,
  ]);
  const totals = model.totals([{ id: "a" }, { id: "b" }, { id: "c" }]);
  assert.deepEqual([totals.done, totals.total, totals.running], [0, 3, 1]);
});

Deno.test("RunModel calls a run and a node waiting while a call waits for leave", () => {
  const model = new RunModel("r", (work) => work());
  const events = [
    { type: "run.created", workflow: "w", version: "1", inputs: {} },
    { type: "run.started" },
    { type: "node.started", node: "tell", attempt: 1 },
    { type: "node.started", node: "other", attempt: 1 },
  ];
  events.forEach((event, seq) =>
    model.take({ kind: "event", event: { at: seq, seq, ...event } as unknown as LoggedEvent }, seq)
  );
  model.takeTouched();
  const prompt = { id: "p1", extension: "a/b", permission: "git", run: "r", node: "tell" };
  model.asksLeave([prompt as unknown as PermissionPrompt]);
  assert.equal(model.state, "waiting-for-input");
  assert.deepEqual(["/tell", "/other"].map((key) => model.stateOf(key)), ["waiting-for-input", "running"]);
  assert.deepEqual([...model.takeTouched()], ["/tell"]);
  // Another node's call, which waits for the answer to the same question.
  model.asksLeave([{ ...prompt, others: [{ run: "r", node: "other" }] } as unknown as PermissionPrompt]);
  assert.deepEqual(["/tell", "/other"].map((key) => model.stateOf(key)), Array(2).fill("waiting-for-input"));
  assert.equal(model.promptOf("/other")?.id, "p1");
  assert.deepEqual([...model.takeTouched()], ["/tell", "/other"]);
  model.asksLeave([prompt as unknown as PermissionPrompt]);
  assert.deepEqual([...model.takeTouched()], ["/tell", "/other"]);
  model.asksLeave([]);
  assert.deepEqual([model.state, model.stateOf("/tell")], ["running", "running"]);
  assert.deepEqual([...model.takeTouched()], ["/tell"]);
});

Deno.test("RunModel calls a run that has stopped to ask a waiting one", () => {
  const model = modelOf();
  const account = new RunAccount();
  const events = [
    { seq: 0, at: 1, type: "run.created", workflow: "w", version: "1", inputs: {} },
    { seq: 1, at: 1, type: "run.started" },
    { seq: 2, at: 1, type: "node.waiting", node: "ask", for: { kind: "approval", question: "?" } },
  ] as unknown as LoggedEvent[];
  for (const event of events) account.add(event);
  model.take({ kind: "snapshot", run: detailOf(account, { ...context, driver: "nobody" }), live: [] }, 0);
  assert.equal(model.state, "waiting-for-input");
  assert.equal(model.stateOf(keyOf("ask", undefined)), "waiting");
  assert.ok(states.includes("waiting"));
});

Deno.test("promptIn() is a question as a run sees it whose call waits for the answer to another run's", () => {
  const others = [{ run: "b", node: "n", item: 3 }, { run: "c", node: "m" }, { run: "b", node: "o" }];
  const prompt = { id: "p", run: "a", node: "x", item: 1, others } as unknown as PermissionPrompt;
  const place = (run: string) => {
    const found = promptIn(prompt, run);
    return found && [found.run, found.node, found.item, found.others?.map(({ node }) => node)];
  };
  assert.deepEqual(place("a"), ["a", "x", 1, []]);
  assert.deepEqual(place("b"), ["b", "n", 3, ["o"]]);
  assert.deepEqual(place("c"), ["c", "m", undefined, []]);
  assert.equal(place("d"), undefined);
});
