/**
 * The graph of a workflow's text, as the board shows it: nodes, edges, inputs, outputs, notes and groups of one scope (the
 * file itself, or the body of a loop in it). Nodes whose text is as it was are taken over from the graph before.
 *
 * @module
 */

import { parse, type ParseError } from "jsonc-parser";
import { isObject, type Json, type JsonObject, type JsonSchema } from "../../../../core/json.ts";
import type { Catalog } from "../../../../core/workflow/catalog.ts";
import { type BoardNode, boardNode, type BoardPort, INPUTS, objectOf, OUTPUTS } from "./board_node.ts";
import {
  type Member,
  memberOf,
  MemberWalk,
  objectAt,
  objectBelow,
  type ObjectSpan,
  rootOffset,
} from "./jsonc_members.ts";
import { atOnce, type Parts } from "./parts.ts";
import { type ReadKind, referencesOf } from "./reads.ts";
import type { TextEdit } from "./text_edit.ts";

/** Where the graph stands in the file: empty for the file itself, `nodes, LOOP, body` for the body of a loop. */
export type Scope = readonly string[];

export interface BoardEdge {
  readonly id: string;
  readonly from: string;
  /** Empty for the node as a whole. */
  readonly fromPort: string;
  readonly to: string;
  /** Empty for `when`, `each` and `after`. */
  readonly toPort: string;
  readonly kind: ReadKind;
  /** Where the binding stands, below the target node. */
  readonly path: readonly (string | number)[];
  readonly isPlain: boolean;
  /** The expression. */
  readonly text: string;
  /** The connections of the file that this one stands for, where an end is the box of a folded group. */
  readonly bundle?: readonly BoardEdge[];
}

export interface BoardNote {
  readonly id: string;
  readonly text: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly colour: string;
}

export interface BoardGroup {
  readonly id: string;
  readonly title: string;
  readonly nodes: readonly string[];
  readonly colour: string;
  /** The file says that it is shown as one box. */
  readonly isFolded: boolean;
}

export interface Graph {
  /** Those of the file, in its order, then the two for the workflow's inputs and outputs. */
  readonly nodes: ReadonlyMap<string, BoardNode>;
  readonly edges: readonly BoardEdge[];
  readonly notes: readonly BoardNote[];
  readonly groups: readonly BoardGroup[];
  /** The fields of the workflow besides nodes: `inputs`, `outputs`, `board`, `name`, … */
  readonly head: JsonObject;
  /** Nodes of the file that are not shown, each with the box that stands for it. */
  readonly hidden?: ReadonlyMap<string, string>;
  /** Where the scope and its nodes stand in the text. */
  readonly spans?: GraphSpans;
  /** Why the text cannot be shown. */
  readonly fault?: string;
}

export interface GraphSpans {
  readonly root: ObjectSpan;
  readonly nodes: ObjectSpan | undefined;
}

/** The graph of nothing. */
export const empty: Graph = { nodes: new Map(), edges: [], notes: [], groups: [], head: {} };

/** Reads the graph. Never throws: what cannot be read is told in `fault`. */
export function readGraph(text: string, scope: Scope, catalog: Catalog, before?: Graph): Graph {
  return atOnce(graphInParts(text, scope, catalog, before));
}

/**
 * The same, between whose parts one may rest, so that a large file holds nobody up: each is one node, or something as small. Nodes
 * of `before` whose text is as it was are taken over.
 */
export function* graphInParts(
  text: string,
  scope: Scope,
  catalog: Catalog,
  before?: Graph,
): Parts<Graph> {
  try {
    const root = openScope(text, scope);
    if (root === undefined) return { ...empty, fault: `There is no ${scope.join(".")} in the file` };
    const nodes = new Map<string, BoardNode>();
    const head: Record<string, Json> = {};
    const members: Member[] = [];
    let nodesSpan: ObjectSpan | undefined;
    const walk = new MemberWalk(text, root);
    while (walk.enter()) {
      const { name, valueStart } = walk;
      if (name !== "nodes" || text[valueStart] !== "{") {
        const member = walk.leave();
        members.push(member);
        head[name] = valueOf(text.slice(valueStart, member.valueEnd));
        continue;
      }
      const inner: Member[] = [];
      const within = new MemberWalk(text, valueStart);
      while (within.enter()) {
        const member = within.leave();
        inner.push(member);
        const made = nodeAt(text, member, catalog, before);
        nodes.set(made.id, made);
        if (!madeEdges.has(made)) madeEdges.set(made, edgesInto(made));
        yield;
      }
      nodesSpan = { open: valueStart, close: within.at, members: inner };
      members.push(walk.leave(within.at + 1));
    }
    yield;
    return wholeGraph(
      nodes,
      head,
      { root: { open: root, close: walk.at, members }, nodes: nodesSpan },
      before,
    );
  } catch (error) {
    return { ...empty, fault: error instanceof Error ? error.message : String(error) };
  }
}

/** Where the object of the scope opens; undefined where there is none. @throws SyntaxError */
function openScope(text: string, scope: Scope): number | undefined {
  return scope.length === 0 ? rootOffset(text) : scopeAt(text, scope)?.open;
}

function nodeAt(
  text: string,
  { name, valueStart, valueEnd }: Member,
  catalog: Catalog,
  before?: Graph,
): BoardNode {
  const slice = text.slice(valueStart, valueEnd);
  const known = before?.nodes.get(name);
  return known?.text === slice ? known : boardNode(name, slice, objectOf(valueOf(slice)), catalog);
}

function wholeGraph(
  nodes: Map<string, BoardNode>,
  head: JsonObject,
  spans: GraphSpans,
  before?: Graph,
): Graph {
  addEnds(nodes, head, before);
  const board = objectOf(head["board"]);
  return {
    nodes,
    edges: edgesOf(nodes),
    notes: notesOf(board),
    groups: groupsOf(board, nodes),
    head,
    spans,
  };
}

/**
 * The graph after edits that lie inside values of nodes: only those nodes are read again, all places behind are moved. Undefined
 * where an edit touches anything else; then the text has to be read as a whole. `text` is the text after the edits.
 *
 * The places of members move where they are, as ten thousand new ones for each letter would have to be made and swept up: the
 * spans of `before` are not to be used any more.
 */
export function editedGraph(
  before: Graph,
  text: string,
  edits: readonly TextEdit[],
  catalog: Catalog,
): Graph | undefined {
  const { spans } = before;
  if (spans?.nodes === undefined || edits.length === 0) return undefined;
  const { members } = spans.nodes;
  const changed = membersEdited(members, edits);
  if (changed === undefined) return undefined;
  const shift = shiftMembers(members, edits, changed[0] as number);
  const nodes = new Map(before.nodes);
  let hasOtherEdges = false;
  for (const index of changed) {
    const { name, valueStart, valueEnd } = members[index] as Member;
    const slice = text.slice(valueStart, valueEnd);
    const node = boardNode(name, slice, objectOf(valueOf(slice)), catalog);
    const known = before.nodes.get(name);
    nodes.set(name, node);
    if (known !== undefined && sameReads(known, node)) {
      madeEdges.set(node, madeEdges.get(known) ?? edgesInto(known));
    } else hasOtherEdges = true;
  }
  const nodesStart = spans.nodes.open;
  const moved = (offset: number) => offset > nodesStart ? offset + shift : offset;
  const root: ObjectSpan = {
    open: spans.root.open,
    close: moved(spans.root.close),
    members: spans.root.members.map((member) => ({
      name: member.name,
      start: moved(member.start),
      nameEnd: moved(member.nameEnd),
      valueStart: moved(member.valueStart),
      valueEnd: moved(member.valueEnd),
    })),
  };
  return {
    ...before,
    nodes,
    edges: hasOtherEdges ? edgesOf(nodes) : before.edges,
    spans: { root, nodes: { open: nodesStart, close: spans.nodes.close + shift, members } },
  };
}

/** The indices of the members whose values the edits lie in; undefined where one lies elsewhere. */
function membersEdited(
  members: readonly Member[],
  edits: readonly TextEdit[],
): readonly number[] | undefined {
  const found: number[] = [];
  for (const { offset, length } of edits) {
    let [low, high] = [0, members.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((members[middle] as Member).valueEnd <= offset) low = middle + 1;
      else high = middle;
    }
    const member = members[low];
    if (member === undefined || offset <= member.valueStart || offset + length >= member.valueEnd) {
      return undefined;
    }
    if (found.at(-1) !== low) found.push(low);
  }
  return found;
}

/** Moves the places of the members from `first` on; gives how much longer the text has become. */
function shiftMembers(members: readonly Member[], edits: readonly TextEdit[], first: number): number {
  let shift = 0;
  let next = 0;
  for (let index = first; index < members.length; index++) {
    const member = members[index] as { -readonly [K in keyof Member]: Member[K] };
    const end = member.valueEnd;
    member.start += shift;
    member.nameEnd += shift;
    member.valueStart += shift;
    for (let edit = edits[next]; edit !== undefined && edit.offset < end; edit = edits[++next]) {
      shift += edit.text.length - edit.length;
    }
    member.valueEnd += shift;
  }
  return shift;
}

function sameReads(a: BoardNode, b: BoardNode): boolean {
  return a.reads.length === b.reads.length && a.reads.every((read, index) => {
    const other = b.reads[index];
    return other !== undefined && read.text === other.text && read.port === other.port &&
      read.kind === other.kind &&
      read.root === other.root && read.from === other.from && read.path.join() === other.path.join();
  });
}

/** The object of the scope. @throws SyntaxError */
export function scopeAt(text: string, scope: Scope): ObjectSpan | undefined {
  return objectBelow(text, rootOffset(text), scope);
}

/** The object of `nodes` in the scope, and where its value begins. */
export function nodesAt(text: string, scope: Scope): ObjectSpan | undefined {
  const root = scopeAt(text, scope);
  const member = root === undefined ? undefined : memberOf(root, "nodes");
  return member === undefined || text[member.valueStart] !== "{"
    ? undefined
    : objectAt(text, member.valueStart);
}

function valueOf(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    const errors: ParseError[] = [];
    const value: unknown = parse(text, errors, { allowTrailingComma: true });
    if (errors.length > 0) throw new SyntaxError("The text is not JSON with comments");
    return value as Json;
  }
}

/** The two nodes for the workflow's inputs and outputs. */
function addEnds(nodes: Map<string, BoardNode>, head: JsonObject, before: Graph | undefined): void {
  const inputs = Object.entries(objectOf(head["inputs"]));
  if (inputs.length > 0) {
    const text = JSON.stringify(head["inputs"]);
    const ports = inputs.map(([name, schema]): BoardPort => ({
      name,
      schema: schema as JsonSchema,
      isRequired: isObject(schema) && !Object.hasOwn(schema, "default"),
      isBound: true,
    }));
    keep(nodes, before, endNode(INPUTS, "Inputs", "input", text, [], ports));
  }
  const outputs = Object.entries(objectOf(head["outputs"]));
  if (outputs.length > 0) {
    const text = JSON.stringify(head["outputs"]);
    const ports = outputs.map(([name]): BoardPort => ({
      name,
      schema: true,
      isRequired: true,
      isBound: true,
    }));
    const node = endNode(OUTPUTS, "Outputs", "output", text, ports, []);
    const reads = outputs.flatMap(([port, expression]) => {
      if (typeof expression !== "string") return [];
      const { references, isPlain } = referencesOf(expression);
      return references.map(({ root, port: from }) => ({
        kind: "data" as const,
        port,
        path: [port],
        root,
        from,
        isPlain,
        text: expression,
      }));
    });
    keep(nodes, before, { ...node, reads });
  }
}

function keep(nodes: Map<string, BoardNode>, before: Graph | undefined, node: BoardNode): void {
  const known = before?.nodes.get(node.id);
  nodes.set(node.id, known?.text === node.text ? known : node);
}

function endNode(
  id: string,
  title: string,
  group: "input" | "output",
  text: string,
  inputs: readonly BoardPort[],
  outputs: readonly BoardPort[],
): BoardNode {
  return {
    id,
    text,
    value: {},
    use: "",
    group,
    title,
    inputs,
    outputs,
    isOpen: true,
    effect: "none",
    isDisabled: false,
    reads: [],
  };
}

const madeEdges = new WeakMap<BoardNode, readonly BoardEdge[]>();

function edgesOf(nodes: ReadonlyMap<string, BoardNode>): readonly BoardEdge[] {
  const edges: BoardEdge[] = [];
  for (const node of nodes.values()) {
    let own = madeEdges.get(node);
    if (own === undefined) madeEdges.set(node, own = edgesInto(node));
    for (const edge of own) if (nodes.has(edge.from)) edges.push(edge);
  }
  return edges;
}

function edgesInto(node: BoardNode): readonly BoardEdge[] {
  const seen = new Set<string>();
  const edges: BoardEdge[] = [];
  for (const { kind, port, path, root, from, isPlain, text } of node.reads) {
    const source = root === "inputs" ? INPUTS : root;
    const fromPort = from ?? "";
    const id = `${source}.${fromPort}>${node.id}.${kind === "data" ? port : `:${kind}${port}`}`;
    if (seen.has(id)) continue;
    seen.add(id);
    const toPort = kind === "data" ? port : "";
    edges.push({ id, from: source, fromPort, to: node.id, toPort, kind, path, isPlain, text });
  }
  return edges;
}

function notesOf(board: JsonObject): readonly BoardNote[] {
  return Object.entries(objectOf(board["notes"])).map(([id, given]) => {
    const note = objectOf(given);
    return {
      id,
      text: typeof note["text"] === "string" ? note["text"] : "",
      x: numberOf(note["x"], 0),
      y: numberOf(note["y"], 0),
      width: numberOf(note["width"], 220),
      height: numberOf(note["height"], 120),
      colour: typeof note["colour"] === "string" ? note["colour"] : "yellow",
    };
  });
}

function groupsOf(board: JsonObject, nodes: ReadonlyMap<string, BoardNode>): readonly BoardGroup[] {
  return Object.entries(objectOf(board["groups"])).map(([id, given]) => {
    const group = objectOf(given);
    const members = Array.isArray(group["nodes"]) ? group["nodes"] as readonly Json[] : [];
    return {
      id,
      title: typeof group["title"] === "string" ? group["title"] : "",
      nodes: members.filter((name): name is string => typeof name === "string" && nodes.has(name)),
      colour: typeof group["colour"] === "string" ? group["colour"] : "grey",
      isFolded: group["folded"] === true,
    };
  });
}

function numberOf(value: Json | undefined, fallback: number): number {
  return typeof value === "number" && Number.isFinite(value) ? value : fallback;
}
