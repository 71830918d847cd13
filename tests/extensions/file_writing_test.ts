/** Where files are written and removed while links, swaps and git's names try to lead elsewhere. */

import assert from "node:assert/strict";
import { openCapabilities } from "./capability_rig.ts";

const permission = { failureClass: "permission" };

async function git(folder: string, ...args: string[]): Promise<boolean> {
  return (await new Deno.Command("git", { args, cwd: folder, stderr: "null" }).output()).success;
}

const isThere = (path: string) => Deno.lstat(path).then(() => true, () => false);

Deno.test("files.write() and remove() touch git's folder through no link", async () => {
  await using rig = await openCapabilities();
  const { files } = rig.context;
  assert.ok(await git(rig.workspace, "init", "-q"));
  await Deno.symlink(".git", `${rig.workspace}/g`);
  await Deno.symlink(".git/hooks", `${rig.workspace}/h`);
  await Deno.mkdir(`${rig.workspace}/deep`);
  await Deno.symlink("../g", `${rig.workspace}/deep/g`);
  const before = await Deno.readTextFile(`${rig.workspace}/.git/config`);
  for (const path of ["g/hooks/pre-commit", "g/config", "h/pre-commit", "deep/g/config", "g/new/folder/x"]) {
    await assert.rejects(files.write(path, "x"), permission, path);
  }
  for (const path of ["g/config", "deep/g/config", "g/HEAD"]) {
    await assert.rejects(files.remove(path), permission, path);
  }
  assert.equal(await Deno.readTextFile(`${rig.workspace}/.git/config`), before);
  assert.equal(await isThere(`${rig.workspace}/.git/hooks/pre-commit`), false);
  assert.equal(await isThere(`${rig.workspace}/.git/new`), false);
  await Deno.mkdir(`${rig.workspace}/sub/.git`, { recursive: true });
  await Deno.symlink(".git", `${rig.workspace}/sub/empty`);
  await assert.rejects(files.write("sub/empty/config", "x"), permission, "a .git that is no repository yet");
});

Deno.test("files.write() knows git's folder however a file system may spell it", async () => {
  await using rig = await openCapabilities();
  const names = [".git", ".GIT", ".git.", ".git ", ".git::$INDEX_ALLOCATION", "git~1", "GIT~1", ".g\u200cit"];
  for (const name of names) {
    await assert.rejects(rig.context.files.write(name, "gitdir: elsewhere"), permission, name);
    await assert.rejects(rig.context.files.write(`a/${name}/config`, "x"), permission, name);
  }
  for (const name of [".gitignore", ".github/x", "git", "a.git"]) await rig.context.files.write(name, "x");
});

Deno.test("files.write() makes no folder that git takes for a repository, in any order and at once", async () => {
  const parts = ["HEAD", "objects/x", "refs/x"];
  const orders = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];
  for (const place of ["", "sub/folder/"]) {
    for (const order of orders) {
      await using rig = await openCapabilities();
      for (const [at, part] of order.entries()) {
        const written = rig.context.files.write(`${place}${parts[part]}`, "ref: refs/heads/main\n");
        if (at < 2) await written;
        else await assert.rejects(written, /git would take its folder for a repository/);
      }
      assert.equal(await git(`${rig.workspace}/${place}`, "rev-parse", "--git-dir"), false);
    }
  }
  for (let round = 0; round < 20; round++) {
    await using rig = await openCapabilities();
    await Promise.allSettled(
      parts.map((part) => rig.context.files.write(part, "ref: refs/heads/main\n")),
    );
    assert.equal(await git(rig.workspace, "rev-parse", "--git-dir"), false);
  }
});

Deno.test("files.write() makes no repository whose objects are elsewhere, and changes none that is there", async () => {
  await using rig = await openCapabilities();
  const { files } = rig.context;
  await files.write("a/HEAD", "ref: refs/heads/main\n");
  await assert.rejects(files.write("a/commondir", "../b\n"), permission);
  assert.ok(await git(rig.workspace, "init", "-q", "--bare", "bare"));
  await Deno.symlink("bare", `${rig.workspace}/link`);
  for (const path of ["bare/config", "bare/hooks/update", "link/config", "bare/new/x", "link/hooks/update"]) {
    await assert.rejects(files.write(path, "x"), permission, path);
  }
  await assert.rejects(files.remove("link/config"), permission);
  await files.write("objects/x", "x");
  await files.write("refs/x", "x");
  await files.remove("refs/x");
});

Deno.test("files.write(), list() and stat() stay inside while another process swaps a folder for a link", async () => {
  await using rig = await openCapabilities();
  await Deno.mkdir(`${rig.workspace}/place`);
  const swap = `const [place, outside] = Deno.args; const attempt = (act) => { try { act(); } catch {} };
    const wait = () => { for (const end = performance.now() + 0.15; performance.now() < end;); };
    for (;;) {
      attempt(() => Deno.removeSync(place, { recursive: true })); attempt(() => Deno.symlinkSync(outside, place)); wait();
      attempt(() => Deno.removeSync(place)); attempt(() => Deno.mkdirSync(place)); wait();
    }`;
  const args = ["eval", swap, `${rig.workspace}/place`, rig.outside];
  const child = new Deno.Command(Deno.execPath(), { args, stdin: "null", stderr: "null" }).spawn();
  const done = { listed: 0, wrote: 0 };
  try {
    for (let turn = 0; turn < 1_500 || done.listed === 0 || done.wrote === 0; turn++) {
      const names = await rig.context.files.list("place").catch(() => undefined);
      if (names !== undefined) done.listed++;
      assert.ok(names?.every(({ name }) => name !== "secret.txt") ?? true);
      const info = await rig.context.files.stat("place/secret.txt").catch(() => undefined);
      assert.equal(info, undefined);
      await rig.context.files.write("place/x", "x").then(() => done.wrote++, () => {});
    }
  } finally {
    child.kill("SIGKILL");
    await child.status;
  }
  const outside = await Array.fromAsync(Deno.readDir(rig.outside), ({ name }) => name);
  assert.deepEqual(outside, ["secret.txt"]);
});
