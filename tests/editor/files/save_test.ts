import assert from "node:assert/strict";
import { chown, link, symlink } from "node:fs/promises";
import { SymphonyError } from "../../../core/errors.ts";
import { fileState } from "../../../editor/files/file_stamp.ts";
import { loadFile } from "../../../editor/files/load.ts";
import { overwrite } from "../../../editor/files/overwrite.ts";
import { saveFile } from "../../../editor/files/save.ts";
import { NEW_FORM } from "../../../editor/files/text_form.ts";
import { temporaryDisk, temporaryFolder } from "../temporary_folder.ts";

async function rejected(work: Promise<unknown>): Promise<SymphonyError> {
  const error = await work.then(() => undefined, (reason) => reason);
  assert.ok(error instanceof SymphonyError, `expected a SymphonyError, found ${error}`);
  return error;
}

async function names(folder: string): Promise<string[]> {
  return (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name).sort();
}

Deno.test("saveFile() makes a new file as the system would, and loadFile() reads it", async () => {
  await using folder = await temporaryFolder();
  const path = `${folder.path}/new.txt`;
  const saved = await saveFile(path, ["one\n", "zwei ü 🎼\n"], NEW_FORM, { expected: "absent" });
  assert.ok(saved.ok);
  assert.equal(await Deno.readTextFile(path), "one\nzwei ü 🎼\n");
  await Deno.writeTextFile(`${folder.path}/other`, "");
  assert.equal((await fileState(path))?.mode, (await fileState(`${folder.path}/other`))?.mode);
  const loaded = await loadFile(path);
  assert.equal(loaded.chunks.join(""), "one\nzwei ü 🎼\n");
  assert.deepEqual(loaded.stamp, saved.value.stamp);
  assert.deepEqual(await names(folder.path), ["new.txt", "other"]);
});

for (const mode of [0o600, 0o644, 0o755, 0o640]) {
  Deno.test(`saveFile() keeps mode ${mode.toString(8)}`, async () => {
    await using folder = await temporaryFolder();
    const path = `${folder.path}/file`;
    await Deno.writeTextFile(path, "old");
    await Deno.chmod(path, mode);
    assert.ok((await saveFile(path, ["new"], NEW_FORM)).ok);
    assert.equal((await fileState(path))?.mode, mode);
    assert.equal(await Deno.readTextFile(path), "new");
  });
}

Deno.test({
  name: "saveFile() keeps owner and group where this user may give files away",
  ignore: Deno.uid() !== 0,
  async fn() {
    await using folder = await temporaryFolder();
    const path = `${folder.path}/file`;
    await Deno.writeTextFile(path, "old");
    await chown(path, 1234, 2345);
    await Deno.chmod(path, 0o4755);
    assert.ok((await saveFile(path, ["new"], NEW_FORM)).ok);
    const state = await fileState(path);
    assert.deepEqual([state?.userId, state?.groupId, state?.mode], [1234, 2345, 0o4755]);
  },
});

Deno.test("saveFile() writes to where a link leads, and the link stays", async () => {
  await using folder = await temporaryFolder();
  await Deno.mkdir(`${folder.path}/real`);
  await Deno.writeTextFile(`${folder.path}/real/file`, "old");
  await symlink("real/file", `${folder.path}/first`);
  await symlink("first", `${folder.path}/second`);
  const saved = await saveFile(`${folder.path}/second`, ["new"], NEW_FORM);
  assert.ok(saved.ok);
  assert.equal(saved.value.path, `${folder.path}/real/file`);
  assert.equal(await Deno.readTextFile(`${folder.path}/real/file`), "new");
  assert.ok((await Deno.lstat(`${folder.path}/first`)).isSymlink);
  assert.ok((await Deno.lstat(`${folder.path}/second`)).isSymlink);
});

Deno.test("saveFile() makes the file that a link to nothing names", async () => {
  await using folder = await temporaryFolder();
  await symlink("absent", `${folder.path}/link`);
  assert.ok((await saveFile(`${folder.path}/link`, ["x"], NEW_FORM, { expected: "absent" })).ok);
  assert.equal(await Deno.readTextFile(`${folder.path}/absent`), "x");
  assert.ok((await Deno.lstat(`${folder.path}/link`)).isSymlink);
});

for (
  const [name, text] of [["longer", "a much longer text than before"], ["shorter", "x"], ["no", ""]] as const
) {
  Deno.test(`saveFile() of a ${name} text keeps the other names of a file`, async () => {
    await using folder = await temporaryFolder();
    await Deno.writeTextFile(`${folder.path}/one`, "old content");
    await link(`${folder.path}/one`, `${folder.path}/two`);
    assert.ok((await saveFile(`${folder.path}/one`, [text], NEW_FORM)).ok);
    assert.equal(await Deno.readTextFile(`${folder.path}/two`), text);
    assert.equal((await fileState(`${folder.path}/two`))?.links, 2);
  });
}

Deno.test("saveFile() leaves a file alone that someone else has written to, replaced or made", async () => {
  await using folder = await temporaryFolder();
  const path = `${folder.path}/file`;
  await Deno.writeTextFile(path, "mine");
  const { stamp } = await loadFile(path);
  await Deno.writeTextFile(path, "theirs");
  assert.deepEqual(await saveFile(path, ["new"], NEW_FORM, { expected: stamp }), {
    ok: false,
    error: "changed-outside",
  });
  assert.equal(await Deno.readTextFile(path), "theirs");
  assert.deepEqual(await saveFile(path, ["new"], NEW_FORM, { expected: "absent" }), {
    ok: false,
    error: "changed-outside",
  });
  const again = await loadFile(path);
  await Deno.writeTextFile(`${path}.new`, "theirs");
  await Deno.rename(`${path}.new`, path);
  assert.equal((await saveFile(path, ["new"], NEW_FORM, { expected: again.stamp })).ok, false);
  assert.equal(await Deno.readTextFile(path), "theirs");
});

Deno.test("saveFile() makes a file again that has been deleted", async () => {
  await using folder = await temporaryFolder();
  const path = `${folder.path}/file`;
  await Deno.writeTextFile(path, "old");
  const { stamp } = await loadFile(path);
  await Deno.remove(path);
  assert.ok((await saveFile(path, ["kept"], NEW_FORM, { expected: stamp })).ok);
  assert.equal(await Deno.readTextFile(path), "kept");
});

Deno.test("saveFile() refuses a file that nobody may write, for the superuser too", async () => {
  await using folder = await temporaryFolder();
  const path = `${folder.path}/file`;
  await Deno.writeTextFile(path, "old");
  await Deno.chmod(path, 0o444);
  assert.ok((await loadFile(path)).readOnly);
  assert.deepEqual(await saveFile(path, ["new"], NEW_FORM), { ok: false, error: "read-only" });
  assert.equal(await Deno.readTextFile(path), "old");
});

Deno.test("saveFile() into a folder, an absent folder or a pipe says so", async () => {
  await using folder = await temporaryFolder();
  assert.equal((await rejected(saveFile(folder.path, ["x"], NEW_FORM))).code, "bad-input");
  const absent = await rejected(saveFile(`${folder.path}/no/such/file`, ["x"], NEW_FORM));
  assert.equal(absent.code, "not-found");
  assert.match(absent.message, /there is no folder ".*\/no\/such"/);
  const pipe = `${folder.path}/pipe`;
  await new Deno.Command("mkfifo", { args: [pipe] }).output();
  assert.equal((await rejected(saveFile(pipe, ["x"], NEW_FORM))).code, "unsupported");
});

Deno.test("saveFile() refuses what the encoding cannot hold before the file is touched", async () => {
  await using folder = await temporaryFolder();
  const path = `${folder.path}/file`;
  await Deno.writeTextFile(path, "old");
  const error = await rejected(saveFile(path, ["new →"], { encoding: "windows-1252", mark: false }));
  assert.equal(error.code, "unsupported");
  assert.equal(await Deno.readTextFile(path), "old");
  assert.deepEqual(await names(folder.path), ["file"]);
});

Deno.test("saveFile() on a full disk keeps the old file and leaves nothing behind", async () => {
  await using disk = await temporaryDisk(1);
  if (disk === undefined) return;
  const path = `${disk.path}/file`;
  await Deno.writeTextFile(path, "old".repeat(100_000));
  await link(path, `${disk.path}/twin`);
  const big = ["new".repeat(400_000)];
  const error = await rejected(saveFile(path, big, NEW_FORM));
  assert.equal(error.code, "disk-full");
  assert.equal(await Deno.readTextFile(path), "old".repeat(100_000));
  await Deno.remove(`${disk.path}/twin`);
  assert.equal((await rejected(saveFile(path, big, NEW_FORM))).code, "disk-full");
  assert.equal(await Deno.readTextFile(path), "old".repeat(100_000));
  assert.deepEqual(await names(disk.path), ["file"]);
  assert.ok((await saveFile(path, ["new"], NEW_FORM)).ok, "there is room again");
});

Deno.test("saveFile() keeps CRLF, a mark and UTF-16 as they were", async () => {
  await using folder = await temporaryFolder();
  const path = `${folder.path}/file`;
  for (const form of [{ encoding: "utf-8", mark: true }, { encoding: "utf-16le", mark: true }]) {
    await saveFile(path, ["a\r\nb\r\n"], form);
    const before = await Deno.readFile(path);
    const loaded = await loadFile(path);
    assert.deepEqual(loaded.form, form);
    assert.deepEqual(loaded.lines, { ending: "\r\n", mixed: false });
    assert.ok((await saveFile(path, loaded.chunks, loaded.form, { expected: loaded.stamp })).ok);
    assert.deepEqual(await Deno.readFile(path), before);
  }
});

Deno.test("saveFile() killed at any moment leaves the old file or the new one, whole", async () => {
  await using folder = await temporaryFolder();
  const path = `${folder.path}/file`;
  const script = new URL("./processes/save_on.ts", import.meta.url).pathname;
  await Deno.writeTextFile(path, "0".repeat(300_000));
  let values = new Set<string>();
  for (let round = 0; round < 6; round++) {
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "-q", "--no-check", script, path],
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    const reader = child.stdout.getReader();
    await reader.read();
    await new Promise((resolve) => setTimeout(resolve, 11 * round));
    child.kill("SIGKILL");
    await child.status;
    await reader.cancel();
    const text = await Deno.readTextFile(path);
    assert.equal(text, (text[0] ?? "").repeat(300_000));
    values = values.add(text[0] ?? "");
  }
  assert.ok(values.size > 1, "it was killed while it saved different texts");
});

Deno.test("overwrite() writes pieces of any sizes to the last byte", async () => {
  await using folder = await temporaryFolder();
  const path = `${folder.path}/file`;
  const bytes = (text: string) => new TextEncoder().encode(text);
  for (const pieces of [["abc", "", "defg"], ["abcdefghij", "k"], [], ["a"], ["1234", "5678", "90"]]) {
    await Deno.writeTextFile(path, "01234567");
    assert.ok(await overwrite(path, pieces.map(bytes)));
    assert.equal(await Deno.readTextFile(path), pieces.join(""));
  }
});
