/**
 * A text that changes in place, as fast as its snapshots allow: the newest text of a document.
 *
 * Two things make it fast. Edits that touch the last one are gathered into one pending replacement before the tree is visited, so
 * that typing a word costs one visit. And nodes made since the last snapshot are changed in place; `snapshot` gives the tree
 * away, in O(1), after which the next edit copies one path.
 *
 * The caller sees to it that offsets are in the text, cut no pair, and that inserts are well-formed.
 *
 * @module
 */

import { countPoints, measureText, offsetAfterPoints, Weight } from "./measure.ts";
import { Branch, Leaf, type Node, type Owner, replaceInNode, type Replacements, type Shape } from "./node.ts";
import { Rope } from "./rope.ts";
import { stringOfUnits } from "./unit_store.ts";

/** Units the pending replacement can take: no keystroke costs more than moving them. */
const PENDING_LIMIT = 1024;
/** So many code points are stepped over one by one. */
const NEAR = 16;

export class TextBuffer {
  readonly #shape: Shape;
  #root: Node;
  #owner: Owner = {};
  #snapshot: Rope | undefined;
  #length: number;
  // The pending replacement, in offsets of the tree; `#from` is -1 where there is none. Its text is numbers, which make no garbage.
  #from = -1;
  #to = 0;
  readonly #units = new Uint16Array(PENDING_LIMIT);
  #size = 0;
  // The leaf of the last visit with the branches above it, all of them owned; `#leaf` is undefined where it is not known.
  #leaf: Leaf | undefined;
  #leafStart = 0;
  readonly #path: Branch[] = [];
  #depth = 0;
  readonly #weight = new Weight();
  // A place whose code points are known.
  #knownOffset = 0;
  #knownPoints = 0;

  constructor(text: Rope) {
    this.#root = text.root;
    this.#shape = text.shape;
    this.#snapshot = text;
    this.#length = text.length;
  }

  get length(): number {
    return this.#length;
  }

  /** The text now; the same object until the next change. */
  snapshot(): Rope {
    if (this.#snapshot === undefined) {
      this.#flush();
      this.#snapshot = Rope.over(this.#root, this.#shape);
      this.#owner = {};
      this.#leaf = undefined;
    }
    return this.#snapshot;
  }

  /** [from, to) becomes `insert`. */
  replace(from: number, to: number, insert: string): void {
    this.#snapshot = undefined;
    this.#length += insert.length - (to - from);
    if (from === this.#knownOffset) {
      this.#knownOffset = from + insert.length;
      this.#knownPoints += insert.length === 1 ? 1 : countPoints(insert, 0, insert.length);
    } else if (from < this.#knownOffset) this.#knownOffset = this.#knownPoints = 0;
    const { length } = insert;
    if (this.#from >= 0) {
      const end = this.#from + this.#size;
      if (from === end && to === end && length === 1 && this.#size < PENDING_LIMIT) {
        this.#units[this.#size++] = insert.charCodeAt(0);
        return;
      }
      if (from <= end && to >= this.#from && this.#size + length <= PENDING_LIMIT) {
        const first = Math.max(from, this.#from) - this.#from;
        const last = Math.min(to, end) - this.#from;
        this.#units.copyWithin(first + length, last, this.#size);
        this.#write(first, insert);
        this.#size += length - (last - first);
        if (to > end) this.#to += to - end;
        if (from < this.#from) this.#from = from;
        return;
      }
      this.#flush();
    }
    if (length > PENDING_LIMIT) return this.#replaceInTree(from, to, insert);
    this.#from = from;
    this.#to = to;
    this.#size = length;
    this.#write(0, insert);
  }

  #write(at: number, insert: string): void {
    for (let index = 0; index < insert.length; index++) this.#units[at + index] = insert.charCodeAt(index);
  }

  /** The pending text between two of its units. */
  #pending(from: number, to: number): string {
    if (to - from === 1) return String.fromCharCode(this.#units[from]!);
    return stringOfUnits(this.#units, from, to);
  }

  /** Many replacements at once, ascending, in offsets of the text before them. */
  replaceAll(changes: Replacements, newLength: number): void {
    this.#flush();
    this.#root = replaceInNode(this.#root, changes, this.#shape);
    this.#snapshot = undefined;
    this.#leaf = undefined;
    this.#length = newLength;
    this.#knownOffset = this.#knownPoints = 0;
  }

  /** The text between two offsets. */
  sliceString(from: number, to: number): string {
    let shift = 0;
    if (this.#from >= 0) {
      const end = this.#from + this.#size;
      if (from >= end) shift = this.#to - end;
      else if (from >= this.#from && to <= end) return this.#pending(from - this.#from, to - this.#from);
      else if (to > this.#from) this.#flush();
    }
    const start = from + shift;
    const leaf = this.#seek(start, to + shift);
    if (leaf !== undefined) {
      const at = start - this.#leafStart;
      return to - from === 1 ? leaf.text.charAt(at) : leaf.text.slice(at, to + shift - this.#leafStart);
    }
    return Rope.over(this.#root, this.#shape).sliceString(start, to + shift);
  }

  /** True where a cut at `offset` would part a pair. */
  cutsPair(offset: number): boolean {
    if (offset <= 0 || offset >= this.#length) return false;
    if ((this.sliceString(offset, offset + 1).charCodeAt(0) & 0xfc00) !== 0xdc00) return false;
    return (this.sliceString(offset - 1, offset).charCodeAt(0) & 0xfc00) === 0xd800;
  }

  /** The offset after `points` code points, which the text must have. Near the last edit or question it is found by steps. */
  offsetOfPoints(points: number): number {
    let offset = this.#knownOffset;
    const steps = points - this.#knownPoints;
    if (steps < -NEAR || steps > NEAR) offset = this.#offsetInTree(points);
    else if (steps > 0) { for (let step = 0; step < steps; step++) offset += this.#isHigh(offset) ? 2 : 1; }
    else for (let step = 0; step > steps; step--) offset -= offset > 1 && this.#isHigh(offset - 2) ? 2 : 1;
    this.#knownOffset = offset;
    this.#knownPoints = points;
    return offset;
  }

  #isHigh(offset: number): boolean {
    return (this.sliceString(offset, offset + 1).charCodeAt(0) & 0xfc00) === 0xd800;
  }

  #offsetInTree(points: number): number {
    this.#flush();
    let node = this.#root;
    let offset = 0;
    let left = points;
    while (node.children !== undefined) {
      const { children } = node;
      let at = 0;
      while (at < children.length - 1 && children[at]!.points < left) {
        left -= children[at]!.points;
        offset += children[at]!.length;
        at++;
      }
      node = children[at]!;
    }
    return offset + (node.points === node.length ? left : offsetAfterPoints(node.text, left));
  }

  #flush(): void {
    if (this.#from < 0) return;
    const from = this.#from;
    this.#from = -1;
    this.#replaceInTree(from, this.#to, this.#size === 0 ? "" : this.#pending(0, this.#size));
  }

  #replaceInTree(from: number, to: number, text: string): void {
    const leaf = this.#seek(from, to);
    const size = leaf === undefined ? 0 : leaf.length - (to - from) + text.length;
    if (
      leaf !== undefined && size <= this.#shape.leaf && (size > this.#shape.leaf >> 2 || this.#depth === 0)
    ) {
      this.#replaceInLeaf(leaf, from - this.#leafStart, to - this.#leafStart, text);
    } else {
      this.#root = replaceInNode(this.#root, { from: [from], to: [to], insert: [text] }, this.#shape);
      this.#leaf = undefined;
    }
  }

  #replaceInLeaf(leaf: Leaf, from: number, to: number, text: string): void {
    const old = leaf.text;
    measureText(text, 0, text.length, this.#weight);
    let { bytes, points, newlines } = this.#weight;
    if (to > from) {
      measureText(old, from, to, this.#weight);
      bytes -= this.#weight.bytes;
      points -= this.#weight.points;
      newlines -= this.#weight.newlines;
    }
    const length = text.length - (to - from);
    leaf.text = old.slice(0, from) + text + old.slice(to);
    leaf.length += length;
    leaf.bytes += bytes;
    leaf.points += points;
    leaf.newlines += newlines;
    for (let at = 0; at < this.#depth; at++) {
      const branch = this.#path[at]!;
      branch.length += length;
      branch.bytes += bytes;
      branch.points += points;
      branch.newlines += newlines;
    }
  }

  /** The leaf that holds [from, to], ready to be changed; undefined where more than one does. */
  #seek(from: number, to: number): Leaf | undefined {
    const last = this.#leaf;
    if (last !== undefined && from >= this.#leafStart && to <= this.#leafStart + last.length) return last;
    let start = 0;
    let depth = 0;
    let node = this.#root;
    if (node.owner !== this.#owner) this.#root = node = owned(node, this.#owner);
    while (node.children !== undefined) {
      const { children } = node;
      this.#path[depth++] = node;
      let at = 0;
      let end = start + children[0]!.length;
      while (end < from) end += children[++at]!.length;
      let child = children[at]!;
      // An offset between two nodes belongs to the left one, unless what follows it is to go.
      if (end < to && end === from) end += (child = children[++at]!).length;
      if (to > end) {
        this.#leaf = undefined;
        return undefined;
      }
      start = end - child.length;
      if (child.owner !== this.#owner) children[at] = child = owned(child, this.#owner);
      node = child;
    }
    this.#leaf = node;
    this.#leafStart = start;
    this.#depth = depth;
    return node;
  }
}

/** A copy of `node` that its owner may change. */
function owned(node: Node, owner: Owner): Node {
  if (node.children !== undefined) return new Branch(node.children.slice(), owner);
  return new Leaf(node.text, node.bytes, node.points, node.newlines, owner);
}
