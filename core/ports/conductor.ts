/**
 * Which ready node next, on which instrument, and what after a failure.
 *
 * @module
 */

import type { ExtensionId, NodeId, NodeTypeId, RunId } from "../ids.ts";
import type { NodeFailure } from "../policy/failure.ts";
import type { Preference } from "../policy/preference.ts";
import type { Plan } from "../workflow/plan.ts";

/** An instrument that could serve a task. */
export interface InstrumentOption {
  readonly instrument: NodeTypeId;
  readonly extension: ExtensionId;
  /** From the catalogue: US dollars for a million tokens in and out; 0 for a local model. */
  readonly priceIn: number;
  readonly priceOut: number;
  /** Most tokens of a prompt, where the catalogue says. */
  readonly contextTokens?: number;
  /** Quality that the catalogue promises, 0 to 1. */
  readonly promisedQuality?: number;
  /** How many calls of its own length one more would wait for a place; absent where one is free. */
  readonly waitRounds?: number;
  /** What is the matter with the extension at this moment; absent while it is well. */
  readonly trouble?: InstrumentTrouble;
}

/** How the calls of an extension fare of late, whichever of its instruments they went to. */
export interface InstrumentTrouble {
  readonly reason: string;
  /** True where a call would be refused now. */
  readonly isRefused?: boolean;
  /** Seconds that calls take of late, where that is several times what they once took. */
  readonly seconds?: number;
  /** Share of the latest calls that failed for the instance's fault, 0 to 1, where that is a lot. */
  readonly failures?: number;
}

export interface RoutingRequest {
  readonly run: RunId;
  readonly node: NodeId;
  readonly task: string;
  readonly options: readonly InstrumentOption[];
  /** Instruments that already failed this node in this run. */
  readonly tried: readonly NodeTypeId[];
  /** What will be asked; the choice may depend on it. */
  readonly prompt?: string;
  /** From 1. */
  readonly attempt?: number;
  /** The workflow's; `balanced` where it says nothing. */
  readonly preference?: Preference;
  /** US dollars that the run may still spend. */
  readonly budgetUsd?: number;
  /** Seconds until the answer is of no use. */
  readonly deadlineSeconds?: number;
  /** Least quality that the node accepts. */
  readonly qualityMin?: number;
  /** False where nothing may be tried out on this node. */
  readonly mayExplore?: boolean;
}

export interface RoutingDecision {
  /** Undefined where nothing can serve the task. */
  readonly choice: InstrumentOption | undefined;
  readonly reason: string;
  /** Names the decision in the log, for `explain` and to join the outcome; absent where nothing was logged. */
  readonly decision?: string;
  /** What the call is expected to cost in US dollars, with some room. */
  readonly expectedUsd?: number;
}

export interface Outcome {
  /** What did the work. */
  readonly nodeType: NodeTypeId;
  /** What the node names: the same, or the task that it was chosen for. */
  readonly use?: NodeTypeId;
  /** The routing decision that this is the outcome of. */
  readonly decision?: string;
  readonly durationMs: number;
  readonly failure?: NodeFailure;
  /** 0 to 1, where a quality was measured; a failure of class `quality` or `output` may have one. */
  readonly quality?: number;
  /** Who measured it. */
  readonly qualitySource?: string;
  readonly costUsd?: number;
}

export interface ConductorPort {
  /** One number a node, higher first among ready nodes. Called once a run. */
  rank(plan: Plan): Float64Array;
  route(request: RoutingRequest): RoutingDecision;
  /** Learns from an attempt that ended. */
  report(outcome: Outcome): void;
  /** The facts behind the choice for a node type, in words. */
  explain(nodeType: NodeTypeId): string;
}
