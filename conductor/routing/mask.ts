/**
 * What may not be taken, with the reason, before anything is scored: tried and failed, not answering, too short a
 * context, too dear for what is left, too slow for what is left.
 *
 * Ring: conductor, pure.
 *
 * @module
 */

export interface MaskedOption {
  readonly action: string;
  readonly reason: string;
}

/** What is known of an option when the mask is made. */
export interface MaskFacts {
  readonly id: string;
  /** Failed this node before. */
  readonly wasTried: boolean;
  /** The breaker's reason; undefined while it lets calls through. */
  readonly broken: string | undefined;
  readonly contextTokens: number | undefined;
  readonly tokensIn: number;
  readonly usd: number;
  readonly budgetUsd: number | undefined;
  readonly seconds: number;
  readonly deadlineSeconds: number | undefined;
}

/** Where a call costs half as much again, its answer should still be whole: the driver cuts it where the money ends. */
export const PRUDENCE = 1.5;

/** Why the option is hard to take; hard reasons are never relaxed. */
export function hardReason(facts: MaskFacts): string | undefined {
  const { contextTokens, tokensIn, usd, budgetUsd } = facts;
  if (contextTokens !== undefined && tokensIn > contextTokens) {
    return `the prompt has about ${Math.round(tokensIn)} tokens, it takes ${contextTokens}`;
  }
  if (budgetUsd !== undefined && usd * PRUDENCE > budgetUsd) {
    return `about $${usd.toFixed(4)} a call, $${Math.max(0, budgetUsd).toFixed(4)} are left`;
  }
  return undefined;
}

/** Why another should be preferred while there is one; relaxed in this order where nothing else is left. */
export function softReason(facts: MaskFacts): { readonly reason: string; readonly rank: number } | undefined {
  const { wasTried, broken, seconds, deadlineSeconds } = facts;
  if (wasTried) return { reason: "it failed this node before", rank: 3 };
  if (broken !== undefined) return { reason: broken, rank: 2 };
  if (deadlineSeconds !== undefined && seconds > deadlineSeconds) {
    return { reason: `about ${seconds.toFixed(1)} s, ${deadlineSeconds.toFixed(1)} s are left`, rank: 1 };
  }
  return undefined;
}

/** Splits options into allowed and masked. Where only soft reasons leave none, the mildest of them is waived. */
export function maskOptions(options: readonly MaskFacts[]): {
  readonly allowed: readonly MaskFacts[];
  readonly masked: readonly MaskedOption[];
} {
  const masked: MaskedOption[] = [];
  const soft: { readonly option: MaskFacts; readonly reason: string; readonly rank: number }[] = [];
  const allowed: MaskFacts[] = [];
  for (const option of options) {
    const hard = hardReason(option);
    const mild = softReason(option);
    if (hard !== undefined) masked.push({ action: option.id, reason: hard });
    else if (mild !== undefined) soft.push({ option, ...mild });
    else allowed.push(option);
  }
  if (allowed.length === 0 && soft.length > 0) {
    const mildest = Math.min(...soft.map(({ rank }) => rank));
    for (const { option, rank, reason } of soft) {
      if (rank === mildest) allowed.push(option);
      else masked.push({ action: option.id, reason });
    }
  } else for (const { option, reason } of soft) masked.push({ action: option.id, reason });
  return { allowed, masked };
}
