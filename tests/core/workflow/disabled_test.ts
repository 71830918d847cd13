import assert from "node:assert/strict";
import { nodeId } from "../../../core/ids.ts";
import { EarlierRun } from "../../../core/orchestration/earlier_run.ts";
import { checkWorkflow } from "../../../core/workflow/check.ts";
import { planRecord, restorePlan } from "../../../core/workflow/plan_record.ts";
import { pitOver, runnerOver, runToEnd, steps, workflowText } from "../orchestration/run_rig.ts";
import { gives, TableExtensions, type TableOperator } from "../orchestration/table_extensions.ts";

const text = { type: "string" } as const;
const shout: TableOperator = {
  input: {
    type: "object",
    properties: { text, more: text },
    required: ["text"],
    additionalProperties: false,
  },
  output: { type: "object", properties: { text, length: { type: "integer" } }, required: ["text"] },
  run: ({ input }) => gives({ text: `${input["text"]}!${input["more"] ?? ""}`, length: 1 }),
};
const read: TableOperator = {
  input: { type: "object", properties: { path: text, size: { type: "integer" } }, required: ["path"] },
  output: { type: "object", properties: { content: text }, required: ["content"] },
  run: ({ input }) => gives({ content: `<${input["path"]}>` }),
};
const list: TableOperator = {
  output: { type: "object", properties: { all: { type: "array", items: text } }, required: ["all"] },
  run: () => gives({ all: ["a", "b"] }),
};
const extensions = () => new TableExtensions({ "test/shout": shout, "test/read": read, "test/list": list });

async function check(
  nodes: Parameters<typeof workflowText>[0],
  rest: Parameters<typeof workflowText>[1] = {},
) {
  const { problems, plan } = checkWorkflow(
    workflowText(nodes, rest),
    "w.workflow.jsonc",
    await extensions().describe(),
  );
  const said = problems.map(({ severity, code, path, message, hint }) =>
    `${severity} ${code} ${path}: ${message}. ${hint}`
  );
  return { said, plan };
}

Deno.test("a disabled node is not done: it hands on the one connected input that fits, item by item, by name of several", async () => {
  const nodes = {
    list: { use: "test/list" },
    first: { use: "test/read", each: "list.all", in: { path: "item" } },
    // Of one fitting input; what is wrong with the rest of it does not matter.
    loud: { use: "test/shout", in: { text: "first.content" }, with: { nothing: 3 }, disabled: true },
    // Of two the one of the same name.
    again: { use: "test/shout", in: { text: "loud.text", more: "first.content" }, disabled: true },
    last: { use: "test/shout", in: { text: "again.text" } },
  };
  const { outcome, events } = await runToEnd(
    workflowText(nodes, { outputs: { last: "last.text", again: "again.text" } }),
    extensions(),
  );
  assert.deepEqual(outcome.outputs, { last: ["<a>!", "<b>!"], again: ["<a>", "<b>"] });
  const passed = events.flatMap((event) =>
    event.type === "node.completed" && event.reused !== undefined ? [`${event.node} ${event.reused.how}`] : []
  );
  assert.deepEqual(new Set(passed), new Set(["loud passed", "again passed"]));
  assert.equal(passed.length, 4, "each item by itself");
});

Deno.test("a disabled node keeps its when and its order, and a skip before it goes through it", async () => {
  const nodes = {
    first: { use: "test/shout", with: { text: "a" } },
    never: { use: "test/shout", in: { text: "first.text" }, when: "1 > 2" },
    off: { use: "test/shout", in: { text: "first.text" }, when: "1 > 2", disabled: true },
    through: { use: "test/shout", in: { text: "never.text" }, disabled: true },
    one: { use: "test/shout", in: { text: "off.text" } },
    two: { use: "test/shout", in: { text: "through.text" } },
    late: { use: "test/shout", with: { text: "b" }, after: "off" },
  };
  const { outcome, events } = await runToEnd(
    workflowText(nodes, { outputs: { late: "late.text" } }),
    extensions(),
  );
  assert.deepEqual(outcome.outputs, { late: "b!" });
  const ended = (name: string) =>
    steps(events).find((step) => new RegExp(`^node\\.(completed|skipped) ${name}$`).test(step));
  assert.deepEqual(["off", "through", "one", "two"].map(ended), [
    "node.skipped off",
    "node.skipped through",
    "node.skipped one",
    "node.skipped two",
  ]);
});

Deno.test("what a disabled node does not give: optional inputs and outputs go without, the rest is an error", async () => {
  const off = { use: "test/read", in: { path: "given.text", size: "given.length" }, disabled: true };
  const nodes = { given: { use: "test/shout", with: { text: "a" } }, off: { ...off, in: {} } };
  const { said } = await check({
    ...nodes,
    optional: { use: "test/shout", with: { text: "b" }, in: { more: "off.content" } },
  }, { outputs: { made: "optional.text", given: "given.text", lost: "off.content" } });
  assert.deepEqual(said, [
    'warning disabled-source outputs.lost: Found off.content, but off is disabled and hands on no such thing: the output "lost" is not made. Enable off, or connect something else',
    'warning disabled-source nodes.optional.in.more: Found off.content, but off is disabled and hands on no such thing: port "more" of optional counts as not connected. Enable off, or connect something else',
  ]);
  const { said: required } = await check({
    ...nodes,
    taking: { use: "test/shout", in: { text: "off.content" } },
    asking: { use: "test/shout", with: { text: "b" }, when: "off.content == 'x'" },
  });
  assert.deepEqual(required.map((one) => one.split(":")[0]), [
    "error disabled-source nodes.taking.in.text",
    "error disabled-source nodes.asking.when",
  ]);
  assert.match(
    required[0] ?? "",
    /off is disabled and hands on no "content"\. Enable off, disable what takes this as well/,
  );
  const { said: both } = await check({
    ...nodes,
    taking: { use: "test/shout", in: { text: "off.content" }, disabled: true },
    end: { use: "test/shout", with: { text: "b" }, after: "taking" },
  });
  assert.deepEqual(both, [], "disabled as well, it takes nothing");
  const { said: fits } = await check({
    ...nodes,
    off,
    end: { use: "test/shout", in: { text: "off.content" } },
  });
  assert.deepEqual(fits, [], "the integer cannot stand in, the text can");
});

Deno.test("nodes that say where the run goes cannot be disabled, and a node of no installed extension can", async () => {
  const { said } = await check({
    ask: { use: "control/gate", question: "?", disabled: true },
    odd: { use: "test/list", disabled: "yes" },
    gone: { use: "nobody/knows", in: { text: "odd.all" }, disabled: true },
    end: { use: "test/shout", with: { text: "b" }, after: "gone" },
    off: { use: "test/shout", with: { text: "b" }, after: "gone", disabled: false },
  });
  assert.deepEqual(said, [
    'error bad-value nodes.ask.disabled: Found "disabled" at ask, which says where the run goes and does nothing itself. Remove it, or disable the nodes behind it',
    'error bad-value nodes.odd.disabled: Found the string "yes" as "disabled". Expected true or false',
  ]);
});

Deno.test("a loop or sub-workflow in which a person is asked cannot be disabled either, however deep inside", async () => {
  const asking = {
    inputs: { text },
    nodes: { ask: { use: "control/gate", question: "?", in: { text: "inputs.text" } } },
    outputs: { text: "ask.approved.value" },
  };
  const within = {
    inputs: { text },
    nodes: { rounds: { use: "control/loop", max: 1, in: { text: "inputs.text" }, body: asking } },
    outputs: { text: "rounds.text" },
  };
  const start = { use: "test/shout", with: { text: "a" } };
  for (const [body, gate] of [[asking, "ask"], [within, "rounds.ask"]] as const) {
    const leave = { use: "control/loop", max: 1, in: { text: "start.text" }, body, disabled: true };
    const { said, plan } = await check({
      start,
      leave,
      end: { use: "test/shout", in: { text: "leave.text" } },
    });
    assert.deepEqual([said, plan], [[
      `error bad-value nodes.leave.disabled: Found "disabled" at leave, in which a person is asked (${gate}). Remove it: what comes after it would be done unasked`,
    ], undefined]);
  }
});

Deno.test("a run with disabled nodes goes on from its log and its plan's record, bodies too", async () => {
  const body = {
    inputs: { text },
    nodes: { loud: { use: "test/shout", in: { text: "inputs.text" }, disabled: true } },
    outputs: { text: "loud.text" },
  };
  const nodes = {
    start: { use: "test/shout", with: { text: "a" } },
    rounds: { use: "control/loop", max: 2, in: { text: "start.text" }, body },
    skipped: { use: "control/loop", max: 2, in: { text: "rounds.text" }, body, disabled: true },
  };
  const source = workflowText(nodes, { outputs: { text: "skipped.text" } });
  const pit = pitOver(extensions());
  const { outcome, events } = await runToEnd(source, extensions(), { pit });
  assert.deepEqual(outcome.outputs, { text: "a!" });
  assert.ok(steps(events).some((step) => step === "rounds#2/node.completed loud"));
  assert.ok(!steps(events).some((step) => step.startsWith("skipped#")), "its body is not begun");
  const again = await (await runnerOver(extensions(), pit).resume(outcome.run, () => {})).done;
  assert.deepEqual(again.outputs, outcome.outputs);
  // What is kept with the run is what was carried out: a plan's record goes by it.
  const { kept } = await EarlierRun.read(pit.dag, pit.artifacts, outcome.run);
  assert.equal(kept.definition.nodes.get(nodeId("skipped"))?.kind, "pass");
  const { plan } = await check(nodes, { outputs: { text: "skipped.text" } });
  assert.ok(plan !== undefined);
  const restored = restorePlan(planRecord(plan), plan.definition);
  assert.deepEqual(restored?.nodes.map(({ bindings }) => bindings.map(({ port }) => port)), [["text"], [
    "text",
  ], ["text"]]);
  assert.equal(restored?.nodes[1]?.body?.nodes[0]?.definition.kind, "pass");
});

Deno.test("nothing comes past a gate because a node behind it was disabled", async () => {
  const nodes = {
    given: { use: "test/shout", with: { text: "a" } },
    ask: { use: "control/gate", question: "?" },
    between: {
      use: "test/both",
      in: { text: "given.text", leave: "{'by': ask.approved.by}" },
      disabled: true,
    },
    write: { use: "test/write", in: { text: "between.text" } },
  };
  const leave = { type: "object" } as const;
  const both: TableOperator = {
    input: { type: "object", properties: { text, leave }, required: ["text", "leave"] },
    output: { type: "object", properties: { text }, required: ["text"] },
    run: () => gives({ text: "" }),
  };
  const written: string[] = [];
  const write: TableOperator = {
    input: { type: "object", properties: { text }, required: ["text"] },
    output: { type: "object", properties: { text } },
    effect: "write",
    run: ({ input }) => (written.push(input["text"] as string), gives({ text: "" })),
  };
  const made = () => new TableExtensions({ "test/shout": shout, "test/both": both, "test/write": write });
  for (const approved of [false, true]) {
    const pit = pitOver(made());
    const { outcome } = await runToEnd(workflowText(nodes), made(), { pit });
    assert.equal(outcome.state, "waiting-for-input");
    const runner = runnerOver(made(), pit);
    const input = { approved, value: null, by: "ada" };
    assert.ok((await runner.command(outcome.run, { type: "provide-input", node: nodeId("ask"), input })).ok);
    const done = await (await runner.resume(outcome.run, () => {})).done;
    assert.equal(done.state, "completed", JSON.stringify(done.failure));
    assert.deepEqual(
      written,
      approved ? ["a!"] : [],
      "gated as it was, so it may write where nobody allowed it for the run",
    );
  }
});
