/**
 * When a failed attempt is tried again.
 *
 * @module
 */

import { isRetryable } from "../policy/failure.ts";
import type { NodeFailure } from "../policy/failure.ts";
import type { RetryPolicy } from "../workflow/definition.ts";

/**
 * The delay before the next attempt in milliseconds, or undefined where there is none. `spent` counts the retries
 * before this failure. The delay grows by the policy up to its cap, chance takes away at most the policy's `jitter`
 * share (so that many do not come back at once; `random` is not asked where there is no jitter), and the other side's
 * Retry-After is kept. Where the next attempt goes to another instrument (`isElsewhere`) it goes at once, whatever failed
 * here; the number of attempts is limited all the same.
 */
export function retryDelay(
  policy: RetryPolicy,
  failure: NodeFailure,
  spent: number,
  random: () => number,
  isElsewhere = false,
): number | undefined {
  if (spent >= policy.max) return undefined;
  if (isElsewhere) return 0;
  if (!isRetryable(failure)) return undefined;
  const grown = policy.backoff === "constant"
    ? policy.initialMs
    : policy.backoff === "linear"
    ? policy.initialMs * (spent + 1)
    : policy.initialMs * 2 ** spent;
  const capped = Math.min(grown, policy.capMs);
  const delay = policy.jitter > 0 ? capped * (1 - policy.jitter * random()) : capped;
  return Math.ceil(Math.max(delay, failure.retryAfterMs ?? 0));
}
