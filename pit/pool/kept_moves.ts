/**
 * Every move of every process's pool, in the data folder: added to, never changed, and dropped when it is older than the
 * retention settings say. Moves that come together are one record, written at the latest a quarter of a second after the first
 * of them; what a killed process loses is that quarter.
 *
 * @module
 */

import type { ClockPort } from "../../core/ports/clock.ts";
import type { KeptMove, PoolMove } from "../../core/ports/pool.ts";
import type { Store, Table } from "../store.ts";

const FLUSH_MS = 250;
const MOST_IN_RECORD = 1_000;
/** Between two looks at what is too old. */
const TIDY_MS = 3_600_000;
/** Records that are dropped in one transaction. */
const MOST_DROPPED = 1_000;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export class KeptMoves {
  readonly #store: Store;
  readonly #clock: ClockPort;
  readonly #keptForMs: () => number;
  readonly #table: Table;
  #noted: KeptMove[] = [];
  #cancel: (() => void) | undefined;
  #tidiedAt = -Infinity;
  #records = 0;
  #writing: Promise<void> = Promise.resolve();

  constructor(store: Store, clock: ClockPort, keptForMs: () => number) {
    this.#store = store;
    this.#clock = clock;
    this.#keptForMs = keptForMs;
    this.#table = store.table("pool-moves");
  }

  /** Every move that is kept, the oldest first. */
  *all(): Iterable<KeptMove> {
    this.#store.refresh();
    for (const { value } of this.#table.getRange({})) {
      yield* JSON.parse(decoder.decode(value)) as readonly KeptMove[];
    }
  }

  /** Keeps a move of the process. */
  note(process: string, move: PoolMove): void {
    this.#noted.push({ process, ...move });
    if (this.#noted.length >= MOST_IN_RECORD) void this.flush();
    else this.#cancel ??= this.#clock.schedule(FLUSH_MS, () => void this.flush());
  }

  /** Writes what was noted. A disk that refuses costs the record, nothing else. */
  flush(): Promise<void> {
    this.#cancel?.();
    this.#cancel = undefined;
    const [first] = this.#noted;
    if (first !== undefined) {
      const key = [first.at, first.process, this.#records++];
      const bytes = encoder.encode(JSON.stringify(this.#noted));
      this.#noted = [];
      const old = this.#tooOld();
      const written = this.#store.commit(() => {
        this.#table.put(key, bytes);
        for (const one of old) this.#table.removeSync(one);
      }, bytes.length).catch(() => {});
      this.#writing = Promise.all([this.#writing, written]).then(() => {});
    }
    return this.#writing;
  }

  /** Keys of what is older than it is kept; looked at once an hour. */
  #tooOld() {
    const now = this.#clock.now();
    if (now - this.#tidiedAt < TIDY_MS) return [];
    const before = now - this.#keptForMs();
    if (!Number.isFinite(before)) return [];
    const old = [...this.#table.getKeys({ end: [before], limit: MOST_DROPPED })];
    if (old.length < MOST_DROPPED) this.#tidiedAt = now;
    return old;
  }
}
