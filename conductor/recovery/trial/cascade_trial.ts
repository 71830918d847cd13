/**
 * Recovery on recorded answers: each item is asked of a first instrument; where its reply fails a check that can be seen,
 * the policy under trial says what next. It has learned on other items, each asked of an instrument chosen by chance; on
 * the items that are scored it only decides.
 *
 * @module
 */

import { extensionId, nodeId, nodeTypeId, runId } from "../../../core/ids.ts";
import type { NodeTypeId } from "../../../core/ids.ts";
import type { Preference } from "../../../core/policy/preference.ts";
import type { Recovery } from "../../../core/policy/recovery.ts";
import type { InstrumentOption } from "../../../core/ports/conductor.ts";
import type { FailedAttempt } from "../../../core/ports/recovery.ts";
import type { RewardProfile, RoutingItem, RoutingSet } from "../../evaluate/data.ts";
import { mean } from "../../evaluate/figures.ts";
import { SeededRandom } from "../../random.ts";
import { RecoveryPolicy } from "../recovery_policy.ts";

export interface CascadeResult {
  readonly quality: number;
  readonly calls: number;
  readonly usd: number;
  readonly seconds: number;
  /** Quality less what money, time and failures are worth. */
  readonly reward: number;
}

/** The next instrument after `tried` failed, -1 to give up. */
export type Next = (item: RoutingItem, tried: readonly number[]) => number;

const MOST_RETRIES = 2;

/** Whose reply fails visibly at least now and then. */
export function failingArms(set: RoutingSet): readonly number[] {
  return set.arms.map((_, arm) => arm).filter((arm) =>
    mean(set.items.map(({ failure }) => failure[arm] as number)) > 0.01
  );
}

export function runCascade(
  items: readonly RoutingItem[],
  first: number,
  profile: RewardProfile,
  next: Next,
): CascadeResult {
  let quality = 0;
  let calls = 0;
  let usd = 0;
  let seconds = 0;
  let failures = 0;
  for (const item of items) {
    const tried = [first];
    for (;;) {
      const arm = tried.at(-1) as number;
      calls += 1;
      usd += item.usd[arm] as number;
      seconds += item.seconds[arm] as number;
      if ((item.failure[arm] as number) < 0.5) break;
      failures += 1;
      const other = tried.length > MOST_RETRIES ? -1 : next(item, tried);
      if (other < 0) break;
      tried.push(other);
    }
    quality += item.quality[tried.at(-1) as number] as number;
  }
  const count = items.length;
  const reward = (quality - profile.lc * usd - profile.ll * seconds - profile.lf * failures) / count;
  return {
    quality: quality / count,
    calls: calls / count,
    usd: usd / count,
    seconds: seconds / count,
    reward,
  };
}

/** The product's policy, learned on `items`, each first asked of an instrument by chance. */
export function learnedNext(
  set: RoutingSet,
  items: readonly RoutingItem[],
  profile: RewardProfile,
  seed: number,
): Next {
  const random = new SeededRandom(seed);
  const policy = new RecoveryPolicy(seed);
  const options = optionsOf(set);
  const preference: Preference = { perUsd: profile.lc, perSecond: profile.ll, perFailure: profile.lf };
  const ask = (tried: readonly number[]) => policy.recover(failedAttempt(set, options, tried, preference));
  const arm = (recovery: Recovery, tried: readonly number[]) => armOf(recovery, tried, options, means);
  const means = new Means(set.arms.length);
  const shuffled = random.shuffle([...items]);
  for (const item of shuffled) {
    const tried = [random.below(set.arms.length)];
    let after: { readonly recovery: Recovery; readonly failure: "output" } | undefined;
    for (;;) {
      const at = tried.at(-1) as number;
      const isFailure = (item.failure[at] as number) >= 0.5;
      means.note(at, isFailure ? 0 : item.quality[at] as number, item, profile);
      policy.attempted({
        kind: KIND,
        instrument: (options[at] as InstrumentOption).instrument,
        seconds: item.seconds[at] as number,
        usd: item.usd[at] as number,
        quality: item.quality[at] as number,
        ...(isFailure ? { failure: "output" as const } : {}),
        ...(after === undefined ? {} : { after }),
      });
      if (!isFailure || tried.length > MOST_RETRIES) break;
      const recovery = ask(tried);
      const other = arm(recovery, tried);
      if (other < 0) break;
      after = { recovery, failure: "output" };
      tried.push(other);
    }
  }
  policy.isFrozen = true;
  return (_, tried) => arm(ask(tried), tried);
}

const KIND = "trial";

function optionsOf(set: RoutingSet): readonly InstrumentOption[] {
  return set.arms.map(({ priceIn, priceOut }, arm) => ({
    instrument: nodeTypeId(`trial/a${arm}`),
    extension: extensionId("trial/arms"),
    priceIn,
    priceOut,
  }));
}

function failedAttempt(
  _set: RoutingSet,
  options: readonly InstrumentOption[],
  tried: readonly number[],
  preference: Preference,
): FailedAttempt {
  const name = (arm: number): NodeTypeId => (options[arm] as InstrumentOption).instrument;
  return {
    run: runId("r000000000000000"),
    node: nodeId("node"),
    kind: KIND,
    importance: "essential",
    position: "middle",
    instrument: name(tried.at(-1) as number),
    failure: { class: "output", message: "it does not decode" },
    options,
    tried: tried.map(name),
    attempts: tried.length,
    attemptsLeft: MOST_RETRIES + 1 - tried.length,
    delaySeconds: 0,
    preference,
    mayAsk: false,
  };
}

/** Falling back goes to the arm of best mean reward so far, as routing would choose. */
function armOf(
  recovery: Recovery,
  tried: readonly number[],
  options: readonly InstrumentOption[],
  means: Means,
): number {
  switch (recovery.action) {
    case "retry":
    case "correct":
      return tried.at(-1) as number;
    case "escalate":
      return options.findIndex(({ instrument }) => instrument === recovery.instrument);
    case "fall-back":
      return means.best(tried);
    default:
      return -1;
  }
}

/** Mean reward of each arm on the outcomes that were seen. */
class Means {
  readonly #sums: Float64Array;
  readonly #counts: Float64Array;

  constructor(arms: number) {
    this.#sums = new Float64Array(arms);
    this.#counts = new Float64Array(arms);
  }

  note(arm: number, quality: number, item: RoutingItem, { lc, ll }: RewardProfile): void {
    const reward = quality - lc * (item.usd[arm] as number) - ll * (item.seconds[arm] as number);
    this.#sums[arm] = (this.#sums[arm] as number) + reward;
    this.#counts[arm] = (this.#counts[arm] as number) + 1;
  }

  best(tried: readonly number[]): number {
    let best = -1;
    let most = -Infinity;
    for (let arm = 0; arm < this.#sums.length; arm++) {
      const count = this.#counts[arm] as number;
      const mean = count === 0 ? -1 : (this.#sums[arm] as number) / count;
      if (!tried.includes(arm) && mean > most) {
        most = mean;
        best = arm;
      }
    }
    return best;
  }
}
