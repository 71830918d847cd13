/**
 * Coding agents that speak the Agent Client Protocol, as instruments: `agent/NAME`. An agent's program runs outside the
 * sandbox, which the person agreed to when adding it; what it asks for is answered by its policy.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { messageOf, SymphonyError } from "../../core/errors.ts";
import {
  type AuthorId,
  authorId,
  type ExtensionId,
  extensionId,
  type InstanceId,
  instanceId,
  type NodeTypeId,
  nodeTypeId,
} from "../../core/ids.ts";
import { isObject, type Json, type JsonObject } from "../../core/json.ts";
import type {
  CallOptions,
  CallRequest,
  CallResult,
  ExtensionPort,
  InstanceHealth,
} from "../../core/ports/extension.ts";
import { spentOf } from "../../core/policy/spent.ts";
import type { Catalog, NodeType } from "../../core/workflow/catalog.ts";
import type { FileProposalPort } from "../../core/ports/file_proposals.ts";
import { instrumentInput, instrumentOutput } from "../catalog.ts";
import { ExtensionFailure } from "../sdk/failure.ts";
import type { Metered } from "../monitor/meter.ts";
import { ProcessTree } from "../monitor/process_tree.ts";
import { OutsideBook } from "../outside_book.ts";
import { failed, misfit } from "../value_check.ts";
import type { AgentConfig } from "./agent_config.ts";
import { AgentConnection, type TurnEnd } from "./agent_connection.ts";
import { ShadowFolder } from "./shadow_folder.ts";
import { AgentTurn, promptOf, structureIn } from "./agent_turn.ts";
import { type Changes, WorkspaceChanges } from "./workspace_changes.ts";

export const ACP_PUBLISHER = "acp";

export interface AcpExtensionsOptions {
  readonly agents: () => Promise<ReadonlyMap<string, AgentConfig>>;
  readonly env: (name: string) => string | undefined;
  /** Takes what agents propose, of runs that do not write. */
  readonly proposals?: FileProposalPort | undefined;
  readonly onLog?: (extension: ExtensionId, line: string) => void;
  /** Where what agents do and use up is accounted; in memory without it. */
  readonly book?: OutsideBook;
}

interface Agent {
  readonly config: AgentConfig;
  readonly id: ExtensionId;
  readonly node: NodeType;
}

interface Instance {
  readonly agent: Agent;
  readonly connection: AgentConnection;
  readonly metered: Metered;
  calls: number;
  failures: number;
}

const NOBODY_TAKES =
  'The agent cannot propose its changes: no editor is here to take them; go on with the run in the page of "symphony serve"';
const NO_CHANGES: Changes = { files: [], diff: "", texts: new Map() };
/** An agent that was told to stop and does not is ended. */
const STOPPING_MS = 5_000;

export function agentExtension(name: string): ExtensionId {
  return extensionId(`${ACP_PUBLISHER}/${name}`);
}

function authorOf({ config }: Agent): AuthorId {
  return authorId(`agent:${config.name}`);
}

/** The node type that an agent is. */
export function agentNode(config: AgentConfig): NodeType {
  const { name, policy, serves, version } = config;
  return {
    type: nodeTypeId(`agent/${name}`),
    kind: "instrument",
    extension: agentExtension(name),
    version,
    title: `Agent ${name}`,
    description: `The coding agent "${config.command.join(" ")}", through the Agent Client Protocol`,
    input: instrumentInput,
    output: {
      ...instrumentOutput,
      properties: {
        ...instrumentOutput["properties"] as JsonObject,
        diff: { type: "string", description: "What it changed in the workspace, as a unified diff" },
        files: {
          type: "array",
          items: {
            type: "object",
            properties: { path: { type: "string" }, change: { enum: ["added", "modified", "removed"] } },
          },
          description: "The files that it changed",
        },
        asked: {
          type: "array",
          items: { type: "object" },
          description: "What it asked leave for, and what it was told",
        },
      },
      required: ["text", "model", "finish", "diff", "files", "asked"],
    },
    effect: policy === "read" ? "network" : "write",
    codeHash: createHash("sha256").update(JSON.stringify(config)).digest("hex"),
    instrument: { serves, priceIn: 0, priceOut: 0, readsFolder: true },
  };
}

export class AcpExtensions implements ExtensionPort {
  readonly #options: AcpExtensionsOptions;
  readonly #book: OutsideBook;
  readonly #instances = new Map<InstanceId, Instance>();
  readonly #closing = new AbortController();
  #agents: Promise<ReadonlyMap<ExtensionId, Agent>> | undefined;
  #next = 1;

  constructor(options: AcpExtensionsOptions) {
    this.#options = options;
    this.#book = options.book ?? new OutsideBook();
  }

  /** True for an extension that is an agent. */
  static owns(extension: ExtensionId): boolean {
    return extension.startsWith(`${ACP_PUBLISHER}/`);
  }

  async describe(): Promise<Catalog> {
    const nodes = new Map<NodeTypeId, NodeType>();
    const limits = new Map<ExtensionId, { instances: number; concurrency: number }>();
    try {
      for (const { id, node } of (await this.#known()).values()) {
        // One turn at a time: what changed in the folder is told as one turn's work.
        limits.set(id, { instances: 1, concurrency: 1 });
        nodes.set(node.type, node);
      }
      return { nodes, tasks: new Map(), limits, problems: [] };
    } catch (error) {
      return { nodes, tasks: new Map(), limits, problems: [{ where: "agents", message: messageOf(error) }] };
    }
  }

  async activate(extension: ExtensionId, signal?: AbortSignal): Promise<InstanceId> {
    const agent = (await this.#known()).get(extension);
    if (agent === undefined) {
      throw new SymphonyError("not-found", `Cannot activate "${extension}": no such agent`);
    }
    if (this.#closing.signal.aborted) {
      throw new SymphonyError("closed", "Cannot activate: extensions are closed");
    }
    const id = instanceId(`${extension}#${this.#next++}`);
    const connection = await AgentConnection.open(agent.config, {
      env: this.#options.env,
      onLog: (line) => this.#options.onLog?.(extension, line),
      onEnd: () => this.#ended(id),
      signal: signal === undefined ? this.#closing.signal : AbortSignal.any([this.#closing.signal, signal]),
    });
    const metered = meteredAgent(connection);
    this.#instances.set(id, { agent, connection, metered, calls: 0, failures: 0 });
    this.#book.started(extension, metered);
    return id;
  }

  async call(instance: InstanceId, request: CallRequest, options: CallOptions): Promise<CallResult> {
    const found = this.#instances.get(instance);
    if (found === undefined) return failed("crash", `Instance "${instance}" is not alive`);
    if (options.signal.aborted) return failed("cancelled", "The call was cancelled");
    found.calls++;
    const { id, config } = found.agent;
    this.#book.decided({
      extension: id,
      permission: "agent:turn",
      isAllowed: true,
      reason: `the person added the agent, with the policy ${config.policy}`,
    });
    const result = await this.#book.counted(id, () => this.#turn(found, request, options));
    if (!result.ok) found.failures++;
    return result;
  }

  isAlive(instance: InstanceId): boolean {
    return this.#instances.get(instance)?.connection.isAlive === true;
  }

  async deactivate(instance: InstanceId): Promise<void> {
    const found = this.#instances.get(instance);
    this.#instances.delete(instance);
    if (found !== undefined) this.#book.ended(found.agent.id, found.metered);
    await found?.connection.close();
  }

  health(): readonly InstanceHealth[] {
    return [...this.#instances].map(([instance, { agent, connection, calls, failures }]) => ({
      instance,
      extension: agent.id,
      alive: connection.isAlive,
      calls,
      failures,
      restarts: 0,
    }));
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.all([...this.#instances.keys()].map((id) => this.deactivate(id)));
  }

  /** Its program went by itself. */
  #ended(id: InstanceId): void {
    const found = this.#instances.get(id);
    this.#instances.delete(id);
    if (found !== undefined) this.#book.ended(found.agent.id, found.metered, "The agent ended");
  }

  #known(): Promise<ReadonlyMap<ExtensionId, Agent>> {
    return this.#agents ??= this.#options.agents().then((agents) =>
      new Map(
        [...agents.values()].map((config) => {
          const id = agentExtension(config.name);
          this.#book.register(id);
          return [id, { config, id, node: agentNode(config) }];
        }),
      )
    );
  }

  async #turn(instance: Instance, request: CallRequest, options: CallOptions): Promise<CallResult> {
    const { agent, connection } = instance;
    const { signal, timeoutMs } = options;
    const workspace = await Deno.realPath(request.workspace);
    const { proposals } = this.#options;
    if (request.proposes === true && proposals === undefined) return failed("permission", NOBODY_TAKES);
    let shadow: ShadowFolder | undefined;
    try {
      shadow = request.proposes === true && proposals !== undefined
        ? await ShadowFolder.make(workspace, proposals, {
          run: request.run,
          node: request.node,
          author: authorOf(agent),
        })
        : undefined;
    } catch (error) {
      return failed("input", messageOf(error));
    }
    await using _removed = shadow;
    const changes = shadow === undefined ? await WorkspaceChanges.begin(workspace) : undefined;
    const { policy, env } = agent.config;
    const given = env.flatMap((name) => this.#options.env(name) ?? []);
    const turn = new AgentTurn(request, options, {
      extension: agent.id,
      policy,
      workspace,
      shadow,
      decided: (permission, isAllowed, reason) =>
        this.#book.decided({ extension: agent.id, permission, isAllowed, reason }),
      clean: (text) => this.#book.clean(text, given),
    });
    for (const folder of shadow?.without ?? []) {
      turn.warn(`${folder} is too large: the agent's copy has it not`);
    }
    const stop = new AbortController();
    const stopped = (reason: CallResult) => new StoppedTurn(reason);
    const late = () => stop.abort(stopped(failed("timeout", `No answer within ${timeoutMs} ms`)));
    const cancel = () => stop.abort(stopped(failed("cancelled", "The call was cancelled")));
    const timer = timeoutMs === undefined ? undefined : setTimeout(late, timeoutMs);
    signal.addEventListener("abort", cancel, { once: true });
    try {
      const folder = shadow?.path ?? workspace;
      const running = connection.turn(folder, promptOf(request), turn, stop.signal);
      const finish = await orStopped(running, stop.signal, () => this.#endIfDeaf(running, connection));
      const made = await (shadow?.end((what) => turn.warn(what)) ?? changes?.end()) ?? NO_CHANGES;
      const result = resultOf(turn, finish, made, request, connection.title);
      return withSpent(result, { ...finish, costUsd: turn.costUsd });
    } catch (error) {
      return withSpent(await failureOf(error, connection), { costUsd: turn.costUsd });
    } finally {
      clearTimeout(timer);
      signal.removeEventListener("abort", cancel);
    }
  }

  #endIfDeaf(running: Promise<TurnEnd>, connection: AgentConnection): void {
    const timer = setTimeout(() => void connection.close(), STOPPING_MS);
    running.catch(() => undefined).finally(() => clearTimeout(timer));
  }
}

/** What an agent takes: its program and what that started, and the messages with it. */
function meteredAgent(connection: AgentConnection): Metered {
  const tree = new ProcessTree(connection.pid);
  return {
    get cpuMs() {
      return tree.cpuMs;
    },
    get memoryBytes() {
      return tree.memoryBytes;
    },
    get messages() {
      return connection.passed.messages;
    },
    get messageBytes() {
      return connection.passed.messageBytes;
    },
    end: () => void connection.close(),
  };
}

/** Carries the result of a turn that was broken off. */
class StoppedTurn extends Error {
  readonly result: CallResult;

  constructor(result: CallResult) {
    super("The turn was stopped");
    this.result = result;
  }
}

function orStopped(
  running: Promise<TurnEnd>,
  signal: AbortSignal,
  onStop: () => void,
): Promise<TurnEnd> {
  return new Promise((resolve, reject) => {
    signal.addEventListener("abort", () => {
      onStop();
      reject(signal.reason);
    }, { once: true });
    running.then(resolve, reject);
  });
}

async function failureOf(error: unknown, connection: AgentConnection): Promise<CallResult> {
  if (error instanceof StoppedTurn) return error.result;
  if (error instanceof ExtensionFailure) return failed(error.failureClass, error.message);
  const code = isObject(error) || error instanceof Error ? (error as { code?: unknown }).code : undefined;
  // The protocol's own number for an agent that wants a login first.
  if (code === -32000) {
    const ways = connection.loginWays.length === 0 ? "" : `: ${connection.loginWays.join(", ")}`;
    return failed("auth", `The agent wants you to log in first, with its own program${ways}`);
  }
  if (await connection.isGone()) return failed("crash", "The agent ended during the call");
  return failed("thrown", messageOf(error).slice(0, 2000));
}

/** What failed was paid for all the same. */
function withSpent(
  result: CallResult,
  said: { readonly tokensIn?: number; readonly tokensOut?: number; readonly costUsd: number | undefined },
): CallResult {
  return result.ok ? result : { ok: false, failure: { ...result.failure, ...spentOf(said) } };
}

const finishes: Readonly<Record<string, "stop" | "length" | "filter" | "other">> = {
  "end_turn": "stop",
  "max_tokens": "length",
  "max_turn_requests": "length",
  refusal: "filter",
};

function resultOf(
  turn: AgentTurn,
  { stopReason, tokensIn, tokensOut }: TurnEnd,
  { files, diff }: Changes,
  request: CallRequest,
  title: string,
): CallResult {
  if (files.length > 0 && !request.mayWrite && request.proposes !== true) {
    const paths = files.slice(0, 5).map(({ path }) => path).join(", ");
    return failed(
      "permission",
      `The agent changed files without asking, though the run may not write: ${paths}`,
    );
  }
  if (stopReason === "refusal") return failed("refusal", `The agent declined: ${turn.text.slice(-500)}`);
  const finish = finishes[stopReason] ?? "other";
  const usage = {
    finish,
    model: title,
    ...spentOf({ tokensIn, tokensOut, costUsd: turn.costUsd }),
  };
  const schema = request.task?.output ?? request.input["schema"];
  const data = schema === undefined || schema === null ? undefined : structureIn(turn.text);
  if (request.task !== undefined) {
    const output = data ?? { text: turn.text };
    const wrong = isObject(request.task.output) ? misfit(request.task.output, output) : undefined;
    return wrong === undefined
      ? { ok: true, output, usage }
      : failed("output", `Answer of the agent: ${wrong}`);
  }
  const output = {
    text: turn.text,
    model: title,
    finish,
    diff,
    files: files as unknown as Json,
    asked: turn.asked as unknown as Json,
    ...(data === undefined ? {} : { data }),
  };
  return { ok: true, output, usage };
}
