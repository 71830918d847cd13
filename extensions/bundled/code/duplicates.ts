/**
 * `code/duplicates`: copied code over all measured files.
 *
 * @module
 */

import { defineOperator, Type } from "symphony/sdk";
import { findClones } from "./clones.ts";
import { tokenData } from "./schemas.ts";
import { isTestFile } from "./test_file.ts";
import { decodeTokens } from "./tokens.ts";

export const duplicatesOperator = defineOperator({
  type: "code/duplicates",
  title: "Find duplicates",
  description: "Runs of equal tokens across files, the longest first; comments and imports do not count",
  input: Type.Object({
    tokens: Type.Array(tokenData, { description: "The `tokens` of code/metrics for every file" }),
    minTokens: Type.Optional(Type.Integer({ minimum: 10, maximum: 10_000, default: 70 })),
    includeTests: Type.Optional(
      Type.Boolean({ default: false, description: "Tests repeat themselves by nature" }),
    ),
  }),
  output: Type.Object({
    groups: Type.Array(Type.Object({
      tokens: Type.Integer(),
      lines: Type.Integer(),
      places: Type.Array(Type.Object({ file: Type.String(), line: Type.Integer(), endLine: Type.Integer() })),
    })),
    duplicatedLines: Type.Integer({ description: "Lines that could go: all places but one of each group" }),
  }),
  run: ({ tokens, minTokens, includeTests }) => {
    const files = tokens.filter(({ file, count }) =>
      count > 0 && (includeTests === true || !isTestFile(file))
    )
      .map(({ file, data }) => ({ file, tokens: decodeTokens(data) }));
    const groups = findClones(files, minTokens ?? 70);
    const duplicatedLines = groups.reduce((sum, { lines, places }) => sum + lines * (places.length - 1), 0);
    return { groups: groups.map((group) => ({ ...group, places: [...group.places] })), duplicatedLines };
  },
});
