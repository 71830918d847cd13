/**
 * How much a node's result is worth and how often it may be attempted, by its importance and its place in the workflow:
 * the retry budgets of Symphony's design (essential first 3, in the middle 5, last 7 attempts; recommended one retry, then
 * go on without it; optional none). They bound what is planned; the node's own retry policy bounds it too.
 *
 * Ring: conductor, pure.
 *
 * @module
 */

import type { NodePosition } from "../../core/ports/recovery.ts";
import type { Importance } from "../../core/workflow/definition.ts";

const ESSENTIAL: Readonly<Record<NodePosition, number>> = { first: 3, middle: 5, final: 7 };

/** Most attempts in all. */
export function mostAttempts(importance: Importance, position: NodePosition): number {
  if (importance === "essential") return ESSENTIAL[position];
  return importance === "recommended" ? 2 : 1;
}

export interface Worth {
  /** Of a result, and of having none. */
  readonly success: number;
  readonly failure: number;
  /** Of a person's time for an answer. */
  readonly asking: number;
}

/** An essential node's failure ends the run, and more is lost the further it has come. */
export function worthOf(importance: Importance, position: NodePosition): Worth {
  if (importance === "essential") {
    const failure = position === "first" ? -0.25 : position === "middle" ? -0.5 : -0.75;
    return { success: 1, failure, asking: 0.4 };
  }
  return importance === "recommended"
    ? { success: 0.6, failure: -0.1, asking: 0.4 }
    : { success: 0.3, failure: 0, asking: 0.4 };
}
