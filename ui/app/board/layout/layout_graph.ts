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

export interface LayoutRequest {
  readonly nodes: readonly LayoutNode[];
  readonly edges: readonly (readonly [string, string])[];
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
  const between = edges.flatMap(([from, to]): (readonly [string, string])[] => {
    const [a, b] = [ownerOf(from), ownerOf(to)];
    return a === b ? [] : [[a, b]];
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

function flat(nodes: readonly LayoutNode[], edges: readonly (readonly [string, string])[]) {
  const indexOf = new Map(nodes.map(({ id }, index) => [id, index]));
  const from: number[] = [];
  const to: number[] = [];
  for (const [a, b] of edges) {
    const [source, target] = [indexOf.get(a), indexOf.get(b)];
    if (source === undefined || target === undefined || source === target) continue;
    from.push(source);
    to.push(target);
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
      ...(isKnown ? { previousY: Float64Array.from(nodes, (node) => node.y ?? 0) } : {}),
    },
  );
  const places: Places = nodes.map(({ id }, index) =>
    [id, Math.round(x[index]!), Math.round(y[index]!)] as const
  );
  return { places, width, height };
}
