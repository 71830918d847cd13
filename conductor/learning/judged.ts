/**
 * Decisions that were judged after their outcome, found in the log.
 *
 * Ring: conductor, pure.
 *
 * @module
 */

import { type DecisionLogPort, type DecisionRecord, isJudgement } from "../decision.ts";

/** By id; undefined for one that is not in the log. */
export type Judged = Map<string, DecisionRecord | undefined>;

/** Adds the decisions of these ids. Reads the whole log. */
export async function decisionsOf(
  log: DecisionLogPort,
  ids: ReadonlySet<string>,
  into: Judged,
): Promise<void> {
  for await (const { entry } of log.read()) {
    if (entry.entry === "decision" && ids.has(entry.decision.id)) into.set(entry.decision.id, entry.decision);
  }
  for (const id of ids) if (!into.has(id)) into.set(id, undefined);
}

/** Decisions that anybody judged. Reads the whole log. */
export async function judgedIds(log: DecisionLogPort): Promise<ReadonlySet<string>> {
  const ids = new Set<string>();
  for await (const { entry } of log.read()) {
    if (entry.entry === "outcome" && isJudgement(entry.outcome)) ids.add(entry.outcome.decision);
  }
  return ids;
}
