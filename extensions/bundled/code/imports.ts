/**
 * What a file imports, as it is written. Finding the file behind a specifier is resolve.ts.
 *
 * @module
 */

import type { Node } from "web-tree-sitter";
import type { Capture } from "./parse.ts";
import type { Span } from "./lines.ts";

export interface Import {
  /** `./a.ts`, `pkg.mod`, `crate::a::b`, `"a.h"` without quotes. */
  readonly specifier: string;
  readonly line: number;
  /** The names taken from it, where they may be modules themselves (Python's `from a import b`). */
  readonly names?: string[];
  /** Vanishes when the program is built, so it makes no cycle at run time. */
  readonly typeOnly?: boolean;
  /** Stands inside a function: it is loaded when that runs, so it makes no cycle while the program starts. */
  readonly late?: boolean;
}

/** The imports that the captures name, in order. */
export function importsOf(language: string, captures: readonly Capture[]): Import[] {
  const found: Import[] = [];
  let functionsEnd = -1;
  for (const { name, node, row, start, end } of captures) {
    if (name === "function" || name === "anonymous") functionsEnd = Math.max(functionsEnd, end);
    else if (name === "module") found.push({ specifier: `self::${node.text}`, line: row + 1 });
    else if (name === "import") {
      const late = start < functionsEnd ? { late: true } : {};
      found.push(...readImport(language, node, row + 1).map((one) => ({ ...one, ...late })));
    }
  }
  return found;
}

/** The statements around the imports, which count as no tokens. */
export function importSpans(captures: readonly Capture[]): Span[] {
  const spans: Span[] = [];
  for (const { name, node } of captures) {
    if (name !== "import") continue;
    const statement = statementOf(node);
    if (statement === undefined) continue;
    const last = spans.at(-1);
    if (last === undefined || last.end <= statement.startIndex) {
      spans.push({ start: statement.startIndex, end: statement.endIndex });
    }
  }
  return spans;
}

const statementTypes = new Set([
  "import_statement",
  "export_statement",
  "import_from_statement",
  "import_declaration",
  "use_declaration",
  "preproc_include",
]);

function statementOf(node: Node): Node | undefined {
  let at = node.parent;
  for (let up = 0; at !== null && up < 4; up++) {
    if (statementTypes.has(at.type)) return at;
    at = at.parent;
  }
  return undefined;
}

function readImport(language: string, node: Node, line: number): Import[] {
  const text = node.text;
  switch (language) {
    case "typescript":
    case "tsx":
    case "javascript":
      return [scriptImport(node, line)];
    case "python":
      return [pythonImport(node, line)];
    case "rust":
      return rustPaths(text.replace(/\s+/g, "")).map((specifier) => ({ specifier, line }));
    case "java":
      if (node.type === "asterisk") return [];
      return [{ specifier: node.nextNamedSibling?.type === "asterisk" ? `${text}.*` : text, line }];
    case "c":
    case "cpp":
      // Brackets stay, to tell the system's headers from the project's.
      return [{ specifier: text.startsWith("<") ? text : unquote(text), line }];
    default:
      return [{ specifier: unquote(text), line }];
  }
}

function scriptImport(node: Node, line: number): Import {
  const specifier = unquote(node.text);
  const statement = statementOf(node);
  if (statement === undefined) return { specifier, line };
  // Dynamic imports and requires have no statement of their own kind; this one has, and says whether it is for types.
  const head = statement.text.slice(0, 12);
  const at = statement.startPosition.row + 1;
  return /^(?:import|export)\s+type\b/.test(head)
    ? { specifier, line: at, typeOnly: true }
    : { specifier, line: at };
}

function pythonImport(node: Node, line: number): Import {
  const statement = statementOf(node);
  const typeOnly = statement !== undefined && isForTypesOnly(statement) ? { typeOnly: true } : {};
  if (statement?.type !== "import_from_statement") return { specifier: node.text, line, ...typeOnly };
  const names: string[] = [];
  for (const name of statement.childrenForFieldName("name")) {
    names.push((name.type === "aliased_import" ? name.childForFieldName("name") : name)?.text ?? "");
  }
  return { specifier: node.text, line, names: names.filter((name) => name !== ""), ...typeOnly };
}

/** True below `if TYPE_CHECKING:`, which no program enters. */
function isForTypesOnly(statement: Node): boolean {
  const guard = statement.parent?.parent;
  return guard?.type === "if_statement" &&
    (guard.childForFieldName("condition")?.text ?? "").endsWith("TYPE_CHECKING");
}

/** `a::{b, c::{d, self}}` as `a::b`, `a::c::d`, `a::c`. */
export function rustPaths(tree: string): string[] {
  const open = tree.indexOf("{");
  if (open === -1) return [tree.replace(/as[A-Z_]\w*$/, "").replace(/::\*$/, "")];
  const prefix = tree.slice(0, open);
  const inner = tree.slice(open + 1, tree.lastIndexOf("}"));
  return splitTop(inner).flatMap((part) => {
    if (part === "self") return [prefix.replace(/::$/, "")];
    return rustPaths(prefix + part);
  });
}

function splitTop(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (let at = 0; at <= text.length; at++) {
    const unit = text[at];
    if (unit === "{") depth++;
    else if (unit === "}") depth--;
    else if (at === text.length || (unit === "," && depth === 0)) {
      if (at > start) parts.push(text.slice(start, at));
      start = at + 1;
    }
  }
  return parts;
}

function unquote(text: string): string {
  return text.replace(/^["'`<]|["'`>]$/g, "");
}
