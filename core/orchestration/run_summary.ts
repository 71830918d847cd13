/** The line about a run that is kept beside its log. @module */

import type { RunStateName, RunSummary } from "../ports/dag.ts";
import type { RunScopes } from "./run_scopes.ts";
import type { RunSetup } from "./run_services.ts";

/** As of `now`; with its end where the run has ended. */
export function summaryOf(
  setup: RunSetup,
  { root }: RunScopes,
  state: RunStateName,
  now: number,
): RunSummary {
  return {
    run: setup.run,
    workflow: root.plan.definition.id,
    state,
    startedAt: setup.startedAt,
    ...(isEnd(state) ? { endedAt: now } : {}),
    spent: { usd: root.spentUsd, tokens: root.spentTokens, activeMs: root.activeMs(now) },
    ...marksOf(setup),
  };
}

/** What tells the run from one that others may be forecast by. */
export function marksOf({ isMock, part }: RunSetup): Pick<RunSummary, "isMock" | "isPart"> {
  return { ...(isMock ? { isMock } : {}), ...(part === undefined ? {} : { isPart: true }) };
}

/** True where nothing more comes of the run by itself. */
export function isEnd(state: RunStateName): boolean {
  return state === "completed" || state === "failed" || state === "cancelled";
}
