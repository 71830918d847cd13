/**
 * All connections of the event stream, and the topics by name.
 *
 * @module
 */

import type { AuthorId } from "../../../core/ids.ts";
import type { ClockPort } from "../../../core/ports/clock.ts";
import type { Json } from "../../../core/json.ts";
import type { Topic } from "../../api/topics.ts";
import {
  Connection,
  type ConnectionServices,
  HEARTBEAT_MS,
  type Socket,
  type Speaker,
} from "./connection.ts";
import { noTopic } from "./keyed_topic.ts";
import type { TopicSource } from "./topic_source.ts";

export interface HubOptions {
  readonly clock: ClockPort;
  readonly epoch: string;
  /** Topics with a name of their own. */
  readonly fixed: ReadonlyMap<Topic, TopicSource>;
  /** Topics by the part before the colon. */
  readonly families: Readonly<Record<string, (id: string) => Promise<TopicSource>>>;
  call(speaker: Speaker, name: string, params: Json, signal: AbortSignal): Promise<Json>;
  closed(speaker: Speaker): void;
  sent(events: number, folded: number): void;
}

export class Hub {
  readonly #options: HubOptions;
  readonly #connections = new Map<Connection, Socket>();
  readonly #services: ConnectionServices;
  #stopBeating: (() => void) | undefined;

  constructor(options: HubOptions) {
    this.#options = options;
    const { clock, epoch } = options;
    this.#services = {
      clock,
      epoch,
      topic: (name) => this.#topic(name),
      call: options.call,
      sent: options.sent,
    };
  }

  get size(): number {
    return this.#connections.size;
  }

  /** A client has come. */
  connect(socket: Socket, author: AuthorId): Connection {
    const connection = new Connection(socket, author, this.#services);
    this.#connections.set(connection, socket);
    if (this.#connections.size === 1) this.#beat();
    return connection;
  }

  /** It has gone. */
  disconnect(connection: Connection): void {
    connection.closed();
    this.#connections.delete(connection);
    this.#options.closed(connection);
    if (this.#connections.size === 0) this.#stopBeating?.();
  }

  /** Sends everybody away; they are told to come back. */
  close(): void {
    this.#stopBeating?.();
    for (const [connection, socket] of this.#connections) {
      connection.closed();
      socket.close(1012, "the server stops");
    }
    this.#connections.clear();
  }

  #beat(): void {
    this.#stopBeating?.();
    this.#stopBeating = this.#options.clock.schedule(HEARTBEAT_MS, () => {
      for (const connection of this.#connections.keys()) connection.beat();
      if (this.#connections.size > 0) this.#beat();
    });
  }

  async #topic(name: string): Promise<TopicSource> {
    const fixed = this.#options.fixed.get(name as Topic);
    if (fixed !== undefined) return fixed;
    const colon = name.indexOf(":");
    const family = name.slice(0, colon);
    const make = colon > 0 && Object.hasOwn(this.#options.families, family)
      ? this.#options.families[family]
      : undefined;
    if (make === undefined) throw noTopic(name);
    return await make(name.slice(colon + 1));
  }
}
