/**
 * Nodes as text and back: what is copied is a small workflow in JSON, so that it can be pasted into another window, another
 * file, or a message, and read by people.
 *
 * @module
 */

import { parse } from "jsonc-parser";
import { isObject, type Json, type JsonObject } from "../../../../core/json.ts";
import { INPUTS, objectOf, OUTPUTS } from "./board_node.ts";
import { type Change, ChangeDraft, type Ground } from "./change.ts";
import type { Point } from "./commands.ts";
import type { Graph } from "./graph.ts";
import { freeName, nameForUse } from "./names.ts";
import type { Parts } from "./parts.ts";
import { renamedBy } from "./reads.ts";

const MARK = "symphony/nodes";

/** Nodes with the connections between them, placed as they are on the board. */
export function copiedNodes(graph: Graph, ids: readonly string[], placeOf: (id: string) => Point): Pasted {
  const nodes: Record<string, Json> = {};
  for (const id of ids) {
    const node = graph.nodes.get(id);
    if (node === undefined || id === INPUTS || id === OUTPUTS) continue;
    const { x, y } = placeOf(id);
    nodes[id] = { ...node.value, position: { x: Math.round(x), y: Math.round(y) } };
  }
  const chosen = new Set(ids);
  const notes = graph.notes.filter(({ id }) => chosen.has(`note:${id}`)).map(({ id: _id, ...note }) => ({
    ...note,
  }));
  return { nodes, notes };
}

/** The same as text. */
export function copiedText(graph: Graph, ids: readonly string[], placeOf: (id: string) => Point): string {
  const { nodes, notes } = copiedNodes(graph, ids, placeOf);
  return JSON.stringify({ kind: MARK, nodes, ...(notes.length === 0 ? {} : { notes }) }, null, 2);
}

export interface Pasted {
  readonly nodes: JsonObject;
  readonly notes: readonly JsonObject[];
}

/** Reads what was copied, or the nodes of any workflow text; undefined for anything else. */
export function pastedNodes(text: string): Pasted | undefined {
  const value = valueIn(text);
  if (!isObject(value) || !isObject(value["nodes"])) return undefined;
  const nodes = Object.entries(value["nodes"]).filter(([, node]) =>
    isObject(node) && typeof node["use"] === "string"
  );
  const notes = Array.isArray(value["notes"]) ? (value["notes"] as readonly Json[]).filter(isObject) : [];
  if (nodes.length === 0 && notes.length === 0) return undefined;
  return { nodes: Object.fromEntries(nodes), notes };
}

function valueIn(text: string): unknown {
  try {
    // What a board has copied is plain JSON, which is read many times as quickly.
    return JSON.parse(text);
  } catch {
    return parse(text, [], { allowTrailingComma: true });
  }
}

/** Adds pasted nodes around `at`, under free names, in parts; what they read from each other follows the names, what was outside is kept. */
export function* paste(ground: Ground, { nodes, notes }: Pasted, at: Point): Parts<Change> {
  const names = freeNames(ground, nodes);
  const places = Object.values(nodes).map((node) => objectOf(objectOf(node)["position"]));
  const least = (values: readonly number[]) => values.reduce((a, b) => Math.min(a, b), Infinity);
  const left = least([
    ...places.map(({ x }) => typeof x === "number" ? x : 0),
    ...notes.map(({ x }) => Number(x ?? 0)),
  ]);
  const top = least([
    ...places.map(({ y }) => typeof y === "number" ? y : 0),
    ...notes.map(({ y }) => Number(y ?? 0)),
  ]);
  const moved = (value: JsonObject) => ({
    x: Math.round(at.x + Number(value["x"] ?? 0) - left),
    y: Math.round(at.y + Number(value["y"] ?? 0) - top),
  });
  const draft = new ChangeDraft(ground);
  const select: string[] = [];
  for (const [id, given] of Object.entries(nodes)) {
    const node = objectOf(given);
    const name = names.get(id) as string;
    draft.add(name, { ...renamedNode(node, names), position: moved(objectOf(node["position"])) });
    select.push(name);
    yield;
  }
  const takenNotes = new Set(ground.graph.notes.map(({ id }) => id));
  for (const note of notes) {
    const id = freeName("note", (name) => takenNotes.has(name));
    takenNotes.add(id);
    const { colour = "yellow", text = "", width = 220, height = 110 } = note;
    draft.setHead(["board", "notes", id], { text, ...moved(note), width, height, colour });
    select.push(`note:${id}`);
  }
  return {
    label: select.length === 1 ? `Paste ${select[0]}` : `Paste ${select.length} nodes`,
    edits: yield* draft.editsInParts(),
    select,
  };
}

/** A free name for each node that comes. Of thousands with like names each begins where the one before it ended. */
function freeNames(ground: Ground, nodes: JsonObject): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  const given = new Set<string>();
  const isTaken = (name: string) => given.has(name) || ground.graph.nodes.has(name);
  const next = new Map<string, number>();
  for (const [id, node] of Object.entries(nodes)) {
    const wish = isTaken(id) ? id.replace(/\d+$/, "") || nameForUse(String(objectOf(node)["use"])) : id;
    const name = freeName(wish, isTaken, next);
    names.set(id, name);
    given.add(name);
  }
  return names;
}

/** The node with other nodes' names changed wherever it reads them. */
export function renamedNode(node: JsonObject, names: ReadonlyMap<string, string>): JsonObject {
  const rename = (text: string) => renamedBy(text, (name) => names.get(name));
  const mapped = (value: Json | undefined): Json | undefined =>
    typeof value === "string" ? rename(value) : value;
  const changed: Record<string, Json> = { ...node };
  for (const field of ["when", "each"]) {
    if (typeof node[field] === "string") changed[field] = rename(node[field]);
  }
  if (isObject(node["in"])) {
    changed["in"] = Object.fromEntries(
      Object.entries(node["in"]).map(([port, value]) => [port, mapped(value) as Json]),
    );
  }
  const cases = node["cases"];
  if (isObject(cases)) {
    changed["cases"] = Object.fromEntries(
      Object.entries(cases).map(([port, value]) => [port, mapped(value) as Json]),
    );
  } else if (Array.isArray(cases)) {
    changed["cases"] = cases.map((one) =>
      isObject(one) ? { ...one, when: mapped(one["when"]) as Json } : one as Json
    );
  }
  const after = node["after"];
  const order = (text: Json): Json => {
    if (typeof text !== "string") return text;
    const [root = "", ...rest] = text.split(".");
    return [names.get(root) ?? root, ...rest].join(".");
  };
  if (typeof after === "string") changed["after"] = order(after);
  else if (Array.isArray(after)) changed["after"] = after.map((one) => order(one as Json));
  return changed;
}
