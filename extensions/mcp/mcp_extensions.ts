/**
 * MCP servers as extensions: each server is one, its tools are operators. An instance is a connection, shared by the
 * calls on it. The servers themselves run outside the sandbox, which the person agreed to when adding them.
 *
 * @module
 */

import { messageOf, SymphonyError } from "../../core/errors.ts";
import { type ExtensionId, type InstanceId, instanceId, type NodeTypeId } from "../../core/ids.ts";
import type { Json, JsonObject } from "../../core/json.ts";
import type { ArtifactPort } from "../../core/ports/artifact.ts";
import type {
  CallOptions,
  CallRequest,
  CallResult,
  ExtensionPort,
  InstanceHealth,
} from "../../core/ports/extension.ts";
import type { Catalog, NodeType } from "../../core/workflow/catalog.ts";
import type { Metered } from "../monitor/meter.ts";
import { ProcessTree } from "../monitor/process_tree.ts";
import { OutsideBook } from "../outside_book.ts";
import { failed, misfit, withDefaults } from "../value_check.ts";
import { McpConnection, type ToolReply } from "./connection.ts";
import type { ServerConfig } from "./server_config.ts";
import { MCP_PUBLISHER, serverExtension, type ToolNode, toolNodes } from "./tool_nodes.ts";

/** A server answers one client's calls side by side. */
const CONCURRENCY = 8;

export interface McpExtensionsOptions {
  readonly servers: () => Promise<ReadonlyMap<string, ServerConfig>>;
  readonly artifacts: ArtifactPort;
  readonly env: (name: string) => string | undefined;
  readonly onLog?: (extension: ExtensionId, line: string) => void;
  /** Where what servers do and use up is accounted; in memory without it. */
  readonly book?: OutsideBook;
}

interface Server {
  readonly config: ServerConfig;
  readonly id: ExtensionId;
  readonly nodes: ReadonlyMap<NodeTypeId, ToolNode>;
}

interface Instance {
  readonly server: Server;
  readonly connection: McpConnection;
  readonly metered: Metered;
  calls: number;
  failures: number;
}

export class McpExtensions implements ExtensionPort {
  readonly #options: McpExtensionsOptions;
  readonly #book: OutsideBook;
  readonly #instances = new Map<InstanceId, Instance>();
  readonly #closing = new AbortController();
  #servers: Promise<ReadonlyMap<ExtensionId, Server>> | undefined;
  #next = 1;

  constructor(options: McpExtensionsOptions) {
    this.#options = options;
    this.#book = options.book ?? new OutsideBook();
  }

  /** True for an extension that is a server. */
  static owns(extension: ExtensionId): boolean {
    return extension.startsWith(`${MCP_PUBLISHER}/`);
  }

  async describe(): Promise<Catalog> {
    const nodes = new Map<NodeTypeId, NodeType>();
    const limits = new Map<ExtensionId, { instances: number; concurrency: number }>();
    try {
      for (const server of (await this.#known()).values()) {
        limits.set(server.id, { instances: 1, concurrency: CONCURRENCY });
        for (const [type, { node }] of server.nodes) nodes.set(type, node);
      }
      return { nodes, tasks: new Map(), limits, problems: [] };
    } catch (error) {
      return { nodes, tasks: new Map(), limits, problems: [{ where: "mcp", message: messageOf(error) }] };
    }
  }

  async activate(extension: ExtensionId, signal?: AbortSignal): Promise<InstanceId> {
    const server = (await this.#known()).get(extension);
    if (server === undefined) {
      throw new SymphonyError("not-found", `Cannot activate "${extension}": no such MCP server`);
    }
    if (this.#closing.signal.aborted) {
      throw new SymphonyError("closed", "Cannot activate: extensions are closed");
    }
    const id = instanceId(`${extension}#${this.#next++}`);
    const connection = await McpConnection.open(server.config.target, {
      env: this.#options.env,
      onLog: (line) => this.#options.onLog?.(extension, line),
      onEnd: () => this.#ended(id),
      signal: signal === undefined ? this.#closing.signal : AbortSignal.any([this.#closing.signal, signal]),
    });
    const metered = meteredConnection(connection);
    this.#instances.set(id, { server, connection, metered, calls: 0, failures: 0 });
    this.#book.started(extension, metered);
    return id;
  }

  async call(instance: InstanceId, request: CallRequest, options: CallOptions): Promise<CallResult> {
    const found = this.#instances.get(instance);
    if (found === undefined) return failed("crash", `Instance "${instance}" is not alive`);
    if (options.signal.aborted) return failed("cancelled", "The call was cancelled");
    const known = found.server.nodes.get(request.nodeType);
    if (known === undefined) {
      return failed(
        "unavailable",
        `MCP server ${found.server.config.name} has no tool "${request.nodeType}"`,
      );
    }
    const { node, tool } = known;
    const isAllowed = node.effect !== "write" || request.mayWrite;
    this.#book.decided({
      extension: found.server.id,
      permission: `tool:${tool.name}`,
      isAllowed,
      reason: isAllowed ? "the person added the server" : "the run may not write",
    });
    if (!isAllowed) {
      return failed(
        "permission",
        `"${node.type}" may change things outside: put a gate before it, or run with --allow-write`,
      );
    }
    const input = withDefaults(node.input, request.input);
    const wrong = misfit(node.input, input);
    if (wrong !== undefined) return failed("input", `Input of ${node.type}: ${wrong}`);
    found.calls++;
    const result = await this.#book.counted(
      found.server.id,
      () => this.#carryOut(found, tool.name, input, node, options),
    );
    if (!result.ok) found.failures++;
    return result;
  }

  isAlive(instance: InstanceId): boolean {
    return this.#instances.get(instance)?.connection.isAlive === true;
  }

  async deactivate(instance: InstanceId): Promise<void> {
    const found = this.#instances.get(instance);
    this.#instances.delete(instance);
    if (found !== undefined) this.#book.ended(found.server.id, found.metered);
    await found?.connection.close();
  }

  health(): readonly InstanceHealth[] {
    return [...this.#instances].map(([instance, { server, connection, calls, failures }]) => ({
      instance,
      extension: server.id,
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
    if (found !== undefined) this.#book.ended(found.server.id, found.metered, "The MCP server ended");
  }

  #known(): Promise<ReadonlyMap<ExtensionId, Server>> {
    return this.#servers ??= this.#options.servers().then((servers) =>
      new Map(
        [...servers.values()].map((config) => {
          const id = serverExtension(config.name);
          this.#book.register(id);
          return [id, { config, id, nodes: toolNodes(config) }];
        }),
      )
    );
  }

  async #carryOut(
    { connection }: Instance,
    tool: string,
    input: JsonObject,
    node: NodeType,
    { signal, timeoutMs, onEvent }: CallOptions,
  ): Promise<CallResult> {
    const late = new AbortController();
    const timer = timeoutMs === undefined ? undefined : setTimeout(() => late.abort(), timeoutMs);
    try {
      const reply = await connection.call(tool, input, {
        signal: AbortSignal.any([signal, late.signal]),
        onProgress: (done, total, note) =>
          onEvent?.({
            kind: "progress",
            done,
            ...(total === undefined ? {} : { total }),
            ...(note === undefined ? {} : { note }),
          }),
      });
      return await this.#resultOf(reply, node);
    } catch (error) {
      if (signal.aborted) return failed("cancelled", "The call was cancelled");
      if (late.signal.aborted) return failed("timeout", `No answer within ${timeoutMs} ms`);
      if (!connection.isAlive) return failed("crash", "The MCP server ended during the call");
      return failed("thrown", messageOf(error).slice(0, 2000));
    } finally {
      clearTimeout(timer);
    }
  }

  async #resultOf({ content, structured, isError }: ToolReply, node: NodeType): Promise<CallResult> {
    const text = content.map((one) => one["type"] === "text" ? String(one["text"] ?? "") : "").filter((one) =>
      one !== ""
    ).join("\n");
    if (isError) {
      return failed("thrown", text === "" ? "The tool failed without a word" : text.slice(0, 2000));
    }
    const kept = await Promise.all(content.map((one) => this.#kept(one)));
    const output = { text, content: kept, ...(structured === undefined ? {} : { data: structured }) };
    const wrong = misfit(node.output, output as unknown as JsonObject);
    return wrong === undefined
      ? { ok: true, output: output as unknown as JsonObject }
      : failed("output", `Output of ${node.type}: ${wrong}`);
  }

  /** Bytes go into the artifact store, and the part names them. */
  async #kept(part: JsonObject): Promise<JsonObject> {
    const inner = part["resource"] as JsonObject | undefined;
    const [holder, key] = typeof part["data"] === "string"
      ? [part, "data"] as const
      : typeof inner?.["blob"] === "string"
      ? [inner, "blob"] as const
      : [undefined, ""] as const;
    if (holder === undefined) return part;
    const bytes = bytesOf(String(holder[key]));
    if (bytes === undefined) return part;
    const artifact = await this.#options.artifacts.put(bytes);
    const { [key]: _, ...rest } = holder;
    const told: Record<string, Json> = { ...rest, artifact, sizeBytes: bytes.length };
    return holder === part ? told : { ...part, resource: told };
  }
}

/** What a server takes: its program and what that started, and the messages with it. */
function meteredConnection(connection: McpConnection): Metered {
  const tree = connection.pid === undefined ? undefined : new ProcessTree(connection.pid);
  return {
    get cpuMs() {
      return tree?.cpuMs;
    },
    get memoryBytes() {
      return tree?.memoryBytes;
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

function bytesOf(base64: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return Uint8Array.from(atob(base64), (sign) => sign.charCodeAt(0));
  } catch {
    return undefined;
  }
}
