/**
 * What a call took, whether it answered or failed: each part only as far as it is known.
 *
 * @module
 */

/** Tokens and US dollars; a part that is absent is not known. */
export interface Spent {
  readonly tokensIn?: number;
  readonly tokensOut?: number;
  readonly costUsd?: number;
}

const NOTHING: Spent = {};

type CallSpent =
  | { readonly ok: true; readonly usage?: Spent }
  | { readonly ok: false; readonly failure: Spent };

/** What a call's result says that it took. */
export function spentInCall(result: CallSpent): Spent {
  return result.ok ? result.usage ?? NOTHING : result.failure;
}

/** Of anything that says what was spent only that; negative numbers and what is no number count as unknown. */
export function spentOf(said: { readonly [Part in keyof Spent]?: unknown } = {}): Spent {
  const { tokensIn, tokensOut, costUsd } = said;
  return {
    ...isAmount(tokensIn) ? { tokensIn } : {},
    ...isAmount(tokensOut) ? { tokensOut } : {},
    ...isAmount(costUsd) ? { costUsd } : {},
  };
}

/** The same without what was spent: for copies of a failure, whose cost is told by the original. */
export function withoutSpent<T extends Spent>(told: T): Omit<T, keyof Spent> {
  const { tokensIn: _in, tokensOut: _out, costUsd: _usd, ...rest } = told;
  return rest;
}

/** Both together; unknown only where it is of both. */
export function spentTogether(a: Spent, b: Spent): Spent {
  return spentOf({
    tokensIn: sum(a.tokensIn, b.tokensIn),
    tokensOut: sum(a.tokensOut, b.tokensOut),
    costUsd: sum(a.costUsd, b.costUsd),
  });
}

/** A call's result with what was spent besides. */
export function withSpent<R extends CallSpent>(result: R, besides: Spent): R {
  if (Object.keys(besides).length === 0) return result;
  return result.ok
    ? { ...result, usage: { ...result.usage, ...spentTogether(result.usage ?? NOTHING, besides) } }
    : { ...result, failure: { ...result.failure, ...spentTogether(result.failure, besides) } };
}

/** Tokens sent and answered together; undefined where neither is known. */
export function tokensOf({ tokensIn, tokensOut }: Spent): number | undefined {
  return sum(tokensIn, tokensOut);
}

function sum(a: number | undefined, b: number | undefined): number | undefined {
  if (a === undefined) return b;
  return b === undefined ? a : a + b;
}

function isAmount(value: unknown): value is number {
  return typeof value === "number" && value >= 0;
}
