/**
 * What people and workflows say of artifacts: names with versions, tags, quality, and what must be kept. Ports beside
 * ArtifactPort.
 *
 * @module
 */

import type { ArtifactId, NodeId, RunId } from "../ids.ts";

/** One version of a named artifact. Versions are never changed. */
export interface ArtifactVersion {
  readonly name: string;
  /** 1, 2, 3, … */
  readonly version: number;
  readonly artifact: ArtifactId;
  /** The version that it was made from; absent for one made from nothing. */
  readonly parent?: number;
  readonly message: string;
  /** Unix milliseconds. */
  readonly at: number;
  /** The run whose output it is. */
  readonly run?: RunId;
}

export interface NewVersion {
  readonly artifact: ArtifactId;
  readonly run?: RunId;
  readonly message?: string;
  /** The latest version where it is not given; 0 for none. */
  readonly parent?: number;
}

/** What a named scorer thought of an artifact. */
export interface QualityScore {
  readonly scorer: string;
  /** The scorer's own version, so that scores can be compared. */
  readonly version: string;
  /** 0 to 1. */
  readonly value: number;
  readonly at: number;
}

export interface ArtifactLabels {
  readonly tags: readonly string[];
  /** Why it must be kept, whatever the policies say; undefined where it need not. */
  readonly hold: string | undefined;
  readonly scores: readonly QualityScore[];
}

export interface ArtifactCatalogPort {
  /** Adds a version. Equal content as the latest version adds none. @throws SymphonyError `not-found` | `bad-input` */
  addVersion(name: string, version: NewVersion): Promise<ArtifactVersion>;
  /** The versions of a name, the oldest first; empty where there is no such name. */
  versions(name: string): Promise<readonly ArtifactVersion[]>;
  /** Every name with its latest version. */
  names(): AsyncIterable<ArtifactVersion>;
  /** The versions that this artifact is, by name and number. */
  versionsOf(id: ArtifactId): Promise<readonly ArtifactVersion[]>;
  labels(id: ArtifactId): Promise<ArtifactLabels>;
  /** Changes tags, hold and scores; a score of the same scorer and version is replaced. @throws SymphonyError `not-found` */
  label(id: ArtifactId, change: LabelChange): Promise<ArtifactLabels>;
}

export interface LabelChange {
  readonly addTags?: readonly string[];
  readonly removeTags?: readonly string[];
  /** Null takes the hold away. */
  readonly hold?: string | null;
  readonly score?: Omit<QualityScore, "at">;
}

/** What is looked for. Everything that is given must hold. */
export interface ArtifactQuery {
  /** Words that must all be in the content, the name or the message; `"…"` for a phrase, `word*` for a beginning. */
  readonly text?: string;
  readonly type?: string;
  readonly tag?: string;
  readonly run?: RunId;
  readonly node?: NodeId;
  /** Unix milliseconds. */
  readonly since?: number;
  readonly until?: number;
  /** The best score is at least this. */
  readonly minQuality?: number;
  readonly limit?: number;
  readonly offset?: number;
}

export interface ArtifactHit {
  readonly artifact: ArtifactId;
  readonly name: string;
  readonly type: string;
  readonly createdAt: number;
  readonly sizeBytes: number;
  /** Where the text was found, the words between `[` and `]`. */
  readonly highlight: string;
}

export interface SearchResult {
  readonly hits: readonly ArtifactHit[];
  /** All that fit, however many. */
  readonly total: number;
  /** Where so many fit that only the newest were ranked and counted by value: how many those are. */
  readonly looked?: number;
  /** How many of all hits have each value, the most frequent first. */
  readonly facets: {
    readonly type: Readonly<Record<string, number>>;
    readonly tag: Readonly<Record<string, number>>;
    readonly run: Readonly<Record<string, number>>;
  };
}

export interface ArtifactSearchPort {
  /** @throws SymphonyError `bad-input` for a text that cannot be read */
  search(query: ArtifactQuery): Promise<SearchResult>;
  /** Takes in what is new, changed or gone since the last time; says how many. `search` does so by itself. */
  refresh(): Promise<number>;
  /** Forgets the index and makes it anew from the store. */
  rebuild(): Promise<number>;
  /** Where the index and the store disagree, in words. */
  faults(): Promise<readonly string[]>;
}
