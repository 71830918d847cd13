/**
 * The tracker's sequence: every unit that was ever in the text since the base version, deleted ones too, as items of units that share a
 * state, in a tree that sums what is seen at the version being prepared and what is shown in the newest text.
 *
 * Units that stood in the text at the base version have negative ids; those inserted since have their LV.
 *
 * @module
 */

/** The id of the first unit of the base text. */
export const BASE_ID = -0x40000000;
/** No unit: the edge of the text. */
export const NO_ID = -0x7fffffff;

const BLOCK = 32;

export class Item {
  /** Id of the first unit; the others follow. */
  readonly id: number;
  length: number;
  /** The unit that stood left of the first one when it was inserted; each other unit had the one before it. */
  readonly left: number;
  /** The unit that stood right of all of them. */
  readonly right: number;
  /** Inserted in the version being prepared. */
  isIn: boolean;
  /** Deletes (and the undone group) that hide it in the version being prepared. */
  hidden: number;
  /** Those that hide it in the newest text. */
  hiddenNow: number;
  /** Whether it shows has changed, and the newest text does not know it yet. */
  isTurned = false;
  /** Text of base units that were deleted since. */
  text: string | undefined;
  block: Block;

  constructor(id: number, length: number, left: number, right: number, block: Block) {
    this.id = id;
    this.length = length;
    this.left = left;
    this.right = right;
    this.isIn = true;
    this.hidden = 0;
    this.hiddenNow = 0;
    this.text = undefined;
    this.block = block;
  }

  get isSeen(): boolean {
    return this.isIn && this.hidden === 0;
  }

  get isShown(): boolean {
    return this.hiddenNow === 0;
  }
}

export class Block {
  parent: Tier | undefined;
  items: Item[];
  /** An item in it may be turned. */
  hasTurned = false;
  seen = 0;
  shown = 0;

  constructor(parent: Tier | undefined, items: Item[]) {
    this.parent = parent;
    this.items = items;
  }
}

class Tier {
  parent: Tier | undefined;
  kids: (Block | Tier)[];
  hasTurned = false;
  seen = 0;
  shown = 0;

  constructor(parent: Tier | undefined, kids: (Block | Tier)[]) {
    this.parent = parent;
    this.kids = kids;
  }
}

export class ItemTree {
  #root: Block | Tier;
  readonly #index = new ItemIndex();
  // Where `locate` found its unit.
  foundAt = 0;
  foundOffset = 0;
  foundShown = 0;

  /** @param length of the base text, or more */
  constructor(length: number) {
    const block = new Block(undefined, []);
    const base = new Item(BASE_ID, length, NO_ID, NO_ID, block);
    block.items.push(base);
    block.seen = block.shown = length;
    this.#root = block;
    this.#index.add(base);
  }

  /** The item that holds the `count`-th seen unit (from 1). Sets `foundAt`, `foundOffset` and `foundShown`. */
  locate(count: number): Item {
    let node = this.#root;
    let left = count;
    let shown = 0;
    if (count > node.seen) throw new RangeError(`Cannot find unit ${count}: the version has ${node.seen}`);
    while (node instanceof Tier) {
      const { kids } = node;
      let at = 0;
      let kid = kids[0]!;
      while (kid.seen < left) {
        left -= kid.seen;
        shown += kid.shown;
        kid = kids[++at]!;
      }
      node = kid;
    }
    const { items } = node;
    for (let at = 0;; at++) {
      const item = items[at]!;
      if (item.isSeen) {
        if (item.length >= left) {
          this.foundAt = at;
          this.foundOffset = left - 1;
          this.foundShown = shown + (item.isShown ? left - 1 : 0);
          return item;
        }
        left -= item.length;
      }
      if (item.isShown) shown += item.length;
    }
  }

  /** The item that holds a unit. */
  itemOf(id: number): Item {
    return this.#index.find(id);
  }

  /** The first item of all. */
  first(): Item {
    let node = this.#root;
    while (node instanceof Tier) node = node.kids[0]!;
    return node.items[0]!;
  }

  /** The item after one; undefined at the end. */
  next(item: Item): Item | undefined {
    const { items } = item.block;
    const at = items.indexOf(item) + 1;
    return at < items.length ? items[at] : nextBlock(item.block)?.items[0];
  }

  /** Negative, zero or positive as the first stands before, is, or stands after the second. */
  compare(a: Item, b: Item): number {
    if (a.block === b.block) return a === b ? 0 : a.block.items.indexOf(a) - b.block.items.indexOf(b);
    let x: Block | Tier = a.block;
    let y: Block | Tier = b.block;
    while (x.parent !== y.parent) {
      x = x.parent!;
      y = y.parent!;
    }
    return x.parent!.kids.indexOf(x) - x.parent!.kids.indexOf(y);
  }

  /** Notes that an item shows, or does not, other than the newest text has it. */
  turn(item: Item): void {
    item.isTurned = !item.isTurned;
    let node: Block | Tier | undefined = item.block;
    for (; node !== undefined && !node.hasTurned; node = node.parent) node.hasTurned = true;
  }

  /** Calls back with each turned item, in order, and where it stands in the text that shows all of them as they are; none is turned then. */
  takeTurned(visit: (item: Item, at: number) => void): void {
    takeTurnedOf(this.#root, 0, visit);
  }

  /** Cuts an item; the result is its second part. */
  split(item: Item, offset: number): Item {
    const rest = new Item(
      item.id + offset,
      item.length - offset,
      item.id + offset - 1,
      item.right,
      item.block,
    );
    rest.isIn = item.isIn;
    rest.hidden = item.hidden;
    rest.hiddenNow = item.hiddenNow;
    rest.isTurned = item.isTurned;
    if (item.text !== undefined) {
      rest.text = item.text.slice(offset);
      item.text = item.text.slice(0, offset);
    }
    item.length = offset;
    const { block } = item;
    block.items.splice(block.items.indexOf(item) + 1, 0, rest);
    this.#index.add(rest);
    if (block.items.length > BLOCK) this.#splitBlock(block);
    return rest;
  }

  /** The item that begins with `id` and holds at most `length` units, cut free where needed. */
  isolate(id: number, length: number): Item {
    let item = this.itemOf(id);
    if (item.id < id) item = this.split(item, id - item.id);
    if (item.length > length) this.split(item, length);
    return item;
  }

  /** Puts a new item after one, or first. */
  insertAfter(before: Item | undefined, id: number, length: number, left: number, right: number): Item {
    const block = before === undefined ? this.first().block : before.block;
    const item = new Item(id, length, left, right, block);
    block.items.splice(before === undefined ? 0 : block.items.indexOf(before) + 1, 0, item);
    this.#index.add(item);
    add(block, length, length);
    if (block.items.length > BLOCK) this.#splitBlock(block);
    return item;
  }

  /** Makes an item longer at its end. */
  extend(item: Item, length: number): void {
    item.length += length;
    add(item.block, item.isSeen ? length : 0, item.isShown ? length : 0);
  }

  /** Changes the state of an item. */
  set(item: Item, isIn: boolean, hidden: number, hiddenNow: number): void {
    const seen = item.isSeen;
    const shown = item.isShown;
    item.isIn = isIn;
    item.hidden = hidden;
    item.hiddenNow = hiddenNow;
    const { length } = item;
    const seenGrowth = seen === item.isSeen ? 0 : seen ? -length : length;
    const shownGrowth = shown === item.isShown ? 0 : shown ? -length : length;
    if (seenGrowth !== 0 || shownGrowth !== 0) add(item.block, seenGrowth, shownGrowth);
  }

  #splitBlock(block: Block): void {
    const right = new Block(block.parent, block.items.splice(block.items.length >> 1));
    right.hasTurned = block.hasTurned;
    for (const item of right.items) {
      item.block = right;
      if (item.isSeen) right.seen += item.length;
      if (item.isShown) right.shown += item.length;
    }
    block.seen -= right.seen;
    block.shown -= right.shown;
    this.#adopt(block, right);
  }

  #adopt(left: Block | Tier, right: Block | Tier): void {
    const { parent } = left;
    if (parent === undefined) {
      const root = new Tier(undefined, [left, right]);
      root.seen = left.seen + right.seen;
      root.shown = left.shown + right.shown;
      root.hasTurned = left.hasTurned;
      left.parent = right.parent = root;
      this.#root = root;
      return;
    }
    right.parent = parent;
    parent.kids.splice(parent.kids.indexOf(left) + 1, 0, right);
    if (parent.kids.length <= BLOCK) return;
    const sibling = new Tier(parent.parent, parent.kids.splice(parent.kids.length >> 1));
    sibling.hasTurned = parent.hasTurned;
    for (const kid of sibling.kids) {
      kid.parent = sibling;
      sibling.seen += kid.seen;
      sibling.shown += kid.shown;
    }
    parent.seen -= sibling.seen;
    parent.shown -= sibling.shown;
    this.#adopt(parent, sibling);
  }
}

function takeTurnedOf(node: Block | Tier, start: number, visit: (item: Item, at: number) => void): void {
  node.hasTurned = false;
  let at = start;
  if (node instanceof Tier) {
    for (const kid of node.kids) {
      if (kid.hasTurned) takeTurnedOf(kid, at, visit);
      at += kid.shown;
    }
    return;
  }
  for (const item of node.items) {
    if (item.isTurned) {
      item.isTurned = false;
      visit(item, at);
    }
    if (item.isShown) at += item.length;
  }
}

function add(block: Block, seen: number, shown: number): void {
  for (let node: Block | Tier | undefined = block; node !== undefined; node = node.parent) {
    node.seen += seen;
    node.shown += shown;
  }
}

function nextBlock(block: Block): Block | undefined {
  let node: Block | Tier = block;
  for (;;) {
    const parent: Tier | undefined = node.parent;
    if (parent === undefined) return undefined;
    const at = parent.kids.indexOf(node) + 1;
    if (at < parent.kids.length) {
      node = parent.kids[at]!;
      break;
    }
    node = parent;
  }
  while (node instanceof Tier) node = node.kids[0]!;
  return node;
}

const SHELF = 256;

/** Items with their ids, ascending: searching by numbers that lie side by side is quicker than through objects. */
interface Shelf {
  ids: number[];
  items: Item[];
}

/** Items by id: sorted shelves. */
class ItemIndex {
  readonly #shelves: Shelf[] = [{ ids: [], items: [] }];
  /** Id of the first item of each shelf. */
  readonly #first: number[] = [NO_ID];

  find(id: number): Item {
    const shelf = this.#shelves[lastUpTo(this.#first, id)]!;
    return shelf.items[lastUpTo(shelf.ids, id)]!;
  }

  add(item: Item): void {
    const { id } = item;
    const at = lastUpTo(this.#first, id);
    const { ids, items } = this.#shelves[at]!;
    const last = ids.length - 1;
    if (last < 0 || ids[last]! < id) {
      ids.push(id);
      items.push(item);
    } else {
      const place = ids[0]! > id ? 0 : lastUpTo(ids, id) + 1;
      ids.splice(place, 0, id);
      items.splice(place, 0, item);
    }
    if (ids.length <= SHELF) return;
    // The last shelf grows at its end: a full one stays nearly full.
    const cut = at === this.#shelves.length - 1 ? SHELF - 8 : SHELF >> 1;
    this.#first.splice(at + 1, 0, ids[cut]!);
    this.#shelves.splice(at + 1, 0, { ids: ids.splice(cut), items: items.splice(cut) });
  }
}

/** The last place of an ascending list whose number is not above `value`; 0 at least. */
function lastUpTo(list: readonly number[], value: number): number {
  let low = 0;
  let high = list.length - 1;
  if (list[high]! <= value) return high;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (list[middle]! <= value) low = middle;
    else high = middle - 1;
  }
  return low;
}
