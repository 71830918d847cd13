/**
 * The declarations of a parsed file: a walk that goes down only through what can hold declarations (modules, classes,
 * export statements), never into the bodies of functions.
 *
 * @module
 */

import type { Node } from "web-tree-sitter";
import type { ParsedFile } from "./parse.ts";
import type { SymbolEntry } from "./schemas.ts";
import { declarationKind, isContainer, isPublic } from "./visibility.ts";

/** A file with more is generated, or a table. */
const MAX_SYMBOLS = 2000;
const MAX_DOC = 600;

interface Scope {
  readonly parent: string;
  /** What the parent is; empty at the top. */
  readonly holder: string;
  /** Inside an `export` statement, a C++ `public:` part, an exported interface. */
  readonly exported: boolean;
  readonly depth: number;
}

/** What the file declares, in its order; members follow what holds them. */
export function declarationsOf(parsed: ParsedFile): SymbolEntry[] {
  const found: SymbolEntry[] = [];
  walk(parsed, parsed.root, { parent: "", holder: "", exported: false, depth: 0 }, found);
  const named = exportedNames(parsed);
  return found.map((symbol) =>
    symbol.parent === "" && named.has(symbol.name) ? { ...symbol, exported: true } : symbol
  );
}

function walk(parsed: ParsedFile, node: Node, scope: Scope, found: SymbolEntry[]): void {
  for (const child of node.namedChildren) {
    if (found.length >= MAX_SYMBOLS) return;
    if (isContainer(child.type)) {
      walk(parsed, child, { ...scope, exported: scope.exported || child.type === "export_statement" }, found);
      continue;
    }
    const kind = declarationKind(parsed.language.name, child, scope.holder);
    if (kind === undefined) continue;
    for (const [name, declared] of namesOf(child)) {
      const entry = symbolOf(parsed, child, declared, name, kind, scope);
      found.push(entry);
      const body = declared.childForFieldName("body") ?? child.childForFieldName("body");
      if (!holders.has(kind) || body === null || scope.depth >= 4) continue;
      walk(
        parsed,
        body,
        { parent: name, holder: kind, exported: entry.exported, depth: scope.depth + 1 },
        found,
      );
    }
  }
}

const holders = new Set([
  "class",
  "interface",
  "module",
  "enum",
  "struct",
  "trait",
  "impl",
  "namespace",
  "record",
]);

function symbolOf(
  parsed: ParsedFile,
  node: Node,
  declared: Node,
  name: string,
  kind: string,
  scope: Scope,
): SymbolEntry {
  const outer = node.parent?.type === "export_statement" || node.parent?.type === "decorated_definition"
    ? node.parent
    : node;
  return {
    name,
    kind,
    line: declared.startPosition.row + 1,
    endLine: declared.endPosition.row + 1,
    exported: isPublic(parsed.language.name, node, name, scope),
    parent: scope.parent,
    signature: signatureOf(parsed.source, node),
    doc: docOf(parsed, outer, node),
  };
}

/** The names that a declaration gives, each with the node that is its extent. */
function namesOf(node: Node): [string, Node][] {
  const declarators = node.namedChildren.filter(({ type }) =>
    type === "variable_declarator" || specs.has(type)
  );
  if (declarators.length > 0) {
    return declarators.flatMap((declarator): [string, Node][] => {
      const name = declarator.childForFieldName("name");
      return name === null || !/^[\w$]+$/.test(name.text) ? [] : [[name.text, declarator]];
    });
  }
  // An `impl` of Rust has no name but the type that it is for.
  const own = node.childForFieldName(node.type === "impl_item" ? "type" : "name");
  const name = own ?? innermostDeclarator(node);
  return name === null ? [] : [[name.text.replace(/\s+/g, " ").slice(0, 100), node]];
}

const specs = new Set(["type_spec", "type_alias", "const_spec", "var_spec"]);

function innermostDeclarator(node: Node): Node | null {
  if (node.type === "expression_statement") return node.firstNamedChild?.childForFieldName("left") ?? null;
  let declarator = node.childForFieldName("declarator");
  for (let inner = declarator; inner !== null; inner = inner.childForFieldName("declarator")) {
    declarator = inner;
  }
  return declarator;
}

function signatureOf(source: string, node: Node): string {
  const body = node.childForFieldName("body");
  const end = body === null ? node.endIndex : body.startIndex;
  const text = source.slice(node.startIndex, Math.min(end, node.startIndex + 400)).replace(/\s+/g, " ")
    .trim();
  const bare = text.replace(/(?:\{|=>|=|:)$/, "").trim();
  return bare.length > 160 ? `${bare.slice(0, 159)}…` : bare;
}

const commentTypes = new Set(["comment", "line_comment", "block_comment"]);

/** The comments right above a declaration, or Python's string right inside it. */
function docOf(parsed: ParsedFile, outer: Node, node: Node): string {
  if (parsed.language.name === "python") return docstring(node.childForFieldName("body"));
  const parts: string[] = [];
  let below = outer.startPosition.row;
  let before = outer.previousNamedSibling;
  while (before !== null && (commentTypes.has(before.type) || before.type === "attribute_item")) {
    // Rust's line comments end with their line break, so that they end on the next row.
    const text = before.text;
    const endRow = before.endPosition.row - (text.endsWith("\n") ? 1 : 0);
    if (endRow < below - 1) break;
    if (before.type !== "attribute_item") {
      if (text.includes("@module")) break;
      // What is left to do says nothing about what is there.
      if (!/^\W*(?:TODO|FIXME|HACK|XXX)\b/.test(text)) parts.unshift(text);
    }
    below = before.startPosition.row;
    before = before.previousNamedSibling;
  }
  return cleanComment(parts.join("\n"));
}

function docstring(body: Node | null): string {
  const string = body?.firstNamedChild?.firstNamedChild;
  if (string?.type !== "string") return "";
  return cleanComment(string.text.replace(/^[rRuUbB]*("""|'''|"|')|("""|'''|"|')$/g, ""));
}

/** The comment that opens a file, where it is about the file; empty where there is none. */
export function leadingDoc(parsed: ParsedFile): string {
  if (parsed.language.name === "python") {
    const first = parsed.root.firstNamedChild?.firstNamedChild;
    return first?.type === "string"
      ? cleanComment(first.text.replace(/^[rRuU]*("""|'''|"|')|("""|'''|"|')$/g, ""))
      : "";
  }
  const first = parsed.root.firstNamedChild;
  if (first === null || !commentTypes.has(first.type)) return "";
  const text = first.text;
  const next = first.nextNamedSibling;
  const apart = next === null || next.startPosition.row > first.endPosition.row + 1 ||
    text.includes("@module");
  return apart || text.startsWith("//!") ? cleanComment(text) : "";
}

function cleanComment(text: string): string {
  const lines = text.split("\n").map((line) =>
    line.replace(/^\s*(?:\/\*\*?|\/\/[\/!]?|\*\/|\*|#)?\s?/, "").replace(/\s*\*\/\s*$/, "").trimEnd()
  );
  const plain = lines.filter((line) => line.trim() !== "@module").join("\n").trim();
  return plain.length > MAX_DOC ? `${plain.slice(0, MAX_DOC - 1)}…` : plain;
}

/** Names that stand in an `export { a, b }` of the file itself. */
function exportedNames(parsed: ParsedFile): Set<string> {
  const names = new Set<string>();
  for (const node of parsed.root.namedChildren) {
    if (node.type !== "export_statement" || node.childForFieldName("source") !== null) continue;
    const value = node.childForFieldName("value");
    if (value?.type === "identifier") names.add(value.text);
    for (const clause of node.namedChildren) {
      if (clause.type !== "export_clause") continue;
      for (const specifier of clause.namedChildren) {
        names.add(specifier.childForFieldName("name")?.text ?? "");
      }
    }
  }
  return names;
}
