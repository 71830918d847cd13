/**
 * GPT models, through the AI SDK's model for OpenAI's chat completions. That protocol rather than the responses API:
 * gateways speak it too, and nothing is kept on the server between calls.
 *
 * @module
 */

import { OpenAIChatLanguageModel } from "@ai-sdk/openai/internal";
import { defineExtension, defineInstrument } from "symphony/sdk";
import { answerWith } from "../instrument/answer.ts";
import { hostedUnavailable, priceFor } from "../instrument/hosted.ts";
import { addressSetting, numberSetting, textSetting } from "../instrument/settings.ts";
import { PRICES } from "./prices.ts";

const BASE_URL = "https://api.openai.com/v1";
const MODEL = "gpt-5.6-terra";

const gpt = defineInstrument({
  type: "openai/gpt",
  title: "GPT",
  description: "A GPT model by OpenAI",
  serves: ["*"],
  priceIn: PRICES[MODEL].input,
  priceOut: PRICES[MODEL].output,
  unavailable: (context) =>
    hostedUnavailable(context, {
      url: `${addressSetting(context.config, "baseUrl", BASE_URL)}/models`,
      variable: "OPENAI_API_KEY",
      extension: "symphony/openai",
      secret: "openai",
    }),
  run(request, context) {
    const { config } = context;
    const baseUrl = addressSetting(config, "baseUrl", BASE_URL);
    const modelId = request.model ?? textSetting(config, "model", MODEL);
    const model = new OpenAIChatLanguageModel(modelId, {
      provider: "openai.chat",
      url: ({ path }) => baseUrl + path,
      headers: {},
      fetch: context.fetch,
    });
    return answerWith(
      {
        model,
        where: "OpenAI",
        price: priceFor(modelId, PRICES, config),
        maxTokens: numberSetting(config, "maxTokens"),
        schemaIn: "protocol",
        // Strict mode forbids optional properties, which tasks have; the answer is checked here anyway.
        providerOptions: { openai: { strictJsonSchema: false, store: false } },
      },
      request,
      context,
    );
  },
});

export default defineExtension({ contributes: [gpt] });
