import assert from "node:assert/strict";
import { fileOperations } from "../../extensions/capabilities/files.ts";
import { below } from "../../extensions/capabilities/workspace_path.ts";
import { HeldArtifacts } from "../../extensions/capabilities/held_artifacts.ts";
import { extensionId, nodeId, runId } from "../../core/ids.ts";
import { openCapabilities } from "./capability_rig.ts";

async function namesIn(folder: string): Promise<string[]> {
  return (await Array.fromAsync(Deno.readDir(folder), ({ name }) => name)).sort();
}

const permission = { failureClass: "permission" };
const input = { failureClass: "input" };

Deno.test("files.read() gives a file's bytes by relative path and by absolute path inside", async () => {
  await using rig = await openCapabilities();
  await Deno.mkdir(`${rig.workspace}/a`);
  await Deno.writeTextFile(`${rig.workspace}/a/b.txt`, "é");
  assert.equal(await rig.context.files.readText("a/b.txt"), "é");
  assert.equal(await rig.context.files.readText("./a/../a/b.txt"), "é");
  assert.equal(await rig.context.files.readText(`${await Deno.realPath(rig.workspace)}/a/b.txt`), "é");
});

Deno.test("files.read() refuses every path that leads out of the workspace", async () => {
  await using rig = await openCapabilities();
  const { files } = rig.context;
  await Deno.symlink(`${rig.outside}/secret.txt`, `${rig.workspace}/link.txt`);
  await Deno.symlink(rig.outside, `${rig.workspace}/folder`);
  await Deno.symlink("link.txt", `${rig.workspace}/link2.txt`);
  await Deno.symlink("/", `${rig.workspace}/root`);
  const paths = [
    "../outside/secret.txt",
    "a/../../outside/secret.txt",
    `${rig.outside}/secret.txt`,
    "/etc/hostname",
    "link.txt",
    "link2.txt",
    "folder/secret.txt",
    "root/etc/hostname",
    "..",
  ];
  for (const path of paths) await assert.rejects(files.read(path), permission, path);
  await assert.rejects(files.list("folder"), permission);
  await assert.rejects(files.list(".."), permission);
  await assert.rejects(files.stat("folder/secret.txt"), permission);
  await assert.rejects(files.stat("../outside"), permission);
});

Deno.test("files.read() follows a link that stays inside", async () => {
  await using rig = await openCapabilities();
  await Deno.writeTextFile(`${rig.workspace}/a.txt`, "x");
  await Deno.symlink("a.txt", `${rig.workspace}/b.txt`);
  assert.equal(await rig.context.files.readText("b.txt"), "x");
});

Deno.test("files.read() never gives what a link is swapped to while it is read", async () => {
  await using rig = await openCapabilities();
  const place = `${rig.workspace}/place`;
  await Deno.writeTextFile(`${rig.workspace}/inside.txt`, "inside");
  let over = false;
  const swapping = (async () => {
    for (let turn = 0; !over; turn++) {
      const target = turn % 2 === 0 ? `${rig.outside}/secret.txt` : `${rig.workspace}/inside.txt`;
      await Deno.symlink(target, `${place}.new`);
      await Deno.rename(`${place}.new`, place);
    }
  })();
  for (let turn = 0; turn < 500; turn++) {
    const text = await rig.context.files.readText("place").catch(() => "refused");
    assert.notEqual(text, "secret");
  }
  over = true;
  await swapping;
});

Deno.test("files.read() refuses folders, pipes and names with NUL", async () => {
  await using rig = await openCapabilities();
  await new Deno.Command("mkfifo", { args: [`${rig.workspace}/pipe`] }).output();
  await assert.rejects(rig.context.files.read("pipe"), input);
  await assert.rejects(rig.context.files.read("."), input);
  await assert.rejects(rig.context.files.read("a\0b"), input);
  await assert.rejects(rig.context.files.read("missing.txt"), /no such file/);
});

Deno.test("files.readText() rejects bytes that are not UTF-8 with class input", async () => {
  await using rig = await openCapabilities();
  await Deno.writeFile(`${rig.workspace}/a.bin`, new Uint8Array([0xff, 0xfe, 0x00]));
  await assert.rejects(rig.context.files.readText("a.bin"), input);
});

Deno.test("files.read() refuses a file over 32 MiB", async () => {
  await using rig = await openCapabilities();
  const path = `${rig.workspace}/large`;
  await Deno.writeFile(path, new Uint8Array(0));
  await Deno.truncate(path, (32 << 20) + 1);
  await assert.rejects(rig.context.files.read("large"), /over the limit/);
});

Deno.test("files.list() gives names in order with kind and size, links not followed", async () => {
  await using rig = await openCapabilities();
  await Deno.mkdir(`${rig.workspace}/b`);
  await Deno.writeTextFile(`${rig.workspace}/c.txt`, "four");
  await Deno.symlink("/etc", `${rig.workspace}/a`);
  const entries = await rig.context.files.list(".");
  assert.deepEqual(entries.map(({ name, kind }) => [name, kind]), [["a", "symlink"], ["b", "directory"], [
    "c.txt",
    "file",
  ]]);
  assert.equal(entries[2]?.sizeBytes, 4);
});

Deno.test("files.stat() gives undefined where nothing is", async () => {
  await using rig = await openCapabilities();
  assert.equal(await rig.context.files.stat("none/at/all"), undefined);
  assert.equal((await rig.context.files.stat("."))?.kind, "directory");
});

Deno.test("files.write() replaces a file, makes its folders, keeps its mode and leaves nothing else behind", async () => {
  await using rig = await openCapabilities();
  await Deno.writeTextFile(`${rig.workspace}/run.sh`, "old", { mode: 0o755 });
  await rig.context.files.write("run.sh", "new");
  await rig.context.files.write("a/b/c.txt", new Uint8Array([65]));
  assert.equal(await Deno.readTextFile(`${rig.workspace}/run.sh`), "new");
  assert.equal((await Deno.stat(`${rig.workspace}/run.sh`)).mode! & 0o777, 0o755);
  assert.equal(await Deno.readTextFile(`${rig.workspace}/a/b/c.txt`), "A");
  assert.deepEqual(await namesIn(rig.workspace), ["a", "run.sh"]);
});

Deno.test("files.write() and remove() refuse to leave the workspace or to touch git's folder", async () => {
  await using rig = await openCapabilities();
  const { files } = rig.context;
  await Deno.symlink(rig.outside, `${rig.workspace}/folder`);
  await Deno.mkdir(`${rig.workspace}/.git`);
  for (
    const path of ["../x", "folder/x", "/tmp/x", ".git/hooks/pre-commit", "a/.GIT/config"]
  ) {
    await assert.rejects(files.write(path, "x"), permission, path);
    await assert.rejects(files.remove(path), permission, path);
  }
  await assert.rejects(files.write("folder/deep/x", "x"), permission);
  await assert.rejects(files.remove("folder/secret.txt"), permission);
  assert.deepEqual(await namesIn(rig.outside), ["secret.txt"]);
});

Deno.test("files.write() onto a link that leads out replaces the link and spares its target", async () => {
  await using rig = await openCapabilities();
  await Deno.symlink(`${rig.outside}/secret.txt`, `${rig.workspace}/link.txt`);
  await rig.context.files.write("link.txt", "mine");
  assert.equal(await Deno.readTextFile(`${rig.outside}/secret.txt`), "secret");
  assert.ok((await Deno.lstat(`${rig.workspace}/link.txt`)).isFile);
});

Deno.test("files.write() needs the run's leave and the grant", async () => {
  await using noLeave = await openCapabilities({ mayWrite: false });
  await assert.rejects(noLeave.context.files.write("a", "x"), /this run may not write/);
  await using noGrant = await openCapabilities({ refuse: ["files:write"] });
  await assert.rejects(noGrant.context.files.write("a", "x"), permission);
  await assert.rejects(noGrant.context.files.remove("a"), permission);
});

Deno.test("files.remove() removes one file and is harmless where nothing is", async () => {
  await using rig = await openCapabilities();
  await Deno.writeTextFile(`${rig.workspace}/a`, "x");
  await rig.context.files.remove("a");
  await rig.context.files.remove("a");
  assert.equal(await rig.context.files.stat("a"), undefined);
  await Deno.mkdir(`${rig.workspace}/folder`);
  await assert.rejects(rig.context.files.remove("folder"), input);
});

Deno.test("capabilities refuse inherited names, wrong arguments and use after the call", async () => {
  await using rig = await openCapabilities();
  for (const name of ["constructor", "toString", "__proto__", "files", "files.chmod", ""]) {
    await assert.rejects(rig.capabilities.call(name, {}), permission, name);
  }
  await assert.rejects(rig.capabilities.call("files.read", { path: 3 }), input);
  await assert.rejects(
    rig.capabilities.call("files.read", JSON.parse('{"__proto__": {"path": "a"}}')),
    input,
  );
  rig.capabilities.close();
  await assert.rejects(rig.context.files.list("."), permission);
});

Deno.test("a handler may ask for ten thousand files at once", async () => {
  await using rig = await openCapabilities();
  await Deno.writeTextFile(`${rig.workspace}/a`, "x");
  const all = await Promise.all(Array.from({ length: 10_000 }, () => rig.context.files.stat("a")));
  assert.ok(all.every((entry) => entry?.sizeBytes === 1));
});

Deno.test("artifacts and assets give what was put and listed, and nothing else", async () => {
  await using rig = await openCapabilities();
  const { artifacts, assets } = rig.context;
  const id = await artifacts.put(new TextEncoder().encode("hello"), { type: "text/plain" });
  assert.equal(id, "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824");
  assert.equal(new TextDecoder().decode(await artifacts.get(id)), "hello");
  await assert.rejects(artifacts.get("0".repeat(64)), input);
  await assert.rejects(artifacts.get("../x"), input);
  assert.deepEqual([...await assets.bytes("listed")], [7]);
  await assert.rejects(assets.bytes("other"), input);
});

Deno.test("below() refuses what leads out before anything is looked at", () => {
  assert.equal(below("/w", "a/../b"), "/w/b");
  for (const path of ["../x", "a/../../x", "/x", "/ww", "..", "\0"]) {
    assert.throws(() => below("/w", path), path);
  }
});

Deno.test("files.read() never gives a file of a folder that is swapped for a link while it is read", async () => {
  await using rig = await openCapabilities();
  await Deno.mkdir(`${rig.workspace}/place`);
  await Deno.writeTextFile(`${rig.workspace}/place/secret.txt`, "inside");
  const swap = `const [place, outside] = Deno.args; for (;;) {
    Deno.renameSync(place, place + ".real"); Deno.symlinkSync(outside, place);
    for (const end = performance.now() + 0.2; performance.now() < end;);
    Deno.removeSync(place); Deno.renameSync(place + ".real", place);
    for (const end = performance.now() + 0.2; performance.now() < end;); }`;
  const args = ["eval", swap, `${rig.workspace}/place`, rig.outside];
  const child = new Deno.Command(Deno.execPath(), { args, stdin: "null", stderr: "null" }).spawn();
  try {
    let answered = 0;
    for (let at = 0; at < 1_500 || answered === 0; at++) {
      const read = rig.context.files.readText("place/secret.txt").catch(() => undefined);
      const text = await read;
      assert.notEqual(text, "secret");
      if (text === "inside") answered++;
    }
  } finally {
    child.kill("SIGKILL");
    await child.status;
  }
});

Deno.test("files.read() never gives what another process puts in a file's place while it is read", async () => {
  await using rig = await openCapabilities();
  await Deno.writeTextFile(`${rig.workspace}/place`, "inside");
  const swap = `const [place, outside] = Deno.args; for (;;) {
    Deno.renameSync(place, place + ".real"); Deno.symlinkSync(outside, place);
    for (const end = performance.now() + 0.1; performance.now() < end;);
    Deno.renameSync(place + ".real", place);
    for (const end = performance.now() + 0.1; performance.now() < end;); }`;
  const args = ["eval", swap, `${rig.workspace}/place`, `${rig.outside}/secret.txt`];
  const child = new Deno.Command(Deno.execPath(), { args, stdin: "null", stderr: "null" }).spawn();
  try {
    let answered = 0;
    for (let at = 0; at < 3_000 || answered === 0; at++) {
      const text = await rig.context.files.readText("place").catch(() => undefined);
      assert.notEqual(text, "secret");
      if (text === "inside") answered++;
    }
  } finally {
    child.kill("SIGKILL");
    await child.status;
  }
});

Deno.test("files.write() is within its quota of files and bytes a call", async () => {
  const workspace = await Deno.makeTempDir({ prefix: "symphony-quota-" });
  try {
    const limits = { fileBytes: 100, readBytes: 100, writeBytes: 10, writes: 3, entries: 10 };
    const open = () =>
      fileOperations({
        authority: {
          extension: extensionId("test/quota"),
          permissions: [],
          refusal: () => undefined,
          namesOutright: () => false,
          secret: () => undefined,
        },
        workspace,
        mayWrite: true,
        signal: new AbortController().signal,
        run: runId("r000000000000000"),
        node: nodeId("n"),
        granted: new Set(),
        artifacts: new HeldArtifacts(),
        asset: () => Promise.resolve(undefined),
      }, limits);
    const write = (operations: ReturnType<typeof open>, path: string, size: number) =>
      operations["files.write"]?.({ path }, new Uint8Array(size)) ?? Promise.reject(new Error("absent"));
    const many = open();
    for (const path of ["a", "b", "c"]) await write(many, path, 1);
    await assert.rejects(write(many, "d", 1), /at most 3 files and 10 bytes/);
    const large = open();
    await write(large, "e", 10);
    await assert.rejects(write(large, "f", 1), /at most 3 files and 10 bytes/);
    assert.deepEqual(await namesIn(workspace), ["a", "b", "c", "e"]);
  } finally {
    await Deno.remove(workspace, { recursive: true });
  }
});
