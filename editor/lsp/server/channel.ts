/**
 * JSON-RPC with a language server: `vscode-jsonrpc` between a reader and a writer that expect the worst.
 *
 * Invariants: (1) every request settles: with an answer, an error, its time-out, its caller's cancellation or the end
 * of the channel, whichever is first; what the server says of it later is ignored; (2) a request that is given up is
 * cancelled at the server, once; (3) at most `mostPending` requests are in flight.
 *
 * @module
 */

import type { CancellationTokenSource, MessageConnection } from "vscode-jsonrpc";
import { messageOf, SymphonyError } from "../../../core/errors.ts";
import type { ClockPort } from "../../../core/ports/clock.ts";
import {
  BoundedMessageReader,
  defaultReadLimits,
  type Misconduct,
  type ReadLimits,
} from "./message_reader.ts";
import { QueuedMessageWriter } from "./message_writer.ts";

export interface ByteStreams {
  readonly readable: ReadableStream<Uint8Array>;
  readonly writable: WritableStream<Uint8Array>;
}

export interface ChannelHandlers {
  /** What the server asks; its value is the answer. @throws SymphonyError `unsupported` where there is no such request */
  request(method: string, params: unknown): unknown;
  notification(method: string, params: unknown): void;
  /** Everything written has gone out. */
  drained(): void;
  /** The server no longer speaks, or does not read what it is sent. Called once. */
  closed(reason: string): void;
}

export interface ChannelOptions {
  readonly clock: ClockPort;
  readonly name: string;
  readonly read?: ReadLimits;
  readonly mostPending?: number;
}

export interface RequestOptions {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** Codes of errors that mean "ask again", not "this failed". */
const CONTENT_MODIFIED = -32801;
const SERVER_CANCELLED = -32802;
const REQUEST_CANCELLED = -32800;

/** The server's answer was made for a text that is no longer there; asking again can help. */
export class StaleAnswer extends Error {
  override readonly name = "StaleAnswer";
}

export class Channel {
  readonly #connection: MessageConnection;
  readonly #reader: BoundedMessageReader;
  readonly #writer: QueuedMessageWriter;
  readonly #newToken: () => CancellationTokenSource;
  readonly #options: ChannelOptions;
  readonly #onClosed: (reason: string) => void;
  #closed = false;
  #pending = 0;
  #abandoned = 0;
  #silentTimeouts = 0;

  private constructor(
    library: typeof import("vscode-jsonrpc/node"),
    streams: ByteStreams,
    handlers: ChannelHandlers,
    options: ChannelOptions,
  ) {
    this.#options = options;
    this.#onClosed = (reason) => handlers.closed(reason);
    this.#newToken = () => new library.CancellationTokenSource();
    this.#reader = new BoundedMessageReader(
      streams.readable,
      options.clock,
      options.read ?? defaultReadLimits,
    );
    this.#writer = new QueuedMessageWriter(streams.writable, {
      drained: () => handlers.drained(),
      overflowed: () => this.#close("it does not read what it is sent"),
    });
    this.#connection = library.createMessageConnection(this.#reader, this.#writer, library.NullLogger, {
      messageStrategy: {
        handleMessage: (message, next) => {
          this.#reader.handled(message);
          return next(message);
        },
      },
    });
    this.#connection.onRequest((method, params) => {
      try {
        return handlers.request(method, params);
      } catch (error) {
        const isUnknown = error instanceof SymphonyError && error.code === "unsupported";
        const code = isUnknown ? library.ErrorCodes.MethodNotFound : library.ErrorCodes.InternalError;
        return new library.ResponseError(code, messageOf(error));
      }
    });
    this.#connection.onNotification((method, params) => handlers.notification(method, params));
    // The library keeps progress for itself unless it is asked for by name.
    this.#connection.onNotification("$/progress", (params) => handlers.notification("$/progress", params));
    this.#connection.onClose(() => this.#close("it closed its output"));
    this.#connection.listen();
  }

  /** Loads the library, which the editor does not need to start, and begins to listen. */
  static async open(
    streams: ByteStreams,
    handlers: ChannelHandlers,
    options: ChannelOptions,
  ): Promise<Channel> {
    return new Channel(await import("vscode-jsonrpc/node"), streams, handlers, options);
  }

  get misconduct(): Misconduct {
    return this.#reader.misconduct;
  }

  /** Bytes that the server has not read yet. */
  get backlogBytes(): number {
    return this.#writer.backlogBytes;
  }

  /** Requests that were given up and to which the server has not answered since. */
  get abandoned(): number {
    return this.#abandoned;
  }

  /** Requests that timed out since the server last answered anything. */
  get silentTimeouts(): number {
    return this.#silentTimeouts;
  }

  notify(method: string, params: unknown): void {
    if (this.#closed) return;
    // Without parameters the member is left out: some servers refuse `[null]`.
    const args = params === undefined ? [] : [params];
    this.#connection.sendNotification(method, ...args).catch(() => {});
  }

  /**
   * Asks the server. @throws SymphonyError `aborted` when cancelled, `busy` when too much is in flight or no answer
   * came in time, `closed` when the server is gone, `protocol` when it answered with an error
   * @throws StaleAnswer when the server says that the text changed
   */
  request(method: string, params: unknown, options: RequestOptions): Promise<unknown> {
    if (this.#closed) {
      return Promise.reject(this.#error("closed", `Cannot ask "${method}": it is not running`));
    }
    if (options.signal?.aborted === true) return Promise.reject(this.#aborted(method));
    if (this.#pending + this.#abandoned >= (this.#options.mostPending ?? 512)) {
      return Promise.reject(this.#error("busy", `Cannot ask "${method}": too many requests wait for it`));
    }
    return new Promise((resolve, reject) => {
      const source = this.#newToken();
      let settled = false;
      const settle = (act: () => void) => {
        if (settled) return false;
        settled = true;
        this.#pending--;
        stopTimer();
        options.signal?.removeEventListener("abort", abort);
        act();
        return true;
      };
      const giveUp = (error: SymphonyError) => {
        if (!settle(() => reject(error))) return;
        this.#abandoned++;
        source.cancel();
      };
      const abort = () => giveUp(this.#aborted(method));
      const stopTimer = this.#options.clock.schedule(options.timeoutMs, () => {
        this.#silentTimeouts++;
        giveUp(this.#error("busy", `"${method}" was not answered within ${options.timeoutMs} ms`));
      });
      options.signal?.addEventListener("abort", abort, { once: true });
      this.#pending++;
      const answered = () => {
        this.#silentTimeouts = 0;
        if (settled) this.#abandoned--;
      };
      const args = params === undefined ? [] : [params];
      this.#connection.sendRequest(method, ...args, source.token).then(
        (value) => {
          answered();
          settle(() => resolve(value));
        },
        (error) => {
          answered();
          settle(() => reject(this.#failure(method, error)));
        },
      );
    });
  }

  /** Ends the channel; what is in flight fails with `closed`. */
  dispose(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#connection.dispose();
  }

  #close(reason: string): void {
    if (this.#closed) return;
    this.dispose();
    this.#onClosed(reason);
  }

  #failure(method: string, error: unknown): Error {
    if (this.#closed) return this.#error("closed", `It ended before it answered "${method}"`);
    const code = typeof error === "object" && error !== null && "code" in error ? error.code : undefined;
    const text = messageOf(error);
    if (code === CONTENT_MODIFIED || code === SERVER_CANCELLED) return new StaleAnswer(text);
    if (code === REQUEST_CANCELLED) return this.#error("aborted", `It cancelled "${method}": ${text}`);
    return this.#error("protocol", `It refused "${method}": ${text}`);
  }

  #aborted(method: string): SymphonyError {
    return this.#error("aborted", `"${method}" was cancelled`);
  }

  #error(code: "aborted" | "busy" | "closed" | "protocol", message: string): SymphonyError {
    return new SymphonyError(code, `Language server "${this.#options.name}": ${message}`);
  }
}
