import assert from "node:assert/strict";
import { link, symlink } from "node:fs/promises";
import { SymphonyError } from "../../../core/errors.ts";
import { filePlace } from "../../../editor/files/file_place.ts";
import { fileState, sameContent, sameFile } from "../../../editor/files/file_stamp.ts";
import { FileWatch } from "../../../editor/files/file_watch.ts";
import { loadFile } from "../../../editor/files/load.ts";
import { temporaryFolder } from "../temporary_folder.ts";

async function rejected(work: Promise<unknown>): Promise<SymphonyError> {
  const error = await work.then(() => undefined, (reason) => reason);
  assert.ok(error instanceof SymphonyError, `expected a SymphonyError, found ${error}`);
  return error;
}

Deno.test("loadFile() says of what cannot be edited what it is", async () => {
  await using folder = await temporaryFolder();
  const absent = await rejected(loadFile(`${folder.path}/absent`));
  assert.equal(absent.code, "not-found");
  assert.equal((await rejected(loadFile(folder.path))).code, "bad-input");
  assert.equal((await rejected(loadFile(""))).code, "bad-input");
  assert.equal((await rejected(loadFile("/dev/zero"))).code, "unsupported");
  await Deno.writeFile(`${folder.path}/program`, Uint8Array.from([127, 69, 76, 70, 0, 1, 2]));
  const binary = await rejected(loadFile(`${folder.path}/program`));
  assert.equal(binary.code, "unsupported");
  assert.equal(binary.message, `Cannot open "${folder.path}/program": it is binary, expected text`);
  await Deno.writeFile(`${folder.path}/latin`, Uint8Array.from([0xe9]));
  const wrong = await rejected(loadFile(`${folder.path}/latin`, { encoding: "utf-8" }));
  assert.equal(wrong.message, `Cannot read "${folder.path}/latin" as utf-8: its bytes are not valid there`);
  await symlink("b", `${folder.path}/a`);
  await symlink("a", `${folder.path}/b`);
  assert.equal((await rejected(loadFile(`${folder.path}/a`))).code, "bad-input");
});

Deno.test("loadFile() refuses a file that no string could hold before reading it", async () => {
  await using folder = await temporaryFolder();
  const file = await Deno.create(`${folder.path}/huge`);
  await file.truncate(3 * 1024 ** 3);
  file.close();
  const error = await rejected(loadFile(`${folder.path}/huge`));
  assert.equal(error.code, "unsupported");
  assert.match(error.message, /3072 MB, at most 512/);
});

Deno.test("filePlace() gives one name for every way to a file, there or not", async () => {
  await using folder = await temporaryFolder();
  await Deno.mkdir(`${folder.path}/sub`);
  await Deno.writeTextFile(`${folder.path}/file`, "");
  await symlink("../file", `${folder.path}/sub/link`);
  await symlink("sub", `${folder.path}/way`);
  for (const way of ["file", "./sub/../file", "sub/link", "way/link", "way/../file"]) {
    assert.equal(await filePlace(`${folder.path}/${way}`), `${folder.path}/file`);
  }
  assert.equal(await filePlace(`${folder.path}/way/new`), `${folder.path}/sub/new`);
});

Deno.test("sameFile() knows a file by any of its names, and sameContent() sees each change", async () => {
  await using folder = await temporaryFolder();
  const path = `${folder.path}/file`;
  const stamp = async (name: string) => (await fileState(`${folder.path}/${name}`))!.stamp;
  await Deno.writeTextFile(path, "a");
  await link(path, `${folder.path}/twin`);
  const first = await stamp("file");
  assert.ok(sameFile(first, await stamp("twin")));
  await Deno.chmod(path, 0o600);
  assert.ok(sameContent(first, await stamp("file")), "the mode is not the content");
  await Deno.utime(path, new Date(5_000), new Date(5_000));
  await Deno.writeTextFile(path, "b");
  assert.ok(!sameContent(first, await stamp("file")), "equal size, another time");
  await Deno.copyFile(path, `${folder.path}/copy`);
  assert.ok(!sameFile(first, await stamp("copy")));
});

Deno.test("FileWatch tells once of a burst, of a replaced file and of a deleted one", async () => {
  await using folder = await temporaryFolder();
  const path = `${folder.path}/file`;
  await Deno.writeTextFile(path, "a");
  using watch = new FileWatch();
  let calls = 0;
  let seen = () => {};
  const next = async (act: () => Promise<void>) => {
    const told = new Promise<void>((resolve) => seen = resolve);
    await act();
    await told;
  };
  watch.add(path, () => {
    calls++;
    seen();
  });
  await next(async () => {
    for (let at = 0; at < 20; at++) await Deno.writeTextFile(path, String(at));
  });
  assert.ok(calls <= 2, `a burst was told ${calls} times`);
  await next(async () => {
    await Deno.writeTextFile(`${folder.path}/other`, "replaced");
    await Deno.rename(`${folder.path}/other`, path);
  });
  await next(() => Deno.remove(path));
  const before = calls;
  watch.remove(path);
  await Deno.writeTextFile(path, "z");
  await new Promise((resolve) => setTimeout(resolve, 150));
  assert.equal(calls, before);
});
