/**
 * What can be done to a workflow on the board, each as one change of its text.
 *
 * @module
 */

import type { Json, JsonObject } from "../../../../core/json.ts";
import { INPUTS, objectOf, OUTPUTS } from "./board_node.ts";
import { type Change, ChangeDraft, type Ground } from "./change.ts";
import type { BoardEdge, BoardGroup } from "./graph.ts";
import { freeName } from "./names.ts";
import type { Parts } from "./parts.ts";
import { renamedIn } from "./reads.ts";

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Adds a node. */
export function addNode(
  ground: Ground,
  wish: string,
  value: JsonObject,
  at: Point,
): Change & { readonly id: string } {
  const id = freeName(wish, (name) => ground.graph.nodes.has(name));
  const placed = { ...value, position: rounded(at) };
  const edits = new ChangeDraft(ground).add(id, placed).edits();
  return { id, label: `Add ${id}`, edits, select: [id] };
}

/** Moves nodes to where they shall stand; one step of undo for all. */
export function moveNodes(
  ground: Ground,
  places: ReadonlyMap<string, Point>,
  label?: string,
  join?: string,
): Change {
  const draft = new ChangeDraft(ground);
  for (const [id, at] of places) {
    if (id === INPUTS) draft.setHead(["board", "inputs"], rounded(at));
    else if (id === OUTPUTS) draft.setHead(["board", "outputs"], rounded(at));
    else if (ground.graph.nodes.has(id)) draft.set(id, ["position"], rounded(at));
    else if (id.startsWith("note:")) {
      draft.setHead(["board", "notes", id.slice(5), "x"], Math.round(at.x));
      draft.setHead(["board", "notes", id.slice(5), "y"], Math.round(at.y));
    }
  }
  const named = places.size === 1 ? [...places.keys()][0] : `${places.size} nodes`;
  return { label: label ?? `Move ${named}`, edits: draft.edits(), ...(join === undefined ? {} : { join }) };
}

function rounded({ x, y }: Point): { readonly x: number; readonly y: number } {
  return { x: Math.round(x), y: Math.round(y) };
}

/**
 * Removes nodes and notes with the connections that only name them, in parts; what uses them in larger expressions is left, and red.
 */
export function* removeNodes(ground: Ground, ids: readonly string[], reconnect = false): Parts<Change> {
  const gone = new Set(ids);
  const draft = new ChangeDraft(ground);
  const { nodes, edges } = ground.graph;
  for (const id of ids) {
    if (id.startsWith("note:")) draft.setHead(["board", "notes", id.slice(5)], undefined);
    else if (nodes.has(id) && id !== INPUTS && id !== OUTPUTS) draft.remove(id);
  }
  for (const edge of edges) {
    if (!gone.has(edge.from) || gone.has(edge.to)) continue;
    const through = reconnect ? bridge(edges, edge.from, gone) : undefined;
    if (through !== undefined && edge.kind === "data" && edge.isPlain && edge.to !== OUTPUTS) {
      draft.set(edge.to, edge.path, through);
    } else detach(draft, ground, edge);
    yield;
  }
  for (const group of ground.graph.groups) {
    const left = group.nodes.filter((id) => !gone.has(id));
    if (left.length === group.nodes.length) continue;
    const value = left.length === 0 ? undefined : groupValue(group, left);
    draft.setHead(["board", "groups", group.id], value);
  }
  const label = ids.length === 1
    ? `Remove ${ids[0]?.replace(/^note:.*/, "note")}`
    : `Remove ${ids.length} nodes`;
  const edits = yield* draft.editsInParts();
  return { label: reconnect ? `${label} and reconnect` : label, edits, select: [] };
}

/** What the node in between reads, where that is one plain thing from outside. */
function bridge(edges: readonly BoardEdge[], node: string, gone: ReadonlySet<string>): string | undefined {
  const into = edges.filter((edge) =>
    edge.to === node && edge.kind === "data" && edge.isPlain && !gone.has(edge.from)
  );
  return into.length === 1 ? into[0]?.text : undefined;
}

/** Takes one connection away. */
export function disconnect(ground: Ground, edges: readonly BoardEdge[]): Change {
  const draft = new ChangeDraft(ground);
  for (const edge of edges) detach(draft, ground, edge);
  const [one] = edges;
  const label = edges.length === 1 && one !== undefined
    ? `Disconnect ${one.to}`
    : `Remove ${edges.length} connections`;
  return { label, edits: draft.edits() };
}

function detach(draft: ChangeDraft, ground: Ground, edge: BoardEdge): void {
  if (edge.to === OUTPUTS) {
    if (edge.isPlain) draft.setHead(["outputs", edge.toPort], undefined);
    return;
  }
  if (!edge.isPlain) return;
  const value = ground.graph.nodes.get(edge.to)?.value ?? {};
  if (edge.kind === "after") {
    const after = value["after"];
    const left = Array.isArray(after) ? (after as readonly Json[]).filter((one) => one !== edge.text) : [];
    draft.set(edge.to, ["after"], left.length === 0 ? undefined : left);
  } else if (edge.kind === "data" || edge.kind === "each") {
    draft.set(edge.to, edge.path, undefined);
    if (edge.kind === "data" && Object.keys(objectOf(value["in"])).length === 1) {
      draft.set(edge.to, ["in"], undefined);
    }
  }
}

export interface Connection {
  readonly from: string;
  /** Empty for the node as a whole: order only. */
  readonly fromPort: string;
  readonly to: string;
  /** Empty for order only; `each` for a fan-out. */
  readonly toPort: string;
  readonly kind: "data" | "after" | "each";
}

/** Connects; what was bound to the port before gives way. */
export function connect(ground: Ground, connection: Connection): Change {
  const { from, fromPort, to, toPort, kind } = connection;
  const draft = new ChangeDraft(ground);
  const source = from === INPUTS ? `inputs.${fromPort}` : fromPort === "" ? from : `${from}.${fromPort}`;
  const value = ground.graph.nodes.get(to)?.value ?? {};
  if (to === OUTPUTS) draft.setHead(["outputs", toPort], source);
  else if (kind === "after") {
    const after = value["after"];
    const list = typeof after === "string" ? [after] : Array.isArray(after) ? after as readonly Json[] : [];
    if (!list.includes(source)) draft.set(to, ["after"], [...list, source]);
  } else if (kind === "each") draft.set(to, ["each"], source);
  else {
    draft.set(to, ["in", toPort], source);
    const constants = objectOf(value["with"]);
    if (Object.hasOwn(constants, toPort)) {
      draft.set(to, ["with", toPort], undefined);
      if (Object.keys(constants).length === 1) draft.set(to, ["with"], undefined);
    }
  }
  return {
    label: `Connect ${from === INPUTS ? "inputs" : from} to ${to === OUTPUTS ? "outputs" : to}`,
    edits: draft.edits(),
  };
}

/** Calls the target once for each item of a list, which goes to the named port. */
export function connectItems(
  ground: Ground,
  { from, fromPort, to, toPort }: Omit<Connection, "kind">,
): Change {
  const source = from === INPUTS ? `inputs.${fromPort}` : `${from}.${fromPort}`;
  const draft = new ChangeDraft(ground).set(to, ["each"], source).set(to, ["in", toPort], "item");
  return { label: `Call ${to} once for each of ${source}`, edits: draft.edits() };
}

/** Sets a field of a node. Typing is one step. */
export function setField(
  ground: Ground,
  id: string,
  path: readonly (string | number)[],
  value: Json | undefined,
): Change {
  const draft = new ChangeDraft(ground).set(id, path, value);
  const [field, port] = path;
  if (value === undefined && path.length === 2 && (field === "in" || field === "with")) {
    const left = Object.keys(objectOf(ground.graph.nodes.get(id)?.value[field])).filter((name) =>
      name !== port
    );
    if (left.length === 0) draft.set(id, [field], undefined);
  }
  return {
    label: `Change ${path.join(".")} of ${id}`,
    edits: draft.edits(),
    join: `field:${id}:${path.join(".")}`,
  };
}

/** Disables nodes, or enables them; one step of undo for all. */
export function disableNodes(ground: Ground, ids: readonly string[], isDisabled: boolean): Change {
  const draft = new ChangeDraft(ground);
  for (const id of ids) draft.set(id, ["disabled"], isDisabled ? true : undefined);
  const what = ids.length === 1 ? ids[0] : `${ids.length} nodes`;
  return { label: `${isDisabled ? "Disable" : "Enable"} ${what}`, edits: draft.edits() };
}

/** Binds a port to an expression or a constant: what was there in the other form gives way. */
export function bindPort(
  ground: Ground,
  id: string,
  port: string,
  form: "in" | "with",
  value: Json | undefined,
): Change {
  const other = form === "in" ? "with" : "in";
  const node = ground.graph.nodes.get(id)?.value ?? {};
  const draft = new ChangeDraft(ground).set(id, [form, port], value);
  for (const field of [other, ...(value === undefined ? [form] : [])] as const) {
    const names = Object.keys(objectOf(node[field]));
    if (!names.includes(port)) continue;
    draft.set(id, [field, port], undefined);
    if (names.length === 1) draft.set(id, [field], undefined);
  }
  return { label: `Change ${port} of ${id}`, edits: draft.edits(), join: `port:${id}:${port}:${form}` };
}

/** Gives a node another name, wherever it is used. */
export function renameNode(ground: Ground, id: string, name: string): Change {
  const draft = new ChangeDraft(ground).rename(id, name);
  for (const node of ground.graph.nodes.values()) {
    for (const { path, root, text, kind } of node.reads) {
      if (root !== id) continue;
      const changed = kind === "after" ? text.replace(/^[^.]+/, name) : renamedIn(text, id, name);
      if (node.id === OUTPUTS) draft.setHead(["outputs", ...path], changed);
      else draft.set(node.id, path, changed);
    }
  }
  for (const group of ground.graph.groups) {
    if (!group.nodes.includes(id)) continue;
    const nodes = group.nodes.map((one) => one === id ? name : one);
    draft.setHead(["board", "groups", group.id], groupValue(group, nodes));
  }
  return { label: `Rename ${id} to ${name}`, edits: draft.edits(), select: [name] };
}

/** Sets a field of the workflow itself: its name, an input, an output. */
export function setHead(ground: Ground, path: readonly (string | number)[], value: Json | undefined): Change {
  const edits = new ChangeDraft(ground).setHead(path, value).edits();
  return { label: `Change ${path.join(".")}`, edits, join: `head:${path.join(".")}` };
}

export function addNote(ground: Ground, at: Point, text = ""): Change & { readonly id: string } {
  const id = freeName("note", (name) => ground.graph.notes.some((note) => note.id === name));
  const note = { text, ...rounded(at), width: 220, height: 110, colour: "yellow" };
  const edits = new ChangeDraft(ground).setHead(["board", "notes", id], note).edits();
  return { id, label: "Add a note", edits, select: [`note:${id}`] };
}

export function setNote(ground: Ground, id: string, fields: JsonObject): Change {
  const draft = new ChangeDraft(ground);
  for (const [name, value] of Object.entries(fields)) draft.setHead(["board", "notes", id, name], value);
  return { label: "Change the note", edits: draft.edits(), join: `note:${id}:${Object.keys(fields).join()}` };
}

/** Puts a frame around nodes; they leave the groups they were in. */
export function groupNodes(
  ground: Ground,
  ids: readonly string[],
  title = "Group",
): Change & { readonly id: string } {
  const members = ids.filter((id) => ground.graph.nodes.has(id) && id !== INPUTS && id !== OUTPUTS);
  const draft = new ChangeDraft(ground);
  for (const group of ground.graph.groups) {
    const left = group.nodes.filter((one) => !members.includes(one));
    if (left.length === group.nodes.length) continue;
    draft.setHead(
      ["board", "groups", group.id],
      left.length === 0 ? undefined : groupValue(group, left),
    );
  }
  const id = freeName("group", (name) => ground.graph.groups.some((group) => group.id === name));
  draft.setHead(["board", "groups", id], groupValue({ title, colour: "blue", isFolded: false }, members));
  return { id, label: "Group", edits: draft.edits() };
}

export function ungroup(ground: Ground, id: string): Change {
  return {
    label: "Ungroup",
    edits: new ChangeDraft(ground).setHead(["board", "groups", id], undefined).edits(),
  };
}

export function setGroup(ground: Ground, id: string, fields: JsonObject): Change {
  const draft = new ChangeDraft(ground);
  for (const [name, value] of Object.entries(fields)) draft.setHead(["board", "groups", id, name], value);
  return { label: "Change the group", edits: draft.edits(), join: `group:${id}` };
}

/** Folds groups into boxes, or shows their members again; one step of undo. */
export function foldGroups(ground: Ground, ids: readonly string[], isFolded: boolean): Change {
  const draft = new ChangeDraft(ground);
  for (const id of ids) draft.setHead(["board", "groups", id, "folded"], isFolded ? true : undefined);
  const [only] = ids;
  const title = ground.graph.groups.find((group) => group.id === only)?.title;
  const what = ids.length === 1 ? `group ${title ?? only}` : `${ids.length} groups`;
  return { label: `${isFolded ? "Fold" : "Unfold"} ${what}`, edits: draft.edits() };
}

function groupValue(
  { title, colour, isFolded }: Pick<BoardGroup, "title" | "colour" | "isFolded">,
  nodes: readonly string[],
): JsonObject {
  return { title, nodes, colour, ...isFolded ? { folded: true } : {} };
}
