/**
 * The program as one JavaScript file, so that starting it reads one module; or as one that it begins with and one for each
 * part that is only loaded when it is asked for.
 *
 * @module
 */

import { isBuiltin } from "node:module";
import * as esbuild from "esbuild";
import { lmdbPlugin } from "./lmdb_plugin.ts";

/** Bare names of Node's own modules get their prefix, which Deno demands. */
const nodePrefix: esbuild.Plugin = {
  name: "node-prefix",
  setup(build) {
    build.onResolve(
      { filter: /^[a-z_]+(\/[a-z_]+)*$/ },
      ({ path }) => isBuiltin(path) ? { path: `node:${path}`, external: true } : undefined,
    );
  },
};

/** esbuild's own program cannot be embedded; what needs it falls back to its WebAssembly form. */
const withoutEsbuild: esbuild.Plugin = {
  name: "without-esbuild",
  setup(build) {
    build.onResolve({ filter: /^esbuild$/ }, () => ({ path: "esbuild", namespace: "absent" }));
    build.onLoad({ filter: /.*/, namespace: "absent" }, () => ({
      loader: "js",
      contents:
        `throw new Error("the executable holds no bundler for TypeScript; run Symphony from source, or ship the extension prebuilt");`,
    }));
  },
};

/** In one file every module would be the main one: only the entry may still ask. */
function onlyMain(entry: string): esbuild.Plugin {
  return {
    name: "only-main",
    setup(build) {
      build.onLoad({ filter: /\.ts$/ }, async ({ path }) => {
        if (path === entry || path.includes("node_modules")) return undefined;
        const source = await Deno.readTextFile(path);
        if (!source.includes("import.meta.main")) return undefined;
        return { loader: "ts", contents: source.replaceAll("import.meta.main", "false") };
      });
    },
  };
}

export interface Bundled {
  readonly sizeBytes: number;
  /** The largest parts, as path and bytes. */
  readonly largest: readonly (readonly [string, number])[];
}

/**
 * Bundles `entry` into `main.js` in `folder`; where it is to be split, what it imports on demand is a file of its own.
 * @throws Error with esbuild's messages
 */
export async function bundleProgram(
  { root, entry, folder, isSplit }: {
    readonly root: string;
    readonly entry: string;
    readonly folder: string;
    readonly isSplit: boolean;
  },
): Promise<Bundled> {
  try {
    const { metafile } = await esbuild.build({
      entryPoints: [entry],
      outdir: folder,
      entryNames: "main",
      chunkNames: "part-[hash]",
      splitting: isSplit,
      bundle: true,
      format: "esm",
      platform: "node",
      // A package's ES modules first: some CommonJS forms ask for their parts in ways that cannot be bundled.
      mainFields: ["module", "main"],
      target: "es2023",
      minifySyntax: true,
      minifyWhitespace: true,
      // Names stay: a stack trace from a user must be readable.
      keepNames: false,
      metafile: true,
      absWorkingDir: root,
      alias: { "symphony/sdk": `${root}/extensions/sdk/mod.ts` },
      plugins: [onlyMain(entry), lmdbPlugin, withoutEsbuild, nodePrefix],
      // Packages in CommonJS ask for Node's modules by `require`.
      banner: {
        js:
          `import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);`,
      },
      logLevel: "warning",
    });
    const outputs = Object.values(metafile.outputs);
    const parts = outputs.flatMap(({ inputs }) =>
      Object.entries(inputs).map(([path, { bytesInOutput }]) => [path, bytesInOutput] as const)
    );
    parts.sort(([, a], [, b]) => b - a);
    return { sizeBytes: outputs.reduce((sum, { bytes }) => sum + bytes, 0), largest: parts.slice(0, 8) };
  } finally {
    await esbuild.stop();
  }
}
