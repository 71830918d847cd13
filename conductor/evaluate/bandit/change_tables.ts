/**
 * What happens when the world changes half-way: the best instrument loses 0.35 of its quality, or a new one arrives.
 *
 * Ring: conductor, pure.
 *
 * @module
 */

import { SeededRandom } from "../../random.ts";
import { Router } from "../../routing/router.ts";
import type { RoutingSet } from "../data.ts";
import { mean, quantile, standardDeviation } from "../figures.ts";
import { pause } from "../pause.ts";
import type { ReportRow, ReportTable } from "../report_table.ts";
import { RouterPolicy } from "./router_policy.ts";
import { bestArm, type RoutingOptions } from "./routing_tables.ts";
import { itemOrder } from "./run.ts";
import { type BanditRequest, BanditWorld } from "./world.ts";

/** What the best arm loses. */
const LOSS = 0.35;
/** An arm is left when it makes less than a tenth of this many rounds. */
const WINDOW = 50;

interface Changed {
  readonly first: number;
  readonly second: number;
  readonly bestFixedSecond: number;
  /** Rounds until the worsened arm was left or the new one was used for half of what it is best for. */
  readonly rounds: number;
  readonly share: number;
}

/** The first profile of each set: with detection and forgetting, and without. */
export async function driftTable(
  sets: readonly RoutingSet[],
  options: RoutingOptions,
): Promise<ReportTable | undefined> {
  const rows: ReportRow[] = [];
  for (const set of sets) {
    const world = worldOf(set);
    if (world === undefined || world.arms < 2) continue;
    options.onProgress?.(`drift ${set.name}`);
    await pause(options.signal);
    for (const drift of [true, false]) {
      const runs = seedsOf(options).map((seed) => driftRun(world, seed, options.rounds, drift));
      rows.push(
        changedRow(`${set.name}/${world.profile.name}, ${drift ? "ours" : "without detection"}`, runs, drift),
      );
    }
  }
  if (rows.length === 0) return undefined;
  return {
    id: "routing/drift",
    title: `Drift: the best instrument loses ${LOSS} of its quality half-way`,
    columns: [
      { title: "first half", digits: 4 },
      { title: "second half", digits: 4 },
      { title: "± sd", digits: 4 },
      { title: "best single arm after", digits: 4 },
      { title: "rounds until left, median", digits: 0 },
      { title: "share at the end", digits: 3 },
    ],
    rows,
    notes: [
      `Left: below a tenth of the last ${WINDOW} rounds. Where it is still the best single arm it need not be left.`,
    ],
  };
}

/** The first profile of each set: the best arm is unknown until half-way. */
export async function arrivalTable(
  sets: readonly RoutingSet[],
  options: RoutingOptions,
): Promise<ReportTable | undefined> {
  const rows: ReportRow[] = [];
  for (const set of sets) {
    const world = worldOf(set);
    if (world === undefined || world.arms < 2) continue;
    options.onProgress?.(`new instrument ${set.name}`);
    await pause(options.signal);
    const runs = seedsOf(options).map((seed) => arrivalRun(world, seed, options.rounds));
    rows.push(changedRow(`${set.name}/${world.profile.name}`, runs, true));
  }
  if (rows.length === 0) return undefined;
  return {
    id: "routing/new-instrument",
    title: "New instrument: the best one arrives half-way",
    columns: [
      { title: "first half", digits: 4 },
      { title: "second half", digits: 4 },
      { title: "± sd", digits: 4 },
      { title: "best single arm after", digits: 4 },
      { title: "rounds until a quarter of choices, median", digits: 0 },
      { title: "share at the end", digits: 3 },
    ],
    rows,
    notes: ["The new instrument starts from the mean of all others; the catalogue says nothing of it here."],
  };
}

function changedRow(name: string, runs: readonly Changed[], isOurs: boolean): ReportRow {
  return {
    name,
    isOurs,
    cells: [
      mean(runs.map(({ first }) => first)),
      mean(runs.map(({ second }) => second)),
      standardDeviation(runs.map(({ second }) => second)),
      mean(runs.map(({ bestFixedSecond }) => bestFixedSecond)),
      quantile(runs.map(({ rounds }) => rounds), 0.5),
      mean(runs.map(({ share }) => share)),
    ],
  };
}

function driftRun(world: BanditWorld, seed: number, rounds: number, drift: boolean): Changed {
  const router = new Router({ features: world.setting.featureNames.length, seed: seed * 31 + 5, drift });
  const policy = new RouterPolicy(world.setting, router);
  const worse = bestArm(world);
  const half = Math.floor(rounds / 2);
  const lost = (item: number, arm: number, round: number) =>
    round >= half && arm === worse ? Math.min(LOSS, world.set.items[item]?.quality[arm] ?? 0) : 0;
  return follow(world, seed, rounds, half, {
    choose: (request) => policy.choose(request),
    learn: (request, arm, item, round, chance) =>
      policy.learn(request, arm, world.pull(item, arm, chance, lost(item, arm, round))),
    lost,
    isDone: (share) => share < 0.1,
    watched: worse,
  });
}

function arrivalRun(world: BanditWorld, seed: number, rounds: number): Changed {
  const router = new Router({ features: world.setting.featureNames.length, seed: seed * 31 + 5 });
  // The newcomer goes last, so that "the first so many" leaves it out.
  const newcomer = bestArm(world);
  const order = [...Array(world.arms).keys()].filter((arm) => arm !== newcomer).concat(newcomer);
  const { arms, quotes } = world.setting;
  const policy = new RouterPolicy({
    ...world.setting,
    arms: order.map((arm) => arms[arm] as typeof arms[number]),
    quotes: quotes === undefined ? undefined : Float64Array.from(order, (arm) => quotes[arm] as number),
  }, router);
  const half = Math.floor(rounds / 2);
  let round = 0;
  let propensity = 1;
  let asked: ReturnType<RouterPolicy["request"]> | undefined;
  return follow(world, seed, rounds, half, {
    choose: (request) => {
      asked = policy.request(request, round++ < half ? world.arms - 1 : world.arms);
      const { action, propensities } = router.decide(asked);
      propensity = propensities[action] as number;
      return order[action] as number;
    },
    learn: (_, arm, item, __, chance) => {
      const { quality, usd, seconds, failure } = world.pull(item, arm, chance);
      router.learn(asked as NonNullable<typeof asked>, order.indexOf(arm), propensity, {
        quality,
        usd,
        seconds,
        ...(failure > 0 ? { failure: "visible" } : {}),
      });
    },
    lost: () => 0,
    isDone: (share) => share > 0.25,
    watched: newcomer,
  });
}

interface Followed {
  choose(request: BanditRequest): number;
  learn(request: BanditRequest, arm: number, item: number, round: number, chance: SeededRandom): void;
  lost(item: number, arm: number, round: number): number;
  isDone(share: number): boolean;
  readonly watched: number;
}

function follow(
  world: BanditWorld,
  seed: number,
  rounds: number,
  half: number,
  { choose, learn, lost, isDone, watched }: Followed,
): Changed {
  const order = itemOrder(world, rounds, seed);
  const chance = new SeededRandom(seed * 104729 + 7);
  const byArm = new Float64Array(world.arms);
  const recent: boolean[] = [];
  let [first, second] = [0, 0];
  let done = -1;
  order.forEach((item, round) => {
    const request = world.requests[item] as BanditRequest;
    const arm = choose(request);
    learn(request, arm, item, round, chance);
    const reward = (at: number) => world.reward(item, at) - lost(item, at, round);
    if (round < half) first += reward(arm);
    else {
      second += reward(arm);
      for (let at = 0; at < byArm.length; at++) byArm[at] = (byArm[at] as number) + reward(at);
      recent.push(arm === watched);
      if (recent.length > WINDOW) recent.shift();
      const share = recent.filter(Boolean).length / WINDOW;
      if (done < 0 && recent.length === WINDOW && isDone(share)) done = round - half;
    }
  });
  const after = Math.max(1, order.length - half);
  return {
    first: first / Math.max(1, half),
    second: second / after,
    bestFixedSecond: Math.max(...byArm) / after,
    rounds: done < 0 ? after : done,
    share: recent.filter(Boolean).length / Math.max(1, recent.length),
  };
}

function worldOf(set: RoutingSet): BanditWorld | undefined {
  const profile = set.profiles[0];
  return profile === undefined ? undefined : new BanditWorld(set, profile);
}

function seedsOf({ seeds }: RoutingOptions): readonly number[] {
  return Array.from({ length: seeds }, (_, seed) => seed);
}
