/** The event stream over a WebSocket of Deno's. @module */

import { type AuthorId, authorId } from "../../../core/ids.ts";
import { EVENTS_PROTOCOL } from "../../api/frames.ts";
import type { Hub } from "./hub.ts";

/** Takes an upgrade that was let in. */
export function acceptSocket(request: Request, hub: Hub): Response {
  const offered = (request.headers.get("sec-websocket-protocol") ?? "").split(",").map((name) => name.trim());
  if (!offered.includes(EVENTS_PROTOCOL)) {
    return new Response(`Expected the subprotocol ${EVENTS_PROTOCOL}`, { status: 426 });
  }
  const author = authorOf(request);
  // Pings of our own tell both sides; the platform's would only tell this one.
  const { socket, response } = Deno.upgradeWebSocket(request, { protocol: EVENTS_PROTOCOL, idleTimeout: 0 });
  socket.binaryType = "arraybuffer";
  socket.onopen = () => {
    const connection = hub.connect({
      send: (text) => socket.send(text),
      close: (code, reason) => socket.close(code, reason),
      get bufferedAmount() {
        return socket.bufferedAmount;
      },
      get isOpen() {
        return socket.readyState === WebSocket.OPEN;
      },
    }, author);
    socket.onmessage = ({ data }) => connection.receive(data);
    socket.onclose = () => hub.disconnect(connection);
    // An error is followed by `close`.
    socket.onerror = (event) => event.preventDefault();
  };
  return response;
}

/** The person, or one of the person's windows, so that each has an undo of its own. */
function authorOf(request: Request): AuthorId {
  const window = new URL(request.url).searchParams.get("window") ?? "";
  return authorId(/^[\w-]{1,40}$/.test(window) ? `user:${window}` : "user");
}
