/**
 * Which commands of a person a run takes in its state.
 *
 * @module
 */

import type { UserCommandType } from "./command.ts";
import type { RunState } from "./state.ts";
import { FAILED, SKIPPED, WAITING } from "./unit_state.ts";

/** The commands that may be accepted now; whether one is depends on the node it names. */
export function legalCommands(state: RunState): readonly UserCommandType[] {
  switch (state.run) {
    case "pending":
      return ["start", "cancel"];
    case "running":
      return ["pause", "cancel", "skip-node", ...atNodes(state)];
    case "paused":
      return ["resume", "cancel", "skip-node", ...atNodes(state)];
    case "failed":
      // Without a node that failed (the run took too long, say) there is nothing to retry or to skip.
      return state.fatal >= 0 ? ["retry-node", "skip-node"] : ["resume", ...retries(state)];
    case "completed":
      return retries(state);
    case "cancelled":
      return [];
    default:
      state.run satisfies never;
      return [];
  }
}

function atNodes(state: RunState): UserCommandType[] {
  const waits = state.tally[WAITING]! > 0;
  return [...retries(state), ...(waits ? ["provide-input", "signal"] as const : [])];
}

/** What failed, or was skipped because of a failure, keeps that failure; so does what is being retried anyway. */
function retries(state: RunState): UserCommandType[] {
  for (const unit of state.failures.keys()) {
    const code = state.states[unit];
    if (code === FAILED || code === SKIPPED) return ["retry-node"];
  }
  return [];
}
