/**
 * The connection to the editor, over the deaths of editors: whoever asks is answered once, by whichever editor comes to it.
 *
 * Invariants: L1. a request settles exactly once; L2. what was asked and not answered when an editor died is asked again,
 * in its order, of the next, which knows what it had done already; L3. at most MOST_IN_FLIGHT requests are on their way,
 * further callers wait; L4. a request that too many editors have died of is refused: it may be what kills them.
 *
 * @module
 */

import { clearInterval, setInterval } from "node:timers";
import { type ErrorCode, messageOf, SymphonyError } from "../../core/errors.ts";
import { isObject } from "../../core/json.ts";
import { MOST_ANSWERS } from "../revision/answered.ts";
import { connectionOver, ErrorCodes, type MessageConnection, ResponseError } from "../revision/json_rpc.ts";
import { LineTransport } from "../revision/line_transport.ts";
import {
  type BeginParams,
  type BeginResult,
  type HelloResult,
  PROTOCOL,
  type Resume,
} from "../revision/protocol.ts";
import type { EditorEnd, EditorSource } from "./editor_source.ts";

/** Below what the editor remembers of answers. */
const MOST_IN_FLIGHT = MOST_ANSWERS / 2;
const DEATHS_OF_ONE = 3;
const PING_MS = 1_000;
const HANGING_MS = 10_000;

export interface LinkHandlers {
  notification(method: string, params: unknown): void;
  /** What this client has open, for the next editor. */
  resume(): readonly Resume[];
  /** The next editor has taken over; `resumed` as `resume` was. */
  resumed(resumed: BeginResult["resumed"], asked: readonly Resume[]): void;
}

/** A takeover, for measurements. */
export interface Takeover {
  /** From noticing the death to the next editor's first answer. */
  readonly milliseconds: number;
  readonly asked: number;
}

export interface LinkOptions {
  /** Told of each time that an editor has died and another one has taken over. */
  readonly onTakeover?: (takeover: Takeover) => void;
  /** How many editors may die while they have one request, until it is refused. Default: 3. */
  readonly deathsOfOne?: number;
  /** How long an editor may not answer a ping until it is killed. Default: 10 s. */
  readonly hangingMs?: number;
}

interface Acquaintance {
  readonly connection: MessageConnection;
  readonly hello: Promise<HelloResult>;
  /** True once the connection has gone. */
  isOver: boolean;
}

interface Waiting {
  readonly connected: (connection: MessageConnection) => void;
  readonly failed: (error: unknown) => void;
}

export class EditorLink implements AsyncDisposable {
  readonly #source: EditorSource;
  readonly #handlers: LinkHandlers;
  readonly #client = crypto.randomUUID();
  readonly #slots: (() => void)[] = [];
  readonly #acquainted = new WeakMap<EditorEnd, Acquaintance>();
  readonly #deathsOfOne: number;
  readonly #hangingMs: number;
  readonly #onTakeover: ((takeover: Takeover) => void) | undefined;
  #connection: MessageConnection | undefined;
  #waiting: Waiting[] = [];
  /** What the editor would leave behind, and what those before it may have. */
  #sessions: readonly string[] = [];
  #inFlight = 0;
  #failure: SymphonyError | undefined;
  #ping: NodeJS.Timeout | undefined;
  #closed = false;

  private constructor(source: EditorSource, handlers: LinkHandlers, options: LinkOptions) {
    this.#source = source;
    this.#handlers = handlers;
    this.#onTakeover = options.onTakeover;
    this.#deathsOfOne = options.deathsOfOne ?? DEATHS_OF_ONE;
    this.#hangingMs = options.hangingMs ?? HANGING_MS;
    source.onSpare = (spare) => this.#acquaint(spare);
  }

  /** Starts an editor and begins. @throws SymphonyError */
  static async open(
    source: EditorSource,
    handlers: LinkHandlers,
    options: LinkOptions = {},
  ): Promise<EditorLink> {
    const link = new EditorLink(source, handlers, options);
    await link.#connect();
    if (link.#failure !== undefined) throw link.#failure;
    return link;
  }

  /**
   * Asks the editor. @throws SymphonyError with the editor's code; `closed` where no editor can be had
   * @param isDone says of an error that only a repeated request can have, that the first one had been carried out
   */
  async request(
    method: string,
    params: object,
    isDone?: (error: SymphonyError) => boolean,
  ): Promise<unknown> {
    if (this.#inFlight >= MOST_IN_FLIGHT) await new Promise<void>((resolve) => this.#slots.push(resolve));
    this.#inFlight++;
    try {
      for (let deaths = 0;;) {
        const connection = this.#connection ?? await this.#connected();
        try {
          return await connection.sendRequest(method, params);
        } catch (error) {
          if (!isLost(error)) {
            const refusal = symphonyError(error);
            if (deaths > 0 && isDone?.(refusal) === true) return null;
            throw refusal;
          }
        }
        if (++deaths >= this.#deathsOfOne) {
          throw new SymphonyError(
            "closed",
            `Cannot carry out ${method}: ${deaths} editors have died of it, the last by ${this.#source.lastEnd}`,
          );
        }
      }
    } finally {
      this.#inFlight--;
      this.#slots.shift()?.();
    }
  }

  /** Sends without waiting; lost where the editor dies, as what follows a resume makes good. */
  notify(method: string, params: object): void {
    this.#connection?.sendRequest(method, params).catch(() => undefined);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    clearInterval(this.#ping);
    const failure = new SymphonyError("closed", "The link to the editor was closed");
    this.#failure ??= failure;
    for (const { failed } of this.#waiting) failed(failure);
    this.#waiting = [];
    const connection = this.#connection;
    this.#connection = undefined;
    await this.#source[Symbol.asyncDispose]();
    connection?.dispose();
  }

  #connected(): Promise<MessageConnection> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    return new Promise((connected, failed) => this.#waiting.push({ connected, failed }));
  }

  /** Gets an editor and has it take over; on its death, the next. */
  async #connect(): Promise<void> {
    const began = performance.now();
    while (!this.#closed) {
      const asked = this.#handlers.resume();
      try {
        const editor = await this.#source.next();
        const acquaintance = this.#acquaint(editor);
        const { connection } = acquaintance;
        const { session } = await acquaintance.hello;
        const dead = this.#sessions.filter((each) => each !== session);
        if (session !== null) this.#sessions = [...dead, session];
        const begin: BeginParams = { protocol: PROTOCOL, client: this.#client, adopt: dead, resume: asked };
        const { resumed } = await connection.sendRequest<BeginResult>("session/begin", begin);
        this.#sessions = session === null ? [] : [session];
        if (acquaintance.isOver) continue;
        this.#handlers.resumed(resumed, asked);
        this.#connection = connection;
        this.#watch(connection);
        this.#onTakeover?.({ milliseconds: performance.now() - began, asked: this.#waiting.length });
        const waiting = this.#waiting;
        this.#waiting = [];
        for (const { connected } of waiting) connected(connection);
        return;
      } catch (error) {
        if (isLost(error)) continue;
        this.#fail(symphonyError(error));
        return;
      }
    }
  }

  /** Connects to an editor and asks who it is: for a spare, long before it is needed. */
  #acquaint(editor: EditorEnd): Acquaintance {
    const known = this.#acquainted.get(editor);
    if (known !== undefined) return known;
    const connection = this.#listen(new LineTransport(editor.channel, "client"));
    const hello = connection.sendRequest<HelloResult>("session/hello", {});
    hello.catch(() => undefined);
    const made: Acquaintance = { connection, hello, isOver: false };
    connection.onClose(() => made.isOver = true);
    this.#acquainted.set(editor, made);
    return made;
  }

  #listen(transport: LineTransport): MessageConnection {
    const connection = connectionOver(transport);
    connection.onNotification((method, params) => this.#handlers.notification(method, params));
    connection.onClose(() => {
      // Whoever waits for an answer learns of it here, in the order of asking, and asks the next editor.
      const wasCurrent = this.#connection === connection;
      if (wasCurrent) this.#connection = undefined;
      connection.dispose();
      if (wasCurrent && !this.#closed) this.#connect();
    });
    connection.listen();
    return connection;
  }

  /** An editor that does not answer for long has hung: it is as good as dead. */
  #watch(connection: MessageConnection): void {
    clearInterval(this.#ping);
    let asked: number | undefined;
    this.#ping = setInterval(() => {
      if (this.#connection !== connection) return;
      if (asked !== undefined) {
        if (performance.now() - asked > this.#hangingMs) this.#source.abandon();
        return;
      }
      asked = performance.now();
      connection.sendRequest("session/ping", {}).then(() => asked = undefined, () => undefined);
    }, Math.min(PING_MS, this.#hangingMs / 2));
    this.#ping.unref();
  }

  #fail(failure: SymphonyError): void {
    this.#failure = failure;
    for (const { failed } of this.#waiting) failed(failure);
    this.#waiting = [];
  }
}

/** True where the connection went before the answer came. */
function isLost(error: unknown): boolean {
  if (error instanceof ResponseError) {
    const { code } = error;
    return code === ErrorCodes.PendingResponseRejected || code === ErrorCodes.MessageWriteError;
  }
  return error instanceof Error && /connection (is|got) (closed|disposed)/i.test(error.message);
}

function symphonyError(error: unknown): SymphonyError {
  if (error instanceof SymphonyError) return error;
  const data: unknown = error instanceof ResponseError ? error.data : undefined;
  const code = isObject(data) && typeof data["code"] === "string" ? data["code"] as ErrorCode : "protocol";
  const hint = isObject(data) && typeof data["hint"] === "string" ? data["hint"] : undefined;
  return new SymphonyError(code, messageOf(error), { cause: error, ...(hint === undefined ? {} : { hint }) });
}
