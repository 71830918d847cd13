/**
 * Hedging on recorded latencies: calls of one instrument in a row, a second one asked where the policy says so; whichever
 * answers first counts. The two are taken to be independent.
 *
 * @module
 */

import { extensionId, nodeTypeId } from "../../../core/ids.ts";
import type { InstrumentOption } from "../../../core/ports/conductor.ts";
import type { RoutingItem, RoutingSet } from "../../evaluate/data.ts";
import { mean, quantile } from "../../evaluate/figures.ts";
import { SeededRandom } from "../../random.ts";
import { RecoveryPolicy } from "../recovery_policy.ts";

export interface HedgeResult {
  readonly p99: number;
  readonly most: number;
  readonly quality: number;
  /** Extra calls as a share of all. */
  readonly extra: number;
}

export interface HedgeTrial {
  readonly alone: HedgeResult;
  readonly hedged: HedgeResult;
}

/** Calls of `first`; the policy has seen every instrument on as many items before. */
export function runHedge(set: RoutingSet, first: number, seed: number): HedgeTrial {
  const random = new SeededRandom(seed);
  const policy = new RecoveryPolicy(seed);
  const options: readonly InstrumentOption[] = set.arms.map(({ priceIn, priceOut }, arm) => ({
    instrument: nodeTypeId(`trial/a${arm}`),
    extension: extensionId("trial/arms"),
    priceIn,
    priceOut,
  }));
  const items = random.shuffle([...set.items]);
  const note = (item: RoutingItem, arm: number) =>
    policy.attempted({
      kind: "trial",
      instrument: (options[arm] as InstrumentOption).instrument,
      seconds: item.seconds[arm] as number,
      usd: item.usd[arm] as number,
      quality: item.quality[arm] as number,
      ...((item.failure[arm] as number) >= 0.5 ? { failure: "output" as const } : {}),
    });
  // What went before: a third of the items, on instruments in turn, the first on all of them.
  const before = items.slice(0, Math.floor(items.length / 3));
  before.forEach((item, at) => {
    note(item, first);
    note(item, at % set.arms.length);
  });
  const scored = items.slice(before.length);
  const times: number[] = [];
  const qualities: number[] = [];
  let extra = 0;
  for (const item of scored) {
    const own = item.seconds[first] as number;
    const instrument = (options[first] as InstrumentOption).instrument;
    const hedge = policy.hedge({ kind: "trial", instrument, options, tried: [] });
    const other = options.findIndex((option) => option.instrument === hedge?.instrument);
    let taken = first;
    let seconds = own;
    if (hedge !== undefined && other >= 0 && own * 1000 > hedge.afterMs) {
      policy.hedged();
      extra += 1;
      const second = hedge.afterMs / 1000 + (item.seconds[other] as number);
      if (second < own) {
        taken = other;
        seconds = second;
      }
    }
    times.push(seconds);
    qualities.push(item.quality[taken] as number);
    note(item, first);
  }
  const alone = scored.map((item) => item.seconds[first] as number);
  return {
    alone: resultOf(alone, scored.map((item) => item.quality[first] as number), 0),
    hedged: resultOf(times, qualities, extra / scored.length),
  };
}

function resultOf(times: readonly number[], qualities: readonly number[], extra: number): HedgeResult {
  return { p99: quantile(times, 0.99), most: Math.max(...times), quality: mean(qualities), extra };
}
