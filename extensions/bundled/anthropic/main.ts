/**
 * Claude models, through the AI SDK's model for Anthropic's messages.
 *
 * @module
 */

import { AnthropicLanguageModel } from "@ai-sdk/anthropic/internal";
import { defineExtension, defineInstrument } from "symphony/sdk";
import { answerWith } from "../instrument/answer.ts";
import { hostedUnavailable, priceFor } from "../instrument/hosted.ts";
import { addressSetting, numberSetting, textSetting } from "../instrument/settings.ts";
import { PRICES } from "./prices.ts";

const BASE_URL = "https://api.anthropic.com/v1";
const MODEL = "claude-sonnet-5-5";
const HEADERS = { "anthropic-version": "2023-06-01" };

const claude = defineInstrument({
  type: "anthropic/claude",
  title: "Claude",
  description: "A Claude model by Anthropic",
  serves: ["*"],
  priceIn: PRICES[MODEL].input,
  priceOut: PRICES[MODEL].output,
  unavailable: (context) =>
    hostedUnavailable(context, {
      url: `${addressSetting(context.config, "baseUrl", BASE_URL)}/models`,
      headers: HEADERS,
      variable: "ANTHROPIC_API_KEY",
      extension: "symphony/anthropic",
      secret: "anthropic",
    }),
  run(request, context) {
    const { config } = context;
    const modelId = request.model ?? textSetting(config, "model", MODEL);
    const model = new AnthropicLanguageModel(modelId, {
      provider: "anthropic.messages",
      baseURL: addressSetting(config, "baseUrl", BASE_URL),
      headers: HEADERS,
      fetch: context.fetch,
    });
    return answerWith(
      {
        model,
        where: "Anthropic",
        price: priceFor(modelId, PRICES, config),
        maxTokens: numberSetting(config, "maxTokens"),
        schemaIn: "protocol",
      },
      request,
      context,
    );
  },
});

export default defineExtension({ contributes: [claude] });
