import assert from "node:assert/strict";
import type { JsonObject } from "../../../core/json.ts";
import { extensionId, nodeId, nodeTypeId, runId } from "../../../core/ids.ts";
import type { CallResult, Usage } from "../../../core/ports/extension.ts";
import type { ExtensionLimits, TaskType } from "../../../core/workflow/catalog.ts";
import type { Limits } from "../../../pit/arbitration/limits.ts";
import { pitOver, runnerOver, runToEnd, workflowText } from "./run_rig.ts";
import { gives, TableExtensions } from "./table_extensions.ts";

function counted(limits?: ExtensionLimits, callMs = 2) {
  const seen = { now: 0, most: 0, starts: [] as number[] };
  const extensions = new TableExtensions(
    {
      "test/call": {
        run: async () => {
          seen.starts.push(performance.now());
          seen.most = Math.max(seen.most, ++seen.now);
          await new Promise((resolve) => setTimeout(resolve, callMs));
          seen.now--;
          return gives({ done: true });
        },
      },
    },
    [],
    limits,
  );
  return { seen, extensions };
}

const fan = (items: number): JsonObject => ({
  many: { use: "test/call", each: JSON.stringify(Array.from({ length: items }, (_, at) => at)) },
});

Deno.test("Runner keeps to a limit of calls at once, of all extensions or of one, and gives every place back", async () => {
  for (const kind of ["calls", "calls:tests/table"]) {
    const { seen, extensions } = counted();
    const pit = pitOver(extensions, { [kind]: { total: 3 } });
    const { outcome } = await runToEnd(workflowText(fan(20)), extensions, { pit });
    assert.equal(outcome.state, "completed", JSON.stringify(outcome.failure));
    assert.equal(seen.most, 3);
    assert.deepEqual(pit.arbitration.limits(), [{ kind, total: 3, free: 3 }]);
  }
});

Deno.test("Runner keeps to a limit that is set while it runs", async () => {
  const { seen, extensions } = counted();
  const pit = pitOver(extensions);
  let isSet = false;
  const { outcome } = await runToEnd(workflowText(fan(40)), extensions, {
    pit,
    onEvent: ({ event }) => {
      if (isSet || !("type" in event) || event.type !== "node.completed") return;
      isSet = true;
      pit.changeLimits({ limits: { "calls:tests/table": { total: 1 } } });
      // Those under way are left to end.
      setTimeout(() => seen.most = 0, 50);
    },
  });
  assert.equal(outcome.state, "completed", JSON.stringify(outcome.failure));
  assert.equal(seen.most, 1);
  assert.deepEqual(pit.arbitration.limits(), [{ kind: "calls:tests/table", total: 1, free: 1 }]);
});

Deno.test("Runner asks anew for calls that wait when limits are set: none is refused for less, and new ones hold for them", async () => {
  const by = { run: runId("r000000000000001"), node: nodeId("other"), priority: 0 };
  const limited = async (
    extensions: TableExtensions,
    [before, after]: readonly [Limits, Limits],
    nodes: JsonObject,
  ) => {
    const pit = pitOver(extensions, before);
    const held = pit.arbitration.request({ by, exclusive: [], amounts: { calls: 1 } });
    assert.equal(held.verdict, "granted");
    const running = runToEnd(workflowText(nodes), extensions, { pit });
    while (pit.arbitration.waiting().length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    pit.changeLimits({ limits: after });
    return { pit, running };
  };
  const calls = { calls: { total: 1 } };
  const few = { tokens: { perMinute: 1e-6, burst: 400 } };
  const lower = await limited(
    paid([ended({})]),
    [{ ...calls, tokens: { perMinute: 1, burst: 9_000 } }, few],
    {
      one: { ...write, retry: 0 },
    },
  );
  const { outcome } = await lower.running;
  assert.equal(outcome.state, "completed", JSON.stringify(outcome.failure));
  const { seen, extensions } = counted({ instances: 8, concurrency: 8 });
  const more = await limited(
    extensions,
    [calls, { ...calls, requests: { perMinute: 1e-6, burst: 8 } }],
    fan(8),
  );
  await new Promise((resolve) => setTimeout(resolve, 600));
  more.pit.changeLimits({ limits: { requests: { perMinute: 1e-6, burst: 8 } } });
  assert.equal((await more.running).outcome.state, "completed");
  assert.equal(seen.starts.length, 8);
  assert.equal(more.pit.arbitration.limits()[0]?.free, 0, "each has taken one of the eight requests");
});

Deno.test("Runner waits for a rate, and two runs share it", async () => {
  const { seen, extensions } = counted();
  const pit = pitOver(extensions, { requests: { perMinute: 6000, burst: 2 } });
  const began = performance.now();
  const runs = [1, 2].map(() => runToEnd(workflowText(fan(6)), extensions, { pit }));
  for (const { outcome } of await Promise.all(runs)) assert.equal(outcome.state, "completed");
  assert.equal(seen.starts.length, 12);
  // Twelve at one each 10 ms, of which two go out at once.
  assert.ok(performance.now() - began >= 95, `took ${performance.now() - began} ms`);
});

Deno.test("Runner fails a node that asks for more than there will ever be, and says of what", async () => {
  const { extensions } = counted();
  const pit = pitOver(extensions, { requests: { perMinute: 60, burst: 0.5 } });
  const { outcome } = await runToEnd(workflowText({ one: { use: "test/call" } }), extensions, { pit });
  assert.equal(outcome.state, "failed");
  assert.match(outcome.failure?.message ?? "", /asks for 1 of "requests", of which 0.5 go out at once/);
});

Deno.test("Runner lets a call go whose estimate is above a limit of tokens, and what it used beyond that is owed", async () => {
  const extensions = paid([ended({ tokensIn: 900, tokensOut: 350 })]);
  const pit = pitOver(extensions, { tokens: { perMinute: 1e-6, burst: 400 } });
  const { outcome } = await runToEnd(workflowText({ one: write }), extensions, { pit });
  assert.equal(outcome.state, "completed", JSON.stringify(outcome.failure));
  const late = pit.arbitration.request({
    by: { run: outcome.run, node: nodeId("late"), priority: 0 },
    exclusive: [],
    amounts: { tokens: 0.5e-6 },
  });
  // 850 are owed, and a millionth refills in a minute.
  assert.ok(late.verdict === "deferred" && (late.waitMs ?? 0) > 850e6 * 60_000 * 0.99, late.reason);
});

Deno.test("Runner gives up its claim when the run is cancelled while it waits", async () => {
  const { extensions } = counted();
  const pit = pitOver(extensions, { requests: { perMinute: 0.001, burst: 1 } });
  const { outcome } = await runToEnd(workflowText(fan(3)), extensions, {
    pit,
    onEvent: (event, handle) => {
      if (event.durable && event.event.type === "node.completed") {
        handle().command({ type: "cancel", reason: "enough" });
      }
    },
  });
  assert.equal(outcome.state, "cancelled");
  assert.equal(pit.arbitration.fairness().runs[0]?.waiting, 0);
});

Deno.test("Runner lets one node at a time have an exclusive thing, across runs, and the others wait", async () => {
  const { seen, extensions } = counted();
  const pit = pitOver(extensions);
  const text = workflowText({
    a: { use: "test/call", each: "[1,2,3]", exclusive: ["gpu:0", "port:80"] },
    b: { use: "test/call", each: "[1,2,3]", exclusive: "gpu:0" },
  });
  const runs = [1, 2].map(() => runToEnd(text, extensions, { pit }));
  for (const { outcome } of await Promise.all(runs)) assert.equal(outcome.state, "completed");
  assert.deepEqual([seen.most, seen.starts.length], [1, 12]);
});

const MB = 1e6;
const alone = { instances: 4, concurrency: 1, needs: { cpu: 1, memoryBytes: 100 * MB } };

Deno.test("Runner carries out one call after the other where there is one core, and says why the others wait", async () => {
  const { seen, extensions } = counted(alone, 120);
  const pit = pitOver(extensions, { cpu: { total: 1 } });
  const { outcome, live } = await runToEnd(workflowText(fan(5)), extensions, { pit });
  assert.equal(outcome.state, "completed");
  assert.deepEqual([seen.most, seen.starts.length], [1, 5]);
  const said = live.flatMap((one) => !one.durable && one.event.kind === "log" ? [one.event.text] : []);
  assert.ok(
    said.some((text) => text === 'It asks for 1 of "cpu", of which 0 of 1 are free'),
    said.join("\n"),
  );
  assert.deepEqual(pit.arbitration.limits(), [{ kind: "cpu", total: 1, free: 1 }]);
});

Deno.test("Runner begins as many calls at once as there are cores, and no call wants more than there is", async () => {
  const { seen, extensions } = counted({ ...alone, needs: { cpu: 0.5, memoryBytes: 1 } });
  const pit = pitOver(extensions, { cpu: { total: 1 } });
  assert.equal((await runToEnd(workflowText(fan(9)), extensions, { pit })).outcome.state, "completed");
  assert.equal(seen.most, 2);
  const small = pitOver(extensions, { cpu: { total: 0.25 } });
  const { outcome } = await runToEnd(workflowText(fan(3)), extensions, { pit: small });
  assert.equal(outcome.state, "completed", "slower, not never");
});

Deno.test("Runner: calls on one instance hold its memory together, and a second instance waits for room", async () => {
  const { seen, extensions } = counted({ ...alone, concurrency: 3, instances: 3 }, 20);
  const pit = pitOver(extensions, { memory: { total: 199 * MB } });
  const { outcome } = await runToEnd(workflowText(fan(10)), extensions, { pit });
  assert.equal(outcome.state, "completed");
  assert.equal(seen.most, 3, "one instance with three calls");
  assert.equal(pit.arbitration.limits()[0]?.free, 199 * MB);
});

Deno.test("Runner fails a call whose instance needs more memory than there is at all, as unavailable", async () => {
  const { seen, extensions } = counted(alone);
  const pit = pitOver(extensions, { memory: { total: 50 * MB } });
  const { outcome } = await runToEnd(workflowText({ one: { use: "test/call" } }), extensions, { pit });
  assert.equal(outcome.state, "failed");
  assert.equal(outcome.failure?.class, "unavailable");
  assert.match(outcome.failure?.message ?? "", /asks for 100 MB of "memory", of which there are 50 MB/);
  assert.equal(seen.starts.length, 0);
});

Deno.test("Runner: two runs share the cores fairly, whichever began first and however much it asks for", async () => {
  const order: string[] = [];
  const extensions = new TableExtensions(
    {
      "test/call": {
        run: async ({ run }) => {
          order.push(run);
          await new Promise((resolve) => setTimeout(resolve, 10));
          return gives({});
        },
      },
    },
    [],
    { ...alone, instances: 8 },
  );
  const pit = pitOver(extensions, { cpu: { total: 2 } });
  const first = runToEnd(workflowText(fan(24)), extensions, { pit });
  const second = runToEnd(workflowText(fan(8)), extensions, { pit });
  const [long, short] = await Promise.all([first, second]);
  assert.deepEqual([long.outcome.state, short.outcome.state], ["completed", "completed"]);
  const shortRun = short.handle.run;
  const lastOfShort = order.lastIndexOf(shortRun);
  // While both want cores each has one: of the calls before its last one, the short run has about half.
  assert.ok(lastOfShort <= 20, `its last call was number ${lastOfShort} of ${order.length}`);
});

Deno.test("Runner gives cores back when a call fails, crashes, is cancelled or its run is paused", async () => {
  for (const end of ["fail", "throw", "cancel", "pause"] as const) {
    const extensions = new TableExtensions(
      {
        "test/call": {
          run: async (_request, { signal }) => {
            if (end === "throw") throw new Error("it broke");
            if (end === "fail") return { ok: false, failure: { class: "input", message: "no" } };
            await new Promise((resolve) => signal.addEventListener("abort", resolve));
            return { ok: false, failure: { class: "cancelled", message: "ended" } };
          },
        },
      },
      [],
      alone,
    );
    const pit = pitOver(extensions, { cpu: { total: 1 }, memory: { total: 1e9 } });
    await runToEnd(workflowText(fan(4)), extensions, {
      pit,
      onEvent: (event, handle) => {
        if (!event.durable || event.event.type !== "node.started") return;
        if (end === "cancel") handle().command({ type: "cancel", reason: "enough" });
        if (end === "pause") handle().command({ type: "pause", reason: "enough" });
      },
    });
    assert.deepEqual(pit.arbitration.limits().map(({ free }) => free), [1, 1e9], end);
    assert.deepEqual(pit.arbitration.waiting(), [], end);
  }
});

const asked: TaskType = {
  type: nodeTypeId("instrument/write"),
  extension: extensionId("tests/table"),
  title: "Write",
  description: "",
  system: "Write.",
  prompt: "{{about}}",
  input: { type: "object", properties: { about: { type: "string" } } },
  output: { type: "object", properties: { text: { type: "string" } }, required: ["text"] },
};

function paid(answers: readonly CallResult[], limits?: ExtensionLimits) {
  const left = [...answers];
  const run = () => left.shift() ?? answers.at(-1) as CallResult;
  const traits = { serves: ["write"], priceIn: 1, priceOut: 4 };
  return new TableExtensions({ "test/arm": { instrument: traits, run } }, [asked], limits);
}

const write: JsonObject = { use: "instrument/write", with: { about: "x" } };
const ended = (usage: Usage): CallResult => ({ ok: true, output: { text: "ok" }, usage });

Deno.test("Runner corrects a claim of tokens and dollars by what the call used, and keeps it where that is not known", async () => {
  const rates = { tokens: { perMinute: 1e-6, burst: 10_000 }, usd: { perMinute: 1e-9, burst: 10 } };
  const free = async (answer: CallResult) => {
    const extensions = paid([answer]);
    const pit = pitOver(extensions, rates);
    await runToEnd(workflowText({ one: { ...write, retry: 0 } }), extensions, { pit });
    const [tokens, usd] = pit.arbitration.limits();
    return [tokens?.free, usd?.free].map((one) => Math.round((one ?? 0) * 1_000) / 1_000);
  };
  assert.deepEqual(
    await free(ended({ tokensIn: 1_200, tokensOut: 300, costUsd: 2 })),
    [8_500, 8],
    "more than claimed",
  );
  assert.deepEqual(await free(ended({ tokensIn: 2, tokensOut: 1, costUsd: 0 })), [9_997, 10], "less");
  const [tokens = 0, usd = 0] = await free(ended({}));
  assert.ok(tokens < 9_600 && tokens > 9_000 && usd < 10, `${tokens} ${usd}`);
  const failed = await free({ ok: false, failure: { class: "output", message: "no", costUsd: 0.5 } });
  assert.deepEqual([failed[0], failed[1]], [tokens, 9.5], "a failure that tells money alone");
  const told = { class: "output", message: "no", tokensIn: 900, tokensOut: 100, costUsd: 0.5 } as const;
  assert.deepEqual(await free({ ok: false, failure: told }), [9_000, 9.5], "and one that tells tokens");
});

Deno.test("Runner gives back what a call claimed that was never sent", async () => {
  const extensions = paid([ended({})]);
  extensions.activate = () => Promise.reject(new Error("it does not start"));
  const pit = pitOver(extensions, {
    tokens: { perMinute: 1e-6, burst: 10_000 },
    requests: { perMinute: 1e-6, burst: 5 },
  });
  const { outcome } = await runToEnd(workflowText({ one: write }), extensions, { pit });
  assert.equal(outcome.state, "failed");
  assert.deepEqual(pit.arbitration.limits().map(({ free }) => free), [5, 10_000]);
});

Deno.test("Runner keeps to a limit of a key, whoever uses it", async () => {
  const { seen, extensions } = counted({ instances: 8, concurrency: 8, keys: ["openai"] }, 10);
  const pit = pitOver(extensions, { "calls:key:openai": { total: 2 }, "calls:key:other": { total: 1 } });
  const { outcome } = await runToEnd(workflowText(fan(8)), extensions, { pit });
  assert.equal(outcome.state, "completed");
  assert.equal(seen.most, 2);
});

Deno.test("Runner claims with the run's priority, and so before runs of less that came sooner", async () => {
  const { seen, extensions } = counted(undefined, 5);
  const pit = pitOver(extensions, { calls: { total: 1 } });
  const ends: string[] = [];
  const low = runToEnd(workflowText(fan(8)), extensions, { pit }).then(() => ends.push("ordinary"));
  while (seen.starts.length < 2) await new Promise((resolve) => setTimeout(resolve, 1));
  const text = workflowText({ ...fan(4), ask: { use: "control/gate", after: "many", question: "Go on?" } });
  const high = await runToEnd(text, extensions, { pit, priority: 100 });
  ends.push("critical");
  assert.equal(high.events[0]?.type === "run.created" && high.events[0].priority, 100);
  await low;
  assert.deepEqual(ends, ["critical", "ordinary"]);
});

Deno.test("Runner claims for the run's user, and a resumed run stays that user's", async () => {
  const { extensions } = counted();
  const pit = pitOver(extensions, { calls: { total: 9 } });
  const text = workflowText({
    ...fan(2),
    ask: { use: "control/gate", after: "many", question: "Go on?" },
    late: { use: "test/call", after: "ask" },
  });
  const { outcome, events } = await runToEnd(text, extensions, { pit, user: "ann" });
  assert.equal(outcome.state, "waiting-for-input");
  assert.equal(events[0]?.type === "run.created" && events[0].user, "ann");
  const runner = runnerOver(extensions, pit);
  const answered = await runner.command(outcome.run, {
    type: "provide-input",
    node: nodeId("ask"),
    input: { approved: true, value: null, by: "ann" },
  });
  assert.ok(answered.ok, JSON.stringify(answered));
  assert.equal((await (await runner.resume(outcome.run, () => {})).done).state, "completed");
  assert.deepEqual(pit.arbitration.fairness().users.map(({ of, grants }) => [of, grants]), [["ann", 3]]);
});
