/** The log of a run as bars for a Gantt chart. @module */

import type { RunId } from "../../../core/ids.ts";
import { readDefinition } from "../../../core/orchestration/run_definition.ts";
import { isSettled, type RunAccount } from "../../../core/orchestration/run_account.ts";
import type { ArtifactPort } from "../../../core/ports/artifact.ts";
import type { DagPort, LoggedEvent } from "../../../core/ports/dag.ts";
import { makePlan } from "../../../core/workflow/make_plan.ts";
import type { Plan } from "../../../core/workflow/plan.ts";
import type { CriticalNode, Span, Timeline } from "../../api/runs.ts";

/** Gaps shorter than this are not folded. */
const IDLE_MS = 2000;
type Building = { -readonly [K in keyof Span]: Span[K] };

/** Bars, critical path and gaps of a run up to `now`. */
export async function timelineOf(
  dag: DagPort,
  artifacts: ArtifactPort,
  run: RunId,
  account: RunAccount,
  now: number,
): Promise<Timeline> {
  const bars = new Bars();
  for await (const batch of dag.replay(run)) for (const event of batch) bars.add(event);
  const startedAt = account.createdAt ?? now;
  return {
    startedAt,
    ...account.endedAt === undefined ? {} : { endedAt: account.endedAt },
    spans: bars.spans,
    criticalPath: await criticalPath(artifacts, account, now),
    idle: idleIn(bars.spans, startedAt, account.endedAt ?? now),
  };
}

class Bars {
  readonly spans: Building[] = [];
  readonly #open = new Map<string, Building>();

  add(event: LoggedEvent): void {
    if (!("node" in event) || event.type === "run.failed") {
      if (event.type === "run.cancelled") {
        for (const span of this.#open.values()) close(span, event.at, "cancelled");
      }
      if (event.type === "run.cancelled") this.#open.clear();
      return;
    }
    const key = `${event.scope ?? ""}/${event.node}/${event.item ?? ""}`;
    const open = this.#open.get(key);
    switch (event.type) {
      case "node.started":
        return this.#begin(key, event, "running", event.attempt, event.instrument);
      case "node.waiting":
        if (open !== undefined) close(open, event.at, "waiting");
        return this.#begin(key, event, "waiting", open?.attempt ?? 1);
      case "node.completed":
        if (open !== undefined && event.instrument !== undefined) open.instrument = event.instrument;
        return this.#end(key, event.at, "completed");
      case "node.retrying":
        if (open !== undefined) open.failure = event.failure;
        return this.#end(key, event.at, "retrying");
      case "node.failed":
        if (open !== undefined) open.failure = event.failure;
        return this.#end(key, event.at, "failed");
      case "node.skipped":
        return this.#end(key, event.at, "cancelled");
    }
  }

  #begin(
    key: string,
    event: Extract<LoggedEvent, { readonly type: "node.started" | "node.waiting" }>,
    end: "running" | "waiting",
    attempt: number,
    instrument?: string,
  ): void {
    const span: Building = {
      node: event.node,
      ...event.scope === undefined ? {} : { scope: event.scope },
      ...event.item === undefined ? {} : { item: event.item },
      attempt,
      startedAt: event.at,
      end,
      ...instrument === undefined ? {} : { instrument },
    };
    this.spans.push(span);
    this.#open.set(key, span);
  }

  #end(key: string, at: number, end: Span["end"]): void {
    const span = this.#open.get(key);
    this.#open.delete(key);
    if (span !== undefined) close(span, at, end);
  }
}

function close(span: Building, at: number, end: Span["end"]): void {
  span.endedAt = at;
  span.end = end;
}

/** From the node that ended last back over the predecessor that ended last. */
async function criticalPath(
  artifacts: ArtifactPort,
  account: RunAccount,
  now: number,
): Promise<Timeline["criticalPath"]> {
  if (account.definition === undefined) return [];
  const kept = await readDefinition(artifacts, account.definition).catch(() => undefined);
  const plan = kept === undefined ? undefined : makePlan(kept.definition, kept.catalog).plan;
  if (plan === undefined) return [];
  const nodeAt = (index: number) => account.nodes.get(`/${plan.nodes[index]?.id}`);
  // What has not ended is what the run waits for now.
  const endOf = (index: number) => {
    const node = nodeAt(index);
    if (node?.startedAt === undefined) return undefined;
    return isSettled(node) ? node.endedAt ?? Infinity : Infinity;
  };
  const before = predecessors(plan);
  let at = latest(plan.nodes.map((_node, index) => index), endOf);
  const path: CriticalNode[] = [];
  while (at !== undefined && path.length <= plan.nodes.length) {
    const id = plan.nodes[at]?.id as string;
    const end = endOf(at) ?? now;
    const until = end === Infinity ? account.endedAt : end;
    path.unshift({
      node: id,
      fromMs: nodeAt(at)?.startedAt ?? now,
      toMs: until ?? now,
      ...until === undefined ? { isOpen: true } : {},
    });
    at = latest(before[at] ?? [], endOf);
  }
  return path;
}

function latest(
  indices: readonly number[],
  endOf: (index: number) => number | undefined,
): number | undefined {
  let best: number | undefined;
  let bestEnd = -Infinity;
  for (const index of indices) {
    const end = endOf(index);
    if (end !== undefined && end > bestEnd) {
      best = index;
      bestEnd = end;
    }
  }
  return best;
}

function predecessors({ nodes, offsets, targets }: Plan): number[][] {
  const before: number[][] = nodes.map(() => []);
  for (let from = 0; from < nodes.length; from++) {
    for (let place = offsets[from] as number; place < (offsets[from + 1] as number); place++) {
      before[targets[place] as number]?.push(from);
    }
  }
  return before;
}

/** Where nothing ran for long. */
function idleIn(spans: readonly Span[], from: number, to: number): Timeline["idle"] {
  const idle: { from: number; to: number }[] = [];
  const sorted = spans.filter(({ end }) => end !== "waiting").toSorted((a, b) => a.startedAt - b.startedAt);
  let busyUntil = from;
  for (const { startedAt, endedAt } of sorted) {
    if (startedAt - busyUntil > IDLE_MS) idle.push({ from: busyUntil, to: startedAt });
    busyUntil = Math.max(busyUntil, endedAt ?? to);
  }
  if (to - busyUntil > IDLE_MS) idle.push({ from: busyUntil, to });
  return idle;
}
