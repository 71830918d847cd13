/** What a folder of the workspace is listed as. @module */

import assert from "node:assert/strict";
import { entriesOf } from "../../../ui/server/file_lists.ts";
import { WorkspaceFiles } from "../../../ui/server/workspace_files.ts";

Deno.test("entriesOf() lists all of a large folder, folders first and by name; what is too much is cut at the end", async () => {
  const root = await Deno.makeTempDir({ prefix: "symphony-list-" });
  try {
    const names = Array.from({ length: 6000 }, (_, i) => `f${String(i).padStart(5, "0")}.txt`);
    await Deno.mkdir(`${root}/many`);
    await Promise.all(names.map((name) => Deno.writeTextFile(`${root}/many/${name}`, "")));
    await Deno.mkdir(`${root}/many/zoo`);
    await Deno.mkdir(`${root}/many/.git`);
    await Deno.symlink("f00000.txt", `${root}/many/link`);
    const files = new WorkspaceFiles(root);
    const found = await entriesOf(files, "many");
    assert.deepEqual(found.map(({ path }) => path), ["zoo", ...names, "link"].map((name) => `many/${name}`));
    assert.deepEqual([found[0]?.kind, found[1]?.kind, found.at(-1)?.kind], ["folder", "file", "link"]);
    const cut = await entriesOf(files, "many", 100);
    assert.deepEqual(cut.map(({ path }) => path), found.slice(0, 100).map(({ path }) => path));
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});
