/**
 * Events as JSON lines, the form of `run --json` and `runs export`: the event's own fields with `run`, `seq` and the
 * time in ISO form.
 *
 * @module
 */

import type { RunId } from "../core/ids.ts";
import type { LiveEvent, RunOutcome } from "../core/orchestration/run_handle.ts";
import type { LoggedEvent } from "../core/ports/dag.ts";
import type { WaitingNode } from "../core/orchestration/run_account.ts";

/** A durable event as one line, with its end of line. */
export function durableLine(run: RunId, event: LoggedEvent): string {
  return `${JSON.stringify(durableRecord(run, event))}\n`;
}

/** Something said meanwhile: `node.progress`, `node.log` or `node.token`. It has no `seq`, for it is not kept. */
export function transientLine(run: RunId, live: Extract<LiveEvent, { durable: false }>): string {
  const { kind, ...said } = live.event;
  const where = {
    node: live.node,
    ...live.item === undefined ? {} : { item: live.item },
    ...live.scope === undefined ? {} : { scope: live.scope },
  };
  return `${JSON.stringify({ type: `node.${kind}`, run, ...where, ...said })}\n`;
}

/**
 * The last line: the durable event that ended the run where there is one, with its outputs in full and its state;
 * `run.waiting` where a person is asked.
 */
export function lastLine(
  outcome: RunOutcome,
  ending: LoggedEvent | undefined,
  waiting: readonly WaitingNode[],
): string {
  const fields = {
    state: outcome.state,
    outputs: outcome.outputs,
    degraded: outcome.degraded,
    ...outcome.failure === undefined ? {} : { failure: outcome.failure },
    ...outcome.state === "waiting-for-input" ? { waiting } : {},
  };
  const base = ending === undefined
    ? { type: endingType(outcome), run: outcome.run }
    : durableRecord(outcome.run, ending);
  return `${JSON.stringify({ ...base, ...fields })}\n`;
}

function durableRecord(run: RunId, event: LoggedEvent): Record<string, unknown> {
  const { type: stored, seq, at, ...rest } = event;
  // What happens to the body of a loop or sub-workflow must not be read as the end of the run.
  const type = event.scope === undefined ? stored : stored.replace(/^run\./, "scope.");
  return {
    type,
    run,
    seq,
    at: new Date(at).toISOString(),
    ...rest,
    ..."dueAt" in rest ? { dueAt: new Date(rest.dueAt).toISOString() } : {},
  };
}

function endingType(outcome: RunOutcome): string {
  return outcome.state === "waiting-for-input" ? "run.waiting" : `run.${outcome.state}`;
}
