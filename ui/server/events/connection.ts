/**
 * One client of the event stream: its subscriptions, each with a cursor, and the window of frames under way.
 *
 * Invariants:
 * C1. At most WINDOW frames are sent and not acknowledged, and at most MAX_BUFFERED bytes wait in the socket; beyond that
 *     nothing is taken from any topic until there is room again. So a client that stands still costs its cursors only.
 * C2. Events of a topic are sent in order, and a cursor moves only over what was sent.
 * C3. What cannot be read ends the connection, with a code and the reason.
 *
 * @module
 */

import { SymphonyError } from "../../../core/errors.ts";
import type { AuthorId } from "../../../core/ids.ts";
import { isObject, type Json, own } from "../../../core/json.ts";
import type { ClockPort } from "../../../core/ports/clock.ts";
import { EVENTS_VERSION, MAX_FRAME_BYTES, type Position } from "../../api/frames.ts";
import { problemFrom } from "../http/problems.ts";
import type { Cursor, Taken, TopicSource } from "./topic_source.ts";

export const WINDOW = 32;
const MAX_BUFFERED = 4 * 1024 * 1024;
const FRAME_BYTES = 128 * 1024;
const MAX_TOPICS = 256;
const MAX_REQUESTS = 64;
export const HEARTBEAT_MS = 10_000;

/** What of a WebSocket is used. */
export interface Socket {
  send(text: string): void;
  close(code: number, reason: string): void;
  readonly bufferedAmount: number;
  readonly isOpen: boolean;
}

export interface ConnectionServices {
  readonly clock: ClockPort;
  readonly epoch: string;
  /** Finds a topic. @throws SymphonyError `not-found` */
  topic(name: string): Promise<TopicSource>;
  /** Carries a call of texts.ts out. @throws SymphonyError */
  call(speaker: Speaker, name: string, params: Json, signal: AbortSignal): Promise<Json>;
  /** Counts, for the figures. */
  sent(events: number, folded: number): void;
}

interface Subscription {
  readonly source: TopicSource;
  cursor: Cursor;
  readonly stop: () => void;
  /** Something is being taken. */
  isTaking: boolean;
  isDirty: boolean;
}

/** Who speaks over a connection. */
export interface Speaker {
  readonly author: AuthorId;
}

export class Connection implements Speaker {
  readonly author: AuthorId;
  readonly #socket: Socket;
  readonly #services: ConnectionServices;
  readonly #subscriptions = new Map<string, Subscription>();
  readonly #wanted = new Map<string, number>();
  readonly #requests = new Map<number, AbortController>();
  #frame = 0;
  #acked = 0;
  #isScheduled = false;
  #isClosed = false;
  #missedBeats = 0;
  #wants = 0;

  /** @param author in whose name texts are edited */
  constructor(socket: Socket, author: AuthorId, services: ConnectionServices) {
    this.author = author;
    this.#socket = socket;
    this.#services = services;
    this.#send({
      type: "welcome",
      version: EVENTS_VERSION,
      epoch: services.epoch,
      now: services.clock.now(),
      window: WINDOW,
      heartbeatMs: HEARTBEAT_MS,
    });
  }

  /** Takes a message from the client. */
  receive(message: unknown): void {
    this.#missedBeats = 0;
    if (typeof message !== "string") return this.#end(1003, "expected text");
    if (message.length > MAX_FRAME_BYTES) return this.#end(1009, "the frame is too large");
    const frame = parsed(message);
    if (!isObject(frame)) return this.#end(1007, "expected a JSON object");
    switch (frame["type"]) {
      case "subscribe":
        return this.#subscribe(frame["topic"], frame["after"], frame["id"]);
      case "unsubscribe":
        return this.#unsubscribe(String(frame["topic"]));
      case "ack":
        return this.#ack(frame["frame"]);
      case "pong":
        return;
      case "request":
        return this.#request(frame["id"], frame["call"], frame["params"]);
      case "cancel":
        this.#requests.get(Number(frame["id"]))?.abort();
        return;
      default:
        this.#end(1008, `unknown frame type ${JSON.stringify(frame["type"] ?? null).slice(0, 40)}`);
    }
  }

  /** A heartbeat: asks for a sign of life, and gives up a client that has given none for three. */
  beat(): void {
    if (++this.#missedBeats > 3) this.#end(1001, "no sign of life");
    else this.#send({ type: "ping" });
    this.#schedule();
  }

  /** The socket has closed. */
  closed(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const { stop } of this.#subscriptions.values()) stop();
    for (const controller of this.#requests.values()) controller.abort();
    this.#subscriptions.clear();
    this.#requests.clear();
  }

  #end(code: number, reason: string): void {
    this.closed();
    this.#socket.close(code, reason);
  }

  #subscribe(topic: Json | undefined, after: Json | undefined, id: Json | undefined): void {
    if (typeof topic !== "string") return this.#end(1008, "subscribe: topic must be text");
    const position = positionOf(after);
    if (position === "bad") return this.#end(1008, "subscribe: after must be { seq, epoch? }");
    if (id !== undefined && typeof id !== "number") return this.#end(1008, "subscribe: id must be a number");
    const asked = id === undefined ? {} : { id };
    this.#unsubscribe(topic);
    if (this.#wanted.size >= MAX_TOPICS) {
      const problem = new SymphonyError("busy", `Cannot subscribe to more than ${MAX_TOPICS} topics`);
      return this.#send({ type: "refused", topic, problem: problemFrom(problem), ...asked });
    }
    const want = ++this.#wants;
    this.#wanted.set(topic, want);
    void this.#begin(topic, position, want, asked).catch((error) => {
      if (this.#wanted.get(topic) !== want) return;
      this.#wanted.delete(topic);
      this.#send({ type: "refused", topic, problem: problemFrom(error), ...asked });
    });
  }

  async #begin(
    topic: string,
    position: Position | undefined,
    want: number,
    asked: { readonly id?: number },
  ): Promise<void> {
    const source = await this.#services.topic(topic);
    // Watched before it is asked, so that what runs on demand runs.
    const subscription: { made: Subscription | undefined } = { made: undefined };
    const stop = source.watch(
      () => this.#touched(subscription.made),
      () => this.#ended(topic, subscription.made),
    );
    const begun = await source.subscribe(position).catch((error) => {
      stop();
      throw error;
    });
    if (this.#isClosed || this.#wanted.get(topic) !== want) return stop();
    this.#send({ type: "subscribed", topic, how: begun.how, seq: begun.seq, ...asked });
    subscription.made = { source, cursor: begun.cursor, stop, isTaking: false, isDirty: true };
    this.#subscriptions.set(topic, subscription.made);
    this.#flush();
  }

  #unsubscribe(topic: string): void {
    this.#wanted.delete(topic);
    this.#subscriptions.get(topic)?.stop();
    this.#subscriptions.delete(topic);
  }

  #ended(topic: string, subscription: Subscription | undefined): void {
    if (subscription !== undefined) this.#flush();
    this.#wanted.delete(topic);
    this.#subscriptions.delete(topic);
    this.#send({ type: "ended", topic });
  }

  #ack(frame: Json | undefined): void {
    if (typeof frame !== "number" || frame > this.#frame) return this.#end(1008, "ack: no such frame");
    this.#acked = Math.max(this.#acked, frame);
    this.#schedule();
  }

  #touched(subscription: Subscription | undefined): void {
    if (subscription === undefined) return;
    subscription.isDirty = true;
    this.#schedule();
  }

  /** Sends at the end of this turn, so that what happens together goes out together. */
  #schedule(): void {
    if (this.#isScheduled || this.#isClosed) return;
    this.#isScheduled = true;
    queueMicrotask(() => {
      this.#isScheduled = false;
      this.#flush();
    });
  }

  #hasRoom(): boolean {
    return !this.#isClosed && this.#socket.isOpen && this.#frame - this.#acked < WINDOW &&
      this.#socket.bufferedAmount < MAX_BUFFERED;
  }

  #flush(): void {
    for (const subscription of this.#subscriptions.values()) {
      while (subscription.isDirty && !subscription.isTaking && this.#hasRoom()) {
        subscription.isDirty = false;
        const taken = subscription.source.take(subscription.cursor, FRAME_BYTES);
        if (taken === undefined) break;
        if (taken instanceof Promise) {
          subscription.isTaking = true;
          void taken.then(
            (got) => this.#took(subscription, got),
            (error) => this.#failed(subscription, error),
          );
          break;
        }
        this.#deliver(subscription, taken);
      }
    }
  }

  #took(subscription: Subscription, taken: Taken): void {
    subscription.isTaking = false;
    if (this.#isClosed || this.#subscriptions.get(subscription.source.topic) !== subscription) return;
    this.#deliver(subscription, taken);
    // Something may have come while it was being taken.
    subscription.isDirty = true;
    this.#schedule();
  }

  #failed(subscription: Subscription, error: unknown): void {
    const { topic } = subscription.source;
    if (this.#isClosed || this.#subscriptions.get(topic) !== subscription) return;
    this.#unsubscribe(topic);
    this.#send({ type: "refused", topic, problem: problemFrom(error) });
  }

  #deliver(subscription: Subscription, taken: Taken): void {
    subscription.cursor = taken.cursor;
    if (taken.isMore) subscription.isDirty = true;
    if (taken.count > 0) {
      this.#sendText(`{"type":"events","frame":${++this.#frame},"events":[${taken.text}]}`);
    }
    this.#services.sent(taken.count, taken.folded);
  }

  #request(id: Json | undefined, call: Json | undefined, params: Json | undefined): void {
    if (typeof id !== "number" || typeof call !== "string") {
      return this.#end(1008, "request: expected a number id and a text call");
    }
    if (this.#requests.has(id)) return this.#end(1008, "request: this id is under way");
    if (this.#requests.size >= MAX_REQUESTS) {
      const problem = new SymphonyError("busy", `Cannot take more than ${MAX_REQUESTS} requests at once`);
      return this.#send({ type: "response", id, problem: problemFrom(problem) });
    }
    const controller = new AbortController();
    this.#requests.set(id, controller);
    void this.#services.call(this, call, params ?? {}, controller.signal).then(
      (result) => this.#send({ type: "response", id, result }),
      (error) => this.#send({ type: "response", id, problem: problemFrom(error) }),
    ).finally(() => this.#requests.delete(id));
  }

  #send(frame: object): void {
    this.#sendText(JSON.stringify(frame));
  }

  #sendText(text: string): void {
    if (this.#isClosed || !this.#socket.isOpen) return;
    this.#socket.send(text);
  }
}

function parsed(message: string): Json | undefined {
  try {
    return JSON.parse(message) as Json;
  } catch {
    return undefined;
  }
}

function positionOf(after: Json | undefined): Position | undefined | "bad" {
  if (after === undefined || after === null) return undefined;
  const seq = own(after, "seq");
  const epoch = own(after, "epoch");
  if (typeof seq !== "number" || !Number.isInteger(seq)) return "bad";
  return typeof epoch === "string" ? { seq, epoch } : { seq };
}
