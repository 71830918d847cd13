/**
 * A person's command finds the scope that takes it: commands about the run go to the top, commands about a node to the
 * first scope that has it and accepts, a signal to every scope that waits for it.
 *
 * @module
 */

import { err, ok } from "../result.ts";
import type { Result } from "../result.ts";
import type { Refusal, UserCommand } from "./command.ts";
import { decide } from "./decide.ts";
import type { RunEvent } from "./event.ts";
import type { RunScope } from "./run_scope.ts";
import type { RunScopes } from "./run_scopes.ts";
import { legalCommands } from "./legal.ts";

export interface Dispatched {
  readonly scope: RunScope;
  readonly events: readonly RunEvent[];
}

/** The events that the command leads to, by scope, not yet applied. */
export function dispatch(
  scopes: RunScopes,
  command: UserCommand,
  context: { now: number; random: () => number },
): Result<readonly Dispatched[], Refusal> {
  const { root } = scopes;
  if (!("node" in command) && command.type !== "signal") {
    const decided = decide(root.state, command, context);
    return decided.ok ? ok([{ scope: root, events: decided.value }]) : decided;
  }
  const taken: Dispatched[] = [];
  let refusal: Refusal | undefined;
  for (const scope of scopes.all()) {
    if ("node" in command && !scope.plan.indexOf.has(command.node)) continue;
    const decided = decide(scope.state, command, context);
    if (!decided.ok) refusal ??= decided.error;
    else {
      taken.push({ scope, events: decided.value });
      if (command.type !== "signal") break;
    }
  }
  if (taken.length > 0) return ok(taken);
  const reason = "node" in command
    ? `the run has no node "${command.node}"`
    : `nothing waits for "${command.signal}"`;
  return err(refusal ?? { reason, legal: legalCommands(root.state) });
}
