/**
 * The routing tables: per set and profile the product's router beside random, the best single arm, epsilon-greedy,
 * LinUCB, linear Thompson sampling, SquareCB and the oracle; online, and frozen on unseen items.
 *
 * Ring: conductor, pure.
 *
 * @module
 */

import { SeededRandom } from "../../random.ts";
import { Router } from "../../routing/router.ts";
import type { RoutingSet } from "../data.ts";
import { mean, pairedInterval, standardDeviation } from "../figures.ts";
import { pause } from "../pause.ts";
import type { ReportRow, ReportTable } from "../report_table.ts";
import { EpsilonGreedy, LinearBaseline, RandomPolicy } from "./baselines.ts";
import { RouterPolicy } from "./router_policy.ts";
import { type BanditRun, frozenScore, runBandit } from "./run.ts";
import { type BanditPolicy, BanditWorld } from "./world.ts";

export interface RoutingOptions {
  readonly seeds: number;
  /** Rounds of each run. */
  readonly rounds: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (line: string) => void;
}

type Make = (world: BanditWorld, random: SeededRandom) => BanditPolicy;

const OURS = "ours: factored hierarchical Thompson sampling";

const policies: readonly (readonly [string, Make])[] = [
  [OURS, (world, random) => new RouterPolicy(world.setting, routerFor(world, random.bits()))],
  ["random", ({ setting }, random) => new RandomPolicy(setting, random)],
  ["epsilon-greedy 0.1", ({ setting }, random) => new EpsilonGreedy(setting, random)],
  ["LinUCB 0.3", (world, random) => linear(world, random, "ucb")],
  ["LinTS 0.1", (world, random) => linear(world, random, "thompson")],
  ["SquareCB 10", (world, random) => linear(world, random, "square")],
];

/** The product's router with the product's settings. */
export function routerFor(world: BanditWorld, seed: number): Router {
  return new Router({ features: world.setting.featureNames.length, seed });
}

function linear(world: BanditWorld, random: SeededRandom, mode: "ucb" | "thompson" | "square"): BanditPolicy {
  return new LinearBaseline(world.setting, random, mode, world.requests[0]?.vector.length ?? 1);
}

/** One table for each set and profile. */
export async function* routingTables(
  sets: readonly RoutingSet[],
  options: RoutingOptions,
): AsyncGenerator<ReportTable> {
  for (const set of sets) {
    for (const profile of set.profiles) yield await routingTable(new BanditWorld(set, profile), options);
  }
}

async function routingTable(
  world: BanditWorld,
  { seeds, rounds, onProgress, signal }: RoutingOptions,
): Promise<ReportTable> {
  const name = `${world.set.name}/${world.profile.name}`;
  const runs = new Map<string, readonly BanditRun[]>();
  for (const [policy, make] of policies) {
    onProgress?.(`routing ${name}: ${policy}`);
    await pause(signal);
    runs.set(
      policy,
      Array.from(
        { length: seeds },
        (_, seed) => runBandit(world, make(world, new SeededRandom(seed * 31 + 5)), seed, rounds),
      ),
    );
  }
  const ours = runs.get(OURS) as readonly BanditRun[];
  const bestFixed = ours.map((run) => ({ ...fixedTest(world), online: run.onlineBestFixed }));
  const oracle = ours.map((run) => ({ ...oracleTest(world), online: run.onlineOracle }));
  const rows: ReportRow[] = [
    row(OURS, ours, ours, bestFixed),
    row("best single arm, in hindsight", bestFixed, ours, bestFixed),
    ...[...runs].slice(1).map(([policy, its]) => row(policy, its, ours, bestFixed)),
    row("oracle", oracle, ours, bestFixed),
  ];
  return {
    id: `routing/${name}`,
    title: `Routing ${name}: ${world.arms} instruments, ${world.setting.kinds} kinds, ` +
      `${world.learnItems.length} items to learn from, ${world.testItems.length} unseen, ` +
      `${rounds} rounds, ${seeds} seeds`,
    columns: [
      { title: "online", digits: 4 },
      { title: "± sd", digits: 4 },
      { title: "regret a round", digits: 4 },
      { title: "frozen", digits: 4 },
      { title: "± sd", digits: 4 },
      { title: "quality", digits: 4 },
      { title: "USD/1k", digits: 3 },
      { title: "seconds", digits: 2 },
      { title: "ours ahead, online", digits: 4 },
      { title: "low", digits: 4 },
      { title: "high", digits: 4 },
      { title: "ours ahead, frozen", digits: 4 },
      { title: "low", digits: 4 },
      { title: "high", digits: 4 },
    ],
    rows,
    notes: [
      "Reward: quality less the profile's price of dollars, seconds and visible failures; online while learning, frozen on unseen items.",
      "Regret is against the best single arm of the same rounds; ahead: paired bootstrap over seeds, 95 % interval.",
    ],
  };
}

type Scored = Pick<BanditRun, "online" | "frozen" | "quality" | "usd" | "seconds">;

function row(
  name: string,
  runs: readonly Scored[],
  ours: readonly Scored[],
  bestFixed: readonly Scored[],
): ReportRow {
  const all = (field: keyof Scored) => runs.map((run) => run[field]);
  const isOurs = runs === ours;
  const lead = (field: "online" | "frozen"): readonly (number | undefined)[] => {
    if (isOurs) return [undefined, undefined, undefined];
    const interval = pairedInterval(ours.map((run) => run[field]), all(field), new SeededRandom(1));
    return [interval.mean, interval.low, interval.high];
  };
  return {
    name,
    isOurs,
    cells: [
      mean(all("online")),
      standardDeviation(all("online")),
      mean(bestFixed.map(({ online }) => online)) - mean(all("online")),
      mean(all("frozen")),
      standardDeviation(all("frozen")),
      mean(all("quality")),
      mean(all("usd")) * 1000,
      mean(all("seconds")),
      ...lead("online"),
      ...lead("frozen"),
    ],
  };
}

/** The arm that is best on the learning items, on the test items. */
function fixedTest(world: BanditWorld): Omit<Scored, "online"> {
  const best = bestArm(world);
  return frozenScore(world, () => best);
}

/** The arm with the highest mean reward on the learning items. */
export function bestArm(world: BanditWorld): number {
  let best = 0;
  let most = -Infinity;
  for (let arm = 0; arm < world.arms; arm++) {
    let sum = 0;
    for (const item of world.learnItems) sum += world.reward(item, arm);
    if (sum > most) [most, best] = [sum, arm];
  }
  return best;
}

function oracleTest(world: BanditWorld): Omit<Scored, "online"> {
  return frozenScore(world, (item) => {
    let best = 0;
    for (let arm = 1; arm < world.arms; arm++) {
      if (world.reward(item, arm) > world.reward(item, best)) best = arm;
    }
    return best;
  });
}
