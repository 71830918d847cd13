/**
 * The one WebSocket of the page. Views subscribe to topics; this keeps the connection, says where it was after a drop, and
 * tells what it knows of the connection (`state`). Frames and rules are those of ui/api/frames.ts.
 *
 * 1. A topic with several subscribers is subscribed once; the last to leave unsubscribes.
 * 2. A late subscriber of a topic that is subscribed already gets a beginning of its own: the topic is subscribed anew, and it
 *    hears nothing before the answer to that. What was under way belongs to the others, who hear twice what they know.
 * 3. After a drop every topic is subscribed again after the last event seen; nothing is shown twice and nothing missing.
 * 4. Frames are acknowledged by number at half a window or after 100 ms, whichever is first.
 *
 * @module
 */

import { type ReadonlySignal, signal } from "@preact/signals";
import {
  type ApiProblem,
  type ClientFrame,
  type EventOf,
  EVENTS_PATH,
  EVENTS_PROTOCOL,
  type Position,
  type ServerFrame,
  type StreamEvent,
  type TextAnswer,
  type TextCallName,
  type TextParams,
  type Topic,
} from "../../api/mod.ts";

export type LiveState = "connecting" | "open" | "lost";

export interface Subscription<T extends Topic> {
  readonly onEvent: (event: EventOf<T>, frame: StreamEvent) => void;
  /** How it goes on: `snapshot` says that the next event takes the place of what was known. */
  readonly onSubscribed?: (how: "resumed" | "snapshot", seq: number) => void;
  readonly onRefused?: (problem: ApiProblem) => void;
  /** The topic has ended: a text was closed. */
  readonly onEnded?: () => void;
  /** Where to begin; absent: a snapshot of now. `{ seq: -1 }` brings a run's whole log. */
  readonly after?: Position;
}

type AnySubscription = Subscription<Topic>;

interface Channel {
  /** Each with the subscription (`id`) whose answer it waits for, or has had. */
  readonly listeners: Map<AnySubscription, number>;
  /** Behind what all have heard; while an answer is awaited, what was asked for. */
  after: Position | undefined;
  /** The newest subscription, and the newest that was answered. */
  asked: number;
  answered: number;
}

interface Waiting {
  readonly resolve: (answer: TextAnswer<TextCallName>) => void;
  readonly reject: (problem: Error) => void;
}

/** A request over the socket that was refused or whose connection was lost before its answer. */
export class LiveError extends Error {
  override readonly name = "LiveError";
  readonly problem: ApiProblem | undefined;

  constructor(message: string, problem?: ApiProblem) {
    super(message);
    this.problem = problem;
  }
}

/** The parts of a WebSocket that are used, so that tests bring their own. */
export type Socket = Pick<WebSocket, "send" | "close" | "onopen" | "onmessage" | "onclose" | "onerror">;

const ACK_MS = 100;
const FIRST_RETRY_MS = 150;
const LAST_RETRY_MS = 5000;

export class LiveConnection {
  readonly #connect: () => Socket;
  readonly #state = signal<LiveState>("connecting");
  readonly #channels = new Map<Topic, Channel>();
  readonly #waiting = new Map<number, Waiting>();
  #socket: Socket | undefined;
  #isWelcome = false;
  #epoch = "";
  #window = 64;
  #heartbeatMs = 15_000;
  #lastFrame = 0;
  #acked = 0;
  #ackTimer: ReturnType<typeof setTimeout> | undefined;
  #retryTimer: ReturnType<typeof setTimeout> | undefined;
  #deadTimer: ReturnType<typeof setTimeout> | undefined;
  #retryMs = FIRST_RETRY_MS;
  #nextRequest = 1;
  #nextSubscription = 1;
  #isClosed = false;
  /** Milliseconds that the server's clock is ahead of this page's. */
  skewMs = 0;

  constructor(connect: () => Socket) {
    this.#connect = connect;
  }

  get state(): ReadonlySignal<LiveState> {
    return this.#state;
  }

  /** Names the server's process; another one knows nothing of what was said to the one before. */
  get epoch(): string {
    return this.#epoch;
  }

  /** Opens the connection; it stays open, or comes back, until `close`. */
  open(): void {
    if (this.#socket !== undefined || this.#isClosed) return;
    clearTimeout(this.#retryTimer);
    const socket = this.#connect();
    this.#socket = socket;
    socket.onmessage = ({ data }) => {
      if (this.#socket === socket) this.#take(JSON.parse(String(data)) as ServerFrame);
    };
    socket.onclose = () => {
      if (this.#socket === socket) this.#lost();
    };
    socket.onerror = () => undefined;
    this.#watch();
  }

  /** Tries again now, for a person who does not want to wait. */
  retry(): void {
    this.#retryMs = FIRST_RETRY_MS;
    this.open();
  }

  close(): void {
    this.#isClosed = true;
    const socket = this.#socket;
    this.#socket = undefined;
    for (const timer of [this.#ackTimer, this.#retryTimer, this.#deadTimer]) clearTimeout(timer);
    socket?.close();
    this.#failWaiting();
  }

  /** Subscribes until the returned function is called. */
  subscribe<T extends Topic>(topic: T, subscription: Subscription<T>): () => void {
    const listener = subscription as unknown as AnySubscription;
    const known = this.#channels.get(topic);
    const channel: Channel = known ??
      { listeners: new Map(), after: subscription.after, asked: 0, answered: 0 };
    this.#channels.set(topic, channel);
    if (known !== undefined) channel.after = subscription.after;
    if (this.#isWelcome) this.#subscribe(topic, channel);
    channel.listeners.set(listener, channel.asked);
    return () => {
      if (!channel.listeners.delete(listener) || channel.listeners.size > 0) return;
      if (this.#channels.get(topic) === channel) this.#channels.delete(topic);
      if (this.#isWelcome) this.#send({ type: "unsubscribe", topic });
    };
  }

  /** Calls the text service. @throws LiveError */
  request<K extends TextCallName>(
    call: K,
    params: TextParams<K>,
    signal?: AbortSignal,
  ): Promise<TextAnswer<K>> {
    const id = this.#nextRequest++;
    return new Promise<TextAnswer<K>>((resolve, reject) => {
      if (!this.#isWelcome) {
        reject(new LiveError("The connection is lost"));
        return;
      }
      this.#waiting.set(id, { resolve: resolve as Waiting["resolve"], reject });
      this.#send({ type: "request", id, call, params } as ClientFrame);
      signal?.addEventListener("abort", () => {
        if (this.#waiting.has(id)) this.#send({ type: "cancel", id });
      }, { once: true });
    });
  }

  #send(frame: ClientFrame): void {
    this.#socket?.send(JSON.stringify(frame));
  }

  #subscribe(topic: Topic, channel: Channel): void {
    const { after } = channel;
    channel.asked = this.#nextSubscription++;
    this.#send({ type: "subscribe", topic, id: channel.asked, ...(after === undefined ? {} : { after }) });
  }

  #subscribed({ topic, id, how, seq }: Extract<ServerFrame, { type: "subscribed" }>): void {
    const channel = this.#channels.get(topic);
    // The answer to one that has ended meanwhile.
    if (channel === undefined || id !== undefined && id < channel.asked) return;
    channel.answered = channel.asked;
    for (const { onSubscribed } of this.#listeners(topic)) onSubscribed?.(how, seq);
  }

  #take(frame: ServerFrame): void {
    this.#watch();
    switch (frame.type) {
      case "welcome":
        return this.#welcome(frame);
      case "ping":
        return this.#send({ type: "pong" });
      case "events":
        return this.#takeEvents(frame.frame, frame.events);
      case "subscribed":
        return this.#subscribed(frame);
      case "refused":
        // Of one that has ended meanwhile: the topic was subscribed anew since.
        if ((frame.id ?? Infinity) < (this.#channels.get(frame.topic)?.asked ?? 0)) return;
        for (const { onRefused } of this.#listeners(frame.topic)) onRefused?.(frame.problem);
        this.#channels.delete(frame.topic);
        return;
      case "ended":
        for (const { onEnded } of this.#listeners(frame.topic)) onEnded?.();
        this.#channels.delete(frame.topic);
        return;
      case "response": {
        const waiting = this.#waiting.get(frame.id);
        this.#waiting.delete(frame.id);
        if ("problem" in frame) waiting?.reject(new LiveError(frame.problem.detail, frame.problem));
        else waiting?.resolve(frame.result);
      }
    }
  }

  #listeners(topic: Topic): readonly AnySubscription[] {
    return [...this.#channels.get(topic)?.listeners.keys() ?? []];
  }

  #welcome(frame: Extract<ServerFrame, { type: "welcome" }>): void {
    this.#isWelcome = true;
    this.#epoch = frame.epoch;
    this.#window = frame.window;
    this.#heartbeatMs = frame.heartbeatMs;
    this.#lastFrame = 0;
    this.#acked = 0;
    this.#retryMs = FIRST_RETRY_MS;
    this.skewMs = frame.now - Date.now();
    this.#state.value = "open";
    for (const [topic, channel] of this.#channels) {
      this.#subscribe(topic, channel);
      for (const listener of channel.listeners.keys()) channel.listeners.set(listener, channel.asked);
    }
  }

  #takeEvents(frame: number, events: readonly StreamEvent[]): void {
    for (const event of events) {
      const channel = this.#channels.get(event.topic);
      if (channel === undefined) continue;
      if (channel.answered === channel.asked) channel.after = { epoch: this.#epoch, seq: event.seq };
      for (const [{ onEvent }, awaited] of [...channel.listeners]) {
        if (awaited <= channel.answered) onEvent(event.data as never, event);
      }
    }
    this.#lastFrame = frame;
    if (frame - this.#acked >= this.#window / 2) this.#ack();
    else this.#ackTimer ??= setTimeout(() => this.#ack(), ACK_MS);
  }

  #ack(): void {
    clearTimeout(this.#ackTimer);
    this.#ackTimer = undefined;
    if (!this.#isWelcome || this.#acked === this.#lastFrame) return;
    this.#acked = this.#lastFrame;
    this.#send({ type: "ack", frame: this.#lastFrame });
  }

  /** Two beats of silence mean that nobody is there. */
  #watch(): void {
    clearTimeout(this.#deadTimer);
    this.#deadTimer = setTimeout(() => {
      const socket = this.#socket;
      this.#lost();
      socket?.close();
    }, this.#heartbeatMs * 2);
  }

  #lost(): void {
    this.#socket = undefined;
    this.#isWelcome = false;
    clearTimeout(this.#ackTimer);
    clearTimeout(this.#deadTimer);
    this.#ackTimer = undefined;
    this.#failWaiting();
    if (this.#isClosed) return;
    this.#state.value = "lost";
    // Not all pages at once.
    const delay = this.#retryMs * (0.7 + Math.random() * 0.6);
    this.#retryMs = Math.min(LAST_RETRY_MS, this.#retryMs * 1.7);
    this.#retryTimer = setTimeout(() => this.open(), delay);
  }

  #failWaiting(): void {
    for (const { reject } of this.#waiting.values()) {
      reject(new LiveError("The connection was lost before the answer"));
    }
    this.#waiting.clear();
  }
}

/** Names this window towards the server, which gives each an author of its own (`user:NAME`). */
export const windowName = `w${crypto.randomUUID().slice(0, 8)}`;

/** Connects to the server that served this page. */
export function pageSocket(): Socket {
  const address = new URL(EVENTS_PATH, location.href);
  address.searchParams.set("window", windowName);
  address.protocol = location.protocol === "https:" ? "wss:" : "ws:";
  return new WebSocket(address, EVENTS_PROTOCOL);
}
