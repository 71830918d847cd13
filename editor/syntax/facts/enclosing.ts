/**
 * What is around a place: the function it is in, and the ever larger pieces of syntax that hold it.
 *
 * @module
 */

import type { Node } from "web-tree-sitter";
import type { TreeView } from "../highlight.ts";
import type { TextRange } from "../syntax_tree.ts";

/** A function around a place. */
export interface FunctionFact {
  /** Undefined for one without a name. */
  readonly name: string | undefined;
  /** The grammar's word for what it is. */
  readonly type: string;
  readonly range: TextRange;
  /** Its body; undefined where the grammar does not say. */
  readonly body: TextRange | undefined;
}

const FUNCTION =
  /^(?:function|method|constructor|destructor|lambda|closure|arrow_function|generator_function|anonymous_function|local_function|getter|setter|fn|def|singleton_method|macro_definition)(?:_?(?:definition|declaration|item|expression|statement|literal|specifier|clause))?(?:_statement|_declaration|_expression)?$|^(?:func_literal|method_definition|function_declaration|function_definition|closure_expression|lambda_literal|compact_constructor_declaration|accessor_declaration|test_declaration|do_block)$/;

/** Whether a node is a function of any kind. */
export function isFunction({ type, isNamed }: Node): boolean {
  return isNamed && FUNCTION.test(type);
}

/** The innermost function around a range; undefined at the top of a file. */
export function enclosingFunction(view: TreeView, from: number, to: number = from): FunctionFact | undefined {
  for (let node = nodeAt(view, from, to); node !== null; node = node.parent) {
    if (!isFunction(node)) continue;
    const name = nameOf(node);
    const body = node.childForFieldName("body") ?? node.namedChildren.find(({ type }) =>
      /block|body/.test(type)
    ) ?? null;
    return {
      name: name === null ? undefined : view.text.sliceString(name.startIndex, name.endIndex),
      type: node.type,
      range: rangeOf(node),
      body: body === null ? undefined : rangeOf(body),
    };
  }
  return undefined;
}

/** The next larger piece of syntax around a range; undefined where the range is the whole text. */
export function expandSelection(view: TreeView, { from, to }: TextRange): TextRange | undefined {
  for (let node = nodeAt(view, from, to); node !== null; node = node.parent) {
    const range = rangeOf(node);
    if (range.from < from || range.to > to) return range;
  }
  return from > 0 || to < view.text.length ? { from: 0, to: view.text.length } : undefined;
}

/** The smallest node around a range; for an empty one the node that begins there, else the one that ends there. */
export function nodeAt(view: TreeView, from: number, to: number = from): Node | null {
  const root = view.tree.rootNode;
  return root.descendantForIndex(from, from === to ? from : Math.max(from, to - 1));
}

/** The name that a definition gives; C hides it inside declarators. */
function nameOf(node: Node): Node | null {
  for (let at: Node | null = node; at !== null;) {
    const name = at.childForFieldName("name");
    if (name !== null) return name;
    const inner: Node | null = at.childForFieldName("declarator");
    if (
      inner !== null && inner.childForFieldName("declarator") === null &&
      inner.childForFieldName("name") === null
    ) return inner;
    at = inner;
  }
  // A function that is the value of a variable or member goes by its name.
  const parent = node.parent;
  if (parent?.childForFieldName("value")?.id === node.id) {
    return parent.childForFieldName("name") ?? parent.childForFieldName("key");
  }
  return null;
}

export function rangeOf({ startIndex, endIndex }: Node): TextRange {
  return { from: startIndex, to: endIndex };
}
