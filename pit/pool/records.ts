/**
 * What each process's pool is like and what its calls share and wait for, kept in the data folder where any process can look: `symphony pool` shows it. Written
 * when something has changed, at most every two seconds, and once more at the end.
 *
 * @module
 */

import type { ArbitrationPort } from "../../core/ports/arbitration.ts";
import type { ClockPort } from "../../core/ports/clock.ts";
import type { PoolHistoryPort, PoolPort, PoolStatus, PoolWatchPort } from "../../core/ports/pool.ts";
import type { Store, Table } from "../store.ts";

const EVERY_MS = 2_000;
/** Moves and processes that are kept. */
const MOST_MOVES = 200;
const MOST_PROCESSES = 20;
const MOST_WAITING = 50;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** PoolHistoryPort in the data folder. */
export class LmdbPoolRecords implements PoolHistoryPort, AsyncDisposable {
  readonly #store: Store;
  readonly #clock: ClockPort;
  readonly #table: Table;
  #stop: (() => Promise<void>) | undefined;

  constructor(store: Store, clock: ClockPort) {
    this.#store = store;
    this.#clock = clock;
    this.#table = store.table("pools");
  }

  // deno-lint-ignore require-await -- a throw becomes a rejection
  async statuses(): Promise<readonly PoolStatus[]> {
    this.#store.refresh();
    const all = [...this.#table.getRange({})].map(({ value }) =>
      JSON.parse(decoder.decode(value)) as PoolStatus
    );
    return all.sort((a, b) => b.startedAt - a.startedAt);
  }

  /** Keeps what `pool` is like until this is disposed. A disk that refuses costs the record, nothing else. */
  record(
    { pool, arbitration }: {
      readonly pool: PoolPort & PoolWatchPort;
      readonly arbitration: Pick<ArbitrationPort, "limits" | "waiting">;
    },
    pid: number,
  ): void {
    const startedAt = this.#clock.now();
    const process = `${startedAt}-${pid}`;
    let before = "";
    const write = async (endedAt?: number) => {
      const status = {
        counters: pool.counters(),
        instances: pool.readings(),
        health: pool.health(),
        limits: arbitration.limits(),
        waiting: arbitration.waiting().slice(0, MOST_WAITING),
      };
      const moves = pool.moves().slice(-MOST_MOVES);
      const now = JSON.stringify([status, moves.length, moves.at(-1)?.at, endedAt]);
      if (now === before || (moves.length === 0 && status.counters.misses === 0)) return;
      before = now;
      const end = endedAt === undefined ? {} : { endedAt };
      const record: PoolStatus = { process, pid, startedAt, at: this.#clock.now(), ...end, ...status, moves };
      const bytes = encoder.encode(JSON.stringify(record));
      await this.#store.commit(() => {
        this.#table.put(process, bytes);
        const kept = [...this.#table.getKeys({ reverse: true })];
        for (const old of kept.slice(MOST_PROCESSES)) this.#table.removeSync(old);
      }).catch(() => {});
    };
    let cancel = () => {};
    const next = () => {
      cancel = this.#clock.schedule(EVERY_MS, () => {
        next();
        void write();
      });
    };
    next();
    this.#stop = async () => {
      cancel();
      await write(this.#clock.now());
    };
  }

  /** Writes the last state. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stop?.();
    this.#stop = undefined;
  }
}
