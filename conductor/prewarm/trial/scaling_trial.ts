/**
 * The number of instances for a recorded stream of requests, beside fixed numbers, reaction to use, and mean plus
 * deviations. An instance serves one request at a time, in 0.15 s + tokens in / 8,000 + tokens out / 60 s; a new one is
 * ready after 8 s; every 5 s is decided.
 *
 * @module
 */

import type { RequestTrace } from "../../evaluate/data.ts";
import { mean, quantile } from "../../evaluate/figures.ts";
import { InstanceCount } from "../instance_count.ts";
import type { LoadReading } from "../instance_count.ts";

export const STEP_SECONDS = 5;
export const COLD_SECONDS = 8;
const MOST = 400;

export interface Scaling {
  /** Instances at the beginning. */
  readonly first?: number;
  want(reading: LoadReading): number;
}

export interface ScalingResult {
  /** Mean instances as a multiple of the offered load. */
  readonly instances: number;
  readonly meanWait: number;
  readonly p95Wait: number;
  readonly p99Wait: number;
  readonly starts: number;
}

export function serviceSeconds(trace: RequestTrace): Float64Array {
  return trace.seconds.map((_, at) =>
    0.15 + (trace.tokensIn[at] as number) / 8000 + (trace.tokensOut[at] as number) / 60
  );
}

/** Instances that would be busy all the time. */
export function offeredLoad(trace: RequestTrace): number {
  const work = serviceSeconds(trace).reduce((sum, seconds) => sum + seconds, 0);
  return work / Math.max(trace.seconds.at(-1) ?? 0, STEP_SECONDS);
}

export function runScaling(trace: RequestTrace, policy: Scaling): ScalingResult {
  const service = serviceSeconds(trace);
  const end = trace.seconds.at(-1) ?? 0;
  // When each instance has done what it was given.
  let free: number[] = Array.from({ length: policy.first ?? 1 }, () => 0);
  const waits: number[] = [];
  let instanceSeconds = 0;
  let starts = 0;
  let request = 0;
  for (let step = 0; step < end; step += STEP_SECONDS) {
    const until = step + STEP_SECONDS;
    let arrivals = 0;
    let arrivedSeconds = 0;
    for (; request < service.length && (trace.seconds[request] as number) < until; request++) {
      const at = trace.seconds[request] as number;
      const seconds = service[request] as number;
      let soonest = 0;
      for (let other = 1; other < free.length; other++) {
        if ((free[other] as number) < (free[soonest] as number)) soonest = other;
      }
      const begin = Math.max(at, free[soonest] as number);
      waits.push(begin - at);
      free[soonest] = begin + seconds;
      arrivals += 1;
      arrivedSeconds += seconds;
    }
    const waitingSeconds = free.reduce((sum, at) => sum + Math.max(0, at - until), 0);
    const wanted = Math.max(
      1,
      Math.min(MOST, Math.round(policy.want({ arrivals, arrivedSeconds, waitingSeconds }))),
    );
    instanceSeconds += free.length * STEP_SECONDS;
    while (free.length < wanted) {
      free.push(until + COLD_SECONDS);
      starts += 1;
    }
    free.sort((a, b) => a - b);
    let surplus = free.length - wanted;
    free = free.filter((at) => !(surplus > 0 && at <= until && surplus-- > 0));
  }
  return {
    instances: instanceSeconds / Math.max(end, STEP_SECONDS) / offeredLoad(trace),
    meanWait: mean(waits),
    p95Wait: quantile(waits, 0.95),
    p99Wait: quantile(waits, 0.99),
    starts,
  };
}

export function fixedNumber(count: number): Scaling {
  return { first: count, want: () => count };
}

/** Enough for a share of use, and down only after `hold` steps without need. */
export function reactive(use: number, hold: number): Scaling {
  const last: number[] = [];
  const needs: number[] = [];
  return {
    want({ arrivedSeconds, waitingSeconds }) {
      last.push(arrivedSeconds / STEP_SECONDS);
      if (last.length > 3) last.shift();
      needs.push(mean(last) / use + waitingSeconds / 30);
      if (needs.length > hold) needs.shift();
      return Math.max(...needs);
    },
  };
}

export function meanAndDeviations(deviations: number, follow = 0.2): Scaling {
  let centre = 0;
  let variance = 0;
  return {
    want({ arrivedSeconds, waitingSeconds }) {
      const difference = arrivedSeconds / STEP_SECONDS - centre;
      centre += follow * difference;
      variance = (1 - follow) * (variance + follow * difference * difference);
      return centre + deviations * Math.sqrt(variance) + waitingSeconds / 20;
    },
  };
}

export function windowQuantile(steps: number, share: number): Scaling {
  const work: number[] = [];
  return {
    want({ arrivedSeconds, waitingSeconds }) {
      work.push(arrivedSeconds / STEP_SECONDS);
      if (work.length > steps) work.shift();
      return quantile(work, share) * 1.15 + waitingSeconds / 20;
    },
  };
}

export function ours(waitingWorth: number): Scaling {
  const count = new InstanceCount({
    stepSeconds: STEP_SECONDS,
    coldSeconds: COLD_SECONDS,
    waitingWorth,
    most: MOST,
  });
  return { want: (reading) => count.want(reading) };
}
