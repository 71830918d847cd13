/**
 * Microseconds a decision and an update, and whether a saved router goes on as one that was never stopped.
 *
 * Ring: conductor, pure; time comes in.
 *
 * @module
 */

import { SeededRandom } from "../../random.ts";
import { Router } from "../../routing/router.ts";
import type { RoutingSet } from "../data.ts";
import { quantile } from "../figures.ts";
import type { ReportRow, ReportTable } from "../report_table.ts";
import { RouterPolicy } from "./router_policy.ts";
import { itemOrder } from "./run.ts";
import { type BanditRequest, BanditWorld } from "./world.ts";

const WARM = 2000;
const CALLS = 20_000;

/** Times of single calls on each set's own requests. `now` gives milliseconds. */
export function speedTable(sets: readonly RoutingSet[], now: () => number): ReportTable | undefined {
  const rows: ReportRow[] = [];
  for (const set of sets) {
    const [profile] = set.profiles;
    if (profile === undefined || set.items.length === 0) continue;
    const world = new BanditWorld(set, profile);
    const policy = new RouterPolicy(
      world.setting,
      new Router({ features: world.setting.featureNames.length, seed: 1 }),
    );
    const chance = new SeededRandom(2);
    const decide: number[] = [];
    const learn: number[] = [];
    for (let call = 0; call < WARM + CALLS; call++) {
      const item = call % world.requests.length;
      const request = world.requests[item] as BanditRequest;
      const before = now();
      const arm = policy.choose(request);
      const between = now();
      if (call < WARM + 4000) policy.learn(request, arm, world.pull(item, arm, chance));
      const after = now();
      if (call < WARM) continue;
      decide.push((between - before) * 1000);
      if (call < WARM + 4000) learn.push((after - between) * 1000);
    }
    rows.push({
      name: `${set.name}: ${world.arms} instruments, ${set.features.length} features`,
      isOurs: true,
      cells: [quantile(decide, 0.5), quantile(decide, 0.99), quantile(learn, 0.5), quantile(learn, 0.99)],
    });
  }
  if (rows.length === 0) return undefined;
  return {
    id: "routing/speed",
    title: `Microseconds a decision, ${CALLS.toLocaleString("en")} calls after ${WARM.toLocaleString("en")}`,
    columns: [
      { title: "decide p50", digits: 1 },
      { title: "p99", digits: 1 },
      { title: "learn p50", digits: 1 },
      { title: "p99", digits: 1 },
    ],
    rows,
    notes: [
      "Learning is off the way to a decision. Each call is timed on its own; the clock's step is part of it.",
    ],
  };
}

/** 500 rounds, saved and restored at 250, against the same 500 without. */
export function resumptionTable(sets: readonly RoutingSet[]): ReportTable | undefined {
  const rows: ReportRow[] = [];
  for (const set of sets) {
    const [profile] = set.profiles;
    if (profile === undefined) continue;
    const world = new BanditWorld(set, profile);
    const whole = actions(world, undefined);
    const resumed = actions(world, 250);
    const equal = whole.filter((action, at) => action === resumed[at]).length;
    rows.push({ name: set.name, isOurs: true, cells: [whole.length, equal] });
  }
  if (rows.length === 0) return undefined;
  return {
    id: "routing/resumption",
    title: "Resumption: saved after 250 rounds, restored, continued",
    columns: [{ title: "rounds", digits: 0 }, { title: "equal actions", digits: 0 }],
    rows,
    notes: [],
  };
}

function actions(world: BanditWorld, stopAt: number | undefined): readonly number[] {
  const features = world.setting.featureNames.length;
  let policy = new RouterPolicy(world.setting, new Router({ features, seed: 11 }));
  const chance = new SeededRandom(3);
  return itemOrder(world, 500, 0).map((item, round) => {
    if (round === stopAt) {
      const router = new Router({ features, seed: 0 });
      router.restore(policy.router.save());
      policy = new RouterPolicy(world.setting, router, policy.now);
    }
    const request = world.requests[item] as BanditRequest;
    const arm = policy.choose(request);
    policy.learn(request, arm, world.pull(item, arm, chance));
    return arm;
  });
}
