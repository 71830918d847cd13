/**
 * Measures one parsed file from the captures of its language's query (language.ts), in one pass with a stack of the
 * constructs that are open. No other walk over the tree is made.
 *
 * - Cyclomatic complexity: McCabe 1976, decisions + 1 for each function.
 * - Cognitive complexity: after G. Ann Campbell's paper for SonarSource (2018): a break in the flow costs one, and one
 *   more for each construct around it; `else` and each run of equal short-circuit operators cost one; recursion is not
 *   counted.
 * - A callback belongs to the named function around it and nests there; outside one it counts as a function itself.
 *
 * @module
 */

import type { Node } from "web-tree-sitter";
import type { Capture, ParsedFile } from "./parse.ts";

export interface FunctionMetrics {
  readonly name: string;
  readonly line: number;
  readonly endLine: number;
  readonly lines: number;
  readonly complexity: number;
  readonly cognitive: number;
  readonly parameters: number;
  /** How deep its control structures go. */
  readonly nesting: number;
}

export interface TreeMetrics {
  readonly functions: readonly FunctionMetrics[];
  /** Of all functions, and the decisions outside them. */
  readonly complexity: number;
}

interface Owner {
  readonly node: Node | undefined;
  readonly named: boolean;
  readonly name: string;
  complexity: number;
  cognitive: number;
  nesting: number;
}

interface Open {
  readonly end: number;
  readonly kind: "function" | "lambda" | "nest" | "logical";
  /** Structures around what is inside this one, within the owner. */
  readonly depth: number;
  readonly owner: Owner;
}

/** Measures the functions of a file. */
export function measureTree(parsed: ParsedFile, captures: readonly Capture[]): TreeMetrics {
  const walk = new Walk(parsed);
  for (const capture of captures) walk.take(capture);
  return walk.result();
}

class Walk {
  readonly #parsed: ParsedFile;
  readonly #top: Owner = { node: undefined, named: false, name: "", complexity: 0, cognitive: 0, nesting: 0 };
  readonly #owners: Owner[] = [];
  readonly #stack: Open[] = [];
  #lastElse = -1;
  #lastOperator = "";

  constructor(parsed: ParsedFile) {
    this.#parsed = parsed;
  }

  take(capture: Capture): void {
    const { start, node } = capture;
    while (this.#stack.length > 0 && (this.#stack.at(-1) as Open).end <= start) this.#stack.pop();
    const open = this.#stack.at(-1);
    const owner = open?.owner ?? this.#top;
    const depth = open?.depth ?? 0;
    switch (capture.name) {
      case "function":
        return this.#enter(capture, owner, depth, true);
      case "anonymous":
        return this.#enter(capture, owner, depth, false);
      case "if":
        return this.#takeIf(capture, owner, depth);
      case "loop":
      case "catch":
      case "ternary":
        return this.#nest(capture, owner, depth, 1);
      case "switch":
        return this.#nest(capture, owner, depth, 0);
      case "case":
        if (!this.#parsed.language.defaultCase.test(this.#textAt(node))) owner.complexity++;
        return;
      case "filter":
        owner.complexity++;
        return;
      case "elif":
        owner.complexity++;
        owner.cognitive++;
        return;
      case "else":
        this.#lastElse = capture.end;
        owner.cognitive++;
        return;
      case "jump":
        owner.cognitive++;
        return;
      case "logical":
        if (open?.kind !== "logical") this.#lastOperator = "";
        this.#stack.push({ end: capture.end, kind: "logical", depth, owner });
        return;
      case "op":
        owner.complexity++;
        if (this.#lastOperator !== node.type) owner.cognitive++;
        this.#lastOperator = node.type;
    }
  }

  #takeIf(capture: Capture, owner: Owner, depth: number): void {
    if (this.#lastElse === -1 || !this.#onlySpace(this.#lastElse, capture.start)) {
      return this.#nest(capture, owner, depth, 1);
    }
    // `else if`: the `else` has cost its one, and the chain goes no deeper than its first `if`.
    owner.complexity++;
    this.#stack.push({ end: capture.end, kind: "nest", depth, owner });
  }

  #nest({ end }: Capture, owner: Owner, depth: number, decisions: number): void {
    owner.complexity += decisions;
    owner.cognitive += 1 + depth;
    owner.nesting = Math.max(owner.nesting, depth + 1);
    this.#stack.push({ end, kind: "nest", depth: depth + 1, owner });
  }

  #enter({ end, node }: Capture, owner: Owner, depth: number, declared: boolean): void {
    const own = declared ? undefined : boundName(node);
    const named = declared || own !== undefined;
    if (!named && owner.named) {
      this.#stack.push({ end, kind: "lambda", depth: depth + 1, owner });
      return;
    }
    const name = declared ? declaredName(node) : own ?? callbackName(node);
    const entered: Owner = { node, named, name, complexity: 1, cognitive: 0, nesting: 0 };
    this.#owners.push(entered);
    this.#stack.push({ end, kind: "function", depth: 0, owner: entered });
  }

  #onlySpace(start: number, end: number): boolean {
    return end >= start && end - start < 200 && /^\s*$/.test(this.#parsed.source.slice(start, end));
  }

  #textAt(node: Node): string {
    return this.#parsed.source.slice(node.startIndex, node.startIndex + 24);
  }

  result(): TreeMetrics {
    const functions = this.#owners.map((owner): FunctionMetrics => {
      const node = owner.node as Node;
      const line = node.startPosition.row + 1;
      const endLine = node.endPosition.row + 1;
      return {
        name: owner.name,
        line,
        endLine,
        lines: endLine - line + 1,
        complexity: owner.complexity,
        cognitive: owner.cognitive,
        parameters: parameterCount(node),
        nesting: owner.nesting,
      };
    });
    const complexity = functions.reduce((sum, one) => sum + one.complexity, this.#top.complexity);
    return { functions, complexity };
  }
}

/** A declared function's name; a method of Go or C++ keeps its class where that is written. */
function declaredName(node: Node): string {
  const name = node.childForFieldName("name");
  if (name !== null) return clip(name.text);
  // C and C++ hide the name in nested declarators.
  let declarator = node.childForFieldName("declarator");
  for (let depth = 0; declarator !== null && depth < 8; depth++) {
    const inner = declarator.childForFieldName("declarator");
    if (inner === null) break;
    declarator = inner;
  }
  return clip(declarator?.text ?? "(unnamed)");
}

/** By node type: the field of the parent that holds the name. */
const bindingFields: ReadonlyMap<string, string> = new Map([
  ["variable_declarator", "name"],
  ["public_field_definition", "name"],
  ["field_definition", "property"],
  ["pair", "key"],
  ["assignment_expression", "left"],
  ["assignment", "left"],
  ["let_declaration", "pattern"],
  ["init_declarator", "declarator"],
]);

/** The name that an anonymous function is bound to right where it is written; undefined for a callback. */
function boundName(node: Node): string | undefined {
  const name = node.childForFieldName("name");
  if (name !== null) return clip(name.text);
  const parent = node.parent;
  const field = parent === null ? undefined : bindingFields.get(parent.type);
  if (parent === null || field === undefined) return undefined;
  const bound = parent.childForFieldName(field);
  return bound === null || bound.endIndex > node.startIndex ? undefined : clip(bound.text);
}

function callbackName(node: Node): string {
  const call = node.parent?.parent;
  const callee = call?.childForFieldName("function");
  return callee === null || callee === undefined ? "(anonymous)" : `callback of ${clip(callee.text)}`;
}

function clip(text: string): string {
  const line = text.replace(/\s+/g, " ");
  return line.length > 60 ? `${line.slice(0, 59)}…` : line;
}

const notParameters = new Set([
  "comment",
  "line_comment",
  "block_comment",
  "self_parameter",
  "receiver_parameter",
]);

function parameterCount(node: Node): number {
  if (node.childForFieldName("parameter") !== null) return 1;
  let list = node.childForFieldName("parameters");
  let declarator = node.childForFieldName("declarator");
  while (list === null && declarator !== null) {
    list = declarator.childForFieldName("parameters");
    declarator = declarator.childForFieldName("declarator");
  }
  if (list === null) return 0;
  let count = 0;
  for (const child of list.namedChildren) {
    if (notParameters.has(child.type)) continue;
    // C says "no parameters" with void; Go writes `a, b int` as one declaration.
    if (child.type === "parameter_declaration" && child.text === "void") continue;
    const names = child.type === "parameter_declaration" ? child.childrenForFieldName("name").length : 1;
    count += Math.max(1, names);
  }
  return count;
}
