import assert from "node:assert/strict";
import { nodeId } from "../../../core/ids.ts";
import { EarlierRun } from "../../../core/orchestration/earlier_run.ts";
import { RunAccount } from "../../../core/orchestration/run_account.ts";
import { forecastOf } from "../../../core/orchestration/run_forecast.ts";
import { endedRuns } from "../../../core/queue/chain.ts";
import { checkPart } from "../../../core/workflow/check.ts";
import { joinedNote, partOf } from "../../../core/workflow/part_of.ts";
import { parseWorkflow } from "../../../core/workflow/parse.ts";
import { pitOver, runnerOver, runToEnd, steps, workflowText } from "./run_rig.ts";
import { gives, TableExtensions, type TableOperator } from "./table_extensions.ts";

const word: TableOperator = {
  input: { type: "object", properties: { text: { type: "string" } }, additionalProperties: false },
  output: { type: "object", properties: { text: { type: "string" } }, required: ["text"] },
  run: ({ input }) => gives({ text: `<${input["text"] ?? ""}>` }),
};
const list: TableOperator = {
  output: {
    type: "object",
    properties: { all: { type: "array", items: { type: "string" } } },
    required: ["all"],
  },
  run: () => gives({ all: ["a", "b"] }),
};
const extensions = () => new TableExtensions({ "test/word": word, "test/list": list });

const text = workflowText({
  list: { use: "test/list" },
  first: { use: "test/word", each: "list.all", in: { text: "item" } },
  alone: { use: "test/word" },
  ready: { use: "test/word" },
  second: { use: "test/word", each: "first", in: { text: "first.text" }, after: "ready" },
  third: { use: "test/word", in: { text: "second.text[0]" } },
  kept: { use: "control/output", name: "kept", in: { value: "third.text" } },
}, { outputs: { firsts: "first.text", both: "first.text[0] + alone.text", last: "third.text" } });

const note = {
  to: [nodeId("second")],
  nodes: [nodeId("alone"), nodeId("third"), nodeId("kept")],
  outputs: ["both", "last", "kept"],
};

Deno.test("a run to a node does what it needs, by data, items and order, and says what is left out", async () => {
  const pit = pitOver(extensions());
  const { outcome, events } = await runToEnd(text, extensions(), { to: ["second"], pit });
  assert.equal(outcome.state, "completed", JSON.stringify(outcome.failure));
  const begun = new Set(
    steps(events).filter((step) => step.startsWith("node.")).map((step) => step.split(" ")[1]),
  );
  assert.deepEqual(
    [...begun].sort(),
    ["first", "first[0]", "first[1]", "list", "ready", "second", "second[0]", "second[1]"],
  );
  const [created] = events;
  assert.deepEqual(created?.type === "run.created" && created.part, note);
  assert.deepEqual(outcome.outputs["firsts"], ["<a>", "<b>"]);
  assert.deepEqual(outcome.outputs["second"], { text: ["<<a>>", "<<b>>"] });
  assert.deepEqual(
    Object.keys(outcome.outputs),
    ["firsts", "second"],
    "nothing stands for what was not made",
  );
  const account = new RunAccount();
  for await (const batch of pit.dag.replay(outcome.run)) for (const event of batch) account.add(event);
  assert.deepEqual(account.part, note);
  assert.equal(account.nodes.has("/third"), false, "what is left out is in no state at all");
});

Deno.test("a run to a node goes on as far as that after its process died, and says nothing about the whole", async () => {
  const pit = pitOver(extensions());
  const { outcome } = await runToEnd(text, extensions(), { to: ["second"], pit });
  const again = await (await runnerOver(extensions(), pit).resume(outcome.run, () => {})).done;
  assert.deepEqual(again.outputs, outcome.outputs);
  const earlier = await EarlierRun.read(pit.dag, pit.artifacts, outcome.run);
  assert.deepEqual(earlier.part, note);
  assert.equal(earlier.plan.nodes.length, 4);
  assert.equal(await forecastOf(pit.dag.list(), "test"), undefined, "what a part spent");
  assert.deepEqual(await endedRuns(pit.dag, { type: "chain", of: "test", on: "completed" }, 0), []);
});

Deno.test("what a node does not need may be unsound; what it needs may not", async () => {
  const nodes = {
    good: { use: "test/word" },
    behind: { use: "test/word", in: { text: "good.text" } },
    unknown: { use: "test/nothing", in: { text: "behind.text" } },
    broken: { in: { text: "behind.txt" } },
    wrong: { use: "test/word", in: { text: "behind.txt" } },
  };
  const source = workflowText(nodes, { outputs: { all: "wrong.text", some: "nobody.text" } });
  const catalog = await extensions().describe();
  const found = (to: string) => {
    const { definition, problems } = checkPart(source, "w.workflow.jsonc", catalog, [to]);
    return [
      definition !== undefined,
      problems.filter(({ severity }) => severity === "error").map(({ path }) => path),
    ];
  };
  assert.deepEqual(found("good"), [true, []]);
  assert.deepEqual(found("behind"), [true, []]);
  assert.deepEqual(found("unknown"), [false, ["nodes.unknown.use"]]);
  assert.deepEqual(found("wrong"), [false, ["nodes.wrong.in.text"]]);
  assert.deepEqual(found("broken"), [false, ["nodes.broken"]]);
  const { unknown, known, definition } = checkPart(source, "w.workflow.jsonc", catalog, ["god"]);
  assert.deepEqual([unknown, known.includes("good"), definition], [["god"], true, undefined]);
  assert.equal((await runToEnd(source, extensions(), { to: ["behind"] })).outcome.state, "completed");
});

Deno.test("a needed node that cannot be read is not left out: nothing comes past a gate with a slip in it", async () => {
  const catalog = await extensions().describe();
  const waysThrough = [{ after: "gate.approved" }, { when: "gate.approved.value == 1" }, {
    in: { text: "gate.approved.value" },
  }];
  for (const way of waysThrough) {
    const nodes = { gate: { use: "control/gate", with: 3 }, behind: { use: "test/word", ...way } };
    const { definition, problems } = checkPart(workflowText(nodes), "w.workflow.jsonc", catalog, ["behind"]);
    assert.equal(definition, undefined, JSON.stringify(way));
    assert.deepEqual(problems.map(({ path }) => path), ["nodes.gate", "nodes.gate.with"]);
  }
});

Deno.test("the file of a body that is left out need not be sound, nor a name", async () => {
  const nodes = {
    good: { use: "test/word" },
    inner: { use: "control/workflow", workflow: "./inner.workflow.jsonc" },
    "no.name": { use: "test/word" },
  };
  const catalog = await extensions().describe();
  const texts = ["{ no JSON", workflowText({ word: { use: "test/word", slip: 3 } })];
  for (const inner of texts) {
    const found = (to: string) =>
      checkPart(workflowText(nodes), "w.workflow.jsonc", catalog, [to], () => ({
        file: "inner.workflow.jsonc",
        text: inner,
      }));
    const { definition, note, problems } = found("good");
    assert.deepEqual([definition !== undefined, problems], [true, []]);
    assert.deepEqual(note?.nodes, ["inner", "no.name"]);
    assert.equal(found("inner").problems[0]?.file, "inner.workflow.jsonc", "what is needed must be");
  }
});

Deno.test("a part of a part leaves out what either did", () => {
  const { draft } = parseWorkflow(text, "w.workflow.jsonc");
  assert.ok(draft !== undefined);
  const once = partOf(draft, [nodeId("second")]);
  const twice = partOf(once.definition, [nodeId("first")], once.note);
  assert.deepEqual(joinedNote(once.note, twice.note), {
    to: ["first"],
    nodes: ["alone", "third", "kept", "ready", "second"],
    outputs: ["both", "last", "kept"],
  });
  assert.deepEqual([...twice.definition.outputs.keys()], ["firsts", "first"]);
});

Deno.test("of a part of a part an output with the name of a node is told as not made, and what stood beside is none", () => {
  const nodes = { one: { use: "test/word" }, two: { use: "test/word", in: { text: "one.text" } } };
  const { draft } = parseWorkflow(workflowText(nodes, { outputs: { two: "two.text" } }), "w.workflow.jsonc");
  assert.ok(draft !== undefined);
  const once = partOf(draft, [nodeId("one"), nodeId("two")]);
  assert.deepEqual([...once.definition.outputs], [["two", "two.text"], ["one", "one"]]);
  const back = partOf(once.definition, [nodeId("one")], once.note);
  assert.deepEqual(joinedNote(once.note, back.note), { to: ["one"], nodes: ["two"], outputs: ["two"] });
  const on = partOf(once.definition, [nodeId("two")], once.note);
  assert.deepEqual([...on.definition.outputs], [["two", "two.text"]]);
});

Deno.test("a run of a part that is moved to the whole workflow goes on as a whole one", async () => {
  const whole = workflowText({
    first: { use: "test/word" },
    ask: { use: "control/gate", question: "Go on?", in: { value: "first.text" } },
    last: { use: "test/word", in: { text: "ask.approved.by" } },
  }, { outputs: { last: "last.text" } });
  const pit = pitOver(extensions());
  const { outcome } = await runToEnd(whole, extensions(), { to: ["ask"], pit });
  assert.equal(outcome.state, "waiting-for-input");
  const runner = runnerOver(extensions(), pit);
  const { draft } = parseWorkflow(whole, "w.workflow.jsonc");
  assert.ok((await runner.move(outcome.run, draft!, { mayWriteAgain: false })).ok);
  const input = { approved: true, value: null, by: "ada" };
  assert.ok((await runner.command(outcome.run, { type: "provide-input", node: nodeId("ask"), input })).ok);
  const { outputs } = await (await runner.resume(outcome.run, () => {})).done;
  assert.deepEqual(outputs, { last: "<ada>" });
  for await (const { isPart, state } of pit.dag.list()) {
    assert.deepEqual([isPart, state], [undefined, "completed"]);
  }
  assert.equal((await endedRuns(pit.dag, { type: "chain", of: "test", on: "completed" }, 0)).length, 1);
});
