/**
 * Servers that hang, crash, flood and lie, each in a real process. Whatever they do: typing goes on, texts are what was typed, every
 * question settles, and an honest server beside them still answers.
 *
 * @module
 */

import assert from "node:assert/strict";
import { SymphonyError } from "../../../core/errors.ts";
import type { Buffer } from "../../../editor/buffers.ts";
import { codeActions } from "../../../editor/lsp/features/code_actions.ts";
import { foldingRanges } from "../../../editor/lsp/features/annotations.ts";
import { complete } from "../../../editor/lsp/features/completion.ts";
import { formatDocument } from "../../../editor/lsp/features/formatting.ts";
import { hover } from "../../../editor/lsp/features/hover.ts";
import { definitions } from "../../../editor/lsp/features/places.ts";
import { rename } from "../../../editor/lsp/features/rename.ts";
import { documentSymbols } from "../../../editor/lsp/features/symbols.ts";
import { edit, fakeServer, HurriedClock, Rig, until } from "./rig.ts";

/** Types `count` characters, giving the rest of the program a turn after each, and checks that the text is what was typed. */
async function type(buffer: Buffer, count: number): Promise<void> {
  const before = buffer.text.toString();
  for (let at = 0; at < count; at++) {
    edit(buffer, before.length + at, before.length + at, "x");
    await new Promise((done) => setTimeout(done, 0));
  }
  assert.equal(buffer.text.toString(), before + "x".repeat(count));
}

async function refusal(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    if (error instanceof SymphonyError) return error.code;
    throw error;
  }
  return "no refusal";
}

Deno.test("a server that never answers initialize delays nothing but its own answers, and is given up", async () => {
  const hanging = fakeServer("hang-initialize", { startTimeoutMs: 2_000 });
  await using rig = await Rig.with([hanging, fakeServer("honest")], { clock: new HurriedClock(20) });
  const buffer = await rig.open("a.fake", "text");
  await type(buffer, 50);
  assert.equal((await hover(rig.languages.asking, buffer, 0))?.contents.text, "hovered");
  const status = () => rig.languages.status.find(({ name }) => name === "hang-initialize");
  await until("it is given up", () => status()?.state === "failed");
  assert.match(status()?.reason ?? "", /"initialize" was not answered within 2000 ms/);
  await type(buffer, 10);
});

Deno.test("a server that answers nothing is cancelled, replaced, and never keeps anyone waiting for good", async () => {
  await using rig = await Rig.with([fakeServer("hang")]);
  const buffer = await rig.open("a.fake", "text");
  const server = await rig.server(buffer);
  const { pid } = server.status;
  const asking = Array.from(
    { length: 4 },
    () => refusal(hover(rig.languages.asking, buffer, 0, { timeoutMs: 60 })),
  );
  await type(buffer, 20);
  assert.deepEqual(await Promise.all(asking), ["busy", "busy", "busy", "busy"]);
  await until("another process runs", () => server.state === "running" && server.status.pid !== pid);
  assert.equal(server.status.restarts, 1);
});

Deno.test("cancelling a question settles it at once and tells the server", async () => {
  await using rig = await Rig.with([fakeServer("slow")]);
  const buffer = await rig.open("a.fake", "text");
  await rig.server(buffer);
  const controller = new AbortController();
  const asked = refusal(hover(rig.languages.asking, buffer, 0, { signal: controller.signal }));
  await type(buffer, 3);
  controller.abort();
  assert.equal(await asked, "aborted");
  assert.equal(
    await refusal(hover(rig.languages.asking, buffer, 0, { signal: controller.signal })),
    "aborted",
  );
  // The answer still comes, after the cancellation; it is nobody's.
  await new Promise((done) => setTimeout(done, 300));
  assert.equal((await rig.ask(buffer, "test/log") as { cancelled: unknown[] }).cancelled.length, 1);
  assert.equal((await hover(rig.languages.asking, buffer, 0))?.contents.text, "hovered");
});

Deno.test("a server that crashes at once is started again with a growing delay, and then left alone", async () => {
  await using rig = await Rig.with([fakeServer("crash")], { clock: new HurriedClock(50) });
  const buffer = await rig.open("a.fake", "text");
  const [server] = await rig.languages.serversOf(buffer);
  assert.ok(server !== undefined);
  await type(buffer, 20);
  await until("it is left alone", () => server.state === "failed");
  assert.match(server.status.reason ?? "", /failed 6 times within 180 s, at last: it exited with status 3/);
  assert.equal(await hover(rig.languages.asking, buffer, 0), undefined);
  server.restart();
  await until("it is tried again", () => server.state !== "failed");
});

Deno.test("a crash fails what is in flight, forgets what was said, and brings documents to the next process", async () => {
  await using rig = await Rig.with([fakeServer("crash-on-hover-talking", { languages: ["fake"] })], {
    clock: new HurriedClock(5),
  });
  const buffer = await rig.open("a.fake", "text");
  const server = await rig.server(buffer);
  assert.equal(await refusal(hover(rig.languages.asking, buffer, 0)), "closed");
  await type(buffer, 5);
  assert.match(server.status.reason ?? "", /status 5; its last words: panic: index out of range/);
  await until("it runs again", () => server.state === "running");
  assert.equal(await rig.ask(buffer, "test/text"), "textxxxxx");
});

Deno.test("a server that does not read makes nothing grow and is replaced", async () => {
  await using rig = await Rig.with([fakeServer("deaf")], { clock: new HurriedClock(20) });
  const buffer = await rig.open("a.fake", "start");
  const server = await rig.server(buffer);
  const { pid } = server.status;
  // Four megabytes of typing: far more than a pipe and the limit hold.
  for (let at = 0; at < 1200; at++) {
    edit(buffer, 0, 0, "y".repeat(4000));
    if (at % 20 === 0) await new Promise((done) => setTimeout(done, 5));
  }
  assert.equal(buffer.text.length, 5 + 1200 * 4000);
  assert.equal(server.session?.congested, true);
  assert.equal(server.document(buffer)?.isCurrent, false);
  await until("it is replaced", () => server.status.pid !== pid && server.status.pid !== undefined);
  assert.match(server.status.reason ?? "", /has read nothing for 30 s/);
});

Deno.test("a flood is read only as fast as it can be afforded, and the last of it counts", async () => {
  await using rig = await Rig.with([fakeServer("flood"), fakeServer("honest")]);
  const buffer = await rig.open("a.fake", "text");
  await rig.server(buffer);
  let told = 0;
  rig.languages.listen({ diagnosticsChanged: () => told++ });
  const throttled = () =>
    rig.languages.status.find(({ name }) => name === "flood")?.misconduct?.throttled ?? 0;
  await until("it is held back", () => throttled() >= 3);
  const windows = throttled();
  const toldBefore = told;
  await type(buffer, 200);
  assert.equal(
    (await hover(rig.languages.asking, buffer, 0, { server: "honest" }))?.contents.text,
    "hovered",
  );
  // Of a window's five hundred messages a tenth are diagnostics of this buffer; of each turn only the last is looked at.
  assert.ok(
    told - toldBefore < 500 * (throttled() - windows + 2),
    "lists that were overtaken are not looked at",
  );
  assert.equal(rig.languages.diagnostics(buffer).length, 200);
});

Deno.test("bad JSON, impossible messages and answers to nobody are counted and left aside", async () => {
  await using rig = await Rig.with([fakeServer("junk")]);
  const buffer = await rig.open("a.fake", "text");
  const server = await rig.server(buffer);
  assert.equal((await hover(rig.languages.asking, buffer, 0))?.contents.text, "hovered");
  await type(buffer, 5);
  assert.equal(await rig.ask(buffer, "test/text"), "textxxxxx");
  const conduct = server.status.misconduct;
  assert.equal(conduct?.badJson, 1);
  assert.ok((conduct?.badMessages ?? 0) >= 8);
  assert.ok((conduct?.junkBytes ?? 0) > 0);
  assert.equal(server.state, "running");
});

Deno.test("an answer that is too large is an error of its question alone", async () => {
  await using rig = await Rig.with([fakeServer("huge")]);
  const buffer = await rig.open("a.fake", "text\nsecond");
  const server = await rig.server(buffer);
  assert.equal(await refusal(hover(rig.languages.asking, buffer, 0)), "protocol");
  assert.equal((await hover(rig.languages.asking, buffer, 6))?.contents.text, "hovered");
  assert.equal(server.status.misconduct?.oversize, 1);
});

Deno.test("places that are not in the text never leave it, and items for other places are left out", async () => {
  await using rig = await Rig.with([fakeServer("liar")]);
  const buffer = await rig.open("a.fake", "text\n😀 x\n");
  await rig.server(buffer);
  const { asking, world } = rig.languages;
  await until("diagnostics came", () => rig.languages.diagnostics(buffer).length > 0);
  const shown = rig.languages.diagnostics(buffer);
  assert.deepEqual(shown.map(({ message }) => message).sort(), ["backwards", "behind the text", "negative"]);
  for (const { span } of shown) {
    assert.ok(0 <= span.from && span.from <= span.to && span.to <= buffer.text.length);
  }

  const list = await complete(asking, buffer, 4);
  assert.deepEqual(
    list.items.map(({ label }) => label),
    [] as string[],
    "what does not fit the word is not offered",
  );
  edit(buffer, 4, 4, "fi".slice(0, 0));
  assert.deepEqual((await complete(asking, buffer, 7)).items.map(({ label }) => label), ["fine"]);
  assert.equal(await hover(asking, buffer, 1), undefined);
  const places = await definitions(asking, world, "definition", buffer, 1);
  assert.deepEqual(places.map(({ path }) => path), ["/no/such/file", buffer.path]);
  assert.deepEqual(places[1]?.span, { from: 10, to: 10 });
  assert.deepEqual(await rig.languages.semanticTokens.of(buffer, undefined), []);
  assert.deepEqual((await foldingRanges(asking, buffer)).map(({ span }) => span), [{ from: 4, to: 10 }]);
  assert.deepEqual((await documentSymbols(asking, buffer)).map(({ span, kind }) => ({ span, kind })), [
    { span: { from: 10, to: 10 }, kind: "variable" },
  ]);
});

Deno.test("an edit that cannot be right is refused whole, and no text changes", async () => {
  await using rig = await Rig.with([fakeServer("liar")]);
  const text = "text\n😀 x\n";
  const buffer = await rig.open("a.fake", text);
  await rig.server(buffer);
  const { asking, world } = rig.languages;
  for (const lie of ["overlap", "behind", "backwards", "halfpair", "version", "outside", "delete", "mixed"]) {
    assert.equal(await refusal(rename(asking, world, buffer, 0, lie)), "protocol", lie);
  }
  assert.equal(await refusal(formatDocument(asking, buffer)), "protocol");
  assert.equal(buffer.text.toString(), text);
  assert.equal(await Deno.readTextFile(buffer.path ?? ""), text);
});

Deno.test("a server changes no text that nobody asked it to change", async () => {
  await using rig = await Rig.with([fakeServer("unasked")]);
  const buffer = await rig.open("a.fake", "text");
  await rig.server(buffer);
  await until(
    "it was refused",
    async () => (await rig.ask(buffer, "test/log") as { log: string[] }).log.includes("(answer)"),
  );
  assert.equal(buffer.text.toString(), "text");
});

Deno.test("a server that ignores the end is killed with everything it started", async () => {
  const rig = await Rig.with([fakeServer("stubborn")], { clock: new HurriedClock(10) });
  const buffer = await rig.open("a.fake", "text");
  const server = await rig.server(buffer);
  await rig.ask(buffer, "test/text");
  const pid = server.status.pid as number;
  await until("its child runs", async () => (await membersOf(pid)).length > 1);
  await rig[Symbol.asyncDispose]();
  await until("nobody of its group is left", async () => (await membersOf(pid)).length === 0);
});

Deno.test("a server that nobody needs any more is ended after a while", async () => {
  await using rig = await Rig.with([fakeServer("honest")], { idleMs: 30 });
  const hold = rig.buffers.open({ text: "x", path: `${rig.folder}/a.fake`, language: "Fake" });
  await rig.server(hold.buffer);
  assert.deepEqual((await codeActions(rig.languages.asking, hold.buffer, { from: 0, to: 1 }, [])).length, 6);
  hold.release();
  await until("it is gone", () => rig.languages.status.length === 0);
});

/** The processes of a group that are not dead. */
async function membersOf(group: number): Promise<string[]> {
  const members: string[] = [];
  for await (const { name } of Deno.readDir("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const stat = await Deno.readTextFile(`/proc/${name}/stat`).catch(() => "");
    // pid (name) state parent group …; a zombie counts as dead.
    const [state, , ofGroup] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    if (Number(ofGroup) === group && state !== "Z") members.push(name);
  }
  return members;
}
