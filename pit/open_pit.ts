/**
 * The Pit over a data folder: five ports and run control on one LMDB environment.
 *
 * @module
 */

import type { ClockPort } from "../core/ports/clock.ts";
import type { PitPort } from "../core/ports/pit.ts";
import type { RunControlPort } from "../core/ports/run_control.ts";
import { Arbitration } from "./arbitration/arbitration.ts";
import { LmdbArtifactCatalog } from "./artifact/catalog.ts";
import { LmdbArtifacts } from "./artifact/lmdb.ts";
import { LmdbArtifactReclaim } from "./artifact/reclaim.ts";
import { LazyArtifactSearch } from "./artifact/lazy_search.ts";
import { LmdbArtifactStreams } from "./artifact/stream.ts";
import { LmdbDag } from "./dag/lmdb.ts";
import { LmdbRunControl } from "./dag/run_control.ts";
import { Filing } from "./filing/filing.ts";
import { LmdbFilingLedger } from "./filing/ledger.ts";
import { LogLineage } from "./filing/lineage.ts";
import { InstancePool, type Instances } from "./pool/pool.ts";
import { LmdbStale } from "./stale/lmdb.ts";
import { openStore } from "./store.ts";

/** An open Pit with run control beside it. Disposing drains the pool, ends the claims and closes the store. */
export type OpenPit = PitPort & { readonly control: RunControlPort } & AsyncDisposable;

/**
 * Opens the Pit in `dataFolder`, which must exist. Several processes may do so at once.
 * @throws SymphonyError `unsupported` | `disk-full` | `permission` | `io` | `corrupt`
 */
export async function openPit(dataFolder: string, instances: Instances, clock: ClockPort): Promise<OpenPit> {
  const store = await openStore(dataFolder);
  const pool = new InstancePool(instances, clock);
  const control = new LmdbRunControl(store, `${dataFolder}/locks`);
  const dag = new LmdbDag(store);
  const artifacts = new LmdbArtifacts(store, clock);
  const catalog = new LmdbArtifactCatalog(store, clock);
  const search = new LazyArtifactSearch(async () => {
    const { SqliteArtifactSearch } = await import("./artifact/search.ts");
    return new SqliteArtifactSearch(`${dataFolder}/search.db`, { store, artifacts, catalog });
  });
  const ledger = new LmdbFilingLedger(store, catalog);
  const filing = new Filing({ dag, artifacts, ledger, search, clock });
  return {
    pool,
    dag,
    artifacts,
    arbitration: new Arbitration(clock),
    stale: new LmdbStale(store, () => filing.soon()),
    library: {
      catalog,
      streams: new LmdbArtifactStreams(store, clock),
      reclaim: new LmdbArtifactReclaim(store),
      search,
      lineage: new LogLineage({ dag, artifacts, ledger }),
      filing,
    },
    control,
    async [Symbol.asyncDispose]() {
      await search[Symbol.asyncDispose]();
      await filing[Symbol.asyncDispose]();
      await pool.drain();
      await control[Symbol.asyncDispose]();
      await store[Symbol.asyncDispose]();
    },
  };
}
