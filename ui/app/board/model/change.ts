/**
 * A change of the workflow's text, before it is made: its name for undo, its edits, what is selected afterwards.
 *
 * @module
 */

import type { Json, JsonObject } from "../../../../core/json.ts";
import type { Graph, Scope } from "./graph.ts";
import { nodesAt, scopeAt } from "./graph.ts";
import { insertMembers, type NewMember, removeMembers, renameMember, setAt, written } from "./jsonc_edit.ts";
import { parse } from "jsonc-parser";
import { atOnce, type Parts } from "./parts.ts";
import { type Member, memberOf, type ObjectSpan } from "./jsonc_members.ts";
import { applyEdits, differenceEdit, sortedEdits, type TextEdit } from "./text_edit.ts";
import type { TextStyle } from "./value_text.ts";

export interface Change {
  readonly label: string;
  readonly edits: readonly TextEdit[];
  readonly select?: readonly string[];
  readonly join?: string;
  /** Steps of one chain are parts of one change. */
  readonly chain?: string;
}

/** The text that changes are made to. */
export interface Ground {
  readonly text: string;
  readonly scope: Scope;
  readonly graph: Graph;
  readonly style: TextStyle;
}

/** Characters; no line is indented so far. */
const MOST_LOOKED_BACK = 1000;

/** Gathers the edits of one change. Each node is edited by its own text, so that edits never overlap. */
export class ChangeDraft {
  readonly #ground: Ground;
  readonly #nodes: ObjectSpan | undefined;
  #members: ReadonlyMap<string, Member> | undefined;
  /** New texts of nodes, by name. */
  readonly #texts = new Map<string, string>();
  readonly #added: NewMember[] = [];
  readonly #removed = new Set<string>();
  readonly #renamed = new Map<string, string>();
  /** New text of members of the scope besides `nodes`. */
  readonly #head = new Map<
    string,
    { readonly path: readonly (string | number)[]; readonly value: Json | undefined }[]
  >();

  constructor(ground: Ground) {
    this.#ground = ground;
    this.#nodes = ground.graph.spans?.nodes ?? nodesAt(ground.text, ground.scope);
  }

  #member(node: string): Member | undefined {
    const span = this.#nodes;
    if (span === undefined) return undefined;
    // One node is found sooner by looking than by making a table of ten thousand.
    if (this.#members === undefined && this.#texts.size + this.#renamed.size < 4) return memberOf(span, node);
    this.#members ??= new Map(span.members.map((member) => [member.name, member]));
    return this.#members.get(node);
  }

  /** Sets what stands at `path` below a node; undefined removes. */
  set(node: string, path: readonly (string | number)[], value: Json | undefined): this {
    const text = this.#texts.get(node) ?? this.#indented(node);
    if (text === undefined) return this;
    const open = text.indexOf("{");
    this.#texts.set(node, setAt(text, open, path, value, this.#ground.style));
    return this;
  }

  /** The node's text with the line's own indentation before it, so that what is added is indented as it stands in the file. */
  #indented(node: string): string | undefined {
    const member = this.#member(node);
    if (member === undefined) return undefined;
    const { text } = this.#ground;
    // A file may be one line of megabytes: beyond the width of a line it does not matter how far it goes back.
    const far = Math.max(0, member.valueStart - MOST_LOOKED_BACK);
    const behind = text.slice(far, member.valueStart);
    const before = behind.slice(behind.lastIndexOf("\n") + 1);
    const indent = far > 0 && before.length === behind.length ? "" : /^[\t ]*/.exec(before)?.[0] ?? "";
    // What stands before the value on its line counts for the width; anything that is no bracket does.
    return indent + "_".repeat(before.length - indent.length) +
      text.slice(member.valueStart, member.valueEnd);
  }

  /** Removes an object at `path` that holds nothing any more. */
  prune(node: string, path: readonly string[], value: JsonObject): this {
    return Object.keys(value).length === 0 ? this.set(node, path, undefined) : this;
  }

  add(name: string, value: JsonObject, text?: string): this {
    this.#added.push({ name, value, ...(text === undefined ? {} : { text }) });
    return this;
  }

  remove(node: string): this {
    this.#removed.add(node);
    return this;
  }

  rename(node: string, name: string): this {
    this.#renamed.set(node, name);
    return this;
  }

  /** Sets what stands at `path` below the scope, which does not lead into `nodes`. */
  setHead(path: readonly (string | number)[], value: Json | undefined): this {
    const [first] = path;
    const list = this.#head.get(String(first)) ?? [];
    list.push({ path, value });
    this.#head.set(String(first), list);
    return this;
  }

  /** The edits of everything that was gathered. */
  edits(): readonly TextEdit[] {
    return atOnce(this.editsInParts());
  }

  /** The same, between whose parts one may rest. */
  *editsInParts(): Parts<readonly TextEdit[]> {
    const { text, scope, style } = this.#ground;
    const edits = [...yield* this.#nodeEdits(), ...this.#headEdits(style)];
    if (this.#added.length === 0) return edits;
    if (this.#removed.size === 0) {
      const added = this.#nodes === undefined
        ? this.#added
        : yield* written(text, this.#nodes, this.#added, style);
      return [...edits, ...additions(text, scope, added, style, this.#nodes)];
    }
    // What goes may be what the new ones would follow: one after the other, and the difference is the edit.
    const between = applyEdits(text, sortedEdits(edits));
    const after = applyEdits(between, sortedEdits(additions(between, scope, this.#added, style)));
    const edit = differenceEdit(text, after);
    return edit === undefined ? [] : [edit];
  }

  *#nodeEdits(): Parts<readonly TextEdit[]> {
    const { text } = this.#ground;
    const span = this.#nodes;
    if (span === undefined) return [];
    const edits: TextEdit[] = [];
    for (const [node, changed] of this.#texts) {
      const member = this.#member(node);
      if (member === undefined || this.#removed.has(node)) continue;
      const before = text.slice(member.valueStart, member.valueEnd);
      const edit = differenceEdit(before, changed.slice(changed.indexOf("{")), member.valueStart);
      if (edit !== undefined) edits.push(edit);
      yield;
    }
    for (const [node, name] of this.#renamed) {
      const member = this.#member(node);
      if (member !== undefined) edits.push(renameMember(member, name));
    }
    return [...edits, ...removeMembers(text, span, this.#removed)];
  }

  #headEdits(style: TextStyle): readonly TextEdit[] {
    if (this.#head.size === 0) return [];
    const { text, scope, graph } = this.#ground;
    const root = graph.spans?.root ?? scopeAt(text, scope);
    if (root === undefined) return [];
    const edits: TextEdit[] = [];
    const missing: NewMember[] = [];
    for (const [name, changes] of this.#head) {
      const member = memberOf(root, name);
      if (member === undefined) {
        let made: Json | undefined;
        for (const { path, value } of changes) made = withValue(made, path.slice(1), value);
        if (made !== undefined) missing.push({ name, value: made });
        continue;
      }
      const start = text.lastIndexOf("\n", member.start) + 1;
      // The member alone in an object of its own, where it stands.
      let piece = `${text.slice(start, member.start).replaceAll(/[^\t ]/g, "_")}{${
        text.slice(member.start, member.valueEnd)
      }}`;
      const open = piece.indexOf("{");
      for (const { path, value } of changes) piece = setAt(piece, open, path, value, style);
      if (name === "board") piece = tidied(piece, open, style);
      const inner = piece.slice(open + 1, piece.lastIndexOf("}"));
      if (inner.trim() === "") edits.push(...removeMembers(text, root, new Set([name])));
      else {
        const edit = differenceEdit(text.slice(member.start, member.valueEnd), inner, member.start);
        if (edit !== undefined) edits.push(edit);
      }
    }
    return [...edits, ...insertMembers(text, root, missing, style, true)];
  }
}

/** Inserts nodes at the end of `nodes`, which is made where it is missing. */
function additions(
  text: string,
  scope: Scope,
  added: readonly NewMember[],
  style: TextStyle,
  span = nodesAt(text, scope),
): readonly TextEdit[] {
  if (span !== undefined) return insertMembers(text, span, added, style, true);
  const root = scopeAt(text, scope);
  if (root === undefined) return [];
  const nodes = Object.fromEntries(added.map(({ name, value }) => [name, value]));
  return insertMembers(text, root, [{ name: "nodes", value: nodes }], style, true);
}

/** Without lists of the board that hold nothing. */
function tidied(piece: string, open: number, style: TextStyle): string {
  const board = (parse(piece.slice(open)) as JsonObject)["board"] as JsonObject | undefined;
  if (board === undefined) return piece;
  let result = piece;
  const isEmpty = (value: Json | undefined) =>
    typeof value === "object" && value !== null && Object.keys(value).length === 0;
  for (const list of ["notes", "groups"]) {
    if (isEmpty(board[list])) result = setAt(result, open, ["board", list], undefined, style);
  }
  const left = (parse(result.slice(open)) as JsonObject)["board"];
  return isEmpty(left) ? setAt(result, open, ["board"], undefined, style) : result;
}

function withValue(
  before: Json | undefined,
  path: readonly (string | number)[],
  value: Json | undefined,
): Json | undefined {
  const [step, ...rest] = path;
  if (step === undefined) return value;
  const object = typeof before === "object" && before !== null && !Array.isArray(before)
    ? before as JsonObject
    : {};
  const inner = withValue(object[step], rest, value);
  const { [String(step)]: _gone, ...others } = object;
  return inner === undefined ? others : { ...object, [step]: inner };
}
