/**
 * Which results may stand in for others. Users expect that pressing "run" runs, that nothing is read stale, and that an
 * effect is not left out; so by default:
 *
 * - An operator without effect (`none`) is a function of its code and inputs: its results are kept where making them took
 *   a while, and taken in every run.
 * - An instrument's answers are kept, but a fresh run asks again, since asking again may be why it was started; a rerun of
 *   what changed takes them.
 * - What reads files, an instrument that does so included, the network or anything else outside gives what is there now: done anew. A node may say otherwise
 *   (`"memo": true`, or `"memo": "1h"` for answers of at most that age).
 * - What writes is never taken from elsewhere. Only a rerun keeps what its own earlier run wrote.
 *
 * @module
 */

import type { NodeType, TaskType } from "../workflow/catalog.ts";
import type { CallNode } from "../workflow/definition.ts";
import type { ReuseRequest } from "./reuse.ts";

/** What may be done about one node's results. */
export interface MemoRule {
  /** Look for a kept result before doing it. */
  readonly take: boolean;
  /** Keep what it makes. */
  readonly keep: boolean;
  /** Oldest result that may be taken, milliseconds. */
  readonly forMs?: number;
  /** Keep only what took at least so long. */
  readonly leastMs: number;
  /** Why nothing is taken. */
  readonly why: string;
}

/** Looking up a result costs a digest and a read; what is made sooner is made again. */
const WORTH_KEEPING_MS = 20;

/** The rule for a call node that is done by `type`, or by whoever serves `task`. */
export function memoRule(
  definition: CallNode,
  { type, task }: { readonly type: NodeType | undefined; readonly task: TaskType | undefined },
  request: ReuseRequest | undefined,
): MemoRule {
  const { memo } = definition;
  if (type?.effect === "write") return nothing("it writes, and an effect is not taken from elsewhere");
  if (request?.memo === "off") {
    return { ...nothing("kept results are off in this run"), keep: memo?.use !== false };
  }
  if (memo?.use === false) return nothing('it says "memo": false');
  if (memo?.use === true) {
    const { forMs } = memo;
    return { take: true, keep: true, leastMs: 0, why: "", ...(forMs === undefined ? {} : { forMs }) };
  }
  if (type?.instrument?.readsFolder === true) {
    return nothing("it reads the run's folder, which may have changed");
  }
  if (task !== undefined || type?.kind === "instrument") {
    const take = request?.changed === true || request?.memo === "on";
    return { take, keep: true, leastMs: 0, why: "a fresh run asks its instruments again" };
  }
  if (type === undefined) return nothing("no installed extension provides it");
  if (type.effect === "none") return { take: true, keep: true, leastMs: WORTH_KEEPING_MS, why: "" };
  const where = type.effect === "network" ? "the network" : "what is outside the run";
  return nothing(`it reads ${where}, which may have changed`);
}

function nothing(why: string): MemoRule {
  return { take: false, keep: false, leastMs: 0, why };
}
