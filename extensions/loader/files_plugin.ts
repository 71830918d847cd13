/**
 * Files for a bundler that cannot reach the disk: relative imports, and packages in node_modules by the usual rules
 * (`exports` with the conditions browser, import and default; then `module`, `main`, `index.js`).
 *
 * @module
 */

import type { Loader, OnResolveArgs, OnResolveResult, Plugin } from "esbuild";
import { dirname, extname, isAbsolute, join } from "node:path";

const ENDINGS = ["", ".ts", ".tsx", ".mjs", ".js", ".json", "/index.ts", "/index.js"];
const CONDITIONS = ["browser", "import", "module", "default"];
const LOADERS: Readonly<Record<string, Loader>> = {
  ".ts": "ts",
  ".mts": "ts",
  ".tsx": "tsx",
  ".jsx": "jsx",
  ".json": "json",
};

export const filesPlugin: Plugin = {
  name: "files",
  setup(build) {
    build.onResolve({ filter: /.*/ }, resolveOne);
    build.onLoad({ filter: /.*/, namespace: "file" }, async ({ path }) => ({
      contents: await Deno.readFile(path),
      loader: LOADERS[extname(path)] ?? "js",
      resolveDir: dirname(path),
    }));
  },
};

async function resolveOne({ path, resolveDir, kind }: OnResolveArgs): Promise<OnResolveResult> {
  if (kind === "entry-point" || isAbsolute(path)) return { path };
  const found = path.startsWith(".")
    ? await fileAt(join(resolveDir, path))
    : await inPackage(path, resolveDir);
  if (found === undefined) return { errors: [{ text: `Could not resolve "${path}"` }] };
  // Package managers link packages; what a package needs lies beside its real place.
  return { path: await Deno.realPath(found) };
}

async function fileAt(path: string): Promise<string | undefined> {
  for (const ending of ENDINGS) if (await isFile(path + ending)) return path + ending;
  return undefined;
}

async function inPackage(specifier: string, from: string): Promise<string | undefined> {
  const steps = specifier.split("/");
  const name = steps.splice(0, specifier.startsWith("@") ? 2 : 1).join("/");
  for (let at = from;; at = dirname(at)) {
    const folder = join(at, "node_modules", name);
    const description = await read(join(folder, "package.json"));
    if (description !== undefined) return await fileOf(folder, description, steps.join("/"));
    if (dirname(at) === at) return undefined;
  }
}

async function fileOf(
  folder: string,
  description: Readonly<Record<string, unknown>>,
  inner: string,
): Promise<string | undefined> {
  const { exports, module, main } = description;
  if (exports !== undefined) {
    const target = exported(exports, inner === "" ? "." : `./${inner}`);
    return target === undefined ? undefined : await fileAt(join(folder, target));
  }
  if (inner !== "") return await fileAt(join(folder, inner));
  for (const one of [module, main, "index.js"]) {
    const file = typeof one === "string" ? await fileAt(join(folder, one)) : undefined;
    if (file !== undefined) return file;
  }
  return undefined;
}

/** The target of `name` in a package's `exports`, patterns with `*` included. */
function exported(exports: unknown, name: string): string | undefined {
  if (
    typeof exports !== "object" || exports === null ||
    !Object.keys(exports).some((key) => key.startsWith("."))
  ) {
    return name === "." ? chosen(exports) : undefined;
  }
  for (const [key, target] of Object.entries(exports)) {
    if (key === name) return chosen(target);
    const [before = "", after = ""] = key.split("*");
    if (!key.includes("*") || !name.startsWith(before) || !name.endsWith(after)) continue;
    return chosen(target)?.replaceAll("*", name.slice(before.length, name.length - after.length));
  }
  return undefined;
}

function chosen(target: unknown): string | undefined {
  if (typeof target === "string") return target;
  if (Array.isArray(target)) return target.map(chosen).find((one) => one !== undefined);
  if (typeof target !== "object" || target === null) return undefined;
  for (const [condition, inner] of Object.entries(target)) {
    const found = CONDITIONS.includes(condition) ? chosen(inner) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}

async function read(path: string): Promise<Readonly<Record<string, unknown>> | undefined> {
  try {
    return JSON.parse(await Deno.readTextFile(path)) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

async function isFile(path: string): Promise<boolean> {
  return (await Deno.stat(path).catch(() => undefined))?.isFile === true;
}
