/**
 * Finding a leaf by any of the sums that the tree keeps.
 *
 * @module
 */

import type { Leaf, Node } from "./node.ts";

export const LENGTH = 0;
export const BYTES = 1;
export const POINTS = 2;
export const NEWLINES = 3;

/** One of the four sums. */
export type Unit = typeof LENGTH | typeof BYTES | typeof POINTS | typeof NEWLINES;

/** A leaf and what stands before it. */
export class Place {
  readonly leaf: Leaf;
  readonly length: number;
  readonly bytes: number;
  readonly points: number;
  readonly newlines: number;

  constructor(leaf: Leaf, length: number, bytes: number, points: number, newlines: number) {
    this.leaf = leaf;
    this.length = length;
    this.bytes = bytes;
    this.points = points;
    this.newlines = newlines;
  }
}

/** The first leaf with which the sum of `unit` reaches `amount`. */
export function placeIn(root: Node, unit: Unit, amount: number): Place {
  let node = root;
  let left = amount;
  let length = 0;
  let bytes = 0;
  let points = 0;
  let newlines = 0;
  while (node.children !== undefined) {
    const { children } = node;
    const last = children.length - 1;
    let at = 0;
    let child = children[0]!;
    for (let weight = sumOf(child, unit); at < last && weight < left; weight = sumOf(child, unit)) {
      left -= weight;
      length += child.length;
      bytes += child.bytes;
      points += child.points;
      newlines += child.newlines;
      child = children[++at]!;
    }
    node = child;
  }
  return new Place(node, length, bytes, points, newlines);
}

function sumOf(node: Node, unit: Unit): number {
  if (unit === LENGTH) return node.length;
  if (unit === BYTES) return node.bytes;
  return unit === POINTS ? node.points : node.newlines;
}
