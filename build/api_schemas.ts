/**
 * JSON Schemas of the HTTP API from its TypeScript types: `ui/api/api.ts` to `ui/api/schemas.json`. Run by
 * `deno task schemas`; a test fails where the file is not what the types say.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import {
  type CompletedConfig,
  createFormatter,
  createParser,
  createProgram,
  DEFAULT_CONFIG,
  NumberType,
  SchemaGenerator,
  StringType,
  type SubNodeParser,
} from "ts-json-schema-generator";
import ts from "typescript";

const root = fileURLToPath(new URL("..", import.meta.url));
export const SCHEMAS_FILE = `${root}ui/api/schemas.json`;

/** A branded id is a string or a number on the wire. */
const brandParser: SubNodeParser = {
  supportsNode: (node) =>
    node.kind === ts.SyntaxKind.TypeReference &&
    (node as ts.TypeReferenceNode).typeName.getText() === "Brand",
  createType: (node) => {
    const [of] = (node as ts.TypeReferenceNode).typeArguments ?? [];
    return of?.kind === ts.SyntaxKind.NumberKeyword ? new NumberType() : new StringType();
  },
};

/** The schemas as text: one definition for each type, with the routes in `Api` and the calls in `TextCalls`. */
export function apiSchemas(): string {
  const config: CompletedConfig = {
    ...DEFAULT_CONFIG,
    path: `${root}ui/api/mod.ts`,
    tsconfig: `${root}build/api_schemas.tsconfig.json`,
    type: "Api",
    topRef: true,
    expose: "export",
    jsDoc: "extended",
    additionalProperties: false,
    skipTypeCheck: true,
    sortProps: true,
  };
  const program = createProgram(config);
  const parser = createParser(program, config, (chain) => chain.addNodeParser(brandParser));
  const generator = new SchemaGenerator(program, parser, createFormatter(config), config);
  const definitions = {
    ...generator.createSchema("Api").definitions,
    ...generator.createSchema("TextCalls").definitions,
  };
  return `${JSON.stringify(definitions, undefined, 1)}\n`;
}

if (import.meta.main) await Deno.writeTextFile(SCHEMAS_FILE, apiSchemas());
