/**
 * Anthropic's messages, streamed.
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

/** The finish words of the scripts, in Anthropic's language. */
const STOP: Readonly<Record<string, string>> = { stop: "end_turn", length: "max_tokens" };

const anthropic: Protocol = {
  path: "/messages",
  credential: (key) => ["x-api-key", key],
  error: (type, message) => ({ type: "error", error: { type, message } }),
  opening: (model) =>
    event("message_start", {
      message: {
        id: "msg_1",
        type: "message",
        role: "assistant",
        model,
        content: [],
        stop_reason: null,
        stop_sequence: null,
        usage: { input_tokens: TOKENS_IN, output_tokens: 1 },
      },
    }) + event("content_block_start", { index: 0, content_block: { type: "text", text: "" } }),
  piece: (text) => event("content_block_delta", { index: 0, delta: { type: "text_delta", text } }),
  ending: (finish) => end(STOP[finish] ?? finish),
  refusal: (text) =>
    event("content_block_delta", { index: 0, delta: { type: "text_delta", text } }) + end("refusal"),
  errorEvent: (type, message) => event("error", { error: { type, message } }),
};

/** Starts an Anthropic-like server with a script of behaviours. */
export function anthropicServer(script: readonly Behaviour[], options?: ServerOptions): ProviderServer {
  return new ProviderServer(anthropic, script, options);
}

function end(reason: string): string {
  return event("content_block_stop", { index: 0 }) +
    event("message_delta", {
      delta: { stop_reason: reason, stop_sequence: null },
      usage: { output_tokens: TOKENS_OUT },
    }) + event("message_stop", {});
}

function event(type: string, data: object): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`;
}
