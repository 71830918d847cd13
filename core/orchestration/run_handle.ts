/**
 * How the outside drives and watches a run. `Runner` (runner.ts) makes handles.
 *
 * @module
 */

import type { NodeId, RunId } from "../ids.ts";
import type { JsonObject } from "../json.ts";
import type { LoggedEvent, RunStateName } from "../ports/dag.ts";
import type { CallEvent } from "../ports/extension.ts";
import type { NodeFailure } from "../policy/failure.ts";
import type { Result } from "../result.ts";
import type { WorkflowDefinition } from "../workflow/definition.ts";
import type { PartNote } from "../workflow/part_of.ts";
import type { Refusal, UserCommand } from "./command.ts";
import type { ReuseRequest } from "./reuse.ts";

/** A durable event, or something said meanwhile that is not kept. Durable ones arrive after they are durable. */
export type LiveEvent =
  | { readonly durable: true; readonly event: LoggedEvent }
  | {
    readonly durable: false;
    readonly node: NodeId;
    readonly item?: number;
    readonly scope?: string;
    readonly event: CallEvent;
    /** True where the engine says it, not the call. */
    readonly isEngine?: true;
  };

export interface StartRequest {
  readonly definition: WorkflowDefinition;
  readonly inputs: JsonObject;
  readonly workspace: string;
  readonly mayWrite: boolean;
  /** What nodes write into files is proposed to the person instead, who takes or rejects it in the editor. */
  readonly proposes?: boolean;
  /** Most nodes at once. */
  readonly concurrency?: number;
  /** The run's id, where it is known before; else a fresh one. */
  readonly run?: RunId;
  /** What may be taken over from earlier runs, beyond what every run takes. */
  readonly reuse?: ReuseRequest;
  /** Calls answer made-up values that fit their schemas, and change nothing; the run stays so when it is resumed. */
  readonly isMock?: boolean;
  /** Where `definition` is a part of a workflow: how far it goes, and what was left out. */
  readonly part?: PartNote;
  /** Whose work it is, for fair shares; else whose the session is. */
  readonly user?: string;
  /** Its calls are granted what is shared before those of runs with less; 0 without it. */
  readonly priority?: number;
}

/** One line of the progress display. */
export interface NodeProgress {
  readonly node: NodeId;
  readonly title: string;
  readonly state:
    | "pending"
    | "queued"
    | "running"
    | "retrying"
    | "waiting"
    | "completed"
    | "failed"
    | "skipped";
  readonly done: number;
  readonly total: number;
  readonly running: number;
  readonly failed: number;
  readonly note: string;
}

export interface Progress {
  readonly state: RunStateName;
  readonly nodes: readonly NodeProgress[];
  readonly elapsedMs: number;
  /** From earlier runs where there are any, else rough; undefined while nothing can be said. */
  readonly etaMs: number | undefined;
  /** Earlier runs that `etaMs` is learned from. */
  readonly etaRuns?: number;
  /** The nodes that the run's length hangs on by what earlier runs took, first to last. */
  readonly criticalPath?: readonly NodeId[];
}

export interface RunOutcome {
  readonly run: RunId;
  /** `paused` and `waiting-for-input` are not ends: the run can be resumed. */
  readonly state: RunStateName;
  readonly outputs: JsonObject;
  readonly degraded: readonly NodeId[];
  readonly failure?: NodeFailure & { readonly node?: NodeId };
}

export interface RunHandle {
  readonly run: RunId;
  /** Refused commands say why and what would be legal. */
  command(command: UserCommand): Result<void, Refusal>;
  progress(): Progress;
  /** True from when it begins to stop: every command is refused from then on, and `done` settles soon. */
  readonly isStopping: boolean;
  /** Settles when the run ends, has paused, or waits for a person with nothing else to do. All events were delivered. */
  readonly done: Promise<RunOutcome>;
}
