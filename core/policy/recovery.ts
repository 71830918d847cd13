/**
 * What can be done after an attempt has failed, in the closed list of actions that the engine knows.
 *
 * @module
 */

import type { NodeTypeId } from "../ids.ts";

export const recoveryActions = [
  "retry", // the same again, after a delay
  "correct", // the same again, told what was wrong with the last answer
  "fall-back", // another instrument, whichever routing chooses
  "escalate", // the strongest instrument that has not failed here
  "ask", // a person says whether to try again
  "give-up", // the node has failed
] as const;

export type RecoveryAction = (typeof recoveryActions)[number];

/** A decision that was taken after a failure. Stands in the log, so that a resumed run goes on by it. */
export interface Recovery {
  readonly action: RecoveryAction;
  readonly reason: string;
  /** Who is to do it next: for `retry` and `correct` the one that failed, for `escalate` the strongest. */
  readonly instrument?: NodeTypeId;
  /** Names the decision in the Conductor's log. */
  readonly decision?: string;
}

/** True where the next attempt goes to another instrument: the failure of this one says little about it. */
export function goesElsewhere({ action }: Recovery): boolean {
  return action === "fall-back" || action === "escalate";
}
