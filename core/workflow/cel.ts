/**
 * The seam over `@marcbachmann/cel-js`: CEL over JSON. Beyond the standard, numbers mix: every JSON number is a double,
 * and the arithmetic of an integer literal with a double is that of doubles (`measure.complexity + 1`), so that nobody
 * has to know which of the two a port gives. Results are plain JSON: integers come out as numbers, lists and maps as
 * arrays and objects, timestamps as ISO texts, durations as milliseconds.
 *
 * Bounds: 10,000 units of text, 2,000 syntax nodes, depth 50, comprehensions nested at most three deep, so that the cost
 * of an expression is at worst cubic in its data.
 *
 * `matches` takes what RE2 takes of regular expressions, as the standard says: no lookaround and no backreference, so that
 * V8 can carry each of them out in linear time (the flag is in deno.json and in the executable).
 *
 * @module
 */

import { type ASTNode, Environment, EvaluationError, ParseError, TypeError } from "@marcbachmann/cel-js";
import { messageOf, SymphonyError } from "../errors.ts";
import { isObject, type Json, own } from "../json.ts";
import { type Expression, type ExpressionProblem, type Reference, unevaluated } from "./expression.ts";

const MAX_TEXT = 10_000;
const MAX_COMPREHENSIONS = 3;
const MAX_PATH = 40;
/** Words that are no names in CEL, and `cel` with its methods: left to the library. */
const reserved = new Set(
  ("as break const continue else false for function if import in let loop namespace null package prototype return " +
    "true var void while cel __proto__ type int uint double bool string bytes list map dyn null_type").split(
      " ",
    ),
);
const comprehensions = new Set(["all", "exists", "exists_one", "existsOne", "filter", "map"]);

const environment = numbersMix(
  new Environment({
    unlistedVariablesAreDyn: true,
    homogeneousAggregateLiterals: false,
    limits: { maxAstNodes: 2000, maxDepth: 50, maxListElements: 1000, maxMapEntries: 1000 },
  }),
);

/** Stands for the library's `matches`, which takes every regular expression; put into the tree when it is read. */
const MATCHES = "matchesRe2";
environment.registerFunction(`string.${MATCHES}(string): bool`, (text: string, pattern: string) => {
  const fault = patternFault(pattern);
  if (fault !== undefined) throw new SymphonyError("bad-input", fault);
  return new RegExp(pattern).test(text);
});

/** What V8's linear engine, and RE2, cannot carry out. */
const NOT_LINEAR = /\(\?(?:=|!|<=|<!)|\\[1-9]|\\k</;

/** Why `pattern` is no regular expression that `matches` takes; undefined where it is one. */
function patternFault(pattern: string): string | undefined {
  const odd = NOT_LINEAR.exec(pattern.replace(/\\\\/g, ""));
  if (odd !== null) {
    return `found "${odd[0]}" in the regular expression: RE2 has no lookaround and no backreference`;
  }
  try {
    new RegExp(pattern);
    return undefined;
  } catch {
    return `found "${shorten(pattern)}", which is no regular expression`;
  }
}

/** The type that CEL infers without data: `bool`, `string`, `int`, `double`, `list`, `map`, `dyn`, … */
export type CelType = string;

/** Reads an expression, with everything that can be said against it before there is data. Never throws. */
export function parseExpression(
  text: string,
): { readonly expression: Expression; readonly type: CelType } | { readonly problem: ExpressionProblem } {
  if (text.length > MAX_TEXT) {
    return refused(`Found an expression of ${text.length} characters: at most ${MAX_TEXT}`, 0, text.length);
  }
  if (text.trim() === "") return refused("Found an empty expression", 0, text.length);
  const names = simplePath(text);
  if (names !== undefined) return { expression: new PathExpression(text, names), type: "dyn" };
  try {
    const run = environment.parse(text);
    const path = plainPath(run.ast);
    const references: Reference[] = [];
    const { tooDeep, badPattern } = collect(run.ast, references);
    if (badPattern !== undefined) {
      const { node, fault } = badPattern;
      return refused(capital(fault), node.start, node.end - node.start);
    }
    if (tooDeep !== undefined) {
      const message = `Found comprehensions nested more than ${MAX_COMPREHENSIONS} deep`;
      return refused(message, tooDeep.start, tooDeep.end - tooDeep.start);
    }
    const checked = run.check();
    if (!checked.valid) return { problem: problemOf(checked.error, text) };
    const expression: Expression = {
      text,
      references,
      path,
      evaluate: path === undefined
        ? (scope) => evaluated(text, () => toJson(run(scope)))
        : (scope) => evaluated(text, () => walk(path, scope)),
    };
    return { expression, type: checked.type ?? "dyn" };
  } catch (error) {
    return { problem: problemOf(error, text) };
  }
}

/** Nearly all bindings are paths; with thousands of nodes it pays not to ask the library about them. */
function simplePath(text: string): readonly string[] | undefined {
  if (!/^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*$/.test(text)) return undefined;
  const names = text.split(".");
  return names.some((name) => reserved.has(name)) || names.length > MAX_PATH ? undefined : names;
}

class PathExpression implements Expression {
  readonly text: string;
  readonly path: readonly string[];
  readonly references: readonly Reference[];

  constructor(text: string, path: readonly string[]) {
    this.text = text;
    this.path = path;
    this.references = [{ root: path[0] as string, port: path[1], offset: 0 }];
  }

  evaluate(scope: Readonly<Record<string, Json | undefined>>): Json {
    return evaluated(this.text, () => walk(this.path, scope));
  }
}

function refused(message: string, offset: number, length: number): { problem: ExpressionProblem } {
  return { problem: { message, offset, length } };
}

function problemOf(error: unknown, text: string): ExpressionProblem {
  const isOwn = error instanceof ParseError || error instanceof TypeError || error instanceof EvaluationError;
  if (!isOwn) return { message: messageOf(error), offset: 0, length: text.length };
  const start = Math.min(error.range?.start ?? 0, text.length);
  const end = Math.min(error.range?.end ?? text.length, text.length);
  return { message: capital(error.summary), offset: start, length: Math.max(0, end - start) };
}

/** `a.b.c` as its names; undefined for anything else. */
function plainPath(ast: ASTNode): readonly string[] | undefined {
  const names: string[] = [];
  let node = ast;
  while (node.op === ".") {
    names.push(node.args[1]);
    node = node.args[0];
  }
  if (node.op !== "id") return undefined;
  names.push(node.args);
  return names.reverse();
}

interface Collected {
  /** The comprehension that is one too deep, if there is one. */
  tooDeep: ASTNode | undefined;
  badPattern: { readonly node: ASTNode; readonly fault: string } | undefined;
}

/** Adds what the expression reads, and puts our `matches` in the place of the library's. */
function collect(ast: ASTNode, into: Reference[]): Collected {
  const found: Collected = { tooDeep: undefined, badPattern: undefined };
  const visit = (node: ASTNode, bound: ReadonlySet<string>, depth: number): void => {
    switch (node.op) {
      case "value":
        return;
      case "id":
        if (!bound.has(node.args)) into.push({ root: node.args, port: undefined, offset: node.start });
        return;
      case ".":
      case ".?":
      case "[]":
      case "[?]": {
        const [target, key] = node.args;
        const name = portName(key);
        if (target.op === "id" && name !== undefined) {
          if (!bound.has(target.args)) into.push({ root: target.args, port: name, offset: target.start });
        } else if (target.op === "id" && typeof key !== "string" && isPlace(key, bound)) {
          if (bound.has(target.args)) return;
          into.push({ root: target.args, port: undefined, offset: target.start, isNumbered: true });
        } else visit(target, bound, depth);
        if (typeof key !== "string") visit(key, bound, depth);
        return;
      }
      case "call":
        return node.args[1].forEach((argument) => visit(argument, bound, depth));
      case "rcall":
        return visitMethod(node.args, bound, depth, node);
      case "list":
        return node.args.forEach((item) => visit(item, bound, depth));
      case "map":
        return node.args.forEach(([key, value]) => (visit(key, bound, depth), visit(value, bound, depth)));
      case "!_":
      case "-_":
        return visit(node.args, bound, depth);
      default:
        for (const part of node.args) visit(part, bound, depth);
    }
  };
  const visitMethod = (
    [name, target, args]: readonly [string, ASTNode, ASTNode[]],
    bound: ReadonlySet<string>,
    depth: number,
    node: ASTNode,
  ): void => {
    const [variable, ...rest] = args;
    if (comprehensions.has(name) && variable?.op === "id" && rest.length > 0) {
      visit(target, bound, depth);
      if (depth >= MAX_COMPREHENSIONS) found.tooDeep ??= node;
      const inner = new Set(bound).add(variable.args);
      return rest.forEach((part) => visit(part, inner, depth + 1));
    }
    if (name === "bind" && target.op === "id" && target.args === "cel" && variable?.op === "id") {
      const [value, body] = rest;
      if (value !== undefined) visit(value, bound, depth);
      if (body !== undefined) visit(body, new Set(bound).add(variable.args), depth);
      return;
    }
    if (name === "matches" && node.op === "rcall") {
      node.args[0] = MATCHES;
      const fault = variable?.op === "value" && typeof variable.args === "string"
        ? patternFault(variable.args)
        : undefined;
      if (fault !== undefined) found.badPattern ??= { node: variable as ASTNode, fault };
    }
    visit(target, bound, depth);
    args.forEach((argument) => visit(argument, bound, depth));
  };
  visit(ast, new Set(), 0);
  return found;
}

/** True for what can only be a place in a list: `0`, `-1`, a fan-out's `index`. */
function isPlace(key: ASTNode, bound: ReadonlySet<string>): boolean {
  if (key.op === "-_") return isPlace(key.args, bound);
  if (key.op === "id") return key.args === "index" && !bound.has("index");
  return key.op === "value" && (typeof key.args === "bigint" || typeof key.args === "number");
}

/** The port that `x.files` or `x["files"]` names. */
function portName(key: string | ASTNode): string | undefined {
  if (typeof key === "string") return key;
  return key.op === "value" && typeof key.args === "string" ? key.args : undefined;
}

function evaluated(text: string, run: () => Json): Json {
  try {
    return run();
  } catch (cause) {
    const problem = problemOf(cause, text);
    const place = problem.offset > 0 ? ` at column ${problem.offset + 1}` : "";
    const reason = cause instanceof SymphonyError ? cause.message : lower(problem.message);
    throw new SymphonyError("bad-input", unevaluated(`"${shorten(text)}"${place}`, reason), { cause });
  }
}

function walk(path: readonly string[], scope: Readonly<Record<string, Json | undefined>>): Json {
  const root = path[0] as string;
  let value = Object.hasOwn(scope, root) ? scope[root] : undefined;
  if (value === undefined) throw new SymphonyError("bad-input", `there is no "${root}"`);
  for (let at = 1; at < path.length; at++) {
    const name = path[at] as string;
    const next: Json | undefined = own(value, name);
    if (next === undefined) {
      const where = path.slice(0, at).join(".");
      throw new SymphonyError("bad-input", `${where} ${without(value)} "${name}"`);
    }
    value = next;
  }
  return value;
}

function without(value: Json): string {
  if (!isObject(value)) {
    return `is ${Array.isArray(value) ? "an array" : JSON.stringify(value)} and has no field`;
  }
  const names = Object.keys(value).slice(0, 8).join(", ");
  return `has ${names === "" ? "no fields" : `only ${names}`}, no field`;
}

/** Plain JSON; the same object where nothing had to change. */
function toJson(value: unknown): Json {
  switch (typeof value) {
    case "string":
    case "boolean":
      return value;
    case "number":
      if (!Number.isFinite(value)) {
        throw new SymphonyError("bad-input", `the result ${value} is not a JSON number`);
      }
      return value;
    case "bigint":
      return integer(value);
    case "object":
      return value === null ? null : structure(value);
    default:
      throw new SymphonyError("bad-input", `the result is no JSON value but ${typeof value}`);
  }
}

function integer(value: bigint): number {
  const number = Number(value);
  if (Number.isSafeInteger(number)) return number;
  throw new SymphonyError("bad-input", `the integer ${value} is beyond what a JSON number holds exactly`);
}

function structure(value: object): Json {
  if (Array.isArray(value)) {
    const items = value.map(toJson);
    return items.every((item, index) => item === value[index]) ? value : items;
  }
  if (value instanceof Set) return [...value].map(toJson);
  const prototype = Object.getPrototypeOf(value);
  if (value instanceof Map || prototype === Object.prototype || prototype === null) return members(value);
  if (value instanceof Date) return value.toISOString();
  const primitive: unknown = value.valueOf();
  if (typeof primitive === "bigint" || typeof primitive === "number") return toJson(primitive);
  const kind = value instanceof Uint8Array ? "bytes" : "a type";
  throw new SymphonyError("bad-input", `the result is ${kind}, which is no JSON value; use string(…)`);
}

function members(value: object): Json {
  const entries: [string, unknown][] = value instanceof Map
    ? [...value].map(([key, member]) => [String(key), member])
    : Object.entries(value);
  let changed = value instanceof Map;
  const plain = entries.map(([key, member]): [string, Json] => {
    const json = toJson(member);
    changed ||= json !== member;
    return [key, json];
  });
  return changed ? Object.fromEntries(plain) : value as Json;
}

/** Arithmetic between CEL's integers and doubles; comparisons between them are standard. */
function numbersMix(environment: Environment): Environment {
  type Number2 = (a: number | bigint, b: number | bigint) => number;
  const operators: readonly (readonly [string, Number2])[] = [
    ["+", (a, b) => Number(a) + Number(b)],
    ["-", (a, b) => Number(a) - Number(b)],
    ["*", (a, b) => Number(a) * Number(b)],
    ["/", (a, b) => Number(a) / Number(b)],
    ["%", (a, b) => Number(a) % Number(b)],
  ];
  for (const [operator, run] of operators) {
    environment.registerOperator(`int ${operator} double: double`, run);
    environment.registerOperator(`double ${operator} int: double`, run);
  }
  environment.registerOperator("double % double: double", (a: number, b: number) => a % b);
  return environment;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1).replace(/\.$/, "");
}

function lower(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

function shorten(text: string): string {
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}
