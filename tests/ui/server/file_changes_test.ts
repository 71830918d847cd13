/** Files and folders are made, moved and removed in the workspace alone, and nothing of git's or the product's own. @module */

import assert from "node:assert/strict";
import { UiRig } from "./ui_rig.ts";

Deno.test("files and folders are made, moved and removed; nothing is replaced, and nothing leaves its place", async () => {
  await using rig = await UiRig.start();
  const make = (path: string, kind = "file") => rig.call("POST /files", { body: { path, kind } });
  const move = (from: string, to: string) => rig.call("POST /files/move", { body: { from, to } });
  const remove = (path: string) =>
    rig.call("DELETE /files", { path: `/files?path=${encodeURIComponent(path)}` });
  const isThere = (path: string) => Deno.lstat(`${rig.folder}/${path}`).then(() => true, () => false);
  assert.equal((await make("one/two/three.txt")).value.kind, "file");
  assert.equal((await make("one/empty", "folder")).value.kind, "folder");
  rig.write("one/two/three.txt", "three");
  assert.equal((await make("one/two/three.txt")).status, 409);
  assert.equal((await move("one/two/three.txt", "four.txt")).value.path, "four.txt");
  assert.equal(await Deno.readTextFile(`${rig.folder}/four.txt`), "three");
  rig.write("five.txt", "five");
  assert.equal((await move("four.txt", "five.txt")).status, 409);
  assert.equal(await Deno.readTextFile(`${rig.folder}/five.txt`), "five");
  assert.equal((await move("one", "one/inside")).status, 400);
  assert.equal((await move("nothing", "something")).status, 404);
  // A link is removed, not what it leads to.
  await Deno.symlink(`${rig.folder}/five.txt`, `${rig.folder}/link`);
  assert.equal((await remove("link")).status, 200);
  assert.deepEqual([await isThere("link"), await isThere("five.txt")], [false, true]);
  assert.equal((await remove("one")).status, 200);
  assert.equal(await isThere("one"), false);
  // Refused, each by its reason, and all is as it was.
  await Deno.mkdir(`${rig.folder}/.git/hooks`, { recursive: true });
  await Deno.mkdir(`${rig.folder}/nested/.git`, { recursive: true });
  await Deno.mkdir(`${rig.folder}/.symphony`, { recursive: true });
  const outside = await Deno.makeTempDir();
  await Deno.symlink(outside, `${rig.folder}/away`);
  const refused = [
    make("../out.txt"),
    make("/etc/out.txt"),
    make(".git/hooks/pre-commit"),
    make(".symphony/extensions/x.ts"),
    make("away/out.txt"),
    move("five.txt", "../out.txt"),
    move("five.txt", ".git/config"),
    move(".git", "git"),
    remove("."),
    remove(""),
    remove(".git"),
    remove("nested"),
    remove("nested/.git"),
    remove(".symphony"),
    remove("away/"),
  ];
  for (const [at, answered] of refused.entries()) {
    const { status } = await answered;
    assert.ok(status === 400 || status === 403, `${at}: ${status}`);
  }
  for (const path of ["five.txt", ".git/hooks", "nested/.git", ".symphony", "away"]) {
    assert.ok(await isThere(path), path);
  }
  assert.deepEqual(await Array.fromAsync(Deno.readDir(outside)), []);
  await Deno.remove(outside);
});
