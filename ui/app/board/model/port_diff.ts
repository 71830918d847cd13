/** Which ports of a node differ between two versions: there at all, bound at all, bound to something else, of another type. Pure. @module */

import type { Json } from "../../../../core/json.ts";
import { type BoardNode, type BoardPort, objectOf } from "./board_node.ts";
import type { ChangeKind } from "./graph_diff.ts";
import { sameJson } from "./jsonc_edit.ts";

export type PortSide = "input" | "output";

export function portKey(side: PortSide, name: string): string {
  return `${side}:${name}`;
}

/** By `portKey`; a node that is new or gone has no ports that differ. */
export function portChanges(
  before: BoardNode | undefined,
  after: BoardNode | undefined,
): ReadonlyMap<string, ChangeKind> {
  const changes = new Map<string, ChangeKind>();
  if (before === undefined || after === undefined) return changes;
  for (const side of ["input", "output"] as const) {
    const [had, has] = [portsOf(before, side), portsOf(after, side)];
    for (const name of new Set([...had.keys(), ...has.keys()])) {
      const kind = changeOf(
        had.get(name),
        has.get(name),
        side === "input" && {
          before: boundTo(before, name),
          after: boundTo(after, name),
        },
      );
      if (kind !== undefined) changes.set(portKey(side, name), kind);
    }
  }
  return changes;
}

/** A node with the ports of both its versions, those that are gone last. */
export function withBothPorts(before: BoardNode | undefined, after: BoardNode): BoardNode {
  if (before === undefined) return after;
  const both = (had: readonly BoardPort[], has: readonly BoardPort[]) => {
    const names = new Set(has.map(({ name }) => name));
    const gone = had.filter(({ name }) => !names.has(name));
    return gone.length === 0 ? has : [...has, ...gone];
  };
  return {
    ...after,
    inputs: both(before.inputs, after.inputs),
    outputs: both(before.outputs, after.outputs),
  };
}

function portsOf({ inputs, outputs }: BoardNode, side: PortSide): ReadonlyMap<string, BoardPort> {
  return new Map((side === "input" ? inputs : outputs).map((port) => [port.name, port]));
}

function boundTo({ value }: BoardNode, port: string): Json | undefined {
  return objectOf(value["in"])[port] ?? objectOf(value["with"])[port];
}

function changeOf(
  had: BoardPort | undefined,
  has: BoardPort | undefined,
  bound: false | { readonly before: Json | undefined; readonly after: Json | undefined },
): ChangeKind | undefined {
  if (had === undefined) return "added";
  if (has === undefined) return "removed";
  if (bound !== false && !sameJson(bound.before, bound.after)) {
    return bound.before === undefined ? "added" : bound.after === undefined ? "removed" : "changed";
  }
  return sameJson(had.schema as Json, has.schema as Json) ? undefined : "changed";
}
