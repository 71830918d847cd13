/**
 * A workflow as written, after parsing: the JSONC file of the architecture's section 4, schema version 1. What a name
 * refers to is resolved later (`plan.ts`).
 *
 * Bindings. A string in `in` is a CEL expression over `inputs`, the other nodes by name (`scan.files`), and `item` and
 * `index` inside a fan-out; any other JSON value is itself. `with` holds constants. Both fill the same input ports, and
 * a port may be given once.
 *
 * @module
 */

import type { NodeId, NodeTypeId } from "../ids.ts";
import type { Json, JsonObject, JsonSchema } from "../json.ts";
import type { Preference } from "../policy/preference.ts";
import type { QualityCheck } from "../quality/quality_check.ts";

/** `essential`: its failure fails the run. `recommended`: the run goes on, visibly degraded. `optional`: it goes on quietly. */
export type Importance = "essential" | "recommended" | "optional";

export interface RetryPolicy {
  /** Attempts after the first; 0 to 20. */
  readonly max: number;
  readonly backoff: "constant" | "linear" | "exponential";
  readonly initialMs: number;
  readonly capMs: number;
  /** 0 to 1: the share of the delay that chance may take away. */
  readonly jitter: number;
}

export interface InputDefinition {
  readonly schema: JsonSchema;
  readonly default?: Json;
}

/** How good a node's result must be, and who tells. */
export interface NodeQuality {
  /** Where below this a result counts as a failure of class `quality`. */
  readonly min?: number;
  readonly checks: readonly QualityCheck[];
  /** False where the Conductor may not try anything out here. */
  readonly mayExplore: boolean;
  /** Instruments that are asked at once, 2 to 8; the best answer counts. */
  readonly candidates?: number;
  /** Compares the candidates' answers in pairs. */
  readonly judge?: NodeTypeId;
}

/** Whether a result kept from an earlier run may stand in for a node's own. */
export interface MemoPolicy {
  readonly use: boolean;
  /** Oldest result that may, in milliseconds. */
  readonly forMs?: number;
}

/** What every node may say, whatever its kind. */
export interface NodeCommon {
  readonly id: NodeId;
  /** As in the file: bindings; strings are CEL. */
  readonly in: JsonObject;
  /** Constants. */
  readonly with: JsonObject;
  /** `node` or `node.port`: order only. */
  readonly after: readonly string[];
  /** CEL; false skips the node. */
  readonly when?: string;
  /** CEL giving an array, or the name of a fan-out node: one execution an element. */
  readonly each?: string;
  /** Most items of this node at once. */
  readonly concurrency?: number;
  readonly retry: RetryPolicy;
  readonly timeoutMs?: number;
  readonly importance: Importance;
  readonly quality?: NodeQuality;
  /** Absent: the rule of core/orchestration/memo_rule.ts. */
  readonly memo?: MemoPolicy;
  /** Names of things that one node at a time has, across all runs of the process, for example `gpu:0` or `port:8080`. */
  readonly exclusive?: readonly string[];
  /** Not done; what it hands on instead is told in disabled.ts. */
  readonly disabled?: true;
  readonly title?: string;
  readonly description?: string;
}

/** An operator, an instrument by name, or a task (`instrument/…`) for the Conductor to route. */
export interface CallNode extends NodeCommon {
  readonly kind: "call";
  readonly use: NodeTypeId;
}
/** Cases in order; the first whose CEL is true is the one port that goes on. `in.value` passes through it. */
export interface BranchNode extends NodeCommon {
  readonly kind: "branch";
  readonly cases: readonly { readonly port: string; readonly when: string }[];
}
/** Waits for all its inputs to settle; `value` is the first, in order, that was not skipped. */
export interface MergeNode extends NodeCommon {
  readonly kind: "merge";
}
/** Asks a person. Ports `approved` and `rejected`, each `{ value, by, comment }`. */
export interface GateNode extends NodeCommon {
  readonly kind: "gate";
  readonly question: string;
  /** What a person may send as the value. */
  readonly schema?: JsonSchema;
}
/** Waits for a signal by name, a span or a moment; port `value`. */
export interface WaitNode extends NodeCommon {
  readonly kind: "wait";
  readonly wait: { readonly signal: string } | { readonly forMs: number } | { readonly until: string };
}
/** Runs `body` again and again: its outputs are the next round's inputs. Ends when `until` is true or after `max`. */
export interface LoopNode extends NodeCommon {
  readonly kind: "loop";
  readonly body: WorkflowDefinition;
  readonly until?: string;
  /** 1 to 10,000. */
  readonly max: number;
}
/** Runs another workflow: an inline body, a file beside this one, or a template. */
export interface SubWorkflowNode extends NodeCommon {
  readonly kind: "workflow";
  /** As written; the loader puts what it found into `body`. */
  readonly workflow: string;
  readonly body: WorkflowDefinition;
}
/** A run input as a node on the board; port `value`. */
export interface InputNode extends NodeCommon {
  readonly kind: "input";
  readonly name: string;
}
/** A run output as a node on the board: `in.value`. */
export interface OutputNode extends NodeCommon {
  readonly kind: "output";
  readonly name: string;
}

/** Stands for a disabled node: gives under each name in `types` what that takes by `in`, and needs the rest of `in`. No file says it. */
export interface PassNode extends NodeCommon {
  readonly kind: "pass";
  /** What the disabled node would call, where it is a call. */
  readonly use?: NodeTypeId;
  /** Of what it hands on. */
  readonly types: Readonly<Record<string, JsonSchema>>;
}

export type NodeDefinition =
  | PassNode
  | CallNode
  | BranchNode
  | MergeNode
  | GateNode
  | WaitNode
  | LoopNode
  | SubWorkflowNode
  | InputNode
  | OutputNode;

/** What a run may spend; what is not there is not limited. */
export interface Budget {
  /** US dollars. */
  readonly usd?: number;
  /** Of instruments, sent and answered together. */
  readonly tokens?: number;
  /** Milliseconds in which the run is carried out; while it is paused or waits for a person none pass. */
  readonly timeMs?: number;
}

export interface WorkflowDefinition {
  readonly schema: 1;
  readonly id: string;
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly inputs: ReadonlyMap<string, InputDefinition>;
  readonly nodes: ReadonlyMap<NodeId, NodeDefinition>;
  /** Name to CEL expression. */
  readonly outputs: ReadonlyMap<string, string>;
  /** For the whole run. */
  readonly timeoutMs?: number;
  /** Most nodes at once; the run's option may lower it. */
  readonly concurrency?: number;
  /** What a dollar, a second and a failure are worth; `balanced` where it says nothing. */
  readonly preference?: Preference;
  /** What a run may spend; where an essential node needs more, the run pauses for a person. */
  readonly budget?: Budget;
}
