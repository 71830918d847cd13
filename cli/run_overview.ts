/** A run in the store with its timeline, its plan and what earlier runs took. @module */

import { EarlierRun } from "../core/orchestration/earlier_run.ts";
import type { RunSummary } from "../core/ports/dag.ts";
import { type Overview, overviewOf, readHistory, Timeline } from "../core/timeline/mod.ts";
import { nodeState } from "../core/orchestration/run_account.ts";
import { accountOf } from "./run_log_account.ts";
import type { CliServices, Store } from "./services.ts";

/** Nodes at once where the workflow does not say. */
const PLACES = 16;

export interface RunPicture {
  readonly timeline: Timeline;
  readonly overview: Overview;
  /** What ends that which is under way: now, or the log's last moment where nobody carries the run out. */
  readonly now: number;
}

/** Reads the run and up to five earlier ones of its workflow. @throws SymphonyError `not-found` | `corrupt` */
export async function pictureOf(
  services: CliServices,
  store: Store,
  summary: RunSummary,
): Promise<RunPicture> {
  const { dag, artifacts } = store.pit;
  const { run, workflow } = summary;
  const timeline = new Timeline();
  for await (const batch of dag.replay(run)) for (const event of batch) timeline.add(event);
  const { plan } = await EarlierRun.read(dag, artifacts, run);
  const account = await accountOf(dag, run);
  const history = await readHistory(dag, workflow, run);
  const now = await store.control.isClaimed(run) ? services.clock.now() : timeline.lastAt;
  const isOver = (node: string) => {
    const known = account.nodes.get(`/${node}`);
    const state = known === undefined ? "pending" : nodeState(known);
    return state === "completed" || state === "failed" || state === "skipped";
  };
  const places = plan.definition.concurrency ?? PLACES;
  return { timeline, now, overview: overviewOf(plan, timeline, history, { now, places, isOver }) };
}
