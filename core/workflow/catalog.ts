/**
 * The catalogue: node types, instruments and tasks that the installed extensions contribute. Workflows are checked
 * against it; nothing of an extension runs for that.
 *
 * @module
 */

import type { ExtensionId, NodeTypeId } from "../ids.ts";
import type { JsonObject, JsonSchema } from "../json.ts";

/** What calling a node type may change outside: `write` needs a gate before it or an explicit flag. */
export type Effect = "none" | "read" | "network" | "write";

export interface NodeType {
  readonly type: NodeTypeId;
  readonly kind: "operator" | "instrument";
  readonly extension: ExtensionId;
  /** Of the extension. */
  readonly version: string;
  readonly title: string;
  readonly description: string;
  /** Object schema: one property an input port or setting; `required` says which must be given. */
  readonly input: JsonObject;
  /** Object schema: one property an output port. */
  readonly output: JsonObject;
  readonly effect: Effect;
  /** SHA-256 of the extension's bundle, so that a result can be tied to the code that made it. */
  readonly codeHash: string;
  /** What is set of the extension, defaults included: a result follows from it too. No secrets. */
  readonly settings?: JsonObject;
  readonly instrument?: InstrumentTraits;
}

export interface InstrumentTraits {
  /** Names of the tasks it serves; `*` for any task. */
  readonly serves: readonly string[];
  readonly priceIn: number;
  readonly priceOut: number;
  /** Most tokens of a prompt, where it is known. */
  readonly contextTokens?: number;
  /** Quality that its publisher promises, 0 to 1; the Conductor starts from it. */
  readonly promisedQuality?: number;
  /** It may look at the files of the run's folder, which nobody else vouches for: its answers follow from them too. */
  readonly readsFolder?: true;
  /** Undefined while it can be used, else why not ("no key granted", "no server answers at …"). */
  readonly unavailable?: string;
}

/** A task that any fitting instrument can serve: `use: "instrument/NAME"`. */
export interface TaskType {
  readonly type: NodeTypeId;
  readonly extension: ExtensionId;
  readonly title: string;
  readonly description: string;
  readonly system: string;
  /** `{{name}}` stands for an input. */
  readonly prompt: string;
  readonly input: JsonObject;
  readonly output: JsonObject;
}

/** What a call in progress is expected to take of the machine. */
export interface CallNeeds {
  /** Processor cores, on average over the call. */
  readonly cpu: number;
  /** Of the instance that it is carried out on, in bytes, however many calls it has. */
  readonly memoryBytes: number;
}

export interface ExtensionLimits {
  readonly instances: number;
  /** Calls that one instance takes at the same time. */
  readonly concurrency: number;
  /** As its manifest says; undefined where a call takes nothing of this machine that counts. */
  readonly needs?: CallNeeds;
  /** Names of the secrets that its requests are sent with: what is limited by key counts for all that use the key. */
  readonly keys?: readonly string[];
}

export interface Catalog {
  readonly nodes: ReadonlyMap<NodeTypeId, NodeType>;
  readonly tasks: ReadonlyMap<NodeTypeId, TaskType>;
  /** Extensions that could not be read, each with the reason; the others work. */
  readonly problems: readonly { readonly where: string; readonly message: string }[];
  /** Limits by extension, for the pool. */
  readonly limits: ReadonlyMap<ExtensionId, ExtensionLimits>;
}

/** The schema of one port, or undefined where the object schema knows no such property. */
export function portSchema(object: JsonObject, port: string): JsonSchema | undefined {
  const properties = object["properties"];
  if (typeof properties !== "object" || properties === null || Array.isArray(properties)) return undefined;
  return Object.hasOwn(properties, port) ? (properties as JsonObject)[port] as JsonSchema : undefined;
}

/** The instruments that serve a task, whether they can be used now or not. */
export function servingTask(
  { nodes }: Pick<Catalog, "nodes">,
  { type }: Pick<TaskType, "type">,
): readonly NodeType[] {
  const name = type.slice(type.indexOf("/") + 1);
  return [...nodes.values()].filter(({ instrument }) =>
    instrument !== undefined && (instrument.serves.includes(name) || instrument.serves.includes("*"))
  );
}
