/**
 * Figures of this server and its runs: live, and over time as kept in the data folder. Times are Unix milliseconds,
 * durations milliseconds.
 *
 * @module
 */

/** How long calls took. Quantiles within 2 %. */
export interface LatencyFigures {
  /** Calls that were made and have ended. */
  readonly count: number;
  readonly failed: number;
  /** Results that were taken over instead of being made; in none of the other figures. */
  readonly reused: number;
  /** How long calls were held in all until a person gave leave; in none of the durations. */
  readonly waitedMs: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
  readonly mean: number;
}

export interface NodeTypeFigures extends LatencyFigures {
  /** A node type, control kind or instrument. */
  readonly name: string;
  readonly tokensIn: number;
  readonly tokensOut: number;
  readonly costUsd: number;
}

/** Live figures; calls and counters since the server began. */
export interface MetricsNow {
  readonly at: number;
  readonly nodeTypes: readonly NodeTypeFigures[];
  readonly instruments: readonly NodeTypeFigures[];
  readonly gauges: Readonly<Record<GaugeName, number>>;
  readonly counters: Readonly<Record<CounterName, number>>;
  readonly extensions: readonly {
    readonly extension: string;
    readonly memoryBytes: number;
    readonly cpu: number;
  }[];
}

export interface SummaryQuery {
  /** Unix milliseconds; 0 for all that is kept. */
  readonly from: number;
}

/** What a time until now came to, over all starts of the server, as kept in the data folder. */
export interface MetricsSummary {
  /** What was asked for, or up to one kept step before; not before the first figure that is kept. */
  readonly from: number;
  readonly to: number;
  readonly nodeTypes: readonly NodeTypeFigures[];
  readonly instruments: readonly NodeTypeFigures[];
  readonly counters: Readonly<Record<CounterName, number>>;
  readonly extensions: readonly ExtensionFigures[];
}

/** What an extension's hosts used while they ran; of `cpu`, 1 is one processor. */
export interface ExtensionFigures {
  readonly extension: string;
  readonly cpu: number;
  readonly mostCpu: number;
  readonly memoryBytes: number;
  readonly mostMemoryBytes: number;
}

/** What stands at a height. */
export type GaugeName =
  | "runs.active"
  | "nodes.running"
  | "nodes.queued"
  | "nodes.retrying"
  | "nodes.waiting"
  | "pool.hot"
  | "pool.warming"
  | "pool.cooling"
  | "pool.failed"
  | "pool.busy"
  | "clients"
  | "process.cpu"
  | "process.rss"
  | "process.heap"
  | "hosts.cpu"
  | "hosts.rss"
  | "loop.delay";

/** What only grows; the page makes rates of it. */
export type CounterName =
  | "runs.started"
  | "runs.completed"
  | "runs.failed"
  | "runs.cancelled"
  | "nodes.completed"
  | "nodes.failed"
  | "nodes.retried"
  | "fallbacks"
  | "tokens.in"
  | "tokens.out"
  | "cost.usd"
  | "events.sent"
  | "events.coalesced";

export interface SeriesQuery {
  /**
   * A gauge, a counter (given as its growth in each step), `extension.cpu:ID` or `extension.rss:ID` of an extension, or
   * `latency:NAME` of a node type, `instrument-latency:NAME` of an instrument.
   */
  readonly name: string;
  readonly from: number;
  readonly to: number;
  /** Most points wanted; default 300, at most 2000. */
  readonly points?: number;
}

export interface Series {
  readonly name: string;
  /** Milliseconds between points: kept steps put together where there are more than wanted. */
  readonly stepMs: number;
  /** Beginning of each step; steps without data are left out. */
  readonly at: readonly number[];
  /** For a gauge: mean, least and most in the step; for a counter: `mean` is the growth. */
  readonly mean: readonly number[];
  readonly min?: readonly number[];
  readonly max?: readonly number[];
  /** For latency. */
  readonly p50?: readonly number[];
  readonly p95?: readonly number[];
  readonly p99?: readonly number[];
  readonly count?: readonly number[];
}
