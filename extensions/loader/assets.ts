/**
 * Where an asset is: beside the manifest, or in an npm package (`npm:PACKAGE/FILE`) installed at or above it.
 *
 * @module
 */

import { dirname, join } from "node:path";
import { SymphonyError } from "../../core/errors.ts";
import { isWithin } from "../capabilities/workspace_path.ts";
import { isSealed } from "./inside_plugin.ts";

/** The path of a listed asset. @throws SymphonyError `not-found` */
export async function assetPath(folder: string, name: string): Promise<string> {
  if (!name.startsWith("npm:")) {
    const path = join(folder, name);
    const real = await Deno.realPath(path).catch(() => undefined);
    if (real !== undefined && isWithin(await Deno.realPath(folder), real)) return real;
    throw new SymphonyError("not-found", `Cannot find asset "${name}" below "${folder}"`);
  }
  const steps = name.slice("npm:".length).split("/");
  if (steps.includes("..")) throw new SymphonyError("not-found", `Cannot use asset "${name}": it leads out`);
  for (let at = folder;; at = dirname(at)) {
    const path = join(at, "node_modules", ...steps);
    const real = await Deno.realPath(path).catch(() => undefined);
    const store = await Deno.realPath(join(at, "node_modules")).catch(() => undefined);
    const isInside = real !== undefined && store !== undefined && isWithin(store, real);
    if (isInside && (await Deno.stat(real)).isFile) return real;
    if (isSealed(folder)) break;
    if (dirname(at) === at) break;
  }
  throw new SymphonyError("not-found", `Cannot find asset "${name}": install the package`);
}
