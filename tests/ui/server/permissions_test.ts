import assert from "node:assert/strict";
import { extensionId, nodeId, runId } from "../../../core/ids.ts";
import type { PermissionQuestion } from "../../../core/ports/permission_prompt.ts";
import { WaitingCalls } from "../../../extensions/waiting_calls.ts";
import { PermissionPrompts } from "../../../ui/server/mod.ts";
import { testPermissionPrompt } from "../../contracts/permission_prompt_contract.ts";
import { UiRig } from "./ui_rig.ts";

testPermissionPrompt("PermissionPrompts", (answers) => {
  const left = [...answers];
  let shown = "";
  const port = new PermissionPrompts({
    now: () => 0,
    monotonic: () => 0,
    // Where nobody answers, the question's time is over.
    schedule: (_delayMs, wake) => {
      if (left.length === 0) queueMicrotask(wake);
      return () => {};
    },
  });
  port.onAsked = (prompt) => {
    shown += `${JSON.stringify(prompt)}\n`;
    const answer = left.shift();
    if (answer !== undefined) queueMicrotask(() => port.answer(prompt.id, answer));
  };
  return { port, shown: () => shown };
});

const question: PermissionQuestion = {
  extension: extensionId("acme/lint"),
  origin: "third-party",
  permission: "files:read",
  what: "read your files",
  why: "It looks for faults",
  risk: "medium",
  notAsked: ["the network"],
  folder: "/here",
};

Deno.test("PermissionPrompts puts questions before the readers of the page, and gives their answers", async () => {
  await using rig = await UiRig.start();
  const client = await rig.connect();
  await client.subscribe("permissions");
  await client.until(() => client.of("permissions").length === 1);
  const controller = new AbortController();
  const first = rig.prompts.ask(question, controller.signal);
  const second = rig.prompts.ask({ ...question, permission: "git" }, controller.signal);
  await client.until(() =>
    client.of("permissions").filter(({ data }) => data.kind === "prompt").length === 2
  );
  const { value: prompts } = await rig.call("GET /permissions/prompts");
  assert.deepEqual(prompts.map(({ permission, what, risk }) => [permission, what, risk]), [
    ["files:read", "read your files", "medium"],
    ["git", "read your files", "medium"],
  ]);
  const path = `/permissions/prompts/${prompts[0]?.id}`;
  const answer = { verdict: "allow", scope: "session" };
  assert.equal((await rig.call("POST /permissions/prompts/{id}", { path, body: answer })).status, 200);
  assert.deepEqual(await first, { verdict: "allow", scope: { kind: "session" } });
  assert.equal((await rig.call("POST /permissions/prompts/{id}", { path, body: answer })).status, 404);
  controller.abort();
  assert.equal(await second, undefined);
  await client.until(() =>
    client.of("permissions").some(({ data }) => data.kind === "answered" && data.verdict === "expired")
  );
  assert.deepEqual((await rig.call("GET /permissions/prompts")).value, []);
  await client.close();
});

Deno.test("a run whose call waits for leave is one that asks, in the list and in its account, until it is answered", async () => {
  await using rig = await UiRig.start();
  const workflow = {
    schema: 1,
    id: "w",
    version: "1.0.0",
    nodes: { ask: { use: "control/wait", for: "1h" } },
  };
  const { value: { run } } = await rig.call("POST /runs", {
    body: { workflow: { text: JSON.stringify(workflow) } },
  });
  const isAsking = async () => (await rig.call("GET /runs/{run}", { path: `/runs/${run}` })).value.isAsking;
  const client = await rig.connect();
  await client.subscribe("runs");
  const told = () =>
    client.of("runs").flatMap(({ data }) =>
      data.kind === "run" && data.run.run === run ? [data.run.isAsking] : []
    );
  assert.equal(await isAsking(), false);
  const others = new WaitingCalls({ run: runId(run), node: nodeId("ask") });
  const answer = rig.prompts.ask(
    { ...question, run: runId(run), node: nodeId("ask"), others },
    new AbortController().signal,
  );
  await client.until(() => told().at(-1) === true);
  assert.equal(await isAsking(), true);
  const { value: [prompt] } = await rig.call("GET /permissions/prompts");
  assert.equal(prompt?.node, "ask");
  // Another run's call that waits for the same answer makes that run one that asks, while it waits.
  const other =
    (await rig.call("POST /runs", { body: { workflow: { text: JSON.stringify(workflow) } } })).value.run;
  const asks = async (id: string) =>
    (await rig.call("GET /runs/{run}", { path: `/runs/${id}` })).value.isAsking;
  assert.equal(await asks(other), false);
  const answered = Promise.withResolvers<void>();
  const call = { run: runId(other), node: nodeId("ask") };
  const waits = others.during(call, new AbortController().signal, answered.promise);
  assert.equal(await asks(other), true);
  assert.deepEqual((await rig.call("GET /permissions/prompts")).value[0]?.others, [call]);
  answered.resolve();
  await waits;
  assert.equal(await asks(other), false);
  await rig.call("POST /permissions/prompts/{id}", {
    path: `/permissions/prompts/${prompt?.id}`,
    body: { verdict: "allow", scope: "once" },
  });
  await answer;
  await client.until(() => told().at(-1) === false);
  assert.equal(await isAsking(), false);
  await client.close();
});

Deno.test("PermissionDesk reads the audit newest first, page by page, and past lines that were cut", async () => {
  await using rig = await UiRig.start();
  const line = (at: number, extension: string) =>
    JSON.stringify({ at: new Date(at).toISOString(), extension, permission: "git", decision: "allowed" });
  await Deno.writeTextFile(
    `${rig.data}/audit.log`,
    `${[1, 2, 3, 4, 5].map((at) => line(at * 1000, at % 2 === 0 ? "a/b" : "c/d")).join("\n")}\n{"at":"20`,
  );
  const page = await rig.call("GET /permissions/audit", { path: "/permissions/audit?limit=2" });
  assert.deepEqual(page.value.lines.map(({ at }) => at), [5000, 4000]);
  assert.equal(page.value.next, 4000);
  const next = await rig.call("GET /permissions/audit", {
    path: "/permissions/audit?limit=2&before=4000&extension=c/d",
  });
  assert.deepEqual(next.value.lines.map(({ at }) => at), [3000, 1000]);
  const found = async (query: string) =>
    (await rig.call("GET /permissions/audit", { path: `/permissions/audit?${query}` })).value.lines.map((
      { at },
    ) => at);
  assert.deepEqual(await found("text=GIT%20A/b"), [4000, 2000]);
  assert.deepEqual(await found("text=git%20nowhere"), []);
  assert.deepEqual([await found("decision=allowed&limit=1"), await found("decision=denied")], [[5000], []]);
});

Deno.test("grants are given and taken back over the API, and readers are told", async () => {
  await using rig = await UiRig.start();
  const client = await rig.connect();
  await client.subscribe("permissions");
  const { value } = await rig.call("PUT /grants", { body: { extension: "acme/lint", permission: "git" } });
  assert.deepEqual(value.map(({ permission, verdict }) => [permission, verdict]), [["git", "allow"]]);
  await client.until(() => client.of("permissions").some(({ data }) => data.kind === "grants"));
  const path = "/grants?extension=acme%2Flint&permission=git";
  assert.deepEqual((await rig.call("DELETE /grants", { path })).value, []);
  assert.equal((await rig.call("DELETE /grants", { path })).status, 404);
  await client.close();
});
