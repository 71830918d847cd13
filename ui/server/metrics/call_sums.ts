/**
 * What the calls of one name came to. What was taken over instead of being made is counted apart, and the time that a call
 * was held until a person gave leave is no part of how long it took.
 *
 * @module
 */

import type { NodeTypeFigures } from "../../api/metrics.ts";
import { Histogram } from "./histogram.ts";

/** One call that has ended, or one result that was taken over. Durations in milliseconds. */
export interface EndedCall {
  /** Absent where the result was taken over. */
  readonly ms?: number;
  /** How long it was held for a person's leave, not in `ms`. */
  readonly waitedMs?: number;
  readonly hasFailed?: boolean;
  readonly tokensIn?: number;
  readonly tokensOut?: number;
  readonly costUsd?: number;
}

const sums = ["failed", "reused", "waitedMs", "tokensIn", "tokensOut", "costUsd"] as const;

export class CallSums {
  readonly latency: Histogram;
  failed = 0;
  reused = 0;
  waitedMs = 0;
  tokensIn = 0;
  tokensOut = 0;
  costUsd = 0;

  constructor(latency: Histogram = new Histogram()) {
    this.latency = latency;
  }

  get isEmpty(): boolean {
    return this.latency.count === 0 && sums.every((name) => this[name] === 0);
  }

  add({ ms, waitedMs = 0, hasFailed = false, tokensIn = 0, tokensOut = 0, costUsd = 0 }: EndedCall): void {
    if (ms === undefined) this.reused++;
    else this.latency.add(ms);
    if (hasFailed) this.failed++;
    this.waitedMs += waitedMs;
    this.tokensIn += tokensIn;
    this.tokensOut += tokensOut;
    this.costUsd += costUsd;
  }

  merge(other: CallSums): void {
    this.latency.merge(other.latency);
    for (const name of sums) this[name] += other[name];
  }

  /** As the API shows them. */
  figures(name: string): NodeTypeFigures {
    const { latency, failed, reused, waitedMs, tokensIn, tokensOut, costUsd } = this;
    return {
      name,
      count: latency.count,
      failed,
      reused,
      waitedMs,
      p50: latency.quantile(0.5),
      p95: latency.quantile(0.95),
      p99: latency.quantile(0.99),
      max: latency.max,
      mean: latency.mean,
      tokensIn,
      tokensOut,
      costUsd,
    };
  }
}

/** The figures of all names, most calls first. */
export function figuresOfAll(all: Iterable<readonly [string, CallSums]>): NodeTypeFigures[] {
  return [...all].map(([name, one]) => one.figures(name))
    .sort((a, b) => b.count - a.count || a.name.localeCompare(b.name));
}
