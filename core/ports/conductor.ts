/**
 * Which ready node next, on which instrument, and what after a failure.
 *
 * @module
 */

import type { ExtensionId, NodeId, NodeTypeId, RunId } from "../ids.ts";
import type { NodeFailure } from "../policy/failure.ts";
import type { Plan } from "../workflow/plan.ts";

/** An instrument that could serve a task. */
export interface InstrumentOption {
  readonly instrument: NodeTypeId;
  readonly extension: ExtensionId;
  /** From the catalogue: US dollars for a million tokens in and out; 0 for a local model. */
  readonly priceIn: number;
  readonly priceOut: number;
}

export interface RoutingRequest {
  readonly run: RunId;
  readonly node: NodeId;
  readonly task: string;
  readonly options: readonly InstrumentOption[];
  /** Instruments that already failed this node in this run. */
  readonly tried: readonly NodeTypeId[];
}

export interface RoutingDecision {
  /** Undefined where nothing can serve the task. */
  readonly choice: InstrumentOption | undefined;
  readonly reason: string;
}

export interface Outcome {
  readonly nodeType: NodeTypeId;
  readonly durationMs: number;
  readonly failure?: NodeFailure;
  /** 0 to 1, where a quality was measured. */
  readonly quality?: number;
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
