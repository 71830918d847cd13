/**
 * The Pit over a data folder: five ports and run control on one LMDB environment.
 *
 * @module
 */

import type { ClockPort } from "../core/ports/clock.ts";
import type { LogCompactionPort } from "../core/ports/log_compaction.ts";
import type { MemoPort } from "../core/ports/memo.ts";
import type { PitPort } from "../core/ports/pit.ts";
import type { QueuePort } from "../core/ports/queue.ts";
import type { RunControlPort } from "../core/ports/run_control.ts";
import { Arbitration } from "./arbitration/arbitration.ts";
import { LmdbArtifacts } from "./artifact/lmdb.ts";
import { LmdbDag } from "./dag/lmdb.ts";
import { LmdbMemo } from "./dag/lmdb_memo.ts";
import { LmdbRunControl } from "./dag/run_control.ts";
import { InstancePool, type Instances } from "./pool/pool.ts";
import { LmdbQueue } from "./queue/lmdb.ts";
import { LmdbStale } from "./stale/lmdb.ts";
import { openStore } from "./store.ts";

/** An open Pit with run control, kept results and the queue beside it. Disposing drains the pool, ends the claims and closes the store. */
export type OpenPit =
  & PitPort
  & {
    readonly control: RunControlPort;
    readonly memo: MemoPort;
    readonly queue: QueuePort;
    readonly compaction: LogCompactionPort;
  }
  & AsyncDisposable;

/**
 * Opens the Pit in `dataFolder`, which must exist. Several processes may do so at once.
 * @throws SymphonyError `unsupported` | `disk-full` | `permission` | `io` | `corrupt`
 */
export async function openPit(dataFolder: string, instances: Instances, clock: ClockPort): Promise<OpenPit> {
  const store = await openStore(dataFolder);
  const pool = new InstancePool(instances, clock);
  const control = new LmdbRunControl(store, `${dataFolder}/locks`);
  const dag = new LmdbDag(store);
  return {
    pool,
    dag,
    compaction: dag,
    artifacts: new LmdbArtifacts(store, clock),
    arbitration: new Arbitration(clock),
    stale: new LmdbStale(store),
    control,
    memo: new LmdbMemo(store),
    queue: new LmdbQueue(store),
    async [Symbol.asyncDispose]() {
      await pool.drain();
      await control[Symbol.asyncDispose]();
      await store[Symbol.asyncDispose]();
    },
  };
}
