/**
 * One call of an agent: what it asks is answered by the policy and through the same rules for files that extensions have,
 * what it says is streamed, what it changed is told.
 *
 * @module
 */

import type { SessionNotification } from "@agentclientprotocol/sdk";
import { normalize, relative } from "node:path";
import { messageOf } from "../../core/errors.ts";
import type { ExtensionId } from "../../core/ids.ts";
import type { Json, JsonObject } from "../../core/json.ts";
import type { CallOptions, CallRequest } from "../../core/ports/extension.ts";
import type { CallScope, Operation } from "../capabilities/capability.ts";
import { fileOperations } from "../capabilities/files.ts";
import { ExtensionFailure } from "../sdk/failure.ts";
import { HeldArtifacts } from "../capabilities/held_artifacts.ts";
import type { TurnHost } from "./agent_connection.ts";
import type { AgentPolicy } from "./agent_config.ts";
import { answerTo, type Option } from "./permission_policy.ts";
import type { ShadowFolder } from "./shadow_folder.ts";

/** What the agent asked for, and what it was told. */
export interface AskedFor {
  readonly title: string;
  readonly kind: string;
  readonly allowed: boolean;
  readonly reason: string;
}

export type Decided = (permission: string, isAllowed: boolean, reason: string) => void;

const MOST_TEXT = 8 << 20;

export class AgentTurn implements TurnHost {
  readonly asked: AskedFor[] = [];
  readonly #request: CallRequest;
  readonly #policy: AgentPolicy;
  readonly #workspace: string;
  readonly #options: CallOptions;
  readonly #files: Readonly<Record<string, Operation>>;
  readonly #decided: Decided;
  readonly #clean: (text: string) => string;
  readonly #shadow: ShadowFolder | undefined;
  #text = "";
  #costUsd: number | undefined;

  /** `workspace` is where the folder really is; with a `shadow` the agent works there, and its changes are proposed. */
  constructor(
    request: CallRequest,
    options: CallOptions,
    { extension, policy, workspace, shadow, decided, clean = (text) => text }: {
      readonly extension: ExtensionId;
      readonly policy: AgentPolicy;
      readonly workspace: string;
      readonly shadow?: ShadowFolder | undefined;
      /** Hears of each thing that the agent wants, and what it was told. */
      readonly decided: Decided;
      /** Takes secrets out of what it says of a tool's use, often a command line. */
      readonly clean?: (text: string) => string;
    },
  ) {
    this.#request = request;
    this.#policy = policy;
    this.#workspace = workspace;
    this.#options = options;
    this.#decided = decided;
    this.#clean = clean;
    this.#shadow = shadow;
    const place = shadow === undefined ? { workspace } : { workspace: shadow.path, mayWrite: true };
    this.#files = fileOperations({ ...scopeOf(request, options.signal, extension, policy), ...place });
  }

  /** All that it said. */
  get text(): string {
    return this.#text;
  }

  /** US dollars, where the agent says what the session cost. */
  get costUsd(): number | undefined {
    return this.#costUsd;
  }

  async readText(path: string, line: number | undefined, limit: number | undefined): Promise<string> {
    const reply = await this.#file("files.read", path);
    const text = new TextDecoder().decode(reply?.bytes);
    if (line === undefined && limit === undefined) return text;
    const from = Math.max(0, (line ?? 1) - 1);
    return text.split("\n").slice(from, limit === undefined ? undefined : from + limit).join("\n");
  }

  async writeText(path: string, text: string): Promise<void> {
    await this.#file("files.write", path, new TextEncoder().encode(text));
    await this.#shadow?.propose(normalize(this.#below(path)), text);
  }

  async #file(operation: "files.read" | "files.write", path: string, bytes?: Uint8Array<ArrayBuffer>) {
    const permission = operation === "files.read" ? "files:read" : "files:write";
    const below = this.#below(path);
    try {
      const reply = await this.#files[operation]?.({ path: below }, bytes);
      this.#decided(permission, true, below);
      return reply;
    } catch (error) {
      // What is not there is no refusal.
      const isRefused = error instanceof ExtensionFailure && error.failureClass === "permission";
      this.#decided(permission, !isRefused, messageOf(error));
      throw error;
    }
  }

  permission(
    asked: { readonly title: string; readonly kind: string },
    options: readonly Option[],
  ): string | undefined {
    const { allowed, optionId, reason } = answerTo(asked, options, this.#policy, this.#request);
    const [title, kind] = [this.#clean(asked.title), this.#clean(asked.kind)];
    this.asked.push({ title, kind, allowed, reason });
    this.#decided(`agent:${kind}`, allowed, `${title}: ${reason}`);
    this.#log("info", `${allowed ? "allowed" : "refused"} ${kind} "${title}": ${reason}`);
    return optionId;
  }

  update(update: SessionNotification["update"]): void {
    switch (update.sessionUpdate) {
      case "agent_message_chunk":
        if (update.content.type === "text") this.#say(update.content.text);
        return;
      case "agent_thought_chunk":
        if (update.content.type === "text") this.#log("debug", update.content.text);
        return;
      case "tool_call":
        return this.#log("info", `${update.kind ?? "tool"}: ${this.#clean(update.title)}`);
      case "usage_update": {
        const { cost } = update;
        if (cost?.currency === "USD" && cost.amount >= 0) this.#costUsd = cost.amount;
        return;
      }
      case "plan": {
        const done = update.entries.filter(({ status }) => status === "completed").length;
        const current = update.entries.find(({ status }) => status === "in_progress");
        const note = current === undefined ? {} : { note: current.content };
        return this.#options.onEvent?.({ kind: "progress", done, total: update.entries.length, ...note });
      }
    }
  }

  #say(text: string): void {
    if (this.#text.length + text.length <= MOST_TEXT) this.#text += text;
    this.#options.onEvent?.({ kind: "token", text });
  }

  /** Says what a person should know. */
  warn(text: string): void {
    this.#log("warn", text);
  }

  #log(level: "debug" | "info" | "warn", text: string): void {
    this.#options.onEvent?.({ kind: "log", level, text: text.slice(0, 8192) });
  }

  /** The protocol's paths are absolute; one outside stays so and is refused. */
  #below(path: string): string {
    const copy = this.#shadow === undefined ? [] : [this.#shadow.path];
    for (const root of [...copy, this.#workspace, this.#request.workspace]) {
      const below = relative(root, path);
      if (below !== "" && !below.startsWith("..") && !below.startsWith("/")) return below;
    }
    return path;
  }
}

function scopeOf(
  { run, node, mayWrite }: CallRequest,
  signal: AbortSignal,
  extension: ExtensionId,
  policy: AgentPolicy,
): Omit<CallScope, "workspace"> {
  return {
    authority: {
      extension,
      permissions: [],
      refusal: (key) =>
        key === "files:read" || (key === "files:write" && policy !== "read")
          ? undefined
          : `its policy is ${policy}`,
      namesOutright: () => false,
      secret: () => undefined,
    },
    mayWrite,
    signal,
    run,
    node,
    granted: new Set(),
    artifacts: new HeldArtifacts(),
    asset: () => Promise.resolve(undefined),
  };
}

/** What the agent is told. A structured answer has to be asked for in words. */
export function promptOf({ input, task }: CallRequest): string {
  const system = task?.system ?? textIn(input, "system");
  const prompt = task?.prompt ?? textIn(input, "prompt");
  const schema = task === undefined ? input["schema"] : task.output;
  const parts = [system, prompt];
  if (schema !== undefined && schema !== null) {
    parts.push(
      `End your answer with one JSON object in a \`\`\`json fence that fits this JSON Schema:\n${
        JSON.stringify(schema)
      }`,
    );
  }
  return parts.filter((part) => part !== "").join("\n\n");
}

/** The last JSON object of an answer; undefined where there is none. */
export function structureIn(text: string): JsonObject | undefined {
  const fences = [...text.matchAll(/```(?:json)?\s*\n([\s\S]*?)```/g)].map(([, inner]) => inner ?? "");
  const bare = text.slice(Math.max(0, text.indexOf("{")), text.lastIndexOf("}") + 1);
  for (const candidate of [...fences.reverse(), bare]) {
    try {
      const value = JSON.parse(candidate) as Json;
      if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as JsonObject;
    } catch {
      // The next one may be whole.
    }
  }
  return undefined;
}

function textIn(input: JsonObject, name: string): string {
  const value = input[name];
  return typeof value === "string" ? value : "";
}
