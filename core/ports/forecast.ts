/**
 * What the pool asks about the future: how long to keep what is idle, what to load ahead, whom to give up, how many. And
 * what the driver of a run tells, so that the graph itself is a forecast: a node that runs has children on their way.
 *
 * Two narrow ports; one adapter may be both. All moments are Unix milliseconds.
 *
 * @module
 */

import type { ExtensionId, RunId } from "../ids.ts";
import type { Catalog } from "../workflow/catalog.ts";
import type { Plan } from "../workflow/plan.ts";

/** When an idle instance is to be warm, from the moment it became idle; in order, apart from each other. */
export interface WarmWindows {
  readonly windows: readonly { readonly fromMs: number; readonly untilMs: number }[];
  /** Why, in words. */
  readonly reason: string;
}

/** One instance that nodes on their way are expected to ask for. */
export interface ComingNeed {
  readonly extension: ExtensionId;
  /** When it is expected to be asked for. */
  readonly at: number;
  /** True where it is worth beginning to load now, so that it is ready in time. */
  readonly load: boolean;
}

/** Readings of one step for one extension. */
export interface LoadStep {
  /** Calls that arrived, and the milliseconds of work that they are. */
  readonly arrivals: number;
  readonly arrivedMs: number;
  /** Milliseconds of work that wait now. */
  readonly waitingMs: number;
}

export interface ForecastPort {
  /** An instance was asked for, and at what cost: `loadMs` where it had to be loaded for it. */
  asked(extension: ExtensionId, at: number, loadMs?: number): void;
  /** An instance became idle; gives when it should be warm. The gap ends with the next `asked` for the extension. */
  idle(extension: ExtensionId, at: number): WarmWindows;
  /** What running workflows will ask for soon, soonest first. Cheap; meant to be asked a few times a second. */
  coming(at: number): readonly ComingNeed[];
  /** The place of the idle instance to give up first; -1 for an empty list. `room` is any measure of size. */
  victim(idle: readonly { readonly extension: ExtensionId; readonly room: number }[]): number;
  /** How many instances are wanted, after a step of `FORECAST_STEP_MS`. */
  instances(extension: ExtensionId, step: LoadStep): number;
}

/** Between two calls of `instances` for an extension. */
export const FORECAST_STEP_MS = 5000;

/** What the driver of a run tells. Calls of runs that were not opened are ignored. `scope` is as in an event's. */
export interface LookAheadPort {
  /** A run begins or is taken up, or a loop's or sub-workflow's body inside one; the catalogue says who may carry it out. */
  opened(run: RunId, scope: string, plan: Plan, catalog: Catalog): void;
  /** A node began, or the first item of one that fans out; `extension` carries it out, undefined for control nodes. */
  begun(run: RunId, scope: string, node: number, at: number, extension?: ExtensionId): void;
  /** A node settled: completed, failed or skipped. */
  settled(run: RunId, scope: string, node: number, at: number): void;
  /** The run stopped, whatever the reason. */
  closed(run: RunId): void;
  /**
   * How soon calls of the run should be served beside those of other runs, higher first: a whole number that rises as
   * less work is left and as the run grows older. Undefined while no other run is open.
   */
  urgency(run: RunId, at: number): number | undefined;
}
