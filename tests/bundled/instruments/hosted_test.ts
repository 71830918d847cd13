import assert from "node:assert/strict";
import anthropic from "../../../extensions/bundled/anthropic/main.ts";
import openai from "../../../extensions/bundled/openai/main.ts";
import local from "../../../extensions/bundled/local/main.ts";
import type { InstrumentDefinition } from "../../../extensions/sdk/define.ts";
import { ExtensionFailure } from "../../../extensions/sdk/failure.ts";
import { testOperator, type TestOptions, type TestOutcome } from "../../../extensions/sdk/testing.ts";
import { anthropicServer } from "../../providers/anthropic_server.ts";
import { openaiServer } from "../../providers/openai_server.ts";
import {
  type Behaviour,
  type ProviderServer,
  type ServerOptions,
  TOKENS_IN,
  TOKENS_OUT,
} from "../../providers/provider_server.ts";

const KEY = "sk-test-4711-do-not-show";

interface Subject {
  readonly definition: InstrumentDefinition;
  readonly start: (script: readonly Behaviour[], options?: ServerOptions) => ProviderServer;
  readonly secret:
    | { name: string; hosts: string[]; header: string; prefix: string; value: string }
    | undefined;
  readonly model: string;
  /** US dollars for a million tokens. */
  readonly price: readonly [number, number];
}

const SUBJECTS: readonly Subject[] = [
  {
    definition: openai.contributes[0] as InstrumentDefinition,
    start: openaiServer,
    secret: { name: "openai", hosts: ["127.0.0.1"], header: "authorization", prefix: "Bearer ", value: KEY },
    model: "gpt-5.6-terra",
    price: [2, 12],
  },
  {
    definition: anthropic.contributes[0] as InstrumentDefinition,
    start: anthropicServer,
    secret: { name: "anthropic", hosts: ["127.0.0.1"], header: "x-api-key", prefix: "", value: KEY },
    model: "claude-sonnet-5-5",
    price: [2, 10],
  },
  {
    definition: local.contributes[0] as InstrumentDefinition,
    start: (script, options) => openaiServer(script, { models: ["small-model"], ...options }),
    secret: undefined,
    model: "small-model",
    price: [0, 0],
  },
];

const SCHEMA = {
  type: "object",
  properties: { word: { type: "string" }, count: { type: "integer" } },
  required: ["word", "count"],
};

function ask(
  { definition, secret }: Subject,
  server: ProviderServer,
  input: Readonly<Record<string, unknown>> = {},
  options: TestOptions = {},
): Promise<TestOutcome<{ text: string; model: string; finish: string; data?: unknown }>> {
  return testOperator(definition, { prompt: "Say hello", ...input }, {
    config: { baseUrl: server.baseUrl },
    ...(secret === undefined ? {} : { secrets: [secret] }),
    ...options,
  });
}

async function failureOf(promise: Promise<unknown>): Promise<ExtensionFailure> {
  const error = await promise.then(() => undefined, (reason: unknown) => reason);
  assert.ok(error instanceof ExtensionFailure, `expected an ExtensionFailure, found ${error}`);
  return error;
}

for (const subject of SUBJECTS) {
  const { type } = subject.definition;

  Deno.test(`${type} streams each piece, and gives text, usage, cost and finish`, async () => {
    await using server = subject.start([{ kind: "answer", pieces: ["Hel", "lo ", "wörld 🎼"] }]);
    const { output, usage, events } = await ask(subject, server);
    assert.deepEqual(output, { text: "Hello wörld 🎼", model: subject.model, finish: "stop" });
    const pieces = events.flatMap((event) => event.kind === "token" ? [event.text] : []);
    assert.deepEqual(pieces, ["Hel", "lo ", "wörld 🎼"]);
    const [input, out] = subject.price;
    assert.deepEqual(usage, {
      finish: "stop",
      model: subject.model,
      tokensIn: TOKENS_IN,
      tokensOut: TOKENS_OUT,
      costUsd: (TOKENS_IN * input + TOKENS_OUT * out) / 1_000_000,
    });
  });

  Deno.test(`${type} takes model, limits and system text from the request`, async () => {
    await using server = subject.start([{ kind: "answer", pieces: ["yes"] }]);
    await ask(subject, server, { system: "Be brief", model: "other-model", maxTokens: 77 });
    const { body, text } = server.asked[0] as ProviderServer["asked"][number];
    assert.equal(body["model"], "other-model");
    assert.equal(body["stream"], true);
    assert.ok(text.includes("Be brief") && text.includes("Say hello"));
    assert.equal(body["max_tokens"] ?? body["max_completion_tokens"], 77);
  });

  Deno.test(`${type} gives no cost for a model whose price is unknown, unless it costs nothing`, async () => {
    await using server = subject.start([{ kind: "answer", pieces: ["yes"] }]);
    const { usage } = await ask(subject, server, { model: "never-heard-of" });
    assert.equal(usage?.["costUsd"], subject.price[0] === 0 ? 0 : undefined);
  });

  Deno.test(`${type} says "length" for an answer that was cut off`, async () => {
    await using server = subject.start([{ kind: "answer", pieces: ["and then"], finish: "length" }]);
    assert.equal((await ask(subject, server)).output.finish, "length");
  });

  Deno.test(`${type} refuses an empty prompt without asking anybody`, async () => {
    await using server = subject.start([{ kind: "answer", pieces: ["yes"] }]);
    const failure = await failureOf(ask(subject, server, { prompt: "  " }));
    assert.equal(failure.failureClass, "input");
    assert.equal(server.asked.length, 0);
  });

  const failing: readonly (readonly [name: string, behaviour: Behaviour, failureClass: string])[] = [
    ["a status 500", { kind: "error", status: 500, type: "server_error", message: "boom" }, "connection"],
    ["a proxy's page", { kind: "proxy-page", status: 502 }, "connection"],
    ["a wrong key", { kind: "error", status: 401, type: "invalid_api_key", message: "wrong key" }, "auth"],
    ["status 402", { kind: "error", status: 402, type: "payment", message: "pay first" }, "credit"],
    [
      "an account without quota, said with status 429",
      { kind: "error", status: 429, type: "insufficient_quota", message: "You exceeded your current quota" },
      "credit",
    ],
    [
      "an empty balance, said with status 400",
      {
        kind: "error",
        status: 400,
        type: "invalid_request_error",
        message: "Your credit balance is too low",
      },
      "credit",
    ],
    [
      "too long a prompt",
      {
        kind: "error",
        status: 400,
        type: "invalid_request_error",
        message: "prompt is too long: 210000 tokens",
      },
      "context-length",
    ],
    [
      "too long a prompt, said by code",
      { kind: "error", status: 400, type: "context_length_exceeded", message: "too much" },
      "context-length",
    ],
    [
      "another bad request",
      { kind: "error", status: 400, type: "invalid", message: "no such field" },
      "input",
    ],
    [
      "an unknown model",
      { kind: "error", status: 404, type: "not_found_error", message: "no model x" },
      "unavailable",
    ],
    [
      "an overloaded server",
      { kind: "error", status: 529, type: "overloaded_error", message: "busy" },
      "rate-limit",
    ],
    ["a refusal", { kind: "refusal", text: "I cannot help with that" }, "refusal"],
    ["a broken connection", { kind: "disconnect", piece: "half an ans" }, "connection"],
    ["a stream that ends too early", { kind: "ends-early", piece: "half an ans" }, "connection"],
    ["a piece that is no JSON", { kind: "malformed", piece: "half an ans" }, "output"],
    [
      "an error in the stream",
      { kind: "error-in-stream", piece: "half", type: "overloaded_error", message: "Overloaded" },
      "rate-limit",
    ],
    ["an empty answer", { kind: "answer", pieces: [] }, "quality"],
  ];
  for (const [name, behaviour, failureClass] of failing) {
    Deno.test(`${type} fails with class ${failureClass} after ${name}`, async () => {
      await using server = subject.start([behaviour]);
      const failure = await failureOf(ask(subject, server));
      assert.equal(failure.failureClass, failureClass, failure.message);
      assert.match(failure.message, /^[A-Z"]/);
      assert.doesNotMatch(failure.message, /\.$/);
      assert.ok(failure.message.length < 500);
    });
  }

  Deno.test(`${type} passes on Retry-After in seconds`, async () => {
    const headers = { "retry-after": "7" };
    const limit = {
      kind: "error",
      status: 429,
      type: "rate_limit_error",
      message: "slow down",
      headers,
    } as const;
    await using server = subject.start([limit]);
    const failure = await failureOf(ask(subject, server));
    assert.equal(failure.failureClass, "rate-limit");
    assert.equal(failure.retryAfterMs, 7_000);
  });

  Deno.test(`${type} passes on Retry-After as a date`, async () => {
    const headers = { "retry-after": new Date(Date.now() + 60_000).toUTCString() };
    await using server = subject.start([{
      kind: "error",
      status: 429,
      type: "x",
      message: "later",
      headers,
    }]);
    const wait = (await failureOf(ask(subject, server))).retryAfterMs;
    assert.ok(wait !== undefined && wait > 30_000 && wait <= 60_000, `${wait}`);
  });

  Deno.test(`${type} does not ask again by itself: retrying is the core's`, async () => {
    await using server = subject.start([{ kind: "error", status: 503, type: "x", message: "down" }]);
    await failureOf(ask(subject, server));
    assert.equal(server.asked.length, 1);
  });

  Deno.test(`${type} stops the server's stream when the call is cancelled`, async () => {
    await using server = subject.start([{ kind: "hangs", piece: "I was about to" }]);
    const stop = new AbortController();
    const pending = ask(subject, server, {}, { signal: stop.signal });
    const ended = assert.rejects(pending, (error) => error === stop.signal.reason);
    while (server.asked.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    stop.abort();
    await ended;
    await server.left;
  });

  Deno.test(`${type} gives the structure that was asked for`, async () => {
    await using server = subject.start([{ kind: "answer", pieces: ['{"word":"a",', '"count":2}'] }]);
    const { output } = await ask(subject, server, { schema: SCHEMA });
    assert.deepEqual(output.data, { word: "a", count: 2 });
    assert.ok((server.asked[0]?.text ?? "").includes('"count"'), "the schema reaches the server");
  });

  Deno.test(`${type} tells the model once what does not fit, and adds both requests up`, async () => {
    await using server = subject.start([
      { kind: "answer", pieces: ['Sure: {"word":"a"}'] },
      { kind: "answer", pieces: ['```json\n{"word":"a","count":2,}\n```'] },
    ]);
    const { output, usage } = await ask(subject, server, { schema: SCHEMA });
    assert.deepEqual(output.data, { word: "a", count: 2 });
    assert.equal(usage?.["tokensIn"], 2 * TOKENS_IN);
    assert.equal(usage?.["tokensOut"], 2 * TOKENS_OUT);
    assert.match(server.asked[1]?.text ?? "", /does not fit: .*count/);
  });

  Deno.test(`${type} fails with class output when the second answer does not fit either`, async () => {
    await using server = subject.start([{ kind: "answer", pieces: ["I would rather write prose"] }]);
    const failure = await failureOf(ask(subject, server, { schema: SCHEMA }));
    assert.equal(failure.failureClass, "output");
    assert.equal(server.asked.length, 2);
  });

  Deno.test(`${type} does not ask again for a structure that was cut off`, async () => {
    await using server = subject.start([{ kind: "answer", pieces: ['{"word":"a'], finish: "length" }]);
    const failure = await failureOf(ask(subject, server, { schema: SCHEMA }));
    assert.equal(failure.failureClass, "output");
    assert.match(failure.message, /maxTokens/);
    assert.equal(server.asked.length, 1);
  });

  Deno.test(`${type} fails with class connection where nobody listens`, async () => {
    const server = subject.start([{ kind: "answer", pieces: ["yes"] }]);
    await server[Symbol.asyncDispose]();
    const failure = await failureOf(ask(subject, server));
    assert.equal(failure.failureClass, subject.secret === undefined ? "unavailable" : "connection");
  });

  Deno.test(`${type} names a setting of the wrong type`, async () => {
    await using server = subject.start([{ kind: "answer", pieces: ["yes"] }]);
    const config = { baseUrl: server.baseUrl, maxTokens: "many" };
    const failure = await failureOf(ask(subject, server, {}, { config }));
    assert.equal(failure.failureClass, "input");
    assert.match(failure.message, /"maxTokens".*"many"/);
  });
}

for (const subject of SUBJECTS.filter(({ secret }) => secret !== undefined)) {
  const { type } = subject.definition;

  Deno.test(`${type} gets in with the key that the core adds, and the key stands in one header only`, async () => {
    await using server = subject.start([{ kind: "answer", pieces: ["yes"] }], { key: KEY });
    const { output, events, usage } = await ask(subject, server);
    assert.ok(!JSON.stringify({ output, events, usage }).includes(KEY));
    const { headers, text } = server.asked[0] as ProviderServer["asked"][number];
    const holding = [...headers].filter(([, value]) => value.includes(KEY)).map(([name]) => name);
    assert.deepEqual(holding, [subject.secret?.header]);
    assert.ok(!text.includes(KEY));
  });

  Deno.test(`${type} fails with class auth without a key, and repeats no key that the server echoes`, async () => {
    await using server = subject.start([{ kind: "answer", pieces: ["yes"] }], { key: KEY });
    const failure = await failureOf(ask(subject, server, {}, { secrets: [] }));
    assert.equal(failure.failureClass, "auth");
    assert.doesNotMatch(failure.message, /12345678/);
  });

  Deno.test(`${type} uses the prices that the person set`, async () => {
    await using server = subject.start([{ kind: "answer", pieces: ["yes"] }]);
    const config = { baseUrl: server.baseUrl, model: "house-model", priceIn: 1, priceOut: 5 };
    const { usage } = await ask(subject, server, {}, { config });
    assert.equal(usage?.["costUsd"], (TOKENS_IN * 1 + TOKENS_OUT * 5) / 1_000_000);
  });
}
