/**
 * A client of the event stream, as the protocol in ui/api/frames.ts says: it keeps every event by topic, acknowledges what
 * it has taken, and can be made slow or cut off.
 *
 * @module
 */

import {
  type ClientFrame,
  EVENTS_PATH,
  EVENTS_PROTOCOL,
  type Position,
  type ServerFrame,
  type StreamEvent,
  type TextAnswer,
  type TextCallName,
  type TextParams,
  type Topic,
} from "../../../ui/api/mod.ts";

export class EventClient {
  readonly events: StreamEvent[] = [];
  readonly frames: ServerFrame[] = [];
  /** Acknowledge by oneself. */
  isQuick = true;
  onEvent: (event: StreamEvent) => void = () => {};
  epoch = "";
  closed: { readonly code: number; readonly reason: string } | undefined;
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, (frame: ServerFrame) => void>();
  #frame = 0;
  #next = 1;

  static async connect(port: number, cookie: string, window?: string): Promise<EventClient> {
    const search = window === undefined ? "" : `?window=${window}`;
    const socket = openSocket(`ws://127.0.0.1:${port}${EVENTS_PATH}${search}`, {
      cookie,
      origin: `http://127.0.0.1:${port}`,
    });
    const client = new EventClient(socket);
    await new Promise<void>((resolve, reject) => {
      socket.addEventListener("open", () => resolve(), { once: true });
      socket.addEventListener("error", () => reject(new Error("the socket was refused")), { once: true });
    });
    await client.until(() => client.epoch !== "");
    return client;
  }

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.onmessage = ({ data }) => this.#receive(JSON.parse(String(data)) as ServerFrame);
    socket.onclose = ({ code, reason }) => this.closed = { code, reason };
    socket.onerror = (event) => event.preventDefault();
  }

  send(frame: ClientFrame): void {
    this.#socket.send(JSON.stringify(frame));
  }

  sendText(text: string | Uint8Array<ArrayBuffer>): void {
    this.#socket.send(text);
  }

  /** Subscribes and waits until the server has said how. */
  async subscribe(
    topic: Topic,
    after?: Position,
  ): Promise<Extract<ServerFrame, { readonly type: "subscribed" }>> {
    const from = this.frames.length;
    this.send({ type: "subscribe", topic, ...after === undefined ? {} : { after } });
    let found: ServerFrame | undefined;
    await this.until(() => {
      found = this.frames.slice(from).find((frame) =>
        (frame.type === "subscribed" || frame.type === "refused") && frame.topic === topic
      );
      return found !== undefined;
    });
    if (found?.type !== "subscribed") throw new Error(`refused: ${JSON.stringify(found)}`);
    return found;
  }

  /** Calls one of texts.ts. */
  async request<K extends TextCallName>(call: K, params: TextParams<K>): Promise<TextAnswer<K>> {
    const id = this.#next++;
    const answered = new Promise<ServerFrame>((resolve) => this.#waiting.set(id, resolve));
    this.send({ type: "request", id, call, params } as ClientFrame);
    const frame = await answered;
    if (frame.type === "response" && "result" in frame) return frame.result as TextAnswer<K>;
    throw new Error(frame.type === "response" && "problem" in frame ? frame.problem.detail : "no answer");
  }

  of(topic: Topic): readonly StreamEvent[] {
    return this.events.filter((event) => event.topic === topic);
  }

  /** Acknowledges everything so far. */
  ack(): void {
    this.send({ type: "ack", frame: this.#frame });
  }

  async until(is: () => boolean, ms = 10_000): Promise<void> {
    const end = performance.now() + ms;
    while (!is()) {
      if (performance.now() > end) {
        throw new Error(`Not within ${ms} ms: ${is}; closed: ${JSON.stringify(this.closed)}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  }

  async close(): Promise<void> {
    if (this.closed !== undefined) return;
    this.#socket.close();
    await this.until(() => this.closed !== undefined);
  }

  #receive(frame: ServerFrame): void {
    this.frames.push(frame);
    if (frame.type === "welcome") this.epoch = frame.epoch;
    else if (frame.type === "ping") this.send({ type: "pong" });
    else if (frame.type === "response") {
      this.#waiting.get(frame.id)?.(frame);
      this.#waiting.delete(frame.id);
    } else if (frame.type === "events") {
      this.#frame = frame.frame;
      for (const event of frame.events) {
        this.events.push(event);
        this.onEvent(event);
      }
      if (this.isQuick) this.ack();
    }
  }
}

/** A WebSocket with headers, which a browser adds by itself. */
function openSocket(address: string, headers: Record<string, string>): WebSocket {
  return new WebSocket(address, { protocols: [EVENTS_PROTOCOL], headers } as unknown as string[]);
}
