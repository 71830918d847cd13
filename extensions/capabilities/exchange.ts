/**
 * HTTP exchanges of one call. A response's body waits here and is pulled piece by piece, so nothing is read faster than
 * the extension takes it. The extension's side numbers its exchanges, so that one can be cancelled before it is answered.
 *
 * Invariants: (1) every address that is connected to, redirects included, is granted; (2) a granted public name that
 * resolves to a loopback, private or link-local address is refused, and what is connected to is an address that was checked,
 * but where the person's own proxy (`HTTPS_PROXY`) connects; (3) a secret goes only to its hosts, over TLS or to
 * this machine, and an extension's own header of that name never replaces it.
 *
 * @module
 */

import type { Json, JsonObject } from "../../core/json.ts";
import { own } from "../../core/json.ts";
import { messageOf } from "../../core/errors.ts";
import { hostMatches } from "../../core/policy/permission.ts";
import { ExtensionFailure } from "../sdk/failure.ts";
import { checkedAddresses } from "./address.ts";
import { askFor, type CallScope, demand, type Operation, type Reply, textArgument } from "./capability.ts";
import { PinnedGate, type PinnedWay } from "./pinned_gate.ts";

const MOST_REDIRECTS = 10;
const MOST_OPEN = 64;
const MOST_BODY_BYTES = 1 << 30;
const PIECE_BYTES = 256 << 10;

/** Headers that the connection sets itself, or that would let a request pose as another host. */
const OWN_HEADERS = new Set([
  "host",
  "connection",
  "content-length",
  "transfer-encoding",
  "upgrade",
  "proxy-authorization",
]);

interface Exchange {
  /** Undefined until there is an answer, and where it has no body. */
  reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  readonly abort: AbortController;
  /** How it is connected; undefined where nothing was to resolve. */
  way: PinnedWay | undefined;
  rest: Uint8Array | undefined;
  received: number;
}

interface Outgoing {
  url: URL;
  method: string;
  headers: Headers;
  body: Uint8Array<ArrayBuffer> | undefined;
}

export class Exchanges {
  readonly #scope: CallScope;
  readonly #open = new Map<number, Exchange>();
  #gate: PinnedGate | undefined;

  constructor(scope: CallScope) {
    this.#scope = scope;
  }

  /** The operations `fetch.*`. */
  operations(): Readonly<Record<string, Operation>> {
    return {
      "fetch.open": (args, bytes) => this.#start(args, bytes),
      "fetch.pull": (args) => this.#pull(own(args, "id")),
      "fetch.cancel": (args) => {
        this.#end(own(args, "id"));
        return Promise.resolve({ value: null });
      },
    };
  }

  /** Breaks off every exchange. */
  close(): void {
    for (const id of [...this.#open.keys()]) this.#end(id);
    this.#gate?.[Symbol.dispose]();
    this.#gate = undefined;
  }

  async #start(args: JsonObject, body: Uint8Array<ArrayBuffer> | undefined): Promise<Reply> {
    if (this.#open.size >= MOST_OPEN) {
      throw new ExtensionFailure("thrown", `Over ${MOST_OPEN} responses are open: read or cancel some first`);
    }
    const id = own(args, "id");
    if (typeof id !== "number" || !Number.isSafeInteger(id) || this.#open.has(id)) {
      throw new ExtensionFailure(
        "input",
        `Cannot open exchange ${JSON.stringify(id)}: expected a new number`,
      );
    }
    const outgoing = outgoingOf(args, body);
    const exchange: Exchange = {
      reader: undefined,
      abort: new AbortController(),
      way: undefined,
      rest: undefined,
      received: 0,
    };
    this.#open.set(id, exchange);
    try {
      const { response, redirected } = await this.#follow(
        outgoing,
        own(args, "redirect"),
        exchange,
      );
      exchange.reader = response.body?.getReader();
      return { value: { id, ...headOf(response, outgoing.url, redirected) } };
    } catch (error) {
      this.#end(id);
      throw error;
    }
  }

  async #follow(
    outgoing: Outgoing,
    mode: Json | undefined,
    exchange: Exchange,
  ): Promise<{ readonly response: Response; readonly redirected: boolean }> {
    const signal = AbortSignal.any([exchange.abort.signal, this.#scope.signal]);
    for (let redirects = 0;; redirects++) {
      const response = await this.#send(outgoing, exchange, signal);
      const location = response.headers.get("location");
      const redirected = [301, 302, 303, 307, 308].includes(response.status) && location !== null;
      if (!redirected || mode === "manual") return { response, redirected: redirects > 0 };
      await response.body?.cancel();
      if (mode === "error") {
        throw new ExtensionFailure("connection", `"${outgoing.url.host}" redirects elsewhere`);
      }
      if (redirects === MOST_REDIRECTS) {
        throw new ExtensionFailure(
          "connection",
          `"${outgoing.url.host}" redirects over ${MOST_REDIRECTS} times`,
        );
      }
      redirect(outgoing, response.status, location);
    }
  }

  async #send(outgoing: Outgoing, exchange: Exchange, signal: AbortSignal): Promise<Response> {
    const { url, method, body } = outgoing;
    const port = portOf(url);
    await demand(this.#scope, `net:${url.hostname}:${port}`);
    const { authority, resolve } = this.#scope;
    const addresses = await checkedAddresses(url.hostname, port, authority, resolve);
    signal.throwIfAborted();
    const headers = await this.#withSecrets(url, port, outgoing.headers);
    signal.throwIfAborted();
    this.#scope.onNetwork?.(url.href.length + headersSize(headers) + (body?.length ?? 0));
    exchange.way?.[Symbol.dispose]();
    exchange.way = addresses === undefined || isProxied() ? undefined : this.#way(addresses, port);
    try {
      return await fetch(url, {
        ...(exchange.way === undefined ? {} : { client: exchange.way.client }),
        method,
        headers,
        redirect: "manual",
        signal,
        ...(body === undefined ? {} : { body }),
      });
    } catch (cause) {
      if (signal.aborted) throw signal.reason;
      const why = exchange.way?.failure ?? messageOf(cause);
      throw new ExtensionFailure("connection", `Cannot reach ${url.host}: ${why}`, { cause });
    }
  }

  #way(addresses: readonly string[], port: number): PinnedWay {
    if (this.#scope.signal.aborted) throw this.#scope.signal.reason;
    this.#gate ??= new PinnedGate();
    return this.#gate.open(addresses, port);
  }

  async #withSecrets(url: URL, port: number, given: Headers): Promise<Headers> {
    const headers = new Headers(given);
    for (const permission of this.#scope.authority.permissions) {
      if (permission.kind !== "secret") continue;
      if (!permission.hosts.some((pattern) => hostMatches(pattern, url.hostname, port))) continue;
      const key = `secret:${permission.name}` as const;
      const { authority, granted } = this.#scope;
      if (authority.refusal(key) !== undefined && !granted.has(key)) await askFor(this.#scope, key);
      const value = authority.secret(permission, granted.has(key));
      headers.delete(permission.header);
      if (value === undefined) continue;
      if (url.protocol !== "https:" && !isThisMachine(url.hostname)) {
        throw new ExtensionFailure(
          "permission",
          `Secret "${permission.name}" is not sent to ${url.host} without TLS`,
        );
      }
      headers.set(permission.header, permission.prefix + value);
    }
    return headers;
  }

  async #pull(id: Json | undefined): Promise<Reply> {
    const exchange = typeof id === "number" ? this.#open.get(id) : undefined;
    if (exchange === undefined) return { value: null };
    const piece = exchange.rest ?? await this.#next(exchange, id);
    if (piece === undefined) {
      this.#end(id);
      return { value: null };
    }
    exchange.rest = piece.length > PIECE_BYTES ? piece.subarray(PIECE_BYTES) : undefined;
    return { value: null, bytes: new Uint8Array(piece.subarray(0, PIECE_BYTES)) };
  }

  async #next(exchange: Exchange, id: Json | undefined): Promise<Uint8Array | undefined> {
    try {
      for (;;) {
        const read = await exchange.reader?.read();
        if (read === undefined || read.done) return undefined;
        exchange.received += read.value.length;
        this.#scope.onNetwork?.(read.value.length);
        if (exchange.received > MOST_BODY_BYTES) {
          throw new ExtensionFailure("input", `The response is over ${MOST_BODY_BYTES} bytes`);
        }
        if (read.value.length > 0) return read.value;
      }
    } catch (cause) {
      this.#end(id);
      if (cause instanceof ExtensionFailure) throw cause;
      throw new ExtensionFailure("connection", `The response broke off: ${messageOf(cause)}`, { cause });
    }
  }

  #end(id: Json | undefined): void {
    if (typeof id !== "number") return;
    const exchange = this.#open.get(id);
    if (exchange === undefined) return;
    this.#open.delete(id);
    exchange.abort.abort();
    exchange.reader?.cancel().catch(() => {});
    exchange.way?.[Symbol.dispose]();
  }
}

/** True where the person's environment leads requests through a proxy, which resolves names itself. */
function isProxied(): boolean {
  return ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"].some((name) =>
    [name, name.toLowerCase()].some((one) => (Deno.env.get(one) ?? "") !== "")
  );
}

function headersSize(headers: Headers): number {
  let size = 0;
  for (const [name, value] of headers) size += name.length + value.length + 4;
  return size;
}

/** What is said of an answer at once. */
function headOf({ headers, status, statusText }: Response, url: URL, redirected: boolean): JsonObject {
  // The body arrives decoded, so the headers that describe its coded form would be false.
  const shown = [...headers].filter(([name]) =>
    name !== "content-encoding" && name !== "content-length" && name !== "set-cookie"
  );
  return { status, statusText, url: url.href, redirected, headers: shown };
}

function outgoingOf(args: JsonObject, body: Uint8Array<ArrayBuffer> | undefined): Outgoing {
  const text = textArgument(args, "url");
  const url = URL.parse(text);
  if (url === null || (url.protocol !== "http:" && url.protocol !== "https:")) {
    throw new ExtensionFailure(
      "input",
      `Cannot fetch "${text.slice(0, 200)}": expected an http or https address`,
    );
  }
  url.username = "";
  url.password = "";
  const headers = new Headers();
  const given = own(args, "headers");
  for (const pair of Array.isArray(given) ? given : []) {
    const [name, value] = Array.isArray(pair) ? pair : [];
    if (typeof name !== "string" || typeof value !== "string") continue;
    if (!OWN_HEADERS.has(name.toLowerCase())) headers.append(name, value);
  }
  return { url, method: textArgument(args, "method"), headers, body };
}

/** The next request, as the fetch standard says for each status; credentials do not follow to another origin. */
function redirect(outgoing: Outgoing, status: number, location: string): void {
  const target = URL.parse(location, outgoing.url);
  if (target === null || (target.protocol !== "http:" && target.protocol !== "https:")) {
    throw new ExtensionFailure(
      "connection",
      `"${outgoing.url.host}" redirects to "${location.slice(0, 200)}"`,
    );
  }
  if (target.origin !== outgoing.url.origin) {
    for (const name of ["authorization", "cookie", "x-api-key", "api-key"]) outgoing.headers.delete(name);
  }
  const becomesGet = status === 303
    ? outgoing.method !== "HEAD"
    : status <= 302 && outgoing.method === "POST";
  if (becomesGet) {
    outgoing.method = "GET";
    outgoing.body = undefined;
    outgoing.headers.delete("content-type");
  }
  outgoing.url = target;
}

function portOf(url: URL): number {
  return url.port === "" ? (url.protocol === "https:" ? 443 : 80) : Number(url.port);
}

function isThisMachine(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}
