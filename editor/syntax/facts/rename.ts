/**
 * Renaming within a file, by the scopes of names: every place that means the same thing, and whether a rename that touches these alone is
 * safe. It is not when others can see the name, when the new one is taken, or when the language's scopes are not known here; then
 * a language server must do it.
 *
 * @module
 */

import { type Node, Query } from "web-tree-sitter";
import type { TreeView } from "../highlight.ts";
import type { TextRange } from "../syntax_tree.ts";
import { nodeAt, rangeOf } from "./enclosing.ts";
import { localQuery } from "./local_queries.ts";

/** Why a rename is not safe. */
export type RenameDoubt =
  /** The language's scopes are not known here. */
  | { readonly type: "unknown-language" }
  /** There is no name at the place, or its definition is not in the file. */
  | { readonly type: "no-definition" }
  /** Other files may use the name. */
  | { readonly type: "visible-outside" }
  /** The new name is defined or used where the old one is. */
  | { readonly type: "taken"; readonly at: TextRange }
  /** The file has syntax errors, so scopes may be wrong. */
  | { readonly type: "syntax-error" };

export interface RenameScope {
  readonly name: string;
  /** Where the name is defined. */
  readonly scope: TextRange;
  /** Every place that means the same, ascending. */
  readonly places: readonly TextRange[];
  /** Empty where the rename is safe. */
  readonly doubts: readonly RenameDoubt[];
}

/** Leaves that may be names of things in scopes. */
const NAMES = new Set([
  "identifier",
  "type_identifier",
  "shorthand_property_identifier",
  "shorthand_property_identifier_pattern",
]);

/** Fields whose identifiers name members, which no scope knows. */
const MEMBERS: ReadonlyMap<string, readonly string[]> = new Map([
  ["attribute", ["attribute"]],
  ["keyword_argument", ["name"]],
  ["field_access", ["field"]],
  ["method_invocation", ["name"]],
  ["method_declaration", ["name"]],
  ["labeled_statement", ["label"]],
]);

const IMPORT = /^(?:import_statement|import_from_statement|import_declaration|use_declaration)$/;
const EXPORTED = /^(?:export_statement|visibility_modifier)$/;

interface Scope {
  readonly range: TextRange;
  readonly isFunction: boolean;
  readonly defined: Map<string, Node>;
}

const queries = new Map<string, Query>();

/** What renaming the name at `offset` means. `newName` is checked where it is given. */
export function renameScope(view: TreeView, offset: number, newName?: string): RenameScope {
  const node = nameAt(view, offset);
  const language = view.grammar.language.name;
  const query = localQueryOf(view);
  const name = node === undefined ? "" : textOf(view, node);
  if (node === undefined || query === undefined || isMember(node)) {
    const doubt: RenameDoubt = { type: query === undefined ? "unknown-language" : "no-definition" };
    return {
      name,
      scope: { from: 0, to: view.text.length },
      places: node === undefined ? [] : [rangeOf(node)],
      doubts: [doubt],
    };
  }
  const scopes = scopesOf(view, query);
  const home = scopeOf(scopes, node, name);
  if (home === undefined) {
    return {
      name,
      scope: { from: 0, to: view.text.length },
      places: [rangeOf(node)],
      doubts: [{ type: "no-definition" }],
    };
  }
  const leaves = namesOf(view.tree.rootNode);
  const places = leaves.filter((leaf) =>
    textOf(view, leaf) === name && !isMember(leaf) && scopeOf(scopes, leaf, name) === home
  );
  const doubts: RenameDoubt[] = [];
  if (view.tree.rootNode.hasError) doubts.push({ type: "syntax-error" });
  if (home === scopes[0] && isVisible(language, home.defined.get(name)!, name)) {
    doubts.push({ type: "visible-outside" });
  }
  if (newName !== undefined && newName !== name) {
    const taken = leaves.find((leaf) =>
      textOf(view, leaf) === newName && !isMember(leaf) && clashes(scopes, leaf, newName, home, places)
    );
    if (taken !== undefined) doubts.push({ type: "taken", at: rangeOf(taken) });
  }
  return { name, scope: home.range, places: places.map(rangeOf), doubts };
}

/** Where the name at a place is bound in the text. */
export interface Binding {
  readonly range: TextRange;
  /** The statement that brings it in, where it is defined elsewhere. */
  readonly importedBy?: TextRange;
}

/** The binding of the name at `offset`; undefined for a member, a name from elsewhere, and where the language's scopes are not known. */
export function bindingOf(view: TreeView, offset: number): Binding | undefined {
  const node = nameAt(view, offset);
  const query = localQueryOf(view);
  if (node === undefined || query === undefined || isMember(node)) return undefined;
  const name = textOf(view, node);
  const bound = scopeOf(scopesOf(view, query), node, name)?.defined.get(name);
  if (bound === undefined) return undefined;
  for (let around: Node | null = bound; around !== null; around = around.parent) {
    if (IMPORT.test(around.type)) return { range: rangeOf(bound), importedBy: rangeOf(around) };
  }
  return { range: rangeOf(bound) };
}

function localQueryOf(view: TreeView): Query | undefined {
  const language = view.grammar.language.name;
  const text = localQuery(language);
  if (text === undefined) return undefined;
  let query = queries.get(language);
  if (query === undefined) queries.set(language, query = new Query(view.grammar.grammar, text));
  return query;
}

/** Whether a use or definition of the new name and the renamed one would be confused. */
function clashes(
  scopes: readonly Scope[],
  leaf: Node,
  newName: string,
  home: Scope,
  places: readonly Node[],
): boolean {
  const other = scopeOf(scopes, leaf, newName);
  if (other === home) return true;
  // A use of the new name inside the scope would mean the renamed thing; a definition between would hide it from a place.
  const isInside = home.range.from <= leaf.startIndex && leaf.endIndex <= home.range.to;
  if (!isInside) return false;
  if (other === undefined || holds(other, home)) return true;
  return places.some((place) => other.range.from <= place.startIndex && place.endIndex <= other.range.to);
}

function holds(outer: Scope, inner: Scope): boolean {
  return outer.range.from <= inner.range.from && inner.range.to <= outer.range.to;
}

/** Scopes with the names defined in them, outermost first. */
function scopesOf(view: TreeView, query: Query): Scope[] {
  const scopes: Scope[] = [];
  const definitions: { node: Node; kind: string }[] = [];
  for (const { name, node } of query.captures(view.tree.rootNode)) {
    if (name.startsWith("scope")) {
      scopes.push({ range: rangeOf(node), isFunction: name === "scope.function", defined: new Map() });
    } else definitions.push({ node, kind: name });
  }
  scopes.sort((one, other) => one.range.from - other.range.from || other.range.to - one.range.to);
  // The file itself is a scope also where comments stand before its first statement.
  if (scopes[0] !== undefined) scopes[0] = { ...scopes[0], range: { from: 0, to: view.text.length } };
  for (const { node, kind } of definitions) {
    const around = scopesAround(scopes, node.startIndex, node.endIndex);
    const place = kind === "outer"
      ? around.at(-2) ?? around.at(-1)
      : kind === "function"
      ? around.findLast(({ isFunction }) => isFunction)
      : around.at(-1);
    const name = textOf(view, node);
    if (place !== undefined && !place.defined.has(name)) place.defined.set(name, node);
  }
  return scopes;
}

function scopesAround(scopes: readonly Scope[], from: number, to: number): Scope[] {
  return scopes.filter(({ range }) => range.from <= from && to <= range.to);
}

/** The scope that a use of `name` at a node refers to. */
function scopeOf(scopes: readonly Scope[], node: Node, name: string): Scope | undefined {
  return scopesAround(scopes, node.startIndex, node.endIndex).findLast(({ defined }) => defined.has(name));
}

function nameAt(view: TreeView, offset: number): Node | undefined {
  for (const place of [offset, offset - 1]) {
    if (place < 0 || place >= view.text.length) continue;
    const node = nodeAt(view, place, place + 1);
    if (node !== null && (NAMES.has(node.type) || /identifier$/.test(node.type))) return node;
  }
  return undefined;
}

function namesOf(root: Node): Node[] {
  return root.descendantsOfType([...NAMES]);
}

function isMember(node: Node): boolean {
  if (!NAMES.has(node.type)) return true;
  const { parent } = node;
  const fields = parent === null ? undefined : MEMBERS.get(parent.type);
  return fields?.some((field) => parent!.childForFieldName(field)?.id === node.id) ?? false;
}

/** Whether a name at the top of a file can be used elsewhere. */
function isVisible(language: string, definition: Node, name: string): boolean {
  if (language === "Go") return true;
  if (language === "Python") return !name.startsWith("_") || name.startsWith("__");
  for (let node: Node | null = definition; node !== null; node = node.parent) {
    if (EXPORTED.test(node.type) || node.namedChildren.some(({ type }) => type === "visibility_modifier")) {
      return true;
    }
    if (node.type === "import_statement") return false;
    if (node.type === "function_definition" || node.type === "declaration") {
      return language === "C" &&
        !node.children.some(({ type, firstChild }) =>
          type === "storage_class_specifier" && firstChild?.type === "static"
        );
    }
  }
  return language === "Java";
}

function textOf(view: TreeView, node: Node): string {
  return view.text.sliceString(node.startIndex, node.endIndex);
}
