/**
 * Keep-alive on a recorded trace of activity by the minute, beside fixed times, break-even and the hybrid histogram of
 * "Serverless in the Wild" (Shahrad and others, USENIX ATC 2020).
 *
 * The cost is cold starts × their worth + idle time. An application's first activity is cold for every policy. The trace
 * has whole minutes, so an activity in the minute in which a window begins finds it warm.
 *
 * @module
 */

import type { ActivityTrace } from "../../evaluate/data.ts";
import { GapSlots } from "../gap_slots.ts";
import { GapCounts, IdleGaps, PooledGaps } from "../idle_gaps.ts";
import type { Kept } from "../idle_gaps.ts";
import { costOfGap, keepFor } from "../warm_plan.ts";
import type { WarmPlan } from "../warm_plan.ts";

export const MINUTE = 60;

/** What keeps one application warm. Seconds. */
export interface KeepAlive {
  plan(): WarmPlan;
  see(gap: number): void;
}

export interface KeepAliveResult {
  cold: number;
  activities: number;
  idleSeconds: number;
  /** Idle seconds × megabytes. */
  memory: number;
}

/** `make` is called once an application, in the order of the trace. */
export function runKeepAlive(trace: ActivityTrace, make: () => KeepAlive): KeepAliveResult {
  const result = { cold: 0, activities: 0, idleSeconds: 0, memory: 0 };
  for (const app of trace.apps) {
    const policy = make();
    let end: number | undefined;
    let idleSeconds = 0;
    for (const { minute } of app.active) {
      const begin = minute * MINUTE;
      result.activities += 1;
      if (end === undefined) result.cold += 1;
      else if (begin > end) {
        const gap = begin - end;
        const cost = costOfGap(policy.plan(), gap);
        idleSeconds += cost.idleSeconds;
        if (cost.isCold) result.cold += 1;
        policy.see(gap);
      }
      end = begin + MINUTE;
    }
    const rest = end === undefined ? 0 : trace.minutes * MINUTE - end;
    if (rest > 0) idleSeconds += costOfGap(policy.plan(), rest).idleSeconds;
    result.idleSeconds += idleSeconds;
    result.memory += idleSeconds * Math.max(app.memoryMb, 1);
  }
  return result;
}

export function fixed(minutes: number): () => KeepAlive {
  const plan = minutes === Infinity ? [{ from: 0, until: Infinity }] : keepFor(minutes * MINUTE);
  return () => ({ plan: () => (minutes === 0 ? [] : plan), see: () => {} });
}

/** The product's policy; a new one a trace, since applications share what they have seen. */
export function learned(coldSeconds: number, aheadSeconds = 0): () => KeepAlive {
  const counts = new GapCounts(new GapSlots(MINUTE));
  const pooled = new PooledGaps();
  return () => {
    const idle = new IdleGaps();
    let kept: Kept | undefined;
    return {
      plan: () => {
        kept = idle.plan(counts, pooled, coldSeconds);
        if (aheadSeconds === 0) return kept.played;
        return merged(
          kept.played.map(({ from, until }) => ({ from: Math.max(0, from - aheadSeconds), until })),
        );
      },
      see(gap) {
        if (kept !== undefined) idle.see(kept, gap, pooled, coldSeconds);
      },
    };
  };
}

function merged(plan: WarmPlan): WarmPlan {
  const apart: { from: number; until: number }[] = [];
  for (const { from, until } of plan) {
    const last = apart.at(-1);
    if (last !== undefined && from <= last.until) last.until = Math.max(last.until, until);
    else apart.push({ from, until });
  }
  return apart;
}

const RANGE = 240;

/** Histogram of idle minutes up to four hours: prewarm at the 5th percentile, keep until the 99th. */
export function hybridHistogram(): KeepAlive {
  const bins = new Float64Array(RANGE);
  let inside = 0;
  let outside = 0;
  const whole = keepFor(RANGE * MINUTE);
  return {
    plan() {
      if (inside < 3 || outside / (inside + outside) > 0.5 || spread(bins, inside) < 2) return whole;
      let counted = 0;
      let first = -1;
      let last = 0;
      for (let bin = 0; bin < RANGE; bin++) {
        counted += bins[bin] as number;
        if (first < 0 && counted >= 0.05 * inside) first = bin;
        if (counted >= 0.99 * inside) {
          last = bin;
          break;
        }
      }
      const from = first * 0.9;
      const until = (last + 1) * 1.1;
      return [{ from: from < 1 ? 0 : from * MINUTE, until: until * MINUTE * (1 + 1e-9) }];
    },
    see(gap) {
      const bin = Math.floor(gap / MINUTE);
      if (bin >= RANGE) outside += 1;
      else {
        bins[bin] = (bins[bin] as number) + 1;
        inside += 1;
      }
    },
  };
}

/** Coefficient of variation of the bins. */
function spread(bins: Float64Array, total: number): number {
  const mean = total / bins.length;
  let squares = 0;
  for (const count of bins) squares += (count - mean) ** 2;
  return Math.sqrt(squares / bins.length) / mean;
}
