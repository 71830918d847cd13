/**
 * Builds the Catalog from what extensions contribute.
 *
 * @module
 */

import { type ExtensionId, type NodeTypeId, nodeTypeId } from "../core/ids.ts";
import type { JsonObject } from "../core/json.ts";
import type { Permission } from "../core/policy/permission.ts";
import type {
  CallNeeds,
  Catalog,
  Effect,
  ExtensionLimits,
  NodeType,
  TaskType,
} from "../core/workflow/catalog.ts";
import type { Resources } from "./manifest/manifest.ts";
import type { Contribution } from "./sdk/runtime/describe.ts";

export interface Described {
  readonly id: ExtensionId;
  readonly version: string;
  readonly codeHash: string;
  /** What is set of it, defaults included. */
  readonly settings?: JsonObject;
  readonly resources: Resources;
  /** True where its manifest asks for the files or the history of the run's folder. */
  readonly readsFolder?: boolean;
  /** Names of the secrets that its manifest asks for. */
  readonly keys?: readonly string[];
  /** The effect of operators that do not say theirs; `none` where it is absent. */
  readonly effect?: Effect;
  /**
   * True for one of others: what one of its operators read may be in the process when another is called, so that none has less
   * effect than the extension.
   */
  readonly isShared?: boolean;
  readonly contributes: readonly Contribution[];
}

export interface CatalogProblem {
  readonly where: string;
  readonly message: string;
}

/** What an instrument takes that is called by its own name. */
export const instrumentInput: JsonObject = {
  type: "object",
  properties: {
    prompt: { type: "string", description: "What is asked" },
    system: { type: "string", description: "How it shall answer" },
    task: { type: "string", description: "The task it serves, where it knows several" },
    schema: { type: "object", description: "JSON Schema of a structured answer" },
    model: { type: "string", description: "Another model than the extension's default" },
    maxTokens: { type: "integer", minimum: 1, description: "The most tokens of the answer" },
    temperature: { type: "number", minimum: 0, description: "0 for the steadiest answer" },
  },
  required: ["prompt"],
};

/** What an instrument gives that is called by its own name. */
export const instrumentOutput: JsonObject = {
  type: "object",
  properties: {
    text: { type: "string", description: "The answer" },
    data: { type: "object", description: "The structured answer, where a schema was given" },
    model: { type: "string", description: "The model that answered" },
    finish: { type: "string", description: "Why it ended" },
  },
  required: ["text", "model", "finish"],
};

/** True where these permissions let an extension see what is in the run's folder. */
export function readsFolder(permissions: readonly Permission[]): boolean {
  return permissions.some(({ kind }) => ["files", "git", "editor"].includes(kind));
}

/** Names of the secrets among these permissions. */
export function keysOf(permissions: readonly Permission[]): readonly string[] {
  return permissions.flatMap((one) => one.kind === "secret" ? [one.name] : []);
}

/** The catalogue of all extensions; a type that two contribute belongs to the first, and is a problem of the second. */
export function catalogOf(
  extensions: readonly Described[],
  problems: readonly CatalogProblem[],
  { unavailable, needs }: {
    readonly unavailable?: ReadonlyMap<NodeTypeId, string | undefined>;
    /** What calls take of this machine, of the extensions that run in processes of it. */
    readonly needs?: ReadonlyMap<ExtensionId, CallNeeds>;
  } = {},
): Catalog {
  const nodes = new Map<NodeTypeId, NodeType>();
  const tasks = new Map<NodeTypeId, TaskType>();
  const limits = new Map<ExtensionId, ExtensionLimits>();
  const found = [...problems];
  for (const extension of extensions) {
    const { instances, concurrency } = extension.resources;
    const taken = needs?.get(extension.id);
    limits.set(extension.id, {
      ...{ instances, concurrency },
      ...(taken === undefined ? {} : { needs: taken }),
      ...(extension.keys === undefined || extension.keys.length === 0 ? {} : { keys: extension.keys }),
    });
    for (const one of extension.contributes) {
      const type = nodeTypeId(one.type);
      const owner = nodes.get(type)?.extension ?? tasks.get(type)?.extension;
      if (owner !== undefined) {
        found.push({ where: extension.id, message: `"${type}" is already contributed by ${owner}` });
      } else if (one.kind === "view" || one.kind === "command") continue;
      else if (one.kind === "task") tasks.set(type, taskOf(type, extension.id, one));
      else nodes.set(type, nodeOf(type, extension, one, unavailable?.get(type)));
    }
  }
  return { nodes, tasks, limits, problems: found };
}

function taskOf(type: NodeTypeId, extension: ExtensionId, one: Contribution & { kind: "task" }): TaskType {
  const { title, description, system, prompt, input, output } = one;
  return { type, extension, title, description, system, prompt, input, output };
}

function nodeOf(
  type: NodeTypeId,
  extension: Described,
  one: Extract<Contribution, { kind: "operator" | "instrument" }>,
  unavailable: string | undefined,
): NodeType {
  const { title, description, kind } = one;
  const { id, version, codeHash, settings } = extension;
  const set = settings === undefined || Object.keys(settings).length === 0 ? {} : { settings };
  const base = { type, kind, extension: id, version, title, description, codeHash, ...set };
  if (one.kind === "operator") {
    const { input, output } = one;
    const { effect: least = "none", isShared = false } = extension;
    const said = one.effect ?? least;
    const effect = said === "none" && isShared ? least : said;
    return { ...base, input, output, effect };
  }
  const { serves, priceIn, priceOut, contextTokens, promisedQuality } = one;
  return {
    ...base,
    input: instrumentInput,
    output: instrumentOutput,
    effect: "network",
    instrument: {
      serves,
      priceIn,
      priceOut,
      ...(contextTokens === undefined ? {} : { contextTokens }),
      ...(promisedQuality === undefined ? {} : { promisedQuality }),
      ...(extension.readsFolder === true ? { readsFolder: true } : {}),
      ...(unavailable === undefined ? {} : { unavailable }),
    },
  };
}
