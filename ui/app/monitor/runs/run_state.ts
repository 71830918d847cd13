/** The state of a run as a person sees it: one that has stopped to ask is not one that runs. @module */

import type { RunStateName } from "../../../../core/ports/dag.ts";
import type { RunDriver } from "../../../api/runs.ts";

export interface RunStanding {
  readonly state: RunStateName;
  readonly driver: RunDriver | undefined;
  /** Of a person, something that only an answer ends. */
  readonly isAsking: boolean;
  /** A call is held until a person gives leave. */
  readonly asksLeave: boolean;
}

export function shownState({ state, driver, isAsking, asksLeave }: RunStanding): RunStateName {
  if (state !== "running") return state;
  return asksLeave || isAsking && driver === "nobody" ? "waiting-for-input" : state;
}
