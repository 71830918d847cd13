/**
 * Kept results in memory, for tests and benches.
 *
 * @module
 */

import type { MemoEntry, MemoParts, MemoPort, MemoRecord } from "../../core/ports/memo.ts";
import { sha256 } from "./digest.ts";

/** MemoPort that forgets everything with the process. */
export class MemoryMemo implements MemoPort {
  readonly #entries = new Map<string, MemoEntry>();
  readonly #latest = new Map<string, MemoParts>();
  readonly #codes = new Set<string>();

  digest(text: string): string {
    return sha256(text);
  }

  find(key: string): Promise<MemoEntry | undefined> {
    return Promise.resolve(this.#entries.get(key));
  }

  latest(place: string): Promise<MemoParts | undefined> {
    return Promise.resolve(this.#latest.get(place));
  }

  knows(use: string, code: string): boolean {
    return this.#codes.has(`${use} ${code}`);
  }

  keep({ entry, parts, place }: MemoRecord): Promise<void> {
    this.#entries.set(entry.key, entry);
    this.#latest.set(place, parts);
    this.#codes.add(`${parts.use} ${parts.code}`);
    return Promise.resolve();
  }

  async *list(): AsyncIterable<MemoEntry> {
    for (const key of [...this.#entries.keys()].sort()) {
      yield await Promise.resolve(this.#entries.get(key) as MemoEntry);
    }
  }

  forget(before: number): Promise<number> {
    let forgotten = 0;
    for (const [key, { at }] of this.#entries) {
      if (at < before && this.#entries.delete(key)) forgotten++;
    }
    if (this.#entries.size === 0) this.#codes.clear();
    return Promise.resolve(forgotten);
  }
}
