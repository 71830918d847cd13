/**
 * What is kept, where, and how long: policies of the person, what they would do, doing it, and taking it back. What a hold
 * or a run that has not ended refers to is never touched; what a version or a run refers to is never deleted, unless a
 * policy says of runs that ended that it may.
 *
 * @module
 */

import type { ArtifactId } from "../ids.ts";
import type { Reclaimed } from "./artifact_stream.ts";
import type { Tier } from "./stale.ts";

/** What a policy asks of an artifact. Everything that is given must hold. */
export interface RetentionCondition {
  /** Made at least so many days ago. */
  readonly olderThanDays?: number;
  /** Not used by a run and not read for so many days. */
  readonly unusedForDays?: number;
  /** Used by runs and read at most so often. */
  readonly usedAtMost?: number;
  /** Its best score is below this. Without a score it does not hold. */
  readonly qualityBelow?: number;
  readonly largerThanBytes?: number;
  readonly smallerThanBytes?: number;
  /** One of these types, or beginnings of types that end in `*`. */
  readonly types?: readonly string[];
  /** One of these tags. */
  readonly tags?: readonly string[];
  /** None of these tags. */
  readonly withoutTags?: readonly string[];
  /** `none`: nothing refers to it. `ended-runs`: only runs that ended do. `any`: whatever does. */
  readonly references?: "none" | "ended-runs" | "any";
}

export interface RetentionPolicy {
  readonly name: string;
  /** Of several that fit, the highest decides; then the first. 0 where it is not given. */
  readonly priority?: number;
  /** True where it is not given. */
  readonly enabled?: boolean;
  readonly action: "keep" | "warm" | "cold" | "delete";
  readonly when: RetentionCondition;
  /** Only until hot content takes no more than this, the least valuable first. */
  readonly untilHotBytes?: number;
}

/** An S3-compatible store. The keys are read from the environment, and never kept. */
export interface ColdTarget {
  /** For example `https://s3.eu-central-1.amazonaws.com`. */
  readonly endpoint: string;
  readonly bucket: string;
  readonly region: string;
  /** Before every object's name. */
  readonly prefix: string;
  /** Names of environment variables. */
  readonly keyIdFrom: string;
  readonly secretFrom: string;
}

/** When logs are compacted by themselves; none of their events goes. */
export interface LogPolicy {
  /** True where it is not given. */
  readonly enabled?: boolean;
  /** Logs of runs that ended so long ago; 24 where it is not given. */
  readonly endedForHours?: number;
  /** Of a run that has not ended, what has grown beyond this since the last time; 32 MB where it is not given. */
  readonly growsBeyondBytes?: number;
}

/** What logs take, and what compacting them has saved. */
export interface LogReport {
  readonly runs: number;
  readonly bytes: number;
  /** Runs whose logs were compacted by themselves, wholly or in part. */
  readonly compacted: number;
  readonly savedBytes: number;
  /** Runs whose logs the policy would compact now. */
  readonly due: number;
  /** Unix milliseconds of the last look; absent before the first. */
  readonly lastAt?: number;
  readonly policy: Required<LogPolicy>;
}

export interface RetentionSettings {
  readonly policies: readonly RetentionPolicy[];
  /** How long what is deleted can be brought back. */
  readonly graceDays: number;
  /** Hours between two runs by itself; absent: only when asked. */
  readonly everyHours?: number;
  /** How long every move of an instance is kept; absent: 90. */
  readonly poolMovesDays?: number;
  readonly cold?: ColdTarget;
  readonly logs?: LogPolicy;
}

export interface RetentionItem {
  readonly artifact: ArtifactId;
  readonly name: string;
  readonly type: string;
  readonly action: "warm" | "cold" | "delete";
  readonly from: Tier;
  readonly policy: string;
  /** In words: why. */
  readonly reason: string;
  /** What may refer to it all the same; looked at again when it is done. */
  readonly references: "none" | "ended-runs" | "any";
  readonly sizeBytes: number;
}

export interface RetentionPlan {
  /** Unix milliseconds. */
  readonly at: number;
  readonly items: readonly RetentionItem[];
  /** Bytes of the hot store that all of it frees, what is shared counted once. */
  readonly freesBytes: number;
  /** What stays although a policy fits, by reason. */
  readonly spared: Readonly<Record<string, number>>;
  /** Artifacts looked at. */
  readonly looked: number;
}

/** What `apply` did, until it is final. */
export interface RetentionBatch {
  readonly id: string;
  readonly at: number;
  /** When deletions become final. */
  readonly until: number;
  readonly warm: number;
  readonly cold: number;
  /** Artifacts that are marked, and gone when `until` has passed. */
  readonly deleted: number;
  readonly freedBytes: number;
  /** What could not be done, in words. */
  readonly failures: readonly string[];
  readonly state: "waiting" | "final" | "undone";
}

export interface Undone {
  /** Brought back. */
  readonly artifacts: number;
  /** Gone for good, or brought back by somebody else. */
  readonly gone: number;
}

/** Where the space goes. */
export interface StorageReport {
  readonly tiers: Readonly<Record<Tier, { readonly artifacts: number; readonly sizeBytes: number }>>;
  /** By what: type, workflow, and the largest names. */
  readonly byType: readonly StorageShare[];
  readonly byWorkflow: readonly StorageShare[];
  readonly byName: readonly StorageShare[];
  /** Sum of the sizes of all artifacts. */
  readonly contentBytes: number;
  /** What they take, shared and compressed. */
  readonly storedBytes: number;
  readonly held: number;
  /** Marked for deletion, not yet final. */
  readonly waiting: { readonly artifacts: number; readonly sizeBytes: number };
  /** Files of the data folder, in bytes. */
  readonly files: Readonly<Record<string, number>>;
  /** Absent where logs are only in memory. */
  readonly logs?: LogReport;
}

export interface StorageShare {
  readonly what: string;
  readonly artifacts: number;
  readonly sizeBytes: number;
}

export interface RetentionPort {
  settings(): Promise<RetentionSettings>;
  /** @throws SymphonyError `bad-input` naming what is wrong */
  configure(settings: RetentionSettings): Promise<void>;
  /** What the policies, those given or those set, would do now. Nothing changes. */
  preview(policies?: readonly RetentionPolicy[]): Promise<RetentionPlan>;
  /**
   * Does it: moves, and marks for deletion. Every item is looked at again, and left where something refers to it by now.
   * @throws SymphonyError `disk-full` | `io`; what was done until then is in a batch and can be undone
   */
  apply(plan: RetentionPlan): Promise<RetentionBatch>;
  /** The newest first. */
  batches(): Promise<readonly RetentionBatch[]>;
  /** Brings back what a batch moved or marked. @throws SymphonyError `not-found` */
  undo(batch: string): Promise<Undone>;
  /** Deletes for good what was marked and whose time has passed, and frees what nobody uses. Safe while runs go on. */
  purge(): Promise<Reclaimed>;
  report(): Promise<StorageReport>;
}
