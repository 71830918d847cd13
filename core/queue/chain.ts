/**
 * Runs whose end starts others.
 *
 * @module
 */

import type { DagPort, RunSummary } from "../ports/dag.ts";
import type { TriggerKind } from "./entry.ts";

/** Runs looked at, the newest; one that began before all of them is not found. */
const MOST = 500;

/** Runs of the workflow that ended at `from` or later as `kind` asks, in the order of their ends. */
export async function endedRuns(
  dag: DagPort,
  kind: Extract<TriggerKind, { readonly type: "chain" }>,
  from: number,
): Promise<readonly (RunSummary & { readonly endedAt: number })[]> {
  const found: (RunSummary & { readonly endedAt: number })[] = [];
  let seen = 0;
  for await (const summary of dag.list()) {
    if (++seen > MOST) break;
    const { endedAt, workflow, state, isMock } = summary;
    if (isMock === true || workflow !== kind.of || endedAt === undefined || endedAt < from) continue;
    const counts = kind.on === "ended" ? state === "completed" || state === "failed" : state === kind.on;
    if (counts) found.push({ ...summary, endedAt });
  }
  return found.sort((a, b) => a.endedAt - b.endedAt);
}
