/**
 * The HTTP client, typed by the contract in ui/api: `client.get("GET /runs/{run}", { params: { run } })` knows what it takes
 * and gives. A refusal is thrown as ApiError with everything that the server said; no connection as ApiError `offline`.
 *
 * @module
 */

import {
  type AnswerOf,
  API_BASE,
  type ApiProblem,
  type BodyOf,
  type ParamsOf,
  type QueryOf,
  type Route,
} from "../../api/mod.ts";

type Params<R extends Route> = [ParamsOf<R>] extends [never] ? unknown : {
  readonly params: Readonly<Record<ParamsOf<R>, string>>;
};
type Body<R extends Route> = [BodyOf<R>] extends [never] ? unknown : { readonly body: BodyOf<R> };
export type CallOptions<R extends Route> = Params<R> & Body<R> & {
  readonly query?: QueryOf<R>;
  /** `If-Match` or `If-None-Match`. */
  readonly match?: { readonly hash: string } | { readonly none: true };
  readonly signal?: AbortSignal;
};

/** A request that was refused, or that reached nobody. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly code: ApiProblem["code"] | "offline" | "aborted";
  readonly status: number;
  readonly hint: string | undefined;
  readonly problem: ApiProblem | undefined;

  constructor(problem: ApiProblem | undefined, code: ApiError["code"], message: string, hint?: string) {
    super(message);
    this.code = code;
    this.status = problem?.status ?? 0;
    this.hint = hint;
    this.problem = problem;
  }
}

export type Fetch = (address: string, init: RequestInit) => Promise<Response>;

export class ApiClient {
  readonly #fetch: Fetch;
  readonly #onUnauthorized: () => void;

  /** `onUnauthorized` is called whenever the server does not know this page's session. */
  constructor(fetch: Fetch, onUnauthorized: () => void) {
    this.#fetch = fetch;
    this.#onUnauthorized = onUnauthorized;
  }

  /** Calls a route. @throws ApiError */
  async call<R extends Route>(route: R, options: CallOptions<R>): Promise<AnswerOf<R>> {
    const response = await this.#send(route, options);
    const text = await response.text();
    return (text === "" ? null : JSON.parse(text)) as AnswerOf<R>;
  }

  /** The address of a route, for links and downloads. */
  address<R extends Route>(route: R, options: { readonly params?: object; readonly query?: object }): string {
    const path = route.slice(route.indexOf(" ") + 1).replaceAll(
      /\{(\w+)\}/g,
      (_whole, name: string) =>
        encodeURIComponent(String((options.params as Record<string, unknown> | undefined)?.[name] ?? "")),
    );
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries(options.query ?? {})) {
      if (value !== undefined) query.set(name, String(value));
    }
    const search = query.toString();
    return `${API_BASE}${path}${search === "" ? "" : `?${search}`}`;
  }

  async #send<R extends Route>(route: R, options: CallOptions<R>): Promise<Response> {
    const loose = options as {
      readonly params?: object;
      readonly query?: object;
      readonly body?: unknown;
      readonly match?: { readonly hash: string } | { readonly none: true };
      readonly signal?: AbortSignal;
    };
    const headers: Record<string, string> = { accept: "application/json" };
    if (loose.body !== undefined) headers["content-type"] = "application/json";
    if (loose.match !== undefined) {
      if ("hash" in loose.match) headers["if-match"] = `"${loose.match.hash}"`;
      else headers["if-none-match"] = "*";
    }
    let response: Response;
    try {
      response = await this.#fetch(this.address(route, loose), {
        method: route.slice(0, route.indexOf(" ")),
        headers,
        credentials: "same-origin",
        ...(loose.body === undefined ? {} : { body: JSON.stringify(loose.body) }),
        ...(loose.signal === undefined ? {} : { signal: loose.signal }),
      });
    } catch (cause) {
      if (loose.signal?.aborted === true) throw new ApiError(undefined, "aborted", "Cancelled");
      throw new ApiError(
        undefined,
        "offline",
        "Cannot reach Symphony",
        cause instanceof Error && cause.name === "TypeError"
          ? "It may have been stopped; start it again with: symphony serve"
          : String(cause),
      );
    }
    if (response.ok) return response;
    throw await this.#refusal(response);
  }

  async #refusal(response: Response): Promise<ApiError> {
    const text = await response.text().catch(() => "");
    let problem: ApiProblem | undefined;
    try {
      problem = JSON.parse(text) as ApiProblem;
    } catch {
      problem = undefined;
    }
    if (response.status === 401) this.#onUnauthorized();
    if (typeof problem?.detail !== "string") {
      return new ApiError(undefined, "bug", `The server answered ${response.status} ${response.statusText}`);
    }
    return new ApiError(problem, problem.code, problem.detail, problem.hint);
  }
}
