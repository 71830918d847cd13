/**
 * What each process's pool is like and what its calls share and wait for, kept in the data folder where any process can look: `symphony pool` shows it. Written
 * when something has changed, at most every two seconds, and once more at the end.
 *
 * @module
 */

import type { ArbitrationPort } from "../../core/ports/arbitration.ts";
import type { ClockPort } from "../../core/ports/clock.ts";
import type {
  KeptMove,
  PoolHistoryPort,
  PoolPort,
  PoolStatus,
  PoolWatchPort,
} from "../../core/ports/pool.ts";
import type { Store, Table } from "../store.ts";
import { KeptMoves } from "./kept_moves.ts";

const EVERY_MS = 2_000;
/** Moves that are shown of a process at once, and processes that are kept. */
const MOST_MOVES = 200;
const MOST_PROCESSES = 20;
const MOST_WAITING = 50;
const MOST_USERS = 50;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** PoolHistoryPort in the data folder. */
export class LmdbPoolRecords implements PoolHistoryPort, AsyncDisposable {
  readonly #store: Store;
  readonly #clock: ClockPort;
  readonly #table: Table;
  readonly #moves: KeptMoves;
  #stop: (() => Promise<void>) | undefined;

  /** `keptForMs` says how long moves are kept. */
  constructor(store: Store, clock: ClockPort, keptForMs: () => number = () => Infinity) {
    this.#store = store;
    this.#clock = clock;
    this.#table = store.table("pools");
    this.#moves = new KeptMoves(store, clock, keptForMs);
  }

  // deno-lint-ignore require-await -- a throw becomes a rejection
  async statuses(): Promise<readonly PoolStatus[]> {
    this.#store.refresh();
    const all = [...this.#table.getRange({})].map(({ value }) =>
      JSON.parse(decoder.decode(value)) as PoolStatus
    );
    return all.sort((a, b) => b.startedAt - a.startedAt);
  }

  async *moves(): AsyncIterable<KeptMove> {
    yield* this.#moves.all();
  }

  /** Keeps what `pool` is like, and every move, until this is disposed. A disk that refuses costs the record, nothing else. */
  record(
    { pool, arbitration }: {
      readonly pool: PoolPort & PoolWatchPort;
      readonly arbitration: Pick<ArbitrationPort, "limits" | "waiting" | "fairness">;
    },
    pid: number,
  ): void {
    const startedAt = this.#clock.now();
    const process = `${startedAt}-${pid}`;
    const unwatch = pool.watchMoves((move) => this.#moves.note(process, move));
    let before = "";
    const write = async (endedAt?: number) => {
      const status = {
        counters: pool.counters(),
        bounds: pool.bounds(),
        instances: pool.readings(),
        health: pool.health(),
        limits: arbitration.limits(),
        waiting: arbitration.waiting().slice(0, MOST_WAITING),
        users: arbitration.fairness().users.slice(0, MOST_USERS),
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
      unwatch();
      await this.#moves.flush();
      await write(this.#clock.now());
    };
  }

  /** Writes the last state. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stop?.();
    this.#stop = undefined;
  }
}
