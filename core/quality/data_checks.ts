/**
 * Built-in checks of data in text: does it parse, fit its schema, pass its tests.
 *
 * @module
 */

import { messageOf } from "../errors.ts";
import { type Json, type JsonObject, type JsonSchema, own } from "../json.ts";
import { parseExpression } from "../workflow/cel.ts";
import { validate } from "../workflow/json_schema.ts";
import { bad, type BuiltInCheck, type CheckContext, type CheckResult, good, share } from "./quality_check.ts";
import { settings, textOf } from "./text_checks.ts";

export const dataChecks: readonly BuiltInCheck[] = [
  {
    name: "json",
    summary: "the text is JSON, by itself or in one code fence",
    settings: settings({}),
    check: (value) => {
      const read = jsonIn(value);
      return "problem" in read ? bad(read.problem) : good;
    },
  },
  {
    name: "schema",
    summary: "the value, or the JSON in the text, fits `schema`",
    settings: settings({ schema: { type: ["object", "boolean"] } }, ["schema"]),
    check: schemaCheck,
  },
  {
    name: "tests",
    summary:
      "each CEL expression of `expressions` over value, output and input is true; the quality is the share",
    settings: settings({ expressions: { type: "array", items: { type: "string" }, minItems: 1 } }, [
      "expressions",
    ]),
    check: testsCheck,
  },
  {
    name: "csv",
    summary: "every row has as many cells as the first, and there are two rows or more",
    settings: settings({ separator: { type: "string", minLength: 1, maxLength: 1 } }),
    check: csvCheck,
  },
  {
    name: "diff",
    summary: "a unified diff whose hunks hold as many lines as they say",
    settings: settings({}),
    check: (value) => diffCheck(textOf(value)),
  },
];

/** The JSON that a text holds, by itself or in one code fence; a value that is no text is itself. */
export function jsonIn(value: Json): { readonly value: Json } | { readonly problem: string } {
  if (typeof value !== "string") return { value };
  const fenced = /^\s*```[a-z]*\n([\s\S]*?)\n\s*```\s*$/i.exec(value);
  try {
    return { value: JSON.parse(fenced?.[1] ?? value) as Json };
  } catch (error) {
    return { problem: `it is not JSON: ${messageOf(error)}` };
  }
}

function schemaCheck(value: Json, given: JsonObject): CheckResult {
  const read = jsonIn(value);
  if ("problem" in read) return bad(read.problem);
  const schema = own(given, "schema");
  const faults = validate(schema as JsonSchema, read.value);
  const [first] = faults;
  if (first === undefined) return good;
  return bad(`${first.path === "" ? "the whole" : first.path}: ${first.message}`);
}

function testsCheck(value: Json, given: JsonObject, { output, input }: CheckContext): CheckResult {
  const asked = own(given, "expressions");
  const expressions = Array.isArray(asked) ? asked.map(String) : [];
  const read = jsonIn(value);
  const scope = { value: "problem" in read ? value : read.value, output, input };
  const failed = expressions.filter((text) => !holds(text, scope));
  return share(expressions.length - failed.length, expressions.length, `${failed[0] ?? ""} is not true`);
}

function holds(text: string, scope: { readonly [name: string]: Json }): boolean {
  const parsed = parseExpression(text);
  if ("problem" in parsed) return false;
  try {
    return parsed.expression.evaluate(scope) === true;
  } catch {
    // A path that is not there, a type that does not fit: the test has not passed.
    return false;
  }
}

function csvCheck(value: Json, given: JsonObject): CheckResult {
  const separator = String(own(given, "separator") ?? ",");
  const rows = textOf(value).split(/\r?\n/).filter((row) => row !== "").map((row) =>
    cellCount(row, separator)
  );
  if (rows.length < 2) return bad("it has fewer than two rows");
  const wrong = rows.findIndex((count) => count !== rows[0]);
  return wrong < 0 ? good : share(
    rows.filter((count) => count === rows[0]).length,
    rows.length,
    `row ${wrong + 1} has ${rows[wrong]} cells, the first ${rows[0]}`,
  );
}

function cellCount(row: string, separator: string): number {
  const outside = row.replace(/"(?:[^"]|"")*"/g, "");
  return outside.split(separator).length;
}

const HUNK = /^@@ -\d+(?:,(\d+))? \+\d+(?:,(\d+))? @@/;

function diffCheck(text: string): CheckResult {
  const lines = text.replace(/^\s*```[a-z]*\n([\s\S]*?)\n\s*```\s*$/i, "$1").split("\n");
  let hunks = 0;
  for (let at = 0; at < lines.length; at++) {
    const head = HUNK.exec(lines[at] as string);
    if (head === null) continue;
    hunks++;
    let [before, after] = [Number(head[1] ?? 1), Number(head[2] ?? 1)];
    const start = at;
    while ((before > 0 || after > 0) && at + 1 < lines.length) {
      const line = lines[++at] as string;
      if (line.startsWith("-")) before--;
      else if (line.startsWith("+")) after--;
      else if (line.startsWith(" ") || line === "") [before, after] = [before - 1, after - 1];
      else if (!line.startsWith("\\")) break;
    }
    if (before !== 0 || after !== 0) return bad(`the hunk in line ${start + 1} does not hold what it says`);
  }
  return hunks === 0 ? bad("it has no hunk") : good;
}
