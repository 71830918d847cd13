/**
 * What two lives of one run did: read from what the first told before it was killed, and from the log that both left.
 *
 * @module
 */

import type { RunId } from "../core/ids.ts";
import type { Json } from "../core/json.ts";
import type { DagPort, LoggedEvent } from "../core/ports/dag.ts";

export interface DrillReport {
  /** Completed in the first life and not begun again. */
  readonly kept: readonly string[];
  /** At work when it was killed, and begun again. */
  readonly again: readonly string[];
  /** Begun in the second life only. */
  readonly later: readonly string[];
  /** Completed in the first life and begun again all the same: a broken promise. */
  readonly twice: readonly string[];
  /** Events that the first life had told and the log does not have. */
  readonly lost: number;
  readonly told: number;
  /** How the second life ended. */
  readonly state: string | undefined;
  readonly outputs: Json | undefined;
}

type Line = Readonly<Record<string, unknown>>;

/** Compares the lives. @throws SymphonyError `not-found` */
export async function readLives(
  dag: DagPort,
  run: RunId,
  lives: { readonly first: readonly Line[]; readonly second: readonly Line[] },
): Promise<DrillReport> {
  const told = lives.first.filter(({ seq }) => typeof seq === "number");
  const firstOfSecond = lives.second.find(({ seq }) => typeof seq === "number")?.["seq"];
  const kept = new Set<string>();
  const atWork = new Set<string>();
  const again = new Set<string>();
  const later = new Set<string>();
  const twice = new Set<string>();
  const types = new Map<number, string>();
  for await (const batch of dag.replay(run)) {
    for (const event of batch) {
      types.set(event.seq, `${event.scope === undefined ? "" : "scope."}${event.type}`);
      const unit = unitOf(event);
      if (unit === undefined) continue;
      const isSecond = typeof firstOfSecond === "number" && event.seq >= firstOfSecond;
      if (!isSecond) {
        if (event.type === "node.started") atWork.add(unit);
        else if (event.type === "node.completed") {
          kept.add(unit);
          atWork.delete(unit);
        } else if (event.type !== "node.iterated") atWork.delete(unit);
      } else if (event.type === "node.started") {
        if (kept.has(unit)) twice.add(unit);
        else if (atWork.has(unit)) again.add(unit);
        else later.add(unit);
      }
    }
  }
  const lost = told.filter(({ seq, type }) => !isSame(types.get(seq as number), String(type))).length;
  const end = lives.second.find(({ type }) => type === "drill.ended");
  return {
    kept: [...kept].filter((unit) => !twice.has(unit)),
    again: [...again],
    later: [...later],
    twice: [...twice],
    lost,
    told: told.length,
    state: end?.["state"] as string | undefined,
    outputs: end?.["outputs"] as Json | undefined,
  };
}

/** Bodies tell of `scope.completed` what the log calls `run.completed`. */
function isSame(logged: string | undefined, told: string): boolean {
  return logged === told || logged === `scope.${told}` ||
    logged === `scope.${told.replace(/^scope\./, "run.")}`;
}

function unitOf(event: LoggedEvent): string | undefined {
  if (!("node" in event) || event.node === undefined || event.type === "run.failed") return undefined;
  const item = event.item === undefined ? "" : `[${event.item}]`;
  return `${event.scope === undefined ? "" : `${event.scope}/`}${event.node}${item}`;
}
