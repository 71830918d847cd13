/**
 * What an answer costs. Prices are list prices; a model that is not in a list has no price, and its cost stays
 * unknown rather than being guessed.
 *
 * @module
 */

/** US dollars for a million tokens. */
export interface Price {
  readonly input: number;
  readonly output: number;
  /** Input that the provider had cached. Without it, cached input counts as input. */
  readonly cachedInput?: number;
  /** Input that the provider wrote into its cache. Without it, counts as input. */
  readonly cacheWrite?: number;
}

/** Tokens of one or more requests; undefined where the provider does not say. */
export interface Tokens {
  readonly input: number | undefined;
  readonly output: number | undefined;
  readonly cachedInput: number;
  readonly cacheWrite: number;
}

export const NO_TOKENS: Tokens = { input: undefined, output: undefined, cachedInput: 0, cacheWrite: 0 };

/** The tokens of two requests together. */
export function addTokens(a: Tokens, b: Tokens): Tokens {
  return {
    input: sum(a.input, b.input),
    output: sum(a.output, b.output),
    cachedInput: a.cachedInput + b.cachedInput,
    cacheWrite: a.cacheWrite + b.cacheWrite,
  };
}

/** US dollars; undefined where the price or the count of tokens is unknown. */
export function costUsd(tokens: Tokens, price: Price | undefined): number | undefined {
  if (price === undefined) return undefined;
  if (price.input === 0 && price.output === 0) return 0;
  if (tokens.input === undefined || tokens.output === undefined) return undefined;
  const plain = Math.max(0, tokens.input - tokens.cachedInput - tokens.cacheWrite);
  const millionths = plain * price.input + tokens.output * price.output +
    tokens.cachedInput * (price.cachedInput ?? price.input) +
    tokens.cacheWrite * (price.cacheWrite ?? price.input);
  return millionths / 1_000_000;
}

/** The price of `model`: its own entry, or that of the name it is a dated version of (`NAME-2026-03-17`, `NAME-20260317`). */
export function priceOf(model: string, prices: Readonly<Record<string, Price>>): Price | undefined {
  const undated = model.replace(/-(?:\d{8}|\d{4}-\d{2}-\d{2})$/, "");
  return Object.hasOwn(prices, model)
    ? prices[model]
    : Object.hasOwn(prices, undated)
    ? prices[undated]
    : undefined;
}

function sum(a: number | undefined, b: number | undefined): number | undefined {
  if (a === undefined) return b;
  return b === undefined ? a : a + b;
}
