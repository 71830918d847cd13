/**
 * JSON-RPC messages as lines of JSON, for `vscode-jsonrpc`: what is sent while a chunk of incoming messages is worked
 * through leaves in one write. Against the library's own framing this saves the headers and most system calls.
 *
 * Invariants: (1) no more is read while the messages of the last chunk are not yet dispatched; (2) a server does not read
 * while its client does not take what it is sent, so that its queue has a limit; a client always reads, else both could wait
 * for each other for ever, and has a limit on what it asks; (3) a line that is no JSON object is told and skipped.
 *
 * @module
 */

import type {
  DataCallback,
  Disposable as Handle,
  Message,
  MessageReader,
  MessageWriter,
} from "vscode-jsonrpc";
import { Emitter } from "vscode-jsonrpc";
import { isObject } from "../../core/json.ts";
import type { ByteChannel } from "./byte_channel.ts";

/** A longer message ends the connection: nothing else can bound what is held of a line without an end. */
export const MOST_MESSAGE_BYTES = 1 << 30;
const CHUNK_BYTES = 1 << 16;
/** What waits to be written goes out once it is this much, however many messages are still to be dispatched. */
const BATCH_UNITS = 1 << 16;
/** While more than this waits to be written, a server reads nothing. */
const BACKLOG_UNITS = 1 << 20;
const LINE_FEED = 10;

export class LineTransport implements MessageReader, MessageWriter {
  readonly #channel: ByteChannel;
  readonly #errors = new Emitter<Error>();
  readonly #writeErrors = new Emitter<[Error, Message | undefined, number | undefined]>();
  readonly #closes = new Emitter<void>();
  readonly #partials = new Emitter<never>();
  readonly onError: MessageReader["onError"] & MessageWriter["onError"];
  readonly onClose = this.#closes.event;
  readonly onPartialMessage = this.#partials.event;
  readonly #mostBacklog: number;
  #out: string[] = [];
  #outUnits = 0;
  #flushing = false;
  #undispatched = 0;
  #resume: (() => void) | undefined;
  #closed = false;
  readonly #sent = Promise.resolve();
  /** Adds what should stand in front of the next write; called once before each. */
  beforeWrite: (() => void) | undefined;
  /** Called when everything has been taken by the other side. */
  drained: (() => void) | undefined;

  constructor(channel: ByteChannel, role: "client" | "server") {
    this.#channel = channel;
    this.#mostBacklog = role === "server" ? BACKLOG_UNITS : Infinity;
    // Reader and writer are one object: either kind of listener hears of every error.
    this.onError = ((listener: (error: never) => void) => {
      const one = this.#errors.event((error) => listener(error as never));
      const two = this.#writeErrors.event((error) => listener(error[0] as never));
      return { dispose: () => [one, two].forEach((each) => each.dispose()) };
    }) as LineTransport["onError"];
  }

  /** UTF-16 units that the other side has not taken yet. */
  get backlog(): number {
    return this.#outUnits;
  }

  listen(callback: DataCallback): Handle {
    this.#read(callback);
    return { dispose: () => this.dispose() };
  }

  write(message: Message): Promise<void> {
    this.send(JSON.stringify(message));
    return this.#sent;
  }

  /** Sends a message that is JSON already. */
  send(json: string): void {
    if (this.#closed) return;
    this.#out.push(json);
    this.#outUnits += json.length;
    if (this.#undispatched === 0 || this.#outUnits > BATCH_UNITS) this.#schedule(queueMicrotask);
  }

  /** The connection begins to work on `message`; to be called for each, in the library's `messageStrategy`. */
  dispatched(message: Message): void {
    if (isCancel(message) || --this.#undispatched > 0) return;
    // The answer to this message comes a few microtasks later.
    this.#schedule(setImmediate);
    this.#goOn();
  }

  /** Asks for a write though nothing was sent, so that `beforeWrite` is called. */
  wake(): void {
    if (this.#undispatched === 0) this.#schedule(queueMicrotask);
  }

  end(): void {
    this.dispose();
  }

  dispose(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#goOn();
    this.#channel.close();
    this.#closes.fire();
  }

  async #read(callback: DataCallback): Promise<void> {
    const lines = new Lines((line) => this.#take(line, callback));
    const buffer = new Uint8Array(CHUNK_BYTES);
    while (!this.#closed) {
      const count = await this.#channel.read(buffer);
      if (count === null || !lines.push(buffer.subarray(0, count))) break;
      while (!this.#closed && (this.#undispatched > 0 || this.#outUnits > this.#mostBacklog)) {
        await new Promise<void>((resolve) => this.#resume = resolve);
      }
    }
    this.dispose();
  }

  #take(line: string, callback: DataCallback): void {
    let message: unknown;
    try {
      message = JSON.parse(line);
    } catch (cause) {
      this.#errors.fire(new Error(`A line is no JSON: ${line.slice(0, 100)}`, { cause }));
      return;
    }
    if (!isMessage(message)) {
      this.#errors.fire(new Error(`A line is no JSON-RPC message: ${line.slice(0, 100)}`));
      return;
    }
    // The library acts on a cancellation as it comes, and only sometimes has it wait its turn.
    if (!isCancel(message)) this.#undispatched++;
    callback(message);
  }

  #goOn(): void {
    const resume = this.#resume;
    this.#resume = undefined;
    resume?.();
  }

  #schedule(later: (act: () => void) => unknown): void {
    if (this.#flushing || this.#closed) return;
    later(() => {
      if (!this.#flushing) this.#flush();
    });
  }

  async #flush(): Promise<void> {
    this.#flushing = true;
    try {
      for (;;) {
        this.beforeWrite?.();
        if (this.#out.length === 0 || this.#closed) break;
        const bytes = encoder.encode(`${this.#out.join("\n")}\n`);
        const units = this.#outUnits;
        this.#out = [];
        await this.#channel.write(bytes);
        this.#outUnits -= units;
        if (this.#outUnits <= this.#mostBacklog) this.#goOn();
      }
      this.drained?.();
    } catch (error) {
      this.#writeErrors.fire([
        error instanceof Error ? error : new Error(String(error)),
        undefined,
        undefined,
      ]);
      this.dispose();
    } finally {
      this.#flushing = false;
    }
  }
}

/** What the library can take without an exception: it trusts that members are of the types that the protocol gives them. */
function isMessage(value: unknown): value is Message {
  if (!isObject(value) || value["jsonrpc"] !== "2.0") return false;
  const { id, method, params } = value;
  if (id !== undefined && id !== null && typeof id !== "number" && typeof id !== "string") return false;
  if (method === CANCEL) {
    return isObject(params) && (typeof params["id"] === "number" || typeof params["id"] === "string");
  }
  return method === undefined ? id !== undefined : typeof method === "string";
}

function isCancel(message: Message): boolean {
  return "method" in message && message.method === CANCEL;
}

const CANCEL = "$/cancelRequest";
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Bytes to lines. */
class Lines {
  readonly #onLine: (line: string) => void;
  #parts: Uint8Array[] = [];
  #heldBytes = 0;

  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine;
  }

  /** False where a line is too long. */
  push(chunk: Uint8Array): boolean {
    let at = 0;
    for (let end = chunk.indexOf(LINE_FEED); end >= 0; end = chunk.indexOf(LINE_FEED, at)) {
      const piece = chunk.subarray(at, end);
      at = end + 1;
      const line = this.#parts.length === 0 ? decoder.decode(piece) : this.#joined(piece);
      if (line.trim() !== "") this.#onLine(line);
    }
    if (at < chunk.length) {
      this.#parts.push(chunk.slice(at));
      this.#heldBytes += chunk.length - at;
    }
    return this.#heldBytes <= MOST_MESSAGE_BYTES;
  }

  #joined(last: Uint8Array): string {
    const stream = new TextDecoder();
    const text = this.#parts.map((part) => stream.decode(part, { stream: true })).join("") +
      stream.decode(last);
    this.#parts = [];
    this.#heldBytes = 0;
    return text;
  }
}
