/**
 * lmdb inside one JavaScript file: the JavaScript is bundled, its native add-on is one file beside the bundle. Two things
 * of the packages do not survive that as they are, and are replaced while bundling:
 *
 * - the add-on is looked for in `node_modules`; in the bundle it is `./lmdb.node`;
 * - `ordered-binary` makes its string reader with `eval`, which the executable forbids everywhere, because extension hosts
 *   are the same executable. What eval would make is put in its place here, at build time.
 *
 * @module
 */

import type { Plugin } from "esbuild";

/** What the add-on is called beside the bundle. */
export const ADD_ON = "lmdb.node";

const NATIVE = "native-add-on";

// Deno 2.4 itself uses a deprecated constructor while it loads an add-on, and says so to the user.
const addOnLoader = `
import { createRequire } from "node:module";
import process from "node:process";
export default () => {
  const before = process.noDeprecation;
  process.noDeprecation = true;
  try {
    return createRequire(import.meta.url)("./${ADD_ON}");
  } finally {
    process.noDeprecation = before;
  }
};`;

/** The esbuild plugin. The build fails where a package no longer looks as expected. */
export const lmdbPlugin: Plugin = {
  name: "lmdb",
  setup(build) {
    build.onResolve({ filter: /^node-gyp-build-optional-packages$/ }, ({ importer }) => ({
      path: /[\\/]lmdb[\\/]/.test(importer) ? "lmdb" : "none",
      namespace: NATIVE,
    }));
    build.onLoad({ filter: /.*/, namespace: NATIVE }, ({ path }) => ({
      loader: "js",
      // msgpackr's own add-on only makes it quicker, and we do not use msgpackr.
      contents: path === "none"
        ? `module.exports = () => { throw new Error("not in the bundle"); };`
        : addOnLoader,
    }));
    build.onLoad({ filter: /ordered-binary[\\/]index\.js$/ }, async ({ path }) => ({
      loader: "js",
      contents: withoutEval(await Deno.readTextFile(path)),
    }));
  },
};

/** `ordered-binary` with the function that its eval makes. @throws Error where the package has another form */
export function withoutEval(source: string): string {
  const from = source.indexOf("function makeStringBuilder()");
  const to = source.indexOf("\nlet pendingSurrogate");
  const call = "eval(makeStringBuilder())";
  if (from < 0 || to < from || source.split(call).length !== 2) {
    throw new Error(
      `Cannot free ordered-binary of eval: expected "${call}" once, found another form of the package`,
    );
  }
  const make = new Function("fromCharCode", `${source.slice(from, to)}; return makeStringBuilder();`);
  return source.replace(call, () => String(make(String.fromCharCode)));
}

/** The add-on's file for this machine's platform. @throws Error where lmdb has none for it */
export async function addOnFile(root: string): Promise<string> {
  const { os, arch } = Deno.build;
  const platform = os === "windows" ? "win32" : os;
  const machine = arch === "x86_64" ? "x64" : "arm64";
  const name = `lmdb-${platform}-${machine}`;
  const store = `${root}/node_modules/.deno`;
  for await (const { name: folder } of Deno.readDir(store)) {
    if (!folder.startsWith(`@lmdb+${name}@`)) continue;
    const inside = `${store}/${folder}/node_modules/@lmdb/${name}`;
    for await (const { name: file } of Deno.readDir(inside)) {
      if (/^node\.napi(\.glibc)?\.node$/.test(file)) return `${inside}/${file}`;
    }
  }
  throw new Error(
    `Cannot find lmdb's add-on for ${platform} ${machine}: expected @lmdb/${name} in node_modules`,
  );
}
