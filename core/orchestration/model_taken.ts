/**
 * What a model's answer took, as the core counts it.
 *
 * @module
 */

import { tokensOf } from "../policy/spent.ts";
import type { CallResult } from "../ports/extension.ts";
import type { ModelAmounts } from "../ports/models.ts";
import type { Assignment } from "./run_assignment.ts";
import { isCostUnknown } from "./run_budget.ts";

/** Tokens and US dollars that went into one answer. */
export interface Taken {
  readonly usd: number;
  readonly tokensIn: number;
  readonly tokensOut: number;
}

const MILLION = 1_000_000;

/** The same in sum. */
export function sumOf({ usd, tokensIn, tokensOut }: Taken): ModelAmounts {
  return { usd, tokens: tokensIn + tokensOut };
}

/** What an answer took, whether it says so or not. */
export function takenBy(result: CallResult, { type, maxUsd, maxTokens }: Assignment, took: boolean): Taken {
  const nothing = { usd: 0, tokensIn: 0, tokensOut: 0 };
  if (!took) return nothing;
  const { priceIn = 0, priceOut = 0 } = type.instrument ?? {};
  const isPaid = priceIn + priceOut > 0;
  if (!result.ok) {
    const { failure } = result;
    const isUnknown = isCostUnknown(failure);
    const usd = failure.costUsd ?? (isUnknown && isPaid ? maxUsd ?? 0 : 0);
    const { tokensIn = 0, tokensOut } = failure;
    const isUncounted = tokensOf(failure) === undefined && (isUnknown || usd > 0);
    return { usd, tokensIn, tokensOut: tokensOut ?? (isUncounted ? maxTokens ?? 0 : 0) };
  }
  const { tokensIn, tokensOut, costUsd } = result.usage ?? {};
  const isCounted = tokensIn !== undefined || tokensOut !== undefined;
  const byTokens = isCounted
    ? ((tokensIn ?? 0) * priceIn + (tokensOut ?? 0) * priceOut) / MILLION
    : maxUsd ?? 0;
  return {
    usd: costUsd ?? (isPaid ? byTokens : 0),
    tokensIn: tokensIn ?? 0,
    tokensOut: tokensOut ?? (isCounted ? 0 : maxTokens ?? 0),
  };
}
