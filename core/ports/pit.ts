/** The Pit: five narrow ports in one record, and small ports beside them. @module */

import type { ArbitrationPort } from "./arbitration.ts";
import type { ArtifactPort } from "./artifact.ts";
import type { ArtifactCatalogPort, ArtifactSearchPort } from "./artifact_catalog.ts";
import type { ArtifactCheckupPort } from "./artifact_checkup.ts";
import type { ArtifactEncryptionPort } from "./artifact_encryption.ts";
import type { ArtifactFilingPort, ArtifactLineagePort } from "./artifact_lineage.ts";
import type { ArtifactReclaimPort, ArtifactStreamPort } from "./artifact_stream.ts";
import type { DagPort } from "./dag.ts";
import type { PoolPort } from "./pool.ts";
import type { RetentionPort } from "./retention.ts";
import type { StalePort } from "./stale.ts";
import type { TrainingDataPort } from "./training_data.ts";

export interface PitPort {
  readonly pool: PoolPort;
  readonly dag: DagPort;
  readonly artifacts: ArtifactPort;
  readonly arbitration: ArbitrationPort;
  readonly stale: StalePort;
  /** What is kept, where, and how long. */
  readonly retention: RetentionPort;
  readonly training: TrainingDataPort;
  /** What people ask of artifacts, beside their bytes. */
  readonly library: ArtifactLibrary;
}

/** Small ports over the same artifacts as `PitPort.artifacts`. */
export interface ArtifactLibrary {
  readonly catalog: ArtifactCatalogPort;
  readonly streams: ArtifactStreamPort;
  readonly reclaim: ArtifactReclaimPort;
  readonly search: ArtifactSearchPort;
  readonly lineage: ArtifactLineagePort;
  readonly filing: ArtifactFilingPort;
  readonly checkup: ArtifactCheckupPort;
  readonly encryption: ArtifactEncryptionPort;
}
