/**
 * A running coding agent, spoken to through the protocol's own library over its pipes. One turn is one session: what an
 * agent remembers of another run is its own affair.
 *
 * @module
 */

import type { ActiveSessionMessage, ClientConnection, SessionNotification } from "@agentclientprotocol/sdk";
import { type JsonObject, own } from "../../core/json.ts";
import { messageOf, SymphonyError } from "../../core/errors.ts";
import { VERSION } from "../../core/version.ts";
import { ProcessMark } from "../monitor/process_mark.ts";
import type { AgentConfig } from "./agent_config.ts";
import type { Option } from "./permission_policy.ts";

const START_MS = 60_000;
const ENDING_MS = 2_000;
const ENDED_MS = 500;
const LOG_CHARS = 8_192;

/** What an agent may ask of one turn. */
export interface TurnHost {
  readText(path: string, line: number | undefined, limit: number | undefined): Promise<string>;
  writeText(path: string, text: string): Promise<void>;
  /** The chosen option; undefined cancels. */
  permission(
    asked: { readonly title: string; readonly kind: string },
    options: readonly Option[],
  ): string | undefined;
  update(update: SessionNotification["update"]): void;
}

/** How many messages passed, and of how many bytes, both ways. */
export interface Passed {
  messages: number;
  messageBytes: number;
}

/** How a turn ended. */
export interface TurnEnd {
  readonly stopReason: string;
  /** Tokens, where the agent says. */
  readonly tokensIn?: number;
  readonly tokensOut?: number;
}

export interface AgentOptions {
  readonly env: (name: string) => string | undefined;
  readonly onLog: (line: string) => void;
  readonly onEnd: () => void;
  readonly signal?: AbortSignal;
}

/** Of the environment only what a program needs to run at all, and what the person named. */
const PASSED = [
  "PATH",
  "HOME",
  "USER",
  "LOGNAME",
  "SHELL",
  "LANG",
  "LC_ALL",
  "TERM",
  "TMPDIR",
  "XDG_CONFIG_HOME",
]
  .concat(["SYSTEMROOT", "USERPROFILE", "APPDATA", "LOCALAPPDATA", "TEMP", "PATHEXT", "COMSPEC"]);

export class AgentConnection {
  /** What it said of itself. */
  readonly title: string;
  readonly version: string;
  readonly passed: Passed;
  readonly #child: Deno.ChildProcess;
  readonly #mark: ProcessMark;
  readonly #connection: ClientConnection;
  readonly #hosts: Map<string, TurnHost>;
  readonly #loginWays: readonly string[];
  #ended = false;

  /** Starts the agent and shakes hands. @throws SymphonyError `extension` | `bad-input` | `aborted` */
  static async open(config: AgentConfig, options: AgentOptions): Promise<AgentConnection> {
    const { client, methods, ndJsonStream, PROTOCOL_VERSION, RequestError } = await import(
      "@agentclientprotocol/sdk"
    );
    const mark = new ProcessMark();
    const child = spawn(config, options.env, mark);
    void drain(child.stderr, options.onLog);
    const passed: Passed = { messages: 0, messageBytes: 0 };
    const hosts = new Map<string, TurnHost>();
    const hostOf = (session: string): TurnHost => {
      const host = hosts.get(session);
      if (host === undefined) throw new Error(`There is no session ${session}`);
      return host;
    };
    /** A refusal in words; the library would tell the agent of an internal error. */
    const told = async <T>(work: () => Promise<T>): Promise<T> => {
      try {
        return await work();
      } catch (error) {
        throw new RequestError(-32602, messageOf(error));
      }
    };
    const connection = client({ name: "symphony" })
      .onRequest(methods.client.session.requestPermission, ({ params }) => {
        const { toolCall, options: offered } = params;
        const asked = { title: toolCall.title ?? toolCall.toolCallId, kind: toolCall.kind ?? "other" };
        const optionId = hostOf(params.sessionId).permission(asked, offered);
        return {
          outcome: optionId === undefined ? { outcome: "cancelled" } : { outcome: "selected", optionId },
        };
      })
      .onRequest(methods.client.fs.readTextFile, ({ params }) =>
        told(async () => {
          const { sessionId, path, line, limit } = params;
          return { content: await hostOf(sessionId).readText(path, line ?? undefined, limit ?? undefined) };
        }))
      .onRequest(methods.client.fs.writeTextFile, ({ params }) =>
        told(async () => {
          await hostOf(params.sessionId).writeText(params.path, params.content);
          return {};
        }))
      .connect(ndJsonStream(countedInto(child.stdin, passed), child.stdout.pipeThrough(counter(passed))));
    const died = child.status.then(({ code, signal }) => {
      throw new SymphonyError(
        "extension",
        `The agent "${config.name}" ended (${signal ?? `exit code ${code}`})`,
      );
    });
    died.catch(() => undefined);
    try {
      const hello = await within(
        Promise.race([
          connection.agent.request(methods.agent.initialize, {
            protocolVersion: PROTOCOL_VERSION,
            clientCapabilities: { fs: { readTextFile: true, writeTextFile: true }, terminal: false },
            clientInfo: { name: "symphony", title: "Symphony", version: VERSION },
          }),
          died,
        ]),
        options.signal,
      );
      const { agentInfo, authMethods } = hello;
      const opened = new AgentConnection(child, connection, hosts, {
        mark,
        passed,
        title: agentInfo?.title ?? agentInfo?.name ?? config.name,
        version: agentInfo?.version ?? "0",
        loginWays: (authMethods ?? []).map(({ name }) => name),
      });
      child.status.then(() => {
        opened.#ended = true;
        mark.end();
        options.onEnd();
      });
      return opened;
    } catch (cause) {
      connection.close();
      // Its pipes close a moment before it is known how it ended.
      const isOwn = cause instanceof SymphonyError;
      const ended = !isOwn && await goneWithin(child, ENDED_MS) ? await died.catch((error) => error) : cause;
      await end(child, mark);
      if (ended instanceof SymphonyError) throw ended;
      const text = `Cannot start the agent "${config.command.join(" ")}": ${messageOf(cause)}`;
      throw new SymphonyError("extension", text, { cause });
    }
  }

  private constructor(
    child: Deno.ChildProcess,
    connection: ClientConnection,
    hosts: Map<string, TurnHost>,
    told: {
      readonly title: string;
      readonly version: string;
      readonly loginWays: readonly string[];
      readonly passed: Passed;
      readonly mark: ProcessMark;
    },
  ) {
    this.#child = child;
    this.#connection = connection;
    this.#hosts = hosts;
    this.#loginWays = told.loginWays;
    this.title = told.title;
    this.version = told.version;
    this.passed = told.passed;
    this.#mark = told.mark;
  }

  get isAlive(): boolean {
    return !this.#ended;
  }

  get pid(): number {
    return this.#child.pid;
  }

  /** How one logs in where it refuses to work; empty where it says nothing. */
  get loginWays(): readonly string[] {
    return this.#loginWays;
  }

  /** One turn in a new session. Rejects as the library does. */
  async turn(folder: string, prompt: string, host: TurnHost, signal: AbortSignal): Promise<TurnEnd> {
    const { methods } = await import("@agentclientprotocol/sdk");
    const { agent } = this.#connection;
    // The library's own queue: the end of a turn comes after everything that was said in it.
    using session = await agent.buildSession({ cwd: folder, mcpServers: [] }).start();
    const { sessionId } = session;
    this.#hosts.set(sessionId, host);
    const cancel = () =>
      void agent.notify(methods.agent.session.cancel, { sessionId }).catch(() => undefined);
    signal.addEventListener("abort", cancel, { once: true });
    try {
      // How it ends is told by the queue, too.
      session.prompt(prompt).catch(() => undefined);
      for (;;) {
        const message = await session.nextUpdate();
        if (message.kind === "stop") return endOf(message);
        host.update(message.update);
      }
    } finally {
      signal.removeEventListener("abort", cancel);
      this.#hosts.delete(sessionId);
    }
  }

  /** True where its process has ended, or does so at once: its pipes close a moment earlier. */
  async isGone(): Promise<boolean> {
    return this.#ended || await goneWithin(this.#child, ENDED_MS);
  }

  /** Ends it: its input is closed, then it is told to, then made to. Repeating is harmless. */
  async close(): Promise<void> {
    this.#ended = true;
    this.#connection.close();
    await end(this.#child, this.#mark);
  }
}

function endOf(
  { stopReason, response }: Extract<ActiveSessionMessage, { readonly kind: "stop" }>,
): TurnEnd {
  // The protocol's draft has it; agents give it already.
  const usage = (response as unknown as JsonObject)["usage"] ?? {};
  const count = (name: string) => {
    const value = own(usage, name);
    return typeof value === "number" && value >= 0 ? value : undefined;
  };
  const [tokensIn, tokensOut] = [count("inputTokens"), count("outputTokens")];
  return {
    stopReason,
    ...(tokensIn === undefined ? {} : { tokensIn }),
    ...(tokensOut === undefined ? {} : { tokensOut: tokensOut + (count("thoughtTokens") ?? 0) }),
  };
}

/** A message is a line. */
function count(passed: Passed, chunk: Uint8Array): void {
  passed.messageBytes += chunk.length;
  for (const byte of chunk) if (byte === 10) passed.messages++;
}

function counter(passed: Passed): TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>> {
  return new TransformStream({
    transform(chunk, controller) {
      count(passed, chunk);
      controller.enqueue(chunk);
    },
  });
}

function countedInto(
  stream: WritableStream<Uint8Array<ArrayBuffer>>,
  passed: Passed,
): WritableStream<Uint8Array<ArrayBuffer>> {
  const writer = stream.getWriter();
  return new WritableStream({
    async write(chunk) {
      count(passed, chunk);
      await writer.write(chunk);
    },
    close: () => writer.close(),
    abort: (reason) => writer.abort(reason),
  });
}

function spawn(config: AgentConfig, read: AgentOptions["env"], mark: ProcessMark): Deno.ChildProcess {
  const [program = "", ...args] = config.command;
  const env: Record<string, string> = { ...mark.env };
  for (const name of PASSED) {
    const value = read(name);
    if (value !== undefined) env[name] = value;
  }
  for (const name of config.env) {
    const value = read(name);
    if (value === undefined || value === "") {
      throw new SymphonyError("bad-input", `The environment variable ${name} is not set`);
    }
    env[name] = value;
  }
  try {
    const pipes = { stdin: "piped", stdout: "piped", stderr: "piped" } as const;
    return new Deno.Command(program, { args, env, clearEnv: true, ...pipes }).spawn();
  } catch (cause) {
    throw new SymphonyError("extension", `Cannot start the agent "${program}": ${messageOf(cause)}`, {
      cause,
    });
  }
}

/** `promise`, but no longer than a start may take. */
function within<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  return new Promise((resolve, reject) => {
    const late = () =>
      reject(new SymphonyError("timeout", `The agent did not answer within ${START_MS / 1000} s`));
    const stop = () => reject(new SymphonyError("aborted", "The start was aborted"));
    const timer = setTimeout(late, START_MS);
    signal?.addEventListener("abort", stop, { once: true });
    promise.then(resolve, reject).finally(() => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", stop);
    });
  });
}

async function end(child: Deno.ChildProcess, mark: ProcessMark): Promise<void> {
  for (const signal of ["SIGTERM", "SIGKILL"] as const) {
    try {
      child.kill(signal);
    } catch {
      // It has ended by itself.
    }
    if (await goneWithin(child, ENDING_MS)) break;
  }
  // What it started and let go of.
  mark.end();
  await child.stderr.cancel().catch(() => undefined);
}

/** True as soon as the process has ended; false where that takes longer than `mostMs`. */
async function goneWithin(child: Deno.ChildProcess, mostMs: number): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<boolean>((resolve) => timer = setTimeout(() => resolve(false), mostMs));
  const gone = await Promise.race([child.status.then(() => true), late]);
  clearTimeout(timer);
  return gone;
}

async function drain(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  onLog: (line: string) => void,
): Promise<void> {
  let rest = "";
  try {
    for await (const chunk of stream.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + chunk).split("\n");
      rest = (lines.pop() ?? "").slice(-LOG_CHARS);
      for (const line of lines) if (line.trim() !== "") onLog(line.slice(0, LOG_CHARS));
    }
  } catch {
    // The agent was ended while it wrote.
  }
}
