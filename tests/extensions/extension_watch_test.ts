/**
 * The watch of what extensions are made of, over real folders.
 *
 * @module
 */

import assert from "node:assert/strict";
import { ExtensionWatch } from "../../extensions/extension_watch.ts";

Deno.test("ExtensionWatch tells of what changes all the time, too", async () => {
  const folder = await Deno.makeTempDir({ prefix: "symphony-watch-" });
  const { promise: told, resolve } = Promise.withResolvers<void>();
  const watch = new ExtensionWatch({
    folders: () => Promise.resolve([folder]),
    files: [],
    onChange: () => Promise.resolve(resolve()),
  });
  // Sooner than it would settle, until it was told or nobody can hope for it any more.
  let changes = 0;
  const writing = setInterval(() => Deno.writeTextFileSync(`${folder}/x`, String(++changes)), 50);
  try {
    await watch.begin();
    const gaveUp = new Promise<string>((done) => {
      const look = setInterval(() => {
        if (changes < 200) return;
        clearInterval(look);
        done("gave up");
      }, 20);
      void told.then(() => clearInterval(look));
    });
    assert.equal(await Promise.race([told.then(() => "told"), gaveUp]), "told");
  } finally {
    clearInterval(writing);
    await watch[Symbol.asyncDispose]();
    await Deno.remove(folder, { recursive: true });
  }
});
