/**
 * From what a provider or the network said to one of the failure classes. The providers do not agree on status codes
 * (OpenAI says 429 for an empty account, Anthropic 400), so the words count as well as the number.
 *
 * Errors of the AI SDK are known by their shape: each bundle has its own copy of the classes.
 *
 * @module
 */

import { ExtensionFailure } from "symphony/sdk";
import { retryAfterMs } from "../http/retry_after.ts";

type FailureClass = ExtensionFailure["failureClass"];

/** What is known about a refusal by the server. */
interface Answer {
  readonly status: number | undefined;
  readonly headers: Readonly<Record<string, string>>;
  /** Everything the server said, for looking words up. */
  readonly said: string;
  /** What a person reads. */
  readonly message: string;
}

/** By words, before status: the first that fits. */
const WORDS: readonly (readonly [FailureClass, RegExp])[] = [
  [
    "credit",
    /insufficient_quota|credit balance|billing_error|billing_hard_limit|exceeded your current quota|payment required/i,
  ],
  [
    "context-length",
    /context_length_exceeded|prompt is too long|maximum context length|context (?:window|size|length)|request_too_large|too many tokens in/i,
  ],
  ["refusal", /content_policy|content_filter|content management policy|safety system|invalid_prompt/i],
  ["auth", /invalid_api_key|authentication_error|incorrect api key|invalid x-api-key|permission_error/i],
  ["rate-limit", /rate_limit|overloaded_error|slow_down/i],
  ["timeout", /timeout_error/i],
  ["unavailable", /model_not_found|not_found_error/i],
];

/** Turns whatever a request threw into an ExtensionFailure. `where` names the server; `nowMs` is Unix time. */
export function failureFrom(error: unknown, where: string, nowMs: number): ExtensionFailure {
  for (const link of causes(error)) {
    if (link instanceof ExtensionFailure) return link;
  }
  const answer = answerOf(error);
  if (answer !== undefined) return failureOfAnswer(answer, where, nowMs, error);
  const { name, message } = nameAndMessage(error);
  if (name === "TimeoutError") {
    return new ExtensionFailure("timeout", `${where} did not answer in time`, { cause: error });
  }
  if (name === "AI_JSONParseError" || name === "AI_TypeValidationError" || name === "SyntaxError") {
    return new ExtensionFailure("output", `${where} sent a piece that is not of its protocol: ${message}`, {
      cause: error,
    });
  }
  return new ExtensionFailure("connection", `Cannot talk to ${where}: ${message}`, { cause: error });
}

function failureOfAnswer(
  answer: Answer,
  where: string,
  nowMs: number,
  cause: unknown,
): ExtensionFailure {
  const failureClass = classOf(answer);
  const wait = failureClass === "rate-limit" || failureClass === "connection"
    ? waitOf(answer.headers, nowMs)
    : undefined;
  const status = answer.status === undefined ? "" : ` (${answer.status})`;
  return new ExtensionFailure(failureClass, `${where}${status}: ${answer.message}`, {
    cause,
    ...(wait === undefined ? {} : { retryAfterMs: wait }),
  });
}

function classOf({ status, said }: Answer): FailureClass {
  for (const [failureClass, words] of WORDS) {
    if (words.test(said)) return failureClass;
  }
  if (status === undefined || status < 400) return "connection";
  if (status === 401 || status === 403) return "auth";
  if (status === 402) return "credit";
  if (status === 404) return "unavailable";
  if (status === 408 || status === 504) return "timeout";
  if (status === 413) return "context-length";
  if (status === 429 || status === 529) return "rate-limit";
  return status >= 500 ? "connection" : "input";
}

function waitOf(headers: Readonly<Record<string, string>>, nowMs: number): number | undefined {
  const exact = Number(headers["retry-after-ms"] ?? Number.NaN);
  if (Number.isFinite(exact) && exact >= 0) return retryAfterMs(String(exact / 1_000), nowMs);
  return retryAfterMs(headers["retry-after"] ?? null, nowMs);
}

/** An APICallError with a status, or an error event inside a stream; undefined for anything else. */
function answerOf(error: unknown): Answer | undefined {
  if (typeof error !== "object" || error === null) return undefined;
  const field = (name: string): unknown => (error as Record<string, unknown>)[name];
  const status = typeof field("statusCode") === "number" ? field("statusCode") as number : undefined;
  const body = typeof field("responseBody") === "string" ? field("responseBody") as string : "";
  const message = typeof field("message") === "string" ? field("message") as string : "";
  const isEvent = !(error instanceof Error) && message !== "";
  if (status === undefined && !isEvent) return undefined;
  const headers = field("responseHeaders");
  const code = [field("type"), field("code")].filter((part) => typeof part === "string").join(" ");
  return {
    status,
    headers: typeof headers === "object" && headers !== null ? headers as Record<string, string> : {},
    said: `${message} ${code} ${body.slice(0, 4_000)}`,
    message: tidy(message === "" ? body : message),
  };
}

function* causes(error: unknown): Generator<unknown> {
  let link = error;
  for (let depth = 0; depth < 8 && link instanceof Error; depth++) {
    yield link;
    link = link.cause;
  }
}

function nameAndMessage(error: unknown): { name: string; message: string } {
  if (error instanceof Error) return { name: error.name, message: tidy(error.message) };
  return {
    name: "",
    message: tidy(typeof error === "string" ? error : JSON.stringify(error) ?? String(error)),
  };
}

/** One short line; what looks like a key is cut, since servers echo them. */
function tidy(text: string): string {
  const line = text.replace(/\b(sk|pk|key)-[\w*.-]{4,}/g, "$1-…").replace(/\s+/g, " ").trim().replace(
    /\.$/,
    "",
  );
  return line.length <= 300 ? line : `${line.slice(0, 299)}…`;
}
