/**
 * What carrying out a run needs: the doors, and the facts of this run.
 *
 * @module
 */

import type { ArtifactId, RunId } from "../ids.ts";
import type { ClockPort } from "../ports/clock.ts";
import type { ConductorPort } from "../ports/conductor.ts";
import type { CallEvent, ExtensionPort } from "../ports/extension.ts";
import type { LookAheadPort } from "../ports/forecast.ts";
import type { PitPort } from "../ports/pit.ts";
import type { MemoPort } from "../ports/memo.ts";
import type { PlanRecordPort } from "../ports/plan_records.ts";
import type { PoolWatchPort } from "../ports/pool.ts";
import type { RandomPort } from "../ports/random.ts";
import type { RecoveryPort } from "../ports/recovery.ts";
import type { CallNeedsPort } from "../ports/resource_monitor.ts";
import type { RunControlPort } from "../ports/run_control.ts";
import type { Catalog } from "../workflow/catalog.ts";
import type { PartNote } from "../workflow/part_of.ts";
import type { Report } from "./command.ts";
import type { ReuseRequest } from "./reuse.ts";
import type { RunLog } from "./run_log.ts";
import type { RunReuse } from "./run_reuse.ts";
import type { RunScope, Unit } from "./run_scope.ts";
import type { RunValues } from "./run_values.ts";

export interface RunServices {
  readonly pit: PitPort;
  readonly control: RunControlPort;
  readonly extensions: ExtensionPort;
  /** What calls of a mock run go to, where that is not `MockExtensions` over `extensions`; no call of it may reach a real one. */
  readonly mockExtensions?: ExtensionPort;
  readonly conductor: ConductorPort;
  readonly clock: ClockPort;
  readonly random: RandomPort;
  /** Told what begins and settles, where there is a forecast. */
  readonly lookAhead?: LookAheadPort;
  /** Says what calls take of the machine; without it, what their manifests say. */
  readonly callNeeds?: CallNeedsPort;
  /** Told how each call on an instance went, and asked how those of an extension fare. */
  readonly poolWatch?: Pick<PoolWatchPort, "observe" | "healthOf">;
  /** Chooses what to do after a failure; without it, plain retries. */
  readonly recovery?: RecoveryPort;
  /** Results kept for other runs; without it, none are. */
  readonly memo?: MemoPort;
  /** Where plans of large workflows are kept; without it, each is made again when its run is resumed. */
  readonly plans?: PlanRecordPort;
  /** True where a person is there to be asked about a failure. */
  readonly mayAsk?: boolean;
  /** Whose work runs are that nobody else is named for. */
  readonly user?: string;
}

export interface RunSetup {
  readonly run: RunId;
  /** What the run was started with; see run_definition.ts. */
  readonly definition: ArtifactId;
  readonly catalog: Catalog;
  readonly workspace: string;
  readonly mayWrite: boolean;
  /** Texts of files are proposed instead of written. */
  readonly proposes: boolean;
  readonly concurrency: number;
  readonly startedAt: number;
  /** Unix milliseconds until which its answers are of use, where its workflow says. */
  readonly deadline?: number;
  readonly reuse?: ReuseRequest;
  /** Values are made up; see mock_run.ts. */
  readonly isMock: boolean;
  /** Where only a part of its workflow is carried out. */
  readonly part?: PartNote;
  /** Whose work it is, for fair shares. */
  readonly user?: string;
  /** Higher goes first; 0 is ordinary. */
  readonly priority: number;
}

/** What the parts of the driver ask of the loop that owns them. */
export interface Driver {
  readonly services: RunServices;
  readonly setup: RunSetup;
  readonly values: RunValues;
  readonly log: RunLog;
  readonly reuse: RunReuse;
  /** True once nothing new may begin (paused, ended, or the disk refused). */
  readonly isStopping: boolean;
  /** Tells the engine. A report that comes too late is dropped: false. */
  report(scope: RunScope, report: Report): boolean;
  /** Passes on what a call says meanwhile. */
  say(scope: RunScope, unit: Unit, event: CallEvent): void;
  /** Says what the engine does meanwhile, or why it does not. */
  tell(scope: RunScope, unit: Unit, text: string): void;
  /** Fires when the run stops. */
  readonly signal: AbortSignal;
  /** Fires when the run stops or the scope ends. */
  signalOf(scope: RunScope): AbortSignal;
  /** Begins nothing more, and pauses the run once what is under way has ended. */
  pauseAfter(reason: string): void;
  /** Takes one of the run's places (`concurrency`) for what does not end at once. */
  enter(): void;
  /** Gives it back. */
  leave(): void;
  /** Holds a place until `work` has settled. A rejection is a crash. */
  track(work: Promise<void>): void;
  /** Something outside the run broke (disk, a bug): the run stops, resumable, and `done` rejects. */
  crash(error: unknown): void;
}
