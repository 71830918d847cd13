/**
 * The Pit in memory, for tests and benches.
 *
 * @module
 */

import type { ClockPort } from "../core/ports/clock.ts";
import { Arbitration } from "./arbitration/arbitration.ts";
import { MemoryArtifacts } from "./artifact/memory.ts";
import { MemoryArtifactCatalog } from "./artifact/memory_catalog.ts";
import { MemoryArtifactSearch } from "./artifact/memory_search.ts";
import { MemoryCheckup, MemoryEncryption } from "./artifact/memory_checkup.ts";
import { MemoryArtifactReclaim, MemoryArtifactStreams } from "./artifact/memory_streams.ts";
import { MemoryDag } from "./dag/memory.ts";
import { MemoryMemo } from "./dag/memory_memo.ts";
import { MemoryPlans } from "./dag/memory_plans.ts";
import { MemoryRunControl } from "./dag/memory_run_control.ts";
import { Filing } from "./filing/filing.ts";
import { LogLineage } from "./filing/lineage.ts";
import { MemoryFilingLedger } from "./filing/memory_ledger.ts";
import type { OpenPit, PitOptions } from "./open_pit.ts";
import { InstancePool, type Instances } from "./pool/pool.ts";
import { MemoryQueue } from "./queue/memory.ts";
import { TrainingData } from "./stale/dataset.ts";
import { MemoryShelves } from "./stale/memory_shelves.ts";
import { Retention } from "./stale/retention.ts";
import { MemoryStale } from "./stale/memory.ts";

/** A Pit that forgets everything with the process. Disposing drains the pool. */
export function memoryPit(
  instances: Instances,
  clock: ClockPort,
  options: PitOptions & {
    /** The lines of the decision log. */
    readonly decisionLines?: readonly string[];
  } = {},
): OpenPit {
  const { decisionLines: decisions = [] } = options;
  const pool = new InstancePool(instances, clock, options);
  const dag = new MemoryDag();
  const artifacts = new MemoryArtifacts(clock);
  const stale = new MemoryStale();
  const catalog = new MemoryArtifactCatalog(artifacts, clock);
  const search = new MemoryArtifactSearch(artifacts, catalog);
  const streams = new MemoryArtifactStreams(artifacts);
  const ledger = new MemoryFilingLedger(catalog, stale);
  const filing = new Filing({ dag, artifacts, ledger, search, clock });
  // Nothing is filed before it is asked for: tests count on time and order.
  artifacts.onUse = (id, at, run) => stale.refer(id, at, run);
  stale.onSettled = (run, at) => void ledger.enqueue({ run, at });
  const arbitration = new Arbitration(clock, options);
  return {
    changeLimits(limits) {
      arbitration.change(limits);
      pool.changeBounds(limits);
    },
    pool,
    pools: { statuses: () => Promise.resolve([]), async *moves() {} },
    dag,
    compaction: dag,
    artifacts,
    arbitration,
    stale,
    retention: new Retention(
      new MemoryShelves({ artifacts, catalog, stale, dag }),
      clock,
      () => filing.catchUp(),
    ),
    training: new TrainingData({ lines: () => ReadableStream.from(decisions), streams, catalog }),
    library: {
      catalog,
      streams,
      reclaim: new MemoryArtifactReclaim(artifacts),
      search,
      lineage: new LogLineage({ dag, artifacts, ledger }),
      filing,
      checkup: new MemoryCheckup(artifacts),
      encryption: new MemoryEncryption(),
    },
    control: new MemoryRunControl(),
    plans: new MemoryPlans(),
    memo: new MemoryMemo(),
    queue: new MemoryQueue(),
    [Symbol.asyncDispose]: () => pool.drain(),
  };
}
