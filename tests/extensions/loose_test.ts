/**
 * Extensions that lie where others may write them: what they were let in for is let in for their folder and code alone.
 *
 * @module
 */

import assert from "node:assert/strict";
import { type ExtensionId, extensionId } from "../../core/ids.ts";
import { HeldArtifacts } from "../../extensions/capabilities/held_artifacts.ts";
import { Grants } from "../../extensions/grants.ts";
import { denoHostCommand } from "../../extensions/host/host_command.ts";
import { HostExtensions } from "../../extensions/host_extensions.ts";
import { ExtensionLoader } from "../../extensions/loader/loader.ts";
import { FolderSafety } from "../../extensions/safety_desk.ts";
import { request } from "../contracts/extension_contract.ts";
import { told } from "./zoo/zoo.ts";

const good = extensionId("good/tool");
const writer = extensionId("acme/writer");
const cache = `${Deno.env.get("TMPDIR") ?? "/tmp"}/symphony-test-bundles`;

/** Writes an extension with one operator of its own name, which gives the text that `body` gives. */
async function put(folder: string, id: string, body: string, permissions: readonly object[]): Promise<void> {
  await Deno.mkdir(folder, { recursive: true });
  const manifest = { id, name: "Tool", version: "1.0.0", kind: "operator", description: "It works" };
  const reasoned = permissions.map((one) => ({ ...one, reason: "It needs this for its work" }));
  await Deno.writeTextFile(
    `${folder}/symphony.jsonc`,
    JSON.stringify({ ...manifest, entry: "main.js", permissions: reasoned }),
  );
  await Deno.writeTextFile(`${folder}/main.js`, codeOf(id, body));
}

function codeOf(id: string, body: string): string {
  return `export default { contributes: [{ kind: "operator", type: "${id}", title: "t", description: "d",
    input: { type: "object" }, output: { type: "object", properties: { text: { type: "string" } } },
    run: async (input, { files }) => { ${body} } }] };`;
}

const reads = `return { text: await files.readText("secret.txt") };`;

interface Place {
  readonly top: string;
  readonly workspace: string;
  readonly tool: string;
  readonly grants: Grants;
  /** In a workspace; with all that lies there. */
  open(folder?: string): HostExtensions;
  source(folder?: string): ExtensionLoader;
}

async function inPlace(body: (place: Place) => Promise<void>): Promise<void> {
  const top = await Deno.realPath(await Deno.makeTempDir({ prefix: "symphony-loose-" }));
  const workspace = `${top}/work`;
  const tool = `${workspace}/.symphony/extensions/good`;
  const opened: HostExtensions[] = [];
  try {
    await put(tool, "good/tool", `return { text: "honest" };`, [{ kind: "files", access: "read" }]);
    await Deno.writeTextFile(`${workspace}/secret.txt`, "s3cret");
    const grants = await Grants.open(`${top}/data`);
    await grants.add(good, "files:read");
    const source = (folder = workspace) =>
      new ExtensionLoader({
        workspace: { folder, isTrusted: () => Promise.resolve(true) },
        extra: [`${top}/writer`],
        cache,
      });
    await put(`${top}/writer`, "acme/writer", `return { text: "none" };`, []);
    const open = (folder = workspace) => {
      const hosts = new HostExtensions({
        source: source(folder),
        command: denoHostCommand(),
        grants,
        artifacts: new HeldArtifacts(),
      });
      opened.push(hosts);
      return hosts;
    };
    await body({ top, workspace, tool, grants, open, source });
  } finally {
    for (const one of opened) await one.close();
    await Deno.remove(top, { recursive: true });
  }
}

async function say(hosts: HostExtensions, id: ExtensionId, workspace: string): Promise<string> {
  const instance = await hosts.activate(id);
  try {
    const result = await hosts.call(instance, { ...request(id, {}), workspace, mayWrite: true }, {
      signal: new AbortController().signal,
      timeoutMs: 30_000,
    });
    return result.ok ? String(result.output["text"]) : told(result);
  } finally {
    await hosts.deactivate(instance);
  }
}

Deno.test("code of a workspace that is rewritten stays off until it is approved, whatever was granted before", () =>
  inPlace(async ({ workspace, tool, grants, open, source, top }) => {
    const hosts = open();
    assert.deepEqual((await hosts.describe()).problems, []);
    assert.equal(await say(hosts, good, workspace), "honest");
    await Deno.writeTextFile(`${tool}/main.js`, codeOf("good/tool", reads));
    const [news] = await hosts.reload();
    assert.equal(news?.what, "kept");
    assert.match(
      news?.reason ?? "",
      /Extension good\/tool stays off: its code is not what was let in: .*good$/,
    );
    assert.equal(await say(hosts, good, workspace), "honest");
    // A later session neither, be it only to describe it.
    const later = open();
    const { nodes, problems } = await later.describe();
    assert.equal([...nodes.keys()].includes("good/tool" as never), false);
    assert.match(problems.map(({ message }) => message).join(), /its code is not what was let in/);
    await assert.rejects(later.activate(good), /stays off/);
    await grants.flush();
    await new FolderSafety(() => source()).approve({ data: `${top}/data` }, "good/tool");
    await new Promise((done) => setTimeout(done, 300));
    assert.equal((await hosts.reload())[0]?.what, "replaced");
    assert.equal(await say(hosts, good, workspace), "s3cret");
  }));

Deno.test("another folder's extension of the same name has nothing of the first, and each is approved for itself", () =>
  inPlace(async ({ top, workspace, grants, open, source }) => {
    assert.equal(await say(open(), good, workspace), "honest");
    const other = `${top}/other`;
    await put(`${other}/.symphony/extensions/good`, "good/tool", reads, [{ kind: "files", access: "read" }]);
    await Deno.writeTextFile(`${other}/secret.txt`, "the other's");
    await assert.rejects(open(other).activate(good), /its code is not what was let in/);
    await grants.flush();
    await new FolderSafety(() => source(other)).approve({ data: `${top}/data` }, "good/tool");
    await new Promise((done) => setTimeout(done, 300));
    assert.equal(await say(open(other), good, other), "the other's");
    assert.equal(await say(open(), good, workspace), "honest");
  }));

Deno.test("extensions given by hand are let in for their code as well", () =>
  inPlace(async ({ top, workspace, open }) => {
    assert.equal(await say(open(), writer, workspace), "none");
    await Deno.writeTextFile(`${top}/writer/main.js`, codeOf("acme/writer", `return { text: "other" };`));
    await assert.rejects(open().activate(writer), /acme\/writer stays off: its code is not what was let in/);
  }));

Deno.test("no extension writes, removes or proposes below .symphony, through a link neither", () =>
  inPlace(async ({ top, workspace, tool, grants, open }) => {
    await Deno.symlink(".symphony", `${workspace}/link`);
    const paths = [
      ".symphony/extensions/good/main.js",
      ".Symphony/extensions/new/main.js",
      "link/extensions/good/main.js",
      "link/new/main.js",
      "sub/../.symphony/extensions/new.js",
      ".symphony",
    ];
    const body = `const all = []; for (const path of ${JSON.stringify(paths)}) {
      for (const act of ["write", "remove"]) {
        try { await files[act](path, new Uint8Array(1)); all.push("done " + path); } catch (error) { all.push(error.message); }
      } } return { text: all.join("\\n") };`;
    await put(`${top}/writer`, "acme/writer", body, [{ kind: "files", access: "write" }]);
    await grants.add(writer, "files:write");
    const before = await Deno.readTextFile(`${tool}/main.js`);
    const lines = (await say(open(), writer, workspace)).split("\n");
    assert.equal(lines.length, 2 * paths.length);
    for (const line of lines) assert.match(line, /what is in \.symphony decides which code runs/);
    assert.equal(await Deno.readTextFile(`${tool}/main.js`), before);
    const there = await Array.fromAsync(Deno.readDir(`${workspace}/.symphony`));
    assert.deepEqual(there.map(({ name }) => name), ["extensions"]);
  }));
