/**
 * Reads messages of an untrusted peer for `vscode-jsonrpc`: only well-formed ones reach the library, and no faster than
 * they are handled.
 *
 * Invariants: (1) at most `mostQueued` messages wait in memory, the rest waits in the pipe; (2) within one window the
 * peer gets at most `bytesPerWindow` bytes and `messagesPerWindow` messages of attention, so a flood costs a bounded
 * share of the time and typing goes on between two messages; (3) nothing a peer sends throws.
 *
 * @module
 */

import type { DataCallback, Disposable, Event, Message, MessageReader } from "vscode-jsonrpc";
import type { ClockPort } from "../../../core/ports/clock.ts";
import { isObject, type Json } from "../../../core/json.ts";
import { answeredId, type Frame, FrameDecoder } from "./framing.ts";

export interface ReadLimits {
  /** Bodies over this are thrown away unread. */
  readonly mostMessageBytes: number;
  readonly mostQueued: number;
  readonly windowMs: number;
  readonly bytesPerWindow: number;
  readonly messagesPerWindow: number;
}

export const defaultReadLimits: ReadLimits = {
  mostMessageBytes: 16 << 20,
  mostQueued: 64,
  windowMs: 100,
  bytesPerWindow: 2 << 20,
  messagesPerWindow: 500,
};

/** What a peer did that the protocol does not allow. */
export interface Misconduct {
  readonly badJson: number;
  readonly badMessages: number;
  readonly oversize: number;
  readonly junkBytes: number;
  /** How often reading paused because the peer sent more than a window allows. */
  readonly throttled: number;
}

export class BoundedMessageReader implements MessageReader {
  readonly #stream: ReadableStream<Uint8Array>;
  readonly #clock: ClockPort;
  readonly #limits: ReadLimits;
  readonly #decoder: FrameDecoder;
  readonly #text = new TextDecoder();
  readonly #closed: Listeners<void> = new Listeners();
  readonly #noErrors: Listeners<Error> = new Listeners();
  readonly #noPartial: Listeners<never> = new Listeners();
  #deliver: DataCallback | undefined;
  #queued = 0;
  readonly #queuedIds = new Set<number | string>();
  #resume: (() => void) | undefined;
  #windowBeganMs: number;
  #windowBytes = 0;
  #windowMessages = 0;
  #disposed = false;
  #badJson = 0;
  #badMessages = 0;
  #oversize = 0;
  #throttled = 0;

  constructor(
    stream: ReadableStream<Uint8Array>,
    clock: ClockPort,
    limits: ReadLimits = defaultReadLimits,
  ) {
    this.#stream = stream;
    this.#clock = clock;
    this.#limits = limits;
    this.#decoder = new FrameDecoder(limits.mostMessageBytes);
    this.#windowBeganMs = clock.monotonic();
  }

  get misconduct(): Misconduct {
    return {
      badJson: this.#badJson,
      badMessages: this.#badMessages,
      oversize: this.#oversize,
      junkBytes: this.#decoder.junkBytes,
      throttled: this.#throttled,
    };
  }

  // Faults of the peer are counted, not reported: an error event would make the library log it.
  get onError(): Event<Error> {
    return this.#noErrors.event;
  }

  get onClose(): Event<void> {
    return this.#closed.event;
  }

  get onPartialMessage(): Event<never> {
    return this.#noPartial.event;
  }

  listen(deliver: DataCallback): Disposable {
    this.#deliver = deliver;
    this.#pump();
    return { dispose: () => this.dispose() };
  }

  dispose(): void {
    this.#disposed = true;
    this.#deliver = undefined;
    this.#resume?.();
  }

  /** To be called for each delivered message when the library takes it out of its queue. */
  handled(message: Message): void {
    if (isCancellation(message)) return;
    this.#queued--;
    if (isRequest(message)) this.#queuedIds.delete(message.id);
    if (this.#queued <= this.#limits.mostQueued / 2) this.#resume?.();
  }

  async #pump(): Promise<void> {
    try {
      for await (const chunk of this.#stream) {
        this.#windowBytes += chunk.length;
        for (const frame of this.#decoder.feed(chunk)) {
          await this.#room();
          if (this.#disposed) return;
          this.#take(frame);
        }
        await this.#room();
        if (this.#disposed) return;
      }
    } catch {
      // The process is gone; its end is told by the process itself.
    } finally {
      this.#closed.fire();
    }
  }

  /** Waits while too much is queued or the window is used up. */
  async #room(): Promise<void> {
    while (!this.#disposed && this.#queued >= this.#limits.mostQueued) {
      await new Promise<void>((resume) => this.#resume = resume);
      this.#resume = undefined;
    }
    const elapsed = this.#clock.monotonic() - this.#windowBeganMs;
    if (elapsed >= this.#limits.windowMs) return this.#newWindow();
    if (
      this.#windowBytes < this.#limits.bytesPerWindow && this.#windowMessages < this.#limits.messagesPerWindow
    ) return;
    this.#throttled++;
    await new Promise<void>((resume) => this.#clock.schedule(this.#limits.windowMs - elapsed, resume));
    this.#newWindow();
  }

  #newWindow(): void {
    this.#windowBeganMs = this.#clock.monotonic();
    this.#windowBytes = 0;
    this.#windowMessages = 0;
  }

  #take(frame: Frame): void {
    this.#windowMessages++;
    if (frame.kind === "oversize") {
      this.#oversize++;
      const id = answeredId(frame.head);
      if (id !== undefined) this.#hand(tooLarge(id, frame.sizeBytes));
      return;
    }
    let value: unknown;
    try {
      value = JSON.parse(this.#text.decode(frame.body));
    } catch {
      this.#badJson++;
      return;
    }
    const message = parseMessage(value);
    if (message === undefined) this.#badMessages++;
    else this.#hand(message);
  }

  #hand(message: Message): void {
    // The library keeps its queue by id: a second request of one id would take the place of the first, unhandled.
    if (isRequest(message)) {
      if (this.#queuedIds.has(message.id)) {
        this.#badMessages++;
        return;
      }
      this.#queuedIds.add(message.id);
    }
    // Of cancellations the library handles some without queueing them, so they are not counted.
    if (!isCancellation(message)) this.#queued++;
    this.#deliver?.(message);
  }
}

/** The answer put in place of one that was too large to read: the request fails at once instead of timing out. */
function tooLarge(id: number, sizeBytes: number): Message {
  const error = { code: -32001, message: `Answer of ${sizeBytes} bytes is over the limit` };
  return { jsonrpc: "2.0", id, error } as Message;
}

/** `value` as a message that the library can handle; undefined where it is none. */
export function parseMessage(value: unknown): Message | undefined {
  if (!isObject(value)) return undefined;
  const { id, method, params, error } = value as Record<string, Json | undefined>;
  const hasId = typeof id === "number" && Number.isSafeInteger(id) || typeof id === "string";
  if (id !== undefined && id !== null && !hasId) return undefined;
  if (method !== undefined) {
    if (typeof method !== "string" || id === null) return undefined;
    if (params !== undefined && params !== null && typeof params !== "object") return undefined;
    // The library reads the id of a cancellation without looking whether there is one.
    if (method === "$/cancelRequest" && !(isObject(params) && isId(params["id"]))) return undefined;
    if (method === "$/progress" && !(isObject(params) && isId(params["token"]))) return undefined;
    const message: Record<string, unknown> = { jsonrpc: "2.0", method };
    if (params !== undefined && params !== null) message["params"] = params;
    if (hasId) message["id"] = id;
    return message as unknown as Message;
  }
  // An answer to a request of ours; those have numbers.
  if (typeof id !== "number") return undefined;
  if (error !== undefined && error !== null) {
    const told = isObject(error) ? error : {};
    const code = typeof told["code"] === "number" ? told["code"] : -32603;
    const text = typeof told["message"] === "string" ? told["message"] : "Unknown error";
    return { jsonrpc: "2.0", id, error: { code, message: text, data: told["data"] } } as unknown as Message;
  }
  return { jsonrpc: "2.0", id, result: value["result"] ?? null } as unknown as Message;
}

function isRequest(message: Message): message is Message & { readonly id: number | string } {
  return "id" in message && "method" in message;
}

function isCancellation(message: Message): boolean {
  return "method" in message && message.method === "$/cancelRequest";
}

function isId(value: Json | undefined): boolean {
  return typeof value === "number" || typeof value === "string";
}

/** The library's idea of an event. */
class Listeners<T> {
  readonly #all = new Set<(value: T) => void>();

  readonly event: Event<T> = (listener) => {
    this.#all.add(listener);
    return { dispose: () => this.#all.delete(listener) };
  };

  fire(value: T): void {
    for (const listener of this.#all) listener(value);
  }
}
