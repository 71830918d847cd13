/** The queue's book in memory, for tests and benches. @module */

import { NOTED_MS, type QueueBook, type QueuePort, type ReadBook } from "../../core/ports/queue.ts";
import type { Limit, QueueEntry, Trigger } from "../../core/queue/entry.ts";

interface Pages {
  readonly entries: Map<string, QueueEntry>;
  readonly limits: Map<string, Limit>;
  readonly triggers: Map<string, Trigger>;
  readonly noted: Map<string, number>;
  number: number;
}

/** QueuePort that forgets everything with the process. */
export class MemoryQueue implements QueuePort {
  #pages: Pages = { entries: new Map(), limits: new Map(), triggers: new Map(), noted: new Map(), number: 0 };

  // deno-lint-ignore require-await -- a throw becomes a rejection
  async change<T>(act: (book: QueueBook) => T): Promise<T> {
    const { entries, limits, triggers, noted, number } = this.#pages;
    const pages = {
      entries: new Map(entries),
      limits: new Map(limits),
      triggers: new Map(triggers),
      noted: new Map(noted),
      number,
    };
    const result = act(new PagesBook(pages));
    this.#pages = pages;
    return result;
  }

  // deno-lint-ignore require-await -- a throw becomes a rejection
  async read<T>(look: (book: ReadBook) => T): Promise<T> {
    return look(new PagesBook(this.#pages));
  }
}

class PagesBook implements QueueBook {
  readonly #pages: Pages;

  constructor(pages: Pages) {
    this.#pages = pages;
  }

  entry(id: string): QueueEntry | undefined {
    return this.#pages.entries.get(id);
  }

  open(): readonly QueueEntry[] {
    return this.#sorted().filter(({ endedAt }) => endedAt === undefined);
  }

  ended(most: number): readonly QueueEntry[] {
    return this.#sorted().filter(({ endedAt }) => endedAt !== undefined)
      .sort((a, b) => (b.endedAt as number) - (a.endedAt as number) || numberOf(b) - numberOf(a)).slice(
        0,
        most,
      );
  }

  putEntry(entry: QueueEntry): void {
    this.#pages.entries.set(entry.id, entry);
  }

  removeEntry(id: string): void {
    this.#pages.entries.delete(id);
  }

  nextNumber(): number {
    return ++this.#pages.number;
  }

  limits(): readonly Limit[] {
    return [...this.#pages.limits.values()].sort((a, b) => a.lane < b.lane ? -1 : 1);
  }

  putLimit(limit: Limit): void {
    this.#pages.limits.set(limit.lane, limit);
  }

  removeLimit(lane: string): void {
    this.#pages.limits.delete(lane);
  }

  triggers(): readonly Trigger[] {
    return [...this.#pages.triggers.values()].sort((a, b) => a.id < b.id ? -1 : 1);
  }

  putTrigger(trigger: Trigger): void {
    this.#pages.triggers.set(trigger.id, trigger);
  }

  removeTrigger(id: string): void {
    this.#pages.triggers.delete(id);
  }

  note(once: string, now: number): boolean {
    const { noted } = this.#pages;
    for (const [text, at] of noted) if (at <= now - NOTED_MS) noted.delete(text);
    if (noted.has(once)) return false;
    noted.set(once, now);
    return true;
  }

  #sorted(): QueueEntry[] {
    return [...this.#pages.entries.values()].sort((a, b) => numberOf(a) - numberOf(b));
  }
}

function numberOf({ id }: QueueEntry): number {
  return Number(id.slice(1));
}
