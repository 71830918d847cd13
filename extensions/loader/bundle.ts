/**
 * Makes one module, without any import left, of an extension's entry. An extension sees `symphony/sdk`, its own files
 * and npm packages that are installed beside it; of Node's built-in modules it gets nothing, and packages that only look
 * for them get empty ones.
 *
 * @module
 */

import { init, parse } from "es-module-lexer";
import type { Metafile, Plugin } from "esbuild";
import { basename, dirname, isAbsolute, join, relative, sep } from "node:path";
import { SymphonyError } from "../../core/errors.ts";
import type { OpenEngine } from "./engine.ts";
import { type BundleInput, inputsOf } from "./bundle_input.ts";
import { insidePlugin } from "./inside_plugin.ts";

export interface Bundle {
  readonly code: Uint8Array<ArrayBuffer>;
  /** Source map of the module, its sources relative to the entry's folder; undefined where none was asked for. */
  readonly map?: Uint8Array<ArrayBuffer>;
  readonly inputs: readonly BundleInput[];
}

export interface BundleOptions {
  /** The module that `symphony/sdk` stands for. */
  readonly sdk: string;
  /** Folder of the package, outside of which nothing is read; absent for the product's own. */
  readonly within?: string;
  /** True for the product's own worker root, which alone may import at run time. */
  readonly open?: boolean;
  /** True where imports that are left are for the caller to tell, with their places. */
  readonly leaveImports?: boolean;
  /** True where places in the module must be told in the author's files. */
  readonly maps?: boolean;
}

/** What the bundler found wrong, with its place in the author's file where it has one. */
export interface BundleFault {
  readonly text: string;
  /** Relative to the entry's folder; 1-based. */
  readonly place?: { readonly file: string; readonly line: number; readonly column: number };
}

const BUILTIN =
  /^(node:.*|assert|buffer|child_process|cluster|crypto|dgram|dns|events|fs|fs\/promises|http|http2|https|inspector|module|net|os|path|perf_hooks|process|readline|repl|stream|string_decoder|tls|tty|url|util|v8|vm|worker_threads|zlib)$/;

/** Bundles with esbuild. @throws SymphonyError `extension` with every message and its place */
export async function bundle(
  entry: string,
  options: BundleOptions,
  openEngine: OpenEngine,
): Promise<Bundle> {
  try {
    return (await build([entry], dirname(entry), options, openEngine))[0] as Bundle;
  } catch (error) {
    throw bundleError(error, entry);
  }
}

/**
 * Bundles several entries below `folder`, each into a module of its own, at less than half the cost of one after the
 * other: what they share is read once. Throws without saying which entry is to blame.
 */
export async function bundleTogether(
  entries: readonly string[],
  folder: string,
  options: BundleOptions,
  openEngine: OpenEngine,
): Promise<readonly Bundle[]> {
  return await build(entries, folder, options, openEngine);
}

async function build(
  entries: readonly string[],
  folder: string,
  options: BundleOptions,
  openEngine: OpenEngine,
): Promise<readonly Bundle[]> {
  const engine = await openEngine();
  // The bundler tells its inputs from where the folder really is.
  const place = await Deno.realPath(folder);
  const result = await engine.build({
    entryPoints: entries.map((entry, number) => ({ in: entry, out: String(number) })),
    absWorkingDir: place,
    outdir: place,
    bundle: true,
    write: false,
    metafile: true,
    ...(options.maps === true ? { sourcemap: "external" as const, sourcesContent: false } : {}),
    format: "esm",
    platform: "browser",
    target: "es2022",
    charset: "utf8",
    legalComments: "none",
    logLevel: "silent",
    treeShaking: true,
    minifyWhitespace: true,
    define: {
      "process.env.NODE_ENV": '"production"',
      // The module's own address would be its whole text in base64.
      "import.meta.url": '"file:///extension/bundle.js"',
    },
    tsconfigRaw: {},
    plugins: [
      ...(options.within === undefined ? [] : [await insidePlugin(options.within, options.sdk)]),
      sdkPlugin(options.sdk),
      builtinPlugin,
      ...engine.plugins,
    ],
  });
  const codes = new Map(result.outputFiles.map(({ path, contents }) => [basename(path), contents]));
  return await Promise.all(entries.map(async (entry, number) => {
    const code = new Uint8Array(codes.get(`${number}.js`) ?? []);
    if (options.open !== true && options.leaveImports !== true) {
      await refuseImports(new TextDecoder().decode(code), entry);
    }
    const paths = inputsBehind(`${number}.js`, result.metafile);
    const map = codes.get(`${number}.js.map`);
    return {
      code,
      inputs: await inputsOf(paths.map((path) => join(place, path))),
      ...(map === undefined ? {} : { map: new Uint8Array(map) }),
    };
  }));
}

/** The files that an output is made of, the entry included. */
function inputsBehind(output: string, { inputs, outputs }: Metafile): string[] {
  const [, made] = Object.entries(outputs).find(([path]) => basename(path) === output) ?? [];
  const found = new Set(made?.entryPoint === undefined ? [] : [made.entryPoint]);
  for (const path of found) for (const { path: imported } of inputs[path]?.imports ?? []) found.add(imported);
  return [...found].filter((path) => Object.hasOwn(inputs, path) && !path.startsWith("absent:"));
}

function sdkPlugin(sdk: string): Plugin {
  return {
    name: "symphony-sdk",
    setup(build) {
      build.onResolve({ filter: /^symphony\/sdk$/ }, () => ({ path: sdk }));
    },
  };
}

const builtinPlugin: Plugin = {
  name: "no-builtins",
  setup(build) {
    build.onResolve({ filter: BUILTIN }, async (args) => {
      if (args.pluginData === "resolving") return undefined;
      const installed = await build.resolve(args.path, {
        kind: args.kind,
        resolveDir: args.resolveDir,
        importer: args.importer,
        pluginData: "resolving",
      });
      // A package of the same name counts; one that a "browser" field switches off does not.
      if (installed.errors.length === 0 && installed.namespace === "file" && isAbsolute(installed.path)) {
        return installed;
      }
      if (args.importer.includes(`${sep}node_modules${sep}`)) return { path: args.path, namespace: "absent" };
      const text = `"${args.path}" is not there for extensions: use the capabilities of the context`;
      return { errors: [{ text }] };
    });
    build.onLoad(
      { filter: /.*/, namespace: "absent" },
      () => ({ contents: "module.exports = {};", loader: "js" }),
    );
  },
};

/** @throws SymphonyError `extension` where `code` still imports something, now or when it runs */
export async function refuseImports(code: string, entry: string): Promise<void> {
  await init;
  for (const found of parse(code)[0]) {
    if (found.type === "import-meta") continue;
    const line = code.slice(0, found.importStart).split("\n").length;
    const text = code.slice(found.importStart, Math.min(found.importEnd, found.importStart + 80));
    throw new SymphonyError(
      "extension",
      `Cannot load "${entry}": line ${line} of its bundle imports at run time: ${text}`,
      {
        hint: "Import with a fixed name, so that everything is in one module",
      },
    );
  }
}

/** The bundler's own messages behind an error of `bundle`; empty where it is of another kind. */
export function bundleFaults(error: unknown, entry: string): readonly BundleFault[] {
  const from = error instanceof SymphonyError ? error.cause : error;
  const errors = typeof from === "object" && from !== null && "errors" in from && Array.isArray(from.errors)
    ? from.errors as { text: string; location: { file: string; line: number; column: number } | null }[]
    : [];
  return errors.map(({ text, location }) => {
    if (location === null) return { text };
    const file = relative(dirname(entry), join(dirname(entry), location.file));
    return { text, place: { file, line: location.line, column: location.column + 1 } };
  });
}

function bundleError(error: unknown, entry: string): SymphonyError {
  if (error instanceof SymphonyError) return error;
  const lines = bundleFaults(error, entry).slice(0, 10).map(({ text, place }) =>
    place === undefined ? text : `${place.file}:${place.line}:${place.column}: ${text}`
  );
  const message = lines.length > 0
    ? lines.join("; ")
    : error instanceof Error
    ? error.message
    : String(error);
  return new SymphonyError("extension", `Cannot bundle "${entry}": ${message}`, { cause: error });
}
