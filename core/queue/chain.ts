/**
 * Runs whose end starts others.
 *
 * @module
 */

import type { DagPort, EndedRun } from "../ports/dag.ts";
import type { TriggerKind } from "./entry.ts";

/** Runs of the workflow that ended at `from` or later as `kind` asks, in the order of their ends. */
export async function endedRuns(
  dag: Pick<DagPort, "ended">,
  kind: Extract<TriggerKind, { readonly type: "chain" }>,
  from: number,
): Promise<readonly EndedRun[]> {
  const found: EndedRun[] = [];
  for await (const summary of dag.ended(from)) {
    const { workflow, state, isMock, isPart } = summary;
    if (isMock === true || isPart === true || workflow !== kind.of) continue;
    const counts = kind.on === "ended" ? state === "completed" || state === "failed" : state === kind.on;
    if (counts) found.push(summary);
  }
  return found;
}
