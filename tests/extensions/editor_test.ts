/**
 * Texts of the editor for an extension in a process of its own, with the real text core in its process.
 *
 * @module
 */

import assert from "node:assert/strict";
import { authorId, extensionId, nodeId, runId } from "../../core/ids.ts";
import type { JsonObject } from "../../core/json.ts";
import type { Permission } from "../../core/policy/permission.ts";
import type { CallResult } from "../../core/ports/extension.ts";
import type { Notice } from "../../core/ports/notification.ts";
import { HeldArtifacts } from "../../extensions/capabilities/held_artifacts.ts";
import { editorLimits } from "../../extensions/capabilities/editor.ts";
import { Grants } from "../../extensions/grants.ts";
import { denoHostCommand } from "../../extensions/host/host_command.ts";
import { HostExtensions } from "../../extensions/host_extensions.ts";
import { Notices } from "../../extensions/notices.ts";
import { type OpenTexts, openTexts } from "../../main_texts.ts";
import { request } from "../contracts/extension_contract.ts";
import { installedOf, sourceOf, told } from "./zoo/zoo.ts";

const id = extensionId("acme/writer");
const never = new AbortController().signal;
const any = `{ type: "object", properties: {} }`;
const code =
  `const operator = (type, run) => ({ kind: "operator", type, title: "t", description: "d", input: ${any},
  output: ${any}, run });
const extension = { contributes: [
  operator("acme/read", ({ path }, { editor }) => editor.read(path)),
  operator("acme/propose", ({ path, ...proposal }, { editor }) => editor.propose(path, proposal)),
  operator("acme/blow-up", ({ path, chars }, { editor }) => editor.propose(path, { base: 0, text: "x".repeat(chars) })),
  operator("acme/often", async ({ path, times }, { editor }) => {
    for (let at = 0; at < times; at++) await editor.propose(path, { base: 0, text: "x" });
    return {};
  }),
] };
export { extension as default };
`;
const run = runId("r000000000000001");

interface Stand {
  readonly folder: string;
  readonly texts: () => Promise<OpenTexts>;
  readonly notices: Notice[];
  readonly grants: Grants;
  call(type: string, input: JsonObject, workspace?: string): Promise<CallResult>;
}

const notes: Permission = { kind: "notifications", reason: "It says what it did" };

async function withEditor(
  body: (stand: Stand) => Promise<void>,
  hasEditor = true,
  more: readonly Permission[] = [notes],
): Promise<void> {
  const root = await Deno.makeTempDir({ prefix: "symphony-editor-cap-" });
  const [folder, data] = [`${root}/work`, `${root}/data`];
  await Deno.mkdir(folder);
  await Deno.writeTextFile(`${folder}/a.txt`, "one\ntwo\nthree\n");
  await Deno.writeTextFile(`${root}/outside.txt`, "secret\n");
  let opened: Promise<OpenTexts> | undefined;
  const texts = () => opened ??= openTexts(data);
  const grants = await Grants.open(data);
  const board = new Notices();
  const notices: Notice[] = [];
  board.watch((notice) => notices.push(notice));
  const reason = "It writes";
  const extensions = new HostExtensions({
    source: sourceOf([installedOf(id, code, {
      permissions: [
        { kind: "editor", access: "read", reason },
        { kind: "editor", access: "propose", reason },
        ...more,
      ],
    })]),
    command: denoHostCommand(),
    grants,
    artifacts: new HeldArtifacts(),
    notices: board,
    ...(hasEditor ? { texts } : {}),
  });
  grants.addForSession(`${id}=editor:read`);
  grants.addForSession(`${id}=editor:propose`);
  try {
    await extensions.describe();
    const instance = await extensions.activate(id);
    await body({
      folder,
      texts,
      notices,
      grants,
      call: async (type, input, workspace = folder) =>
        await extensions.call(instance, request(type, input, { run, node: nodeId("n"), workspace }), {
          signal: never,
          timeoutMs: 60_000,
        }),
    });
  } finally {
    await extensions.close();
    await (await opened)?.[Symbol.asyncDispose]();
    await Deno.remove(root, { recursive: true });
  }
}

Deno.test("an extension reads a text as it is in the editor, and what it proposes waits for a review and is in no file", () =>
  withEditor(async ({ folder, texts, call, notices }) => {
    const { editing, proposals } = await texts();
    const { buffer, revision } = await editing.open({ file: `${folder}/a.txt` });
    const person = authorId("user");
    const change = { from: 0, to: 3, insert: "ONE" };
    await editing.edit(buffer, { revision, changes: [change], author: person });
    const read = await call("acme/read", { path: "a.txt" });
    assert.ok(read.ok, told(read));
    assert.equal(read.output["text"], "ONE\ntwo\nthree\n");
    assert.equal(read.output["unsaved"], true);
    // Made from the older text: the person's change stays, and "one" against "uno" waits.
    const proposed = await call("acme/propose", {
      path: "a.txt",
      base: "one\ntwo\nthree\n",
      text: "uno\ntwo\ntres\n",
      note: "Spanish",
    });
    assert.ok(proposed.ok, told(proposed));
    assert.deepEqual(proposed.output, { changes: 1, waiting: 1 });
    assert.equal((await editing.read(buffer)).text, "ONE\ntwo\ntres\n");
    const set = `${run}:n`;
    assert.deepEqual(await proposals.changeSets(), [set]);
    const [review] = (await proposals.review(set)).buffers;
    assert.equal(review?.file, `${folder}/a.txt`);
    assert.deepEqual(review?.conflicts.map(({ proposed, proposedBy }) => [proposed, proposedBy]), [
      ["uno\n", "agent:acme/writer"],
    ]);
    assert.equal(await Deno.readTextFile(`${folder}/a.txt`), "one\ntwo\nthree\n");
    assert.deepEqual(notices.map(({ extension, text }) => `${extension}: ${text}`), [
      "acme/writer: It proposes changes to a.txt: Spanish",
    ]);
    await proposals.undoChangeSet(set);
    assert.equal((await editing.read(buffer)).text, "ONE\ntwo\nthree\n");
  }));

Deno.test("a note on a proposal is a message, for which it takes the leave to show some", () =>
  withEditor(
    async ({ call, notices, texts }) => {
      const wants = { path: "a.txt", base: 0, text: "x" };
      const noted = await call("acme/propose", { ...wants, note: "Buy now" });
      assert.match(told(noted), /^permission: .*notifications/);
      assert.deepEqual(await (await texts()).proposals.changeSets(), []);
      assert.ok((await call("acme/propose", wants)).ok);
      assert.deepEqual(notices.map(({ text }) => text), ["It proposes changes to a.txt"]);
    },
    true,
    [],
  ));

Deno.test("a text that was proposed to stays open for the review, also where nobody had opened it", () =>
  withEditor(async ({ texts, call }) => {
    const { ok } = await call("acme/propose", { path: "a.txt", base: 0, text: "one\ntwo\n3\n" });
    assert.ok(ok);
    const { proposals } = await texts();
    const [set = ""] = await proposals.changeSets();
    assert.equal((await proposals.review(set)).buffers.length, 1);
  }));

Deno.test("no text outside the folder is read or proposed to, nor git's own, nor what is no file", () =>
  withEditor(async ({ folder, texts, call }) => {
    await Deno.symlink("../outside.txt", `${folder}/link.txt`);
    await Deno.mkdir(`${folder}/.git`);
    await Deno.writeTextFile(`${folder}/.git/config`, "[core]\n");
    await Deno.symlink(".git", `${folder}/g`);
    const outside = ["../outside.txt", `${folder}/../outside.txt`, "/etc/passwd", "link.txt"];
    for (const path of [...outside, ".git/config", "g/config"]) {
      for (const type of ["acme/read", "acme/propose"]) {
        const result = told(await call(type, { path, base: "", text: "x" }));
        assert.match(
          result,
          /^permission: .*(leads out of the workspace|git's own folder)/,
          `${type} ${path}`,
        );
      }
    }
    for (const path of [".", "none.txt"]) {
      assert.match(told(await call("acme/propose", { path, base: "", text: "x" })), /^input: /, path);
    }
    const { proposals } = await texts();
    assert.deepEqual(await proposals.changeSets(), []);
  }));

Deno.test("a proposal is bounded, and so are all of a call", () =>
  withEditor(async ({ folder, call }) => {
    const { chars, proposals } = editorLimits;
    const huge = told(await call("acme/blow-up", { path: "a.txt", chars: chars + 1 }));
    assert.match(huge, /^input: Cannot propose "a.txt": over 2097152 characters/);
    assert.match(
      told(await call("acme/often", { path: "a.txt", times: proposals + 1 })),
      /^permission: .*200 texts/,
    );
    await Deno.writeFile(`${folder}/large.txt`, new Uint8Array(4 * chars + 1).fill(97));
    assert.match(told(await call("acme/read", { path: "large.txt" })), /^input: .*over 2097152 characters/);
    await Deno.writeFile(`${folder}/binary`, new Uint8Array([0, 1, 2, 0, 255]));
    assert.match(told(await call("acme/read", { path: "binary" })), /^input: /);
  }));

Deno.test("nobody proposes in a restricted folder, and without an editor it is said where one is", async () => {
  await withEditor(async ({ folder, grants, call }) => {
    await grants.book.setTrust(folder, "restricted");
    assert.match(told(await call("acme/propose", { path: "a.txt", base: 0, text: "x" })), /is not trusted/);
  });
  await withEditor(async ({ call }) => {
    const result = told(await call("acme/propose", { path: "a.txt", base: 0, text: "x" }));
    assert.match(result, /^unavailable: Cannot propose "a.txt": no editor is open here/);
  }, false);
});
