/**
 * Recovery, evaluated on routing sets that say which replies fail a check: what follows such a failure, and hedging.
 *
 * @module
 */

import type { EvaluationData, RewardProfile, RoutingItem, RoutingSet } from "../../evaluate/data.ts";
import { mean } from "../../evaluate/figures.ts";
import { pause } from "../../evaluate/pause.ts";
import type { EvaluationOptions, ReportRow, ReportTable } from "../../evaluate/report_table.ts";
import { SeededRandom } from "../../random.ts";
import { type CascadeResult, failingArms, learnedNext, type Next, runCascade } from "./cascade_trial.ts";
import { runHedge } from "./hedge_trial.ts";

/** Share of the items on which is learned. */
const LEARN_SHARE = 0.7;

/** Tables for every set with visible failures. */
export async function evaluateRecovery(
  { routing }: Pick<EvaluationData, "routing">,
  options: EvaluationOptions,
): Promise<readonly ReportTable[]> {
  const tables: ReportTable[] = [];
  for (const set of routing) {
    if (set.isSampled || failingArms(set).length === 0) continue;
    options.onProgress?.(`recovery: ${set.name}`);
    const profile = set.profiles.find(({ name }) => name === "balanced") ?? set.profiles[0];
    if (profile === undefined) continue;
    tables.push(await cascadeTable(set, profile, options));
    if (hasTimes(set)) tables.push(hedgeTable(set, options));
    await pause(options.signal);
  }
  return tables;
}

async function cascadeTable(
  set: RoutingSet,
  profile: RewardProfile,
  options: EvaluationOptions,
): Promise<ReportTable> {
  const rows: ReportRow[] = [];
  const gains: number[] = [];
  for (const first of failingArms(set)) {
    const name = set.arms[first]?.id ?? String(first);
    const found: Record<string, CascadeResult[]> = {};
    for (let seed = 0; seed < options.seeds; seed++) {
      const items = new SeededRandom(seed + 1).shuffle([...set.items]);
      const learn = items.slice(0, Math.floor(items.length * LEARN_SHARE));
      const test = items.slice(learn.length);
      const policies: readonly (readonly [string, Next])[] = [
        ["alone", () => -1],
        ["the same again", (_, tried) => tried.at(-1) as number],
        ["ours", learnedNext(set, learn, profile, seed + 1)],
        ["best second in hindsight", bestSecond(set, test, first, profile)],
      ];
      for (const [policy, next] of policies) {
        (found[policy] ??= []).push(runCascade(test, first, profile, next));
      }
    }
    for (const [policy, results] of Object.entries(found)) {
      rows.push({ name: `${name}: ${policy}`, isOurs: policy === "ours", cells: cellsOf(results) });
    }
    const reward = (policy: string) => mean((found[policy] ?? []).map((result) => result.reward));
    gains.push(reward("ours") - reward("alone"));
    await pause(options.signal);
  }
  return {
    id: `recovery/${set.name}/failures`,
    title: `After a failure that a check can see, ${set.name}, weights "${profile.name}"`,
    columns: [
      { title: "quality", digits: 3 },
      { title: "calls a request", digits: 3 },
      { title: "USD a thousand", digits: 2 },
      { title: "seconds", digits: 2 },
      { title: "reward", digits: 3 },
    ],
    rows,
    notes: [
      `Learned on ${
        LEARN_SHARE * 100
      } % of the items, each first asked of an instrument by chance; scored on the others. ` +
      `Mean gain of ours in reward over leaving the failure: ${mean(gains).toFixed(3)}, worst ${
        Math.min(...gains).toFixed(3)
      }.`,
      "A recorded reply is the same when asked again: repeating cannot help here, which the policy has to find out.",
    ],
  };
}

function bestSecond(
  set: RoutingSet,
  test: readonly RoutingItem[],
  first: number,
  profile: RewardProfile,
): Next {
  let best = -1;
  let most = runCascade(test, first, profile, () => -1).reward;
  for (let arm = 0; arm < set.arms.length; arm++) {
    if (arm === first) continue;
    const { reward } = runCascade(test, first, profile, (_, tried) => (tried.length === 1 ? arm : -1));
    if (reward > most) {
      most = reward;
      best = arm;
    }
  }
  return (_, tried) => (tried.length === 1 ? best : -1);
}

function cellsOf(results: readonly CascadeResult[]): readonly number[] {
  const of = (pick: (result: CascadeResult) => number) => mean(results.map(pick));
  return [
    of(({ quality }) => quality),
    of(({ calls }) => calls),
    1000 * of(({ usd }) => usd),
    of(({ seconds }) => seconds),
    of(({ reward }) => reward),
  ];
}

function hasTimes(set: RoutingSet): boolean {
  return set.items.some(({ seconds }) => seconds.some((one) => one > 0));
}

function hedgeTable(set: RoutingSet, options: EvaluationOptions): ReportTable {
  const rows = set.arms.map(({ id }, arm): ReportRow => {
    const trials = Array.from({ length: options.seeds }, (_, seed) => runHedge(set, arm, seed + 1));
    const alone = mean(trials.map((trial) => trial.alone.p99));
    const hedged = mean(trials.map((trial) => trial.hedged.p99));
    return {
      name: id,
      isOurs: true,
      cells: [
        alone,
        hedged,
        100 * (hedged / alone - 1),
        mean(trials.map((trial) => trial.alone.most)),
        mean(trials.map((trial) => trial.hedged.most)),
        100 * mean(trials.map((trial) => trial.hedged.extra)),
        mean(trials.map((trial) => trial.hedged.quality - trial.alone.quality)),
      ],
    };
  });
  return {
    id: `recovery/${set.name}/hedging`,
    title: `Asking a second instrument when the first is late, ${set.name}`,
    columns: [
      { title: "p99 s alone", digits: 2 },
      { title: "p99 s hedged", digits: 2 },
      { title: "change %", digits: 1 },
      { title: "longest alone", digits: 2 },
      { title: "longest hedged", digits: 2 },
      { title: "extra calls %", digits: 1 },
      { title: "quality change", digits: 4 },
    ],
    rows,
    notes: [
      "The second call goes out where the first takes longer than 95 % did before, at most one call in twenty.",
    ],
  };
}
