/**
 * A connection to one MCP server through the protocol's own library: over the pipes of a program that this process
 * starts, or Streamable HTTP. The library is loaded when the first server is used.
 *
 * @module
 */

import { ProcessMark } from "../monitor/process_mark.ts";
import type { Client, Transport } from "@modelcontextprotocol/client";
import { messageOf, SymphonyError } from "../../core/errors.ts";
import { isObject, type Json, type JsonObject } from "../../core/json.ts";
import { VERSION } from "../../core/version.ts";
import { type ServerTarget, type ServerTool, targetText } from "./server_config.ts";

const MOST_TOOLS = 1_000;
const CONNECT_MS = 60_000;
const LOG_CHARS = 8_192;

export interface ToolReply {
  readonly content: readonly JsonObject[];
  readonly structured: JsonObject | undefined;
  readonly isError: boolean;
}

export interface ToolCall {
  readonly signal: AbortSignal;
  readonly timeoutMs?: number;
  readonly onProgress: (done: number, total: number | undefined, note: string | undefined) => void;
}

/** How many messages passed, and of how many bytes, both ways. */
export interface Passed {
  messages: number;
  messageBytes: number;
}

export interface ConnectionOptions {
  readonly env: (name: string) => string | undefined;
  readonly onLog: (line: string) => void;
  readonly onEnd: () => void;
  readonly signal?: AbortSignal;
}

export class McpConnection {
  readonly version: string;
  /** Of the program that was started; undefined for an address. */
  readonly pid: number | undefined;
  readonly passed: Passed;
  readonly #client: Client;
  readonly #transport: Transport;
  #ended = false;

  /** Starts or reaches the server. @throws SymphonyError `extension` | `bad-input` | `aborted` */
  static async open(target: ServerTarget, options: ConnectionOptions): Promise<McpConnection> {
    const { Client } = await import("@modelcontextprotocol/client");
    const { CfWorkerJsonSchemaValidator } = await import("@modelcontextprotocol/client/validators/cf-worker");
    const passed: Passed = { messages: 0, messageBytes: 0 };
    const mark = new ProcessMark();
    const transport = counting(await transportTo(target, options, mark), passed);
    // Ajv, the library's default, makes code out of schemas, which the executable forbids.
    const client = new Client({ name: "symphony", version: VERSION }, {
      jsonSchemaValidator: new CfWorkerJsonSchemaValidator(),
    });
    let end = options.onEnd;
    client.onclose = () => end();
    try {
      await client.connect(transport, {
        timeout: CONNECT_MS,
        ...(options.signal === undefined ? {} : { signal: options.signal }),
      });
    } catch (cause) {
      end = () => {};
      await client.close().catch(() => undefined);
      mark.end();
      if (options.signal?.aborted === true) throw new SymphonyError("aborted", "The start was aborted");
      const text = `Cannot reach the MCP server "${targetText(target)}": ${messageOf(cause)}`;
      throw new SymphonyError("extension", text, { cause });
    }
    return new McpConnection(client, transport, passed, { mark, forget: () => end = () => {} });
  }

  readonly #forget: () => void;
  readonly #mark: ProcessMark;

  private constructor(
    client: Client,
    transport: Transport,
    passed: Passed,
    { mark, forget }: { readonly mark: ProcessMark; readonly forget: () => void },
  ) {
    this.#client = client;
    this.#transport = transport;
    this.passed = passed;
    this.pid = (transport as { readonly pid?: number | null }).pid ?? undefined;
    this.#forget = forget;
    this.#mark = mark;
    this.version = String(client.getServerVersion()?.version ?? "0");
    const before = client.onclose;
    client.onclose = () => {
      this.#ended = true;
      mark.end();
      before?.();
    };
  }

  get isAlive(): boolean {
    return !this.#ended;
  }

  /** Every tool. @throws SymphonyError `extension` for more than a thousand */
  async tools(): Promise<readonly ServerTool[]> {
    if (this.#client.getServerCapabilities()?.tools === undefined) return [];
    const tools: ServerTool[] = [];
    let cursor: string | undefined;
    do {
      const page = await this.#client.listTools(cursor === undefined ? undefined : { cursor });
      tools.push(...page.tools.map((tool) => JSON.parse(JSON.stringify(tool)) as ServerTool));
      cursor = page.nextCursor;
      if (tools.length > MOST_TOOLS) {
        throw new SymphonyError("extension", `The MCP server has more than ${MOST_TOOLS} tools`);
      }
    } while (cursor !== undefined);
    return tools;
  }

  /** Calls a tool. Rejects as the library does. */
  async call(
    tool: string,
    input: JsonObject,
    { signal, timeoutMs, onProgress }: ToolCall,
  ): Promise<ToolReply> {
    const reply = await this.#client.callTool({ name: tool, arguments: input as Record<string, unknown> }, {
      signal,
      timeout: timeoutMs ?? 2 ** 31 - 1,
      onprogress: ({ progress, total, message }) => onProgress(progress, total, message),
    });
    const plain = JSON.parse(JSON.stringify(reply)) as JsonObject;
    const { content, structuredContent, isError } = plain;
    return {
      content: (Array.isArray(content) ? content : []).filter((one: Json) => isObject(one)) as JsonObject[],
      structured: isObject(structuredContent) ? structuredContent : undefined,
      isError: isError === true,
    };
  }

  /** Ends it: a program is asked to, then made to. Repeating is harmless. */
  async close(): Promise<void> {
    this.#ended = true;
    this.#forget();
    await this.#client.close().catch(() => undefined);
    await this.#transport.close().catch(() => undefined);
    this.#mark.end();
  }
}

/** Counts what passes through the transport, in both directions. */
function counting(transport: Transport, passed: Passed): Transport {
  const count = (message: unknown) => {
    passed.messages++;
    passed.messageBytes += JSON.stringify(message).length;
  };
  const send = transport.send.bind(transport);
  transport.send = (message, options) => {
    count(message);
    return send(message, options);
  };
  const start = transport.start.bind(transport);
  transport.start = async () => {
    // The library has put its listener there by now.
    const listen = transport.onmessage;
    transport.onmessage = (message, extra) => {
      count(message);
      listen?.(message, extra);
    };
    await start();
  };
  return transport;
}

async function transportTo(
  target: ServerTarget,
  options: ConnectionOptions,
  mark: ProcessMark,
): Promise<Transport> {
  if (target.kind === "address") {
    const { StreamableHTTPClientTransport } = await import("@modelcontextprotocol/client");
    const headers = Object.fromEntries(
      Object.entries(target.headers).map(([name, variable]) => [name, needed(options.env, variable)]),
    );
    return new StreamableHTTPClientTransport(new URL(target.url), { requestInit: { headers } });
  }
  const { StdioClientTransport, getDefaultEnvironment } = await import("@modelcontextprotocol/client/stdio");
  const [command = "", ...args] = target.command;
  const env = { ...getDefaultEnvironment(), ...mark.env };
  for (const name of target.env) env[name] = needed(options.env, name);
  const transport = new StdioClientTransport({ command, args, env, cwd: target.cwd, stderr: "pipe" });
  drain(transport.stderr, options.onLog);
  return transport;
}

/** @throws SymphonyError `bad-input` where the variable is not set */
function needed(env: (name: string) => string | undefined, name: string): string {
  const value = env(name);
  if (value !== undefined && value !== "") return value;
  throw new SymphonyError("bad-input", `The environment variable ${name} is not set`);
}

/** What a server writes beside the protocol, line by line. */
function drain(stream: unknown, onLog: (line: string) => void): void {
  const readable = stream as { on?: (name: "data", listen: (chunk: Uint8Array) => void) => void } | null;
  const decoder = new TextDecoder();
  let rest = "";
  readable?.on?.("data", (chunk) => {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = (lines.pop() ?? "").slice(-LOG_CHARS);
    for (const line of lines) if (line.trim() !== "") onLog(line.slice(0, LOG_CHARS));
  });
}
