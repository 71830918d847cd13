import assert from "node:assert/strict";
import { bundle } from "../../extensions/loader/bundle.ts";
import { programEngine, wasmEngine } from "../../extensions/loader/engine.ts";
import { ExtensionLoader, sdkEntry } from "../../extensions/loader/loader.ts";

const manifest = (id: string, more: object = {}) =>
  JSON.stringify({
    id,
    name: "Test",
    version: "1.0.0",
    kind: "operator",
    description: "A test",
    entry: "main.ts",
    ...more,
  });
const good =
  `import { defineExtension } from "symphony/sdk"; export default defineExtension({ contributes: [] });`;

async function withExtensions(
  extensions: Readonly<Record<string, Readonly<Record<string, string>>>>,
  body: (folder: string, load: () => ReturnType<ExtensionLoader["load"]>) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "symphony-loader-" });
  try {
    for (const [name, files] of Object.entries(extensions)) {
      for (const [file, text] of Object.entries(files)) {
        const path = `${folder}/extensions/${name}/${file}`;
        await Deno.mkdir(path.slice(0, path.lastIndexOf("/")), { recursive: true });
        await Deno.writeTextFile(path, text);
      }
    }
    const load = () => new ExtensionLoader({ user: `${folder}/extensions`, cache: `${folder}/cache` }).load();
    await body(folder, load);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function one(main: string, more: object = {}, files: Record<string, string> = {}) {
  return { tool: { "symphony.jsonc": manifest("acme/tool", more), "main.ts": main, ...files } };
}

const refused: [string, string, RegExp][] = [
  [
    "a computed import",
    `export default { contributes: [], x: (name: string) => import(name) };`,
    /imports at run time/,
  ],
  ["a remote import", `import "https://example.com/x.js"; ${good}`, /example\.com/],
  ["an npm specifier", `import "npm:left-pad"; ${good}`, /npm:left-pad/],
  ["a module of Node", `import "node:fs"; ${good}`, /"node:fs" is not there/],
  [
    "a module of Node by its short name",
    `import fs from "fs"; console.log(fs); ${good}`,
    /"fs" is not there/,
  ],
  ["a module that is not there", `import "./missing.ts"; ${good}`, /missing\.ts/],
  ["broken syntax, with its place", `export default {\n  oops`, /main\.ts:2/],
];

for (const [what, main, message] of refused) {
  Deno.test(`ExtensionLoader refuses ${what} and keeps the others`, () =>
    withExtensions({
      ...one(main),
      other: { "symphony.jsonc": manifest("acme/other"), "main.ts": good },
    }, async (_, load) => {
      const { installed, problems } = await load();
      assert.deepEqual(installed.map((found) => found.manifest.id), ["acme/other"]);
      assert.equal(problems.length, 1);
      assert.match(problems[0]?.message ?? "", message);
    }));
}

Deno.test("ExtensionLoader tells a manifest's problems with line and column", () =>
  withExtensions(
    { bad: { "symphony.jsonc": `{\n  "id": "acme/bad"\n}`, "main.ts": good } },
    async (_, load) => {
      const { installed, problems } = await load();
      assert.deepEqual(installed, []);
      assert.match(problems[0]?.message ?? "", /1:1: Missing "name"/);
    },
  ));

Deno.test("ExtensionLoader makes one module with the extension's own files and the SDK", () =>
  withExtensions(
    one(`import { part } from "./lib/part.ts"; ${good} console.log(part);`, {}, {
      "lib/part.ts": `export const part: string = "a part";`,
    }),
    async (_, load) => {
      const { installed, problems } = await load();
      assert.deepEqual(problems, []);
      const code = new TextDecoder().decode(await installed[0]?.code());
      assert.match(code, /a part/);
      assert.doesNotMatch(code, /^\s*import /m);
      assert.equal(installed[0]?.origin, "third-party");
    },
  ));

Deno.test("ExtensionLoader bundles anew when a file changed and only then", () =>
  withExtensions(one(good), async (folder, load) => {
    const first = (await load()).installed[0];
    await first?.remember([]);
    const again = (await load()).installed[0];
    assert.equal(again?.codeHash, first?.codeHash);
    assert.deepEqual(again?.contributes, []);
    await Deno.writeTextFile(`${folder}/extensions/tool/main.ts`, `${good} console.log("changed");`);
    const changed = (await load()).installed[0];
    assert.notEqual(changed?.codeHash, first?.codeHash);
    assert.equal(changed?.contributes, undefined);
  }));

Deno.test("ExtensionLoader refuses a kept bundle that was changed by hand", () =>
  withExtensions(one(good), async (folder, load) => {
    const first = (await load()).installed[0];
    const path = `${folder}/cache/${first?.codeHash}.js`;
    await Deno.writeTextFile(path, "export default { evil: true };");
    const again = (await load()).installed[0];
    await assert.rejects(again?.code() ?? Promise.resolve(), { code: "corrupt" });
    const repaired = (await load()).installed[0];
    assert.equal(repaired?.codeHash, first?.codeHash);
    assert.ok(await repaired?.code());
  }));

Deno.test("ExtensionLoader gives listed assets and no others, and refuses one that leads out", () =>
  withExtensions({
    ...one(good, { assets: ["data/a.bin"] }, { "data/a.bin": "A" }),
    missing: { "symphony.jsonc": manifest("acme/missing", { assets: ["none.bin"] }), "main.ts": good },
  }, async (folder, load) => {
    const { installed, problems } = await load();
    assert.equal(new TextDecoder().decode(await installed[0]?.asset("data/a.bin")), "A");
    assert.equal(await installed[0]?.asset("main.ts"), undefined);
    assert.match(problems[0]?.message ?? "", /none\.bin/);
    await Deno.remove(`${folder}/extensions/tool/data/a.bin`);
    await Deno.symlink("/etc/hostname", `${folder}/extensions/tool/data/a.bin`);
    assert.match(
      (await load()).problems.map(({ message }) => message).join(),
      /Cannot find asset "data\/a\.bin"/,
    );
  }));

Deno.test("ExtensionLoader takes an extension whose asset changed for another, and never gives the other's asset", () =>
  withExtensions(one(good, { assets: ["a.txt"] }, { "a.txt": "one" }), async (folder, load) => {
    const first = (await load()).installed[0];
    await Deno.writeTextFile(`${folder}/extensions/tool/a.txt`, "two");
    await assert.rejects(
      first?.asset("a.txt") ?? Promise.resolve(),
      /"a\.txt" .* changed since it was loaded/,
    );
    const second = (await load()).installed[0];
    assert.notEqual(second?.codeHash, first?.codeHash);
    assert.equal(new TextDecoder().decode(await second?.asset("a.txt")), "two");
    await Deno.writeTextFile(`${folder}/extensions/tool/a.txt`, "one");
    assert.equal((await load()).installed[0]?.codeHash, first?.codeHash);
  }));

Deno.test("ExtensionLoader counts the first of two extensions with one id", () =>
  withExtensions({
    a: { "symphony.jsonc": manifest("acme/tool"), "main.ts": good },
    b: { "symphony.jsonc": manifest("acme/tool"), "main.ts": good },
  }, async (_, load) => {
    const { installed, problems } = await load();
    assert.equal(installed.length, 1);
    assert.match(problems[0]?.message ?? "", /installed twice/);
  }));

const uses = (part: string) => `import { part } from "../${part}"; ${good} console.log(part);`;

/** Bundled extensions, which are bundled together. */
function bundled(mains: Readonly<Record<string, string>>): Record<string, Record<string, string>> {
  const folders = Object.entries(mains).map(([name, main]) => [
    name,
    { "symphony.jsonc": manifest(`symphony/${name}`), "main.ts": main },
  ]);
  return {
    ...Object.fromEntries(folders),
    ".": { "shared.ts": `export const part: string = "shared by two";` },
  };
}

const loadBundled = (folder: string) =>
  new ExtensionLoader({ bundled: `${folder}/extensions`, cache: `${folder}/cache` }).load();

Deno.test("ExtensionLoader bundles the product's own together, each into a module of its own", () =>
  withExtensions(bundled({ a: uses("shared.ts"), b: uses("shared.ts"), c: good }), async (folder) => {
    const { installed, problems } = await loadBundled(folder);
    assert.deepEqual(problems, []);
    const codes = await Promise.all(
      installed.map(async (found) => new TextDecoder().decode(await found.code())),
    );
    assert.deepEqual(codes.map((code) => code.includes("shared by two")), [true, true, false]);
    for (const code of codes) assert.doesNotMatch(code, /^\s*import /m);
  }));

Deno.test("ExtensionLoader bundles anew those of the product's own of which an input changed", () =>
  withExtensions(bundled({ a: uses("shared.ts"), b: uses("shared.ts"), c: good }), async (folder) => {
    const described = (await loadBundled(folder)).installed;
    for (const found of described) await found.remember([]);
    const known = async () =>
      (await loadBundled(folder)).installed.map(({ contributes }) => contributes !== undefined);
    assert.deepEqual(await known(), [true, true, true]);
    await Deno.writeTextFile(`${folder}/extensions/shared.ts`, `export const part: string = "changed";`);
    assert.deepEqual(await known(), [false, false, true]);
    await Deno.writeTextFile(`${folder}/extensions/c/main.ts`, `${good} console.log("changed");`);
    assert.deepEqual(await known(), [false, false, false]);
  }));

Deno.test("ExtensionLoader blames the one of the product's own that cannot be bundled, and keeps the others", () =>
  withExtensions(bundled({ a: good, b: `import "./missing.ts"; ${good}`, c: good }), async (folder) => {
    const { installed, problems } = await loadBundled(folder);
    assert.deepEqual(installed.map(({ manifest: { id } }) => id), ["symphony/a", "symphony/c"]);
    assert.deepEqual(problems.map(({ where }) => where), [`${folder}/extensions/b`]);
    assert.match(problems[0]?.message ?? "", /missing\.ts/);
  }));

Deno.test("ExtensionLoader bundles anew when a file behind a linked folder changed", () =>
  withExtensions(one(good), async (folder, load) => {
    await Deno.rename(`${folder}/extensions/tool`, `${folder}/elsewhere`);
    await Deno.symlink(`${folder}/elsewhere`, `${folder}/extensions/tool`);
    const first = (await load()).installed[0];
    await Deno.writeTextFile(`${folder}/elsewhere/main.ts`, `${good} console.log("changed");`);
    assert.notEqual((await load()).installed[0]?.codeHash, first?.codeHash);
  }));

Deno.test("bundle() knows its inputs with the bundler of the executable as well", () =>
  withExtensions(one(uses("shared.ts"), {}, { "../shared.ts": `export const part = 1;` }), async (folder) => {
    const module = new URL(import.meta.resolve("esbuild-wasm/esbuild.wasm"));
    const packed = new Blob([await Deno.readFile(module)]).stream().pipeThrough(
      new CompressionStream("gzip"),
    );
    await Deno.writeFile(`${folder}/esbuild.wasm.gz`, packed);
    const { inputs } = await bundle(
      `${folder}/extensions/tool/main.ts`,
      { sdk: sdkEntry },
      wasmEngine(`${folder}/esbuild.wasm.gz`),
    );
    const paths = inputs.map(({ path }) => path);
    assert.ok(paths.some((path) => path.endsWith("/tool/main.ts")));
    assert.ok(paths.some((path) => path.endsWith("/shared.ts")));
  }));

Deno.test("programEngine() lets a build end that another user of the program stops", async () => {
  const [one, other] = await Promise.all([programEngine(), programEngine()]);
  const reached = Promise.withResolvers<void>();
  const gate = Promise.withResolvers<void>();
  const late = Promise.withResolvers<never>();
  // A build whose program is gone never ends: nothing else would tell.
  const timer = setTimeout(() => late.reject(new Error("The build never ended")), 20_000);
  const building = one.build({
    stdin: { contents: `import "slow";` },
    bundle: true,
    write: false,
    metafile: true,
    plugins: [{
      name: "slow",
      setup(build) {
        build.onResolve({ filter: /^slow$/ }, async () => {
          reached.resolve();
          await gate.promise;
          return { path: "slow", namespace: "slow" };
        });
        build.onLoad({ filter: /.*/, namespace: "slow" }, () => ({ contents: "console.log('slow')" }));
      },
    }],
  });
  await reached.promise;
  await other.stop();
  gate.resolve();
  try {
    const { outputFiles } = await Promise.race([building, late.promise]);
    assert.match(outputFiles[0]?.text ?? "", /slow/);
  } finally {
    clearTimeout(timer);
  }
});
