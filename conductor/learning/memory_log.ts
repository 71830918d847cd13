/**
 * A decision log in memory, for tests and training.
 *
 * Ring: conductor. Implements DecisionLogPort.
 *
 * @module
 */

import type { DecisionLogPort, LogEntry, PlacedEntry } from "../decision.ts";

export class MemoryDecisionLog implements DecisionLogPort {
  readonly entries: LogEntry[] = [];

  append(entries: readonly LogEntry[]): void {
    this.entries.push(...entries);
  }

  flush(): Promise<void> {
    return Promise.resolve();
  }

  async *read(from = 0): AsyncIterable<PlacedEntry> {
    await Promise.resolve();
    for (let at = from; at < this.entries.length; at++) {
      yield { entry: this.entries[at] as LogEntry, next: at + 1 };
    }
  }

  end(): Promise<number> {
    return Promise.resolve(this.entries.length);
  }
}
