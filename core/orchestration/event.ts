/**
 * What happened in a run, in the order of its log. Events are facts: `evolve` never refuses one. Times are Unix
 * milliseconds. `scope` names the body of a loop or sub-workflow that the event belongs to, for example `improve#2` or
 * `each_file[7]/fix#1`; it is absent at the top.
 *
 * @module
 */

import type { ArtifactId, NodeId, NodeTypeId } from "../ids.ts";
import type { Json, JsonObject, JsonSchema } from "../json.ts";
import type { NodeFailure } from "../policy/failure.ts";
import type { Recovery } from "../policy/recovery.ts";
import type { Usage } from "../ports/extension.ts";
import type { Budget } from "../workflow/definition.ts";
import type { PartNote } from "../workflow/part_of.ts";
import type { MemoNote, Reused, ReuseRequest } from "./reuse.ts";

/** A value beside the log: small ones inline, large ones by the hash of their JSON. */
export type ValueRef = { readonly value: Json } | {
  readonly artifact: ArtifactId;
  readonly sizeBytes: number;
};

export type WaitingFor =
  /** `question`: what is asked, and after a line break the values it is about, as JSON. `schema`: of the value that is to be given. */
  | { readonly kind: "approval"; readonly question: string; readonly schema?: JsonSchema }
  | { readonly kind: "signal"; readonly signal: string }
  | { readonly kind: "time"; readonly untilMs: number }
  /** An attempt failed; a person says whether to try again. */
  | { readonly kind: "failure"; readonly question: string; readonly failure: NodeFailure };

interface Common {
  readonly at: number;
  readonly scope?: string;
}
interface NodeEvent extends Common {
  readonly node: NodeId;
  readonly item?: number;
}

export type RunEvent =
  | Common & {
    readonly type: "run.created";
    readonly workflow: string;
    readonly version: string;
    /** The resolved definition, sub-workflows included, as JSON text. */
    readonly definition: ArtifactId;
    readonly inputs: JsonObject;
    /** Absolute path below which nodes may read. */
    readonly workspace: string;
    readonly mayWrite: boolean;
    /** Texts of files are proposed instead of written. */
    readonly proposes?: true;
    /** Which results of earlier runs it may take over. */
    readonly reuse?: ReuseRequest;
    /** Its calls answer made-up values: nothing of it is kept for other runs, and nothing is learned from it. */
    readonly isMock?: true;
    /** Where only a part of the workflow is carried out: what was left out. The definition holds the part alone. */
    readonly part?: PartNote;
    /** Whose work it is. */
    readonly user?: string;
    /** Of its calls among those of other runs; 0 without it. */
    readonly priority?: number;
  }
  | Common & { readonly type: "run.started" }
  | Common & { readonly type: "run.paused"; readonly reason: string }
  /** With what a person now allows it to spend in all, instead of what its workflow says. */
  | Common & { readonly type: "run.resumed"; readonly budget?: Budget }
  | Common & {
    readonly type: "run.completed";
    readonly outputs: ValueRef;
    readonly degraded: readonly NodeId[];
  }
  | Common & { readonly type: "run.failed"; readonly failure: NodeFailure; readonly node?: NodeId }
  | Common & { readonly type: "run.cancelled"; readonly reason: string }
  | NodeEvent & { readonly type: "node.expanded"; readonly count: number; readonly items: ValueRef }
  | NodeEvent & {
    readonly type: "node.started";
    readonly attempt: number;
    readonly instrument?: NodeTypeId;
    /** Why this instrument. */
    readonly reason?: string;
    /** Why no kept result was taken, and the key of this one. */
    readonly memo?: MemoNote;
  }
  | NodeEvent & {
    readonly type: "node.completed";
    readonly attempt: number;
    readonly output: ValueRef;
    readonly durationMs: number;
    /** For a branch or gate: the one port that goes on. */
    readonly port?: string;
    readonly usage?: Usage;
    /** Who gave it, where that is not who began: asked because the first was late. */
    readonly instrument?: NodeTypeId;
    /** Where it was not made here but taken over: from where, and why. */
    readonly reused?: Reused;
  }
  | NodeEvent & {
    readonly type: "node.retrying";
    readonly attempt: number;
    readonly failure: NodeFailure;
    readonly dueAt: number;
    /** What was chosen instead of the plain retry, and why. */
    readonly recovery?: Recovery;
  }
  | NodeEvent & {
    readonly type: "node.failed";
    readonly attempt: number;
    readonly failure: NodeFailure;
    readonly recovery?: Recovery;
  }
  | NodeEvent & { readonly type: "node.skipped"; readonly reason: string; readonly failure?: NodeFailure }
  | NodeEvent & { readonly type: "node.waiting"; readonly for: WaitingFor }
  /** A round of a loop ended with these outputs. */
  | NodeEvent & { readonly type: "node.iterated"; readonly iteration: number; readonly output: ValueRef }
  /** The run goes on by another version of its workflow; nodes that are in both and not in `reset` keep what they have. */
  | Common & {
    readonly type: "run.moved";
    readonly version: string;
    readonly definition: ArtifactId;
    readonly inputs: JsonObject;
    readonly reset: readonly NodeId[];
  }
  /** These nodes are as if they had never run (retry of a failed node and what hung on it), but for `items`. */
  | Common & {
    readonly type: "nodes.reset";
    readonly nodes: readonly NodeId[];
    /** What is left of the fan-outs among them that keep their list; older logs do not say. */
    readonly items?: readonly ItemsLeft[];
  };

/** A fan-out after a reset: its items that completed, or were skipped for no failure, and do not run again. */
export interface ItemsLeft {
  readonly node: NodeId;
  /** Items that it has. */
  readonly count: number;
  readonly completed: number;
  readonly skipped: number;
  /** Those that run again; all without it. */
  readonly again?: readonly number[];
}

export type RunEventType = RunEvent["type"];
