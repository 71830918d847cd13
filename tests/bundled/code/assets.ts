/**
 * The grammars as the loader would hand them out: the assets that the manifest names, found among the npm packages.
 *
 * @module
 */

import { parse } from "jsonc-parser";

const folder = new URL("../../../", import.meta.url);

function declaredAssets(): readonly string[] {
  const manifest = parse(
    Deno.readTextFileSync(new URL("extensions/bundled/code/symphony.jsonc", folder)),
  ) as {
    readonly assets: readonly string[];
  };
  return manifest.assets;
}

/** Name to path of every asset of the code extension. */
export const codeAssets: Readonly<Record<string, string>> = Object.fromEntries(
  declaredAssets().map((
    name,
  ) => [name, new URL(`node_modules/${name.slice("npm:".length)}`, folder).pathname]),
);

/** The same, as the capability that operators read. */
export const assetFiles = { bytes: (name: string) => Deno.readFile(codeAssets[name] ?? name) };
