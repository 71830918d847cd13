/**
 * Runs one definition for one call: builds what the handler takes, and turns whatever it throws into a plain failure.
 *
 * @module
 */

import type { InstrumentContext, InstrumentReply, InstrumentRequest } from "../context.ts";
import type { InstrumentDefinition, RunnableDefinition } from "../define.ts";
import { ExtensionFailure } from "../failure.ts";

/** What the core sends for one call. */
export interface CallData {
  readonly input: Readonly<Record<string, unknown>>;
  readonly task?: {
    readonly name: string;
    readonly system: string;
    readonly prompt: string;
    readonly output: unknown;
  };
  readonly maxUsd?: number;
  readonly maxTokensInAll?: number;
}

export interface Performed {
  readonly output: Readonly<Record<string, unknown>>;
  readonly usage?: Readonly<Record<string, unknown>>;
}

export interface PlainFailure {
  readonly class: string;
  readonly message: string;
  readonly retryAfterMs?: number;
  readonly tokensIn?: number;
  readonly tokensOut?: number;
  readonly costUsd?: number;
  readonly detail?: string;
}

/** Calls the handler. Throws what it throws. */
export function perform(
  definition: RunnableDefinition,
  call: CallData,
  context: InstrumentContext,
): Performed | Promise<Performed> {
  if (definition.kind === "instrument") return performInstrument(definition, call, context);
  const output = definition.run(call.input as never, context) as unknown;
  if (output instanceof Promise) return output.then((value) => ({ output: asObject(value) }));
  return { output: asObject(output) };
}

async function performInstrument(
  definition: InstrumentDefinition,
  call: CallData,
  context: InstrumentContext,
): Promise<Performed> {
  const reply = await definition.run(requestOf(call), context);
  return { output: outputOf(reply, call), usage: usageOf(reply) };
}

function requestOf(call: CallData): InstrumentRequest {
  const { input, task, maxUsd, maxTokensInAll } = call;
  const text = (name: string) => typeof input[name] === "string" ? input[name] as string : undefined;
  const number = (name: string) => typeof input[name] === "number" ? input[name] as number : undefined;
  const schema = task === undefined ? input["schema"] : task.output;
  return {
    system: task?.system ?? text("system") ?? "",
    prompt: task?.prompt ?? text("prompt") ?? "",
    task: task === undefined ? text("task") : task.name.replace(/^instrument\//, ""),
    input,
    schema: typeof schema === "object" && schema !== null ? schema as Record<string, unknown> : undefined,
    model: text("model"),
    maxTokens: number("maxTokens"),
    temperature: number("temperature"),
    maxUsd,
    maxTokensInAll,
  };
}

/** For a task the structured answer is the output; by its own name an instrument gives text and data. */
function outputOf(reply: InstrumentReply, call: CallData): Readonly<Record<string, unknown>> {
  const { text, data, model, finish } = reply;
  if (call.task === undefined) return { text, model, finish, ...(data === undefined ? {} : { data }) };
  return data ?? { text };
}

function usageOf(reply: InstrumentReply): Readonly<Record<string, unknown>> {
  const { finish, model } = reply;
  return {
    finish,
    model,
    ...spentOf(reply),
  };
}

/** The parts that are known. */
function spentOf(
  { tokensIn, tokensOut, costUsd }: Partial<Pick<ExtensionFailure, "tokensIn" | "tokensOut" | "costUsd">>,
) {
  return {
    ...(tokensIn === undefined ? {} : { tokensIn }),
    ...(tokensOut === undefined ? {} : { tokensOut }),
    ...(costUsd === undefined ? {} : { costUsd }),
  };
}

function asObject(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    return value as Record<string, unknown>;
  }
  const found = value === null ? "null" : Array.isArray(value) ? "a list" : typeof value;
  throw new ExtensionFailure("output", `The handler must give an object of its output ports, found ${found}`);
}

/** Anything thrown, as data. An abort after `signal` fired is a cancellation. */
export function failureOf(error: unknown, signal: AbortSignal): PlainFailure {
  if (signal.aborted) return { class: "cancelled", message: "The call was cancelled" };
  if (isExtensionFailure(error)) {
    const { failureClass, message, retryAfterMs } = error;
    return {
      class: failureClass,
      message,
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
      ...spentOf(error),
    };
  }
  if (!(error instanceof Error)) return { class: "thrown", message: shortened(String(error)).slice(0, 2000) };
  const message = error.message === "" ? error.name : error.message;
  const detail = shortened(error.stack ?? "").slice(0, 4000);
  return { class: "thrown", message: shortened(message).slice(0, 2000), detail };
}

/** Without the module's address, which is its whole text in base64, cut in the middle where it is long. */
export function shortened(text: string): string {
  return text.replace(/data:text\/javascript;base64,[A-Za-z0-9+/=.]*/g, "bundle.js");
}

/** By shape, not by class: a bundle carries its own copy of the SDK. */
function isExtensionFailure(error: unknown): error is ExtensionFailure {
  return error instanceof Error && error.name === "ExtensionFailure" && "failureClass" in error &&
    typeof error.failureClass === "string";
}
