/**
 * Writes the published schemas from the code that checks by them: `deno run -A tests/write_schemas.ts`.
 *
 * @module
 */

import { treeSchema } from "../core/motif/tree_schema.ts";
import { publishedSchema } from "../extensions/manifest/manifest_schema.ts";
import { fixtureSchema } from "../extensions/dev/fixture.ts";

const schemas = {
  "manifest.schema.json": publishedSchema(),
  "motif_tree.schema.json": treeSchema(),
  "fixture.schema.json": fixtureSchema,
};
for (const [name, schema] of Object.entries(schemas)) {
  await Deno.writeTextFile(
    new URL(`../schemas/${name}`, import.meta.url),
    `${JSON.stringify(schema, null, 2)}\n`,
  );
}
