/**
 * What every adapter of TextEditingPort and its companions promises.
 *
 * @module
 */

import assert from "node:assert/strict";
import fc from "fast-check";
import { type AuthorId, authorId, type BufferId, bufferId } from "../../core/ids.ts";
import type {
  BufferEvent,
  Edited,
  EditRefusal,
  TextChange,
  TextEditingPort,
  TextPorts,
} from "../../core/ports/text_editing.ts";
import type { Result } from "../../core/result.ts";
import type { Make } from "./subject.ts";
import { testPlaceDecisions } from "./place_decisions_contract.ts";
import { testTextCompanions } from "./text_companions_contract.ts";

/** The ports, and the files as someone else reads and writes them. */
export interface TextSubject extends TextPorts {
  /** The path of a file `name` where the subject's files are. */
  path(name: string): string;
  write(name: string, content: string | Uint8Array, options?: { readonly readOnly?: boolean }): Promise<void>;
  contents(name: string): Promise<Uint8Array | undefined>;
}

export const ann: AuthorId = authorId("ann");
export const bob: AuthorId = authorId("agent:bob");

/** The change of one range. */
export function change(from: number, to: number, insert: string): readonly TextChange[] {
  return [{ from, to, insert }];
}

/** What an edit came to, where it must not be refused. */
export function edited(result: Result<Edited, EditRefusal>): Edited {
  assert.ok(result.ok, `refused: ${result.ok ? "" : result.error}`);
  return result.value;
}

/** A text with changes done to it, as plain strings do it. */
export function changed(text: string, changes: readonly TextChange[]): string {
  let [result, at] = ["", 0];
  for (const { from, to, insert } of changes) {
    result += text.slice(at, from) + insert;
    at = to;
  }
  return result + text.slice(at);
}

/** The code of the SymphonyError that `work` must reject with. */
export async function codeOf(work: Promise<unknown>): Promise<string> {
  const error: unknown = await work.then(() => undefined, (reason) => reason);
  assert.ok(error instanceof Error && "code" in error, `expected a SymphonyError, found ${String(error)}`);
  return String(error.code);
}

/** Resolves with the first event that `wanted` takes. */
export function event(
  port: TextEditingPort,
  buffer: BufferId,
  wanted: (event: BufferEvent) => boolean,
): Promise<BufferEvent> {
  return new Promise((resolve) => {
    const stop = port.subscribe(buffer, (told) => {
      if (!wanted(told)) return;
      stop();
      resolve(told);
    });
  });
}

/** Registers the suite for one adapter. */
export function testTextPorts(name: string, make: Make<TextSubject>): void {
  Deno.test(`${name}.open() gives a text without a file, an absent file as an empty text, and a file as it is`, async () => {
    await using subject = await make();
    const { editing, path, write } = subject.port;
    await write("file", "grüße\r\n");
    const plain = await editing.open({ text: "abc" });
    assert.deepEqual([plain.length, plain.file, plain.unsaved, plain.lineEnding], [
      3,
      undefined,
      false,
      "\n",
    ]);
    const absent = await editing.open({ file: path("absent") });
    assert.deepEqual([absent.length, absent.file, absent.unsaved], [0, path("absent"), false]);
    const file = await editing.open({ file: path("file") });
    assert.deepEqual([file.length, file.encoding, file.lineEnding], [7, "utf-8", "\r\n"]);
    assert.deepEqual(await editing.read(file.buffer), { revision: file.revision, text: "grüße\r\n" });
    assert.equal(await codeOf(editing.open({ file: path("absent2"), mustExist: true })), "not-found");
    assert.equal(
      await codeOf(
        editing.open({ file: path("file"), encoding: "klingon" }).then(() =>
          editing.open({ file: path("other"), encoding: "klingon", mustExist: true })
        ),
      ),
      "not-found",
    );
    await write("binary", Uint8Array.from([0x7f, 0x45, 0, 0, 1]));
    assert.equal(await codeOf(editing.open({ file: path("binary") })), "unsupported");
  });

  Deno.test(`${name}.open() of a file twice gives one buffer, which lives until both have closed it`, async () => {
    await using subject = await make();
    const { editing, path, write } = subject.port;
    await write("file", "x");
    const [one, two] = await Promise.all([
      editing.open({ file: path("file") }),
      editing.open({ file: path("./file") }),
    ]);
    assert.equal(one.buffer, two.buffer);
    await editing.close(one.buffer);
    edited(
      await editing.edit(one.buffer, { revision: one.revision, changes: change(0, 0, "y"), author: ann }),
    );
    await editing.close(one.buffer, { discard: true });
    assert.equal(await codeOf(editing.read(one.buffer)), "not-found");
    assert.equal(await codeOf(editing.close(one.buffer)), "not-found");
  });

  Deno.test(`${name} refuses a buffer that is not there, everywhere`, async () => {
    await using subject = await make();
    const { editing, presence, marks } = subject.port;
    const none = bufferId(123_456);
    const edit = { revision: 0, changes: [], author: ann };
    for (
      const work of [
        () => editing.read(none),
        () => editing.edit(none, edit),
        () => editing.undo(none, ann),
        () => editing.redo(none, ann),
        () => editing.save(none),
        () => editing.close(none),
        () => presence.present(none),
        () => presence.announce(none, 0, { author: ann, selections: [] }),
        () => marks.mark(none, 0, { from: 0, to: 0 }),
        () => marks.place(none, 1),
      ]
    ) assert.equal(await codeOf(work()), "not-found", work.toString());
  });

  Deno.test(`${name}.edit() lands, and whoever edited reads it, by range and by revision`, async () => {
    await using subject = await make();
    const { editing } = subject.port;
    const { buffer, revision } = await editing.open({ text: "one two three" });
    const first = edited(
      await editing.edit(buffer, {
        revision,
        changes: [{ from: 0, to: 3, insert: "1" }, { from: 8, to: 13, insert: "drei 🎼" }],
        author: ann,
      }),
    );
    assert.equal(first.revision, revision + 1);
    assert.equal(changed("one two three", first.changes), "1 two drei 🎼");
    assert.deepEqual(await editing.read(buffer), { revision: first.revision, text: "1 two drei 🎼" });
    assert.deepEqual(await editing.read(buffer, { range: { from: 2, to: 5 } }), {
      revision: first.revision,
      text: "two",
    });
    assert.deepEqual(await editing.read(buffer, { revision, range: { from: 0, to: 3 } }), {
      revision,
      text: "one",
    });
    for (const range of [{ from: -1, to: 2 }, { from: 3, to: 2 }, { from: 0, to: 99 }, { from: 0, to: 12 }]) {
      assert.equal(await codeOf(editing.read(buffer, { range })), "not-found", JSON.stringify(range));
    }
    assert.equal(await codeOf(editing.read(buffer, { revision: 99 })), "not-found");
  });

  Deno.test(`${name}.edit() refuses what is not in the text, and nothing has changed`, async () => {
    await using subject = await make();
    const { editing } = subject.port;
    const { buffer, revision } = await editing.open({ text: "a🎼b" });
    const bad: readonly (readonly TextChange[])[] = [
      change(-1, 0, ""),
      change(2, 1, ""),
      change(0, 5, ""),
      change(0.5, 1, ""),
      change(2, 2, "x"),
      change(0, 2, ""),
      [{ from: 1, to: 3, insert: "" }, { from: 0, to: 1, insert: "" }],
      [{ from: 0, to: 3, insert: "" }, { from: 1, to: 3, insert: "" }],
    ];
    for (const changes of bad) {
      const result = await editing.edit(buffer, { revision, changes, author: ann });
      assert.deepEqual(result, { ok: false, error: "bad-range" }, JSON.stringify(changes));
    }
    for (const unknown of [revision + 1, -1, 0.5]) {
      const result = await editing.edit(buffer, {
        revision: unknown,
        changes: change(0, 0, "x"),
        author: ann,
      });
      assert.deepEqual(result, { ok: false, error: "unknown-revision" });
    }
    assert.deepEqual(await editing.read(buffer), { revision, text: "a🎼b" });
  });

  Deno.test(`${name}.edit() at an old revision lands where it belongs`, async () => {
    await using subject = await make();
    const { editing } = subject.port;
    const { buffer, revision } = await editing.open({ text: "function a() {}\nfunction b() {}\n" });
    edited(await editing.edit(buffer, { revision, changes: change(0, 0, "// head\n"), author: ann }));
    edited(await editing.edit(buffer, { revision: revision + 1, changes: change(8, 24, ""), author: ann }));
    edited(await editing.edit(buffer, { revision, changes: change(30, 30, " return 1; "), author: bob }));
    assert.equal((await editing.read(buffer)).text, "// head\nfunction b() { return 1; }\n");
  });

  Deno.test(`${name}.edit() of several authors at once converges without loss`, async () => {
    await using subject = await make();
    const { editing } = subject.port;
    const { buffer, revision } = await editing.open({ text: "-" });
    const authors = Array.from({ length: 5 }, (_, at) => authorId(`agent:${at}`));
    await Promise.all(
      authors.flatMap((author, who) =>
        Array.from(
          { length: 20 },
          (_, at) => editing.edit(buffer, { revision, changes: change(0, 0, `<${who}.${at}>`), author }),
        )
      ),
    );
    const { text } = await editing.read(buffer);
    for (let who = 0; who < 5; who++) {
      for (let at = 0; at < 20; at++) assert.ok(text.includes(`<${who}.${at}>`), `${who}.${at} is lost`);
    }
    assert.equal(text.length, 1 + 5 * (10 * 5 + 10 * 6));
  });

  Deno.test(`${name}.undo() takes back the author's newest step only, redo() does it again`, async () => {
    await using subject = await make();
    const { editing } = subject.port;
    const { buffer, revision } = await editing.open({ text: "" });
    let at = revision;
    const put = async (insert: string, author: AuthorId, step?: string) => {
      const { length } = (await editing.read(buffer)).text;
      const edit = { revision: at, changes: change(length, length, insert), author };
      at = edited(await editing.edit(buffer, step === undefined ? edit : { ...edit, step })).revision;
    };
    await put("a", ann, "word");
    await put("B", bob);
    await put("a", ann, "word");
    await put("c", ann);
    const text = async () => (await editing.read(buffer)).text;
    assert.ok(await editing.undo(buffer, ann));
    assert.equal(await text(), "aBa");
    assert.ok(await editing.undo(buffer, ann));
    assert.equal(await text(), "B");
    assert.equal(await editing.undo(buffer, ann), undefined);
    assert.ok(await editing.redo(buffer, ann));
    assert.equal(await text(), "aBa");
    assert.ok(await editing.undo(buffer, bob));
    assert.equal(await text(), "aa");
    assert.ok(await editing.redo(buffer, ann));
    assert.equal(await text(), "aac");
    assert.equal(await editing.redo(buffer, ann), undefined);
  });

  Deno.test(`${name}.save() writes the newest text and says which revision it was`, async () => {
    await using subject = await make();
    const { editing, path, contents, write } = subject.port;
    const { buffer, revision } = await editing.open({ file: path("new") });
    const made = edited(
      await editing.edit(buffer, { revision, changes: change(0, 0, "täxt\n"), author: ann }),
    );
    assert.deepEqual(await editing.save(buffer), {
      ok: true,
      value: { file: path("new"), revision: made.revision },
    });
    assert.deepEqual(await contents("new"), new TextEncoder().encode("täxt\n"));
    await write("locked", "l", { readOnly: true });
    const locked = await editing.open({ file: path("locked") });
    assert.ok(locked.readOnly);
    assert.deepEqual(await editing.save(locked.buffer), { ok: false, error: "read-only" });
    assert.equal(await codeOf(editing.save(buffer, { file: path("locked") })), "busy");
    const plain = await editing.open({ text: "p" });
    assert.equal(await codeOf(editing.save(plain.buffer)), "bad-input");
    const moved = await editing.save(plain.buffer, { file: path("named"), encoding: "utf-16le" });
    assert.ok(moved.ok);
    assert.deepEqual(await contents("named"), Uint8Array.from([0x70, 0]));
  });

  Deno.test(`${name}.save() refuses a file that someone else has written, until told to overwrite`, async () => {
    await using subject = await make();
    const { editing, path, contents, write } = subject.port;
    await write("file", "value = 1\n");
    const { buffer, revision } = await editing.open({ file: path("file") });
    edited(await editing.edit(buffer, { revision, changes: change(8, 9, "22"), author: ann }));
    const conflict = event(editing, buffer, (told) => told.kind === "file" && told.state === "conflict");
    await write("file", "value = 333\n");
    await conflict;
    assert.deepEqual(await editing.save(buffer), { ok: false, error: "changed-outside" });
    assert.deepEqual(await contents("file"), new TextEncoder().encode("value = 333\n"));
    assert.ok((await editing.save(buffer, { overwrite: true })).ok);
    assert.deepEqual(await contents("file"), new TextEncoder().encode("value = 22\n"));
  });

  Deno.test(`${name} brings in what someone else wrote to a file, and tells`, async () => {
    await using subject = await make();
    const { editing, path, write } = subject.port;
    await write("file", "before\n");
    const { buffer } = await editing.open({ file: path("file") });
    const reloaded = event(editing, buffer, (told) => told.kind === "file" && told.state === "reloaded");
    await write("file", "after\n");
    await reloaded;
    assert.equal((await editing.read(buffer)).text, "after\n");
  });

  Deno.test(`${name}.subscribe() tells every change in order: a copy that follows is the text`, async () => {
    await using subject = await make();
    const { editing } = subject.port;
    const random = fc.sample(
      fc.record({
        at: fc.nat(1_000_000),
        length: fc.nat(4),
        insert: fc.string({ unit: "grapheme", maxLength: 4 }),
        stale: fc.nat(3),
      }),
      { seed: 20261126, numRuns: 120 },
    );
    const { buffer, revision } = await editing.open({ text: "the text in the beginning" });
    let copy = { revision, text: "the text in the beginning" };
    const texts = new Map([[revision, copy.text]]);
    const stop = editing.subscribe(buffer, (told) => {
      if (told.kind !== "changed") return;
      assert.equal(told.since, copy.revision);
      copy = { revision: told.revision, text: changed(copy.text, told.changes) };
      texts.set(copy.revision, copy.text);
    });
    for (const { at, length, insert, stale } of random) {
      const base = [...texts.keys()].at(-1 - stale) ?? revision;
      const text = texts.get(base) as string;
      const from = at % (text.length + 1);
      const to = Math.min(text.length, from + length);
      const result = await editing.edit(buffer, {
        revision: base,
        changes: change(from, to, insert),
        author: ann,
      });
      assert.ok(result.ok || result.error === "bad-range", "a known revision");
    }
    const now = await editing.read(buffer);
    assert.deepEqual(copy, now);
    stop();
    edited(await editing.edit(buffer, { revision: now.revision, changes: change(0, 0, "x"), author: ann }));
    await editing.read(buffer);
    assert.equal(copy.revision, now.revision, "nothing is told after the end");
  });

  Deno.test(`${name}.subscribe() tells of saving`, async () => {
    await using subject = await make();
    const { editing, path } = subject.port;
    const { buffer } = await editing.open({ file: path("file") });
    const saved = event(editing, buffer, ({ kind }) => kind === "saved");
    await editing.save(buffer);
    assert.deepEqual(await saved, { kind: "saved", file: path("file"), revision: 0 });
  });

  testTextCompanions(name, make);
  testPlaceDecisions(name, make);
}
