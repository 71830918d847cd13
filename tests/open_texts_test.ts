/**
 * The editor as symphony's composition root starts it: a real process, whose death and end lose nothing.
 *
 * @module
 */

import assert from "node:assert/strict";
import { authorId } from "../core/ids.ts";
import { openTexts } from "../main_texts.ts";

const author = authorId("ann");

Deno.test("openTexts() starts an editor for all ports; the next one has what was not saved", async () => {
  const data = await Deno.makeTempDir();
  const file = `${data}/sum.ts`;
  await Deno.writeTextFile(file, "function sum(a: number, b: number) {\n  return a + b;\n}\n");
  {
    await using texts = await openTexts(data);
    const { buffer, revision } = await texts.editing.open({ file });
    const edit = { revision, changes: [{ from: 9, to: 12, insert: "total" }], author };
    const edited = await texts.editing.edit(buffer, edit);
    assert.ok(edited.ok);
    assert.equal((await texts.editing.read(buffer, { range: { from: 0, to: 14 } })).text, "function total");
    const found = await texts.structure.definitions(buffer);
    assert.deepEqual(found?.value.map(({ name }) => name), ["total"]);
    assert.deepEqual(await texts.presence.present(buffer), []);
  }
  assert.match(await Deno.readTextFile(file), /^function sum/);
  {
    await using texts = await openTexts(data);
    const { buffer, unsaved } = await texts.editing.open({ file });
    assert.ok(unsaved);
    assert.match((await texts.editing.read(buffer)).text, /^function total/);
    await texts.editing.undo(buffer, author);
    assert.match((await texts.editing.read(buffer)).text, /^function sum/);
  }
  await Deno.remove(data, { recursive: true });
});
