/**
 * Exclusive names, and which of them are in each other's way: equal ones, and of files a folder and what is in it.
 *
 * @module
 */

const FILE = "file:/";

/** The folders that a file's or folder's name lies in, the nearest first; none of other names. */
export function foldersOf(name: string): readonly string[] {
  if (!name.startsWith(FILE)) return [];
  const folders: string[] = [];
  for (let end = name.lastIndexOf("/"); end >= FILE.length; end = name.lastIndexOf("/", end - 1)) {
    folders.push(name.slice(0, end));
  }
  if (name.length > FILE.length) folders.push(FILE);
  return folders;
}

/** True where two may not be had at once. */
export function areInTheWay(one: string, other: string): boolean {
  return one === other || isIn(one, other) || isIn(other, one);
}

function isIn(name: string, folder: string): boolean {
  if (!folder.startsWith(FILE) || !name.startsWith(folder)) return false;
  return folder === FILE ? name.length > FILE.length : name[folder.length] === "/";
}

/** Who has which names. */
export class NameHolders<Holder> {
  readonly #holderOf = new Map<string, Holder>();
  /** By folder: who has something in it, and what. */
  readonly #within = new Map<string, Map<string, Holder>>();

  /** Undefined where nobody has it, a folder it lies in, or something in it. */
  of(name: string): Holder | undefined {
    const holder = this.#holderOf.get(name) ?? this.#within.get(name)?.values().next().value;
    if (holder !== undefined || !name.startsWith(FILE)) return holder;
    for (const folder of foldersOf(name)) {
      const above = this.#holderOf.get(folder);
      if (above !== undefined) return above;
    }
    return undefined;
  }

  set(name: string, holder: Holder): void {
    this.#holderOf.set(name, holder);
    for (const folder of foldersOf(name)) {
      const inside = this.#within.get(folder);
      if (inside === undefined) this.#within.set(folder, new Map([[name, holder]]));
      else inside.set(name, holder);
    }
  }

  delete(name: string): void {
    this.#holderOf.delete(name);
    for (const folder of foldersOf(name)) {
      const inside = this.#within.get(folder);
      inside?.delete(name);
      if (inside?.size === 0) this.#within.delete(folder);
    }
  }

  entries(): MapIterator<[string, Holder]> {
    return this.#holderOf.entries();
  }
}

/** Who wants which names and kinds, so that those are found that compete for one. */
export class Wanting<Waiter> {
  readonly #wanted = new Map<string, Set<Waiter>>();
  /** By folder: who wants something in it. */
  readonly #within = new Map<string, Set<Waiter>>();

  add(wants: Iterable<string>, waiter: Waiter): void {
    for (const one of wants) {
      addTo(this.#wanted, one, waiter);
      for (const folder of foldersOf(one)) addTo(this.#within, folder, waiter);
    }
  }

  delete(wants: Iterable<string>, waiter: Waiter): void {
    for (const one of wants) {
      deleteFrom(this.#wanted, one, waiter);
      for (const folder of foldersOf(one)) deleteFrom(this.#within, folder, waiter);
    }
  }

  /** Those that want one of these, a folder that it lies in, or something in it. */
  rivals(wants: Iterable<string>): ReadonlySet<Waiter> {
    const rivals = new Set<Waiter>();
    for (const one of wants) {
      for (const waiter of this.#wanted.get(one) ?? []) rivals.add(waiter);
      for (const waiter of this.#within.get(one) ?? []) rivals.add(waiter);
      for (const folder of foldersOf(one)) {
        for (const waiter of this.#wanted.get(folder) ?? []) rivals.add(waiter);
      }
    }
    return rivals;
  }
}

function addTo<Waiter>(sets: Map<string, Set<Waiter>>, key: string, waiter: Waiter): void {
  const known = sets.get(key);
  if (known === undefined) sets.set(key, new Set([waiter]));
  else known.add(waiter);
}

function deleteFrom<Waiter>(sets: Map<string, Set<Waiter>>, key: string, waiter: Waiter): void {
  const known = sets.get(key);
  known?.delete(waiter);
  if (known?.size === 0) sets.delete(key);
}
