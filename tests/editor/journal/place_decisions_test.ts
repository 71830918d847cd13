import assert from "node:assert/strict";
import { authorId, bufferId } from "../../../core/ids.ts";
import { BufferFiles } from "../../../editor/buffer_files.ts";
import { Buffers } from "../../../editor/buffers.ts";
import { SystemDisk } from "../../../editor/files/disk.ts";
import { Journal } from "../../../editor/journal/journal.ts";
import { review } from "../../../editor/revision/change_sets.ts";
import { decide, reopen } from "../../../editor/revision/decide.ts";
import { Desk } from "../../../editor/revision/desk.ts";
import { propose } from "../../../editor/revision/propose.ts";
import { temporaryFolder } from "../temporary_folder.ts";

const ann = authorId("ann");
const bob = authorId("agent:bob");

/** One process; disposing it leaves everything as a SIGKILL would. */
function rig(folder: string) {
  const buffers = new Buffers((error) => {
    throw error;
  });
  const files = new BufferFiles(buffers, new SystemDisk({ watch: false }));
  const journal = new Journal(buffers, files, { folder: `${folder}/journal` });
  const desk = new Desk(buffers, files, journal);
  const open = async () => {
    const { buffer } = await files.open(`${folder}/file`);
    return desk.text(bufferId(buffer.id));
  };
  return {
    desk,
    files,
    open,
    [Symbol.dispose]() {
      for (const each of [desk, journal, files]) each[Symbol.dispose]();
    },
  };
}

Deno.test("Journal gives the next process which places wait, which were decided, and what takes them back", async () => {
  await using folder = await temporaryFolder();
  await Deno.writeTextFile(`${folder.path}/file`, "one\ntwo\nthree\nkeep\nlimit = 10\n");
  {
    using first = rig(folder.path);
    const text = await first.open();
    const proposal = { base: 0, author: bob, changeSet: "run", contradictions: "ask" } as const;
    const change = { from: 27, to: 29, insert: "20" };
    assert.ok(first.desk.edit(text, { revision: 0, changes: [change], author: ann }).ok);
    const proposed = propose(first.desk, text, { ...proposal, text: "ONE\ntwo\nTHREE\nkeep\nlimit = 35\n" });
    assert.ok(proposed.ok && proposed.value.waiting === 1);
    const [{ undo, revision } = { undo: [], revision: 0 }] = review(first.desk, "run").buffers;
    const one = { changeSet: "run", author: ann, revision };
    const [head, tail] = [undo[0], undo[1]];
    assert.ok(head !== undefined && tail !== undefined && undo.length === 2);
    assert.ok(decide(first.desk, text, { ...one, id: "accepted", place: head, answer: "accept" }).ok);
    assert.ok(decide(first.desk, text, { ...one, id: "rejected", place: tail, answer: "reject" }).ok);
  }
  {
    using second = rig(folder.path);
    const text = await second.open();
    assert.equal(text.buffer.text.toString(), "ONE\ntwo\nthree\nkeep\nlimit = 20\n");
    const [left] = review(second.desk, "run").buffers;
    assert.deepEqual(left?.undo, []);
    const [conflict] = left.conflicts;
    assert.deepEqual(conflict?.currentBy, [ann]);
    assert.deepEqual(text.notes.reviews.decisions().map(({ id }) => id), ["accepted", "rejected"]);
    assert.ok(reopen(second.desk, text, "rejected", ann));
    const { revision } = text.buffer;
    const answer = { id: "conflict", changeSet: "run", author: ann, revision, place: conflict.id };
    assert.ok(decide(second.desk, text, { ...answer, answer: "accept" }).ok);
  }
  using third = rig(folder.path);
  const text = await third.open();
  assert.equal(text.buffer.text.toString(), "ONE\ntwo\nTHREE\nkeep\nlimit = 35\n");
  assert.equal(
    review(third.desk, "run").buffers[0]?.undo.length,
    1,
    "what was rejected and taken back waits",
  );
  assert.ok(reopen(third.desk, text, "conflict", ann));
  assert.equal(text.buffer.text.toString(), "ONE\ntwo\nTHREE\nkeep\nlimit = 20\n");
});

Deno.test("A contradiction waits for whoever opens the file next, though its text is as it was", async () => {
  await using folder = await temporaryFolder();
  await Deno.writeTextFile(`${folder.path}/file`, "limit = 20\n");
  {
    using first = rig(folder.path);
    const hold = await first.files.open(`${folder.path}/file`);
    const text = first.desk.text(bufferId(hold.buffer.id));
    const proposal = { base: "limit = 10\n", text: "limit = 35\n", author: bob, changeSet: "run" };
    assert.ok(propose(first.desk, text, { ...proposal, contradictions: "ask" }).ok);
    first.desk.letGo(text, hold, false);
  }
  using second = rig(folder.path);
  await second.open();
  assert.equal(review(second.desk, "run").buffers[0]?.conflicts.length, 1);
});
