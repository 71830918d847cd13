/**
 * A workflow that is proposed for a goal, before anybody has agreed to anything.
 *
 * Ring: conductor, pure.
 *
 * @module
 */

import type { Problem } from "../../core/workflow/problem.ts";
import type { WorkflowPrice } from "./price.ts";

/** Where a proposal comes from. */
export type CandidateSource = "template" | "parts" | "instrument";

export interface Draft {
  readonly source: CandidateSource;
  /** JSONC. */
  readonly text: string;
  /** Why it was proposed, in words. */
  readonly reason: string;
  /** True where an instrument is told the whole goal: it may know what no part speaks of. */
  readonly isTold?: boolean;
}

export interface Candidate extends Draft {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly nodes: readonly { readonly id: string; readonly use: string; readonly title: string }[];
  readonly inputs: readonly {
    readonly name: string;
    readonly isRequired: boolean;
    readonly description: string;
  }[];
  readonly outputs: readonly string[];
  /** Warnings; a candidate has no errors. */
  readonly problems: readonly Problem[];
  readonly price: WorkflowPrice;
  /** True where a node may change files. */
  readonly writes: boolean;
  /** Share of the goal's words that it speaks of, 0 to 1. */
  readonly coverage: number;
  /** Words of the goal that none of its parts speaks of. */
  readonly missing: readonly string[];
  /** Share of its parts that speak of the goal, 0 to 1. */
  readonly focus: number;
  /** Probability that the person accepts it, as learned. */
  readonly score: number;
}
