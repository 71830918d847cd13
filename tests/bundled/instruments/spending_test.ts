import assert from "node:assert/strict";
import fc from "fast-check";
import openai from "../../../extensions/bundled/openai/main.ts";
import { Spending } from "../../../extensions/bundled/instrument/spending.ts";
import type { InstrumentDefinition } from "../../../extensions/sdk/define.ts";
import { ExtensionFailure } from "../../../extensions/sdk/failure.ts";
import { testOperator } from "../../../extensions/sdk/testing.ts";
import { openaiServer } from "../../providers/openai_server.ts";
import type { ProviderServer } from "../../providers/provider_server.ts";

const schema = { type: "object", properties: { word: { type: "string" } }, required: ["word"] };
const definition = openai.contributes[0] as InstrumentDefinition;

function ask(server: ProviderServer, maxUsd: number, input: Readonly<Record<string, unknown>> = {}) {
  const secret = {
    name: "openai",
    hosts: ["127.0.0.1"],
    header: "authorization",
    prefix: "Bearer ",
    value: "sk-test",
  };
  return testOperator(definition, { prompt: "Say hello", schema, ...input }, {
    config: { baseUrl: server.baseUrl },
    secrets: [secret],
    maxUsd,
  });
}

Deno.test("Spending never lets requests cost more than may be spent, whatever the answers and the tokenizer", () => {
  fc.assert(
    fc.property(
      fc.record({ input: fc.integer({ min: 0, max: 50 }), output: fc.integer({ min: 1, max: 200 }) }),
      fc.integer({ min: 0, max: 100_000 }).map((part) => part / 1e6),
      fc.array(fc.tuple(fc.string({ maxLength: 500, unit: "binary" }), fc.nat(100), fc.nat(100)), {
        maxLength: 5,
      }),
      (price, maxUsd, requests) => {
        const spending = new Spending(price, maxUsd);
        for (const [text, sentShare, cameShare] of requests) {
          const limit = spending.tokensFor(text, undefined) as number;
          if (limit === 0) break;
          // A tokenizer that makes up to one token of each byte, and an answer up to the limit.
          const input = Math.floor(new TextEncoder().encode(text).length * sentShare / 100);
          const output = Math.floor(limit * cameShare / 100);
          spending.ended({ input, output, cachedInput: 0, cacheWrite: 0 });
        }
        assert.ok((spending.usd ?? 0) <= maxUsd + 1e-12, `${spending.usd} of ${maxUsd}`);
      },
    ),
    { seed: 11, numRuns: 300 },
  );
});

Deno.test("An instrument asks for no more tokens than may be paid for, and for none where the prompt is too dear", async () => {
  await using server = openaiServer([{ kind: "answer", pieces: ['{"word": "hello"}'] }]);
  await ask(server, 0.01);
  const body: Readonly<Record<string, unknown>> = server.asked[0]?.body ?? {};
  const limit = Number(body["max_tokens"] ?? body["max_completion_tokens"]);
  // 12 dollars for a million tokens out: below 833 by what sending takes.
  assert.ok(limit > 500 && limit < 833, `${limit}`);
  await assert.rejects(
    ask(server, 0.0001),
    (error) => error instanceof ExtensionFailure && error.failureClass === "credit",
  );
  assert.equal(server.asked.length, 1);
  await assert.rejects(
    ask(server, 1, { model: "of-unknown-price" }),
    /the price of "of-unknown-price" is not known/,
  );
});

Deno.test("An instrument that fails says what it cost all the same", async () => {
  await using server = openaiServer([{ kind: "answer", pieces: ["no JSON"] }]);
  const failure = await ask(server, 1).catch((error: unknown) => error);
  assert.ok(failure instanceof ExtensionFailure);
  assert.equal(failure.failureClass, "output");
  // Twice 1000 tokens in at 2 and 200 out at 12 dollars for a million.
  assert.ok(Math.abs((failure.costUsd ?? 0) - 2 * (1000 * 2 + 200 * 12) / 1e6) < 1e-9, `${failure.costUsd}`);
  assert.deepEqual([failure.tokensIn, failure.tokensOut], [2000, 400]);
  await using broken = openaiServer([{ kind: "disconnect", piece: "half an ans" }]);
  const gone = await ask(broken, 1).catch((error: unknown) => error);
  assert.ok(gone instanceof ExtensionFailure);
  assert.ok((gone.costUsd ?? 0) > 0, "what came was paid for");
  assert.equal(gone.tokensOut, "half an ans".length, "at most one token a byte");
});
