/**
 * Extensions: what there is, and calling it.
 *
 * @module
 */

import type { ExtensionId, InstanceId, NodeId, NodeTypeId, RunId } from "../ids.ts";
import type { Json, JsonObject } from "../json.ts";
import type { NodeFailure } from "../policy/failure.ts";
import type { HealthClass } from "../policy/health.ts";
import type { Spent } from "../policy/spent.ts";
import type { Catalog } from "../workflow/catalog.ts";
import type { ModelsPort } from "./models.ts";

export interface CallRequest {
  readonly nodeType: NodeTypeId;
  readonly input: JsonObject;
  readonly run: RunId;
  readonly node: NodeId;
  readonly item?: number;
  readonly attempt: number;
  /** Equal for every attempt of the same node and item, so that an effect can be done once. */
  readonly idempotencyKey: string;
  /** Absolute path below which this run may read (and, where granted, write) files. */
  readonly workspace: string;
  /** True where the run was started with leave to write (`--allow-write`) or a gate before the node was approved. */
  readonly mayWrite: boolean;
  /** True where the person may be asked for that leave, since they called a command that says it writes. */
  readonly mayAskToWrite?: true;
  /** SHA-256 of the code that whoever calls knows of; the extension may have been replaced meanwhile. */
  readonly codeHash?: string;
  /** True where the texts of files are proposed (`file_proposals.ts`) instead of written, with leave to write or without. */
  readonly proposes?: true;
  /** For a task routed to an instrument. */
  readonly task?: TaskCall;
  /** US dollars that the call may cost at most, where the run has a budget; an instrument bounds its answer by it. */
  readonly maxUsd?: number;
  /** Tokens, sent and answered together, that the call may take at most. */
  readonly maxTokensInAll?: number;
}

/** The task that an instrument is asked to serve; see Catalog.tasks. */
export interface TaskCall {
  readonly name: string;
  readonly system: string;
  readonly prompt: string;
  readonly output: Json;
}

/** What a call says while it runs. Not durable. */
export type CallEvent =
  | { readonly kind: "progress"; readonly done: number; readonly total?: number; readonly note?: string }
  | { readonly kind: "log"; readonly level: "debug" | "info" | "warn" | "error"; readonly text: string }
  | { readonly kind: "token"; readonly text: string }
  /** For the person: a line of plain text that the core has cleaned and that names who says it. */
  | {
    readonly kind: "notice";
    readonly extension: ExtensionId;
    readonly level: "info" | "warn" | "error";
    readonly text: string;
  };

export interface Usage extends Spent {
  readonly finish?: "stop" | "length" | "tool" | "filter" | "other";
  readonly model?: string;
}

export type CallResult =
  | {
    readonly ok: true;
    readonly output: JsonObject;
    readonly usage?: Usage;
    /** True where it was made by other code than the request knew of, so that it is not that code's result. */
    readonly byOtherCode?: true;
  }
  | { readonly ok: false; readonly failure: NodeFailure };

export interface CallOptions {
  readonly signal: AbortSignal;
  /** Milliseconds from now after which the call fails with class `timeout`. */
  readonly timeoutMs?: number;
  readonly onEvent?: (event: CallEvent) => void;
  /** Models that the call may ask meanwhile; without it none. */
  readonly models?: ModelsPort;
}

export interface InstanceHealth {
  readonly instance: InstanceId;
  readonly extension: ExtensionId;
  readonly alive: boolean;
  readonly calls: number;
  readonly failures: number;
  readonly restarts: number;
  /** How far it is trusted after what happened to its processes; undefined where nobody keeps account. */
  readonly health?: HealthClass;
  /** Why it is not healthy. */
  readonly reason?: string;
  /** Resident memory of the host process, where known. */
  readonly memoryBytes?: number;
  /** Processor time of the host process so far, where known. */
  readonly cpuMs?: number;
}

export interface ExtensionPort {
  /** Everything that the installed extensions contribute. Does not run extension code that was described before. */
  describe(): Promise<Catalog>;
  /** Starts an instance. @throws SymphonyError `not-found` | `extension` | `permission` */
  activate(extension: ExtensionId, signal?: AbortSignal): Promise<InstanceId>;
  /**
   * Calls a node type on an instance. Never throws for what the extension does: that is a typed failure. May answer at
   * once instead of through a promise. After `signal` fires the result is a failure of class `cancelled`.
   */
  call(instance: InstanceId, request: CallRequest, options: CallOptions): CallResult | Promise<CallResult>;
  /** True while the instance answers calls; a dead one must be activated anew. */
  isAlive(instance: InstanceId): boolean;
  /** Ends an instance; calls in flight fail with class `crash`. Repeating is harmless. */
  deactivate(instance: InstanceId): Promise<void>;
  health(): readonly InstanceHealth[];
  /** Ends every instance and its process. */
  close(): Promise<void>;
}
