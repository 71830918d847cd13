/**
 * Serves a request with an AI SDK model: the one path that every model instrument takes. Where a structure is asked,
 * an answer that does not fit is given back once with what is wrong.
 *
 * The model objects of the provider packages are used directly: the `ai` package pulls in node built-ins, and the
 * core does the retrying.
 *
 * @module
 */

import {
  ExtensionFailure,
  type InstrumentContext,
  type InstrumentReply,
  type InstrumentRequest,
} from "symphony/sdk";
import { failureFrom } from "./failure.ts";
import { addTokens, costUsd, type Price } from "./price.ts";
import { type Answer, type LanguageModel, type ModelOptions, readAnswer } from "./stream.ts";
import { Spending } from "./spending.ts";
import { structureIn } from "./structure.ts";

export interface ModelSetup {
  readonly model: LanguageModel;
  /** Names the server in messages. */
  readonly where: string;
  readonly price: Price | undefined;
  readonly maxTokens: number | undefined;
  readonly providerOptions?: ModelOptions["providerOptions"];
  /** How the schema reaches the model: by the protocol, or also in words for servers that may ignore it. */
  readonly schemaIn: "protocol" | "protocol-and-prompt";
}

type Prompt = ModelOptions["prompt"];
type Schema = Readonly<Record<string, unknown>>;

/**
 * The model's reply to `request`.
 * @throws ExtensionFailure of the class that fits; the signal's reason after a cancellation.
 */
export async function answerWith(
  setup: ModelSetup,
  request: InstrumentRequest,
  context: InstrumentContext,
): Promise<InstrumentReply> {
  if (request.prompt.trim() === "") {
    throw new ExtensionFailure("input", 'Cannot ask a model: "prompt" is empty');
  }
  const spending = new Spending(setup.price, request.maxUsd, request.maxTokensInAll);
  try {
    const ask = (prompt: Prompt) => answerTo(setup, request, context, spending, prompt);
    const prompt = promptOf(setup, request);
    const first = await ask(prompt);
    if (request.schema === undefined) return plainReply(setup, first);
    return await structuredReply(setup, context, request.schema, prompt, first, ask);
  } catch (error) {
    context.signal.throwIfAborted();
    throw withSpent(failureFrom(error, setup.where, Date.now()), spending);
  }
}

/** One answer, no longer than what may be spent allows. */
async function answerTo(
  setup: ModelSetup,
  request: InstrumentRequest,
  context: InstrumentContext,
  spending: Spending,
  prompt: Prompt,
): Promise<Answer> {
  if (request.maxUsd !== undefined && setup.price === undefined) {
    throw new ExtensionFailure(
      "credit",
      `Cannot ask "${setup.model.modelId}" within a budget: the price of "${setup.model.modelId}" is not known`,
    );
  }
  const limit = spending.tokensFor([prompt, request.schema ?? null], request.maxTokens ?? setup.maxTokens);
  if (limit === 0) {
    throw new ExtensionFailure(
      "credit",
      `Cannot ask "${setup.model.modelId}": what is left of ${spending.limitText} for the call does not pay ` +
        "for the prompt and an answer",
    );
  }
  const answer = await readAnswer(setup.model, optionsOf(setup, request, context, prompt, limit), (text) => {
    spending.came(text);
    context.token(text);
  });
  spending.ended(answer.tokens);
  return answer;
}

/** What failed took tokens and money all the same. */
function withSpent(failure: ExtensionFailure, { usd, tokens }: Spending): ExtensionFailure {
  const { failureClass, message, retryAfterMs, cause } = failure;
  return new ExtensionFailure(failureClass, message, {
    cause,
    ...(usd === undefined ? {} : { costUsd: usd }),
    ...(tokens?.input === undefined ? {} : { tokensIn: tokens.input }),
    ...(tokens?.output === undefined ? {} : { tokensOut: tokens.output }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
}

function plainReply(setup: ModelSetup, answer: Answer): InstrumentReply {
  if (answer.text.trim() === "") {
    throw new ExtensionFailure(
      "quality",
      `"${answer.model}" gave an empty answer (finish: ${answer.finish})`,
    );
  }
  return replyOf(setup, answer);
}

async function structuredReply(
  setup: ModelSetup,
  context: InstrumentContext,
  schema: Schema,
  prompt: Prompt,
  first: Answer,
  ask: (prompt: Prompt) => Promise<Answer>,
): Promise<InstrumentReply> {
  const found = structureIn(first.text, schema);
  if (found.ok) return { ...replyOf(setup, first), data: found.data };
  refuseCutOff(first);
  context.log("warn", `"${first.model}": the answer does not fit, asking once more: ${found.problem}`);
  const again = promptAgain(prompt, first.text, found.problem, schema);
  const second = await ask(again);
  const repaired = structureIn(second.text, schema);
  const both = { ...second, tokens: addTokens(first.tokens, second.tokens) };
  if (repaired.ok) return { ...replyOf(setup, both), data: repaired.data };
  refuseCutOff(second);
  throw new ExtensionFailure(
    "output",
    `"${second.model}" did not give the asked structure in two answers: ${repaired.problem}`,
  );
}

/** Asking again cannot help an answer that was too long. */
function refuseCutOff({ finish, model, tokens }: Answer): void {
  if (finish !== "length") return;
  throw new ExtensionFailure(
    "output",
    `"${model}" was cut off after ${
      tokens.output ?? "its limit of"
    } tokens, inside the structure: raise "maxTokens"`,
  );
}

function replyOf(setup: ModelSetup, { text, model, finish, tokens }: Answer): InstrumentReply {
  const cost = costUsd(tokens, setup.price);
  return {
    text,
    model,
    finish,
    ...(tokens.input === undefined ? {} : { tokensIn: tokens.input }),
    ...(tokens.output === undefined ? {} : { tokensOut: tokens.output }),
    ...(cost === undefined ? {} : { costUsd: cost }),
  };
}

function optionsOf(
  setup: ModelSetup,
  { schema, temperature }: InstrumentRequest,
  context: InstrumentContext,
  prompt: Prompt,
  limit: number | undefined,
): ModelOptions {
  return {
    prompt,
    abortSignal: context.signal,
    ...(limit === undefined ? {} : { maxOutputTokens: limit }),
    ...(temperature === undefined ? {} : { temperature }),
    ...(schema === undefined ? {} : { responseFormat: { type: "json", schema, name: "answer" } }),
    ...(setup.providerOptions === undefined ? {} : { providerOptions: setup.providerOptions }),
  };
}

function promptOf(setup: ModelSetup, { system, prompt, schema }: InstrumentRequest): Prompt {
  const inWords = schema !== undefined && setup.schemaIn === "protocol-and-prompt";
  const rules = [system, inWords ? askedStructure(schema) : ""].filter((text) => text !== "").join("\n\n");
  const user: Prompt[number] = { role: "user", content: [{ type: "text", text: prompt }] };
  return rules === "" ? [user] : [{ role: "system", content: rules }, user];
}

function promptAgain(prompt: Prompt, answer: string, problem: string, schema: Schema): Prompt {
  const complaint = `That does not fit: ${problem}. ${askedStructure(schema)}`;
  return [
    ...prompt,
    { role: "assistant", content: [{ type: "text", text: answer.trim() === "" ? "(empty)" : answer }] },
    { role: "user", content: [{ type: "text", text: complaint }] },
  ];
}

function askedStructure(schema: Schema): string {
  return `Answer with one JSON object and nothing else. It must fit this JSON Schema:\n${
    JSON.stringify(schema)
  }`;
}
