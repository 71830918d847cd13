/**
 * `context.fetch`: the platform's contract over capability calls. The body is pulled piece by piece, so a reader that
 * is slow slows the server down, and whoever aborts closes the connection.
 *
 * @module
 */

import { ExtensionFailure } from "../failure.ts";
import type { CapabilityClient, Plain } from "./client.ts";

const BODILESS = new Set([101, 204, 205, 304]);

/** Makes a `fetch` whose requests are carried out by the core. */
export function fetchThrough(client: CapabilityClient, callSignal: AbortSignal): typeof fetch {
  let nextId = 1;
  return async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const request = new Request(input, init);
    const signal = AbortSignal.any([request.signal, callSignal]);
    signal.throwIfAborted();
    const body = request.body === null ? undefined : new Uint8Array(await request.arrayBuffer());
    const id = nextId++;
    const args = {
      id,
      url: request.url,
      method: request.method,
      headers: [...request.headers].map(([name, value]): Plain => [name, value]),
      redirect: request.redirect,
    };
    const opening = client.call("fetch.open", args, body);
    const { value } = await orAborted(opening, signal, () => cancel(client, id));
    return responseOf(client, value as unknown as Head, signal);
  };
}

interface Head {
  readonly id: number;
  readonly status: number;
  readonly statusText: string;
  readonly url: string;
  readonly redirected: boolean;
  readonly headers: [string, string][];
}

function responseOf(client: CapabilityClient, head: Head, signal: AbortSignal): Response {
  const empty = BODILESS.has(head.status);
  const stream = empty ? null : bodyOf(client, head.id, signal);
  const response = new Response(stream, {
    status: head.status,
    statusText: head.statusText,
    headers: head.headers,
  });
  Object.defineProperty(response, "url", { value: head.url });
  Object.defineProperty(response, "redirected", { value: head.redirected });
  if (empty) cancel(client, head.id);
  return response;
}

function bodyOf(client: CapabilityClient, id: number, signal: AbortSignal): ReadableStream<Uint8Array> {
  let stopListening = () => {};
  return new ReadableStream<Uint8Array>({
    start(controller) {
      const stop = () => {
        cancel(client, id);
        controller.error(signal.reason);
      };
      signal.addEventListener("abort", stop, { once: true });
      stopListening = () => signal.removeEventListener("abort", stop);
    },
    async pull(controller) {
      try {
        const reply = await client.call("fetch.pull", { id });
        if (reply.bytes === undefined) {
          stopListening();
          controller.close();
        } else {
          controller.enqueue(reply.bytes);
        }
      } catch (error) {
        stopListening();
        if (!signal.aborted) controller.error(error);
      }
    },
    cancel() {
      stopListening();
      cancel(client, id);
    },
  });
}

function cancel(client: CapabilityClient, id: number): void {
  client.call("fetch.cancel", { id }).catch(() => {});
}

/** `promise`, or a rejection as soon as `signal` fires; `stopped` is called then, and again for what comes later. */
function orAborted<T>(promise: Promise<T>, signal: AbortSignal, stopped: () => void): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      stopped();
      promise.then(stopped, () => {});
      reject(signal.reason);
    };
    signal.addEventListener("abort", stop, { once: true });
    promise.then(resolve, (error) => reject(asFetchError(error))).finally(() =>
      signal.removeEventListener("abort", stop)
    );
  });
}

/** A broken connection is a TypeError on the platform; a refusal stays what it is. */
function asFetchError(error: unknown): unknown {
  if (error instanceof ExtensionFailure && error.failureClass === "connection") {
    return new TypeError(error.message, { cause: error });
  }
  return error;
}
