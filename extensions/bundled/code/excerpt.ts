/**
 * `code/excerpt`: a few lines of a file with their numbers, for a reader who must point at them. Its length is bounded,
 * since an instrument's is.
 *
 * @module
 */

import { defineOperator, ExtensionFailure, Type } from "symphony/sdk";
import { readSource } from "./source_file.ts";

export const excerptOperator = defineOperator({
  type: "code/excerpt",
  title: "Cut out a place",
  description: "Lines of a file around a place, each with its number",
  effect: "read",
  input: Type.Object({
    file: Type.String(),
    line: Type.Optional(Type.Integer({ minimum: 1, default: 1 })),
    endLine: Type.Optional(Type.Integer({ minimum: 1 })),
    around: Type.Optional(
      Type.Integer({ minimum: 0, maximum: 1000, default: 5, description: "Lines on each side" }),
    ),
    maxLines: Type.Optional(Type.Integer({ minimum: 1, maximum: 5000, default: 250 })),
  }),
  output: Type.Object({
    file: Type.String(),
    source: Type.String({ description: "Each line as `12| text`" }),
    line: Type.Integer({ description: "The first line that is shown" }),
    endLine: Type.Integer({ description: "The last line that is shown" }),
  }),
  run: async ({ file, line = 1, endLine, around = 5, maxLines = 250 }, context) => {
    const text = await readSource(file, context);
    if (text.kind === "skipped") throw new ExtensionFailure("input", `Cannot cut from ${file}: ${text.note}`);
    const lines = text.source.split("\n");
    const first = Math.min(Math.max(1, line - around), lines.length);
    const last = Math.min(Math.max(endLine ?? line, line) + around, lines.length, first + maxLines - 1);
    const width = String(last).length;
    const shown = lines.slice(first - 1, last).map((content, at) =>
      `${String(first + at).padStart(width)}| ${content}`
    );
    return { file, source: shown.join("\n"), line: first, endLine: last };
  },
});
