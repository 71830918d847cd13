import assert from "node:assert/strict";
import { holdFolder } from "../../extensions/capabilities/held_folder.ts";

const permission = { failureClass: "permission" };

interface Place extends AsyncDisposable {
  readonly root: string;
  readonly outside: string;
  /** Swaps `root/place` for a link to `outside`. */
  swap(): Promise<void>;
}

async function makePlace(): Promise<Place> {
  const folder = await Deno.realPath(await Deno.makeTempDir({ prefix: "symphony-held-" }));
  const [root, outside] = [`${folder}/root`, `${folder}/outside`];
  await Deno.mkdir(`${root}/place/inner`, { recursive: true });
  await Deno.mkdir(`${outside}/inner`, { recursive: true });
  await Deno.writeTextFile(`${outside}/secret.txt`, "secret");
  return {
    root,
    outside,
    async swap() {
      await Deno.rename(`${root}/place`, `${root}/place.real`);
      await Deno.symlink(outside, `${root}/place`);
    },
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}

async function namesIn(folder: string): Promise<string[]> {
  return (await Array.fromAsync(Deno.readDir(folder), ({ name }) => name)).sort();
}

Deno.test({
  name: "holdFolder() acts in the folder that was held, after its path was swapped for a link",
  ignore: Deno.build.os !== "linux",
  async fn() {
    await using place = await makePlace();
    using held = holdFolder(place.root, `${place.root}/place`);
    await place.swap();
    held.verify();
    await Deno.writeTextFile(held.at("x"), "x");
    await Deno.rename(held.at("x"), held.at("y"));
    assert.deepEqual(await namesIn(held.path), ["inner", "y"]);
    assert.deepEqual(await namesIn(`${place.root}/place.real`), ["inner", "y"]);
    assert.deepEqual(await namesIn(place.outside), ["inner", "secret.txt"]);
  },
});

for (const isLinux of [true, false]) {
  const how = isLinux ? "held open" : "watched";
  Deno.test(`holdFolder() refuses a folder that is a link by now, as its last step or before (${how})`, async () => {
    await using place = await makePlace();
    await place.swap();
    assert.throws(() => holdFolder(place.root, `${place.root}/place`, isLinux), permission);
    assert.throws(() => holdFolder(place.root, `${place.root}/place/inner`, isLinux), permission);
    assert.throws(() => holdFolder(place.root, place.outside, isLinux), permission);
  });
}

Deno.test("holdFolder() tells of a swap where folders cannot be held open", async () => {
  await using place = await makePlace();
  using held = holdFolder(place.root, `${place.root}/place/inner`, false);
  held.verify();
  await place.swap();
  assert.throws(() => held.verify(), permission);
  await Deno.remove(`${place.root}/place`);
  await Deno.mkdir(`${place.root}/place/inner`, { recursive: true });
  assert.throws(() => held.verify(), permission, "another folder at the same path is another one");
});

Deno.test("holdFolder() keeps no file open once it is disposed", async () => {
  await using place = await makePlace();
  const open = async () => Deno.build.os === "linux" ? (await namesIn("/proc/self/fd")).length : 0;
  const before = await open();
  for (let at = 0; at < 50; at++) holdFolder(place.root, `${place.root}/place/inner`)[Symbol.dispose]();
  await place.swap();
  for (let at = 0; at < 50; at++) {
    assert.throws(() => holdFolder(place.root, `${place.root}/place/inner`), permission);
  }
  assert.ok(await open() - before < 10);
});
