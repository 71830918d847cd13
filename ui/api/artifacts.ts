/** Artifacts: search, content, versions, difference, descent. @module */

import type { ArtifactInfo } from "../../core/ports/artifact.ts";
import type {
  ArtifactHit,
  ArtifactLabels,
  ArtifactVersion,
  SearchResult,
} from "../../core/ports/artifact_catalog.ts";

export interface ArtifactFilter {
  /** Words that must all be there; `"…"` for a phrase, `word*` for a beginning. */
  readonly text?: string;
  readonly type?: string;
  readonly tag?: string;
  readonly run?: string;
  readonly node?: string;
  readonly since?: number;
  readonly until?: number;
  readonly minQuality?: number;
  /** Default 50, at most 500. */
  readonly limit?: number;
  readonly offset?: number;
}

/** A hit that says what it is: its name, or the node that made it and its first words. */
export interface TitledHit extends ArtifactHit {
  readonly title: string;
}

export interface ArtifactPage extends SearchResult {
  readonly hits: readonly TitledHit[];
}

export interface ArtifactDetail extends ArtifactInfo {
  /** Its name, or the node that made it and its first words. */
  readonly title: string;
  readonly labels: ArtifactLabels;
  /** Named versions that are this artifact. */
  readonly versions: readonly ArtifactVersion[];
  /** How to show it. */
  readonly view: "markdown" | "code" | "diff" | "json" | "table" | "image" | "text" | "bytes";
  /** For code: the language's name. */
  readonly language?: string;
}

export interface DiffQuery {
  readonly with: string;
}

/** Line by line; `equal` runs of more than ten lines are cut to their ends where `isCut`. */
export interface ArtifactDiff {
  readonly from: string;
  readonly to: string;
  readonly kind: "text" | "bytes";
  readonly added: number;
  readonly removed: number;
  readonly hunks: readonly DiffHunk[];
  readonly isCut: boolean;
}

export interface DiffHunk {
  /** 1-based lines. */
  readonly fromLine: number;
  readonly toLine: number;
  readonly lines: readonly { readonly kind: "equal" | "added" | "removed"; readonly text: string }[];
}

/** What an artifact was made from and what was made from it, as far as runs tell. */
export interface Lineage {
  readonly nodes: readonly {
    readonly id: string;
    /** `value`: a small input of a run. */
    readonly kind: "artifact" | "node" | "value";
    readonly title: string;
  }[];
  readonly edges: readonly { readonly from: string; readonly to: string }[];
  /** True where the graph was cut at its limit of nodes. */
  readonly isCut: boolean;
}
