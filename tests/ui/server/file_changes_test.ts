/** Files and folders are made, moved and removed in the workspace alone, and nothing of git's or the product's own. @module */

import assert from "node:assert/strict";
import { moveToFree } from "../../../ui/server/move_to_free.ts";
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

Deno.test("moveToFree() keeps what somebody makes at the new name at the same moment: files, links and folders", async () => {
  const folder = await Deno.makeTempDir({ prefix: "move-" });
  const at = (name: string) => `${folder}/${name}`;
  try {
    let lost = 0;
    let won = 0;
    for (let round = 0; round < 300; round++) {
      const [source, target] = [at(`from-${round}`), at(`to-${round}`)];
      await Deno.writeTextFile(source, "mine");
      const info = await Deno.lstat(source);
      const [moved, made] = await Promise.allSettled([
        moveToFree(source, target, info),
        Deno.writeTextFile(target, "theirs", { createNew: true }),
      ]);
      assert.notEqual(moved.status, made.status, "one of the two has the name");
      if (made.status === "fulfilled") lost++;
      else won++;
      assert.equal(await Deno.readTextFile(target), made.status === "fulfilled" ? "theirs" : "mine");
      assert.equal(await Deno.stat(source).then(() => true, () => false), moved.status === "rejected");
      if (moved.status === "rejected") assert.ok(moved.reason instanceof Deno.errors.AlreadyExists);
    }
    assert.ok(won + lost === 300);
    // Of folders, also when somebody puts something into the new one.
    for (let round = 0; round < 100; round++) {
      const [source, target] = [at(`folder-${round}`), at(`new-${round}`)];
      await Deno.mkdir(source);
      await Deno.writeTextFile(`${source}/a`, "mine");
      const info = await Deno.lstat(source);
      const put = async () => {
        await Deno.mkdir(target, { recursive: true });
        await Deno.writeTextFile(`${target}/a`, "theirs", { createNew: true });
      };
      const [moved, made] = await Promise.allSettled([moveToFree(source, target, info), put()]);
      if (moved.status === "rejected") {
        assert.ok(moved.reason instanceof Deno.errors.AlreadyExists, String(moved.reason));
        assert.equal(await Deno.readTextFile(`${source}/a`), "mine");
      }
      if (made.status === "fulfilled") assert.equal(await Deno.readTextFile(`${target}/a`), "theirs");
    }
    // What is saved by the old name while it moves is moved: savers put a new file in the old one's place.
    await Deno.writeTextFile(at("old"), "older");
    await Deno.writeTextFile(at("old.tmp"), "newer");
    const { link } = Deno;
    Deno.link = async (...names) => {
      await link(...names);
      await Deno.rename(at("old.tmp"), at("old"));
    };
    await moveToFree(at("old"), at("new"), await Deno.lstat(at("old"))).finally(() => Deno.link = link);
    assert.equal(await Deno.readTextFile(at("new")), "newer");
    await assert.rejects(Deno.lstat(at("old")), Deno.errors.NotFound);
    // A link moves itself; the case of a name can be changed.
    await Deno.symlink("nowhere", at("link"));
    await moveToFree(at("link"), at("Link"), await Deno.lstat(at("link")));
    assert.equal(await Deno.readLink(at("Link")), "nowhere");
    await assert.rejects(
      Deno.lstat(at("link")),
      Deno.errors.NotFound,
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("what was made, moved or removed a moment ago is found by what it is now", async () => {
  await using rig = await UiRig.start();
  const found = async () => {
    const { value } = await rig.call("GET /files/search", { path: "/files/search?text=fresh" });
    return value.map(({ path }) => path);
  };
  assert.deepEqual(await found(), []);
  await rig.call("POST /files", { body: { path: "fresh.txt", kind: "file" } });
  assert.deepEqual(await found(), ["fresh.txt"]);
  await rig.call("POST /files/move", { body: { from: "fresh.txt", to: "a/fresh.txt" } });
  assert.deepEqual(await found(), ["a/fresh.txt"]);
  await rig.call("DELETE /files", { path: "/files?path=a" });
  assert.deepEqual(await found(), []);
});
