import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { addOnFile, withoutEval } from "../../build/lmdb_plugin.ts";

const root = new URL("../..", import.meta.url).pathname.replace(/\/$/, "");

/** The package as lmdb finds it. */
function orderedBinary(): string {
  const lmdb = createRequire(import.meta.url).resolve("lmdb");
  return createRequire(lmdb).resolve("ordered-binary").replace(/dist[\\/]index\.cjs$/, "index.js");
}

Deno.test("withoutEval() gives an ordered-binary that reads every key it wrote, where eval is forbidden", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/ordered.mjs`, withoutEval(await Deno.readTextFile(orderedBinary())));
    const keys = [
      "",
      "a",
      "run",
      "日本 ключ",
      "👩‍👩‍👧 x",
      "x".repeat(200),
      "nul\0inside",
      7,
      -1.5,
      ["r1", 3, "z"],
      true,
      null,
    ];
    await Deno.writeTextFile(
      `${folder}/main.mjs`,
      `import { toBufferKey, fromBufferKey } from "./ordered.mjs";
       const keys = ${JSON.stringify(keys)};
       let isForbidden = false;
       try { eval("1"); } catch { isForbidden = true; }
       console.log(JSON.stringify({ isForbidden, keys: keys.map((key) => fromBufferKey(toBufferKey(key))) }));`,
    );
    const args = [
      "run",
      "-A",
      "-q",
      "--no-config",
      "--v8-flags=--disallow-code-generation-from-strings",
      `${folder}/main.mjs`,
    ];
    const { stdout, stderr } = await new Deno.Command(Deno.execPath(), { args }).output();
    assert.equal(new TextDecoder().decode(stderr), "");
    assert.deepEqual(JSON.parse(new TextDecoder().decode(stdout)), { isForbidden: true, keys });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("withoutEval() refuses a package that no longer has the eval it knows", async () => {
  const source = await Deno.readTextFile(orderedBinary());
  assert.throws(() => withoutEval("export const nothing = 1;"), /another form of the package/);
  assert.throws(() => withoutEval(source.replace("eval(makeStringBuilder())", "other()")), /another form/);
});

Deno.test("addOnFile() finds one N-API add-on of lmdb for this machine", async () => {
  const file = await addOnFile(root);
  assert.match(file, /node\.napi(\.glibc)?\.node$/);
  assert.ok((await Deno.stat(file)).size > 100_000);
});
