/**
 * What servers answer, carried to the newest text and taken: against the honest fake server, in a real process.
 *
 * @module
 */

import assert from "node:assert/strict";
import type { SymphonyError } from "../../../core/errors.ts";
import type { Buffer } from "../../../editor/buffers.ts";
import { codeActions, effectOf } from "../../../editor/lsp/features/code_actions.ts";
import { complete, type CompletionItem, resolveCompletion } from "../../../editor/lsp/features/completion.ts";
import { completionEdit } from "../../../editor/lsp/features/completion_edit.ts";
import { formatDocument, formatOnType } from "../../../editor/lsp/features/formatting.ts";
import { hover } from "../../../editor/lsp/features/hover.ts";
import { definitions } from "../../../editor/lsp/features/places.ts";
import { rename } from "../../../editor/lsp/features/rename.ts";
import { editAs } from "../../../editor/lsp/features/workspace_edit.ts";
import { edit, fakeServer, Rig, until } from "./rig.ts";

const AUTHOR = "agent:1";
const BY_AGENT = editAs(AUTHOR);
const labels = (items: readonly CompletionItem[]) => items.map(({ label }) => label);

function refusedWith(code: string): (error: unknown) => boolean {
  return (error) => (error as SymphonyError).code === code;
}

Deno.test("completion that comes late replaces what was typed meanwhile too", async () => {
  await using rig = await Rig.with([fakeServer("slow")]);
  const buffer = await rig.open("a.fake", "x = al");
  await rig.server(buffer);
  const asked = complete(rig.languages.asking, buffer, 6);
  await new Promise((done) => setTimeout(done, 50));
  edit(buffer, 6, 6, "ph");
  edit(buffer, 0, 0, "// elsewhere\n");
  const list = await asked;
  assert.equal(list.revision, buffer.revision);
  assert.deepEqual(
    labels(list.items),
    ["alpha", "alphabet"],
    "beta does not begin with what was typed since",
  );
  const [first] = list.items;
  assert.equal(buffer.text.sliceString(first!.insert.from, first!.insert.to), "alph");
});

Deno.test("completion whose word is gone meanwhile is stale and offers nothing", async () => {
  await using rig = await Rig.with([fakeServer("slow")]);
  for (
    const change of [
      (buffer: Buffer) => edit(buffer, 2, 6, ""),
      (buffer: Buffer) => edit(buffer, 6, 6, "; "),
      (buffer: Buffer) => edit(buffer, 0, 6, "y"),
    ]
  ) {
    const hold = rig.buffers.open({ text: "x = al", path: `${rig.folder}/a.fake`, language: "Fake" });
    await rig.server(hold.buffer);
    const asked = complete(rig.languages.asking, hold.buffer, 6);
    await new Promise((done) => setTimeout(done, 50));
    change(hold.buffer);
    const list = await asked;
    assert.deepEqual([labels(list.items), list.isStale], [[], true]);
    hold.release();
  }
});

Deno.test("completionEdit() takes an item with the import that resolving it brought, as one edit", async () => {
  await using rig = await Rig.with([fakeServer("honest")]);
  const buffer = await rig.open("a.fake", "one\nx = al;");
  await rig.server(buffer);
  const list = await complete(rig.languages.asking, buffer, 10);
  const item = await resolveCompletion(list.items[0]!);
  assert.equal(item.detail, "resolved");
  edit(buffer, 10, 10, "p");
  const taken = await completionEdit(buffer, item, "insert");
  buffer.edit({ ...taken, author: "person" });
  assert.equal(buffer.text.toString(), "import\none\nx = alpha;");
  assert.deepEqual(taken.stops, [{ number: 0, places: [{ from: 20, to: 20 }] }]);
  buffer.document.undo("person");
  assert.equal(buffer.text.toString(), "one\nx = alp;");
});

Deno.test("rename edits the buffer as one step of undo, and is refused where someone edited the place", async () => {
  await using rig = await Rig.with([fakeServer("honest")]);
  const buffer = await rig.open("a.fake", "foo bar");
  await rig.server(buffer);
  const { asking, world } = rig.languages;
  const change = await rename(asking, world, buffer, 0, "hello");
  assert.equal(buffer.text.toString(), "foo bar", "a plan changes nothing");
  edit(buffer, 7, 7, "!");
  await rig.languages.apply(change, BY_AGENT);
  assert.equal(buffer.text.toString(), "hello bar!");
  buffer.document.undo(AUTHOR);
  assert.equal(buffer.text.toString(), "foo bar!");

  const late = await rename(asking, world, buffer, 0, "again");
  edit(buffer, 1, 2, "0");
  await assert.rejects(rig.languages.apply(late, BY_AGENT), refusedWith("aborted"));
  assert.equal(buffer.text.toString(), "f0o bar!");
});

Deno.test("formatting keeps what was typed elsewhere meanwhile, and gives up where it was typed over", async () => {
  await using rig = await Rig.with([fakeServer("slow")]);
  const buffer = await rig.open("a.fake", "  one\nmiddle\n  two");
  await rig.server(buffer);
  assert.equal(
    (await formatDocument(rig.languages.asking, buffer))?.delta.apply(buffer.text).toString(),
    "one\nmiddle\ntwo",
  );
  const asked = formatDocument(rig.languages.asking, buffer);
  await new Promise((done) => setTimeout(done, 50));
  edit(buffer, buffer.text.length, buffer.text.length, "\nthree");
  const formatted = await asked;
  assert.equal(formatted?.delta.apply(buffer.text).toString(), "one\nmiddle\ntwo\nthree");
  const over = formatDocument(rig.languages.asking, buffer);
  await new Promise((done) => setTimeout(done, 50));
  edit(buffer, 0, 1, "\t");
  await assert.rejects(over, refusedWith("aborted"));
  assert.equal(
    await formatOnType(rig.languages.asking, buffer, 3, ";"),
    undefined,
    "no trigger of the server",
  );
  assert.equal((await formatOnType(rig.languages.asking, buffer, 3, "}"))?.delta.size, 1);
});

Deno.test("code actions are taken whether they hold an edit, must be resolved, or are a command", async () => {
  await using rig = await Rig.with([fakeServer("honest")]);
  const buffer = await rig.open("a.fake", "wrong here");
  await rig.server(buffer);
  const { asking, world } = rig.languages;
  const actions = await codeActions(asking, buffer, { from: 0, to: 5 }, []);
  const take = async (title: string) => {
    const action = actions.find((one) => one.title === title);
    const effect = await effectOf(action!, world);
    await rig.languages.perform(effect, BY_AGENT);
    return effect;
  };
  await take("edit");
  assert.equal(buffer.text.toString(), "fixed here");
  await take("resolved");
  assert.equal(buffer.text.toString(), "resolved fixed here");
  await take("command");
  assert.equal(buffer.text.toString(), "commanded resolved fixed here");
  assert.deepEqual(await take("foreign"), {}, "a command that the server does not know is not sent");
  await assert.rejects(take("disabled"), refusedWith("bad-input"));
});

Deno.test("diagnostics move with the text, vanish with it, and go back to the server where they are now", async () => {
  await using rig = await Rig.with([fakeServer("diagnose")]);
  const buffer = await rig.open("a.fake", "bad text");
  await rig.server(buffer);
  let changed = 0;
  rig.languages.listen({ diagnosticsChanged: () => changed++ });
  edit(buffer, 8, 8, "!");
  await until("it was diagnosed", () => rig.languages.diagnostics(buffer).length > 0);
  edit(buffer, 0, 0, "say ");
  assert.deepEqual(rig.languages.diagnostics(buffer).map(({ span, message }) => [span, message]), [
    [{ from: 4, to: 7 }, "of version 1"],
  ]);
  const actions = await codeActions(
    rig.languages.asking,
    buffer,
    { from: 5, to: 5 },
    rig.languages.diagnostics(buffer),
  );
  assert.equal(actions.at(-1)?.title, "about of version 1");
  await until(
    "it was diagnosed again",
    () => rig.languages.diagnostics(buffer)[0]?.message === "of version 2",
  );
  edit(buffer, 0, 3, "");
  assert.deepEqual(rig.languages.diagnostics(buffer), []);
  assert.ok(changed >= 2);
});

Deno.test("SemanticTokens asks for the difference, and for a range where one is given", async () => {
  await using rig = await Rig.with([fakeServer("honest")]);
  const buffer = await rig.open("a.fake", "one two\nxy");
  await rig.server(buffer);
  const tokens = async (range?: { from: number; to: number }) =>
    (await rig.languages.semanticTokens.of(buffer, range)).map((
      { span, type, modifiers },
    ) => [span.from, span.to, type, ...modifiers]);
  assert.deepEqual(await tokens(), [[0, 3, "variable", "static"], [4, 7, "function"]]);
  assert.deepEqual(await tokens(), [[0, 3, "variable", "static"], [8, 10, "function"]]);
  assert.deepEqual(await tokens({ from: 0, to: 1 }), [[0, 1, "variable"]]);
});

Deno.test("a question about the text of an earlier moment is asked at the place where that text is now", async () => {
  await using rig = await Rig.with([fakeServer("honest")]);
  const buffer = await rig.open("a.fake", "abc");
  const asked = hover(rig.languages.asking, buffer, 2);
  edit(buffer, 0, 0, "12345\n");
  const answer = await asked;
  assert.deepEqual(answer?.span, { from: 8, to: 8 });
});

Deno.test("a question is asked again where the server says that the text changed, but not for ever", async () => {
  await using rig = await Rig.with([fakeServer("modified")]);
  const buffer = await rig.open("a.fake", "text");
  await rig.server(buffer);
  const { asking, world } = rig.languages;
  assert.equal((await hover(asking, buffer, 0))?.contents.text, "hovered");
  await assert.rejects(definitions(asking, world, "definition", buffer, 0), refusedWith("aborted"));
});

Deno.test("a question about a text that is still on its way waits for it", async () => {
  await using rig = await Rig.with([fakeServer("honest")]);
  const buffer = await rig.open("a.fake", "a line of text\n".repeat(300_000));
  const server = await rig.server(buffer);
  for (let at = 0; at < 3; at++) {
    edit(buffer, 0, buffer.text.length, `${"other text\n".repeat(300_000)}${at}`);
    server.flush(buffer);
    edit(buffer, 0, 0, "x");
    assert.equal(await rig.ask(buffer, "test/text"), buffer.text.toString());
  }
});
