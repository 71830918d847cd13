/**
 * How often artifacts are read, and when last: counted in memory and written down now and then, since a reading must not
 * cost a write. A crash loses the last few seconds of it. What was archived and is read comes back into the hot store.
 *
 * @module
 */

import type { ArtifactId } from "../../core/ids.ts";
import type { ClockPort } from "../../core/ports/clock.ts";
import type { Store, Table } from "../store.ts";
import type { Mover } from "./mover.ts";

const FLUSH_MS = 5_000;
const MOST_HELD = 1_000;

export interface Reading {
  readonly count: number;
  /** Unix milliseconds. */
  readonly last: number;
}

export class Readings implements AsyncDisposable {
  readonly #store: Store;
  readonly #clock: ClockPort;
  readonly #mover: Mover;
  readonly #table: Table;
  readonly #tiers: Table;
  readonly #records: Table;
  #held = new Map<ArtifactId, Reading>();
  #returning: Promise<void> = Promise.resolve();
  #cancel: (() => void) | undefined;

  constructor(store: Store, clock: ClockPort, mover: Mover) {
    this.#store = store;
    this.#clock = clock;
    this.#mover = mover;
    this.#table = store.table("readings");
    this.#tiers = store.table("tiers");
    this.#records = store.table("artifacts");
  }

  /** Counts a reading. */
  note(id: ArtifactId): void {
    const before = this.#held.get(id);
    this.#held.set(id, { count: (before?.count ?? 0) + 1, last: this.#clock.now() });
    if (before === undefined && this.#tiers.doesExist(id)) {
      // What fails here is read from the archive the next time as well.
      this.#returning = this.#returning.then(() => this.#mover.bringBack(id)).then(() => {}, () => {});
    }
    if (this.#held.size >= MOST_HELD) void this.flush().catch(() => {});
    else this.#cancel ??= this.#clock.schedule(FLUSH_MS, () => void this.flush().catch(() => {}));
  }

  of(id: ArtifactId): Reading {
    const bytes = this.#table.getBinary(id);
    const kept = bytes === undefined
      ? { count: 0, last: 0 }
      : JSON.parse(new TextDecoder().decode(bytes)) as Reading;
    const held = this.#held.get(id);
    return held === undefined
      ? kept
      : { count: kept.count + held.count, last: Math.max(kept.last, held.last) };
  }

  /** Writes down what was counted. */
  async flush(): Promise<void> {
    this.#cancel?.();
    this.#cancel = undefined;
    const held = this.#held;
    this.#held = new Map();
    await this.#returning;
    if (held.size === 0) return;
    await this.#store.commit(() => {
      for (const [id, { count, last }] of held) {
        if (!this.#records.doesExist(id)) continue;
        const bytes = this.#table.getBinary(id);
        const before = bytes === undefined
          ? 0
          : (JSON.parse(new TextDecoder().decode(bytes)) as Reading).count;
        this.#table.put(id, new TextEncoder().encode(JSON.stringify({ count: before + count, last })));
      }
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.flush().catch(() => {});
  }
}
