/**
 * How well the value of another policy is estimated from a log. Routing sets know the truth: logs of a softmax router,
 * the target a greedy one. Logged sets know the true propensities, and another log tells what the target really earned.
 *
 * Ring: conductor, pure.
 *
 * @module
 */

import {
  type Estimate,
  type Estimator,
  type LoggedReward,
  offPolicyValues,
} from "../../learning/off_policy.ts";
import { SeededRandom } from "../../random.ts";
import { drawAction } from "../../routing/matching.ts";
import { Router } from "../../routing/router.ts";
import type { RouteRequest } from "../../routing/route_request.ts";
import type { LoggedRow, LoggedSet, RoutingSet } from "../data.ts";
import { mean } from "../figures.ts";
import { pause } from "../pause.ts";
import type { ReportRow, ReportTable } from "../report_table.ts";
import { RouterPolicy } from "./router_policy.ts";
import type { RoutingOptions } from "./routing_tables.ts";
import { BanditWorld } from "./world.ts";

const SIZES = [300, 1000, 5000];
const NAMES: readonly (readonly [Estimator, string])[] = [
  ["ips", "IPS"],
  ["snips", "SNIPS"],
  ["dm", "direct method"],
  ["dr", "doubly robust (ours)"],
];
/** Logs for each of the command's seeds: coverage needs many. */
const LOGS_A_SEED = 4;

/** Error and coverage on the first profile of each routing set. */
export async function offPolicyTable(
  sets: readonly RoutingSet[],
  options: RoutingOptions,
): Promise<ReportTable | undefined> {
  const rows: ReportRow[] = [];
  for (const set of sets) {
    const profile = set.profiles[0];
    if (profile === undefined || set.items.length === 0) continue;
    options.onProgress?.(`off-policy evaluation ${set.name}`);
    await pause(options.signal);
    const world = new BanditWorld(set, profile);
    const { behaviour, target } = routers(world);
    const truth = mean(world.requests.map((_, item) => world.reward(item, target[item] as number)));
    const bySize = SIZES.map((size) =>
      Array.from(
        { length: options.seeds * LOGS_A_SEED },
        (_, seed) => offPolicyValues(logOf(world, behaviour, target, size, seed)),
      )
    );
    for (const [estimator, name] of NAMES) {
      rows.push({
        name: `${set.name}/${profile.name}, ${name}`,
        isOurs: estimator === "dr",
        cells: bySize.flatMap((estimates) => figures(estimates.map((all) => all[estimator]), truth)),
      });
    }
  }
  if (rows.length === 0) return undefined;
  return {
    id: "off-policy/routing",
    title: "Off-policy evaluation: value of a greedy router by kind, from logs of a softmax router",
    columns: SIZES.flatMap((size) => [
      { title: `RMSE, ${size} logs`, digits: 4 },
      { title: "in 95 % interval %", digits: 0 },
    ]),
    rows,
    notes: [
      `${
        options.seeds * LOGS_A_SEED
      } logs of each size; expectations of the direct and doubly robust estimators are cross-fitted in two halves by the product's router.`,
    ],
  };
}

function figures(estimates: readonly Estimate[], truth: number): readonly number[] {
  const squares = mean(estimates.map(({ value }) => (value - truth) ** 2));
  const covered = estimates.filter(({ low, high }) => low <= truth && truth <= high).length;
  return [Math.sqrt(squares), covered / estimates.length * 100];
}

/** A softmax router with a fifth uniform, and the greedy one, both by the kind's means. */
function routers(world: BanditWorld) {
  const sums = world.kinds.map(() => new Float64Array(world.arms));
  const counts = new Float64Array(world.kinds.length);
  for (const item of world.learnItems) {
    const kind = world.requests[item]?.kindIndex as number;
    counts[kind] = (counts[kind] as number) + 1;
    const row = sums[kind] as Float64Array;
    for (let arm = 0; arm < world.arms; arm++) row[arm] = (row[arm] as number) + world.reward(item, arm);
  }
  const byKind = sums.map((row, kind) => {
    const means = row.map((sum) => sum / Math.max(1, counts[kind] as number));
    const most = Math.max(...means);
    const powers = means.map((value) => Math.exp((value - most) / 0.1));
    const total = powers.reduce((sum, value) => sum + value, 0);
    return {
      behaviour: powers.map((value) => 0.8 * value / total + 0.2 / world.arms),
      target: means.indexOf(most),
    };
  });
  const of = (item: number) => byKind[world.requests[item]?.kindIndex as number] as typeof byKind[number];
  return {
    behaviour: world.requests.map((_, item) => of(item).behaviour),
    target: world.requests.map((_, item) => of(item).target),
  };
}

interface Logged {
  readonly request: RouteRequest;
  readonly item: number;
  readonly arm: number;
  readonly propensity: number;
  readonly seen: ReturnType<BanditWorld["pull"]>;
}

function logOf(
  world: BanditWorld,
  behaviour: readonly Float64Array[],
  target: readonly number[],
  size: number,
  seed: number,
): readonly LoggedReward[] {
  const random = new SeededRandom(seed * 6151 + size);
  const policy = new RouterPolicy(world.setting, new Router({ features: 0, seed: 0 }));
  const rows: Logged[] = Array.from({ length: size }, () => {
    const item = random.below(world.requests.length);
    const shares = behaviour[item] as Float64Array;
    const arm = drawAction(shares, random.next());
    return {
      request: { ...policy.request(world.requests[item] as BanditWorld["requests"][number]), features: NONE },
      item,
      arm,
      propensity: shares[arm] as number,
      seen: world.pull(item, arm, random),
    };
  });
  const half = size >> 1;
  return [
    ...expected(rows.slice(half), rows.slice(0, half), target),
    ...expected(rows.slice(0, half), rows.slice(half), target),
  ];
}

const NONE = new Float64Array(0);

/** Rewards of `rows` with expectations learned from `others`. */
function expected(
  others: readonly Logged[],
  rows: readonly Logged[],
  target: readonly number[],
): readonly LoggedReward[] {
  const router = new Router({ features: 0, seed: 0, drift: false });
  for (const { request, arm, propensity, seen } of others) {
    router.learn(request, arm, propensity, {
      quality: seen.quality,
      usd: seen.usd,
      seconds: seen.seconds,
      ...(seen.failure > 0 ? { failure: "visible" } : {}),
    });
  }
  return rows.map(({ request, item, arm, propensity, seen }) => {
    const { scores } = router.best(request);
    const aim = target[item] as number;
    return {
      weight: arm === aim ? 1 / propensity : 0,
      reward: seen.reward,
      expectedLogged: scores[arm] as number,
      expectedTarget: scores[aim] as number,
    };
  });
}

/** Logged sets: each log's own mean, and what each other log says of its policy. */
export function loggedTable(sets: readonly LoggedSet[]): ReportTable | undefined {
  const rows = sets.flatMap((set) => set.logs.flatMap(({ policy }) => loggedRows(set, policy)));
  if (rows.length === 0) return undefined;
  return {
    id: "off-policy/logged",
    title: "Off-policy evaluation of logged decisions with true propensities",
    columns: [
      { title: "rows", digits: 0 },
      { title: "value", digits: 5 },
      { title: "low", digits: 5 },
      { title: "high", digits: 5 },
    ],
    rows,
    notes: [
      "A target's probabilities are its log's frequencies by kind, one pseudo-row each; `uniform` takes any action alike.",
      "Expectations are the logging policy's means by kind and action, cross-fitted in two halves.",
    ],
  };
}

function loggedRows(set: LoggedSet, target: string): readonly ReportRow[] {
  const own = set.logs.find(({ policy }) => policy === target) as LoggedSet["logs"][number];
  const onPolicy = offPolicyValues(own.rows.map(({ reward }) => plain(reward))).ips;
  const rows = [valueRow(`${set.name}: ${target}, its own log`, own.rows.length, onPolicy, false)];
  const probability = frequencies(own.rows, set.actions);
  for (const log of set.logs) {
    if (log.policy === target) continue;
    const values = offPolicyValues(weighed(log.rows, set.actions, probability));
    for (const [estimator, name] of NAMES) {
      rows.push(valueRow(
        `${set.name}: ${target} from the log of ${log.policy}, ${name}`,
        log.rows.length,
        values[estimator],
        estimator === "dr",
      ));
    }
  }
  const uniform = offPolicyValues(weighed(own.rows, set.actions, () => () => 1 / set.actions));
  for (const [estimator, name] of NAMES) {
    const row = `${set.name}: uniform from the log of ${target}, ${name}`;
    rows.push(valueRow(row, own.rows.length, uniform[estimator], estimator === "dr"));
  }
  return rows;
}

function valueRow(name: string, count: number, { value, low, high }: Estimate, isOurs: boolean): ReportRow {
  return { name, isOurs, cells: [count, value, low, high] };
}

function plain(reward: number): LoggedReward {
  return { weight: 1, reward, expectedLogged: 0, expectedTarget: 0 };
}

/** The target's probability of an action by kind. */
function frequencies(
  rows: readonly LoggedRow[],
  actions: number,
): (kind: string) => (action: number) => number {
  const counts = new Map<string, Float64Array>();
  for (const { kind, action } of rows) {
    let row = counts.get(kind);
    if (row === undefined) counts.set(kind, row = new Float64Array(actions).fill(1 / actions));
    row[action] = (row[action] as number) + 1;
  }
  const totals = new Map(
    [...counts].map(([kind, row]) => [kind, row.reduce((sum, value) => sum + value, 0)]),
  );
  return (kind) => (action) => {
    const row = counts.get(kind);
    return row === undefined ? 1 / actions : (row[action] as number) / (totals.get(kind) as number);
  };
}

function weighed(
  rows: readonly LoggedRow[],
  actions: number,
  probability: (kind: string) => (action: number) => number,
): readonly LoggedReward[] {
  const half = rows.length >> 1;
  const fit = (others: readonly LoggedRow[]) => meansOf(others, actions);
  const first = fit(rows.slice(half));
  const second = fit(rows.slice(0, half));
  return rows.map((row, at) => {
    const means = (at < half ? first : second)(row.kind);
    const share = probability(row.kind);
    let expectedTarget = 0;
    for (let action = 0; action < actions; action++) expectedTarget += share(action) * means(action);
    return {
      weight: share(row.action) / row.propensity,
      reward: row.reward,
      expectedLogged: means(row.action),
      expectedTarget,
    };
  });
}

/** Mean reward by kind and action, shrunk to the action's, shrunk to that of all: 20 pseudo-rows each. */
function meansOf(rows: readonly LoggedRow[], actions: number): (kind: string) => (action: number) => number {
  const all = rows.length === 0 ? 0 : mean(rows.map(({ reward }) => reward));
  const sums = new Float64Array(actions);
  const counts = new Float64Array(actions);
  const cells = new Map<string, { sum: number; count: number }>();
  for (const { kind, action, reward } of rows) {
    sums[action] = (sums[action] as number) + reward;
    counts[action] = (counts[action] as number) + 1;
    const key = `${kind}\n${action}`;
    const cell = cells.get(key) ?? { sum: 0, count: 0 };
    cells.set(key, { sum: cell.sum + reward, count: cell.count + 1 });
  }
  return (kind) => (action) => {
    const own = ((sums[action] as number) + 20 * all) / ((counts[action] as number) + 20);
    const cell = cells.get(`${kind}\n${action}`) ?? { sum: 0, count: 0 };
    return (cell.sum + 20 * own) / (cell.count + 20);
  };
}
