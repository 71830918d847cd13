/**
 * The frames of the WebSocket at `/events`: one JSON object a message, at most 1 MiB, either way. Version 1.
 *
 * 1. The client offers the subprotocol `symphony.v1`; the upgrade carries the session's cookie and is guarded as every
 *    route. `/events?window=NAME` (1 to 40 letters, digits, `_` or `-`, kept over reloads) gives each window an author of
 *    its own, `user:NAME`, for presence and undo; else it is `user`. The server says `welcome`.
 * 2. The client subscribes to topics, saying where it was (`after`); the server answers `subscribed` with how it goes on:
 *    `resumed` (nothing is missing), or `snapshot` (the first event takes the place of what the client knew).
 * 3. Frames of events are numbered. The client says which it has worked off (`ack`, at least every `window / 2` frames or
 *    250 ms). More than `window` frames are never under way; what comes meanwhile is folded (topics.ts).
 * 4. The server pings; a client that hears nothing for two beats reconnects and subscribes again.
 * 5. A frame that cannot be read ends the connection with code 1007 or 1008 and the reason.
 *
 * @module
 */

import type { ApiProblem } from "./problem.ts";
import type { TextAnswer, TextCallName, TextParams } from "./texts.ts";
import type { AnyEvent, Topic } from "./topics.ts";

export const EVENTS_PATH = "/events";
export const EVENTS_PROTOCOL = "symphony.v1";
export const EVENTS_VERSION = 1;
export const MAX_FRAME_BYTES = 1024 * 1024;

/** The last event that a client has of a topic. */
export interface Position {
  /** Of `welcome`; may be left out for `run:ID` and `text:BUFFER`. */
  readonly epoch?: string;
  readonly seq: number;
}

export type ClientFrame =
  | {
    readonly type: "subscribe";
    readonly topic: Topic;
    /** Absent: from a snapshot of now. For `run:ID`, `{ seq: -1 }` brings the whole log. */
    readonly after?: Position;
    /** Comes back in the answer, so that who subscribes anew tells its events from those that were under way. */
    readonly id?: number;
  }
  | { readonly type: "unsubscribe"; readonly topic: Topic }
  | { readonly type: "ack"; readonly frame: number }
  | { readonly type: "pong" }
  | Request
  /** Gives a request up; its answer is a problem with code `aborted`. */
  | { readonly type: "cancel"; readonly id: number };

/** A call of texts.ts. `id` is the client's and unique within the connection. */
export type Request = {
  [K in TextCallName]: {
    readonly type: "request";
    readonly id: number;
    readonly call: K;
    readonly params: TextParams<K>;
  };
}[TextCallName];

export type ServerFrame =
  | {
    readonly type: "welcome";
    readonly version: typeof EVENTS_VERSION;
    readonly epoch: string;
    /** Unix milliseconds at the server. */
    readonly now: number;
    /** Most frames of events under way. */
    readonly window: number;
    readonly heartbeatMs: number;
  }
  | {
    readonly type: "subscribed";
    readonly topic: Topic;
    readonly how: "resumed" | "snapshot";
    /** The newest now; -1 before the first. */
    readonly seq: number;
    readonly id?: number;
  }
  | { readonly type: "refused"; readonly topic: Topic; readonly problem: ApiProblem; readonly id?: number }
  /** The topic has ended (a text was closed). */
  | { readonly type: "ended"; readonly topic: Topic }
  | { readonly type: "events"; readonly frame: number; readonly events: readonly StreamEvent[] }
  | { readonly type: "response"; readonly id: number; readonly result: TextAnswer<TextCallName> }
  | { readonly type: "response"; readonly id: number; readonly problem: ApiProblem }
  | { readonly type: "ping" };

export interface StreamEvent {
  readonly topic: Topic;
  readonly seq: number;
  /** Unix milliseconds at which the server knew of it. */
  readonly at: number;
  /** Events before this one that were folded into it. */
  readonly skipped?: number;
  readonly data: AnyEvent;
}
