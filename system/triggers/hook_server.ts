/**
 * Calls from the web that start workflows: `POST /hooks/TRIGGER`, on this machine's own address only.
 *
 * @module
 */

import { messageOf, SymphonyError } from "../../core/errors.ts";
import type { Json } from "../../core/json.ts";
import type { HookServer, TriggerSourcePort } from "../../core/ports/trigger_source.ts";
import { hmac, isEqualText } from "./digest.ts";

const MOST_BYTES = 1024 * 1024;

type Hooks = Parameters<TriggerSourcePort["listen"]>[1];

/** Listens on 127.0.0.1; port 0 takes a free one. @throws SymphonyError `io` */
// deno-lint-ignore require-await -- a throw becomes a rejection
export async function listenForHooks(port: number, hooks: Hooks): Promise<HookServer> {
  try {
    const server = Deno.serve(
      { port, hostname: "127.0.0.1", onListen: () => {} },
      (request) => answer(request, hooks),
    );
    return {
      port: server.addr.port,
      [Symbol.asyncDispose]: () => server.shutdown(),
    };
  } catch (cause) {
    throw new SymphonyError("io", `Cannot listen on port ${port}: ${messageOf(cause)}`, { cause });
  }
}

async function answer(request: Request, hooks: Hooks): Promise<Response> {
  const trigger = /^\/hooks\/([A-Za-z0-9_-]{1,64})$/.exec(new URL(request.url).pathname)?.[1];
  if (trigger === undefined) return said(404, "Expected POST /hooks/TRIGGER");
  if (request.method !== "POST") return said(405, "Expected POST");
  const bytes = await bodyOf(request);
  if (bytes === undefined) return said(413, `Expected at most ${MOST_BYTES} bytes`);
  const secret = await hooks.secretOf(trigger);
  if (secret === undefined || !await isSigned(request, bytes, secret)) {
    return said(401, "The secret is not right");
  }
  const body = parsed(bytes);
  if (body === undefined) return said(400, "Expected JSON");
  const delivery = request.headers.get("idempotency-key") ?? request.headers.get("x-github-delivery");
  const { status, message } = await hooks.received({
    trigger,
    body,
    ...(delivery === null ? {} : { delivery }),
  });
  return said(status, message);
}

/** The body; undefined where it is too long, of which no more is read. */
async function bodyOf(request: Request): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of request.body ?? []) {
    length += part.length;
    if (length > MOST_BYTES) return undefined;
    parts.push(part);
  }
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

async function isSigned(request: Request, bytes: Uint8Array<ArrayBuffer>, secret: string): Promise<boolean> {
  const signature = request.headers.get("x-hub-signature-256");
  if (signature !== null) return isEqualText(signature, `sha256=${await hmac(secret, bytes)}`);
  return isEqualText(request.headers.get("authorization") ?? "", `Bearer ${secret}`);
}

function parsed(bytes: Uint8Array): Json | undefined {
  if (bytes.length === 0) return null;
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes)) as Json;
  } catch {
    return undefined;
  }
}

function said(status: number, message: string): Response {
  return Response.json({ message }, { status });
}
