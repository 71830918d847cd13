/**
 * OpenAI's chat completions, streamed; the servers of one's own (Ollama, llama.cpp, vLLM, LM Studio) speak the same.
 *
 * @module
 */

import {
  type Behaviour,
  type Protocol,
  ProviderServer,
  type ServerOptions,
  TOKENS_IN,
  TOKENS_OUT,
} from "./provider_server.ts";

const ID = "chatcmpl-1";

const openai: Protocol = {
  path: "/chat/completions",
  credential: (key) => ["authorization", `Bearer ${key}`],
  error: (type, message) => ({ error: { message, type, code: type, param: null } }),
  opening: (model) => chunk(model, { role: "assistant", content: "" }),
  piece: (text, model) => chunk(model, { content: text }),
  ending: (finish, model) => chunk(model, {}, finish) + usage(model),
  refusal: (text, model) => chunk(model, { refusal: text }) + chunk(model, {}, "stop") + usage(model),
  errorEvent: (type, message) => event({ error: { message, type, code: type } }),
};

/** Starts an OpenAI-like server with a script of behaviours. */
export function openaiServer(script: readonly Behaviour[], options?: ServerOptions): ProviderServer {
  return new ProviderServer(openai, script, options);
}

function chunk(model: string, delta: object, finish: string | null = null): string {
  return event({
    id: ID,
    object: "chat.completion.chunk",
    created: 1,
    model,
    choices: [{ index: 0, delta, finish_reason: finish }],
  });
}

function usage(model: string): string {
  const counts = {
    "prompt_tokens": TOKENS_IN,
    "completion_tokens": TOKENS_OUT,
    "total_tokens": TOKENS_IN + TOKENS_OUT,
  };
  const last = { id: ID, object: "chat.completion.chunk", created: 1, model, choices: [], usage: counts };
  return `${event(last)}data: [DONE]\n\n`;
}

function event(data: unknown): string {
  return `data: ${JSON.stringify(data)}\n\n`;
}
