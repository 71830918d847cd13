import assert from "node:assert/strict";
import { hashAssets, KeptAssetHashes } from "../../extensions/loader/asset_hashes.ts";

/** A folder with one asset of three letters; `rewrite` gives it others of the same size, seen or not by its time. */
async function withAsset(
  body: (
    stand: {
      readonly folder: string;
      readonly cache: string;
      hashes(): Promise<string | undefined>;
      rewrite(text: string, isSeen: boolean): Promise<void>;
    },
  ) => Promise<void>,
): Promise<void> {
  const root = await Deno.makeTempDir({ prefix: "symphony-assets-" });
  const [folder, cache] = [`${root}/tool`, `${root}/cache`];
  const asset = `${folder}/a.txt`;
  try {
    await Deno.mkdir(folder);
    await Deno.writeTextFile(asset, "one");
    await body({
      folder,
      cache,
      hashes: async () => (await new KeptAssetHashes(cache).of(folder, ["a.txt"])).get("a.txt"),
      async rewrite(text, isSeen) {
        const { mtime } = await Deno.stat(asset);
        const time = new Date((mtime?.getTime() ?? 0) + (isSeen ? 5_000 : 0));
        await Deno.writeTextFile(asset, text);
        await Deno.utime(asset, time, time);
      },
    });
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

Deno.test("KeptAssetHashes reads an asset again only where its size or time changed", () =>
  withAsset(async ({ folder, hashes, rewrite }) => {
    const first = await hashes();
    assert.equal(first, (await hashAssets(folder, ["a.txt"])).get("a.txt"));
    await rewrite("two", false);
    assert.equal(await hashes(), first, "it was not read");
    await rewrite("two", true);
    assert.equal(await hashes(), (await hashAssets(folder, ["a.txt"])).get("a.txt"));
  }));

Deno.test("KeptAssetHashes makes them anew once forgotten, damaged, or kept of other assets", () =>
  withAsset(async ({ folder, cache, hashes, rewrite }) => {
    await hashes();
    await rewrite("two", false);
    const two = (await hashAssets(folder, ["a.txt"])).get("a.txt");
    await new KeptAssetHashes(cache).forget(folder);
    assert.equal(await hashes(), two);
    for await (const { name } of Deno.readDir(cache)) await Deno.writeTextFile(`${cache}/${name}`, "{");
    assert.equal(await hashes(), two);
    await Deno.writeTextFile(`${folder}/b.txt`, "b");
    assert.equal((await new KeptAssetHashes(cache).of(folder, ["a.txt", "b.txt"])).size, 2);
  }));

Deno.test("KeptAssetHashes and hashAssets refuse an asset that is not there", () =>
  withAsset(async ({ folder, cache }) => {
    await assert.rejects(new KeptAssetHashes(cache).of(folder, ["none.txt"]), /Cannot find asset "none.txt"/);
    await assert.rejects(hashAssets(folder, ["none.txt"]), /Cannot find asset "none.txt"/);
  }));

Deno.test("KeptAssetHashes gives the hashes also where it cannot keep them", () =>
  withAsset(async ({ folder, cache, hashes }) => {
    await Deno.writeTextFile(cache, "no folder");
    assert.equal(await hashes(), (await hashAssets(folder, ["a.txt"])).get("a.txt"));
  }));
