/**
 * Which commands of a person a run takes in its state.
 *
 * @module
 */

import type { UserCommandType } from "./command.ts";
import type { RunState } from "./state.ts";
import { FAILED, WAITING } from "./unit_state.ts";

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
      return ["retry-node", "skip-node"];
    case "completed":
      return state.failures.size > 0 ? ["retry-node"] : [];
    case "cancelled":
      return [];
    default:
      state.run satisfies never;
      return [];
  }
}

function atNodes(state: RunState): UserCommandType[] {
  const more: UserCommandType[] = [];
  if (state.tally[FAILED]! > 0 || state.failures.size > 0) more.push("retry-node");
  if (state.tally[WAITING]! > 0) more.push("provide-input", "signal");
  return more;
}
