/**
 * Reads one streamed answer of an AI SDK model to its end.
 *
 * Invariants: (1) text is handed on as it arrives; (2) an answer that broke off, was refused or held an error is a
 * failure, never a short answer.
 *
 * @module
 */

import type { OpenAICompatibleProvider } from "@ai-sdk/openai-compatible";
import { ExtensionFailure } from "symphony/sdk";
import { NO_TOKENS, type Tokens } from "./price.ts";

/** What the provider packages' models have in common (LanguageModelV4 of the AI SDK). */
export type LanguageModel = ReturnType<OpenAICompatibleProvider["languageModel"]>;
export type ModelOptions = Parameters<LanguageModel["doStream"]>[0];
type StreamPart = Awaited<ReturnType<LanguageModel["doStream"]>>["stream"] extends ReadableStream<infer Part>
  ? Part
  : never;

export interface Answer {
  readonly text: string;
  readonly finish: "stop" | "length" | "tool" | "other";
  readonly tokens: Tokens;
  /** As the server names it. */
  readonly model: string;
}

interface Reading {
  text: string;
  model: string;
  end: Extract<StreamPart, { type: "finish" }> | undefined;
}

/**
 * Asks `model` and gives the whole answer; `onText` sees each piece.
 * @throws ExtensionFailure `refusal` | `connection`, and whatever the SDK throws or reports in the stream.
 */
export async function readAnswer(
  model: LanguageModel,
  options: ModelOptions,
  onText: (text: string) => void,
): Promise<Answer> {
  const { stream } = await model.doStream(options);
  const reading: Reading = { text: "", model: model.modelId, end: undefined };
  const reader = stream.getReader();
  try {
    for (let read = await reader.read(); !read.done; read = await reader.read()) {
      take(read.value, reading, onText);
    }
  } finally {
    // After an error the connection would otherwise stay open until the call ends.
    reader.cancel().catch(() => {});
  }
  return ended(reading);
}

function take(part: StreamPart, reading: Reading, onText: (text: string) => void): void {
  switch (part.type) {
    case "text-delta":
      // Some servers open with an empty piece.
      if (part.delta === "") return;
      reading.text += part.delta;
      onText(part.delta);
      return;
    case "response-metadata":
      reading.model = part.modelId ?? reading.model;
      return;
    case "error":
      throw part.error;
    case "finish":
      reading.end = part;
      return;
  }
}

function ended({ text, model, end }: Reading): Answer {
  const reason = end?.finishReason;
  if (
    end === undefined || reason === undefined || reason.unified === "interrupted" ||
    reason.unified === "error"
  ) {
    throw new ExtensionFailure(
      "connection",
      `The answer of "${model}" broke off after ${text.length} characters, before its end was announced`,
    );
  }
  if (reason.unified === "content-filter") {
    const said = text.trim() === "" ? "" : `: ${text.trim().slice(0, 300)}`;
    throw new ExtensionFailure(
      "refusal",
      `"${model}" declined to answer (${reason.raw ?? "filtered"})${said}`,
    );
  }
  return { text, model, finish: finishOf(reason.unified), tokens: tokensOf(end.usage) };
}

function finishOf(unified: string): Answer["finish"] {
  if (unified === "stop" || unified === "length") return unified;
  return unified === "tool-calls" ? "tool" : "other";
}

function tokensOf(usage: Extract<StreamPart, { type: "finish" }>["usage"] | undefined): Tokens {
  if (usage === undefined) return NO_TOKENS;
  return {
    input: usage.inputTokens.total,
    output: usage.outputTokens.total,
    cachedInput: usage.inputTokens.cacheRead ?? 0,
    cacheWrite: usage.inputTokens.cacheWrite ?? 0,
  };
}
