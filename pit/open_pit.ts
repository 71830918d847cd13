/**
 * The Pit over a data folder: five ports and run control on one LMDB environment.
 *
 * @module
 */

import type { ClockPort } from "../core/ports/clock.ts";
import type { MemoPort } from "../core/ports/memo.ts";
import type { PitPort } from "../core/ports/pit.ts";
import type { PoolHistoryPort, PoolPort, PoolWatchPort } from "../core/ports/pool.ts";
import type { RunControlPort } from "../core/ports/run_control.ts";
import { Arbitration, type ArbitrationOptions } from "./arbitration/arbitration.ts";
import { LmdbArtifacts } from "./artifact/lmdb.ts";
import { LmdbDag } from "./dag/lmdb.ts";
import { LmdbMemo } from "./dag/lmdb_memo.ts";
import { LmdbRunControl } from "./dag/run_control.ts";
import { InstancePool, type Instances, type PoolOptions } from "./pool/pool.ts";
import { LmdbPoolRecords } from "./pool/records.ts";
import { LmdbStale } from "./stale/lmdb.ts";
import { openStore } from "./store.ts";

/** An open Pit with run control and kept results beside it. Disposing drains the pool, ends the claims and closes the store. */
export type OpenPit =
  & PitPort
  & {
    readonly pool: PoolPort & PoolWatchPort;
    readonly pools: PoolHistoryPort;
    readonly control: RunControlPort;
    readonly memo: MemoPort;
  }
  & AsyncDisposable;

/** What the parts of a Pit are made with. */
export type PitOptions = PoolOptions & ArbitrationOptions & {
  /** The process whose pool is written down for others to see; without it, it is not. */
  readonly pid?: number;
};

/**
 * Opens the Pit in `dataFolder`, which must exist. Several processes may do so at once.
 * @throws SymphonyError `unsupported` | `disk-full` | `permission` | `io` | `corrupt`
 */
export async function openPit(
  dataFolder: string,
  instances: Instances,
  clock: ClockPort,
  options: PitOptions = {},
): Promise<OpenPit> {
  const store = await openStore(dataFolder);
  const pool = new InstancePool(instances, clock, options);
  const control = new LmdbRunControl(store, `${dataFolder}/locks`);
  const pools = new LmdbPoolRecords(store, clock);
  if (options.pid !== undefined) pools.record(pool, options.pid);
  return {
    pool,
    pools,
    dag: new LmdbDag(store),
    artifacts: new LmdbArtifacts(store, clock),
    arbitration: new Arbitration(clock, options),
    stale: new LmdbStale(store),
    control,
    memo: new LmdbMemo(store),
    async [Symbol.asyncDispose]() {
      await pool.drain();
      await pools[Symbol.asyncDispose]();
      await control[Symbol.asyncDispose]();
      await store[Symbol.asyncDispose]();
    },
  };
}
