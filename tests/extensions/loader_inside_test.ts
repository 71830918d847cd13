/** What a package may make part of its module: its own files, its packages, and nothing else of the person's. */

import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { bundle } from "../../extensions/loader/bundle.ts";
import { type OpenEngine, programEngine, wasmEngine } from "../../extensions/loader/engine.ts";
import { sdkEntry } from "../../extensions/loader/loader.ts";
import { messageOf } from "../../core/errors.ts";

const packed = (async () => {
  const module = new URL(import.meta.resolve("esbuild-wasm/esbuild.wasm"));
  const stream = new Blob([await Deno.readFile(module)]).stream().pipeThrough(new CompressionStream("gzip"));
  const file = await Deno.makeTempFile({ suffix: ".wasm.gz" });
  await Deno.writeFile(file, new Uint8Array(await new Response(stream).arrayBuffer()));
  return file;
})();

const engines: Readonly<Record<string, () => Promise<OpenEngine>>> = {
  "the bundler's own program": () => Promise.resolve(programEngine),
  "the bundler of the executable": async () => wasmEngine(await packed),
};

interface Case {
  /** The entry's text; `OUTSIDE` stands for the folder beside the package. */
  readonly entry: string;
  readonly files?: Readonly<Record<string, string>>;
  readonly links?: Readonly<Record<string, string>>;
  /** True where one of the bundlers does not know this way, and bundles what is inside. */
  readonly mayPass?: boolean;
}

const secret = "a secret of the person";
const dependency = {
  "package.json": `{ "name": "dep", "main": "index.js" }`,
  "index.js": `export const dep = "dep";`,
};
const at = (folder: string, files: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(files).map(([name, text]) => [`${folder}/${name}`, text]));

const refused: Readonly<Record<string, Case>> = {
  "an absolute path": { entry: `import x from "OUTSIDE/secret.json"; export default x;` },
  "an absolute path as text": {
    entry: `import x from "OUTSIDE/secret.json" with { type: "json" }; export default x;`,
  },
  "a relative path that leads out": { entry: `import x from "../outside/secret.json"; export default x;` },
  "a path with an ending left out": { entry: `import x from "../outside/code"; export default x;` },
  "require": { entry: `export default require("../outside/secret.json");` },
  "a dynamic import": { entry: `export default await import("../outside/secret.json");` },
  "a pattern of names": { entry: "export default (x) => import(`../outside/${x}.json`);" },
  "a link to a file": {
    entry: `import x from "./own.json"; export default x;`,
    links: { "own.json": "../outside/secret.json" },
  },
  "a link to a folder": {
    entry: `import x from "./own/secret.json"; export default x;`,
    links: { own: "../outside" },
  },
  "a path through a package": {
    entry: `import x from "dep/../../../outside/secret.json"; export default x;`,
    files: at("package/node_modules/dep", { "package.json": `{ "name": "dep" }` }),
  },
  "a package that is a link": {
    entry: `import x from "dep/secret.json"; export default x;`,
    links: { "node_modules/dep": "../../outside" },
  },
  "a package's main": {
    entry: `import x from "dep"; export default x;`,
    files: {
      "package/node_modules/dep/package.json": `{ "name": "dep", "main": "../../../outside/secret.json" }`,
    },
  },
  "a package's browser field": {
    mayPass: true,
    entry: `import x from "dep"; export default x;`,
    files: at("package/node_modules/dep", {
      "package.json":
        `{ "name": "dep", "main": "a.js", "browser": { "./a.js": "./../../../outside/secret.json" } }`,
      "a.js": "",
    }),
  },
};

const allowed: Readonly<Record<string, Case>> = {
  "its own files and the SDK": {
    entry:
      `import { dep } from "./lib/a.ts"; import { Type } from "symphony/sdk"; export default [dep, Type.Any()];`,
    files: { "package/lib/a.ts": `export const dep: string = "dep";` },
  },
  "a package of its own": {
    entry: `import { dep } from "dep"; export default dep;`,
    files: at("package/node_modules/dep", dependency),
  },
  "a package that its manager linked": {
    entry: `import { dep } from "dep"; export default dep;`,
    files: at("package/node_modules/.store/dep@1/node_modules/dep", dependency),
    links: { "node_modules/dep": ".store/dep@1/node_modules/dep" },
  },
  "a package above, of a workspace's manager": {
    entry: `import { dep } from "dep"; export default dep;`,
    files: at("node_modules/.store/dep@1/node_modules/dep", dependency),
    links: { "node_modules/dep": "../../node_modules/.store/dep@1/node_modules/dep" },
  },
};

async function bundled(
  { entry, files = {}, links = {} }: Case,
  openEngine: OpenEngine,
  below = "",
): Promise<string> {
  const folder = join(await Deno.realPath(await Deno.makeTempDir({ prefix: "symphony-inside-" })), below);
  const put = async (path: string, text: string) => {
    await Deno.mkdir(dirname(join(folder, path)), { recursive: true });
    await Deno.writeTextFile(join(folder, path), text);
  };
  try {
    await put("outside/secret.json", JSON.stringify(secret));
    await put("outside/code.ts", `export default ${JSON.stringify(secret)};`);
    await put("package/main.ts", entry.replaceAll("OUTSIDE", `${folder}/outside`));
    for (const [path, text] of Object.entries(files)) await put(path, text);
    for (const [path, target] of Object.entries(links)) {
      await Deno.mkdir(dirname(join(folder, "package", path)), { recursive: true });
      await Deno.symlink(target, join(folder, "package", path));
    }
    const main = join(folder, "package/main.ts");
    const options = { sdk: sdkEntry, within: join(folder, "package"), leaveImports: true };
    return new TextDecoder().decode((await bundle(main, options, openEngine)).code);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

for (const [engine, open] of Object.entries(engines)) {
  Deno.test(`bundle() makes no file outside of the package part of it, with ${engine}`, async () => {
    const openEngine = await open();
    for (const [how, one] of Object.entries(refused)) {
      const end = await bundled(one, openEngine).catch((error) => `refused: ${messageOf(error)}`);
      assert.ok(!end.includes(secret), `${how}: ${end}`);
      if (one.mayPass === true) continue;
      assert.match(end, /^refused: .*(lies outside of the package|Could not resolve)/s, how);
    }
    await (await openEngine()).stop();
  });

  Deno.test(`bundle() takes the package's files, the SDK and installed packages, with ${engine}`, async () => {
    const openEngine = await open();
    for (const [how, one] of Object.entries(allowed)) {
      assert.match(await bundled(one, openEngine), /"dep"/, how);
    }
    await (await openEngine()).stop();
  });
}

Deno.test("bundle() looks for packages above a package's folder, but not of one that is installed", async () => {
  const above: Case = {
    entry: `import { dep } from "dep"; export default dep;`,
    files: at("node_modules/dep", dependency),
  };
  assert.match(await bundled(above, programEngine), /"dep"/);
  await assert.rejects(bundled(above, programEngine, ".store/acme.tool"), /lies outside of the package/);
  await (await programEngine()).stop();
});
