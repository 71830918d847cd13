/**
 * What runs beside a light extension inside its own engine: describes it and performs its calls, in texts. There is no
 * platform here, so nothing may be used but the language.
 *
 * @module
 */

import "./light_platform.ts";
import type { ExtensionDefinition, RunnableDefinition } from "../sdk/define.ts";
import { ExtensionFailure } from "../sdk/failure.ts";
import { createContext } from "../sdk/runtime/context.ts";
import { describe } from "../sdk/runtime/describe.ts";
import { type CallData, failureOf, perform } from "../sdk/runtime/perform.ts";

interface GuestCall extends CallData {
  readonly type: string;
  readonly attempt: number;
  readonly key: string;
}

type Emit = (event: string) => void;

const definitions = new Map<string, RunnableDefinition>();
let config: Readonly<Record<string, unknown>> = {};

// Calls of light extensions are over before a cancellation could be heard.
const signal = {
  aborted: false,
  reason: undefined,
  onabort: null,
  addEventListener: () => {},
  removeEventListener: () => {},
  dispatchEvent: () => true,
  throwIfAborted: () => {},
} as unknown as AbortSignal;

const client = {
  call: (operation: string) =>
    Promise.reject(
      new ExtensionFailure("permission", `A light extension has no capabilities, asked for "${operation}"`),
    ),
};

/** Takes the module's default export; gives its contributions as JSON. */
export function load(definition: ExtensionDefinition, configText: string): string {
  config = JSON.parse(configText);
  const contributions = describe(definition);
  for (const [at, { type }] of contributions.entries()) {
    const one = definition.contributes[at];
    if (one !== undefined && one.kind !== "task") definitions.set(type, one);
  }
  return JSON.stringify(contributions);
}

/** Performs a call; what comes back begins with `r` for a result or `f` for a failure, and goes on as JSON. */
export function call(text: string, emit: Emit): string | Promise<string> {
  const fail = (error: unknown) => `f${JSON.stringify(failureOf(error, signal))}`;
  const give = (value: unknown) => {
    try {
      return `r${JSON.stringify(value)}`;
    } catch (error) {
      return fail(new ExtensionFailure("output", `Not JSON: ${(error as Error).message}`));
    }
  };
  try {
    const given = JSON.parse(text) as GuestCall;
    const definition = definitions.get(given.type);
    if (definition === undefined) {
      return fail(new ExtensionFailure("unavailable", `This extension contributes no "${given.type}"`));
    }
    const context = createContext(client, {
      signal,
      attempt: given.attempt,
      idempotencyKey: given.key,
      config,
      emit: (event) => emit(JSON.stringify(event)),
    });
    const performed = perform(definition, given, context);
    return performed instanceof Promise ? performed.then(give, fail) : give(performed);
  } catch (error) {
    return fail(error);
  }
}
