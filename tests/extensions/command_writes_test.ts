/**
 * Commands of motifs that change files: only those that say so, and with the person's leave.
 *
 * @module
 */

import assert from "node:assert/strict";
import { noUi } from "../../core/motif/contributions.ts";
import { extensionId } from "../../core/ids.ts";
import type { PermissionAnswer, PermissionQuestion } from "../../core/ports/permission_prompt.ts";
import { readAudit } from "../../extensions/audit_log.ts";
import { HeldArtifacts } from "../../extensions/capabilities/held_artifacts.ts";
import { Grants } from "../../extensions/grants.ts";
import { denoHostCommand } from "../../extensions/host/host_command.ts";
import { HostExtensions } from "../../extensions/host_extensions.ts";
import { readManifest } from "../../extensions/manifest/read_manifest.ts";
import { ExtensionMotifs } from "../../extensions/motif/extension_motifs.ts";
import { installedOf, sourceOf } from "./zoo/zoo.ts";

const id = extensionId("acme/table");
const signal = new AbortController().signal;
const code = `const command = (type) => ({ kind: "command", type, title: "t", description: "d",
  run: async ({ path }, { files }) => { await files.write(path, "sorted"); await files.write("b.txt", "too"); return {}; } });
const extension = { contributes: [command("acme/sort"), command("acme/look"),
  { kind: "view", type: "acme/view", title: "t", description: "d",
    run: async (_, { files }) => { await files.write("view.txt", "x"); return { tree: "x" }; } }] };
export { extension as default };
`;
const manifest = (permissions: readonly object[]) => ({
  id,
  name: "Table",
  version: "1.0.0",
  kind: "motif",
  description: "Sorts",
  entry: "main.js",
  permissions,
  contributes: {
    commands: [
      { command: "acme/sort", title: "Sort", writes: "Writes the sorted table back" },
      { command: "acme/look", title: "Look" },
    ],
  },
});
const writing = [{ kind: "files", access: "write", reason: "Writes the table" }];

interface Stand {
  readonly folder: string;
  readonly grants: Grants;
  readonly questions: PermissionQuestion[];
  /** `ok`, or class and message. */
  run(command: string, path?: string): Promise<string>;
  view(): Promise<string>;
}

async function withTable(
  answers: readonly PermissionAnswer[],
  body: (stand: Stand) => Promise<void>,
  permissions: readonly object[] = writing,
): Promise<void> {
  const root = await Deno.makeTempDir({ prefix: "symphony-command-" });
  const folder = `${root}/work`;
  await Deno.mkdir(folder);
  const questions: PermissionQuestion[] = [];
  const left = [...answers];
  const grants = await Grants.open(`${root}/data`, {
    ask: (question) => {
      questions.push(question);
      return Promise.resolve(left.shift());
    },
  });
  const read = readManifest(JSON.stringify(manifest(permissions)), "symphony.jsonc");
  assert.deepEqual(read.problems, []);
  const plain = installedOf(id, code);
  const installed = { ...plain, manifest: { ...plain.manifest, ...read.manifest } };
  assert.notEqual(installed.manifest.contributes, noUi);
  const source = sourceOf([installed]);
  const extensions = new HostExtensions({
    source,
    command: denoHostCommand(),
    grants,
    artifacts: new HeldArtifacts(),
  });
  const motifs = new ExtensionMotifs(source, extensions);
  try {
    await extensions.describe();
    await body({
      folder,
      grants,
      questions,
      run: async (command, path = "a.txt") => {
        const request = { extension: id, command, input: { path }, workspace: folder, mayWrite: false };
        const reply = await motifs.command(request, signal);
        return reply.ok ? "ok" : `${reply.failure.class}: ${reply.failure.message}`;
      },
      view: async () => {
        const request = { extension: id, view: "acme/view", props: {}, state: null, workspace: folder };
        const reply = await motifs.render(request, signal);
        return reply.ok ? "ok" : `${reply.failure.class}: ${reply.failure.message}`;
      },
    });
    await grants.flush();
  } finally {
    await extensions.close();
    await Deno.remove(root, { recursive: true });
  }
}

const once: PermissionAnswer = { verdict: "allow", scope: { kind: "once" } };

Deno.test("a command that says that it writes asks once for all that it writes, and again the next time", () =>
  withTable([once, once], async ({ folder, questions, run }) => {
    assert.equal(await run("acme/sort"), "ok");
    assert.equal(await Deno.readTextFile(`${folder}/a.txt`), "sorted");
    assert.equal(await Deno.readTextFile(`${folder}/b.txt`), "too");
    assert.deepEqual(questions.map(({ permission }) => permission), ["command:acme/sort"]);
    const [{ what, why, risk, folder: asked } = {} as PermissionQuestion] = questions;
    assert.equal(what, "change files of the folder by its command acme/sort, which you called");
    assert.deepEqual([why, risk, asked], ["Writes the sorted table back", "high", folder]);
    assert.equal(await run("acme/sort"), "ok");
    assert.equal(questions.length, 2);
    // Nobody answers.
    assert.match(await run("acme/sort"), /^permission: .*may not use command:acme\/sort/);
  }));

Deno.test("leave for the session, or granted by hand, is not asked for again; a refusal stands, and all is audited", async () => {
  await withTable([{ verdict: "allow", scope: { kind: "session" } }], async ({ questions, run }) => {
    assert.deepEqual([await run("acme/sort"), await run("acme/sort"), questions.length], ["ok", "ok", 1]);
  });
  await withTable([], async ({ grants, questions, run, folder }) => {
    await grants.add(id, "command:acme/sort");
    assert.equal(await run("acme/sort"), "ok");
    await grants.remove(id, "command:acme/sort");
    assert.match(await run("acme/sort"), /^permission|^crash/);
    await grants.flush();
    const decisions: string[] = [];
    for await (const { decision, permission } of readAudit(folder.replace(/work$/, "data"))) {
      decisions.push(`${decision} ${permission}`);
    }
    for (const one of ["granted", "allowed", "withdrawn", "prompt"]) {
      assert.ok(decisions.includes(`${one} command:acme/sort`), decisions.join(", "));
    }
    assert.equal(questions.length, 1);
  });
  await withTable([{ verdict: "deny", scope: { kind: "session" } }], async ({ questions, run }) => {
    assert.match(await run("acme/sort"), /^permission/);
    assert.match(await run("acme/sort"), /^permission/);
    assert.equal(questions.length, 1);
  });
});

Deno.test("no policy lets a command write unasked; no other command, no view, and nobody in a restricted folder writes", () =>
  withTable([once, once], async ({ folder, grants, questions, run, view }) => {
    await grants.book.setBase("permissive");
    const may = /^permission: .*this run may not write/;
    assert.match(await run("acme/look"), may);
    assert.match(await view(), may);
    assert.equal(questions.length, 0);
    assert.equal(await run("acme/sort"), "ok");
    assert.equal(questions.length, 1);
    assert.match(await run("acme/sort", "../outside.txt"), /leads out of the workspace/);
    await grants.book.setTrust(folder, "restricted");
    assert.match(await run("acme/sort"), /^permission|^crash/);
    assert.match(await run("acme/sort"), /^permission: .*not trusted/);
    assert.equal(questions.length, 2);
  }));

Deno.test("leave for a command is no leave for files that the manifest does not ask for, nor where they were refused", async () => {
  await withTable([once], async ({ run }) => {
    assert.match(await run("acme/sort"), /^permission: .*files:write: its manifest does not ask/);
  }, []);
  await withTable([once], async ({ grants, run }) => {
    grants.addForSession(`${id}=files:write`, "deny");
    assert.match(await run("acme/sort"), /^permission: .*files:write: it was refused/);
  });
});
