/**
 * Keeps the number of capability calls in flight bounded, the others waiting in order: a handler may ask for ten
 * thousand files at once without flooding the core.
 *
 * @module
 */

import type { CapabilityClient, CapabilityReply } from "./client.ts";

/** Most capability calls of one call that are with the core at once; the core refuses more than twice as many. */
export const MOST_ASKED = 128;

/** `client`, with at most `MOST_ASKED` calls in flight. Cancelling never waits. */
export function throttled(client: CapabilityClient): CapabilityClient {
  const waiting: (() => void)[] = [];
  let inFlight = 0;
  let head = 0;
  const release = () => {
    inFlight--;
    const next = waiting[head];
    if (next === undefined) return;
    head++;
    if (head > 1024 && head * 2 > waiting.length) {
      waiting.splice(0, head);
      head = 0;
    }
    next();
  };
  return {
    async call(operation, args, bytes): Promise<CapabilityReply> {
      if (operation === "fetch.cancel") return await client.call(operation, args, bytes);
      if (inFlight >= MOST_ASKED) await new Promise<void>((resolve) => waiting.push(resolve));
      inFlight++;
      try {
        return await client.call(operation, args, bytes);
      } finally {
        release();
      }
    },
  };
}
