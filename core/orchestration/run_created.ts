/**
 * The first event of a scope: what it was started with, and what that says.
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
    ...(setup.proposes ? { proposes: true } : {}),
    ...(scope.path !== "" || setup.reuse === undefined ? {} : { reuse: setup.reuse }),
    ...(setup.isMock ? { isMock: true } : {}),
    ...(scope.path !== "" || setup.part === undefined ? {} : { part: setup.part }),
    ...(scope.path !== "" || setup.priority === 0 ? {} : { priority: setup.priority }),
    ...(scope.path !== "" || setup.user === undefined ? {} : { user: setup.user }),
  };
}

/** True where a run's first event says that its values are made up. */
export function isMockRun({ isMock, reuse }: Marks): boolean {
  // Before the mark there was, results kept apart were what told of such a run.
  return isMock === true || reuse?.memo === "apart";
}

type Marks = Pick<Extract<RunEvent, { readonly type: "run.created" }>, "isMock" | "reuse">;
