/**
 * Problems of a workflow file as a person reads them: `file:line:column: error code: what was found`, the line of the
 * file with a caret under the place, and what would be right.
 *
 * @module
 */

import type { Problem } from "../core/workflow/problem.ts";
import type { Style } from "./style.ts";
import { cleanLine, displayWidth } from "./text.ts";

/** Most of a source line that is shown, in characters. */
const LINE_SHOWN = 160;

/** The text of all problems, in their order. Only lines of `source.file` are quoted. */
export function printProblems(
  problems: readonly Problem[],
  source: { readonly file: string; readonly text: string | Uint8Array },
  style: Style,
): string {
  const text = typeof source.text === "string" ? source.text : new TextDecoder().decode(source.text);
  const lines = text.replace(/^\uFEFF/, "").split(/\r\n|\n|\r/);
  return problems.map((problem) => {
    const quoted = problem.file === source.file
      ? quote(lines[problem.line - 1] ?? "", problem.column, style)
      : "";
    return printProblem(problem, style) + quoted + hintText(problem, style);
  }).join("");
}

function printProblem(problem: Problem, style: Style): string {
  const place = style("bold", cleanLine(`${problem.file}:${problem.line}:${problem.column}:`));
  const severity = style(problem.severity === "error" ? "red" : "yellow", problem.severity);
  return `${place} ${severity} ${problem.code}: ${cleanLine(problem.message)}\n`;
}

function quote(line: string, column: number, style: Style): string {
  if (line.trim() === "") return "";
  // A very long line is shown from shortly before the place.
  const from = column > LINE_SHOWN - 20 ? column - 60 : 0;
  const shown = cleanLine(line.slice(from, from + LINE_SHOWN).replaceAll("\t", " "));
  const indent = displayWidth(cleanLine(line.slice(from, Math.max(from, column - 1)).replaceAll("\t", " ")));
  return `    ${shown}\n    ${" ".repeat(indent)}${style("red", "^")}\n`;
}

function hintText(problem: Problem, style: Style): string {
  return problem.hint === "" ? "" : `    ${style("cyan", "hint:")} ${cleanLine(problem.hint)}\n`;
}
