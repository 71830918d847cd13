/** ShareBook in memory, for several arbitrations of one process. @module */

import type { Level, Member, ShareBook, SharePage } from "./share_book.ts";

/** What the books of all who share have in common. */
export class MemoryShareFolder {
  readonly members = new Map<string, Member>();
  readonly levels = new Map<string, Level>();
  readonly living = new Set<string>();
  version = 0;
}

/** One process's way into `folder`. */
export class MemoryShareBook implements ShareBook {
  readonly self: string;
  readonly #folder: MemoryShareFolder;

  constructor(folder: MemoryShareFolder, self: string) {
    this.#folder = folder;
    this.self = self;
    folder.living.add(self);
  }

  change<T>(act: (page: SharePage) => T): T {
    const { members, levels } = this.#folder;
    const [membersBefore, levelsBefore] = [[...members], [...levels]];
    try {
      return act({
        members: [...members.values()],
        level: (kind) => levels.get(kind),
        putLevel: (kind, level) => void levels.set(kind, level),
        put: (member) => void members.set(member.process, structuredClone(member)),
        remove: (process) => void members.delete(process),
        tell: () => void this.#folder.version++,
      });
    } catch (error) {
      refill(members, membersBefore);
      refill(levels, levelsBefore);
      throw error;
    }
  }

  members(): readonly Member[] {
    return [...this.#folder.members.values()];
  }

  version(): number {
    return this.#folder.version;
  }

  isAlive(process: string): boolean {
    return this.#folder.living.has(process);
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#folder.living.delete(this.self);
    return Promise.resolve();
  }
}

function refill<Value>(map: Map<string, Value>, entries: Iterable<[string, Value]>): void {
  map.clear();
  for (const [key, value] of entries) map.set(key, value);
}
