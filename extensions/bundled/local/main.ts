/**
 * Models on a server of one's own that speaks OpenAI's protocol, through the AI SDK's model for such servers.
 *
 * @module
 */

import { OpenAICompatibleChatLanguageModel } from "@ai-sdk/openai-compatible";
import { defineExtension, defineInstrument, ExtensionFailure } from "symphony/sdk";
import { answerWith } from "../instrument/answer.ts";
import { numberSetting, textSetting } from "../instrument/settings.ts";
import { findServer } from "./find_server.ts";

const server = defineInstrument({
  type: "local/server",
  title: "Local model",
  description: "A model on a server of your own: Ollama, LM Studio, llama.cpp, vLLM",
  serves: ["*"],
  priceIn: 0,
  priceOut: 0,
  async unavailable(context) {
    const found = await findServer(context);
    return found.ok ? undefined : found.why;
  },
  async run(request, context) {
    const found = await findServer(context);
    if (!found.ok) throw new ExtensionFailure("unavailable", found.why);
    const { baseUrl } = found;
    const modelId = request.model ?? textSetting(context.config, "model", firstThatWrites(found.models));
    const model = new OpenAICompatibleChatLanguageModel(modelId, {
      provider: "local.chat",
      url: ({ path }) => baseUrl + path,
      headers: {},
      fetch: context.fetch,
      includeUsage: true,
      supportsStructuredOutputs: true,
    });
    return await answerWith(
      {
        model,
        where: `Model server ${new URL(baseUrl).host}`,
        price: { input: 0, output: 0 },
        maxTokens: numberSetting(context.config, "maxTokens"),
        schemaIn: "protocol-and-prompt",
      },
      request,
      context,
    );
  },
});

/** The first model that is not only for embeddings, which servers list among the others. */
function firstThatWrites(models: readonly string[]): string {
  return models.find((model) => !/embed|rerank/i.test(model)) ?? models[0] ?? "";
}

export default defineExtension({ contributes: [server] });
