/**
 * What to do after a failed attempt of a routed node, and when to ask a second instrument without waiting for the first.
 * A second small port beside ConductorPort; without it the engine's plain retries hold.
 *
 * The limits are the caller's: whatever is answered, a node is never attempted more often than its retry policy allows,
 * never after its run's deadline, and no paid instrument is asked once the budget is spent.
 *
 * @module
 */

import type { NodeId, NodeTypeId, RunId } from "../ids.ts";
import type { FailureClass, NodeFailure } from "../policy/failure.ts";
import type { Preference } from "../policy/preference.ts";
import type { Recovery } from "../policy/recovery.ts";
import type { Importance } from "../workflow/definition.ts";
import type { InstrumentOption } from "./conductor.ts";

/** Where a node stands in its workflow: nothing before it, nothing behind it, or between. */
export type NodePosition = "first" | "middle" | "final";

export interface FailedAttempt {
  readonly run: RunId;
  readonly node: NodeId;
  /** The task. */
  readonly kind: string;
  readonly importance: Importance;
  readonly position: NodePosition;
  readonly instrument: NodeTypeId;
  readonly failure: NodeFailure;
  /** Everything that may serve the task now, those that failed included. */
  readonly options: readonly InstrumentOption[];
  /** Instruments that have failed this node in this run, the last one last. */
  readonly tried: readonly NodeTypeId[];
  /** Attempts made, and how many more the node's retry policy allows. */
  readonly attempts: number;
  readonly attemptsLeft: number;
  /** Seconds that the same instrument would be waited for before another attempt. */
  readonly delaySeconds: number;
  readonly preference?: Preference;
  /** US dollars that the run may still spend; seconds until the answer is of no use. */
  readonly budgetUsd?: number;
  readonly deadlineSeconds?: number;
  /** True where a person can be asked. */
  readonly mayAsk: boolean;
}

/** How an attempt ended. The first of a node has no `after`. */
export interface AttemptResult {
  readonly kind: string;
  readonly instrument: NodeTypeId;
  readonly seconds: number;
  readonly usd?: number;
  /** 0 to 1, where one was measured. */
  readonly quality?: number;
  /** Undefined where it succeeded. */
  readonly failure?: FailureClass;
  /** The decision that led to it, and the failure before it. */
  readonly after?: { readonly recovery: Recovery; readonly failure: FailureClass };
}

/** A call that has been made and may take long. */
export interface RunningCall {
  readonly kind: string;
  readonly instrument: NodeTypeId;
  readonly options: readonly InstrumentOption[];
  readonly tried: readonly NodeTypeId[];
  readonly budgetUsd?: number;
}

/** Ask `instrument` too where no answer has come after `afterMs`. */
export interface Hedge {
  readonly instrument: NodeTypeId;
  readonly afterMs: number;
}

export interface RecoveryPort {
  /** Decides at once. Deterministic for the same history of calls. */
  recover(failed: FailedAttempt): Recovery;
  /** Learns from an attempt that ended; call it for first attempts, too. */
  attempted(result: AttemptResult): void;
  /** Undefined where no second call is to be made. Only for calls that change nothing. */
  hedge(call: RunningCall): Hedge | undefined;
  /** A hedged call was made: it counts against the share of extra calls. */
  hedged(): void;
}
