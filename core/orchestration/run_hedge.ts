/**
 * Asking a second instrument when the first is late: the first good answer counts, the other call is broken off. Only for
 * routed calls that change nothing, and only as often as the Conductor's share of extra calls allows.
 *
 * @module
 */

import type { CallRequest, CallResult } from "../ports/extension.ts";
import type { Hedge, RunningCall } from "../ports/recovery.ts";
import { type Spent, spentOf } from "../policy/spent.ts";
import type { NodeType } from "../workflow/catalog.ts";
import { callElsewhere } from "./call_elsewhere.ts";
import type { Driver } from "./run_services.ts";

/** An answer and who gave it. */
export interface Answer {
  readonly result: CallResult;
  readonly type: NodeType;
  /** True where what the first of several has cost is not known, and so not in the answer's cost. */
  readonly isFirstCostUnknown?: boolean;
  /** What others took that were asked for it and failed. */
  readonly besides?: Spent;
}

export interface HedgedCall {
  readonly type: NodeType;
  readonly call: RunningCall;
  readonly request: CallRequest;
  readonly signal: AbortSignal;
  readonly tell: (text: string) => void;
}

/**
 * The answer to a call that `begin` starts under the signal it is given, or of a second one. Never throws. At once where
 * the first answers at once.
 */
export function hedged(
  driver: Driver,
  hedgedCall: HedgedCall,
  begin: (signal: AbortSignal) => CallResult | Promise<CallResult>,
): Answer | Promise<Answer> {
  const { type, call, signal } = hedgedCall;
  const hedge = type.effect === "write" ? undefined : driver.services.recovery?.hedge(call);
  const other = hedge === undefined ? undefined : driver.setup.catalog.nodes.get(hedge.instrument);
  if (
    hedge === undefined || other === undefined || other.effect === "write" ||
    wouldCostMore(hedgedCall.request, other)
  ) {
    const result = begin(signal);
    return result instanceof Promise ? result.then((later) => ({ result: later, type })) : { result, type };
  }
  const first = new AbortController();
  const result = begin(AbortSignal.any([signal, first.signal]));
  if (!(result instanceof Promise)) return { result, type };
  return race(driver, hedgedCall, { hedge, other, result, breakOff: () => first.abort() });
}

/** A second paid call may cost more than the run's budget holds for the first. */
function wouldCostMore({ maxUsd }: CallRequest, { instrument }: NodeType): boolean {
  return maxUsd !== undefined && (instrument?.priceIn ?? 0) + (instrument?.priceOut ?? 0) > 0;
}

function race(
  driver: Driver,
  hedgedCall: HedgedCall,
  { hedge, other, result, breakOff }: {
    readonly hedge: Hedge;
    readonly other: NodeType;
    readonly result: Promise<CallResult>;
    readonly breakOff: () => void;
  },
): Promise<Answer> {
  const { type, request, signal, tell } = hedgedCall;
  return new Promise((resolve) => {
    const second = new AbortController();
    let asked: Promise<CallResult> | undefined;
    // What each took that failed.
    const taken: { first: Spent; second: Spent } = { first: {}, second: {} };
    const cancel = driver.services.clock.schedule(hedge.afterMs, () => {
      if (signal.aborted) return;
      driver.services.recovery?.hedged();
      const seconds = (hedge.afterMs / 1000).toFixed(1);
      tell(`No answer after ${seconds} s: ${other.type} is asked, too`);
      asked = callElsewhere(driver, other, request, { signal: AbortSignal.any([signal, second.signal]) });
      asked.then((later) => {
        if (later.ok) {
          resolve({ result: later, type: other, besides: taken.first });
          breakOff();
        } else taken.second = spentOf(later.failure);
      });
    });
    result.then(async (own) => {
      cancel();
      if (!own.ok && asked !== undefined && !signal.aborted) {
        taken.first = spentOf(own.failure);
        const later = await asked;
        if (later.ok) return;
      }
      second.abort();
      resolve({ result: own, type, besides: taken.second });
    });
  });
}
