/**
 * OpenAI's list prices as of November 2026, standard service, short context.
 *
 * @module
 */

import type { Price } from "../instrument/price.ts";

/** US dollars for a million tokens, by model. */
export const PRICES = {
  "gpt-5.6-luna": { input: 0.2, output: 1.2, cachedInput: 0.02, cacheWrite: 0.25 },
  "gpt-5.6-terra": { input: 2, output: 12, cachedInput: 0.2, cacheWrite: 2.5 },
  "gpt-5.5": { input: 5, output: 30, cachedInput: 0.5 },
  "gpt-5.4": { input: 2.5, output: 15, cachedInput: 0.25 },
  "gpt-5.4-mini": { input: 0.75, output: 4.5, cachedInput: 0.075 },
  "gpt-5.4-nano": { input: 0.2, output: 1.25, cachedInput: 0.02 },
  "gpt-5-mini": { input: 0.25, output: 2, cachedInput: 0.025 },
} satisfies Readonly<Record<string, Price>>;
