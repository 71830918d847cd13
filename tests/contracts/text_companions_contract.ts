/**
 * What every adapter promises of presence, marks and proposals; a part of the suite of TextEditingPort.
 *
 * @module
 */

import assert from "node:assert/strict";
import { authorId, type BufferId } from "../../core/ids.ts";
import type { Presence, TextEditingPort } from "../../core/ports/text_editing.ts";
import type { Make } from "./subject.ts";
import {
  ann,
  bob,
  change,
  changed,
  codeOf,
  edited,
  event,
  type TextSubject,
} from "./text_editing_contract.ts";

async function insert(
  editing: TextEditingPort,
  buffer: BufferId,
  at: number,
  text: string,
  changeSet?: string,
) {
  const { revision } = await editing.read(buffer);
  const edit = { revision, changes: change(at, at, text), author: changeSet === undefined ? ann : bob };
  return edited(await editing.edit(buffer, changeSet === undefined ? edit : { ...edit, changeSet }));
}

function caret(author: Presence["author"], at: number): Presence {
  return { author, selections: [{ anchor: at, head: at }] };
}

/** Registers this part of the suite. */
export function testTextCompanions(name: string, make: Make<TextSubject>): void {
  Deno.test(`${name}.announce() tells who is where, and places move with the text`, async () => {
    await using subject = await make();
    const { editing, presence } = subject.port;
    const { buffer, revision } = await editing.open({ text: "0123456789" });
    await insert(editing, buffer, 0, "__");
    const told = event(editing, buffer, ({ kind }) => kind === "presence");
    await presence.announce(buffer, revision, { author: bob, selections: [{ anchor: 7, head: 4 }] });
    await presence.announce(buffer, revision, caret(ann, 0));
    assert.equal((await told).kind, "presence");
    await insert(editing, buffer, 6, "xyz");
    assert.deepEqual(await presence.present(buffer), [
      { author: bob, selections: [{ anchor: 12, head: 6 }] },
      caret(ann, 0),
    ]);
    await presence.announce(buffer, revision, { author: bob, selections: [] });
    assert.deepEqual(await presence.present(buffer), [caret(ann, 0)]);
    assert.equal(await codeOf(presence.announce(buffer, revision, caret(bob, 11))), "not-found");
    assert.equal(await codeOf(presence.announce(buffer, 77, caret(bob, 1))), "not-found");
  });

  Deno.test(`${name}.mark() keeps a range of an old revision while the text changes around and inside it`, async () => {
    await using subject = await make();
    const { editing, marks } = subject.port;
    const { buffer, revision } = await editing.open({ text: "head middle tail" });
    await insert(editing, buffer, 0, ">> ");
    const tight = await marks.mark(buffer, revision, { from: 5, to: 11 });
    const growing = await marks.mark(buffer, revision, { from: 5, to: 11 }, true);
    assert.deepEqual(await marks.place(buffer, tight), { from: 8, to: 14, revision: revision + 1 });
    await insert(editing, buffer, 14, "<");
    await insert(editing, buffer, 8, ">");
    await insert(editing, buffer, 10, "..");
    assert.deepEqual(await marks.place(buffer, tight), { from: 9, to: 17, revision: revision + 4 });
    assert.deepEqual(await marks.place(buffer, growing), { from: 8, to: 18, revision: revision + 4 });
    await marks.unmark(buffer, tight);
    await marks.unmark(buffer, tight);
    assert.equal(await marks.place(buffer, tight), undefined);
    assert.equal(await codeOf(marks.mark(buffer, revision, { from: 5, to: 99 })), "not-found");
  });

  Deno.test(`${name}.watch() tells of changes that touch the range, and of no others`, async () => {
    await using subject = await make();
    const { editing, marks } = subject.port;
    const { buffer, revision } = await editing.open({ text: "head middle tail" });
    const mark = await marks.mark(buffer, revision, { from: 5, to: 11 });
    const told: unknown[] = [];
    let seen = () => {};
    const stop = marks.watch(buffer, mark, (range, at) => {
      told.push({ ...range, revision: at });
      seen();
    });
    // The watch itself may still be on its way; a call that is answered after it has passed.
    await marks.place(buffer, mark);
    await insert(editing, buffer, 0, "far ");
    const touched = new Promise<void>((resolve) => seen = resolve);
    await insert(editing, buffer, 12, "--");
    await touched;
    assert.deepEqual(told, [{ from: 9, to: 17, revision: revision + 2 }]);
    stop();
    await insert(editing, buffer, 12, "--");
    await marks.place(buffer, mark);
    assert.equal(told.length, 1);
  });

  Deno.test(`${name}.propose() merges a text made from an old revision, or from a text read long ago`, async () => {
    await using subject = await make();
    const { editing, proposals } = subject.port;
    const lines = ["one", "two", "three", "four", "five"].map((line) => `${line} of five\n`);
    const { buffer, revision } = await editing.open({ text: lines.join("") });
    await insert(editing, buffer, 0, "zero\n");
    const text = lines.with(4, "FIVE\n").join("");
    const first = edited(await proposals.propose(buffer, { base: revision, text, author: bob }) as never);
    assert.equal(changed(`zero\n${lines.join("")}`, first.changes), `zero\n${text}`);
    const again = lines.with(2, "drei\n").join("");
    assert.ok((await proposals.propose(buffer, { base: lines.join(""), text: again, author: bob })).ok);
    const expected = `zero\n${lines.with(4, "FIVE\n").with(2, "drei\n").join("")}`;
    assert.equal((await editing.read(buffer)).text, expected);
  });

  Deno.test(`${name}.propose() reports a contradiction with both sides, and nothing has changed`, async () => {
    await using subject = await make();
    const { editing, proposals } = subject.port;
    const { buffer, revision } = await editing.open({ text: "limit = 10\n" });
    edited(await editing.edit(buffer, { revision, changes: change(8, 10, "20"), author: ann }));
    const result = await proposals.propose(buffer, { base: revision, text: "limit = 35\n", author: bob });
    assert.ok(!result.ok);
    const [conflict] = result.error;
    assert.ok(conflict !== undefined && result.error.length === 1);
    assert.match(conflict.current, /2/);
    assert.match(conflict.proposed, /35?/);
    const { text } = await editing.read(buffer);
    assert.equal(text, "limit = 20\n");
    assert.equal(text.slice(conflict.range.from, conflict.range.to), conflict.current);
  });

  Deno.test(`${name} lists, reviews and undoes the edits of one run in all buffers as one`, async () => {
    await using subject = await make();
    const { editing, proposals } = subject.port;
    const one = await editing.open({ text: "one" });
    const two = await editing.open({ text: "two" });
    await insert(editing, one.buffer, 3, " A", "run-1");
    await insert(editing, one.buffer, 0, "user ");
    await insert(editing, one.buffer, 10, " B", "run-1");
    await insert(editing, two.buffer, 0, "C ", "run-1");
    await insert(editing, two.buffer, 0, "D ", "run-2");
    assert.deepEqual([...await proposals.changeSets()].sort(), ["run-1", "run-2"]);
    const review = await proposals.review("run-1");
    assert.deepEqual(review.buffers.map(({ buffer }) => buffer).sort(), [one.buffer, two.buffer].sort());
    for (const { buffer, undo, revision } of review.buffers) {
      const now = await editing.read(buffer);
      assert.equal(now.revision, revision);
      assert.equal(changed(now.text, undo), buffer === one.buffer ? "user one" : "D two");
    }
    await proposals.undoChangeSet("run-1");
    assert.equal((await editing.read(one.buffer)).text, "user one");
    assert.equal((await editing.read(two.buffer)).text, "D two");
    assert.deepEqual(await proposals.changeSets(), ["run-2"]);
    assert.equal(await codeOf(proposals.review("run-1")), "not-found");
    await insert(editing, one.buffer, 0, "again ", "run-1");
    assert.equal((await editing.read(one.buffer)).text, "again user one", "a run that goes on is a new set");
  });

  Deno.test(`${name}.accept() leaves the edits and forgets the set`, async () => {
    await using subject = await make();
    const { editing, proposals } = subject.port;
    const { buffer } = await editing.open({ text: "x" });
    await insert(editing, buffer, 0, "kept ", "run");
    await proposals.accept("run");
    assert.deepEqual(await proposals.changeSets(), []);
    assert.equal(await codeOf(proposals.accept("run")), "not-found");
    assert.equal(await codeOf(proposals.undoChangeSet("run")), "not-found");
    await insert(editing, buffer, 0, "later ", "run");
    await proposals.undoChangeSet("run");
    assert.equal((await editing.read(buffer)).text, "kept x");
    assert.ok(
      await editing.undo(buffer, authorId("agent:bob")),
      "an accepted edit can still be undone by its author",
    );
  });
}
