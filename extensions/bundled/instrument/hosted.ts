/**
 * What the instruments of paid services share: whether there is a key that the service takes, and the price.
 *
 * @module
 */

import type { CallContext } from "symphony/sdk";
import { type Price, priceOf } from "./price.ts";
import { listModels } from "./probe.ts";
import { numberSetting } from "./settings.ts";

const PATIENCE_MS = 5_000;

export interface Service {
  /** The list of models, which costs nothing to ask for. */
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** The environment variable that holds the key. */
  readonly variable: string;
  readonly extension: string;
  readonly secret: string;
}

/** Why the service cannot be used now, and what to do about it; undefined where it can. Sends no prompt. */
export async function hostedUnavailable(
  context: CallContext,
  { url, headers, variable, extension, secret }: Service,
): Promise<string | undefined> {
  const probe = await listModels(context, url, PATIENCE_MS, headers);
  if (probe.ok) return undefined;
  if (probe.status === 401 || probe.status === 403) {
    return `No key that the service takes: set ${variable} and grant "secret:${secret}" to ${extension}`;
  }
  // A gateway need not have the list.
  return probe.status === 404 || probe.status === 405 ? undefined : probe.why;
}

/** The price of `model`: what the person set, else the list price, else unknown. */
export function priceFor(
  model: string,
  prices: Readonly<Record<string, Price>>,
  config: Readonly<Record<string, unknown>>,
): Price | undefined {
  const input = numberSetting(config, "priceIn");
  const output = numberSetting(config, "priceOut");
  const listed = priceOf(model, prices);
  if (input === undefined && output === undefined) return listed;
  const setInput = input ?? listed?.input;
  const setOutput = output ?? listed?.output;
  return setInput === undefined || setOutput === undefined
    ? undefined
    : { input: setInput, output: setOutput };
}
