/**
 * Who is to be woken when: a binary min-heap of moments, ties by unit. Entries that no longer hold are dropped by the
 * reader (`nextWake`), not here.
 *
 * @module
 */

interface Entry {
  readonly dueAt: number;
  readonly unit: number;
}

export class WakeHeap {
  readonly #entries: Entry[] = [];

  /** The soonest entry. */
  get first(): Entry | undefined {
    return this.#entries[0];
  }

  /** Adds an entry; `dueAt` is Unix milliseconds. */
  push(dueAt: number, unit: number): void {
    const entry = { dueAt, unit };
    const entries = this.#entries;
    let at = entries.length;
    entries.push(entry);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!sooner(entry, entries[parent]!)) break;
      entries[at] = entries[parent]!;
      at = parent;
    }
    entries[at] = entry;
  }

  /** Drops the soonest entry. */
  pop(): void {
    const entries = this.#entries;
    const last = entries.pop();
    if (last === undefined || entries.length === 0) return;
    let at = 0;
    for (let child = 1; child < entries.length; child = 2 * at + 1) {
      if (child + 1 < entries.length && sooner(entries[child + 1]!, entries[child]!)) child++;
      if (!sooner(entries[child]!, last)) break;
      entries[at] = entries[child]!;
      at = child;
    }
    entries[at] = last;
  }

  /** Forgets all entries. */
  clear(): void {
    this.#entries.length = 0;
  }
}

function sooner(a: Entry, b: Entry): boolean {
  return a.dueAt < b.dueAt || (a.dueAt === b.dueAt && a.unit < b.unit);
}
