/**
 * What waits to be run, what it may run beside, and what puts more there. Times are Unix milliseconds.
 *
 * @module
 */

import type { ArtifactId, RunId } from "../ids.ts";
import type { Json, JsonObject } from "../json.ts";
import type { BudgetForecast } from "../orchestration/run_forecast.ts";

/**
 * `queued`: waits for its turn. `running`: a worker has it, or had when it died. `waiting`: its run waits for a person or
 * was paused by one. The others are ends; `dead` is for what failed as often as it may.
 */
export type EntryState = "queued" | "running" | "waiting" | "completed" | "failed" | "cancelled" | "dead";

/** One run that was asked for. */
export interface QueueEntry {
  /** `q` and digits, in the order of adding. */
  readonly id: string;
  /** Id of the workflow. */
  readonly workflow: string;
  /** The version to run, kept as in run_definition.ts: a file edited meanwhile changes nothing. */
  readonly definition: ArtifactId;
  readonly inputs: JsonObject;
  readonly workspace: string;
  readonly mayWrite: boolean;
  /** Whose work it is, for fair shares; else whose the worker is. */
  readonly user?: string;
  /** The greater goes first: 1000 critical, 100 high, 0 normal, -100 low, -1000 background. */
  readonly priority: number;
  /** Names of the limits that it counts for: `all`, `workflow:ID`, `instrument:TYPE`, `key:NAME`. */
  readonly lanes: readonly string[];
  readonly addedAt: number;
  /** Not before this moment. */
  readonly notBefore: number;
  readonly state: EntryState;
  /** Runs that were begun for it. */
  readonly attempts: number;
  readonly most: number;
  /** The newest of its runs, and the one before. */
  readonly run?: RunId;
  readonly before?: RunId;
  readonly failure?: string;
  readonly endedAt?: number;
  /** What put it here, where that was no person. */
  readonly trigger?: string;
  /** How many chained runs lie before it. */
  readonly depth: number;
  /** Where its workflow has a budget and has run before; as of when it was added. */
  readonly forecast?: BudgetForecast;
}

/** What is asked for. */
export type NewEntry = Pick<QueueEntry, "workflow" | "definition" | "inputs" | "workspace" | "mayWrite"> & {
  readonly lanes: readonly string[];
  readonly priority?: number;
  readonly notBefore?: number;
  readonly most?: number;
  readonly trigger?: string;
  readonly depth?: number;
  readonly forecast?: BudgetForecast;
  readonly user?: string;
  /** Added once for each such text, however often it is asked for. */
  readonly once?: string;
};

/** How many runs of a lane at once, and how many begun in a span. */
export interface Limit {
  readonly lane: string;
  readonly atOnce?: number;
  readonly rate?: { readonly count: number; readonly perMs: number };
  /** When runs of it were begun, within the span. */
  readonly begun: readonly number[];
}

/** What starts a trigger. */
export type TriggerKind =
  | { readonly type: "cron"; readonly expression: string; readonly zone?: string }
  | { readonly type: "file"; readonly path: string }
  | { readonly type: "git"; readonly repository: string; readonly branch: string }
  | { readonly type: "webhook"; readonly secretEnv: string }
  | { readonly type: "chain"; readonly of: string; readonly on: "completed" | "failed" | "ended" };

/** What is made up for after nobody looked: nothing, the newest, or every occurrence. */
export type CatchUp = "none" | "latest" | "all";

export interface Trigger {
  readonly id: string;
  readonly kind: TriggerKind;
  /** File or template, read anew each time. */
  readonly workflow: string;
  readonly inputs: JsonObject;
  /** The input that is given what happened. */
  readonly pass?: string;
  readonly workspace: string;
  readonly mayWrite: boolean;
  readonly priority: number;
  readonly keys: readonly string[];
  readonly most: number;
  readonly catchUp: CatchUp;
  readonly createdAt: number;
  /** How far it has looked: a moment, a commit, the state of files. */
  readonly mark?: string;
  /** Why it could not start its workflow the last time. */
  readonly failure?: string;
}

/** Something that a trigger waits for has happened. */
export interface Occurrence {
  /** Equal for the same happening, so that it starts one run; absent where `seen` or nothing at all tells that. */
  readonly once?: string;
  /** The mark that was there when it was noticed: where another is there by now, somebody else has started its run. */
  readonly seen?: { readonly mark: string | undefined };
  /** How far the trigger has then looked; absent where that does not change. */
  readonly mark?: string;
  /** What is passed to the run. */
  readonly payload: Json;
  readonly depth?: number;
}
