/**
 * `vscode-jsonrpc`, with its messages dispatched in the turn in which they came.
 *
 * The library takes one message a `setImmediate`, which on runtimes before Deno 2.5 costs more than a millisecond. Here
 * a message follows the one before it in a microtask, and after a good many the event loop has its turn: what came in one
 * read is worked through at once, and no more than that is ever there, since the next read waits (LineTransport).
 *
 * @module
 */

import { createMessageConnection, type MessageConnection, NullLogger, RAL } from "vscode-jsonrpc/node";
import type { LineTransport } from "./line_transport.ts";

export { ErrorCodes, type MessageConnection, ResponseError } from "vscode-jsonrpc/node";

/** Messages in a row until timers and other connections have their turn. */
const MOST_IN_A_ROW = 64;

let inARow = 0;

function soon(callback: (...args: unknown[]) => void, ...args: unknown[]): { dispose(): void } {
  let isDropped = false;
  const run = () => {
    if (!isDropped) callback(...args);
  };
  if (++inARow < MOST_IN_A_ROW) {
    queueMicrotask(run);
  } else {
    inARow = 0;
    setImmediate(run);
  }
  return { dispose: () => isDropped = true };
}

const own = RAL();
RAL.install({ ...own, timer: { ...own.timer, setImmediate: soon } });

/** A connection over a transport, which hears of each message that is dispatched. */
export function connectionOver(transport: LineTransport): MessageConnection {
  return createMessageConnection(transport, transport, NullLogger, {
    messageStrategy: {
      handleMessage(message, next) {
        transport.dispatched(message);
        return next(message);
      },
    },
  });
}
