import assert from "node:assert/strict";
import { link, symlink } from "node:fs/promises";
import { SymphonyError } from "../../core/errors.ts";
import { BufferFiles, DISK } from "../../editor/buffer_files.ts";
import { type Buffer, Buffers } from "../../editor/buffers.ts";
import { SystemDisk } from "../../editor/files/disk.ts";
import { Delta } from "../../editor/text/delta.ts";
import { temporaryFolder } from "./temporary_folder.ts";

function rig(watch = false): { buffers: Buffers; files: BufferFiles } & Disposable {
  const buffers = new Buffers((error) => {
    throw error;
  });
  const files = new BufferFiles(buffers, new SystemDisk({ watch }));
  return { buffers, files, [Symbol.dispose]: () => files[Symbol.dispose]() };
}

function type(buffer: Buffer, from: number, to: number, insert: string): void {
  buffer.edit({ delta: Delta.replace(buffer.text.length, from, to, insert), author: "me" });
}

Deno.test("BufferFiles.open() gives one buffer for every way to a file, at once or later", async () => {
  await using folder = await temporaryFolder();
  using editor = rig();
  const path = `${folder.path}/file`;
  await Deno.writeTextFile(path, "text");
  await symlink(path, `${folder.path}/soft`);
  await link(path, `${folder.path}/hard`);
  const holds = await Promise.all(
    ["file", "soft", "hard", "./file"].map((name) => editor.files.open(`${folder.path}/${name}`)),
  );
  holds.push(await editor.files.open(`${folder.path}/hard`));
  assert.equal(new Set(holds.map(({ buffer }) => buffer)).size, 1);
  for (const hold of holds.slice(1)) hold.release();
  assert.equal([...editor.buffers as Iterable<Buffer>].length, 1);
  holds[0]?.release();
  assert.equal([...editor.buffers as Iterable<Buffer>].length, 0);
  assert.equal((await editor.files.open(path)).buffer.text.toString(), "text");
});

Deno.test("BufferFiles.open() of an absent file gives an empty buffer, or refuses where it must exist", async () => {
  await using folder = await temporaryFolder();
  using editor = rig();
  const path = `${folder.path}/new`;
  await assert.rejects(editor.files.open(path, { mustExist: true }), SymphonyError);
  const { buffer } = await editor.files.open(path);
  assert.deepEqual([buffer.path, buffer.text.toString(), buffer.pristine], [path, "", true]);
  type(buffer, 0, 0, "made");
  assert.deepEqual(await editor.files.save(buffer), { ok: true, value: { path, revision: 1 } });
  assert.equal(await Deno.readTextFile(path), "made");
  assert.ok(buffer.pristine);
});

Deno.test("BufferFiles.open() of a file whose folder is absent waits for the folder, where that is said", async () => {
  await using folder = await temporaryFolder();
  using editor = rig();
  const path = `${folder.path}/deep/er/new`;
  await assert.rejects(editor.files.open(path), { code: "not-found" });
  const { buffer } = await editor.files.open(path, { mayLackFolder: true });
  assert.equal(buffer.path, path);
  // It is open now, by whatever way.
  assert.equal((await editor.files.open(`${folder.path}/./deep/er/new`)).buffer, buffer);
  type(buffer, 0, 0, "made");
  await assert.rejects(editor.files.save(buffer), { code: "not-found" });
  assert.equal(await Deno.stat(`${folder.path}/deep`).catch(() => undefined), undefined);
  await Deno.mkdir(`${folder.path}/deep/er`, { recursive: true });
  assert.ok((await editor.files.save(buffer)).ok);
  assert.equal(await Deno.readTextFile(path), "made");
  // No folder comes to be where a link leads nowhere.
  await symlink(`${folder.path}/none`, `${folder.path}/astray`);
  await assert.rejects(editor.files.open(`${folder.path}/astray/x`, { mayLackFolder: true }), {
    code: "not-found",
  });
});

Deno.test("BufferFiles.save() refuses what came to be meanwhile, until told to overwrite", async () => {
  await using folder = await temporaryFolder();
  using editor = rig();
  const path = `${folder.path}/new`;
  const { buffer } = await editor.files.open(path);
  type(buffer, 0, 0, "mine");
  await Deno.writeTextFile(path, "theirs");
  assert.deepEqual(await editor.files.save(buffer), { ok: false, error: "changed-outside" });
  assert.equal(await Deno.readTextFile(path), "theirs");
  assert.ok((await editor.files.save(buffer, undefined, { overwrite: true })).ok);
  assert.equal(await Deno.readTextFile(path), "mine");
});

Deno.test("BufferFiles.save() under another name moves the buffer; over an open or existing file it is refused", async () => {
  await using folder = await temporaryFolder();
  using editor = rig();
  const { buffer } = editor.buffers.open({ text: "a" });
  await assert.rejects(editor.files.save(buffer), /it has no file yet/);
  assert.ok((await editor.files.save(buffer, `${folder.path}/one`)).ok);
  assert.equal(buffer.path, `${folder.path}/one`);
  const other = await editor.files.open(`${folder.path}/two`);
  await assert.rejects(editor.files.save(buffer, `${folder.path}/two`), /open in another buffer/);
  other.release();
  await Deno.writeTextFile(`${folder.path}/two`, "there");
  assert.deepEqual(await editor.files.save(buffer, `${folder.path}/two`), {
    ok: false,
    error: "changed-outside",
  });
  assert.equal(buffer.path, `${folder.path}/one`);
});

Deno.test("BufferFiles.save() writes the revision of the call while edits go on, one save after the other", async () => {
  await using folder = await temporaryFolder();
  using editor = rig();
  const path = `${folder.path}/file`;
  const { buffer } = await editor.files.open(path);
  type(buffer, 0, 0, "1");
  const first = editor.files.save(buffer);
  const second = editor.files.save(buffer, undefined, { lastEnding: "\n" });
  type(buffer, 1, 1, "2");
  assert.ok((await first).ok && (await second).ok);
  assert.equal(await Deno.readTextFile(path), "12\n");
  assert.equal(buffer.text.toString(), "12", "the last line ending is the file's alone");
  assert.ok(buffer.pristine);
});

Deno.test("BufferFiles.look() brings in what someone else wrote where nothing is unsaved, and it can be undone", async () => {
  await using folder = await temporaryFolder();
  using editor = rig();
  const path = `${folder.path}/file`;
  await Deno.writeTextFile(path, "one\ntwo\nthree\n");
  const { buffer } = await editor.files.open(path);
  const told: string[] = [];
  editor.files.listen({ reloaded: () => told.push("reloaded"), conflicted: () => told.push("conflicted") });
  await Deno.writeTextFile(path, "one\n2\nthree\n");
  await editor.files.look(buffer);
  assert.equal(buffer.text.toString(), "one\n2\nthree\n");
  assert.ok(buffer.pristine);
  assert.deepEqual(told, ["reloaded"]);
  await editor.files.look(buffer);
  assert.equal(buffer.revision, 1);
  buffer.document.undo(DISK);
  assert.equal(buffer.text.toString(), "one\ntwo\nthree\n");
  assert.ok(!buffer.pristine);
  assert.ok((await editor.files.save(buffer)).ok);
});

Deno.test("BufferFiles.look() tells a conflict, keeps both texts and refuses to save until someone decides", async () => {
  await using folder = await temporaryFolder();
  using editor = rig();
  const path = `${folder.path}/file`;
  await Deno.writeTextFile(path, "value = 1\n");
  const { buffer } = await editor.files.open(path);
  let conflicts = 0;
  editor.files.listen({ conflicted: () => conflicts++ });
  type(buffer, 8, 9, "22");
  await Deno.writeTextFile(path, "value = 333\n");
  await editor.files.look(buffer);
  await editor.files.look(buffer);
  assert.equal(conflicts, 1);
  assert.equal(buffer.text.toString(), "value = 22\n");
  assert.equal(editor.files.of(buffer).conflict?.text.toString(), "value = 333\n");
  assert.deepEqual(await editor.files.save(buffer), { ok: false, error: "changed-outside" });
  await editor.files.revert(buffer);
  assert.equal(buffer.text.toString(), "value = 333\n");
  assert.equal(editor.files.of(buffer).conflict, undefined);
  buffer.document.undo(DISK);
  assert.equal(buffer.text.toString(), "value = 22\n");
  assert.ok((await editor.files.save(buffer)).ok);
});

Deno.test("BufferFiles.look() tells of a deleted file, and saving makes it again", async () => {
  await using folder = await temporaryFolder();
  using editor = rig();
  const path = `${folder.path}/file`;
  await Deno.writeTextFile(path, "text");
  const { buffer } = await editor.files.open(path);
  let deleted = 0;
  editor.files.listen({ deleted: () => deleted++ });
  await Deno.remove(path);
  await editor.files.look(buffer);
  await editor.files.look(buffer);
  assert.equal(deleted, 1);
  assert.ok((await editor.files.save(buffer)).ok);
  assert.equal(await Deno.readTextFile(path), "text");
});

Deno.test("BufferFiles notices a change by itself", async () => {
  await using folder = await temporaryFolder();
  using editor = rig(true);
  const path = `${folder.path}/file`;
  await Deno.writeTextFile(path, "before");
  const { buffer } = await editor.files.open(path);
  const reloaded = new Promise<void>((resolve) => editor.files.listen({ reloaded: () => resolve() }));
  await Deno.writeTextFile(path, "after");
  await reloaded;
  assert.equal(buffer.text.toString(), "after");
});

Deno.test("BufferFiles keeps encoding, mark and line endings of a file through reload and save", async () => {
  await using folder = await temporaryFolder();
  using editor = rig();
  const path = `${folder.path}/file`;
  const latin = (text: string) => Uint8Array.from(text, (char) => char.charCodeAt(0));
  await Deno.writeFile(path, latin("caf\xe9\r\n"));
  const { buffer } = await editor.files.open(path);
  await Deno.writeFile(path, latin("caf\xe9s\r\n"));
  await editor.files.look(buffer);
  assert.equal(buffer.text.toString(), "cafés\r\n");
  type(buffer, 0, 0, "É");
  assert.ok((await editor.files.save(buffer)).ok);
  assert.deepEqual(await Deno.readFile(path), latin("\xc9caf\xe9s\r\n"));
  type(buffer, 0, 0, "→");
  await assert.rejects(editor.files.save(buffer), /line 1 holds "→"/);
  assert.ok((await editor.files.save(buffer, undefined, { encoding: "utf8" })).ok);
  assert.equal(await Deno.readTextFile(path), "→Écafés\r\n");
  assert.equal(editor.files.of(buffer).form.encoding, "utf-8");
});
