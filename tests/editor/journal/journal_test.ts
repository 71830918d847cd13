import assert from "node:assert/strict";
import { authorId, bufferId } from "../../../core/ids.ts";
import { BufferFiles } from "../../../editor/buffer_files.ts";
import { type Buffer, type BufferHold, Buffers } from "../../../editor/buffers.ts";
import { SystemDisk } from "../../../editor/files/disk.ts";
import { Journal } from "../../../editor/journal/journal.ts";
import { Desk } from "../../../editor/revision/desk.ts";
import { Delta } from "../../../editor/text/delta.ts";
import { temporaryDisk, temporaryFolder } from "../temporary_folder.ts";

const ann = authorId("ann");
const bob = authorId("agent:bob");

interface Rig extends Disposable {
  readonly buffers: Buffers;
  readonly files: BufferFiles;
  readonly journal: Journal;
  readonly desk: Desk;
  readonly told: string[];
}

/** What one process has; `die` leaves everything as a SIGKILL would, with the lock free. */
function rig(folder: string): Rig & { die(): void } {
  const told: string[] = [];
  const buffers = new Buffers((error) => {
    throw error;
  });
  const files = new BufferFiles(buffers, new SystemDisk({ watch: false }));
  const journal = new Journal(buffers, files, {
    folder: `${folder}/journal`,
    onTrouble: (text) => told.push(text),
  });
  const desk = new Desk(buffers, files, journal);
  const end = () => {
    desk[Symbol.dispose]();
    journal[Symbol.dispose]();
    files[Symbol.dispose]();
  };
  return { buffers, files, journal, desk, told, die: end, [Symbol.dispose]: end };
}

function put(
  { desk }: Rig,
  { buffer }: BufferHold,
  author: typeof ann,
  at: number,
  insert: string,
  changeSet?: string,
): void {
  const text = desk.text(bufferId(buffer.id));
  const edit = { revision: buffer.revision, changes: [{ from: at, to: at, insert }], author };
  const result = desk.edit(text, changeSet === undefined ? edit : { ...edit, changeSet });
  assert.ok(result.ok);
}

/** Everything that a dead process has left, restored. */
async function adopt({ journal }: Rig, session: string): Promise<BufferHold[]> {
  const holds: BufferHold[] = [];
  for (const id of await journal.left.adopt(session)) {
    const hold = await journal.left.restored(id);
    if (hold !== undefined) holds.push(hold);
  }
  return holds;
}

function notesOf({ desk }: Rig, buffer: Buffer) {
  return desk.text(bufferId(buffer.id)).notes;
}

Deno.test("Journal gives the next process a file's text, undo, carets, marks and change sets when it is opened", async () => {
  await using folder = await temporaryFolder();
  const path = `${folder.path}/file`;
  await Deno.writeTextFile(path, "one two\n");
  {
    const first = rig(folder.path);
    const hold = await first.files.open(path);
    put(first, hold, ann, 0, "A ");
    put(first, hold, bob, 2, "B ", "run-1");
    put(first, hold, ann, 4, "C ");
    const text = first.desk.text(bufferId(hold.buffer.id));
    first.desk.announce(text, hold.buffer.revision, { author: ann, selections: [{ anchor: 3, head: 5 }] });
    assert.equal(first.desk.mark(text, 3, { from: 6, to: 9 }, false), 1);
    first.die();
  }
  using next = rig(folder.path);
  const { buffer } = await next.files.open(path);
  assert.deepEqual([buffer.text.toString(), buffer.revision, buffer.pristine], ["A B C one two\n", 3, false]);
  const notes = notesOf(next, buffer);
  assert.deepEqual(notes.places.present(), [{ author: ann, selections: [{ anchor: 3, head: 5 }] }]);
  assert.deepEqual(notes.places.at(1), { from: 6, to: 9 });
  assert.deepEqual([...notes.groups.changeSets()], ["run-1"]);
  buffer.document.undo(ann);
  assert.equal(buffer.text.toString(), "A B one two\n");
  buffer.document.undo(ann);
  buffer.document.redo(ann);
  assert.equal(buffer.text.toString(), "A B one two\n");
  assert.ok((await next.files.save(buffer)).ok, "the file is as this process knows it");
  assert.equal(await Deno.readTextFile(path), "A B one two\n");
});

Deno.test("Journal gives back the person's undo at a front end", async () => {
  await using folder = await temporaryFolder();
  const path = `${folder.path}/file`;
  await Deno.writeTextFile(path, "");
  const first = rig(folder.path);
  const { buffer: before } = await first.files.open(path);
  before.type(Delta.replace(0, 0, 0, "typed"), "insert");
  before.type(Delta.replace(5, 5, 5, "\n"), "newline");
  before.undo();
  first.die();
  using next = rig(folder.path);
  const { buffer } = await next.files.open(path);
  assert.equal(buffer.text.toString(), "typed");
  assert.ok(buffer.redo());
  assert.equal(buffer.text.toString(), "typed\n");
  assert.ok(buffer.undo() && buffer.undo() && !buffer.undo());
  assert.equal(buffer.text.toString(), "");
});

Deno.test("LeftTexts.adopt() takes everything of a process that has died under its numbers, and of a living one nothing", async () => {
  await using folder = await temporaryFolder();
  const first = rig(folder.path);
  const none = first.desk.begin({ text: "no file" });
  await Deno.writeTextFile(`${folder.path}/file`, "file");
  const file = await first.files.open(`${folder.path}/file`);
  put(first, none, ann, 0, "1 ");
  put(first, file, ann, 0, "2 ");
  const { session } = first.journal;
  using next = rig(folder.path);
  assert.deepEqual(await adopt(next, session), []);
  first.die();
  const holds = await adopt(next, session);
  assert.deepEqual(
    holds.map(({ buffer }) => [buffer.id, buffer.text.toString(), buffer.path]),
    [[none.buffer.id, "1 no file", undefined], [file.buffer.id, "2 file", `${folder.path}/file`]],
  );
  put(next, holds[0] as BufferHold, bob, 0, "again ");
  const again = next.journal.session;
  next.die();
  using third = rig(folder.path);
  const [kept] = await adopt(third, again);
  assert.equal(kept?.buffer.text.toString(), "again 1 no file");
});

Deno.test("Journal keeps unsaved text of a buffer that is let go, and forgets it where it is discarded or saved", async () => {
  await using folder = await temporaryFolder();
  const path = `${folder.path}/file`;
  await Deno.writeTextFile(path, "x");
  using editor = rig(folder.path);
  const open = () => editor.files.open(path);
  const letGo = (hold: BufferHold, discard: boolean) =>
    editor.desk.letGo(editor.desk.text(bufferId(hold.buffer.id)), hold, discard);
  const first = await open();
  put(editor, first, ann, 0, "kept ");
  letGo(first, false);
  const second = await open();
  assert.equal(second.buffer.text.toString(), "kept x");
  letGo(second, true);
  const third = await open();
  assert.equal(third.buffer.text.toString(), "x");
  put(editor, third, ann, 0, "saved ");
  assert.ok((await editor.files.save(third.buffer)).ok);
  letGo(third, false);
  const fourth = await open();
  assert.deepEqual([fourth.buffer.text.toString(), fourth.buffer.revision], ["saved x", 0]);
});

Deno.test("Journal merges what someone wrote to the file while no process had it", async () => {
  await using folder = await temporaryFolder();
  const path = `${folder.path}/file`;
  const lines = ["one\n", "two\n", "three\n", "four\n", "five\n"];
  await Deno.writeTextFile(path, lines.join(""));
  const first = rig(folder.path);
  put(first, await first.files.open(path), ann, 0, "zero\n");
  first.die();
  await Deno.writeTextFile(path, lines.with(4, "5\n").join(""));
  using next = rig(folder.path);
  const { buffer } = await next.files.open(path);
  assert.equal(buffer.text.toString(), `zero\n${lines.with(4, "5\n").join("")}`);
  assert.ok((await next.files.save(buffer)).ok);
});

Deno.test("Journal of a long text begins with a copy of its file, and is whole though the file is changed at once", async () => {
  await using folder = await temporaryFolder();
  const path = `${folder.path}/file`;
  const long = "a line of a long text\n".repeat(40_000);
  await Deno.writeTextFile(path, long);
  const first = rig(folder.path);
  const hold = await first.files.open(path);
  put(first, hold, ann, 0, "first ");
  const durable = first.journal.durable();
  assert.ok(durable !== undefined, "not safe before the base is");
  await durable;
  put(first, hold, ann, 0, "second ");
  assert.equal(first.journal.durable(), undefined);
  await Deno.writeTextFile(path, "something else\n");
  const { session } = first.journal;
  first.die();
  using next = rig(folder.path);
  const [restored] = await adopt(next, session);
  assert.equal(restored?.buffer.text.toString(), `second first ${long}`);
  assert.ok(next.files.of(restored.buffer).conflict !== undefined, "both texts are there");
});

Deno.test("Journal makes a long log anew while edits go on, and nothing is missing or twice", async () => {
  await using folder = await temporaryFolder();
  const first = rig(folder.path);
  const hold = first.desk.begin({ text: "" });
  let expected = "";
  for (let at = 0; at < 4_000; at++) {
    const word = `${at},`.padEnd(40, "x");
    put(first, hold, at % 3 === 0 ? ann : bob, expected.length, word);
    expected += word;
    if (at % 50 === 0) await new Promise((resolve) => setTimeout(resolve, 0));
  }
  const session = first.journal.session;
  const logs = (await Array.fromAsync(Deno.readDir(`${folder.path}/journal/${session}`))).filter(({ name }) =>
    name.endsWith(".log")
  );
  assert.equal(logs.length, 1);
  assert.doesNotMatch(logs[0]?.name ?? "", /\.0\.log$/, "it was made anew");
  first.die();
  using next = rig(folder.path);
  const [restored] = await adopt(next, session);
  assert.equal(restored?.buffer.text.toString(), expected);
  assert.equal(restored.buffer.revision, 4_000);
  restored.buffer.document.undo(bob);
  assert.equal(restored.buffer.text.toString().length, expected.length - 40);
});

Deno.test("Journal knows a save that the death kept from being noted", async () => {
  await using folder = await temporaryFolder();
  const path = `${folder.path}/file`;
  await Deno.writeTextFile(path, "old\n");
  const first = rig(folder.path);
  const hold = await first.files.open(path);
  put(first, hold, ann, 0, "new ");
  // The save takes the file's place, and the process dies before anything of it is written down.
  const saving = first.files.save(hold.buffer);
  first.files.listen({ recorded: () => assert.fail("it died before") });
  await new Promise<void>((resolve) => first.files.listen({ saving: () => resolve() }));
  await Deno.writeTextFile(path, "new old\n");
  first.die();
  await saving.catch(() => undefined);
  using next = rig(folder.path);
  const { buffer } = await next.files.open(path);
  assert.equal(buffer.text.toString(), "new old\n");
  assert.ok(buffer.pristine);
});

Deno.test("Journal puts a log aside that it cannot read, says so, and opens the file", async () => {
  await using folder = await temporaryFolder();
  const path = `${folder.path}/file`;
  await Deno.writeTextFile(path, "as on disk");
  const first = rig(folder.path);
  put(first, await first.files.open(path), ann, 0, "lost ");
  const session = `${folder.path}/journal/${first.journal.session}`;
  first.die();
  const log =
    (await Array.fromAsync(Deno.readDir(session))).find(({ name }) => name.endsWith(".log"))?.name ?? "";
  await Deno.writeTextFile(`${session}/${log}`, "what is this");
  using next = rig(folder.path);
  assert.equal((await next.files.open(path)).buffer.text.toString(), "as on disk");
  assert.match(next.told.join(), /Cannot restore from .* it has no beginning.* put aside as/);
});

Deno.test("Journal that cannot be written refuses edits to those who rely on it, until there is room", async () => {
  await using disk = await temporaryDisk(1);
  if (disk === undefined) return;
  using editor = rig(disk.path);
  const hold = editor.desk.begin({ text: "x" });
  put(editor, hold, ann, 0, "safe ");
  await Deno.writeFile(`${disk.path}/filler`, new Uint8Array(2 << 20)).catch(() => undefined);
  const text = editor.desk.text(bufferId(hold.buffer.id));
  const edit = { changes: [{ from: 0, to: 0, insert: "y".repeat(5_000) }], author: ann };
  // The one that meets the full disk is in the text, but not called safe.
  editor.desk.edit(text, { ...edit, revision: hold.buffer.revision });
  const durable = editor.journal.durable();
  assert.ok(durable !== undefined);
  assert.throws(
    () => editor.desk.edit(text, { ...edit, revision: hold.buffer.revision }),
    /the disk is full/,
  );
  assert.equal(editor.told.length, 1);
  assert.match(editor.told[0] as string, /not safe from a crash/);
  await Deno.remove(`${disk.path}/filler`);
  await durable;
  assert.ok(editor.desk.edit(text, { ...edit, revision: hold.buffer.revision }).ok);
});

Deno.test("Journal.tidy() saves texts in no file of the dead to files, tells where, and leaves the living alone", async () => {
  await using folder = await temporaryFolder();
  const first = rig(folder.path);
  const none = first.desk.begin({ text: "in no file" });
  put(first, none, ann, 0, "unsaved, ");
  await Deno.writeTextFile(`${folder.path}/file`, "x");
  const file = await first.files.open(`${folder.path}/file`);
  put(first, file, ann, 0, "unsaved ");
  const session = `${folder.path}/journal/${first.journal.session}`;
  using living = rig(folder.path);
  put(living, living.desk.begin({ text: "alive" }), ann, 0, "is ");
  first.die();
  using next = rig(folder.path);
  await next.journal.tidy();
  assert.deepEqual(next.told, [], "its spare comes first");
  const before = new Date(Date.now() - 60_000);
  for await (const { name } of Deno.readDir(session)) await Deno.utime(`${session}/${name}`, before, before);
  await next.journal.tidy();
  assert.equal(next.told.length, 1);
  const [, path = ""] = /It is now in: (.*)$/.exec(next.told[0] ?? "") ?? [];
  assert.equal(await Deno.readTextFile(path), "unsaved, in no file");
  assert.equal((await next.files.open(`${folder.path}/file`)).buffer.text.toString(), "unsaved x");
  await assert.rejects(Deno.stat(session), "nothing is left in it");
  await Deno.stat(`${folder.path}/journal/${living.journal.session}`);
});
