/**
 * Keeps a bundler within a package: what an extension imports becomes part of its module, which it may send anywhere, so
 * an import of the person's own files is refused, whatever leads there.
 *
 * What may be read is the package's own folder, the product's SDK, and packages that a bare name finds in `node_modules`
 * at or above the folder; above a package that is being installed, or is, nothing is looked for.
 *
 * @module
 */

import type { Plugin } from "esbuild";
import { basename, dirname, isAbsolute, join, relative, sep } from "node:path";
import { isWithin } from "../capabilities/workspace_path.ts";
import { STORE_FOLDER } from "../install/registry.ts";

/** `folder` holds the package; `sdk` is the module that `symphony/sdk` stands for. */
export async function insidePlugin(folder: string, sdk: string): Promise<Plugin> {
  const own = await Deno.realPath(folder);
  const ours = await productOf(sdk);
  const allowed = new Set([own, ...ours]);
  return {
    name: "inside",
    setup(build) {
      build.onResolve({ filter: /^[^./]/ }, async ({ path, resolveDir, kind }) => {
        if (kind === "entry-point" || isAbsolute(path) || resolveDir === "") return undefined;
        const from = isWithin(own, resolveDir) ? own : ours.find((one) => isWithin(one, resolveDir)) ?? own;
        const found = await packageOf(path, resolveDir, from);
        if (found !== undefined) allowed.add(found);
        return undefined;
      });
      build.onLoad({ filter: /.*/, namespace: "file" }, async ({ path }) => {
        const real = await Deno.realPath(path).catch(() => path);
        if ([...allowed].some((one) => isWithin(one, real))) return undefined;
        const shown = relative(own, real);
        return {
          errors: [{ text: `"${shown}" lies outside of the package, which may only hold its own files` }],
        };
      });
    },
  };
}

/** What the SDK is made of: one file in the executable, else the product's sources, which are no secret. */
async function productOf(sdk: string): Promise<readonly string[]> {
  const real = await Deno.realPath(sdk).catch(() => sdk);
  if (basename(dirname(real)) !== "sdk") return [real];
  const extensions = dirname(dirname(real));
  return [extensions, join(dirname(extensions), "core")];
}

/** True for the folder of what is installed, or about to be. */
export function isSealed(folder: string): boolean {
  return folder.split(sep).includes(STORE_FOLDER);
}

/** The real folder of the package that a bare name finds from `resolveDir`; undefined where it may not be read. */
async function packageOf(specifier: string, resolveDir: string, own: string): Promise<string | undefined> {
  const name = specifier.split("/").slice(0, specifier.startsWith("@") ? 2 : 1).join("/");
  if (name.split(/[\\/]/).includes("..")) return undefined;
  for (let at = resolveDir;; at = dirname(at)) {
    if (isSealed(own) && !isWithin(own, at)) return undefined;
    const real = await Deno.realPath(join(at, "node_modules", name)).catch(() => undefined);
    if (real !== undefined) return await isPackage(real, at, own) ? real : undefined;
    if (dirname(at) === at) return undefined;
  }
}

/** A link in `node_modules` counts where it leads below its own place, or to where a package manager keeps packages. */
async function isPackage(real: string, at: string, own: string): Promise<boolean> {
  if (isWithin(at, real)) return !isWithin(real, own);
  for (let above = own;; above = dirname(above)) {
    const store = await Deno.realPath(join(above, "node_modules")).catch(() => undefined);
    if (store !== undefined && real !== store && isWithin(store, real)) return true;
    if (isSealed(own) || dirname(above) === above) return false;
  }
}
