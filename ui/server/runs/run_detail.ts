/** The account of a run as the API shows it. @module */

import { type NodeAccount, nodeState, type RunAccount } from "../../../core/orchestration/run_account.ts";
import type { RunId } from "../../../core/ids.ts";
import type { Progress } from "../../../core/orchestration/run_handle.ts";
import type { RunDetail, RunDriver, RunLine, RunNode } from "../../api/runs.ts";

export interface DetailContext {
  readonly run: RunId;
  readonly driver: RunDriver;
  readonly progress: Progress | undefined;
  readonly held: readonly string[];
  /** A call of it is held until a person gives leave. */
  readonly asksLeave: boolean;
}

/** Everything that the log says so far. */
export function detailOf(account: RunAccount, context: DetailContext): RunDetail {
  const { progress } = context;
  return {
    ...lineOf(account, context),
    seq: account.lastSeq,
    version: account.version,
    workspace: account.workspace,
    mayWrite: account.mayWrite,
    ...account.proposes ? { proposes: true } : {},
    ...account.part === undefined ? {} : { part: account.part },
    inputs: account.inputs as RunDetail["inputs"],
    nodes: [...account.nodes.values()].map(nodeOf),
    asking: account.waiting,
    degraded: account.degraded,
    ...account.failure === undefined ? {} : { failure: account.failure },
    ...account.outputs === undefined ? {} : { outputs: account.outputs },
    ...progress?.etaMs === undefined ? {} : { etaMs: progress.etaMs },
    held: context.held,
  };
}

/** Its line in the list. */
export function lineOf(
  account: RunAccount,
  { run, driver, asksLeave }: Pick<DetailContext, "run" | "driver" | "asksLeave">,
): RunLine {
  let done = 0;
  let total = 0;
  let failed = 0;
  let costUsd = 0;
  for (const node of account.nodes.values()) {
    const { completed, skipped } = node.counts;
    const seen = node.isFan && node.count !== undefined ? node.count : node.items.size;
    total += Math.max(seen, 1);
    done += completed + skipped + node.counts.failed;
    failed += node.counts.failed;
    costUsd += node.costUsd;
  }
  return {
    run,
    workflow: account.workflow,
    state: account.state,
    driver,
    startedAt: account.createdAt ?? 0,
    ...account.endedAt === undefined ? {} : { endedAt: account.endedAt },
    done,
    total,
    failed,
    costUsd,
    isAsking: asksLeave ||
      account.waiting.some(({ for: what }) => what.kind === "approval" || what.kind === "failure"),
    isMock: account.isMock,
    ...account.part === undefined ? {} : { isPart: true },
  };
}

function nodeOf(node: NodeAccount): RunNode {
  return {
    node: node.node,
    ...node.scope === undefined ? {} : { scope: node.scope },
    state: nodeState(node),
    isFan: node.isFan,
    ...node.count === undefined ? {} : { total: node.count },
    counts: node.counts,
    attempts: node.attempts,
    fallbacks: node.fallbacks,
    ...node.startedAt === undefined ? {} : { startedAt: node.startedAt },
    ...node.endedAt === undefined ? {} : { endedAt: node.endedAt },
    ...node.instrument === undefined ? {} : { instrument: node.instrument },
    ...node.reason === undefined ? {} : { reason: node.reason },
    costUsd: node.costUsd,
    tokensIn: node.tokensIn,
    tokensOut: node.tokensOut,
    ...node.rounds === 0 ? {} : { rounds: node.rounds },
    ...node.skipReason === undefined ? {} : { skipReason: node.skipReason },
    failures: node.failures.map(({ item, failure }) => ({ ...item === undefined ? {} : { item }, failure })),
    ...node.output === undefined ? {} : { output: node.output },
    ...node.reused === undefined ? {} : { reused: node.reused, reusedItems: node.reusedItems },
    ...node.missed === undefined ? {} : { missed: node.missed },
  };
}
