/** Failures of nodes, grouped by cause. @module */

import type { NodeFailure } from "../../core/policy/failure.ts";
import type { Recovery } from "../../core/policy/recovery.ts";

export type FailureState = "open" | "resolved" | "ignored";

/** Failures with one fingerprint: the class, the node type, and the message without what varies in it. */
export interface FailureGroup {
  readonly fingerprint: string;
  readonly class: NodeFailure["class"];
  readonly nodeType: string;
  /** Of the newest. */
  readonly message: string;
  readonly count: number;
  readonly runs: number;
  readonly firstAt: number;
  readonly lastAt: number;
  readonly lastRun: string;
  readonly state: FailureState;
}

export interface FailureQuery {
  readonly state?: FailureState;
  readonly since?: number;
  readonly run?: string;
  readonly limit?: number;
}

export interface FailureOccurrence {
  readonly run: string;
  readonly workflow: string;
  readonly node: string;
  readonly scope?: string;
  readonly item?: number;
  readonly attempt: number;
  readonly at: number;
  readonly instrument?: string;
  readonly failure: NodeFailure;
  /** The author's TypeScript frames of `failure.detail`, innermost first. */
  readonly stack: readonly StackFrame[];
  /** What recovery chose next, and what it had tried before. */
  readonly tried: readonly {
    readonly attempt: number;
    readonly at: number;
    readonly instrument?: string;
    readonly failure: string;
    readonly recovery?: Recovery;
  }[];
  /** The node's inputs, kept as an artifact, where they were seen. */
  readonly input?: string;
  /** True where the run can be told `retry-node` for it now. */
  readonly isRetryable: boolean;
}

export interface StackFrame {
  readonly name: string;
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

export interface FailureDetail extends FailureGroup {
  /** Newest first, at most 50. */
  readonly occurrences: readonly FailureOccurrence[];
}

export interface FailureChange {
  readonly state: FailureState;
}
