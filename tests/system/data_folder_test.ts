import assert from "node:assert/strict";
import { SymphonyError } from "../../core/errors.ts";
import { dataFolderPath, makeDataFolder } from "../../system/data_folder.ts";

const env = (variables: Record<string, string>) => (name: string) => variables[name];
const code = (expected: string) => (error: unknown) =>
  error instanceof SymphonyError && error.code === expected;

Deno.test("dataFolderPath() follows the option, then SYMPHONY_DATA, then the platform", () => {
  const home = { HOME: "/home/ada" };
  const of = (os: typeof Deno.build.os, variables: Record<string, string>, explicit?: string) =>
    dataFolderPath(explicit, { os, env: env(variables) });
  assert.equal(of("linux", { ...home, SYMPHONY_DATA: "/data" }, "/mine"), "/mine");
  assert.equal(of("linux", { ...home, SYMPHONY_DATA: "/data" }), "/data");
  assert.equal(of("linux", { ...home, SYMPHONY_DATA: "" }), "/home/ada/.local/share/symphony");
  assert.equal(of("linux", { ...home, XDG_DATA_HOME: "/xdg" }), "/xdg/symphony");
  assert.equal(of("linux", { ...home, XDG_DATA_HOME: "not/absolute" }), "/home/ada/.local/share/symphony");
  assert.equal(of("darwin", home), "/home/ada/Library/Application Support/Symphony");
  assert.equal(
    of("windows", { LOCALAPPDATA: "C:\\Users\\ada\\AppData\\Local" }),
    "C:\\Users\\ada\\AppData\\Local\\Symphony",
  );
});

Deno.test("dataFolderPath() refuses an empty option and a machine without a home", () => {
  assert.throws(() => dataFolderPath(""), code("bad-input"));
  assert.throws(
    () => dataFolderPath(undefined, { os: "linux", env: env({}) }),
    (error: unknown) => code("bad-input")(error) && /HOME/.test(String(error)),
  );
  assert.throws(
    () => dataFolderPath(undefined, { os: "windows", env: env({ HOME: "/x" }) }),
    code("bad-input"),
  );
});

Deno.test("makeDataFolder() makes it with its parents for the owner only, and takes one that is there", async () => {
  const base = await Deno.makeTempDir();
  try {
    const path = makeDataFolder(`${base}/a/b`);
    assert.equal(path, await Deno.realPath(`${base}/a/b`));
    if (Deno.build.os !== "windows") assert.equal(((await Deno.stat(path)).mode ?? 0) & 0o777, 0o700);
    assert.equal(makeDataFolder(path), path);
    assert.deepEqual(await Array.fromAsync(Deno.readDir(path)), [], "the trial file is gone");
  } finally {
    await Deno.remove(base, { recursive: true });
  }
});

Deno.test("makeDataFolder() refuses a file, and a folder below a file", async () => {
  const file = await Deno.makeTempFile();
  try {
    for (const path of [file, `${file}/below`]) {
      assert.throws(
        () => makeDataFolder(path),
        (error: unknown) =>
          code("bad-input")(error) && String(error).includes(path) && /expected a folder/.test(String(error)),
      );
    }
  } finally {
    await Deno.remove(file);
  }
});

Deno.test({
  name: "makeDataFolder() refuses a folder on a file system that takes no files",
  ignore: Deno.build.os !== "linux",
  fn() {
    assert.throws(() => makeDataFolder("/proc/symphony"), (error: unknown) => error instanceof SymphonyError);
  },
});
