/** The Pit: five narrow ports in one record. @module */

import type { ArbitrationPort } from "./arbitration.ts";
import type { ArtifactPort } from "./artifact.ts";
import type { DagPort } from "./dag.ts";
import type { PoolPort } from "./pool.ts";
import type { StalePort } from "./stale.ts";

export interface PitPort {
  readonly pool: PoolPort;
  readonly dag: DagPort;
  readonly artifacts: ArtifactPort;
  readonly arbitration: ArbitrationPort;
  readonly stale: StalePort;
}
