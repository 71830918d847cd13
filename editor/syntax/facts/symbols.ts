/**
 * The definitions of a file: functions, classes, types, sections, with what they contain.
 *
 * @module
 */

import type { Node } from "web-tree-sitter";
import type { TreeView } from "../highlight.ts";
import type { TextRange } from "../syntax_tree.ts";

/** A definition; offsets in UTF-16 units. */
export interface SymbolFact {
  readonly name: string;
  /** What it is: "function", "method", "class", "interface", "type", "enum", "module", "variable", "constant", "property", "section", "macro". */
  readonly kind: string;
  /** All of it. */
  readonly range: TextRange;
  /** Its name alone. */
  readonly nameRange: TextRange;
  /** The names of the definitions around it, outermost first. */
  readonly path: readonly string[];
}

/** A name is not longer, in UTF-16 units. */
const NAME_LIMIT = 200;

/** Of several kinds that queries give one name, the one that says more. */
const WEIGHT: readonly string[] = [
  "variable",
  "constant",
  "property",
  "function",
  "method",
  "class",
  "type",
  "interface",
  "enum",
  "module",
];

/** The definitions, in the order of the text; empty for a language without a query for them. */
export function symbolsOf(view: TreeView): SymbolFact[] {
  const query = view.grammar.tags();
  if (query === undefined) return [];
  const found = new Map<number, { kind: string; whole: Node; name: Node }>();
  for (const { captures } of query.matches(view.tree.rootNode)) {
    const name = captures.find((capture) => capture.name === "name")?.node;
    const definition = captures.find((capture) => capture.name.startsWith("definition."));
    if (name === undefined || definition === undefined) continue;
    const kind = definition.name.slice("definition.".length);
    const known = found.get(name.startIndex);
    if (known !== undefined && WEIGHT.indexOf(known.kind) >= WEIGHT.indexOf(kind)) continue;
    found.set(name.startIndex, { kind, whole: definition.node, name });
  }
  const sorted = [...found.values()].sort((one, other) =>
    one.whole.startIndex - other.whole.startIndex || other.whole.endIndex - one.whole.endIndex ||
    one.name.startIndex - other.name.startIndex
  );
  const symbols: SymbolFact[] = [];
  const around: SymbolFact[] = [];
  for (const { kind, whole, name } of sorted) {
    const range = { from: whole.startIndex, to: whole.endIndex };
    while (around.length > 0 && around.at(-1)!.range.to < range.to) around.pop();
    const symbol: SymbolFact = {
      name: textOf(view, name),
      kind,
      range,
      nameRange: { from: name.startIndex, to: name.endIndex },
      path: around.map((outer) => outer.name),
    };
    symbols.push(symbol);
    around.push(symbol);
  }
  return symbols;
}

/** The definitions around a range, outermost first. */
export function symbolsAround(view: TreeView, from: number, to: number = from): SymbolFact[] {
  return symbolsOf(view).filter(({ range }) => range.from <= from && range.to >= to);
}

/** The text of a node, on one line and not without end. */
function textOf(view: TreeView, node: Node): string {
  const end = Math.min(node.endIndex, view.text.snap(node.startIndex + NAME_LIMIT));
  return view.text.sliceString(node.startIndex, end).replace(/\s+/g, " ").trim();
}
