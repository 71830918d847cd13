/**
 * One bandit run: rounds over shuffled epochs of the learning items with the outcome of the taken arm alone, then the
 * policy frozen and scored on unseen items.
 *
 * Ring: conductor, pure.
 *
 * @module
 */

import { SeededRandom } from "../../random.ts";
import type { BanditPolicy, BanditWorld } from "./world.ts";

export interface BanditRun {
  /** Mean reward a round while learning. */
  readonly online: number;
  /** Mean reward of the best single arm in hindsight over the same rounds. */
  readonly onlineBestFixed: number;
  readonly onlineOracle: number;
  /** Mean reward of the frozen policy on the test items, and what it is made of. */
  readonly frozen: number;
  readonly quality: number;
  readonly usd: number;
  readonly seconds: number;
}

/** The order of items of a run: epochs, each shuffled. Equal for every policy with the same seed. */
export function itemOrder(world: BanditWorld, rounds: number, seed: number): readonly number[] {
  const random = new SeededRandom(seed * 7919 + 13);
  const order: number[] = [];
  while (order.length < rounds && world.learnItems.length > 0) {
    order.push(...random.shuffle([...world.learnItems]));
  }
  order.length = Math.min(rounds, order.length);
  return order;
}

/** Learns over `rounds` rounds, then scores the frozen policy. */
export function runBandit(world: BanditWorld, policy: BanditPolicy, seed: number, rounds: number): BanditRun {
  const order = itemOrder(world, rounds, seed);
  const chance = new SeededRandom(seed * 104729 + 7);
  const byArm = new Float64Array(world.arms);
  let online = 0;
  let oracle = 0;
  for (const item of order) {
    const request = world.requests[item] as BanditWorld["requests"][number];
    const arm = policy.choose(request);
    policy.learn(request, arm, world.pull(item, arm, chance));
    online += world.reward(item, arm);
    oracle += world.bestReward(item);
    for (let at = 0; at < byArm.length; at++) byArm[at] = (byArm[at] as number) + world.reward(item, at);
  }
  const count = Math.max(1, order.length);
  return {
    online: online / count,
    onlineBestFixed: Math.max(...byArm) / count,
    onlineOracle: oracle / count,
    ...frozenScore(world, (item) => policy.best(world.requests[item] as BanditWorld["requests"][number])),
  };
}

/** Means over the test items of what `choose` takes. */
export function frozenScore(
  world: BanditWorld,
  choose: (item: number) => number,
): Pick<BanditRun, "frozen" | "quality" | "usd" | "seconds"> {
  const sums = { frozen: 0, quality: 0, usd: 0, seconds: 0 };
  for (const item of world.testItems) {
    const arm = choose(item);
    const outcome = world.set.items[item] as BanditWorld["set"]["items"][number];
    sums.frozen += world.reward(item, arm);
    sums.quality += outcome.quality[arm] as number;
    sums.usd += outcome.usd[arm] as number;
    sums.seconds += outcome.seconds[arm] as number;
  }
  const count = Math.max(1, world.testItems.length);
  return {
    frozen: sums.frozen / count,
    quality: sums.quality / count,
    usd: sums.usd / count,
    seconds: sums.seconds / count,
  };
}
