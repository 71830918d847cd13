/**
 * The layout of a board: nodes with their sizes and edges by name; groups are laid out by themselves and then stand as one
 * box, so that a frame holds its members and nobody else.
 *
 * @module
 */

import { layeredLayout } from "./layered.ts";

export interface LayoutNode {
  readonly id: string;
  readonly width: number;
  readonly height: number;
  /** Where it stands now. */
  readonly y?: number;
}

/** From, to, and how far below the nodes' tops the edge begins and ends, where that is known. */
export type LayoutEdge = readonly [
  from: string,
  to: string,
  fromY?: number | undefined,
  toY?: number | undefined,
];

export interface LayoutRequest {
  readonly nodes: readonly LayoutNode[];
  readonly edges: readonly LayoutEdge[];
  readonly groups: readonly { readonly id: string; readonly nodes: readonly string[] }[];
}

export type Places = readonly (readonly [string, number, number])[];

export const GAP_X = 88;
export const GAP_Y = 28;
/** Room between a group's frame and its members; the title stands above. */
export const GROUP_PADDING = 18;
export const GROUP_TITLE = 26;

/** Places of all nodes: id, left, top. */
export function layoutGraph({ nodes, edges, groups }: LayoutRequest): Places {
  const groupOf = new Map<string, string>();
  for (const { id, nodes: members } of groups) for (const node of members) groupOf.set(node, id);
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const inner = new Map<string, { readonly places: Places; readonly box: LayoutNode }>();
  for (const { id } of groups) {
    const members = nodes.filter((node) => groupOf.get(node.id) === id);
    if (members.length === 0) continue;
    const own = edges.filter(([from, to]) => groupOf.get(from) === id && groupOf.get(to) === id);
    const placed = flat(members, own);
    const y = members.reduce((sum, node) => sum + (node.y ?? 0), 0) / members.length;
    const box = {
      id: `group:${id}`,
      width: placed.width + 2 * GROUP_PADDING,
      height: placed.height + 2 * GROUP_PADDING + GROUP_TITLE,
      y,
    };
    inner.set(id, { places: placed.places, box });
  }
  const outer = [
    ...nodes.filter(({ id }) => !groupOf.has(id) || !inner.has(groupOf.get(id) as string)),
    ...[...inner.values()].map(({ box }) => box),
  ];
  const ownerOf = (id: string) => {
    const group = groupOf.get(id);
    return group !== undefined && inner.has(group) ? `group:${group}` : id;
  };
  const tops = new Map(
    [...inner.values()].flatMap(({ places }) =>
      places.map(([id, , top]) => [id, top + GROUP_PADDING + GROUP_TITLE])
    ),
  );
  const inBox = (id: string, y: number | undefined) => y === undefined ? y : y + (tops.get(id) ?? 0);
  const between = edges.flatMap(([from, to, fromY, toY]): LayoutEdge[] => {
    const [a, b] = [ownerOf(from), ownerOf(to)];
    return a === b ? [] : [[a, b, inBox(from, fromY), inBox(to, toY)]];
  });
  const { places } = flat(outer, between);
  return places.flatMap(([id, x, y]): Places => {
    if (byId.has(id)) return [[id, x, y]];
    const group = inner.get(id.slice("group:".length));
    return (group?.places ?? []).map(([node, left, top]) =>
      [node, x + GROUP_PADDING + left, y + GROUP_PADDING + GROUP_TITLE + top] as const
    );
  });
}

function flat(nodes: readonly LayoutNode[], edges: readonly LayoutEdge[]) {
  const indexOf = new Map(nodes.map(({ id }, index) => [id, index]));
  const from: number[] = [];
  const to: number[] = [];
  const ports: { readonly from: number[]; readonly to: number[] } = { from: [], to: [] };
  const below = (node: number, y: number | undefined) => y === undefined ? 0 : y - nodes[node]!.height / 2;
  for (const [a, b, fromY, toY] of edges) {
    const [source, target] = [indexOf.get(a), indexOf.get(b)];
    if (source === undefined || target === undefined || source === target) continue;
    from.push(source);
    to.push(target);
    ports.from.push(below(source, fromY));
    ports.to.push(below(target, toY));
  }
  const isKnown = nodes.length > 0 && nodes.every(({ y }) => y !== undefined);
  const { x, y, width, height } = layeredLayout(
    nodes.map((node) => node.width),
    nodes.map((node) => node.height),
    from,
    to,
    {
      gapX: GAP_X,
      gapY: GAP_Y,
      ports,
      ...(isKnown ? { previousY: Float64Array.from(nodes, (node) => node.y ?? 0) } : {}),
    },
  );
  const places: Places = nodes.map(({ id }, index) =>
    [id, Math.round(x[index]!), Math.round(y[index]!)] as const
  );
  return { places, width, height };
}
