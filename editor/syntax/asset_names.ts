/**
 * Every asset the editor may read, for the build of the executable: `copyAssets(assetNames(), "STAGE/editor-assets")`.
 *
 * @module
 */

import { BUNDLED_THEMES } from "../themes/bundled.ts";
import { ENGINE } from "./grammar.ts";
import { JSDOC, LANGUAGES } from "./languages.ts";
import { isOwnQuery } from "./own_queries.ts";

/** Without duplicates, sorted. */
export function assetNames(): string[] {
  const names = new Set<string>([ENGINE]);
  for (const { grammar } of [...LANGUAGES, JSDOC]) {
    if (grammar === undefined) continue;
    names.add(grammar.wasm);
    for (const query of [...grammar.highlights, ...(grammar.injections ?? []), ...(grammar.tags ?? [])]) {
      if (!isOwnQuery(query)) names.add(query);
    }
  }
  for (const { asset } of BUNDLED_THEMES) if (asset !== undefined) names.add(asset);
  return [...names].sort();
}
