/** Runs that propose: the real server and text core; nothing reaches a file before a person takes it. @module */

import assert from "node:assert/strict";
import { openTexts } from "../../../main_texts.ts";
import { defineExtension, defineOperator, Type } from "../../../extensions/sdk/mod.ts";
import type { WaitingSet } from "../../../ui/api/reviews.ts";
import type { RunDetail, StartRun } from "../../../ui/api/runs.ts";
import { UiRig, until } from "./ui_rig.ts";

const writer = defineExtension({
  contributes: [
    defineOperator({
      type: "trial/replace",
      title: "Replace",
      description: "Replaces words in a file",
      effect: "write",
      input: Type.Object({ path: Type.String(), from: Type.String(), to: Type.String() }),
      output: Type.Object({ before: Type.String() }),
      async run({ path, from, to }, { files }) {
        const before = await files.stat(path) === undefined ? "" : await files.readText(path);
        await files.write(path, from === "" ? `${before}${to}` : before.replace(from, to));
        return { before };
      },
    }),
    defineOperator({
      type: "trial/look",
      title: "Look",
      description: "Names and texts of a folder",
      effect: "read",
      input: Type.Object({ folder: Type.String() }),
      output: Type.Object({ names: Type.Array(Type.String()), texts: Type.Array(Type.String()) }),
      async run({ folder }, { files }) {
        const names = (await files.list(folder)).filter(({ kind }) => kind === "file").map(({ name }) =>
          name
        );
        return { names, texts: await Promise.all(names.map((name) => files.readText(`${folder}/${name}`))) };
      },
    }),
    defineOperator({
      type: "trial/spoil",
      title: "Spoil",
      description: "Writes what is no text, or removes a file",
      effect: "write",
      input: Type.Object({ path: Type.String(), removes: Type.Boolean() }),
      output: Type.Object({}),
      async run({ path, removes }, { files }) {
        if (removes) await files.remove(path);
        else await files.write(path, new Uint8Array([0xff, 0xfe, 0x00, 0xff]));
        return {};
      },
    }),
  ],
});

const flow = (nodes: object) => ({ schema: 1, id: "flow", nodes });
const settings = "retries = 3\nhost = local\n";

async function proposingRig(): Promise<UiRig> {
  const rig: UiRig = await UiRig.start({ extensions: [writer], openTexts: () => openTexts(rig.data) });
  rig.write("settings.txt", settings);
  return rig;
}

async function ran(rig: UiRig, nodes: object, more: Partial<StartRun> = {}): Promise<RunDetail> {
  const body = { workflow: { text: JSON.stringify(flow(nodes)) }, proposes: true, ...more };
  const { value: { run }, status } = await rig.call("POST /runs", { body });
  assert.equal(status, 201);
  let detail: RunDetail | undefined;
  await until(async () => {
    detail = (await rig.call("GET /runs/{run}", { path: `/runs/${run}` })).value;
    return detail.state === "completed" || detail.state === "failed";
  });
  return detail as RunDetail;
}

async function waitingIn(rig: UiRig): Promise<readonly WaitingSet[]> {
  return (await rig.call("GET /changes")).value;
}

const onDisk = (rig: UiRig, name: string) =>
  Deno.readTextFile(`${rig.folder}/${name}`).catch(() => undefined);

Deno.test("a run that proposes leaves every file as it is, and its next nodes see what it proposed", async () => {
  await using rig = await proposingRig();
  const detail = await ran(rig, {
    edit: { use: "trial/replace", in: { path: "'settings.txt'", from: "'local'", to: "'remote'" } },
    more: {
      use: "trial/replace",
      after: "edit",
      in: { path: "'settings.txt'", from: "'3'", to: "'5'" },
    },
    add: { use: "trial/replace", in: { path: "'deep/new.txt'", from: "''", to: "'made\\n'" } },
    look: { use: "trial/look", after: ["more", "add"], in: { folder: "'.'" } },
    deep: { use: "trial/look", after: "add", in: { folder: "'deep'" } },
  });
  assert.deepEqual([detail.state, detail.proposes, detail.mayWrite], ["completed", true, false]);
  assert.equal(await onDisk(rig, "settings.txt"), settings);
  assert.equal(await onDisk(rig, "deep/new.txt"), undefined);
  const outputOf = async (node: string) =>
    (await rig.call("GET /runs/{run}/values/{node}", { path: `/runs/${detail.run}/values/${node}` })).value
      .output;
  assert.deepEqual(await outputOf("look"), {
    names: ["settings.txt"],
    texts: ["retries = 5\nhost = remote\n"],
  });
  assert.deepEqual(await outputOf("deep"), { names: ["new.txt"], texts: ["made\n"] });
  const waiting = await waitingIn(rig);
  assert.deepEqual(
    waiting.map(({ node, author, files }) => [node, author, files]).sort(),
    [
      ["add", "agent:trial/kit", [{ file: "deep/new.txt", places: 1 }]],
      ["edit", "agent:trial/kit", [{ file: "settings.txt", places: 1 }]],
      ["more", "agent:trial/kit", [{ file: "settings.txt", places: 1 }]],
    ],
  );
  assert.deepEqual(new Set(waiting.map(({ run }) => run)), new Set([detail.run]));
  const reviews = (await rig.call("GET /runs/{run}/reviews", { path: `/runs/${detail.run}/reviews` })).value;
  assert.equal(reviews.waiting.length, 3);
});

Deno.test("what waits is told as it changes, outlives the server, and is in the file once it was taken and saved", async () => {
  await using rig = await proposingRig();
  const client = await rig.connect("one");
  await client.subscribe("changes");
  const told = () => client.events.filter(({ topic }) => topic === "changes").at(-1)?.data;
  const detail = await ran(rig, {
    edit: { use: "trial/replace", in: { path: "'settings.txt'", from: "'local'", to: "'remote'" } },
    add: { use: "trial/replace", in: { path: "'deep/new.txt'", from: "''", to: "'made\\n'" } },
  });
  await client.until(() => {
    const now = told();
    return now?.kind === "snapshot" && "waiting" in now && now.waiting.length === 2;
  });
  await rig.stop();
  await rig.open();
  assert.deepEqual((await waitingIn(rig)).map(({ node }) => node).sort(), ["add", "edit"]);
  const person = await rig.connect("person");
  const opened = await person.request("text.open", { file: "settings.txt" });
  assert.equal(opened.text, "retries = 3\nhost = remote\n");
  await person.request("changes.accept", { changeSet: `${detail.run}:edit` });
  // Taken, and not saved: the file has it not, and a run that goes on would still see it.
  assert.equal(await onDisk(rig, "settings.txt"), settings);
  assert.ok((await person.request("text.save", { buffer: opened.buffer })).ok);
  assert.equal(await onDisk(rig, "settings.txt"), "retries = 3\nhost = remote\n");
  const made = await person.request("text.open", { file: "deep/new.txt" });
  assert.equal(made.text, "made\n");
  await person.request("changes.undo", { changeSet: `${detail.run}:add` });
  await until(async () => (await waitingIn(rig)).length === 0);
  const { verdicts } =
    (await rig.call("GET /runs/{run}/reviews", { path: `/runs/${detail.run}/reviews` })).value;
  assert.deepEqual(verdicts.map(({ verdict }) => verdict).sort(), ["accept", "reject"]);
  // Nothing waits, and everything taken is saved: nothing is held any more.
  await until(async () => await Deno.readTextFile(`${rig.data}/ui/proposals.json`) === "[]");
  // What was rejected has left nothing, not even its folder.
  await until(() => Deno.stat(`${rig.folder}/deep`).then(() => false, () => true));
});

Deno.test("a person's own words stay where a proposal contradicts them, and both wait", async () => {
  await using rig = await proposingRig();
  const person = await rig.connect("person");
  const { buffer, revision } = await person.request("text.open", { file: "settings.txt" });
  const at = settings.indexOf("local");
  const changes = [{ from: at, to: at + 5, insert: "mine" }];
  assert.ok((await person.request("text.edit", { buffer, id: "1", revision, changes })).ok);
  const detail = await ran(rig, {
    edit: { use: "trial/replace", in: { path: "'settings.txt'", from: "'local'", to: "'remote'" } },
  });
  assert.equal(detail.state, "completed");
  const { text } = await person.request("text.read", { buffer });
  assert.equal(text, "retries = 3\nhost = mine\n");
  const { buffers } = await person.request("changes.review", { changeSet: `${detail.run}:edit` });
  assert.deepEqual(
    buffers.flatMap(({ conflicts }) => conflicts.map(({ current, proposed }) => [current, proposed])),
    [["host = mine\n", "host = remote\n"]],
  );
});

Deno.test("what cannot be proposed is refused and says why; without the mode nothing is proposed", async () => {
  await using rig = await proposingRig();
  const spoil = (removes: boolean) => ({
    spoil: { use: "trial/spoil", in: { path: "'settings.txt'", removes: `${removes}` } },
  });
  const bytes = await ran(rig, spoil(false));
  assert.equal(bytes.failure?.class, "input");
  assert.match(bytes.failure?.message ?? "", /Cannot propose "settings\.txt": it is no UTF-8 text/);
  const removal = await ran(rig, spoil(true));
  assert.equal(removal.failure?.class, "permission");
  assert.match(removal.failure?.message ?? "", /removing a file cannot be proposed/);
  const outside = await ran(rig, {
    edit: { use: "trial/replace", in: { path: "'../out.txt'", from: "''", to: "'x'" } },
  });
  assert.match(outside.failure?.message ?? "", /leads out of the workspace/);
  const plain = await ran(rig, {
    edit: { use: "trial/replace", in: { path: "'settings.txt'", from: "'3'", to: "'5'" } },
  }, { proposes: false });
  assert.equal(plain.failure?.class, "permission");
  assert.deepEqual(await waitingIn(rig), []);
  assert.equal(await onDisk(rig, "settings.txt"), settings);
});

Deno.test("a run that goes on in another server still proposes, also behind a gate that a person approved", async () => {
  await using rig = await proposingRig();
  const body = {
    proposes: true,
    workflow: {
      text: JSON.stringify(flow({
        ask: { use: "control/gate", question: "Go on?" },
        late: {
          use: "trial/replace",
          after: "ask.approved",
          in: { path: "'settings.txt'", from: "'local'", to: "'remote'" },
        },
      })),
    },
  };
  const { value: { run } } = await rig.call("POST /runs", { body });
  const state = async () => (await rig.call("GET /runs/{run}", { path: `/runs/${run}` })).value.asking.length;
  await until(async () => await state() === 1);
  await rig.stop();
  await rig.open();
  await rig.call("POST /runs/{run}/approve", {
    path: `/runs/${run}/approve`,
    body: { node: "ask", approved: true },
  });
  await until(async () => (await waitingIn(rig)).some(({ node }) => node === "late"));
  assert.equal(await onDisk(rig, "settings.txt"), settings);
});
