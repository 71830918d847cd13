/**
 * An instrument of known worth: a real HTTP server that speaks OpenAI's protocol and answers well with a known
 * probability, and the extension that asks it through the same code as the bundled ones.
 *
 * @module
 */

import { OpenAICompatibleChatLanguageModel } from "@ai-sdk/openai-compatible";
import { SeededRandom } from "../../../conductor/random.ts";
import { answerWith } from "../../../extensions/bundled/instrument/answer.ts";
import { defineExtension, defineInstrument } from "../../../extensions/sdk/mod.ts";

export interface InstrumentBehaviour {
  readonly name: string;
  /** Probability of a good answer. */
  readonly good: number;
  /** US dollars for a million tokens. */
  readonly priceIn: number;
  readonly priceOut: number;
  readonly seed: number;
}

export const TOKENS_IN = 1000;
export const TOKENS_OUT = 200;

const SUMMARY = JSON.stringify({ summary: "It does what it says, for those who ask it." });
/** Fits the schema, and can be seen to say nothing. */
const NO_SUMMARY = JSON.stringify({ summary: "" });
const GOOD = JSON.stringify({
  findings: [{ severity: "medium", line: 5, title: "Deep nesting", detail: "Five levels hide the exit." }],
  summary: "One function does too much.",
});
/** Fits the schema, and can be seen to be bad: no line, no summary. */
const BAD = JSON.stringify({
  findings: [{ severity: "high", title: "Something is wrong", detail: "It is wrong." }],
  summary: "",
});

export class ScriptedInstrument implements AsyncDisposable {
  readonly behaviour: InstrumentBehaviour;
  /** While true every request is answered with status 500. */
  isDown = false;
  /** Requests so far. */
  asked = 0;
  readonly #random: SeededRandom;
  readonly #server: Deno.HttpServer<Deno.NetAddr>;

  constructor(behaviour: InstrumentBehaviour) {
    this.behaviour = behaviour;
    this.#random = new SeededRandom(behaviour.seed);
    const options = { hostname: "127.0.0.1", port: 0, onListen: () => {} };
    this.#server = Deno.serve(options, (request) => this.#answer(request));
  }

  /** The node type that it has in a workflow. */
  get type(): string {
    return `scripted/${this.behaviour.name}`;
  }

  /** US dollars of one call. */
  get usd(): number {
    const { priceIn, priceOut } = this.behaviour;
    return (priceIn * TOKENS_IN + priceOut * TOKENS_OUT) / 1e6;
  }

  /** The extension that contributes it. */
  get extension() {
    const { name, priceIn, priceOut } = this.behaviour;
    const baseUrl = `http://127.0.0.1:${this.#server.addr.port}/v1`;
    const instrument = defineInstrument({
      type: this.type,
      title: name,
      description: `Answers well in ${this.behaviour.good * 100} % of calls`,
      serves: ["*"],
      priceIn,
      priceOut,
      run: (request, context) =>
        answerWith(
          {
            model: new OpenAICompatibleChatLanguageModel(name, {
              provider: "scripted.chat",
              url: ({ path }) => baseUrl + path,
              headers: {},
              fetch: context.fetch,
              includeUsage: true,
              supportsStructuredOutputs: true,
            }),
            where: name,
            price: { input: priceIn, output: priceOut },
            maxTokens: undefined,
            schemaIn: "protocol",
          },
          request,
          context,
        ),
    });
    return defineExtension({ contributes: [instrument] });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }

  async #answer(request: Request): Promise<Response> {
    const asked = await request.text();
    this.asked++;
    if (this.isDown) {
      return Response.json({ error: { message: "the server is on fire", type: "server_error" } }, {
        status: 500,
      });
    }
    const isGood = this.#random.next() < this.behaviour.good;
    const isReview = asked.includes("findings");
    const text = isReview ? (isGood ? GOOD : BAD) : isGood ? SUMMARY : NO_SUMMARY;
    const model = this.behaviour.name;
    const usage = {
      "prompt_tokens": TOKENS_IN,
      "completion_tokens": TOKENS_OUT,
      "total_tokens": TOKENS_IN + TOKENS_OUT,
    };
    const body = [
      chunk({
        model,
        choices: [{ index: 0, delta: { role: "assistant", content: text }, "finish_reason": null }],
      }),
      chunk({ model, choices: [{ index: 0, delta: {}, "finish_reason": "stop" }] }),
      chunk({ model, choices: [], usage }),
      "data: [DONE]\n\n",
    ].join("");
    return new Response(body, { headers: { "content-type": "text/event-stream" } });
  }
}

function chunk(fields: object): string {
  return `data: ${JSON.stringify({ id: "c", object: "chat.completion.chunk", created: 1, ...fields })}\n\n`;
}
