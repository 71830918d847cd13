/**
 * Text objects: the function, class, argument, string, comment, block, call, statement or tag at a place, with and without what surrounds it.
 *
 * @module
 */

import type { Node } from "web-tree-sitter";
import type { TreeView } from "../highlight.ts";
import type { TextRange } from "../syntax_tree.ts";
import { isFunction, nodeAt, rangeOf } from "./enclosing.ts";

export const TEXT_OBJECTS = [
  "argument",
  "block",
  "call",
  "class",
  "comment",
  "function",
  "statement",
  "string",
  "tag",
] as const;

export type TextObjectKind = typeof TEXT_OBJECTS[number];

/** A piece of syntax; `inside` is what is left without its marks. */
export interface TextObject {
  readonly kind: TextObjectKind;
  readonly around: TextRange;
  readonly inside: TextRange;
}

const CLASS =
  /^(?:class|interface|struct|enum|union|trait|impl|record|object|protocol|module|type)(?:_(?:definition|declaration|item|specifier|body))?$/;
const BLOCK =
  /(?:^|_)(?:block|body|suite|compound_statement|declaration_list|do_group|class_body|object|array|table)$/;
const STRING =
  /(?:^|_)(?:string|string_literal|template_string|char_literal|heredoc_body|quoted_attribute_value|string_scalar|raw_string)(?:_scalar)?$/;
const COMMENT = /comment/;
const CALL =
  /^(?:call|call_expression|function_call|method_invocation|invocation_expression|command|macro_invocation|new_expression|object_creation_expression)(?:_expression)?$/;
const STATEMENT =
  /(?:_statement|_declaration|_definition|_item|^command|^assignment|^pair|^declaration|^attribute|^block_mapping_pair|^rule_set)$/;
const ARGUMENTS =
  /(?:^|_)(?:arguments?|argument_list|parameters|parameter_list|formal_parameters|type_arguments|value_arguments|token_tree|array|tuple|list)$/;

/** The innermost text object of a kind around a range; undefined where there is none. */
export function textObject(
  view: TreeView,
  kind: TextObjectKind,
  from: number,
  to: number = from,
): TextObject | undefined {
  let below: Node | undefined;
  for (let node = nodeAt(view, from, to); node !== null; node = node.parent) {
    const found = objectOf(view, kind, node, below);
    if (found !== undefined && found.around.from <= from && found.around.to >= to) return { kind, ...found };
    below = node;
  }
  return undefined;
}

type Found = Omit<TextObject, "kind"> | undefined;

function objectOf(view: TreeView, kind: TextObjectKind, node: Node, below: Node | undefined): Found {
  const { type } = node;
  switch (kind) {
    case "argument":
      return below !== undefined && ARGUMENTS.test(type) && below.isNamed
        ? argument(view, node, below)
        : undefined;
    case "block":
      return BLOCK.test(type) ? { around: rangeOf(node), inside: withoutMarks(view, node) } : undefined;
    case "call":
      return CALL.test(type) ? { around: rangeOf(node), inside: argumentsOf(view, node) } : undefined;
    case "class":
      return CLASS.test(type) && node.isNamed
        ? { around: rangeOf(node), inside: bodyOf(view, node) }
        : undefined;
    case "comment":
      return COMMENT.test(type) ? { around: rangeOf(node), inside: commentText(view, node) } : undefined;
    case "function":
      return isFunction(node) ? { around: rangeOf(node), inside: bodyOf(view, node) } : undefined;
    case "statement":
      return STATEMENT.test(type) ? { around: rangeOf(node), inside: rangeOf(node) } : undefined;
    case "string":
      return STRING.test(type) && node.isNamed
        ? { around: rangeOf(node), inside: withoutMarks(view, node) }
        : undefined;
    case "tag":
      return type === "element" || type.startsWith("jsx_element")
        ? { around: rangeOf(node), inside: withoutMarks(view, node) }
        : undefined;
  }
}

/** An argument with the comma and space that go when it goes. */
function argument(view: TreeView, list: Node, item: Node): Found {
  const inside = rangeOf(item);
  const commas = list.children.filter(({ type }) => type === ",");
  const after = commas.find(({ startIndex }) => startIndex >= inside.to);
  const before = commas.findLast(({ endIndex }) => endIndex <= inside.from);
  if (after !== undefined) {
    return { inside, around: { from: inside.from, to: skipSpace(view, after.endIndex) } };
  }
  if (before !== undefined) return { inside, around: { from: before.startIndex, to: inside.to } };
  return { inside, around: inside };
}

function skipSpace(view: TreeView, offset: number): number {
  let at = offset;
  while (at < view.text.length && (view.text.charCodeAt(at) === 32 || view.text.charCodeAt(at) === 9)) at++;
  return at;
}

/** Between the first and the last child where these are marks: brackets, quotes, tags. */
function withoutMarks(view: TreeView, node: Node): TextRange {
  const { firstChild, lastChild } = node;
  const isMark = (child: Node | null) =>
    child !== null &&
    (!child.isNamed || /_(?:tag|start|end|element)$|^string_(?:start|end)$/.test(child.type));
  if (
    firstChild !== null && lastChild !== null && firstChild.id !== lastChild.id && isMark(firstChild) &&
    isMark(lastChild)
  ) {
    return { from: firstChild.endIndex, to: lastChild.startIndex };
  }
  const text = view.text.sliceString(node.startIndex, Math.min(node.endIndex, node.startIndex + 1));
  const isQuoted = node.childCount === 0 && /["'`]/.test(text) && node.endIndex - node.startIndex >= 2;
  return isQuoted ? { from: node.startIndex + 1, to: node.endIndex - 1 } : rangeOf(node);
}

function argumentsOf(view: TreeView, node: Node): TextRange {
  const list = node.childForFieldName("arguments") ??
    node.namedChildren.findLast(({ type }) => ARGUMENTS.test(type));
  return list === undefined ? rangeOf(node) : withoutMarks(view, list);
}

function bodyOf(view: TreeView, node: Node): TextRange {
  const body = node.childForFieldName("body") ?? node.namedChildren.findLast(({ type }) => BLOCK.test(type));
  return body === undefined ? rangeOf(node) : withoutMarks(view, body);
}

function commentText(view: TreeView, node: Node): TextRange {
  const text = view.text.sliceString(node.startIndex, node.endIndex);
  const open = /^(?:\/\/[/!]?|\/\*+!?|#+|--(?:\[\[)?|<!--|;+|%+)\s?/.exec(text)?.[0].length ?? 0;
  const close = /\s?(?:\*+\/|-->|\]\])\s*$|\s+$/.exec(text.slice(open))?.[0].length ?? 0;
  return { from: node.startIndex + open, to: node.endIndex - close };
}
