/**
 * A front end's connection from its first byte to its last.
 *
 * @module
 */

import { messageOf } from "../../core/errors.ts";
import type { Session } from "../session/session.ts";
import { LineSplitter } from "./line_splitter.ts";
import { Outbox, type Sink } from "./outbox.ts";
import { FramingError, Peer } from "./peer.ts";

/** A connection. */
export interface Wire {
  /** Reads some bytes into the buffer; null at the end. */
  read(buffer: Uint8Array): Promise<number | null>;
  readonly write: Sink;
}

export interface ServeParts {
  /** Makes the session that the connection is for. */
  readonly session: (peer: Peer) => Session;
  /** Told when the connection of a session has ended. */
  readonly ended?: (session: Session) => void;
  readonly durable: () => Promise<void> | undefined;
  readonly log: (text: string) => void;
}

const READ_BYTES = 1 << 16;

/** Serves a connection until it ends. Returns whether it ended well; false where what came was no message. */
export async function serve(
  wire: Wire,
  { session: makeSession, ended, durable, log }: ServeParts,
): Promise<boolean> {
  const outbox = new Outbox(wire.write, durable);
  using peer = new Peer(outbox, log);
  using session = makeSession(peer);
  using _end = { [Symbol.dispose]: () => ended?.(session) };
  peer.attach(session);
  const splitter = new LineSplitter(() =>
    session.alert("A message was longer than 256 MiB and was thrown away")
  );
  const buffer = new Uint8Array(READ_BYTES);
  try {
    for (let count = await wire.read(buffer); count !== null; count = await wire.read(buffer)) {
      for (const line of splitter.push(buffer.subarray(0, count))) peer.receive(line);
      peer.pump();
      if (outbox.isCrowded) await outbox.drained();
    }
  } catch (error) {
    log(messageOf(error));
    if (error instanceof FramingError) {
      await peer.drained();
      await outbox.drained();
      return false;
    }
  }
  await peer.drained();
  await outbox.drained();
  return true;
}
