import assert from "node:assert/strict";
import fc from "fast-check";
import { Delta } from "../../../editor/text/delta.ts";
import { edit, fakeServer, Rig } from "./rig.ts";

const pieces = fc.constantFrom("a", "bc ", "é", "漢", "😀", "\n", "\r\n", "\r", "\n\n", "");
const texts = fc.array(pieces, { maxLength: 30 }).map((parts) => parts.join(""));

interface Step {
  /** Edits of one delta: where they begin and end, as shares of the text, and what they insert. */
  readonly changes: readonly { readonly at: number; readonly length: number; readonly insert: string }[];
  /** Made for the revision before the newest: a concurrent edit. */
  readonly late: boolean;
  readonly author: string;
  readonly then: "nothing" | "flush" | "undo" | "pause";
}

const steps: fc.Arbitrary<Step> = fc.record({
  changes: fc.array(
    fc.record({
      at: fc.double({ min: 0, max: 1, noNaN: true }),
      length: fc.nat(6),
      insert: texts.map((text) => text.slice(0, 12)),
    }),
    { minLength: 1, maxLength: 4 },
  ),
  late: fc.boolean(),
  author: fc.constantFrom("person", "agent"),
  then: fc.constantFrom(
    "nothing" as const,
    "nothing" as const,
    "flush" as const,
    "undo" as const,
    "pause" as const,
  ),
});

/** The step as a delta of a text: places snapped, ascending, not overlapping. */
function deltaOf(text: { length: number; snap(at: number, bias?: -1 | 1): number }, step: Step): Delta {
  let last = 0;
  const changes = step.changes.map(({ at, length, insert }) => ({
    from: text.snap(Math.floor(at * text.length)),
    length,
    insert,
  }))
    .sort((a, b) => a.from - b.from).map(({ from, length, insert }) => {
      const start = Math.max(from, last);
      const end = last = text.snap(Math.min(text.length, start + length), 1);
      return { from: start, to: end, insert: insert.toWellFormed() };
    });
  return Delta.of(text.length, changes);
}

for (
  const [encoding, sync, runs] of [["utf-8", 2, 150], ["utf-16", 2, 150], ["utf-32", 2, 100], [
    "utf-16",
    1,
    40,
  ]] as const
) {
  const name = `${encoding}, ${sync === 2 ? "incremental" : "full"} sync`;
  Deno.test(`SyncedDocument keeps the server's text equal to the buffer's through concurrent edits (${name})`, async () => {
    await using rig = await Rig.with([fakeServer("honest", { encoding, sync })]);
    await fc.assert(
      fc.asyncProperty(texts, fc.array(steps, { maxLength: 12 }), async (start, all) => {
        const hold = rig.buffers.open({ text: start, path: `${rig.folder}/a.fake`, language: "Fake" });
        const { buffer } = hold;
        const server = await rig.server(buffer);
        for (const step of all) {
          const late = step.late && buffer.revision > 0;
          const revision = late ? buffer.revision - 1 : buffer.revision;
          const delta = deltaOf(buffer.document.textAt(revision), step);
          buffer.edit({ delta, revision, author: step.author });
          if (step.then === "flush") server.flush(buffer);
          if (step.then === "undo") buffer.document.undo(step.author);
          if (step.then === "pause") await new Promise((done) => setTimeout(done, 6));
        }
        assert.equal(await rig.ask(buffer, "test/text"), buffer.text.toString());
        hold.release();
      }),
      { seed: 11, numRuns: runs },
    );
  });
}

Deno.test("SyncedDocument sends ten thousand carets' typing and the server has the text", async () => {
  await using rig = await Rig.with([fakeServer("honest", { encoding: "utf-8" })]);
  const buffer = await rig.open("a.fake", "é line\n".repeat(10_000));
  await rig.server(buffer);
  for (let typed = 0; typed < 3; typed++) {
    const { text } = buffer;
    const carets = Array.from({ length: 10_000 }, (_, line) => text.lineStart(line) + typed);
    const changes = carets.map((at) => ({ from: at, to: at, insert: "x" }));
    buffer.edit({ delta: Delta.of(text.length, changes), author: "person" });
    await new Promise((done) => setTimeout(done, 10));
  }
  assert.equal(await rig.ask(buffer, "test/text"), buffer.text.toString());
});

Deno.test("LanguageServer tells of opening, saving and closing, and of edits of one turn in one message", async () => {
  await using rig = await Rig.with([fakeServer("honest")]);
  const buffer = await rig.open("a.fake", "one");
  await rig.server(buffer);
  for (let at = 0; at < 20; at++) edit(buffer, at, at, "x");
  buffer.markSaved(buffer.text);
  const { log } = await rig.ask(buffer, "test/log") as { log: string[] };
  const sync = log.filter((method) => /didOpen|didChange$|didSave/.test(method));
  assert.deepEqual(sync, ["textDocument/didOpen", "textDocument/didChange", "textDocument/didSave"]);

  const second = rig.buffers.open({ text: "two", path: `${rig.folder}/b.fake`, language: "Fake" });
  const uri = (name: string) => `file://${rig.folder}/${name}`;
  const open = async () => (await rig.ask(buffer, "test/log") as { open: string[] }).open;
  await rig.server(second.buffer);
  assert.deepEqual(await open(), [uri("a.fake"), uri("b.fake")]);
  second.release();
  await rig.languages.serversOf(buffer);
  assert.deepEqual(await open(), [uri("a.fake")]);
  buffer.move(`${rig.folder}/c.fake`);
  await rig.server(buffer);
  assert.deepEqual(await open(), [uri("c.fake")]);
});

Deno.test("LanguageClients tells a server of a buffer without a file, and of none that is too large", async () => {
  await using rig = await Rig.with([fakeServer("honest", { needsRoot: false })], { mostUnits: 1000 });
  const untitled = rig.buffers.open({ text: "new", language: "fake" }).buffer;
  assert.equal(await rig.ask(untitled, "test/text"), "new");
  const large = await rig.open("large.fake", "x".repeat(1001));
  assert.deepEqual(await rig.languages.serversOf(large), []);
  const other = await rig.open("other.txt", "x");
  assert.deepEqual(await rig.languages.serversOf(other), []);
});
