/**
 * The door: every request passes the guard, then goes to the page's files, the session, the event stream or the API. It
 * knows nothing of runs or extensions, so that the first page needs nothing else.
 *
 * @module
 */

import { messageOf } from "../../../core/errors.ts";
import { own } from "../../../core/json.ts";
import type { Json } from "../../../core/json.ts";
import { API_BASE } from "../../api/api.ts";
import { EVENTS_PATH } from "../../api/frames.ts";
import type { ApiProblem } from "../../api/problem.ts";
import { type Assets, takesGzip } from "../assets.ts";
import { isEqual } from "./equal.ts";
import { MAX_BODY_BYTES, refusalOf } from "./guard.ts";
import { PLAIN_PAGE, PLAIN_SCRIPT, PLAIN_STYLE } from "./plain_page.ts";
import { problemOf } from "./problems.ts";
import { NONCE_MARK, type Origins, securityHeaders } from "./security_headers.ts";
import { secret, type Sessions } from "./sessions.ts";

/** What lies behind the door; made with the first request that needs it. */
export interface Behind {
  api(request: Request): Promise<Response>;
  events(request: Request): Response;
  prometheus(): Promise<string>;
  docs(path: string): Promise<Response | undefined>;
}

export interface FrontOptions {
  readonly origins: () => Origins;
  readonly assets: Assets;
  readonly sessions: Sessions;
  /** The token for programs: scrapers, scripts. */
  readonly bearer: string;
  /** A new one-time address. */
  address(): string;
  behind(): Promise<Behind>;
  /** The first page has gone out. */
  served(): void;
}

export class Front {
  readonly #options: FrontOptions;
  readonly #nonce = secret();

  constructor(options: FrontOptions) {
    this.#options = options;
  }

  /** Answers a request; never throws. */
  async handle(request: Request): Promise<Response> {
    const { port } = this.#options.origins();
    const refused = refusalOf(request, port);
    if (refused !== undefined) {
      const code = refused.status === 403 || refused.status === 421 ? "forbidden" : "bad-input";
      return this.#sealed(problem(problemOf(refused.status, code, refused.detail)));
    }
    try {
      const response = await this.#route(request);
      return response.status === 101 ? response : this.#sealed(response);
    } catch (error) {
      return this.#sealed(problem(problemOf(500, "bug", messageOf(error))));
    }
  }

  async #route(request: Request): Promise<Response> {
    const path = new URL(request.url).pathname;
    if (path === `${API_BASE}/session`) return await this.#session(request);
    if (path === `${API_BASE}/addresses` && request.method === "POST") return this.#newAddress(request);
    const isApi = path.startsWith("/api/") || path === "/api";
    if (isApi || path === EVENTS_PATH || path === "/metrics") {
      if (!this.#isKnown(request)) return unauthorized();
      const behind = await this.#options.behind();
      if (path === EVENTS_PATH) return this.#events(request, behind);
      if (path === "/metrics") return await metrics(behind);
      if (path.startsWith(`${API_BASE}/`)) return await behind.api(request);
      return await behind.docs(path) ?? await behind.api(request);
    }
    if (request.method !== "GET" && request.method !== "HEAD") {
      return problem(problemOf(405, "bad-input", `Cannot ${request.method} ${path}: it is a page`));
    }
    return this.#page(path, takesGzip(request.headers.get("accept-encoding")));
  }

  #events(request: Request, behind: Behind): Response {
    if (request.headers.get("upgrade")?.toLowerCase() === "websocket") return behind.events(request);
    return problem(problemOf(400, "bad-input", `Cannot answer ${EVENTS_PATH}: expected a WebSocket upgrade`));
  }

  #page(path: string, canUnpack: boolean): Response {
    const name = path === "/" ? "index.html" : path.slice(1);
    const asset = this.#options.assets.find(name, canUnpack);
    if (asset === undefined) {
      if (path === "/") return this.#html(PLAIN_PAGE);
      const plain = path === "/plain_page.js" || path === "/plain_page.css";
      return plain
        ? plainPart(path)
        : problem(problemOf(404, "not-found", `Cannot find ${path}: there is no such page`));
    }
    if (name.endsWith(".html")) return this.#html(new TextDecoder().decode(asset.bytes));
    const headers = new Headers({ "content-type": asset.type });
    if (asset.isImmutable) headers.set("cache-control", "private, max-age=31536000, immutable");
    // Whatever keeps the answer must know that there is another for others.
    if (asset.hasPacked) headers.set("vary", "accept-encoding");
    if (asset.isPacked) headers.set("content-encoding", "gzip");
    return new Response(asset.bytes, { headers });
  }

  #html(text: string): Response {
    queueMicrotask(() => this.#options.served());
    return new Response(text.replaceAll(NONCE_MARK, this.#nonce), {
      headers: { "content-type": "text/html; charset=utf-8" },
    });
  }

  async #session(request: Request): Promise<Response> {
    const { sessions } = this.#options;
    const token = this.#cookie(request);
    if (request.method === "GET") {
      const expiresAt = sessions.expiryOf(token);
      return expiresAt === undefined ? unauthorized() : json({ expiresAt });
    }
    if (request.method === "DELETE") {
      sessions.end(token);
      return json(null, { "set-cookie": this.#setCookie("", 0) });
    }
    if (request.method !== "POST") {
      return problem(problemOf(405, "bad-input", `Cannot ${request.method} a session`));
    }
    const key = own(await smallBody(request), "key");
    if (typeof key !== "string") {
      return problem(problemOf(400, "bad-input", "Cannot open a session: expected { key } in the body", {
        faults: [{
          place: "body.key",
          found: JSON.stringify(key ?? null).slice(0, 40),
          right: "the key of the address",
        }],
      }));
    }
    const opened = sessions.open(key);
    if (opened === "wait") {
      return problem(
        problemOf(429, "forbidden", "Cannot open a session: too many wrong keys; wait for a minute"),
      );
    }
    if (opened === undefined) {
      return problem(
        problemOf(401, "unauthorized", "Cannot open a session: the address was used already, or is old", {
          hint: "Get another with: symphony serve",
        }),
      );
    }
    const seconds = Math.max(1, Math.floor((opened.expiresAt - Date.now()) / 1000));
    return json({ expiresAt: opened.expiresAt }, { "set-cookie": this.#setCookie(opened.token, seconds) });
  }

  /** For a program of the person that wants to open another browser; a page has no use for it. */
  #newAddress(request: Request): Response {
    return request.headers.has("authorization") && this.#isKnown(request)
      ? json({ address: this.#options.address() })
      : unauthorized();
  }

  #setCookie(value: string, seconds: number): string {
    return `${this.#cookieName()}=${value}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${seconds}`;
  }

  /** Cookies know no ports: each server has a name of its own. */
  #cookieName(): string {
    return `symphony-${this.#options.origins().port}`;
  }

  #cookie(request: Request): string | undefined {
    const name = this.#cookieName();
    for (const part of (request.headers.get("cookie") ?? "").split(";")) {
      const at = part.indexOf("=");
      if (at > 0 && part.slice(0, at).trim() === name) return part.slice(at + 1).trim();
    }
    return undefined;
  }

  #isKnown(request: Request): boolean {
    const bearer = /^bearer (.+)$/i.exec(request.headers.get("authorization") ?? "")?.[1];
    if (bearer !== undefined) return isEqual(bearer, this.#options.bearer);
    return this.#options.sessions.expiryOf(this.#cookie(request)) !== undefined;
  }

  /** With the headers that every answer bears; those of its own stay. */
  #sealed(response: Response): Response {
    const headers = securityHeaders(this.#options.origins(), this.#nonce);
    for (const [name, value] of Object.entries(headers)) {
      if (!response.headers.has(name)) response.headers.set(name, value);
    }
    return response;
  }
}

async function metrics(behind: Behind): Promise<Response> {
  return new Response(await behind.prometheus(), {
    headers: { "content-type": "text/plain; version=0.0.4; charset=utf-8" },
  });
}

function unauthorized(): Response {
  return problem(problemOf(401, "unauthorized", "Cannot answer: there is no session", {
    hint: "Open the address that symphony printed; another one: symphony serve",
  }));
}

function problem(value: ApiProblem): Response {
  return new Response(JSON.stringify(value), {
    status: value.status,
    headers: { "content-type": "application/problem+json" },
  });
}

function json(value: Json, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(value), { headers: { "content-type": "application/json", ...headers } });
}

async function smallBody(request: Request): Promise<Json | undefined> {
  if (Number(request.headers.get("content-length") ?? 0) > MAX_BODY_BYTES / 256) return undefined;
  try {
    return await request.json() as Json;
  } catch {
    return undefined;
  }
}

function plainPart(path: string): Response {
  const isScript = path.endsWith(".js");
  return new Response(isScript ? PLAIN_SCRIPT : PLAIN_STYLE, {
    headers: { "content-type": isScript ? "text/javascript; charset=utf-8" : "text/css; charset=utf-8" },
  });
}
