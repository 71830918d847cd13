/**
 * How often the learner's earnings lie more than the gate's margin below those of the operator's default, with the
 * conservative gate and without. The default is the hardest one: the best single arm in hindsight.
 *
 * Ring: conductor, pure.
 *
 * @module
 */

import { ConservativeGate } from "../../learning/gate.ts";
import { SeededRandom } from "../../random.ts";
import { drawAction } from "../../routing/matching.ts";
import { FLOOR, Router } from "../../routing/router.ts";
import type { RoutingSet } from "../data.ts";
import { mean } from "../figures.ts";
import { pause } from "../pause.ts";
import type { ReportRow, ReportTable } from "../report_table.ts";
import { RouterPolicy } from "./router_policy.ts";
import { bestArm, type RoutingOptions } from "./routing_tables.ts";
import { itemOrder } from "./run.ts";
import { BanditWorld } from "./world.ts";

const MARGIN = 0.05;
/** Rounds before which a share of the sum is mostly noise. */
const WARM_UP = 20;

/** One pair of rows for each set and profile. */
export async function gateTable(
  sets: readonly RoutingSet[],
  options: RoutingOptions,
): Promise<ReportTable | undefined> {
  const rounds = Math.min(2000, options.rounds);
  const rows: ReportRow[] = [];
  for (const set of sets) {
    for (const profile of set.profiles) {
      const world = new BanditWorld(set, profile);
      if (world.learnItems.length === 0) continue;
      options.onProgress?.(`conservative gate ${set.name}/${profile.name}`);
      await pause(options.signal);
      for (const isGated of [true, false]) {
        const runs = Array.from(
          { length: options.seeds },
          (_, seed) => gatedRun(world, seed, rounds, isGated),
        );
        rows.push({
          name: `${set.name}/${profile.name}, ${isGated ? "ours" : "without the gate"}`,
          isOurs: isGated,
          cells: [
            mean(runs.map(({ violations }) => violations)) * 100,
            mean(runs.map(({ reward }) => reward)),
            mean(runs.map(({ standard }) => standard)),
          ],
        });
      }
    }
  }
  if (rows.length === 0) return undefined;
  return {
    id: "routing/conservative",
    title: `Conservative gate: earnings below ${(1 - MARGIN) * 100} % of the default's, ${rounds} rounds`,
    columns: [
      { title: "rounds in violation %", digits: 2 },
      { title: "reward a round", digits: 4 },
      { title: "the default's", digits: 4 },
    ],
    rows,
    notes: ["The default is the best single arm in hindsight; a weaker default is violated less."],
  };
}

function gatedRun(world: BanditWorld, seed: number, rounds: number, isGated: boolean) {
  const router = new Router({ features: world.setting.featureNames.length, seed: seed * 31 + 5 });
  const policy = new RouterPolicy(world.setting, router);
  const gate = new ConservativeGate(MARGIN);
  const standard = bestArm(world);
  const chance = new SeededRandom(seed * 104729 + 7);
  const draws = new SeededRandom(seed * 7 + 3);
  let [earned, baseline, violations, counted] = [0, 0, 0, 0];
  itemOrder(world, rounds, seed).forEach((item, round) => {
    const request = policy.request(world.requests[item] as BanditWorld["requests"][number]);
    const decision = router.decide(request);
    const kind = world.requests[item]?.kindIndex ?? 0;
    const names = world.kinds;
    const standardId = world.setting.arms[standard]?.id ?? "";
    const propensities = isGated
      ? gate.apply(
        { ...decision, kind, standard, floor: FLOOR },
        (of) => router.known(names[of] ?? "", standardId),
      )
      : decision.propensities;
    const arm = drawAction(propensities, draws.next());
    const seen = world.pull(item, arm, chance);
    router.learn(request, arm, propensities[arm] as number, {
      quality: seen.quality,
      usd: seen.usd,
      seconds: seen.seconds,
      ...(seen.failure > 0 ? { failure: "visible" } : {}),
    });
    gate.note({
      kind,
      tookStandard: arm === standard,
      reward: seen.reward,
      expected: decision.scores[arm] as number,
      standardPenalty: (decision.heads[standard]?.quality ?? 0) - (decision.scores[standard] as number),
    });
    earned += world.reward(item, arm);
    baseline += world.reward(item, standard);
    if (round < WARM_UP) return;
    counted++;
    if (earned < baseline - MARGIN * Math.abs(baseline)) violations++;
  });
  const count = Math.max(1, counted + WARM_UP);
  return {
    violations: violations / Math.max(1, counted),
    reward: earned / count,
    standard: baseline / count,
  };
}
