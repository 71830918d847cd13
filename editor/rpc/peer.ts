/**
 * One connection of the front-end protocol: lines of JSON in both directions, each side numbering its own requests.
 *
 * Messages are handed on one at a time, in order; while one takes longer, the next wait and only answers to our own requests get
 * through. When nothing waits, the session does what it had put off.
 *
 * @module
 */

import { clearImmediate, setImmediate } from "node:timers";
import { messageOf } from "../../core/errors.ts";
import { isObject, type Json, type JsonObject, own } from "../../core/json.ts";
import type { Incoming } from "../session/session.ts";
import type { Later } from "../session/later.ts";
import type { Outbox } from "./outbox.ts";

/** What a peer feeds. */
export interface Handler {
  handle(message: Incoming): Later;
  readonly hasIdleWork: boolean;
  idle(): Later;
}

/** A line that is no message: the connection cannot be understood any more. */
export class FramingError extends Error {}

interface Pending {
  readonly resolve: (result: Json) => void;
  readonly reject: (error: Error) => void;
}

export class Peer implements Disposable {
  readonly #outbox: Outbox;
  readonly #log: (text: string) => void;
  readonly #pending = new Map<number, Pending>();
  #handler: Handler | undefined;
  #queue: Incoming[] = [];
  #next = 0;
  #lastId = 0;
  #busy = false;
  #idle: ReturnType<typeof setImmediate> | undefined;
  #closed = false;
  #onDrained: (() => void) | undefined;

  constructor(outbox: Outbox, log: (text: string) => void) {
    this.#outbox = outbox;
    this.#log = log;
  }

  /** Hands messages to `handler` from now on. */
  attach(handler: Handler): void {
    this.#handler = handler;
  }

  send(message: JsonObject): void {
    this.#outbox.send(message);
  }

  /** Asks the other side. Rejects where it answers with an error or the connection ends. */
  ask(method: string, params: Json): Promise<Json> {
    const id = this.#lastId++;
    this.send({ id, method, params });
    this.#outbox.flush();
    return new Promise((resolve, reject) => this.#pending.set(id, { resolve, reject }));
  }

  /** Takes a line. @throws FramingError where it is no JSON object */
  receive(line: string): void {
    if (line.trim() === "") return;
    let message: Json;
    try {
      message = JSON.parse(line) as Json;
    } catch (error) {
      throw new FramingError(`Cannot read a message: ${messageOf(error)}`);
    }
    if (!isObject(message)) throw new FramingError("Cannot read a message: expected a JSON object");
    const method = own(message, "method");
    const id = own(message, "id");
    if (typeof method === "string") {
      const params = own(message, "params");
      this.#queue.push(id === undefined ? { method, params } : { method, params, id });
    } else if (typeof id === "number") this.#answered(id, message);
    else this.#log(`A message is neither notification, request nor answer: ${line.slice(0, 200)}`);
  }

  /** Hands on what has come, as far as that goes without waiting. */
  pump(): void {
    if (this.#busy || this.#closed) return;
    while (this.#next < this.#queue.length) {
      const message = this.#queue[this.#next++] as Incoming;
      if (this.#next > 1024) {
        this.#queue = this.#queue.slice(this.#next);
        this.#next = 0;
      }
      if (this.#wait(this.#handler?.handle(message))) return;
    }
    this.#outbox.flush();
    if (this.#handler?.hasIdleWork === true) this.#idle ??= setImmediate(() => this.#doIdle());
    else this.#onDrained?.();
  }

  /** Resolves once everything received was handled and nothing is put off. */
  drained(): Promise<void> {
    return new Promise((resolve) => {
      this.#onDrained = resolve;
      this.pump();
    });
  }

  [Symbol.dispose](): void {
    this.#closed = true;
    if (this.#idle !== undefined) clearImmediate(this.#idle);
    for (const { reject } of this.#pending.values()) reject(new Error("The connection has ended"));
    this.#pending.clear();
  }

  #doIdle(): void {
    this.#idle = undefined;
    if (this.#busy || this.#closed) return;
    if (this.#next >= this.#queue.length && this.#wait(this.#handler?.idle())) return;
    this.pump();
  }

  /** True where something has to be waited for; then pumping goes on by itself. */
  #wait(work: Later): boolean {
    if (!(work instanceof Promise)) return false;
    this.#busy = true;
    this.#outbox.flush();
    work.catch((error) => this.#log(messageOf(error))).finally(() => {
      this.#busy = false;
      this.pump();
    });
    return true;
  }

  #answered(id: number, message: JsonObject): void {
    const pending = this.#pending.get(id);
    if (pending === undefined) return;
    this.#pending.delete(id);
    if (Object.hasOwn(message, "result")) pending.resolve(message.result as Json);
    else pending.reject(new Error(JSON.stringify(message.error ?? null)));
  }
}
