/**
 * The honest simple rule: the longest remaining path first; among instruments the best by measured success, cost and
 * latency, with a prior so that a new one gets its chance. The learning Conductor is measured against this one.
 *
 * Ring: conductor. Implements ConductorPort.
 *
 * @module
 */

import { SymphonyError } from "../core/errors.ts";
import { type NodeTypeId, nodeTypeId } from "../core/ids.ts";
import type {
  ConductorPort,
  InstrumentOption,
  Outcome,
  RoutingDecision,
  RoutingRequest,
} from "../core/ports/conductor.ts";
import type { Plan } from "../core/workflow/plan.ts";
import { NumberReader, NumberWriter } from "./number_stream.ts";
import type { SnapshotPart, Snapshottable } from "./snapshot_part.ts";

interface Record {
  successes: number;
  failures: number;
  durationMs: number;
  costUsd: number;
}

/** Laplace's rule of succession: one success and one failure before anything was seen. */
const PRIOR = 1;
/** What a second and a cent are worth in success probability; a stated preference, not a fact. */
const PER_SECOND = 0.005;
const PER_CENT = 0.02;

export class SimpleConductor implements ConductorPort, Snapshottable {
  readonly #records = new Map<NodeTypeId, Record>();

  /** Longest path to a sink, in nodes (Kelley's critical path with unit times). O(V + E). */
  rank(plan: Plan): Float64Array {
    const rank = new Float64Array(plan.nodes.length);
    const order = [...plan.nodes.keys()].sort((a, b) => (plan.levels[b] ?? 0) - (plan.levels[a] ?? 0));
    for (const node of order) {
      let longest = 0;
      for (let e = plan.offsets[node] as number; e < (plan.offsets[node + 1] as number); e++) {
        longest = Math.max(longest, (rank[plan.targets[e] as number] as number) + 1);
      }
      rank[node] = longest;
    }
    return rank;
  }

  route(request: RoutingRequest): RoutingDecision {
    const fresh = request.options.filter((option) => !request.tried.includes(option.instrument));
    const untried = fresh.length > 0 ? fresh : request.options;
    const answering = untried.filter(({ trouble }) => trouble?.isRefused !== true);
    const options = answering.length > 0 ? answering : untried;
    let best: InstrumentOption | undefined;
    let bestScore = -Infinity;
    for (const option of options) {
      const score = this.#score(option);
      if (score > bestScore) [best, bestScore] = [option, score];
    }
    if (best === undefined) {
      return { choice: undefined, reason: `no instrument is available for ${request.task}` };
    }
    const among = options.length === 1 ? "the only one available" : `best of ${options.length}`;
    return { choice: best, reason: `${among}: ${this.explain(best.instrument)}` };
  }

  report(outcome: Outcome): void {
    if (outcome.failure?.class === "cancelled") return;
    const record = this.#record(outcome.nodeType);
    if (outcome.failure === undefined) record.successes += outcome.quality ?? 1;
    else record.failures += 1;
    record.durationMs += outcome.durationMs;
    record.costUsd += outcome.costUsd ?? 0;
  }

  explain(nodeType: NodeTypeId): string {
    const { successes, failures, durationMs, costUsd } = this.#record(nodeType);
    const calls = successes + failures;
    if (calls === 0) return `${nodeType}, not yet measured`;
    const seconds = (durationMs / calls / 1000).toFixed(2);
    return `${nodeType}, success ${Math.round((successes / calls) * 100)} % of ${Math.ceil(calls)} calls, ` +
      `${seconds} s and $${(costUsd / calls).toFixed(4)} a call`;
  }

  save(): SnapshotPart {
    const out = new NumberWriter();
    for (const { successes, failures, durationMs, costUsd } of this.#records.values()) {
      out.array([successes, failures, durationMs, costUsd]);
    }
    return {
      name: "simple",
      facts: { version: 1, nodeTypes: [...this.#records.keys()] },
      numbers: out.done(),
    };
  }

  restore({ facts, numbers }: SnapshotPart): void {
    const { nodeTypes } = facts;
    if (!Array.isArray(nodeTypes)) {
      throw new SymphonyError("corrupt", "Cannot restore the simple rule: its names are missing");
    }
    const from = new NumberReader(numbers);
    const records = nodeTypes.map((name) => {
      const record = {
        successes: from.number(),
        failures: from.number(),
        durationMs: from.number(),
        costUsd: from.number(),
      };
      return [nodeTypeId(String(name)), record] as const;
    });
    from.end();
    this.#records.clear();
    for (const [nodeType, record] of records) this.#records.set(nodeType, record);
  }

  #score(option: InstrumentOption): number {
    const { successes, failures, durationMs, costUsd } = this.#record(option.instrument);
    const calls = successes + failures;
    const { seconds = 0, failures: late = 0 } = option.trouble ?? {};
    const success = (successes + PRIOR) / (calls + 2 * PRIOR) * (1 - late);
    if (calls === 0) {
      return success - PER_SECOND * seconds - PER_CENT * (option.priceIn + option.priceOut) / 10;
    }
    const expected = Math.max(durationMs / calls / 1000, seconds);
    return success - PER_SECOND * expected - PER_CENT * (costUsd / calls) * 100;
  }

  #record(nodeType: NodeTypeId): Record {
    let record = this.#records.get(nodeType);
    if (record === undefined) {
      record = { successes: 0, failures: 0, durationMs: 0, costUsd: 0 };
      this.#records.set(nodeType, record);
    }
    return record;
  }
}
