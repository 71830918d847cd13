import assert from "node:assert/strict";
import fc from "fast-check";
import { LearningConductor } from "../../../conductor/learning_conductor.ts";
import { MemoryDecisionLog } from "../../../conductor/learning/memory_log.ts";
import { MemoryPolicies } from "../../../conductor/learning/policy_store.ts";
import { SimpleConductor } from "../../../conductor/simple_conductor.ts";
import { extensionId, nodeTypeId } from "../../../core/ids.ts";
import type { JsonObject } from "../../../core/json.ts";
import { Runner } from "../../../core/orchestration/runner.ts";
import type { RunEvent } from "../../../core/orchestration/event.ts";
import { spentOf } from "../../../core/policy/spent.ts";
import type { CallResult } from "../../../core/ports/extension.ts";
import type { TaskType } from "../../../core/workflow/catalog.ts";
import { checkWorkflow } from "../../../core/workflow/check.ts";
import { SystemClock } from "../../../system/clock.ts";
import { SystemRandom } from "../../../system/random.ts";
import { pitOver, runToEnd, workflowText } from "./run_rig.ts";
import { gives, TableExtensions, type TableOperator } from "./table_extensions.ts";

const writeTask: TaskType = {
  type: nodeTypeId("instrument/write"),
  extension: extensionId("tests/table"),
  title: "Write",
  description: "",
  system: "",
  prompt: "{{about}}",
  input: { type: "object", properties: { about: { type: "string" } } },
  output: { type: "object", properties: { text: { type: "string" } }, required: ["text"] },
};

function instrument(run: () => CallResult, price = 0): TableOperator {
  return { instrument: { serves: ["write"], priceIn: price, priceOut: price }, run };
}

const node = (quality: JsonObject): JsonObject => ({
  write: { use: "instrument/write", with: { about: "x" }, quality, retry: { max: 2, initial: "1ms" } },
});

Deno.test("Runner takes an answer that its checks find bad for a failure, and asks another instrument", async () => {
  const extensions = new TableExtensions({
    "test/poor": instrument(() => ({
      ...gives({ text: "{not json" }),
      usage: { tokensIn: 9, tokensOut: 4, costUsd: 0.1, model: "poor" },
    })),
    "test/good": instrument(() => gives({ text: '{"a": 1}' }), 1),
  }, [writeTask]);
  const text = workflowText(node({ min: 1, checks: ["json"] }), { outputs: { text: "write.text" } });
  const { outcome, events } = await runToEnd(text, extensions);
  assert.equal(outcome.state, "completed");
  assert.deepEqual(extensions.calls.map(({ nodeType }) => nodeType), ["test/poor", "test/good"]);
  const retrying = events.find((event) => event.type === "node.retrying");
  assert.ok(retrying?.type === "node.retrying");
  assert.equal(retrying.failure.class, "quality");
  assert.deepEqual(spentOf(retrying.failure), { tokensIn: 9, tokensOut: 4, costUsd: 0.1 }, "it was paid for");
  assert.match(retrying.failure.message, /Quality 0 is below the asked 1 \(json: it is not JSON/);
});

Deno.test("Runner asks an operator that a check names, and fails the node where no answer is good enough", async () => {
  const extensions = new TableExtensions({
    "test/only": instrument(() => gives({ text: "short" })),
    "test/judge": {
      output: { type: "object", properties: { quality: { type: "number" }, problem: { type: "string" } } },
      run: ({ input }) => gives({ quality: String(input["value"]).length / 10, problem: "too short" }),
    },
  }, [writeTask]);
  const checks = [{ use: "test/judge", port: "text", with: { strict: true } }];
  const { outcome, events } = await runToEnd(workflowText(node({ min: 0.6, checks })), extensions);
  assert.equal(outcome.state, "failed");
  const failed = events.find((event) => event.type === "node.failed");
  assert.ok(failed?.type === "node.failed");
  assert.match(failed.failure.message, /Quality 0.5 is below the asked 0.6 \(test\/judge: too short\)/);
  const judged = extensions.calls.filter(({ nodeType }) => nodeType === "test/judge");
  assert.deepEqual(judged[0]?.input, { strict: true, value: "short" });
});

Deno.test("checkWorkflow() refuses a check that is no operator with a quality", async () => {
  const extensions = new TableExtensions({ "test/plain": { run: () => gives({}) } }, [writeTask]);
  const text = workflowText(node({ checks: [{ use: "test/plain" }] }));
  const { problems } = checkWorkflow(text, "w", await extensions.describe());
  assert.match(problems.map(({ message }) => message).join(), /"test\/plain" as a check/);
});

/** Runs a fan-out of `items` calls with a budget over instruments of these prices; what was spent, in dollars. */
async function spend(
  items: number,
  budget: number,
  prices: readonly number[],
): Promise<{ usd: number; calls: number }> {
  const usdOf = (price: number) => price * 60 / 1e6;
  const extensions = new TableExtensions(
    Object.fromEntries(prices.map((price, at) => [
      `test/arm${at}`,
      instrument(() => ({ ok: true, output: { text: "ok" }, usage: { costUsd: usdOf(price) } }), price),
    ])),
    [writeTask],
  );
  const text = workflowText({
    write: {
      use: "instrument/write",
      each: `${JSON.stringify(Array.from({ length: items }, (_, at) => at))}`,
      with: { about: "" },
      importance: "optional",
      retry: 0,
    },
  }, { budget: { usd: budget } });
  const { definition } = checkWorkflow(text, "w", await extensions.describe());
  assert.ok(definition !== undefined);
  const clock = new SystemClock();
  const pit = pitOver(extensions);
  const random = new SystemRandom();
  await using conductor = await LearningConductor.open({
    log: new MemoryDecisionLog(),
    store: new MemoryPolicies(),
    clock,
    random,
    fallback: new SimpleConductor(),
  });
  const runner = new Runner(
    { pit, control: pit.control, extensions, conductor, clock, random },
    () => extensions.describe(),
  );
  let usd = 0;
  const handle = await runner.start(
    { definition, inputs: {}, workspace: "/", mayWrite: false },
    ({ durable, event }) => {
      const known = event as RunEvent;
      if (durable && known.type === "node.completed") usd += known.usage?.costUsd ?? 0;
    },
  );
  await handle.done;
  return { usd, calls: extensions.calls.length };
}

Deno.test("Runner never spends more than the workflow's budget, however many calls are under way at once", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 30 }),
      fc.integer({ min: 0, max: 500 }).map((part) => part / 1000),
      fc.array(fc.integer({ min: 1, max: 100 }), { minLength: 1, maxLength: 3 }),
      async (items, budget, prices) => {
        const { usd } = await spend(items, budget, prices);
        assert.ok(usd <= budget + 1e-12, `spent ${usd} of ${budget}`);
      },
    ),
    { seed: 9, numRuns: 25 },
  );
});

Deno.test("Runner with an ample budget calls for every item", async () => {
  assert.equal((await spend(12, 1, [10, 20])).calls, 12);
});
