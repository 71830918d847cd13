/**
 * What may be asked of a run. User commands come from a person or a tool and may be refused; reports come from the
 * driver that carries the run out.
 *
 * @module
 */

import type { NodeId, NodeTypeId } from "../ids.ts";
import type { Json } from "../json.ts";
import type { NodeFailure } from "../policy/failure.ts";
import type { Recovery } from "../policy/recovery.ts";
import type { Usage } from "../ports/extension.ts";
import type { Budget } from "../workflow/definition.ts";
import type { ValueRef, WaitingFor } from "./event.ts";
import type { MemoNote, Reused } from "./reuse.ts";

/** Who answered a gate and what. */
export interface ProvidedInput {
  readonly approved: boolean;
  readonly value: Json;
  readonly by: string;
  readonly comment?: string;
}

export type UserCommand =
  | { readonly type: "start" }
  | { readonly type: "pause"; readonly reason: string }
  | { readonly type: "resume"; readonly budget?: Budget }
  | { readonly type: "cancel"; readonly reason: string }
  | { readonly type: "retry-node"; readonly node: NodeId }
  | { readonly type: "skip-node"; readonly node: NodeId; readonly item?: number; readonly reason: string }
  | {
    readonly type: "provide-input";
    readonly node: NodeId;
    readonly item?: number;
    readonly input: ProvidedInput;
  }
  | { readonly type: "signal"; readonly signal: string; readonly value: Json };

export type UserCommandType = UserCommand["type"];

/** One execution of a node: the node's index and the item, -1 for a node that does not fan out. */
interface Unit {
  readonly node: number;
  readonly item: number;
}

export type Report =
  | Unit & { readonly type: "expand"; readonly count: number; readonly items: ValueRef }
  | Unit & {
    readonly type: "begin";
    readonly instrument?: NodeTypeId | undefined;
    readonly reason?: string | undefined;
    readonly memo?: MemoNote | undefined;
  }
  | Unit & {
    readonly type: "complete";
    readonly output: ValueRef;
    readonly durationMs: number;
    readonly port?: string | undefined;
    readonly usage?: Usage | undefined;
    /** Who gave it, where that is not who began. */
    readonly instrument?: NodeTypeId | undefined;
    readonly reused?: Reused | undefined;
  }
  /** `recovery` is what was chosen; the plain retry where it is absent. Limits hold all the same. */
  | Unit & { readonly type: "fail"; readonly failure: NodeFailure; readonly recovery?: Recovery }
  | Unit & { readonly type: "skip"; readonly reason: string; readonly failure?: NodeFailure }
  | Unit & { readonly type: "wait"; readonly for: WaitingFor }
  | Unit & { readonly type: "iterate"; readonly iteration: number; readonly output: ValueRef }
  /** A retrying unit's delay or a timed wait is over. */
  | Unit & { readonly type: "wake" }
  /** All nodes have settled: the outputs, evaluated by the driver. */
  | { readonly type: "finish"; readonly outputs: ValueRef }
  /** The run as a whole cannot go on (time-out, outputs that cannot be evaluated). */
  | { readonly type: "abort"; readonly failure: NodeFailure };

export type Command = UserCommand | Report;

/** Why a command was refused, and what could be done instead. */
export interface Refusal {
  readonly reason: string;
  readonly legal: readonly UserCommandType[];
}
