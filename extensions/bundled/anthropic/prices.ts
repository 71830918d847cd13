/**
 * Anthropic's list prices as of November 2026; a cache write is the one of five minutes.
 *
 * @module
 */

import type { Price } from "../instrument/price.ts";

/** US dollars for a million tokens, by model. */
export const PRICES = {
  "claude-opus-5-5": { input: 4, output: 20, cachedInput: 0.4, cacheWrite: 5 },
  "claude-opus-5": { input: 5, output: 25, cachedInput: 0.5, cacheWrite: 6.25 },
  "claude-sonnet-5-5": { input: 2, output: 10, cachedInput: 0.2, cacheWrite: 2.5 },
  "claude-sonnet-5": { input: 2, output: 10, cachedInput: 0.2, cacheWrite: 2.5 },
  "claude-opus-4-8": { input: 5, output: 25, cachedInput: 0.5, cacheWrite: 6.25 },
  "claude-sonnet-4-6": { input: 3, output: 15, cachedInput: 0.3, cacheWrite: 3.75 },
  "claude-sonnet-4-5": { input: 3, output: 15, cachedInput: 0.3, cacheWrite: 3.75 },
  "claude-haiku-4-5": { input: 1, output: 5, cachedInput: 0.1, cacheWrite: 1.25 },
} satisfies Readonly<Record<string, Price>>;
