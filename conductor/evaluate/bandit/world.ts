/**
 * A routing set as a contextual bandit under one preference. The world alone holds the outcomes of every arm; a policy
 * is shown a request and, after it has taken an arm, what that arm gave.
 *
 * Reward: `q - lc·usd - ll·seconds - lf·failure`; in a set without token counts the penalty for the list price stands in
 * place of the cost. Split: learn where sha256("split" + id), first 12 hex digits as a fraction, is below 0.7.
 *
 * Ring: conductor, pure.
 *
 * @module
 */

import { createHash } from "node:crypto";
import type { Preference } from "../../../core/policy/preference.ts";
import type { SeededRandom } from "../../random.ts";
import type { Arm, RewardProfile, RoutingSet } from "../data.ts";

/** What a policy may know before it chooses. */
export interface BanditRequest {
  readonly kind: string;
  /** The kind as an index, 0 to `kinds` - 1. */
  readonly kindIndex: number;
  readonly features: Float64Array;
  /** `[1, features…, one-hot kind…]`, for the linear baselines. */
  readonly vector: Float64Array;
  /** Estimated from the prompt's length; 0 where the set has none. */
  readonly tokensIn: number;
  readonly text: string | undefined;
}

/** What a policy sees of the arm it took. */
export interface Observed {
  readonly quality: number;
  readonly usd: number;
  readonly seconds: number;
  readonly failure: number;
  readonly reward: number;
}

export interface BanditPolicy {
  /** Chooses while it learns. */
  choose(request: BanditRequest): number;
  learn(request: BanditRequest, arm: number, observed: Observed): void;
  /** What it would choose now, without exploring or learning. */
  best(request: BanditRequest): number;
}

/** What a policy is told of the world it starts in. */
export interface BanditSetting {
  readonly arms: readonly Arm[];
  readonly featureNames: readonly string[];
  readonly kinds: number;
  readonly preference: Preference;
  /** The price of one call of each arm where it is known beforehand. */
  readonly quotes: Float64Array | undefined;
}

export class BanditWorld {
  readonly set: RoutingSet;
  /** Names of the kinds, by index. */
  readonly kinds: readonly string[];
  readonly profile: RewardProfile;
  readonly setting: BanditSetting;
  readonly learnItems: readonly number[];
  readonly testItems: readonly number[];
  readonly requests: readonly BanditRequest[];
  readonly #rewards: readonly Float64Array[];

  constructor(set: RoutingSet, profile: RewardProfile) {
    this.set = set;
    this.profile = profile;
    const kinds = [...new Set(set.items.map(({ kind }) => kind))].sort();
    this.kinds = kinds;
    const penalty = profile.pricePenalty;
    this.setting = {
      arms: set.arms,
      featureNames: set.features,
      kinds: kinds.length,
      preference: {
        perUsd: penalty ?? profile.lc,
        perSecond: profile.ll,
        perFailure: profile.lf,
      },
      quotes: penalty === undefined ? undefined : Float64Array.from(set.arms, ({ priceOut }) => priceOut),
    };
    const kindIndex = new Map(kinds.map((kind, at) => [kind, at]));
    const tokens = tokenEstimate(set.features);
    this.requests = set.items.map(({ kind, features, text }) => {
      const index = kindIndex.get(kind) as number;
      const vector = new Float64Array(1 + features.length + (kinds.length > 1 ? kinds.length : 0));
      vector[0] = 1;
      vector.set(features, 1);
      if (kinds.length > 1) vector[1 + features.length + index] = 1;
      return { kind, kindIndex: index, features, vector, tokensIn: tokens(features), text };
    });
    this.#rewards = set.items.map((item) =>
      Float64Array.from(
        set.arms,
        (_, arm) =>
          (item.quality[arm] as number) - this.#cost(item.usd, arm) * this.setting.preference.perUsd -
          profile.ll * (item.seconds[arm] as number) - profile.lf * (item.failure[arm] as number),
      )
    );
    const learn: number[] = [];
    const test: number[] = [];
    set.items.forEach(({ id }, at) => (isLearned(id) ? learn : test).push(at));
    this.learnItems = learn;
    this.testItems = test;
  }

  get arms(): number {
    return this.set.arms.length;
  }

  /** The expected reward of an arm for an item. For the harness alone. */
  reward(item: number, arm: number): number {
    return (this.#rewards[item] as Float64Array)[arm] as number;
  }

  /** The best expected reward of an item. For the harness alone. */
  bestReward(item: number): number {
    let best = -Infinity;
    for (const value of this.#rewards[item] as Float64Array) best = Math.max(best, value);
    return best;
  }

  /** One pull: what a policy sees. `lost` is taken from the quality, for drift. */
  pull(at: number, arm: number, random: SeededRandom, lost = 0): Observed {
    const item = this.set.items[at] as RoutingSet["items"][number];
    const mean = Math.max(0, (item.quality[arm] as number) - lost);
    const quality = this.set.isSampled ? Number(random.next() < mean) : mean;
    const usd = this.#cost(item.usd, arm);
    const seconds = item.seconds[arm] as number;
    const failure = item.failure[arm] as number;
    const { perUsd, perSecond, perFailure } = this.setting.preference;
    return {
      quality,
      usd,
      seconds,
      failure,
      reward: quality - perUsd * usd - perSecond * seconds - perFailure * failure,
    };
  }

  #cost(usd: Float64Array, arm: number): number {
    return (this.setting.quotes ?? usd)[arm] as number;
  }
}

/** The split that every figure uses. */
export function isLearned(id: string): boolean {
  const hex = createHash("sha256").update(`split${id}`).digest("hex").slice(0, 12);
  return parseInt(hex, 16) / 2 ** 48 < 0.7;
}

/** Tokens of the prompt from its length, where the features have it: ln(1 + characters)/10, four characters a token. */
function tokenEstimate(names: readonly string[]): (features: Float64Array) => number {
  const chars = names.indexOf("log_chars");
  const schema = names.indexOf("log_schema");
  if (chars < 0) return () => 0;
  return (features) => {
    const text = Math.exp(10 * (features[chars] as number)) - 1;
    const tools = schema < 0 ? 0 : Math.exp(10 * (features[schema] as number));
    return (text + tools) / 4;
  };
}
