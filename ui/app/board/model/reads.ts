/**
 * What a node reads from others, found in its expressions: the edges that end at it. Expressions are parsed once however
 * often they stand in the file.
 *
 * @module
 */

import type { Json, JsonObject } from "../../../../core/json.ts";
import { parseExpression } from "../../../../core/workflow/cel.ts";
import type { Reference } from "../../../../core/workflow/expression.ts";
import { isObject } from "../../../../core/json.ts";

export type ReadKind = "data" | "when" | "each" | "after" | "case";

export interface Read {
  readonly kind: ReadKind;
  /** The input port; the case's port; empty for `when`, `each`, `after`. */
  readonly port: string;
  /** Where it stands, below the node. */
  readonly path: readonly (string | number)[];
  /** `scan`, `inputs`. */
  readonly root: string;
  readonly from: string | undefined;
  /** The expression is nothing but this path: the edge can be drawn anew without losing anything. */
  readonly isPlain: boolean;
  readonly text: string;
}

interface Parsed {
  readonly references: readonly Reference[];
  readonly isPlain: boolean;
}

const plainPath = /^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*$/;
const parsed = new Map<string, Parsed>();
const MAX_KEPT = 100_000;
const nothing: Parsed = { references: [], isPlain: false };

/** Names that an expression reads; none where it cannot be read. */
export function referencesOf(text: string): Parsed {
  const known = parsed.get(text);
  if (known !== undefined) return known;
  const found = parse(text);
  if (parsed.size >= MAX_KEPT) parsed.clear();
  parsed.set(text, found);
  return found;
}

function parse(text: string): Parsed {
  if (plainPath.test(text)) {
    const [root = "", port] = text.split(".");
    return { references: [{ root, port, offset: 0 }], isPlain: true };
  }
  const result = parseExpression(text);
  if ("problem" in result) return nothing;
  return { references: result.expression.references, isPlain: false };
}

/** Everything that the node's value reads. */
export function readsOf(value: JsonObject): readonly Read[] {
  const reads: Read[] = [];
  const add = (kind: ReadKind, port: string, path: readonly (string | number)[], text: Json | undefined) => {
    if (typeof text !== "string") return;
    const { references, isPlain } = referencesOf(text);
    for (const { root, port: from } of references) {
      reads.push({ kind, port, path, root, from, isPlain, text });
    }
  };
  const bindings = value["in"];
  if (isObject(bindings)) {
    for (const port of Object.keys(bindings)) add("data", port, ["in", port], bindings[port]);
  }
  add("each", "", ["each"], value["each"]);
  add("when", "", ["when"], value["when"]);
  const cases = value["cases"];
  if (Array.isArray(cases)) {
    cases.forEach((one, index) => {
      if (isObject(one)) add("case", String(one["port"] ?? ""), ["cases", index, "when"], one["when"]);
    });
  } else if (isObject(cases)) {
    for (const port of Object.keys(cases)) add("case", port, ["cases", port], cases[port]);
  }
  const after = value["after"];
  const list = typeof after === "string" ? [after] : Array.isArray(after) ? after : [];
  list.forEach((one, index) => {
    if (typeof one !== "string") return;
    const [root = "", from] = one.split(".");
    const path = typeof after === "string" ? ["after"] : ["after", index];
    reads.push({ kind: "after", port: "", path, root, from, isPlain: true, text: one });
  });
  return reads;
}

/** The expression with the node `from` called `to`; itself where it does not name it. */
export function renamedIn(text: string, from: string, to: string): string {
  return renamedBy(text, (name) => name === from ? to : undefined);
}

/** The expression with every node called as `nameOf` says, all at once, so that two may swap their names; undefined leaves one. */
export function renamedBy(text: string, nameOf: (name: string) => string | undefined): string {
  const { references } = referencesOf(text);
  const roots = new Map(references.map(({ root, offset }) => [offset, root]));
  let result = text;
  for (const [offset, root] of [...roots].sort(([a], [b]) => b - a)) {
    const name = nameOf(root);
    if (name === undefined || !result.startsWith(root, offset)) continue;
    result = result.slice(0, offset) + name + result.slice(offset + root.length);
  }
  return result;
}
