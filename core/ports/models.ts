/**
 * Asking models from within a call: whoever carries the call out gives the means, and keeps account of what it takes.
 *
 * @module
 */

import type { NodeTypeId } from "../ids.ts";
import type { JsonObject } from "../json.ts";
import type { NodeFailure } from "../policy/failure.ts";
import type { Result } from "../result.ts";

/** Tokens, sent and answered together, and US dollars. */
export interface ModelAmounts {
  readonly usd: number;
  readonly tokens: number;
}

/** What whoever asks may still spend on models, beside what the run may. */
export interface ModelAllowance {
  /** Undefined where nothing limits it. */
  left(): Partial<ModelAmounts>;
  /** Holds the most that an answer may take, until the returned function tells what it did take. */
  hold(most: Partial<ModelAmounts>): (taken: ModelAmounts) => void;
}

export interface ModelRequest {
  /** A task, for which an instrument is chosen, or an instrument by its name. */
  readonly use: NodeTypeId;
  /** As a node of a workflow would bind it. */
  readonly input: JsonObject;
  readonly allowance: ModelAllowance;
}

export interface ModelAnswer {
  /** For a task the structure that it promises; of an instrument `text`, `model`, `finish`, and `data` for a `schema`. */
  readonly output: JsonObject;
  /** Who answered. */
  readonly instrument: NodeTypeId;
  readonly taken: ModelAmounts;
}

export interface ModelsPort {
  /**
   * Asks one model. Never throws: what goes wrong is a typed failure. Waits for its turn; an answer that was paid for and then
   * refused (its structure does not fit) is counted all the same. After `signal` fires the failure is of class `cancelled`.
   */
  ask(request: ModelRequest, signal: AbortSignal): Promise<Result<ModelAnswer, NodeFailure>>;
}
