/**
 * Who may ask at all, before anything is looked at: requests that a page of this server, or a program of this person, has
 * made itself. Pure.
 *
 * Invariants, for every route and every upgrade:
 * G1. `Host` is a loopback name with this port, and so is the authority of an absolute request target (no DNS rebinding).
 * G2. `Origin`, where there is one, is exactly the origin that the request goes to; `null` is none. What changes something
 *     and every upgrade must have one, unless a bearer token was sent, which no foreign page can.
 * G3. `Sec-Fetch-Site`, where there is one, says `same-origin` or `none`; `none` only for a person's own navigation.
 * G4. A body is `application/json` of at most MAX_BODY_BYTES.
 *
 * @module
 */

export const MAX_BODY_BYTES = 1024 * 1024;
const methods = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]);
const safe = new Set(["GET", "HEAD"]);

export interface Refused {
  readonly status: 400 | 403 | 405 | 413 | 415 | 421;
  readonly detail: string;
}

/** What of a request the guard looks at. */
export interface Asked {
  readonly method: string;
  readonly url: string;
  readonly headers: Headers;
}

/** Why the request may not go on; undefined where it may. `port` is the port that it came in at. */
export function refusalOf({ method, url, headers }: Asked, port: number): Refused | undefined {
  const host = headers.get("host") ?? "";
  if (!isLoopback(host, port)) {
    return { status: 421, detail: `Cannot answer for host "${clip(host)}": expected 127.0.0.1:${port}` };
  }
  if (authorityOf(url) !== host.toLowerCase()) {
    return { status: 421, detail: `Cannot answer for "${clip(url)}": its host is not that of the request` };
  }
  if (!methods.has(method)) return { status: 405, detail: `Cannot ${clip(method)}: no such method here` };
  const isUpgrade = headers.has("upgrade");
  const fault = originFault(headers, host, !safe.has(method) || isUpgrade) ??
    siteFault(headers, method, isUpgrade);
  if (fault !== undefined) return { status: 403, detail: fault };
  return safe.has(method) ? undefined : bodyFault(headers);
}

/** True for `127.0.0.1`, `localhost` and `[::1]` with this port. */
export function isLoopback(host: string, port: number): boolean {
  const name = host.toLowerCase();
  return name === `127.0.0.1:${port}` || name === `localhost:${port}` || name === `[::1]:${port}`;
}

function authorityOf(url: string): string {
  return /^https?:\/\/([^/?#]*)/i.exec(url)?.[1]?.toLowerCase() ?? "";
}

function originFault(headers: Headers, host: string, isNeeded: boolean): string | undefined {
  const origin = headers.get("origin");
  if (origin === null) {
    if (!isNeeded || /^bearer /i.test(headers.get("authorization") ?? "")) return undefined;
    return `Missing header Origin: expected http://${host}`;
  }
  if (origin.toLowerCase() === `http://${host.toLowerCase()}`) return undefined;
  return `Cannot answer a page of "${clip(origin)}": expected http://${host}`;
}

function siteFault(headers: Headers, method: string, isUpgrade: boolean): string | undefined {
  const site = headers.get("sec-fetch-site");
  if (site === null || site === "same-origin") return undefined;
  if (site === "none" && safe.has(method) && !isUpgrade) return undefined;
  return `Cannot answer a request that is "${clip(site)}": expected same-origin`;
}

function bodyFault(headers: Headers): Refused | undefined {
  const length = headers.get("content-length");
  const hasBody = headers.has("transfer-encoding") || (length !== null && length !== "0");
  if (length !== null && !(Number(length) <= MAX_BODY_BYTES)) {
    return {
      status: 413,
      detail: `Cannot take a body of ${clip(length)} bytes: expected at most ${MAX_BODY_BYTES}`,
    };
  }
  const type = headers.get("content-type");
  if (type === null && !hasBody) return undefined;
  if (type !== null && /^application\/json\s*(;|$)/i.test(type)) return undefined;
  const found = type === null ? "none" : `"${clip(type)}"`;
  return { status: 415, detail: `Cannot read a body of type ${found}: expected application/json` };
}

function clip(text: string): string {
  return text.length > 100 ? `${text.slice(0, 100)}…` : text;
}
