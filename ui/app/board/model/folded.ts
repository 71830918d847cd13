/**
 * Groups that are shown as one box: the graph as it is then seen. Members are left out, a box stands in their place, what went
 * to or from them goes to or from the box, and what runs between the same two ends is one bundle. Nothing of the file is another.
 * Pure.
 *
 * Invariants: F1 without a folded group the graph is the one that was given, the same object. F2 every edge of the file is shown
 * as itself, in exactly one bundle, or lies within one box. F3 boxes and bundles that are as before are the same objects.
 *
 * @module
 */

import type { BoardNode } from "./board_node.ts";
import type { BoardEdge, BoardGroup, Graph } from "./graph.ts";

const MARK = "group:";

/** How the box of a group is named where nodes are named. No node is: their names hold no colon. */
export function boxOf(group: string): string {
  return `${MARK}${group}`;
}

/** The group whose box this is; undefined for anything else. */
export function groupOfBox(id: string): string | undefined {
  return id.startsWith(MARK) ? id.slice(MARK.length) : undefined;
}

export interface FoldedView {
  readonly source: Graph;
  /** What is shown. */
  readonly graph: Graph;
  /** The boxes by id, with their members. */
  readonly boxes: ReadonlyMap<string, BoardGroup>;
}

/** The graph as seen with these groups folded. */
export function foldedView(
  source: Graph,
  isFolded: (group: BoardGroup) => boolean,
  before?: FoldedView,
): FoldedView {
  const boxes = new Map<string, BoardGroup>();
  const hidden = new Map<string, string>();
  for (const group of source.groups) {
    if (!isFolded(group)) continue;
    // Who stands in two groups is in the first.
    const members = group.nodes.filter((id) => !hidden.has(id));
    if (members.length === 0) continue;
    const box = boxOf(group.id);
    boxes.set(box, members.length === group.nodes.length ? group : { ...group, nodes: members });
    for (const member of members) hidden.set(member, box);
  }
  if (boxes.size === 0) return { source, graph: source, boxes };
  const isAsBefore = before !== undefined && before.source.groups === source.groups &&
    before.boxes.size === boxes.size && [...boxes.keys()].every((box) => before.boxes.has(box));
  const nodes = new Map<string, BoardNode>();
  for (const node of source.nodes.values()) {
    const box = hidden.get(node.id);
    if (box === undefined) nodes.set(node.id, node);
    else if (!nodes.has(box)) {
      nodes.set(box, boxNode(box, boxes.get(box) as BoardGroup, source, isAsBefore ? before : undefined));
    }
  }
  const keeps = isAsBefore && before.source.edges === source.edges;
  return {
    source,
    boxes,
    graph: {
      ...source,
      nodes,
      edges: keeps ? before.graph.edges : bundled(source.edges, hidden),
      groups: isAsBefore ? before.graph.groups : source.groups.filter(({ id }) => !boxes.has(boxOf(id))),
      hidden: isAsBefore && before.graph.hidden !== undefined ? before.graph.hidden : hidden,
    },
  };
}

/** The box as a node; the same object while its members are. */
function boxNode(id: string, group: BoardGroup, source: Graph, before: FoldedView | undefined): BoardNode {
  const isSame = before !== undefined &&
    group.nodes.every((member) => before.source.nodes.get(member) === source.nodes.get(member));
  const kept = isSame ? before.graph.nodes.get(id) : undefined;
  return kept ?? {
    id,
    text: "",
    value: {},
    use: "",
    group: "folded",
    title: group.title === "" ? "Group" : group.title,
    inputs: [],
    outputs: [],
    isOpen: false,
    effect: "none",
    isDisabled: false,
    reads: [],
  };
}

function bundled(edges: readonly BoardEdge[], hidden: ReadonlyMap<string, string>): readonly BoardEdge[] {
  const bundles = new Map<string, BoardEdge[]>();
  const shown: (BoardEdge | string)[] = [];
  for (const edge of edges) {
    const [from, to] = [hidden.get(edge.from), hidden.get(edge.to)];
    if (from === undefined && to === undefined) {
      shown.push(edge);
      continue;
    }
    if (from === to) continue;
    const start = from ?? `${edge.from}.${edge.fromPort}`;
    const end = to ?? `${edge.to}.${edge.toPort}.${edge.kind}`;
    const id = `bundle:${start}>${end}`;
    const list = bundles.get(id);
    if (list !== undefined) list.push(edge);
    else {
      bundles.set(id, [edge]);
      shown.push(id);
    }
  }
  return shown.map((one) => {
    if (typeof one !== "string") return one;
    const list = bundles.get(one) as BoardEdge[];
    const [first] = list as [BoardEdge];
    const [from, to] = [hidden.get(first.from), hidden.get(first.to)];
    const ends = {
      from: from ?? first.from,
      fromPort: from === undefined ? first.fromPort : "",
      to: to ?? first.to,
      toPort: to === undefined ? first.toPort : "",
      bundle: list,
    };
    // One alone stays itself: it is chosen, looked into and taken away as anywhere.
    if (list.length === 1) return { ...first, ...ends };
    const isOrder = list.every(({ kind }) => kind !== "data" && kind !== "each");
    return {
      ...ends,
      id: one,
      kind: isOrder ? "after" as const : "data" as const,
      path: [],
      isPlain: false,
      text: `${list.length} connections`,
    };
  });
}

/** From what is worst to what is best; what a box shows is the first that one of its members has. */
const byUrgency = [
  "failed",
  "waiting-for-input",
  "held",
  "waiting",
  "retrying",
  "running",
  "queued",
  "pending",
  "cancelled",
  "completed",
  "skipped",
  "left-out",
];
const settled: ReadonlySet<string> = new Set(["completed", "failed", "skipped", "left-out", "cancelled"]);

/** The state of a box from its members' states; undefined where no run is shown. */
export function boxState(
  states: readonly (string | undefined)[],
): { readonly state: string; readonly done: number; readonly total: number } | undefined {
  const known = states.filter((state) => state !== undefined);
  if (known.length === 0) return undefined;
  const rank = (state: string) => (byUrgency.indexOf(state) + byUrgency.length + 1) % (byUrgency.length + 1);
  const state = known.reduce((worst, one) => rank(one) < rank(worst) ? one : worst);
  return { state, done: known.filter((one) => settled.has(one)).length, total: states.length };
}

/** The set with a box for each whose members are all in it; the set itself where there is none. */
export function withBoxes(
  ids: ReadonlySet<string>,
  boxes: ReadonlyMap<string, BoardGroup>,
): ReadonlySet<string> {
  const full = [...boxes].filter(([, { nodes }]) => nodes.every((id) => ids.has(id))).map(([box]) => box);
  return full.length === 0 ? ids : new Set([...ids, ...full]);
}
