/**
 * Which protocol a client speaks, known by its first line: the revision protocol is JSON-RPC 2.0 and says so, the front-end
 * protocol does not.
 *
 * @module
 */

import { isObject, type Json } from "../../core/json.ts";
import type { Wire } from "./serve.ts";

const LINE_FEED = 0x0a;
const READ_BYTES = 1 << 16;
/** A first line that is longer is a front end's: the first message of the revision protocol is short. */
const MOST_FIRST_BYTES = 1 << 20;

/** The protocol, and the connection with nothing of it lost. */
export interface Introduced {
  readonly protocol: "front-end" | "revision";
  readonly wire: Wire;
}

/** Reads until the first line is there, or the end. */
export async function protocolOf(wire: Wire): Promise<Introduced> {
  let seen = new Uint8Array(0);
  const buffer = new Uint8Array(READ_BYTES);
  while (!seen.includes(LINE_FEED) && seen.length < MOST_FIRST_BYTES) {
    const count = await wire.read(buffer);
    if (count === null) break;
    const more = new Uint8Array(seen.length + count);
    more.set(seen);
    more.set(buffer.subarray(0, count), seen.length);
    seen = more;
  }
  const end = seen.indexOf(LINE_FEED);
  const isRevision = end >= 0 && saysVersion(new TextDecoder().decode(seen.subarray(0, end)));
  return { protocol: isRevision ? "revision" : "front-end", wire: behind(seen, wire) };
}

function saysVersion(line: string): boolean {
  if (!line.includes("jsonrpc")) return false;
  try {
    const message = JSON.parse(line) as Json;
    return isObject(message) && message["jsonrpc"] === "2.0";
  } catch {
    return false;
  }
}

/** A connection that gives `first` before everything else. */
function behind(first: Uint8Array, wire: Wire): Wire {
  let rest = first;
  return {
    write: wire.write,
    read(buffer) {
      if (rest.length === 0) return wire.read(buffer);
      const count = Math.min(buffer.length, rest.length);
      buffer.set(rest.subarray(0, count));
      rest = rest.subarray(count);
      return Promise.resolve(count);
    },
  };
}
