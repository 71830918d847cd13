/**
 * The tree under a rope: leaves of text, branches that sum their children, all leaves at the same depth.
 *
 * A node never changes once a rope has it. Only `TextBuffer` changes nodes in place, and only those that carry its present owner mark,
 * which no rope has seen.
 *
 * Invariants, checked by `checkNode`:
 * N1. a leaf holds at most `shape.leaf` units and, unless it is the root, at least a quarter of that less one;
 * N2. a branch has at most `shape.branch` children and, unless it is the root, at least a quarter of that;
 * N3. a root branch has at least two children; N4. every sum is the sum; N5. no leaf begins or ends inside a surrogate pair.
 *
 * @module
 */

import { countBytes, countNewlines, countPoints, wellFormed } from "./measure.ts";

/** How large leaves (UTF-16 units) and branches (children) may get. Tests take tiny ones to reach every path. */
export interface Shape {
  readonly leaf: number;
  readonly branch: number;
}

export const DEFAULT_SHAPE: Shape = { leaf: 512, branch: 32 };

/** Marks the nodes that one `TextBuffer` made since its last snapshot and may change; compared by identity. */
export type Owner = object;

export class Leaf {
  readonly children: undefined = undefined;
  readonly height: number = 0;
  text: string;
  length: number;
  bytes: number;
  points: number;
  newlines: number;
  readonly owner: Owner | undefined;

  constructor(text: string, bytes: number, points: number, newlines: number, owner?: Owner) {
    this.text = text;
    this.length = text.length;
    this.bytes = bytes;
    this.points = points;
    this.newlines = newlines;
    this.owner = owner;
  }
}

export class Branch {
  readonly children: Node[];
  readonly height: number;
  length: number;
  bytes: number;
  points: number;
  newlines: number;
  readonly owner: Owner | undefined;

  constructor(children: Node[], owner?: Owner) {
    let length = 0;
    let bytes = 0;
    let points = 0;
    let newlines = 0;
    for (let at = 0; at < children.length; at++) {
      const child = children[at]!;
      length += child.length;
      bytes += child.bytes;
      points += child.points;
      newlines += child.newlines;
    }
    this.children = children;
    this.height = children[0]!.height + 1;
    this.length = length;
    this.bytes = bytes;
    this.points = points;
    this.newlines = newlines;
    this.owner = owner;
  }
}

export type Node = Leaf | Branch;

/** Replacements in ascending order that do not overlap, in offsets of the text they apply to. */
export interface Replacements {
  readonly from: ArrayLike<number>;
  readonly to: ArrayLike<number>;
  readonly insert: readonly string[];
}

export const EMPTY_LEAF = new Leaf("", 0, 0, 0);

function leafOf(text: string): Leaf {
  const { length } = text;
  const bytes = countBytes(text, 0, length);
  const points = bytes === length ? length : countPoints(text, 0, length);
  return new Leaf(text, bytes, points, countNewlines(text, 0, length));
}

/** Cuts `text` into leaves of about `fill` units, never inside a pair; `fill` leaves room for one unit more. */
function leavesOf(text: string, shape: Shape, fill: number): Leaf[] {
  if (text.length <= shape.leaf) return [leafOf(text)];
  const count = Math.ceil(text.length / fill);
  const leaves: Leaf[] = [];
  let start = 0;
  for (let piece = 1; piece <= count; piece++) {
    let end = Math.floor((text.length * piece) / count);
    if (piece < count && (text.charCodeAt(end) & 0xfc00) === 0xdc00) end--;
    if (end <= start) continue;
    leaves.push(leafOf(text.slice(start, end)));
    start = end;
  }
  return leaves;
}

/** Branches of even size over `nodes`, which have one height. */
function branchesOver(nodes: readonly Node[], shape: Shape): Branch[] {
  const count = Math.ceil(nodes.length / shape.branch);
  const branches: Branch[] = [];
  for (let piece = 0; piece < count; piece++) {
    const start = Math.floor((nodes.length * piece) / count);
    branches.push(new Branch(nodes.slice(start, Math.floor((nodes.length * (piece + 1)) / count))));
  }
  return branches;
}

/** One root over `nodes` of one height. */
function rootOver(nodes: readonly Node[], shape: Shape): Node {
  let level = nodes;
  while (level.length > 1) level = branchesOver(level, shape);
  let root = level[0] ?? EMPTY_LEAF;
  while (root.children !== undefined && root.children.length === 1) root = root.children[0]!;
  return root;
}

/** The tree of well-formed `text`. */
export function buildNode(text: string, shape: Shape): Node {
  return rootOver(leavesOf(text, shape, Math.max(2, (shape.leaf * 3) >> 2)), shape);
}

/** The tree of a text that comes in pieces; lone surrogates become U+FFFD. */
export function buildNodeOfChunks(chunks: Iterable<string>, shape: Shape): Node {
  const fill = Math.max(2, (shape.leaf * 3) >> 2);
  const leaves: Leaf[] = [];
  let rest = "";
  for (const chunk of chunks) {
    const text = rest + chunk;
    // What is kept back fills the next leaf and completes a pair that the pieces part.
    const end = text.length - (text.length % fill);
    const cut = (text.charCodeAt(end - 1) & 0xfc00) === 0xd800 ? end - 1 : end;
    if (cut > shape.leaf) {
      for (const leaf of leavesOf(wellFormed(text.slice(0, cut)), shape, fill)) leaves.push(leaf);
      rest = text.slice(cut);
    } else rest = text;
  }
  const last = leaves.pop();
  for (const leaf of leavesOf(wellFormed((last?.text ?? "") + rest), shape, fill)) leaves.push(leaf);
  return rootOver(leaves, shape);
}

/** `root` with `changes` carried out; visits only what they touch. */
export function replaceInNode(root: Node, changes: Replacements, shape: Shape): Node {
  return rootOver(replaceRun(root, 0, changes, 0, changes.from.length, shape), shape);
}

/**
 * The nodes that take the place of `node`, which begins at `start`, once changes `low` to `high` are carried out. An insert at
 * the border of two nodes belongs to the left one.
 */
function replaceRun(
  node: Node,
  start: number,
  all: Replacements,
  low: number,
  high: number,
  shape: Shape,
): Node[] {
  if (node.children === undefined) return replaceInLeaf(node, start, all, low, high, shape);
  const result: Node[] = [];
  let touched = false;
  let childStart = start;
  let first = low;
  for (const child of node.children) {
    const childEnd = childStart + child.length;
    while (first < high && all.to[first]! <= childStart && !insertsAfter(all, first, childStart)) first++;
    let last = first;
    while (
      last < high && (all.from[last]! < childEnd || (all.from[last] === childEnd && all.insert[last] !== ""))
    ) last++;
    if (last === first) result.push(child);
    else if (all.from[first]! < childStart && all.to[first]! >= childEnd && last === first + 1) {
      touched = true; // all gone
    } else {
      touched = true;
      for (const piece of replaceRun(child, childStart, all, first, last, shape)) {
        if (piece.length > 0) result.push(piece);
      }
    }
    childStart = childEnd;
  }
  if (!touched) return [node];
  if (result.length === 0) return [];
  return branchesOver(mend(result, shape), shape);
}

function insertsAfter(all: Replacements, at: number, start: number): boolean {
  return all.insert[at] !== "" && (all.from[at]! > start || (start === 0 && all.from[at] === 0));
}

function replaceInLeaf(
  leaf: Leaf,
  start: number,
  all: Replacements,
  low: number,
  high: number,
  shape: Shape,
): Leaf[] {
  const end = start + leaf.length;
  let text = "";
  let done = start;
  for (let at = low; at < high; at++) {
    const from = Math.max(all.from[at]!, start);
    if (from > done) text += leaf.text.slice(done - start, from - start);
    if (insertsAfter(all, at, start)) text += all.insert[at]!;
    done = Math.max(done, Math.min(all.to[at]!, end), from);
  }
  if (done < end) text += leaf.text.slice(done - start);
  return leavesOf(text, shape, text.length > shape.leaf * 2 ? (shape.leaf * 3) >> 2 : shape.leaf - 1);
}

/** Joins nodes that became too small with a neighbour, so that N1 and N2 hold for all of them unless only one is left. */
function mend(nodes: Node[], shape: Shape): Node[] {
  for (let at = 0; at < nodes.length && nodes.length > 1;) {
    if (!isSmall(nodes[at]!, shape)) {
      at++;
      continue;
    }
    const left = at === 0 ? 0 : at - 1;
    nodes.splice(left, 2, ...join(nodes[left]!, nodes[left + 1]!, shape));
    at = left;
  }
  return nodes;
}

function isSmall(node: Node, shape: Shape): boolean {
  if (node.children === undefined) return node.length < (shape.leaf >> 2) - 1 || node.length === 0;
  return node.children.length < Math.max(2, shape.branch >> 2);
}

/** One or two nodes that hold what two neighbours of one height held. */
function join(left: Node, right: Node, shape: Shape): Node[] {
  if (left.children === undefined || right.children === undefined) {
    if (left.children !== undefined || right.children !== undefined) {
      throw new Error("Nodes of different height joined");
    }
    return leavesOf(left.text + right.text, shape, shape.leaf - 1);
  }
  return branchesOver(mend([...left.children, ...right.children], shape), shape);
}

/** The tree of one text after another; O(difference of heights). */
export function concatNodes(left: Node, right: Node, shape: Shape): Node {
  if (left.length === 0) return right;
  if (right.length === 0) return left;
  return rootOver(concatRun(left, right, shape), shape);
}

function concatRun(left: Node, right: Node, shape: Shape): Node[] {
  if (left.height === right.height) {
    return isSmall(left, shape) || isSmall(right, shape) ? join(left, right, shape) : [left, right];
  }
  const seam = left.height > right.height
    ? [...left.children!.slice(0, -1), ...concatRun(left.children!.at(-1)!, right, shape)]
    : [...concatRun(left, right.children![0]!, shape), ...right.children!.slice(1)];
  return branchesOver(mend(seam, shape), shape);
}

/** The text between two offsets of a tree. */
export function textOfNode(root: Node, from: number, to: number): string {
  let node = root;
  let start = from;
  let end = to;
  // Most of what is read lies under one child.
  while (node.children !== undefined) {
    let at = 0;
    let child = node.children[0]!;
    while (start >= child.length && at < node.children.length - 1) {
      start -= child.length;
      end -= child.length;
      child = node.children[++at]!;
    }
    if (end > child.length) {
      let text = textOfNode(child, start, child.length);
      for (let rest = end - child.length; rest > 0;) {
        child = node.children[++at]!;
        text += textOfNode(child, 0, Math.min(rest, child.length));
        rest -= child.length;
      }
      return text;
    }
    node = child;
  }
  return start === 0 && end === node.length ? node.text : node.text.slice(start, end);
}

/** True where two trees hold the same text; what is one object in both is not looked at. */
export function equalNodes(a: Node, b: Node): boolean {
  if (a.length !== b.length || a.bytes !== b.bytes) return false;
  if (a.points !== b.points || a.newlines !== b.newlines) return false;
  // What is left of each, the next node on top; of a leaf on top, `done` units have been compared.
  const left: Node[] = [a];
  const right: Node[] = [b];
  let leftDone = 0;
  let rightDone = 0;
  while (left.length > 0) {
    const one = left[left.length - 1]!;
    const other = right[right.length - 1]!;
    if (one === other && leftDone === rightDone) {
      left.pop();
      right.pop();
      leftDone = rightDone = 0;
    } else if (one.children !== undefined && (other.children === undefined || one.height >= other.height)) {
      open(left, one);
    } else if (other.children !== undefined) open(right, other);
    else {
      if (one.children !== undefined) throw new Error("A branch was taken for a leaf");
      const size = Math.min(one.length - leftDone, other.length - rightDone);
      if (one.text.slice(leftDone, leftDone + size) !== other.text.slice(rightDone, rightDone + size)) {
        return false;
      }
      leftDone += size;
      rightDone += size;
      if (leftDone === one.length) {
        left.pop();
        leftDone = 0;
      }
      if (rightDone === other.length) {
        right.pop();
        rightDone = 0;
      }
    }
  }
  return true;
}

/** Puts the children of the branch on top in its place. */
function open(stack: Node[], branch: Branch): void {
  stack.pop();
  for (let at = branch.children.length - 1; at >= 0; at--) stack.push(branch.children[at]!);
}

/** @throws Error naming the invariant that a tree breaks. For tests. */
export function checkNode(node: Node, shape: Shape, isRoot = true): void {
  const fail = (law: string) => {
    throw new Error(`Rope breaks ${law} at height ${node.height}`);
  };
  if (node.children === undefined) {
    if (node.length > shape.leaf || (!isRoot && isSmall(node, shape))) fail("N1");
    const fresh = leafOf(node.text);
    if (fresh.bytes !== node.bytes || fresh.points !== node.points || fresh.newlines !== node.newlines) {
      fail("N4");
    }
    if (node.length !== node.text.length) fail("N4");
    if (!node.text.isWellFormed()) fail("N5");
    return;
  }
  if (node.children.length > shape.branch || (!isRoot && isSmall(node, shape))) fail("N2");
  if (isRoot && node.children.length < 2) fail("N3");
  const fresh = new Branch(node.children);
  if (fresh.length !== node.length || fresh.bytes !== node.bytes) fail("N4");
  if (fresh.points !== node.points || fresh.newlines !== node.newlines) fail("N4");
  for (const child of node.children) {
    if (child.height !== node.height - 1) fail("equal depth");
    checkNode(child, shape, false);
  }
}
