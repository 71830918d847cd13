/**
 * The Pit in memory, for tests and benches.
 *
 * @module
 */

import type { ClockPort } from "../core/ports/clock.ts";
import { Arbitration } from "./arbitration/arbitration.ts";
import { MemoryArtifacts } from "./artifact/memory.ts";
import { MemoryDag } from "./dag/memory.ts";
import { MemoryMemo } from "./dag/memory_memo.ts";
import { MemoryRunControl } from "./dag/memory_run_control.ts";
import type { OpenPit } from "./open_pit.ts";
import { InstancePool, type Instances } from "./pool/pool.ts";
import { MemoryQueue } from "./queue/memory.ts";
import { MemoryStale } from "./stale/memory.ts";

/** A Pit that forgets everything with the process. Disposing drains the pool. */
export function memoryPit(instances: Instances, clock: ClockPort): OpenPit {
  const pool = new InstancePool(instances, clock);
  const dag = new MemoryDag();
  return {
    pool,
    dag,
    compaction: dag,
    artifacts: new MemoryArtifacts(clock),
    arbitration: new Arbitration(clock),
    stale: new MemoryStale(),
    control: new MemoryRunControl(),
    memo: new MemoryMemo(),
    queue: new MemoryQueue(),
    [Symbol.asyncDispose]: () => pool.drain(),
  };
}
