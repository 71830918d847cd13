import assert from "node:assert/strict";
import { SymphonyError } from "../../../core/errors.ts";
import { nodeId } from "../../../core/ids.ts";
import type { Json, JsonObject } from "../../../core/json.ts";
import type { LiveEvent, RunHandle } from "../../../core/orchestration/run_handle.ts";
import { ok } from "../../../core/result.ts";
import { pitOver, runnerOver, runToEnd, steps, workflowText } from "./run_rig.ts";
import { gives, TableExtensions } from "./table_extensions.ts";
import type { TableOperator } from "./table_extensions.ts";

const add: TableOperator = {
  input: {
    type: "object",
    properties: { a: { type: "number" }, b: { type: "number", default: 1 } },
    required: ["a"],
    additionalProperties: false,
  },
  output: { type: "object", properties: { sum: { type: "number" } }, required: ["sum"] },
  run: ({ input }) => gives({ sum: (input["a"] as number) + (input["b"] as number) }),
};

const list: TableOperator = {
  output: {
    type: "object",
    properties: { all: { type: "array", items: { type: "number" } } },
    required: ["all"],
  },
  run: ({ input }) => gives({ all: Array.from({ length: input["n"] as number }, (_, i) => i) }),
};

const total: TableOperator = {
  input: { type: "object", properties: { of: { type: "array", items: { type: "number" } } } },
  output: { type: "object", properties: { total: { type: "number" } }, required: ["total"] },
  run: ({ input }) => gives({ total: ((input["of"] ?? []) as number[]).reduce((a, b) => a + b, 0) }),
};

const extensions = () => new TableExtensions({ "test/add": add, "test/list": list, "test/total": total });

Deno.test("Runner runs a chain and gives its outputs", async () => {
  const text = workflowText({
    one: { use: "test/add", in: { a: "inputs.start" } },
    two: { use: "test/add", in: { a: "one.sum" }, with: { b: 10 } },
  }, { inputs: { start: { type: "number" } }, outputs: { end: "two.sum", twice: "two.sum * 2.0" } });
  const { outcome, events } = await runToEnd(text, extensions(), { inputs: { start: 5 } });
  assert.equal(outcome.state, "completed");
  assert.deepEqual(outcome.outputs, { end: 16, twice: 32 });
  assert.deepEqual(steps(events), [
    "run.created",
    "run.started",
    "node.started one",
    "node.completed one",
    "node.started two",
    "node.completed two",
    "run.completed",
  ]);
});

Deno.test("Runner fans out, lifts the node behind, skips by condition and gathers what is left", async () => {
  const text = workflowText({
    source: { use: "test/list", with: { n: 5 } },
    each_one: { use: "test/add", each: "source.all", in: { a: "item", b: "index" } },
    behind: { use: "test/add", in: { a: "each_one.sum" }, when: "each_one.sum > 2" },
    all: { use: "test/total", in: { of: "behind.sum" } },
  }, { outputs: { total: "all.total", sums: "each_one.sum" } });
  const { outcome } = await runToEnd(text, extensions());
  assert.equal(outcome.state, "completed", JSON.stringify(outcome.failure));
  assert.deepEqual(outcome.outputs, { total: 5 + 7 + 9, sums: [0, 2, 4, 6, 8] });
});

Deno.test("Runner completes a fan-out over nothing", async () => {
  const text = workflowText({
    source: { use: "test/list", with: { n: 0 } },
    each_one: { use: "test/add", each: "source.all", in: { a: "item" } },
    all: { use: "test/total", in: { of: "each_one.sum" } },
  }, { outputs: { total: "all.total" } });
  assert.deepEqual((await runToEnd(text, extensions())).outcome.outputs, { total: 0 });
});

Deno.test("Runner takes one port of a branch, skips the other side, and a merge goes on with what came", async () => {
  const text = workflowText({
    route: { use: "control/branch", in: { value: "inputs.n" }, cases: { big: "value > 10", small: "true" } },
    big: { use: "test/add", in: { a: "route.big" }, with: { b: 100 } },
    small: { use: "test/add", in: { a: "route.small" }, with: { b: 1000 } },
    joined: { use: "control/merge", in: { x: "big.sum", y: "small.sum" } },
  }, { inputs: { n: { type: "number" } }, outputs: { value: "joined.value" } });
  const big = await runToEnd(text, extensions(), { inputs: { n: 11 } });
  assert.deepEqual(big.outcome.outputs, { value: 111 });
  assert.ok(steps(big.events).includes("node.skipped small"));
  assert.deepEqual((await runToEnd(text, extensions(), { inputs: { n: 3 } })).outcome.outputs, {
    value: 1003,
  });
});

Deno.test("Runner repeats a loop's body until its condition holds, and stops at its bound", async () => {
  const loop = (max: number) =>
    workflowText({
      grow: {
        use: "control/loop",
        in: { n: "inputs.n" },
        max,
        until: "n >= 5",
        body: {
          inputs: { n: { type: "number" } },
          nodes: { more: { use: "test/add", in: { a: "inputs.n" } } },
          outputs: { n: "more.sum" },
        },
      },
    }, {
      inputs: { n: { type: "number", default: 0 } },
      outputs: { n: "grow.n", rounds: "grow.iterations", done: "grow.done" },
    });
  const enough = await runToEnd(loop(10), extensions(), { inputs: { n: 0 } });
  assert.deepEqual(enough.outcome.outputs, { n: 5, rounds: 5, done: true });
  const bounded = await runToEnd(loop(3), extensions(), { inputs: { n: 0 } });
  assert.deepEqual(bounded.outcome.outputs, { n: 3, rounds: 3, done: false });
});

Deno.test("Runner retries what can be retried and fails the run when an essential node has failed", async () => {
  let calls = 0;
  const flaky: TableOperator = {
    run: () =>
      ++calls < 3 ? { ok: false, failure: { class: "connection", message: "gone" } } : gives({ ok: true }),
  };
  const text = workflowText(
    { one: { use: "test/flaky", retry: { max: 3, backoff: "constant", initial: "1ms" } } },
    { outputs: { ok: "one.ok" } },
  );
  assert.deepEqual((await runToEnd(text, new TableExtensions({ "test/flaky": flaky }))).outcome.outputs, {
    ok: true,
  });
  const broken: TableOperator = { run: () => ({ ok: false, failure: { class: "thrown", message: "no" } }) };
  const failed = await runToEnd(text, new TableExtensions({ "test/flaky": broken }));
  assert.equal(failed.outcome.state, "failed");
  assert.deepEqual(failed.outcome.failure, { class: "thrown", message: "no", node: "one" });
});

Deno.test("Runner goes on without a recommended node and says so", async () => {
  const broken: TableOperator = {
    output: { type: "object", properties: { of: { type: "array" } } },
    run: () => ({ ok: false, failure: { class: "thrown", message: "no" } }),
  };
  const text = workflowText({
    review: { use: "test/broken", importance: "recommended" },
    report: { use: "test/total", in: { of: "review.of" } },
  }, { outputs: { total: "report.total" } });
  const { outcome } = await runToEnd(
    text,
    new TableExtensions({ "test/broken": broken, "test/total": total }),
  );
  assert.equal(outcome.state, "completed");
  assert.deepEqual(outcome.outputs, { total: 0 });
  assert.deepEqual(outcome.degraded, ["review"]);
});

Deno.test("Runner waits at a gate, and an answer from outside lets a resumed run end", async () => {
  const table = extensions();
  const pit = pitOver(table);
  const text = workflowText({
    ask: { use: "control/gate", question: "Go on?" },
    yes: { use: "test/add", after: "ask", with: { a: 1 } },
    no: { use: "test/add", after: "ask.rejected", with: { a: 2 } },
  }, { outputs: { yes: "yes.sum", no: "no.sum" } });
  const waiting = await runToEnd(text, table, { pit });
  assert.equal(waiting.outcome.state, "waiting-for-input");
  const runner = runnerOver(table, pit);
  const input = { approved: true, value: null, by: "test" };
  assert.equal(
    (await runner.command(waiting.outcome.run, { type: "provide-input", node: "nobody" as never, input })).ok,
    false,
  );
  assert.equal(
    (await runner.command(waiting.outcome.run, { type: "provide-input", node: "ask" as never, input })).ok,
    true,
  );
  const handle = await runner.resume(waiting.outcome.run, () => {});
  assert.deepEqual((await handle.done).outputs, { yes: 2, no: null });
});

Deno.test("Runner takes at a gate only a value that fits what the gate asks for; a rejection needs none", async () => {
  const table = extensions();
  const pit = pitOver(table);
  const schema = { type: "object", properties: { amount: { type: "integer" } }, required: ["amount"] };
  const text = workflowText({
    ask: { use: "control/gate", question: "How many?", schema },
    yes: { use: "test/add", in: { a: "ask.approved.value.amount" } },
    no: { use: "test/add", after: "ask.rejected", with: { a: 2 } },
  }, { outputs: { yes: "yes.sum", no: "no.sum" } });
  const answer = async (approved: boolean, value: Json) => {
    const { outcome, events } = await runToEnd(text, table, { pit });
    const waiting = events.find((event) => event.type === "node.waiting");
    assert.deepEqual(waiting?.for, { kind: "approval", question: "How many?", schema });
    const runner = runnerOver(table, pit);
    const input = { approved, value, by: "test" };
    const taken = await runner.command(outcome.run, { type: "provide-input", node: "ask" as never, input });
    if (!taken.ok) return taken.error.reason;
    return (await (await runner.resume(outcome.run, () => {})).done).outputs;
  };
  assert.match(String(await answer(true, null)), /value for "ask" does not fit/);
  assert.match(String(await answer(true, { amount: "two" })), /at amount: .*integer/);
  assert.deepEqual(await answer(true, { amount: 3 }), { yes: 4, no: null });
  assert.deepEqual(await answer(false, null), { yes: null, no: 3 });
});

Deno.test("Runner pauses by aborting what runs, and a resumed run does only that again", async () => {
  let aborted = 0;
  const slow: TableOperator = {
    run: (_request, { signal }) =>
      new Promise((resolve) =>
        signal.addEventListener("abort", () => {
          aborted++;
          resolve({ ok: false, failure: { class: "cancelled", message: "stopped" } });
        })
      ),
  };
  const quick: TableOperator = { run: () => gives({ sum: 7 }) };
  const before = new TableExtensions({ "test/add": add, "test/slow": slow });
  const pit = pitOver(before);
  const text = workflowText({
    first: { use: "test/add", with: { a: 1 } },
    second: { use: "test/slow", after: "first" },
  }, { outputs: { sum: "second.sum" } });
  const paused = await runToEnd(text, before, {
    pit,
    onEvent: (event, handle) => {
      if (event.durable && event.event.type === "node.started" && event.event.node === "second") {
        handle().command({ type: "pause", reason: "test" });
      }
    },
  });
  assert.equal(paused.outcome.state, "paused");
  assert.equal(aborted, 1);
  const after = new TableExtensions({ "test/add": add, "test/slow": quick });
  const handle = await runnerOver(after, pit).resume(paused.outcome.run, () => {});
  const outcome = await handle.done;
  assert.equal(outcome.state, "completed", JSON.stringify(outcome));
  assert.deepEqual(outcome.outputs, { sum: 7 });
  assert.deepEqual(after.calls.map(({ node, attempt }) => `${node} ${attempt}`), ["second 2"]);
});

Deno.test("Runner refuses a node that writes unless the run may write", async () => {
  const write: TableOperator = { effect: "write", run: () => gives({ done: true }) };
  const text = workflowText({ put: { use: "test/write" } }, { outputs: { done: "put.done" } });
  const refused = await runToEnd(text, new TableExtensions({ "test/write": write }));
  assert.equal(refused.outcome.failure?.class, "permission");
  const allowed = await runToEnd(text, new TableExtensions({ "test/write": write }), { mayWrite: true });
  assert.deepEqual(allowed.outcome.outputs, { done: true });
});

Deno.test("Runner skips a recommended task visibly when no instrument can serve it", async () => {
  const task = {
    type: "instrument/review" as never,
    extension: "tests/table" as never,
    title: "",
    description: "",
    system: "",
    prompt: "{{source}}",
    input: { type: "object", properties: { source: { type: "string" } }, required: ["source"] },
    output: { type: "object", properties: { findings: { type: "array" } } },
  };
  const table = new TableExtensions({ "test/total": total }, [task]);
  const text = workflowText({
    review: { use: "instrument/review", with: { source: "x" }, importance: "recommended" },
    report: { use: "test/total", in: { of: "review.findings" } },
  }, { outputs: { total: "report.total" } });
  const { outcome, events } = await runToEnd(text, table);
  assert.equal(outcome.state, "completed");
  const skipped = events.find((event) => event.type === "node.skipped");
  assert.match(
    skipped?.type === "node.skipped" ? skipped.reason : "",
    /No instrument is available for review/,
  );
});

Deno.test("Runner gives the same end again when a run that has ended is resumed, and the list says so from then on", async () => {
  const table = extensions();
  const pit = pitOver(table);
  const text = workflowText({ one: { use: "test/add", with: { a: 1 } } }, { outputs: { sum: "one.sum" } });
  const first = await runToEnd(text, table, { pit });
  const { run } = first.outcome;
  // As a process leaves it that is killed between the end of the log and the line in the list.
  const [ended] = await Array.fromAsync(pit.dag.list());
  assert.ok(ended?.endedAt !== undefined);
  const { endedAt: _, ...left } = ended;
  await pit.dag.summarize({ ...left, state: "running" });
  const again = await (await runnerOver(table, pit).resume(run, () => {})).done;
  assert.deepEqual(again, first.outcome);
  const [listed] = await Array.fromAsync(pit.dag.list());
  assert.equal(listed?.state, "completed");
  assert.equal(listed?.endedAt, first.events.at(-1)?.at);
});

Deno.test("Runner files nothing anew when an ended run is looked at again: the newest version stays the newest", async () => {
  const table = extensions();
  const pit = pitOver(table);
  const ended = async (a: number) => {
    const text = workflowText({ one: { use: "test/add", with: { a } } }, { outputs: { sum: "one.sum" } });
    const { run } = (await runToEnd(text, table, { pit })).outcome;
    await pit.library.filing.catchUp();
    return run;
  };
  const [first, second] = [await ended(1), await ended(2)];
  const before = await Array.fromAsync(pit.dag.list());
  await (await runnerOver(table, pit).resume(first, () => {})).done;
  await pit.library.filing.catchUp();
  const versions = await pit.library.catalog.versions("test/sum");
  assert.deepEqual(versions.map(({ run }) => run), [first, second]);
  assert.deepEqual(await Array.fromAsync(pit.dag.list()), before);
});

Deno.test("Runner finishes the bodies it has begun before it begins more", async () => {
  const slow: TableOperator = {
    run: async ({ input }) => {
      for (let hop = 0; hop < 5; hop++) await Promise.resolve();
      return gives({ a: input["a"] as number });
    },
  };
  const text = workflowText({
    source: { use: "test/list", with: { n: 300 } },
    each_one: {
      use: "control/loop",
      max: 1,
      each: "source.all",
      in: { n: "item" },
      body: {
        inputs: { n: { type: "number" } },
        nodes: {
          one: { use: "test/slow", in: { a: "inputs.n" } },
          two: { use: "test/slow", in: { a: "one.a" } },
        },
        outputs: { n: "two.a" },
      },
    },
  }, { outputs: { all: "each_one.n" } });
  const { outcome, events } = await runToEnd(
    text,
    new TableExtensions({ "test/list": list, "test/slow": slow }),
  );
  assert.deepEqual(outcome.outputs, { all: Array.from({ length: 300 }, (_, i) => i) });
  let open = 0;
  let most = 0;
  for (const { type, scope } of events) {
    if (scope === undefined) continue;
    if (type === "run.created") most = Math.max(most, ++open);
    else if (type === "run.completed") open--;
  }
  assert.equal(open, 0);
  assert.ok(most <= 40, `${most} bodies were open at once with 16 places`);
});

Deno.test("Runner appends to a slow log seldom, and still delivers every event", async () => {
  const later: TableOperator = {
    run: () => new Promise((resolve) => setTimeout(() => resolve(gives({ a: 1 })), 0)),
  };
  const nodes = Object.fromEntries(
    Array.from(
      { length: 150 },
      (_, i) => [`n${i}`, { use: "test/later", after: i === 0 ? [] : [`n${i - 1}`] }],
    ),
  );
  const slow = new TableExtensions({ "test/later": later });
  const pit = pitOver(slow);
  const append = pit.dag.append.bind(pit.dag);
  const seen = { appends: 0, now: 0, most: 0 };
  pit.dag.append = async (...args) => {
    seen.appends++;
    seen.most = Math.max(seen.most, ++seen.now);
    await new Promise((resolve) => setTimeout(resolve, 40));
    await append(...args);
    seen.now--;
  };
  const began = performance.now();
  const { outcome, events } = await runToEnd(workflowText(nodes), slow, { pit });
  assert.equal(outcome.state, "completed");
  assert.equal(events.length, 2 + 2 * 150 + 1);
  // One takes 40 ms, and is followed by 20 ms without any, however quick or slow the nodes are.
  const most = 3 + (performance.now() - began) / 60;
  assert.ok(seen.appends <= most, `${seen.appends} appends, expected at most ${most}`);
  // The end of the run waits for no pause.
  assert.ok(seen.most <= 2, `${seen.most} at once`);
});

Deno.test("Runner paused again and again inside bodies within bodies ends like a run that was left alone", async () => {
  const grow = (inner: JsonObject, outputs: JsonObject) => ({
    inputs: { n: { type: "number" } },
    nodes: inner,
    outputs,
  });
  const text = workflowText({
    source: { use: "test/list", with: { n: 12 } },
    each_one: {
      use: "control/loop",
      max: 3,
      each: "source.all",
      in: { n: "item" },
      body: grow({
        deeper: {
          use: "control/loop",
          max: 2,
          in: { n: "inputs.n" },
          body: grow({ more: { use: "test/later", in: { a: "inputs.n" } } }, { n: "more.sum" }),
        },
        last: { use: "test/later", in: { a: "deeper.n" } },
      }, { n: "last.sum" }),
    },
  }, { outputs: { all: "each_one.n" } });
  const later: TableOperator = {
    ...add,
    run: (request, options) =>
      new Promise((resolve) => setTimeout(() => resolve(add.run(request, options)), 0)),
  };
  const table = new TableExtensions({ "test/list": list, "test/later": later });
  const expected = Array.from({ length: 12 }, (_, i) => i + 3 * 3);
  const pit = pitOver(table);
  const completed = new Map<string, number>();
  let left = 7;
  const note = (event: LiveEvent, handle: () => RunHandle) => {
    if (!event.durable || event.event.type !== "node.completed") return;
    const { scope = "", node, item = -1 } = event.event;
    const at = `${scope} ${node} ${item}`;
    completed.set(at, (completed.get(at) ?? 0) + 1);
    if (--left === 0) handle().command({ type: "pause", reason: "test" });
  };
  let { outcome } = await runToEnd(text, table, { pit, onEvent: note });
  for (let pause = 1; outcome.state === "paused"; pause++) {
    assert.ok(pause < 100, "it goes on");
    left = 3 + pause % 11;
    const handle: RunHandle = await runnerOver(table, pit).resume(
      outcome.run,
      (event) => note(event, () => handle),
    );
    outcome = await handle.done;
  }
  assert.equal(outcome.state, "completed", JSON.stringify(outcome.failure));
  assert.deepEqual(outcome.outputs, { all: expected });
  assert.deepEqual([...completed].filter(([, times]) => times > 1), [], "nothing completed twice");
});

Deno.test("Runner.command() cancels a run whose log is damaged by its summary, and refuses the rest", async () => {
  const extensions = new TableExtensions({ "test/make": { run: () => gives({}) } });
  const pit = pitOver(extensions);
  const text = workflowText({
    asked: { use: "control/gate", question: "Go on?" },
    made: { use: "test/make", after: "asked.approved" },
  });
  const { outcome: { run, state } } = await runToEnd(text, extensions, { pit });
  assert.equal(state, "waiting-for-input");
  const { replay } = pit.dag;
  pit.dag.replay = async function* (...args) {
    yield* replay.apply(pit.dag, args);
    throw new SymphonyError("corrupt", "event 2 is damaged");
  };
  const runner = runnerOver(extensions, pit);
  const answer = { approved: true, value: null, by: "x" };
  await assert.rejects(
    runner.command(run, { type: "provide-input", node: nodeId("asked"), input: answer }),
    { code: "corrupt" },
  );
  assert.deepEqual(await runner.command(run, { type: "cancel", reason: "it is damaged" }), ok(undefined));
  const summaries = [];
  for await (const summary of pit.dag.list()) {
    summaries.push([summary.run, summary.state, summary.endedAt !== undefined]);
  }
  assert.deepEqual(summaries, [[run, "cancelled", true]]);
});

Deno.test("Runner says once what of an expression cannot be evaluated, and where it stands", async () => {
  const extensions = new TableExtensions({ "test/list": { run: () => gives({ all: [1] }) } });
  const list = { use: "test/list", each: "[1, 2]" };
  const bound = { list, after: { use: "test/list", in: { first: "list.all[5]" } } };
  const { outcome } = await runToEnd(workflowText(bound), extensions);
  assert.match(outcome.failure?.message ?? "", /^Cannot evaluate in\.first "list\.all\[5\]"[^:]*: [^"]*$/);
  const given = await runToEnd(workflowText({ list }, { outputs: { first: "list.all[5]" } }), extensions);
  assert.match(
    given.outcome.failure?.message ?? "",
    /^Cannot evaluate outputs\.first "list\.all\[5\]"[^:]*: [^"]*$/,
  );
});
