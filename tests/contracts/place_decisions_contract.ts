/**
 * What every adapter promises of contradictions that wait and of decisions about single places; a part of the suite of
 * TextEditingPort.
 *
 * @module
 */

import assert from "node:assert/strict";
import type { BufferId } from "../../core/ids.ts";
import type { PlaceAnswer, PlaceDecision, TextChange } from "../../core/ports/text_editing.ts";
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

const lines = ["one", "two", "three", "four", "five"].map((line) => `${line}\n`);

/** A text in which bob's run has changed the lines two and four, and removed five. */
async function withSet({ editing }: TextSubject): Promise<BufferId> {
  const { buffer, revision } = await editing.open({ text: lines.join("") });
  const changes = [
    { from: 4, to: 7, insert: "ZWEI" },
    { from: 14, to: 18, insert: "VIER" },
    { from: 19, to: 24, insert: "" },
  ];
  edited(await editing.edit(buffer, { revision, changes, author: bob, changeSet: "run" }));
  return buffer;
}

/** A text in which ann has made 20 of 10 while bob's proposal makes 35 of it, and 8 of 7. */
async function withConflict({ editing, proposals }: TextSubject): Promise<BufferId> {
  const text = "limit = 10\nkeep\nsize = 7\n";
  const { buffer, revision } = await editing.open({ text });
  edited(await editing.edit(buffer, { revision, changes: change(8, 10, "20"), author: ann }));
  const proposed = text.replace("10", "35").replace("7", "8");
  const proposal = { base: revision, text: proposed, author: bob, changeSet: "run" };
  const result = await proposals.propose(buffer, { ...proposal, contradictions: "ask" });
  assert.ok(result.ok);
  assert.equal(result.value.waiting, 1);
  return buffer;
}

async function waiting({ proposals }: TextSubject, buffer: BufferId) {
  const { buffers } = await proposals.review("run");
  const found = buffers.find((each) => each.buffer === buffer);
  assert.ok(found !== undefined);
  return found;
}

let lastId = 0;

function decision(
  revision: number,
  place: TextChange | string,
  answer: PlaceAnswer,
  text?: string,
): PlaceDecision {
  const decided = { id: `d${++lastId}`, changeSet: "run", author: ann, revision, place, answer };
  return text === undefined ? decided : { ...decided, text };
}

/** Registers this part of the suite. */
export function testPlaceDecisions(name: string, make: Make<TextSubject>): void {
  Deno.test(`${name}.decide() takes one place, puts another back, and with the last the set is done`, async () => {
    await using subject = await make();
    const { editing, proposals } = subject.port;
    const buffer = await withSet(subject.port);
    const { undo, revision } = await waiting(subject.port, buffer);
    assert.equal(undo.length, 3);
    const [two, four, five] = undo as [TextChange, TextChange, TextChange];
    // Somebody types before all of them meanwhile; the places are those of the revision that was reviewed.
    edited(await editing.edit(buffer, { revision, changes: change(0, 0, "zero\n"), author: ann }));
    const told = event(editing, buffer, ({ kind }) => kind === "reviewed");
    const rejected = await proposals.decide(buffer, decision(revision, two, "reject"));
    assert.ok(rejected.ok);
    assert.deepEqual(await told, { kind: "reviewed", changeSet: "run" });
    assert.equal(rejected.value.before, "two");
    assert.equal(rejected.value.after, "two");
    assert.equal((await editing.read(buffer)).text, "zero\none\ntwo\nthree\nVIER\n");
    const left = await waiting(subject.port, buffer);
    assert.equal(left.undo.length, 2);
    assert.equal(changed((await editing.read(buffer)).text, left.undo), `zero\n${lines.join("")}`);
    assert.deepEqual(await proposals.decide(buffer, decision(revision, two, "accept")), {
      ok: false,
      error: "gone",
    });
    const accept = decision(revision, four, "accept");
    assert.ok((await proposals.decide(buffer, accept)).ok);
    assert.ok((await proposals.decide(buffer, accept)).ok, "asked for again it is made once");
    assert.ok((await proposals.decide(buffer, decision(revision, five, "reject"))).ok);
    assert.equal((await editing.read(buffer)).text, "zero\none\ntwo\nthree\nVIER\nfive\n");
    assert.deepEqual(await proposals.changeSets(), []);
    const made = await proposals.decisions(buffer);
    assert.deepEqual(made.map(({ answer }) => answer), ["reject", "accept", "reject"]);
  });

  Deno.test(`${name}.decide() leaves what a person typed into a waiting place, and undoing the set takes only what waits`, async () => {
    await using subject = await make();
    const { editing, proposals } = subject.port;
    const buffer = await withSet(subject.port);
    const { undo, revision } = await waiting(subject.port, buffer);
    assert.ok((await proposals.decide(buffer, decision(revision, undo[2] as TextChange, "accept"))).ok);
    const { revision: now } = await editing.read(buffer);
    edited(await editing.edit(buffer, { revision: now, changes: change(6, 6, "+"), author: ann }));
    assert.equal((await editing.read(buffer)).text, "one\nZW+EI\nthree\nVIER\n");
    await proposals.undoChangeSet("run");
    assert.equal((await editing.read(buffer)).text, "one\ntwo+\nthree\nfour\n");
    assert.deepEqual(await proposals.changeSets(), []);
  });

  Deno.test(`${name}.reopen() takes a decision back, also the last one`, async () => {
    await using subject = await make();
    const { editing, proposals } = subject.port;
    const buffer = await withSet(subject.port);
    const first = await waiting(subject.port, buffer);
    const before = (await editing.read(buffer)).text;
    const ids: string[] = [];
    for (const [at, place] of first.undo.entries()) {
      const made = decision(first.revision, place, at === 1 ? "accept" : "reject");
      ids.push(made.id);
      assert.ok((await proposals.decide(buffer, made)).ok);
    }
    assert.deepEqual(await proposals.changeSets(), []);
    for (const id of ids) assert.ok(await proposals.reopen(buffer, id, ann));
    assert.equal(await proposals.reopen(buffer, ids[0] as string, ann), false);
    assert.equal((await editing.read(buffer)).text, before);
    assert.deepEqual((await waiting(subject.port, buffer)).undo, first.undo);
    assert.deepEqual(await proposals.decisions(buffer), []);
  });

  Deno.test(`${name}.propose() lets contradictions wait where asked to, with both sides and who wrote them`, async () => {
    await using subject = await make();
    const { editing, proposals } = subject.port;
    const buffer = await withConflict(subject.port);
    const { text } = await editing.read(buffer);
    assert.equal(text, "limit = 20\nkeep\nsize = 8\n");
    const { conflicts, undo } = await waiting(subject.port, buffer);
    assert.equal(changed(text, undo), "limit = 20\nkeep\nsize = 7\n");
    const [conflict] = conflicts;
    assert.ok(conflict !== undefined && conflicts.length === 1);
    assert.match(conflict.base, /1/);
    assert.match(conflict.proposed, /3/);
    assert.equal(text.slice(conflict.range.from, conflict.range.to), conflict.current);
    assert.deepEqual(conflict.currentBy, [ann]);
    assert.equal(conflict.proposedBy, bob);
    const open = { base: text, text: "x", author: bob, contradictions: "ask" as const };
    assert.equal(await codeOf(proposals.propose(buffer, open)), "bad-input");
  });

  for (
    const [answer, own, expected] of [
      ["accept", undefined, "limit = 35\nkeep\nsize = 8\n"],
      ["reject", undefined, "limit = 20\nkeep\nsize = 8\n"],
      ["both", undefined, "limit = 20\nlimit = 35\nkeep\nsize = 8\n"],
      ["own", "limit = 27\n", "limit = 27\nkeep\nsize = 8\n"],
    ] as const
  ) {
    Deno.test(`${name}.decide() settles a contradiction by "${answer}", which can be taken back`, async () => {
      await using subject = await make();
      const { editing, proposals } = subject.port;
      const buffer = await withConflict(subject.port);
      const before = await editing.read(buffer);
      const { conflicts } = await waiting(subject.port, buffer);
      const { id } = conflicts[0] as { id: string };
      // What others write elsewhere stays out of it.
      edited(
        await editing.edit(buffer, {
          revision: before.revision,
          changes: change(0, 0, "// top\n"),
          author: ann,
        }),
      );
      const made = decision(before.revision, id, answer, own);
      const result = await proposals.decide(buffer, made);
      assert.ok(result.ok);
      assert.equal(result.value.isConflict, true);
      assert.deepEqual(result.value.others, [ann]);
      assert.equal((await editing.read(buffer)).text, `// top\n${expected}`);
      assert.deepEqual((await waiting(subject.port, buffer)).conflicts, []);
      assert.ok(await proposals.reopen(buffer, made.id, ann));
      const again = await waiting(subject.port, buffer);
      assert.equal((await editing.read(buffer)).text, `// top\n${before.text}`);
      assert.equal(again.conflicts[0]?.current, conflicts[0]?.current);
      const wrong = decision(before.revision, id, answer, own === undefined ? "text" : undefined);
      assert.deepEqual(await proposals.decide(buffer, wrong), { ok: false, error: "bad-answer" });
    });
  }

  Deno.test(`${name}.accept() takes the rest of a set and leaves its contradictions waiting, undoing forgets them`, async () => {
    await using subject = await make();
    const { editing, proposals } = subject.port;
    const buffer = await withConflict(subject.port);
    await proposals.accept("run");
    const left = await waiting(subject.port, buffer);
    assert.deepEqual([left.undo.length, left.conflicts.length], [0, 1]);
    await proposals.undoChangeSet("run");
    assert.equal((await editing.read(buffer)).text, "limit = 20\nkeep\nsize = 8\n");
    assert.deepEqual(await proposals.changeSets(), []);
  });

  Deno.test(`${name}.undo() of an agent takes back its side of a contradiction, which waits again`, async () => {
    await using subject = await make();
    const { editing, proposals } = subject.port;
    const buffer = await withConflict(subject.port);
    const { conflicts, revision } = await waiting(subject.port, buffer);
    assert.ok((await proposals.decide(buffer, decision(revision, conflicts[0]?.id ?? "", "accept"))).ok);
    const told = event(editing, buffer, ({ kind }) => kind === "reviewed");
    assert.ok(await editing.undo(buffer, bob));
    assert.deepEqual(await told, { kind: "reviewed", changeSet: "run" });
    assert.match((await editing.read(buffer)).text, /limit = 20/);
    assert.equal((await waiting(subject.port, buffer)).conflicts.length, 1);
    assert.ok(await editing.redo(buffer, bob));
    assert.match((await editing.read(buffer)).text, /limit = 35/);
    assert.equal((await waiting(subject.port, buffer)).conflicts.length, 0);
  });
}
