/** What runs that propose cannot do: the real text core, files written through the capabilities and by an agent in its copy. */

import assert from "node:assert/strict";
import { relative } from "node:path";
import { authorId, extensionId, nodeId, type RunId, runId } from "../../core/ids.ts";
import type { Json } from "../../core/json.ts";
import { changeSetOf } from "../../core/ports/file_proposals.ts";
import { ShadowFolder } from "../../extensions/acp/shadow_folder.ts";
import { Capabilities } from "../../extensions/capabilities/broker.ts";
import { proposerOf } from "../../extensions/capabilities/capability.ts";
import { HeldArtifacts } from "../../extensions/capabilities/held_artifacts.ts";
import { proposedPlaces } from "../../extensions/capabilities/proposed_place.ts";
import { type OpenTexts, openTexts } from "../../main_texts.ts";
import { FileProposals } from "../../ui/server/texts/file_proposals.ts";

const run = runId("r000000000000001");
const refused = { failureClass: "permission" };
const inputError = { failureClass: "input" };
const evil = extensionId("evil/writer");

interface Stand extends AsyncDisposable {
  readonly root: string;
  readonly outside: string;
  readonly proposals: FileProposals;
  readonly texts: OpenTexts;
  /** How often the book was written. */
  readonly writes: () => number;
  /** The capabilities of a call of a run that proposes. */
  call(of?: RunId): Capabilities;
  write(path: string, text: string): Promise<unknown>;
  read(path: string): Promise<string>;
  /** An agent's copy of the workspace. */
  copy(): Promise<ShadowFolder>;
  /** Files for which something waits. */
  waiting(): Promise<string[]>;
  /** Takes all and saves each, as the page does. */
  save(): Promise<void>;
}

async function open(): Promise<Stand> {
  const top = await Deno.realPath(await Deno.makeTempDir({ prefix: "symphony-proposing-" }));
  const [root, outside] = [`${top}/work`, `${top}/outside`];
  for (const folder of [root, outside, `${top}/data`]) await Deno.mkdir(folder);
  const texts = await openTexts(`${top}/data`);
  const known = new Map<string, Json>();
  let writes = 0;
  const proposals = new FileProposals({
    state: {
      read: (name) => known.get(name),
      replace: async (name, value) => {
        if (name === "proposals.json") writes++;
        await new Promise((resolve) => setTimeout(resolve, 1));
        known.set(name, value);
      },
      remove: (name) => void known.delete(name),
    },
    texts: () => Promise.resolve(texts),
    root,
    places: proposedPlaces,
    nameOf: (file) => relative(root, file),
    onChanged: () => {},
    onError: () => {},
  });
  const call = (of = run) =>
    new Capabilities({
      authority: {
        extension: evil,
        permissions: [],
        refusal: (key) => key.startsWith("files:") ? undefined : "the test refuses it",
        namesOutright: () => false,
        secret: () => undefined,
      },
      workspace: root,
      mayWrite: false,
      signal: new AbortController().signal,
      run: of,
      node: nodeId("n"),
      artifacts: new HeldArtifacts(),
      asset: () => Promise.resolve(undefined),
      proposing: { port: proposals, author: proposerOf(evil) },
    });
  const waiting = async () => {
    const sets = await proposals.waiting();
    return sets.flatMap(({ files }) => files.map(({ file }) => file)).sort();
  };
  return {
    root,
    outside,
    proposals,
    texts,
    writes: () => writes,
    call,
    waiting,
    write: (path, text) => call().call("files.write", { path }, new TextEncoder().encode(text)),
    read: async (path) => new TextDecoder().decode((await call().call("files.read", { path })).bytes),
    copy: () =>
      ShadowFolder.make(root, proposals, { run, node: nodeId("n"), author: proposerOf(extensionId("a/a")) }),
    async save() {
      const { buffers } = await texts.proposals.review(changeSetOf(run, nodeId("n")));
      for (const { buffer } of buffers) {
        await proposals.beforeSave(buffer);
        assert.ok((await texts.editing.save(buffer)).ok);
      }
    },
    async [Symbol.asyncDispose]() {
      await texts[Symbol.asyncDispose]();
      await Deno.remove(top, { recursive: true });
    },
  };
}

const namesIn = async (folder: string) =>
  (await Array.fromAsync(Deno.readDir(folder), ({ name }) => name)).sort();

Deno.test("proposals make no folder that git takes for a repository, whoever brings the last part and in whatever order", async () => {
  await using stand = await open();
  const parts = ["HEAD", "objects/x", "refs/x"];
  for (const [place, order] of [["a/", [0, 1, 2]], ["b/", [2, 1, 0]], ["", [1, 0, 2]]] as const) {
    for (const [at, part] of order.entries()) {
      const written = stand.write(`${place}${parts[part]}`, "ref: refs/heads/main\n");
      if (at < 2) await written;
      else await assert.rejects(written, { ...refused, message: /git would take its folder/ });
    }
  }
  // At once, and of several runs.
  const runs = ["r000000000000002", "r000000000000003", "r000000000000004"].map((id) => runId(id));
  const ends = await Promise.allSettled(
    runs.map((of, at) =>
      stand.call(of).call("files.write", { path: `c/${parts[at]}` }, new TextEncoder().encode("x"))
    ),
  );
  assert.deepEqual(ends.map(({ status }) => status).sort(), ["fulfilled", "fulfilled", "rejected"]);
  // What is on the disk counts as well, and so does a repository that is there.
  await Deno.mkdir(`${stand.root}/d/objects`, { recursive: true });
  await Deno.mkdir(`${stand.root}/d/refs`);
  await Deno.writeTextFile(`${stand.root}/d/config`, "[core]\n");
  await stand.write("d/config", "[core]\n\tbare = true\n");
  await assert.rejects(stand.write("d/HEAD", "x"), refused);
  assert.deepEqual(await namesIn(stand.root), ["d"]);
});

Deno.test("what was proposed is judged again when it is saved, and only then are its folders made", async () => {
  await using stand = await open();
  await stand.write("docs/deep/HEAD", "ref: refs/heads/main\n");
  await stand.write("plain/deep/a.txt", "a\n");
  assert.deepEqual(await namesIn(stand.root), []);
  assert.equal(await stand.read("plain/deep/a.txt"), "a\n");
  // The rest comes in another way.
  for (const name of ["objects", "refs"]) {
    await Deno.mkdir(`${stand.root}/docs/deep/${name}`, { recursive: true });
  }
  await assert.rejects(stand.save(), { code: "permission", message: /git would take its folder/ });
  assert.deepEqual(await namesIn(`${stand.root}/docs/deep`), ["objects", "refs"]);
  await Deno.remove(`${stand.root}/docs`, { recursive: true });
  await Deno.symlink(stand.outside, `${stand.root}/docs`);
  await assert.rejects(stand.save(), { code: "permission", message: /leads out of the workspace/ });
  assert.deepEqual(await namesIn(stand.outside), []);
  await Deno.remove(`${stand.root}/docs`);
  await stand.save();
  assert.equal(await Deno.readTextFile(`${stand.root}/plain/deep/a.txt`), "a\n");
  assert.equal(await Deno.readTextFile(`${stand.root}/docs/deep/HEAD`), "ref: refs/heads/main\n");
});

Deno.test("proposals reach git's own folder through no link, and nothing outside", async () => {
  await using stand = await open();
  await Deno.mkdir(`${stand.root}/.git/hooks`, { recursive: true });
  await Deno.writeTextFile(`${stand.root}/.git/config`, "[core]\n");
  await Deno.symlink(".git/config", `${stand.root}/cfg`);
  await Deno.symlink(".git/hooks", `${stand.root}/scripts`);
  await Deno.symlink(stand.outside, `${stand.root}/abs`);
  for (
    const path of ["cfg", "scripts/pre-commit", "scripts/new/x", ".git/config", "sub/.git", "abs/x", "../x"]
  ) {
    await assert.rejects(stand.write(path, "x"), refused, path);
  }
  assert.deepEqual(await stand.waiting(), []);
  // The port takes nothing on trust.
  for (const file of ["cfg", "abs/x", "../outside/x", "sub/.git"]) {
    const proposal = { run, node: nodeId("n"), author: proposerOf(evil), base: "", text: "x" };
    await assert.rejects(
      stand.proposals.propose({ ...proposal, file: `${stand.root}/${file}` }),
      { code: "permission" },
      file,
    );
  }
});

Deno.test("what an agent makes in its copy is proposed nowhere outside the workspace and not to git", async () => {
  await using stand = await open();
  await Deno.mkdir(`${stand.root}/.git`);
  await Deno.symlink(stand.outside, `${stand.root}/abs`);
  const told: string[] = [];
  {
    await using copy = await stand.copy();
    await Deno.mkdir(`${copy.path}/abs/deep/er`, { recursive: true });
    await Deno.writeTextFile(`${copy.path}/abs/deep/er/x`, "k\n");
    await Deno.mkdir(`${copy.path}/sub`);
    await Deno.writeTextFile(`${copy.path}/sub/.git`, "gitdir: ../evil\n");
    await Deno.mkdir(`${copy.path}/bare/objects`, { recursive: true });
    await Deno.mkdir(`${copy.path}/bare/refs`);
    for (const name of ["HEAD", "objects/x", "refs/x"]) {
      await Deno.writeTextFile(`${copy.path}/bare/${name}`, "x");
    }
    await Deno.writeTextFile(`${copy.path}/honest.txt`, "h\n");
    await copy.end((what) => told.push(what));
  }
  assert.deepEqual(await namesIn(stand.outside), []);
  assert.deepEqual(await stand.waiting(), ["bare/HEAD", "bare/objects/x", "honest.txt"]);
  assert.deepEqual(told.map((line) => line.split(" is ")[0]), ["abs/deep/er/x", "bare/refs/x", "sub/.git"]);
});

Deno.test("an agent's copy shares no file with the workspace, and no link of it leads out", async () => {
  await using stand = await open();
  const { root, outside } = stand;
  await Deno.mkdir(`${root}/node_modules/p`, { recursive: true });
  await Deno.writeTextFile(`${root}/node_modules/p/index.js`, "honest");
  await Deno.mkdir(`${root}/src`);
  await Deno.writeTextFile(`${root}/src/a.txt`, "a\n");
  await Deno.writeTextFile(`${outside}/victim`, "before");
  await Deno.symlink("../outside/victim", `${root}/out`);
  await Deno.symlink(`../../${root.split("/").at(-2)}/outside/victim`, `${root}/far`);
  await Deno.symlink("src/../../outside/none", `${root}/nothing`);
  await Deno.symlink("src", `${root}/inside`);
  await Deno.symlink(`${root}/src/a.txt`, `${root}/whole`);
  await Deno.symlink("../src/a.txt", `${root}/node_modules/linked`);
  await using copy = await stand.copy();
  assert.deepEqual(copy.without, []);
  for (const name of ["out", "far", "nothing"]) await Deno.writeTextFile(`${copy.path}/${name}`, "mine");
  await Deno.writeTextFile(`${copy.path}/node_modules/p/index.js`, "evil");
  await Deno.writeTextFile(`${copy.path}/inside/b.txt`, "b\n");
  await Deno.writeTextFile(`${copy.path}/whole`, "changed\n");
  assert.equal(await Deno.readTextFile(`${outside}/victim`), "before");
  assert.deepEqual(await namesIn(outside), ["victim"]);
  assert.equal(await Deno.readTextFile(`${root}/node_modules/p/index.js`), "honest");
  assert.equal(await Deno.readTextFile(`${copy.path}/node_modules/linked`), "changed\n");
  await copy.end(() => {});
  assert.deepEqual(await stand.waiting(), ["src/a.txt", "src/b.txt"]);
  assert.deepEqual(await namesIn(`${root}/src`), ["a.txt"]);
});

Deno.test("a proposing call reads no file that is too large for a review, and waits for no pipe", async () => {
  await using stand = await open();
  for (let at = 0; at < 8; at++) {
    using file = await Deno.create(`${stand.root}/large${at}`);
    await file.truncate(100 << 20);
  }
  const call = stand.call();
  const ends = await Promise.allSettled(
    Array.from(
      { length: 8 },
      (_, at) => call.call("files.write", { path: `large${at}` }, new Uint8Array([65])),
    ),
  );
  for (const end of ends) {
    assert.match(end.status === "rejected" ? String(end.reason) : "", /over 2097152 characters/);
  }
  assert.ok((await new Deno.Command("mkfifo", { args: [`${stand.root}/pipe`] }).output()).success);
  await assert.rejects(stand.write("pipe", "x"), inputError);
  await assert.rejects(stand.write("a.txt", "x".repeat(3 << 20)), inputError);
});

Deno.test("a proposal is made from what the call has read, also where it has read more than is kept", async () => {
  await using stand = await open();
  const large = `${"line\n".repeat(300_000)}`;
  for (const name of ["a", "b", "c", "d"]) await Deno.writeTextFile(`${stand.root}/${name}`, large);
  const call = stand.call();
  for (const path of ["a", "b", "c", "d"]) await call.call("files.read", { path });
  const write = (path: string) =>
    call.call("files.write", { path }, new TextEncoder().encode(`${large}end\n`));
  await Deno.writeTextFile(`${stand.root}/d`, `first\n${large}`);
  await assert.rejects(write("d"), { ...inputError, message: /has changed since it was read/ });
  for (const path of ["a", "c"]) await write(path);
  assert.deepEqual(await stand.waiting(), ["a", "c"]);
});

Deno.test("a call proposes only so often, so much waits at most, and many proposals are few writes", async () => {
  await using stand = await open();
  const call = stand.call();
  const text = new TextEncoder().encode("x\n");
  const before = stand.writes();
  const write = (at: number, by = call) => by.call("files.write", { path: `f${at}` }, text);
  await Promise.all(Array.from({ length: 200 }, (_, at) => write(at)));
  assert.ok(stand.writes() - before < 100, `${stand.writes() - before} writes`);
  await assert.rejects(write(0), { ...refused, message: /one call proposes at most 200 texts/ });
  // Another call of the same node.
  await write(0, stand.call());
  await assert.rejects(write(200, stand.call()), { ...refused, message: /200 files wait for a review/ });
  // Of another node, by several calls at once.
  const run2 = runId("r000000000000002");
  const calls = [stand.call(run2), stand.call(run2)];
  const ends = await Promise.allSettled(
    calls.flatMap((by, n) => Array.from({ length: 150 }, (_, at) => write(at + n * 150, by))),
  );
  assert.equal(ends.filter(({ status }) => status === "fulfilled").length, 200);
});

Deno.test("files:read gives back what the run proposed, and nothing that a person has typed and not saved", async () => {
  await using stand = await open();
  const { editing, proposals } = stand.texts;
  await Deno.writeTextFile(`${stand.root}/a.txt`, "one\ntwo\n");
  const { buffer } = await editing.open({ file: `${stand.root}/a.txt` });
  const { revision } = await editing.read(buffer);
  const typed = { revision, changes: [{ from: 4, to: 4, insert: "secret\n" }], author: authorId("user:a") };
  assert.ok((await editing.edit(buffer, typed)).ok);
  assert.equal(await stand.read("a.txt"), "one\ntwo\n");
  await stand.write("a.txt", "one\ntwo\nx\n");
  assert.equal(await stand.read("a.txt"), "one\ntwo\nx\n");
  assert.equal((await editing.read(buffer)).text, "one\nsecret\ntwo\nx\n");
  // Nodes beside each other have each read the same.
  const port = stand.proposals;
  const other = { run, node: nodeId("m"), author: proposerOf(evil), file: `${stand.root}/a.txt` };
  await port.propose({ ...other, base: "one\ntwo\n", text: "zero\none\ntwo\n" });
  assert.equal(await stand.read("a.txt"), "zero\none\ntwo\nx\n");
  for (const set of await proposals.changeSets()) await proposals.undoChangeSet(set);
  assert.ok((await editing.save(buffer)).ok);
  assert.equal(await stand.read("a.txt"), "one\nsecret\ntwo\n");
});
