import { type CallContext, defineOperator, ExtensionFailure, Type } from "symphony/sdk";
import { base64, bodyBytes } from "./body_bytes.ts";
import { retryAfterMs } from "./retry_after.ts";

const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"] as const;

const input = Type.Object({
  url: Type.String({
    format: "uri",
    title: "Address",
    description: "http or https; the host must be granted.",
  }),
  method: Type.Optional(Type.Union(METHODS.map((each) => Type.Literal(each)), {
    default: "GET",
    title: "Method",
    description: "What is asked of the server.",
  })),
  headers: Type.Optional(Type.Record(Type.String(), Type.String(), {
    default: {},
    title: "Headers",
    description: "Sent along. Keys belong into a grant, which adds them unseen.",
  })),
  body: Type.Optional(Type.Unknown({
    title: "Body",
    description: "Text is sent as it is, any other value as JSON.",
  })),
  as: Type.Optional(Type.Union([Type.Literal("text"), Type.Literal("json"), Type.Literal("bytes")], {
    default: "text",
    title: "Answer as",
    description: "text; json, which must parse; or bytes, in base64.",
  })),
  maxBytes: Type.Optional(Type.Integer({
    default: 10_485_760,
    minimum: 0,
    title: "At most",
    description: "Bytes of the answer; a larger one is refused.",
  })),
  timeoutMs: Type.Optional(Type.Integer({
    default: 30_000,
    minimum: 1,
    maximum: 3_600_000,
    title: "Time limit",
    description: "Milliseconds until the whole answer must be here.",
  })),
  failOnStatus: Type.Optional(Type.Boolean({
    default: false,
    title: "Fail on error status",
    description: "Fail this node where the status is not 2xx, so that it is tried again by its rules.",
  })),
});

const output = Type.Object({
  status: Type.Integer({ title: "Status", description: "The HTTP status." }),
  ok: Type.Boolean({ title: "OK", description: "True for 2xx." }),
  headers: Type.Record(Type.String(), Type.String(), {
    title: "Headers",
    description: "Of the answer, names in lower case.",
  }),
  text: Type.String({ title: "Text", description: "The body as text; for bytes, in base64." }),
  json: Type.Unknown({ title: "JSON", description: "The parsed body where it was asked for, else null." }),
  sizeBytes: Type.Integer({ title: "Size", description: "Bytes of the body." }),
  url: Type.String({ title: "Address", description: "Where the answer came from, after redirects." }),
});

/** `http/fetch`: one call of an HTTP service. */
export const fetchUrl = defineOperator({
  type: "http/fetch",
  title: "Call HTTP",
  description:
    "Sends one HTTP request to a granted host and gives the answer. An error status is an answer too.",
  effect: "network",
  input,
  output,
  async run(given, context) {
    const url = addressOf(given.url);
    const timeoutMs = given.timeoutMs ?? 30_000;
    const deadline = AbortSignal.timeout(timeoutMs);
    const signal = AbortSignal.any([context.signal, deadline]);
    const as = given.as ?? "text";
    try {
      const response = await context.fetch(url, { ...request(given, url), signal });
      const bytes = await bodyBytes(response, given.maxBytes ?? 10_485_760);
      if (given.failOnStatus === true && !response.ok) throw statusFailure(response, bytes);
      return {
        status: response.status,
        ok: response.ok,
        headers: Object.fromEntries(response.headers),
        ...content(bytes, as, response),
        sizeBytes: bytes.length,
        url: response.url || url,
      };
    } catch (error) {
      throw failureOf(error, url, context, deadline.aborted ? timeoutMs : undefined);
    }
  },
});

function addressOf(text: string): string {
  if (!URL.canParse(text)) throw new ExtensionFailure("input", `Address is no URL: found "${text}"`);
  const url = new URL(text);
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    throw new ExtensionFailure(
      "input",
      `Address must be http or https: found "${url.protocol}" in "${text}"`,
    );
  }
  if (url.username !== "" || url.password !== "") {
    throw new ExtensionFailure(
      "input",
      `Address of ${url.host} holds a password: grant it as a secret instead`,
    );
  }
  return url.href;
}

interface Asked {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

function request(given: Asked, url: string): RequestInit {
  const method = given.method ?? "GET";
  let headers: Headers;
  try {
    headers = new Headers(given.headers ?? {});
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ExtensionFailure("input", `Headers for ${url} cannot be sent: ${reason}`, { cause });
  }
  if (given.body === undefined || given.body === null) return { method, headers };
  if (method === "GET" || method === "HEAD") {
    throw new ExtensionFailure("input", `A ${method} request has no body: use POST for ${url}`);
  }
  if (typeof given.body === "string") return { method, headers, body: given.body };
  if (!headers.has("content-type")) headers.set("content-type", "application/json");
  return { method, headers, body: JSON.stringify(given.body) };
}

function content(bytes: Uint8Array, as: "text" | "json" | "bytes", response: Response) {
  if (as === "bytes") return { text: base64(bytes), json: null };
  const text = decoded(bytes, response);
  if (as === "text" || text === "") return { text, json: null };
  try {
    return { text, json: JSON.parse(text) as unknown };
  } catch (cause) {
    // An error page in HTML is no reason to lose the status.
    if (!response.ok) return { text, json: null };
    throw new ExtensionFailure("output", `Answer of ${response.url} is not JSON: ${text.slice(0, 80)}`, {
      cause,
    });
  }
}

/** In the character set that the server names; UTF-8 where it names none or an unknown one. */
function decoded(bytes: Uint8Array, response: Response): string {
  const named = /charset="?([\w-]+)/i.exec(response.headers.get("content-type") ?? "")?.[1] ?? "utf-8";
  try {
    return new TextDecoder(named).decode(bytes);
  } catch {
    return new TextDecoder().decode(bytes);
  }
}

function statusFailure(response: Response, bytes: Uint8Array): ExtensionFailure {
  const { status } = response;
  const start = new TextDecoder().decode(bytes.subarray(0, 200)).replaceAll(/\s+/g, " ").trim();
  const message = `${response.url} answered ${status} ${response.statusText}: ${start}`.replace(/[: ]+$/, "");
  const waitMs = retryAfterMs(response.headers.get("retry-after"), Date.now());
  if (status === 429 || (status === 503 && waitMs !== undefined)) {
    return new ExtensionFailure("rate-limit", message, waitMs === undefined ? {} : { retryAfterMs: waitMs });
  }
  if (status === 401 || status === 407) return new ExtensionFailure("auth", message);
  if (status === 402) return new ExtensionFailure("credit", message);
  if (status === 403) return new ExtensionFailure("permission", message);
  if (status === 408 || status === 504) return new ExtensionFailure("timeout", message);
  return new ExtensionFailure(status >= 500 ? "connection" : "input", message);
}

/** What the platform throws says little; the class decides whether another try can help. */
function failureOf(
  error: unknown,
  url: string,
  context: CallContext,
  timeoutMs: number | undefined,
): unknown {
  if (error instanceof ExtensionFailure || context.signal.aborted) return error;
  if (timeoutMs !== undefined) {
    return new ExtensionFailure("timeout", `${url} did not answer within ${timeoutMs} ms`, { cause: error });
  }
  const reason = error instanceof Error ? error.message : String(error);
  return new ExtensionFailure("connection", `Cannot reach ${url}: ${reason}`, { cause: error });
}
