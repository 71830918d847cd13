/** Runs: list, start, watch, command. Live ones, and those long past, in the same shape. @module */

import type { UserCommand } from "../../core/orchestration/command.ts";
import type { ValueRef, WaitingFor } from "../../core/orchestration/event.ts";
import type { Reused } from "../../core/orchestration/reuse.ts";
import type { Json, JsonObject } from "../../core/json.ts";
import type { PartNote } from "../../core/workflow/part_of.ts";
import type { LoggedEvent, RunStateName } from "../../core/ports/dag.ts";
import type { NodeFailure } from "../../core/policy/failure.ts";
import type { WorkflowGraph } from "./workflows.ts";

/** Who carries a run out: this server, another living process, nobody (it can be resumed), or it has ended. */
export type RunDriver = "here" | "elsewhere" | "nobody" | "ended";

export interface RunLine {
  readonly run: string;
  readonly workflow: string;
  readonly state: RunStateName;
  readonly driver: RunDriver;
  /** Unix milliseconds. */
  readonly startedAt: number;
  readonly endedAt?: number;
  /** Items done and known so far; absent until the run was looked at. */
  readonly done?: number;
  readonly total?: number;
  readonly failed?: number;
  readonly costUsd?: number;
  /** True where a person is asked for something: at a gate, after a failure, for leave that a call needs. */
  readonly isAsking?: boolean;
  /** True for a run on made-up values. */
  readonly isMock: boolean;
  /** True for a run that goes only as far as some node. */
  readonly isPart?: true;
}

export interface RunQuery {
  readonly state?: RunStateName;
  readonly workflow?: string;
  /** Only runs that started before; Unix milliseconds. */
  readonly before?: number;
  /** Default 100, at most 1000. */
  readonly limit?: number;
}

export interface RunPage {
  readonly runs: readonly RunLine[];
  /** `before` of the next page; absent on the last. */
  readonly next?: number;
}

export interface StartRun {
  /** A file of the workspace, a template, or a text that is not saved. */
  readonly workflow: { readonly file: string } | { readonly template: string } | {
    readonly text: string;
    readonly file?: string;
  };
  readonly inputs?: JsonObject;
  /** Folder below the workspace, or absolute; default the workspace. */
  readonly folder?: string;
  readonly mayWrite?: boolean;
  /** What nodes write into files is proposed instead, and waits in the editor until a person takes or rejects it. */
  readonly proposes?: boolean;
  readonly concurrency?: number;
  /** Outputs to take as given, by node: those nodes are not called. */
  readonly pins?: Readonly<Record<string, JsonObject>>;
  /**
   * Take from an earlier run what need not be done again: everything before `node`, or with `changed` everything whose
   * node, type and inputs are as they were.
   */
  readonly from?: { readonly run: string; readonly node: string } | {
    readonly run: string;
    readonly changed: true;
  };
  /** Results kept of earlier runs with equal keys: taken by all nodes, or by none; else as each node says. */
  readonly memo?: "on" | "off";
  /** Calls answer made-up values that fit their schemas, and change nothing. */
  readonly mock?: boolean;
  /** Only as far as these nodes: what they need is checked and carried out, the rest left out. */
  readonly to?: readonly string[];
  /** Nodes before which the run stops until it is told to go on. */
  readonly breakpoints?: readonly string[];
}

export interface StartedRun {
  readonly run: string;
  /** Nodes whose outputs were taken as given. */
  readonly pinned: readonly string[];
}

export type ItemState = "running" | "retrying" | "waiting" | "completed" | "failed" | "skipped";

/** One node of a run; the nodes of a loop's or sub-workflow's body have its `scope`. */
export interface RunNode {
  readonly node: string;
  readonly scope?: string;
  readonly state: ItemState | "pending";
  readonly isFan: boolean;
  /** Items that a fan-out has. */
  readonly total?: number;
  readonly counts: Readonly<Record<ItemState, number>>;
  readonly attempts: number;
  /** Attempts that went to another instrument than the first. */
  readonly fallbacks: number;
  readonly startedAt?: number;
  readonly endedAt?: number;
  readonly instrument?: string;
  /** Why this instrument. */
  readonly reason?: string;
  readonly decision?: string;
  readonly costUsd: number;
  readonly tokensIn: number;
  readonly tokensOut: number;
  readonly rounds?: number;
  readonly skipReason?: string;
  /** At most five; the rest is only counted. */
  readonly failures: readonly { readonly item?: number; readonly failure: NodeFailure }[];
  readonly output?: ValueRef;
  /** Where it was not made here: pinned, kept of the earlier run, or of a run with an equal key. */
  readonly reused?: Reused;
  readonly reusedItems?: number;
  /** Why no kept result was taken. */
  readonly missed?: string;
  /** The last thing said by the call, while it runs. */
  readonly note?: string;
}

export interface Asking {
  readonly node: string;
  readonly item?: number;
  readonly scope?: string;
  readonly since: number;
  readonly for: WaitingFor;
}

/** What a run's log says up to `seq`. */
export interface RunDetail extends RunLine {
  /** Sequence number of the last event that this contains; -1 before the first. */
  readonly seq: number;
  readonly version: string;
  readonly workspace: string;
  readonly mayWrite: boolean;
  /** Texts of files are proposed instead of written. */
  readonly proposes?: true;
  /** Where it goes only as far as some nodes: what was left out. */
  readonly part?: PartNote;
  readonly inputs: JsonObject;
  readonly nodes: readonly RunNode[];
  readonly asking: readonly Asking[];
  readonly degraded: readonly string[];
  readonly failure?: NodeFailure & { readonly node?: string };
  readonly outputs?: ValueRef;
  readonly etaMs?: number;
  /** Nodes that a breakpoint holds now. */
  readonly held: readonly string[];
}

export interface EventQuery {
  /** First sequence number; default 0. */
  readonly from?: number;
  /** Or: the last so many. */
  readonly last?: number;
  /** Default 1000, at most 10000. */
  readonly limit?: number;
}

export interface EventPage {
  readonly events: readonly LoggedEvent[];
  /** `from` of the next page; absent where there is no more now. */
  readonly next?: number;
}

/** What a run carries out and how it was when it was started. */
export interface RunDefinition {
  readonly graph: WorkflowGraph;
  /** Of the resolved definition, as an artifact. */
  readonly definition: string;
}

/** One bar of the Gantt chart: an attempt of a node or item. */
export interface Span {
  readonly node: string;
  readonly scope?: string;
  readonly item?: number;
  readonly attempt: number;
  readonly startedAt: number;
  /** Absent while it runs. */
  readonly endedAt?: number;
  readonly end: "running" | "completed" | "failed" | "retrying" | "waiting" | "cancelled";
  readonly instrument?: string;
  readonly failure?: NodeFailure;
}

export interface CriticalNode {
  readonly node: string;
  readonly fromMs: number;
  readonly toMs: number;
  /** It has not ended: `toMs` is the moment of the answer. */
  readonly isOpen?: true;
}

export interface Timeline {
  readonly startedAt: number;
  readonly endedAt?: number;
  readonly spans: readonly Span[];
  /** Nodes of the top graph that the length of the run is made of, first to last. */
  readonly criticalPath: readonly CriticalNode[];
  /** Where nothing ran, so that the chart can fold it. */
  readonly idle: readonly { readonly from: number; readonly to: number }[];
}

export type LogLevel = "debug" | "info" | "warn" | "error";

export interface LogLine {
  readonly at: number;
  /** Empty for the run itself. */
  readonly node: string;
  readonly scope?: string;
  readonly item?: number;
  readonly level: LogLevel;
  readonly text: string;
  /** Said by the engine of the run's own steps, not by a call. */
  readonly isEngine?: true;
  /** For a step of the engine: its place in the run's log. */
  readonly seq?: number;
}

export interface LogQuery {
  /** Lines of this node; empty: of the run itself. */
  readonly node?: string;
  /** What the engine says, or what the calls logged; without it both. */
  readonly by?: "engine" | "calls";
  /** This level and above. */
  readonly level?: LogLevel;
  /** Part of the text. */
  readonly text?: string;
  /** Lines to pass over from the beginning. */
  readonly offset?: number;
  readonly limit?: number;
}

/** Lines of the engine are those of every run's own log; what calls said is kept for runs that a server carried out. */
export interface LogPage {
  readonly lines: readonly LogLine[];
  readonly total: number;
  /** Lines over the limit that were not kept. */
  readonly dropped: number;
}

export interface ValueQuery {
  readonly scope?: string;
  /** Of a node that runs once for each item, from 0; without it the item that gave something last. */
  readonly item?: number;
}

/** How many items a node has, and how they ended; the places of those that gave nothing, at most 100 of each. */
export interface ItemCounts {
  readonly total: number;
  readonly completed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly failedAt: readonly number[];
  readonly skippedAt: readonly number[];
}

/** The item that a value is of. */
export interface ItemValue {
  /** From 0. */
  readonly index: number;
  readonly state: ItemState | "pending";
  /** Why it failed, or what it was skipped or is tried again for. */
  readonly failure?: NodeFailure;
  /** Why it was skipped. */
  readonly reason?: string;
}

/** What went in and came out of a node: for previews on ports and edges. */
export interface NodeValues {
  readonly node: string;
  readonly output?: Json;
  /** Where the value is larger than a preview: its artifact. */
  readonly artifact?: string;
  readonly sizeBytes: number;
  /** Ports whose value was cut. */
  readonly cut: readonly string[];
  /** For a node that runs once for each item; `item` is absent where it had none. */
  readonly items?: ItemCounts;
  readonly item?: ItemValue;
}

/** What one port of a node was given. */
export interface NodeInput {
  readonly port: string;
  /** The expression that it was read by; absent for a constant. */
  readonly text?: string;
  readonly value?: Json;
  readonly sizeBytes?: number;
  /** Parts of the value that were cut. */
  readonly cut?: readonly string[];
  /** Why there is no value. */
  readonly problem?: string;
}

export interface NodeInputs {
  readonly node: string;
  /** For a node that runs once for each item: which, from 0. */
  readonly item?: number;
  readonly inputs: readonly NodeInput[];
}

/** Answers to a person's command. */
export type RunCommand =
  | UserCommand
  /** Lets a node that a breakpoint holds go on; `step` stops before the next one. */
  | { readonly type: "continue"; readonly node?: string; readonly step?: boolean };

export interface CommandAnswer {
  /** `applied`: it stands in the log; `left`: the process that carries the run out takes it. */
  readonly status: "applied" | "left";
}

/** One page of answering a gate, short for the command `provide-input`. */
export interface ApproveNode {
  readonly node: string;
  readonly item?: number;
  readonly approved: boolean;
  readonly value?: Json;
  readonly comment?: string;
}
