import assert from "node:assert/strict";
import fc from "fast-check";
import { extensionId, nodeTypeId } from "../../../core/ids.ts";
import type { JsonObject } from "../../../core/json.ts";
import type { CallRequest, CallResult } from "../../../core/ports/extension.ts";
import type { TaskType } from "../../../core/workflow/catalog.ts";
import { checkWorkflow } from "../../../core/workflow/check.ts";
import { runToEnd, workflowText } from "./run_rig.ts";
import { gives, TableExtensions, type TableOperator } from "./table_extensions.ts";

function task(name: string, prompt: string, output: JsonObject): TaskType {
  return {
    type: nodeTypeId(`instrument/${name}`),
    extension: extensionId("tests/table"),
    title: name,
    description: "",
    system: "",
    prompt,
    input: { type: "object", additionalProperties: true },
    output,
  };
}
const text = { type: "object", properties: { text: { type: "string" } }, required: ["text"] };
const winner = { type: "object", properties: { winner: { enum: ["first", "second", "tie"] } } };
const tasks = [
  task("write", "Write about {{about}}", text),
  task("judge", "{{first}} or {{second}}?", winner),
];

function writer(answer: string | CallResult, costUsd = 0.01): TableOperator {
  return {
    instrument: { serves: ["write"], priceIn: 1, priceOut: 1 },
    run: () =>
      typeof answer !== "string"
        ? answer
        : { ok: true, output: { text: answer }, usage: { costUsd, tokensIn: 10, tokensOut: 5 } },
  };
}

/** Prefers the text that comes first by `rank`; `bias` makes it always say "first". */
function judge(rank: (text: string) => number, bias = false): TableOperator {
  return {
    instrument: { serves: ["judge"], priceIn: 0, priceOut: 0 },
    run: ({ input }: CallRequest) => {
      const [a, b] = [rank(String(input["first"])), rank(String(input["second"]))];
      return gives({ winner: bias ? "first" : a === b ? "tie" : a < b ? "first" : "second" });
    },
  };
}

const node = (quality: JsonObject): JsonObject => ({
  write: { use: "instrument/write", with: { about: "tea" }, quality, retry: { max: 0 } },
});
const outputs = { outputs: { text: "write.text" } };

Deno.test("Runner asks several instruments for one answer and takes the one that its checks find best", async () => {
  const extensions = new TableExtensions({
    "test/a": writer("no json"),
    "test/b": writer('{"fine": true}'),
    "test/c": writer("no json either"),
  }, tasks);
  const quality = { candidates: 3, checks: ["json"] };
  const { outcome, events } = await runToEnd(workflowText(node(quality), outputs), extensions);
  assert.deepEqual(outcome.outputs, { text: '{"fine": true}' });
  assert.deepEqual(extensions.calls.map(({ nodeType }) => nodeType).sort(), ["test/a", "test/b", "test/c"]);
  const done = events.find((event) => event.type === "node.completed");
  assert.ok(done?.type === "node.completed");
  assert.equal(done.instrument, "test/b");
  assert.ok(Math.abs((done.usage?.costUsd ?? 0) - 0.03) < 1e-12, "all three are paid for");
  assert.deepEqual([done.usage?.tokensIn, done.usage?.tokensOut], [30, 15]);
});

Deno.test("Runner takes whom the judge prefers in both orders, and asks about every pair twice", async () => {
  const extensions = new TableExtensions({
    "test/a": writer("long winded"),
    "test/b": writer("brief"),
    "test/c": writer("middling"),
    "test/judge": judge((one) => one.length),
  }, tasks);
  const { outcome } = await runToEnd(
    workflowText(node({ candidates: 3, judge: "instrument/judge" }), outputs),
    extensions,
  );
  assert.deepEqual(outcome.outputs, { text: "brief" });
  const judged = extensions.calls.filter(({ nodeType }) => nodeType === "test/judge");
  assert.equal(judged.length, 6);
  assert.equal(judged[0]?.input["task"], "Write about tea");
  const keys = extensions.calls.map(({ idempotencyKey }) => idempotencyKey);
  assert.equal(new Set(keys).size, keys.length, "every question has a key of its own");
});

Deno.test("Runner counts a judge that always prefers the first as tied, and then the quality decides", async () => {
  const extensions = new TableExtensions({
    "test/a": writer("no json"),
    "test/b": writer("{}"),
    "test/judge": judge(() => 0, true),
  }, tasks);
  const quality = { candidates: 2, judge: "instrument/judge", checks: ["json"] };
  const { outcome } = await runToEnd(workflowText(node(quality), outputs), extensions);
  assert.deepEqual(outcome.outputs, { text: "{}" });
});

Deno.test("Runner goes on with the candidates that answer, and fails where none does", async () => {
  const failed: CallResult = {
    ok: false,
    failure: { class: "connection", message: "gone", tokensIn: 4, tokensOut: 1, costUsd: 0.5 },
  };
  const some = new TableExtensions({ "test/a": writer(failed), "test/b": writer("here") }, tasks);
  const workflow = workflowText(node({ candidates: 2 }), outputs);
  const one = await runToEnd(workflow, some);
  assert.deepEqual(one.outcome.outputs, { text: "here" });
  const none = new TableExtensions({ "test/a": writer(failed), "test/b": writer(failed) }, tasks);
  const { outcome, events } = await runToEnd(workflow, none);
  assert.equal(outcome.state, "failed");
  const event = events.find(({ type }) => type === "node.failed");
  assert.ok(event?.type === "node.failed");
  assert.deepEqual(event.failure, {
    class: "connection",
    message: "gone",
    tokensIn: 8,
    tokensOut: 2,
    costUsd: 1,
  });
});

Deno.test("Runner asks each instrument once, however many candidates are wanted", async () => {
  const extensions = new TableExtensions({ "test/a": writer("a"), "test/b": writer("b") }, tasks);
  const { outcome } = await runToEnd(workflowText(node({ candidates: 8 }), outputs), extensions);
  assert.equal(outcome.state, "completed");
  assert.equal(extensions.calls.length, 2);
});

Deno.test("Runner chooses the same candidate for the same answers, whoever answers first", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 2, maxLength: 5 }),
      async (delays) => {
        const table = Object.fromEntries(delays.map((delay, at): [string, TableOperator] => [`test/w${at}`, {
          ...writer(""),
          run: async () => {
            await new Promise((resolve) => setTimeout(resolve, delay));
            return gives({ text: `answer ${at % 2}` });
          },
        }]));
        const extensions = new TableExtensions(
          { ...table, "test/judge": judge((one) => one === "answer 1" ? 0 : 1) },
          tasks,
        );
        const quality = { candidates: delays.length, judge: "instrument/judge" };
        const { events } = await runToEnd(workflowText(node(quality), outputs), extensions);
        const done = events.find((event) => event.type === "node.completed");
        assert.equal(done?.type === "node.completed" ? done.instrument : "", "test/w1");
      },
    ),
    { seed: 3, numRuns: 15 },
  );
});

Deno.test("checkWorkflow() refuses candidates of an operator, a judge without candidates and one that gives no winner", async () => {
  const extensions = new TableExtensions({ "test/plain": { run: () => gives({}) } }, tasks);
  const catalog = await extensions.describe();
  const said = (nodes: JsonObject) =>
    checkWorkflow(workflowText(nodes), "w", catalog).problems.map(({ message }) => message).join("\n");
  assert.match(
    said({ a: { use: "test/plain", quality: { candidates: 2 } } }),
    /"candidates" at a, which is always/,
  );
  assert.match(
    said(node({ candidates: 2, judge: "test/plain" })),
    /"test\/plain" as a judge, which gives no winner/,
  );
  assert.match(said(node({ judge: "instrument/judge" })), /"candidates"/);
  assert.match(said(node({ candidates: 1 })), /1/);
  assert.equal(said(node({ candidates: 2, judge: "instrument/judge" })), "");
});
