import assert from "node:assert/strict";
import { extensionId, nodeId, nodeTypeId } from "../../../core/ids.ts";
import type { JsonObject } from "../../../core/json.ts";
import type { RunEvent } from "../../../core/orchestration/event.ts";
import { judgesOf, memoKey, missReason } from "../../../core/orchestration/memo_key.ts";
import type { ReuseRequest } from "../../../core/orchestration/reuse.ts";
import type { NodeType, TaskType } from "../../../core/workflow/catalog.ts";
import { checkWorkflow } from "../../../core/workflow/check.ts";
import type { CallNode } from "../../../core/workflow/definition.ts";
import { sha256 } from "../../../pit/dag/digest.ts";
import { pitOver, runnerOver, workflowText } from "./run_rig.ts";
import { gives, TableExtensions } from "./table_extensions.ts";

const operator: NodeType = {
  type: nodeTypeId("test/work"),
  kind: "operator",
  extension: extensionId("tests/table"),
  version: "1.0.0",
  title: "",
  description: "",
  input: {},
  output: {},
  effect: "none",
  codeHash: "code 1",
};

const definition: CallNode = {
  ...{ kind: "call", id: nodeId("a"), use: nodeTypeId("test/work"), in: {}, with: {}, after: [] },
  retry: { max: 0, backoff: "constant", initialMs: 0, capMs: 0, jitter: 0 },
  importance: "essential",
};

const traits = { serves: ["write"], priceIn: 1, priceOut: 1 };
const ask = (prompt: string): TaskType => ({
  ...{
    type: nodeTypeId("instrument/judge"),
    extension: extensionId("tests/table"),
    title: "",
    description: "",
  },
  ...{ system: "", prompt, input: {}, output: {} },
});
const call = {
  definition,
  type: operator,
  task: undefined,
  input: { x: 1, y: [1, { a: 1, b: 2 }] },
  workspace: "/w",
  judges: [],
};
const keyOf = (of: Parameters<typeof memoKey>[0]) => memoKey(of, sha256);

Deno.test("memoKey() is equal for equal code and inputs, whatever their order, the node's name and what is aside", () => {
  const other: CallNode = {
    ...definition,
    id: nodeId("b"),
    title: "T",
    retry: { ...definition.retry, max: 3 },
  };
  const input = { y: [1, { b: 2, a: 1 }], x: 1 };
  assert.equal(keyOf({ ...call, definition: other, input }).key, keyOf(call).key);
  assert.equal(keyOf({ ...call, workspace: "/other" }).key, keyOf(call).key, "it reads nothing there");
  assert.equal(
    keyOf({ ...call, type: { ...operator, version: "1.0.1" } }).key,
    keyOf(call).key,
    "the code is the same",
  );
});

Deno.test("memoKey() changes with code, settings, checks, folder and each input, and missReason() says with which", () => {
  const reader = { ...operator, effect: "read" as const };
  const quality = { min: 0.5, checks: [], mayExplore: true };
  const changes: readonly [string, Partial<Parameters<typeof memoKey>[0]>, RegExp][] = [
    [
      "code",
      { type: { ...operator, codeHash: "code 2", version: "1.1.0" } },
      /code of test\/work changed \(1\.0\.0 → 1\.1\.0\)$/,
    ],
    ["settings", { type: { ...operator, settings: { size: 2 } } }, /settings/],
    ["checks", { definition: { ...definition, quality } }, /its checks/],
    ["input", { input: { ...call.input, x: 2 } }, /^input x changed$/],
    ["inner input", { input: { ...call.input, y: [1, { a: 1, b: 3 }] } }, /^input y changed$/],
    ["new input", { input: { ...call.input, z: null } }, /^input z changed$/],
  ];
  const before = keyOf(call);
  for (const [what, change, reason] of changes) {
    const now = keyOf({ ...call, ...change });
    assert.notEqual(now.key, before.key, what);
    assert.match(missReason(now.parts, before.parts), reason, what);
  }
  const agent = {
    ...operator,
    kind: "instrument",
    effect: "network",
    instrument: { ...traits, readsFolder: true },
  } as const;
  const model = { ...agent, instrument: traits };
  for (const task of [undefined, ask("Say")]) {
    const at = (type: NodeType, workspace: string) => keyOf({ ...call, type, task, workspace }).key;
    assert.notEqual(at(agent, "/w"), at(agent, "/other"), "it looks at the files there");
    assert.equal(at(model, "/w"), at(model, "/other"), "it sees what it is sent");
  }
  const here = keyOf({ ...call, type: reader });
  assert.notEqual(keyOf({ ...call, type: reader, workspace: "/other" }).key, here.key);
  assert.equal(missReason(before.parts, undefined), "nothing is kept of it yet");
  assert.equal(missReason(before.parts, before.parts), "the earlier result is not kept any more");
});

const task = (prompt: string): TaskType => ({
  ...{
    type: nodeTypeId("instrument/write"),
    extension: extensionId("tests/table"),
    title: "",
    description: "",
  },
  system: "Be brief",
  prompt,
  input: { type: "object", properties: { about: { type: "string" } }, required: ["about"] },
  output: { type: "object", properties: { text: { type: "string" } }, required: ["text"] },
});

/** Two instruments that serve a task, and a run of it. */
async function asked(
  table: { readonly prompt: string; readonly only?: string; readonly calls: string[] },
  pit: ReturnType<typeof pitOver> | undefined,
  reuse?: ReuseRequest,
) {
  const instrument = (name: string) => ({
    instrument: {
      ...{ serves: ["write"], priceIn: 1, priceOut: 1 },
      ...(table.only === undefined || table.only === name ? {} : { unavailable: "no key was granted" }),
    },
    run: () => {
      table.calls.push(name);
      return { ...gives({ text: `by ${name}` }), usage: { costUsd: 0.25 } };
    },
  });
  const extensions = new TableExtensions(
    { "test/one": instrument("one"), "test/two": instrument("two") },
    [task(table.prompt)],
  );
  const at = pit ?? pitOver(extensions);
  const text = workflowText({ w: { use: "instrument/write", with: { about: "rivers" } } }, {
    outputs: { text: "w.text" },
  });
  const { definition } = checkWorkflow(text, "t", await extensions.describe());
  const events: RunEvent[] = [];
  const request = { definition: definition!, inputs: {}, workspace: "/", mayWrite: false };
  const full = reuse === undefined ? request : { ...request, reuse };
  const handle = await runnerOver(extensions, at).start(full, (live) => {
    if (live.durable) events.push(live.event);
  });
  const outcome = await handle.done;
  const completed = events.find(({ type }) => type === "node.completed");
  const started = events.find(({ type }) => type === "node.started");
  return {
    ...{ pit: at, run: handle.run, outputs: outcome.outputs },
    reused: completed?.type === "node.completed" ? completed.reused : undefined,
    why: started?.type === "node.started" ? started.memo?.why : undefined,
  };
}

Deno.test("an instrument is asked again by a fresh run; a rerun of what changed takes its answer, whoever would be asked now", async () => {
  const calls: string[] = [];
  const prompt = "Write about {{about}}";
  const first = await asked({ prompt, only: "one", calls }, undefined);
  assert.deepEqual(first.outputs, { text: "by one" });
  await asked({ prompt, only: "one", calls }, first.pit);
  assert.equal(calls.length, 2, "a fresh run asks");
  const reuse = { of: first.run, changed: true };
  const kept = await asked({ prompt, only: "two", calls }, first.pit, reuse);
  assert.deepEqual([kept.outputs, calls.length], [{ text: "by one" }, 2]);
  assert.match(kept.reused?.why ?? "", /same code and inputs as w in run r\w+, answered by test\/one$/);
  assert.equal(kept.reused?.savedUsd, 0.25);
  const edited = await asked({ prompt: "Write much about {{about}}", only: "two", calls }, first.pit, reuse);
  assert.deepEqual([edited.outputs, calls.length], [{ text: "by two" }, 3]);
  assert.match(
    edited.why ?? "",
    /^the prompt of instrument\/write changed$/,
  );
  const none = await asked({ prompt, calls }, first.pit, { ...reuse, memo: "off" });
  assert.equal(calls.length, 4);
  assert.equal(none.why, "kept results are off in this run");
});

Deno.test("judgesOf() changes with the code of a check and of a judge, and with what a judging task asks", () => {
  const check = { use: nodeTypeId("test/check"), with: {} };
  const quality = { checks: [check, { check: "not-empty", with: {} }], mayExplore: true, candidates: 2 };
  const judge = nodeTypeId("instrument/judge");
  const node = (judged: CallNode["quality"]): CallNode => ({
    ...definition,
    ...(judged === undefined ? {} : { quality: judged }),
  });
  const catalog = (codeHash: string, prompt: string) => ({
    nodes: new Map([[check.use, { ...operator, type: check.use, codeHash }]]),
    tasks: new Map([[judge, ask(prompt)]]),
  });
  const key = (codeHash: string, prompt: string, judged: CallNode["quality"]) =>
    keyOf({ ...call, definition: node(judged), judges: judgesOf(node(judged), catalog(codeHash, prompt)) });
  const before = key("1", "Which?", { ...quality, judge });
  assert.equal(key("1", "Which?", { ...quality, judge }).key, before.key);
  for (
    const now of [key("2", "Which?", { ...quality, judge }), key("1", "Which one?", { ...quality, judge })]
  ) {
    assert.notEqual(now.key, before.key);
    assert.match(missReason(now.parts, before.parts), /^its checks/);
  }
  assert.equal(
    key("1", "Which?", quality).key,
    key("1", "Which one?", quality).key,
    "no judge, no prompt of it",
  );
  assert.deepEqual(judgesOf(definition, catalog("1", "")), []);
});

Deno.test("a rerun of what changed asks an instrument that reads the folder again, unless the node says otherwise", async () => {
  const calls: string[] = [];
  const instrument = (name: string, more: object) => ({
    instrument: { serves: ["write"], priceIn: 0, priceOut: 0, ...more },
    run: () => {
      calls.push(name);
      return gives({ text: `by ${name}` });
    },
  });
  const extensions = new TableExtensions(
    { "test/agent": instrument("agent", { readsFolder: true }) },
    [task("Write about {{about}}")],
  );
  const pit = pitOver(extensions);
  const run = async (node: JsonObject, reuse?: ReuseRequest, workspace = "/") => {
    const text = workflowText({ w: { ...node, with: { about: "x", ...node["with"] as JsonObject } } });
    const { definition } = checkWorkflow(text, "t", extensions.catalog);
    const request = { definition: definition!, inputs: {}, workspace, mayWrite: false };
    calls.length = 0;
    const handle = await runnerOver(extensions, pit).start({ ...request, ...(reuse && { reuse }) }, () => {});
    await handle.done;
    return { of: handle.run, calls: calls.length };
  };
  for (const use of ["test/agent", "instrument/write"]) {
    const { of } = await run({ use });
    assert.equal((await run({ use }, { of, changed: true })).calls, 1, `${use}: the files may be others`);
    assert.equal((await run({ use }, { memo: "on" })).calls, 1, use);
    assert.equal((await run({ use, memo: true })).calls, 1, use);
    assert.equal((await run({ use, memo: true })).calls, 0, use);
    assert.equal(
      (await run({ use }, { of, changed: true })).calls,
      1,
      `${use}: what another node kept is not taken`,
    );
    assert.equal((await run({ use, memo: true }, undefined, "/other")).calls, 1, `${use}: another folder`);
  }
});
