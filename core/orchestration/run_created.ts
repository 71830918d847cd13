/**
 * The first event of a scope: what it was started with.
 *
 * @module
 */

import type { RunEvent } from "./event.ts";
import type { RunScope } from "./run_scope.ts";
import type { RunSetup } from "./run_services.ts";

/** `run.created` for a scope; `at` in Unix milliseconds. */
export function createdEvent(scope: RunScope, setup: RunSetup, at: number): RunEvent {
  const { id, version } = scope.plan.definition;
  return {
    type: "run.created",
    at,
    workflow: id,
    version,
    definition: setup.definition,
    inputs: scope.inputs,
    workspace: setup.workspace,
    mayWrite: setup.mayWrite,
    ...(scope.path !== "" || setup.reuse === undefined ? {} : { reuse: setup.reuse }),
  };
}
