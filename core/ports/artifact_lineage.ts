/**
 * Where artifacts come from and what they went into, read from the logs of the runs. Ports beside ArtifactPort.
 *
 * @module
 */

import type { ArtifactId, NodeId, RunId } from "../ids.ts";

/** A node of a run, or one item of its fan-out. */
export interface RunPlace {
  readonly run: RunId;
  readonly workflow: string;
  /** The body of a loop or sub-workflow, as in the log; absent at the top. */
  readonly scope?: string;
  /** Absent for an output of the workflow itself. */
  readonly node?: NodeId;
  readonly item?: number;
  /** The workflow's output. */
  readonly output?: string;
}

/** A value that went from one place to another: an artifact, or the beginning of a small one's JSON. */
export type LineageValue = { readonly artifact: ArtifactId } | { readonly preview: string };

/** What a node read: an input of the run, or what another node gave. */
export type LineageSource =
  | { readonly kind: "input"; readonly name: string; readonly value: LineageValue }
  | { readonly kind: "node"; readonly node: NodeId; readonly item?: number; readonly value: LineageValue };

/** What made an artifact once. */
export interface LineageMaking {
  readonly place: RunPlace;
  /** Unix milliseconds. */
  readonly at: number;
  readonly instrument?: string;
  readonly sources: readonly LineageSource[];
  /** Sources that are not listed, where there are very many. */
  readonly more: number;
}

/** What an artifact went into. */
export interface LineageUse {
  readonly place: RunPlace;
  /** What that place gave, where it is an artifact. */
  readonly gave: readonly ArtifactId[];
}

export interface ArtifactLineage {
  readonly artifact: ArtifactId;
  readonly madeBy: readonly LineageMaking[];
  readonly wentInto: readonly LineageUse[];
}

export interface ArtifactLineagePort {
  /**
   * What made the artifact and what it went into, one step each way; empty for what no run knows. Runs under way are
   * looked at as far as their logs go.
   */
  lineage(id: ArtifactId): Promise<ArtifactLineage>;
}

/**
 * Files what runs leave behind: every output of a workflow becomes a version of `WORKFLOW/OUTPUT`, what a run refers to
 * is noted, and the search takes it in. Happens by itself in the background, after the run; what a crash left is done
 * the next time.
 */
export interface ArtifactFilingPort {
  /** Files all that waits and says how many runs that were. */
  catchUp(): Promise<number>;
}
