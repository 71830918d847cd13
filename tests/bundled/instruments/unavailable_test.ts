import assert from "node:assert/strict";
import anthropic from "../../../extensions/bundled/anthropic/main.ts";
import { findServer, USUAL } from "../../../extensions/bundled/local/find_server.ts";
import local from "../../../extensions/bundled/local/main.ts";
import openai from "../../../extensions/bundled/openai/main.ts";
import type { CallContext } from "../../../extensions/sdk/context.ts";
import type { InstrumentDefinition } from "../../../extensions/sdk/define.ts";
import { testOperator, type TestOptions } from "../../../extensions/sdk/testing.ts";
import { anthropicServer } from "../../providers/anthropic_server.ts";
import { openaiServer } from "../../providers/openai_server.ts";

const YES = [{ kind: "answer", pieces: ["yes"] }] as const;
const KEY = "sk-test-4711";

/** Runs `look` with a context as a call has it. */
async function withContext<T>(look: (context: CallContext) => Promise<T>, options: TestOptions): Promise<T> {
  const seen: T[] = [];
  const probe: InstrumentDefinition = {
    ...(local.contributes[0] as InstrumentDefinition),
    async run(_request, context) {
      seen.push(await look(context));
      return { text: "", model: "", finish: "stop" };
    },
  };
  await testOperator(probe, {}, options);
  return seen[0] as T;
}

function unavailable(definition: unknown, options: TestOptions): Promise<string | undefined> {
  const { unavailable: ask } = definition as InstrumentDefinition;
  return withContext(async (context) => await ask?.(context), options);
}

Deno.test("openai/gpt is available with a key that the server takes, and asks no model for that", async () => {
  await using server = openaiServer(YES, { key: KEY });
  const secrets = [{
    name: "openai",
    hosts: ["127.0.0.1"],
    header: "authorization",
    prefix: "Bearer ",
    value: KEY,
  }];
  assert.equal(
    await unavailable(openai.contributes[0], { config: { baseUrl: server.baseUrl }, secrets }),
    undefined,
  );
  assert.equal(server.asked.length, 0);
});

Deno.test("openai/gpt names the variable and the grant when there is no key", async () => {
  await using server = openaiServer(YES, { key: KEY });
  const why = await unavailable(openai.contributes[0], { config: { baseUrl: server.baseUrl } });
  assert.equal(
    why,
    'No key that the service takes: set OPENAI_API_KEY and grant "secret:openai" to symphony/openai',
  );
});

Deno.test("anthropic/claude names the variable and the grant when there is no key", async () => {
  await using server = anthropicServer(YES, { key: KEY });
  const why = await unavailable(anthropic.contributes[0], { config: { baseUrl: server.baseUrl } });
  assert.match(why ?? "", /ANTHROPIC_API_KEY.*"secret:anthropic"/);
});

Deno.test("openai/gpt is unavailable, with the reason, where its host is not granted", async () => {
  await using server = openaiServer(YES);
  const why = await unavailable(openai.contributes[0], { config: { baseUrl: server.baseUrl }, hosts: [] });
  assert.match(why ?? "", /127\.0\.0\.1/);
  assert.equal(server.received.length, 0);
});

Deno.test("local/server is unavailable with what to do where nothing listens at the set address", async () => {
  const server = openaiServer(YES);
  await server[Symbol.asyncDispose]();
  const why = await unavailable(local.contributes[0], { config: { baseUrl: server.baseUrl } });
  assert.match(why ?? "", /^No model server at http:.*start it, or correct "baseUrl"$/);
});

Deno.test("local/server is unavailable where the server has no model and none is set", async () => {
  await using server = openaiServer(YES, { models: [] });
  const config = { baseUrl: server.baseUrl };
  assert.match(await unavailable(local.contributes[0], { config }) ?? "", /lists no model: load one/);
  assert.equal(await unavailable(local.contributes[0], { config: { ...config, model: "mine" } }), undefined);
});

Deno.test("local/server takes the first model that is not for embeddings", async () => {
  await using server = openaiServer(YES, {
    models: ["nomic-embed-text", "bge-reranker", "qwen3:4b", "other"],
  });
  await testOperator(local.contributes[0] as InstrumentDefinition, { prompt: "Hi" }, {
    config: { baseUrl: server.baseUrl },
  });
  assert.equal(server.asked[0]?.body["model"], "qwen3:4b");
});

Deno.test("findServer() takes the first usual place that lists a model, passing by other programs", async () => {
  await using stranger = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    () => Response.json({ hello: "I am no model server" }),
  );
  await using server = openaiServer(YES, { models: ["m"] });
  const places = [["Other", `http://127.0.0.1:${stranger.addr.port}/v1`], ["Mine", server.baseUrl]] as const;
  const found = await withContext((context) => findServer(context, places), {});
  assert.deepEqual(found, { ok: true, baseUrl: server.baseUrl, models: ["m"] });
});

Deno.test("findServer() says every place that it tried and how to start a server", async () => {
  const found = await withContext((context) => findServer(context, USUAL), { hosts: [] });
  assert.ok(!found.ok);
  for (const [name, url] of USUAL) assert.ok(found.why.includes(`${name} ${new URL(url).host}`), found.why);
  assert.match(found.why, /ollama serve/);
});
