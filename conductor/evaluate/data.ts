/**
 * What an evaluation folder can hold, once read and checked. Found by content, not by name; any part may be absent.
 *
 * Ring: conductor, pure.
 *
 * @module
 */

/** An instrument of a routing set, with list prices in US dollars per million tokens. */
export interface Arm {
  readonly id: string;
  readonly priceIn: number;
  readonly priceOut: number;
}

export interface RewardProfile {
  readonly name: string;
  readonly lc: number;
  readonly ll: number;
  readonly lf: number;
  /** Where the set has no token counts: the penalty for a list price, in place of the cost. */
  readonly pricePenalty?: number;
}

/** Full information: only the harness sees it, a policy sees the outcome of the arm it took. */
export interface RoutingItem {
  readonly id: string;
  /** For analysis only. */
  readonly slice: string;
  readonly kind: string;
  readonly features: Float64Array;
  readonly quality: Float64Array;
  readonly usd: Float64Array;
  readonly seconds: Float64Array;
  readonly failure: Float64Array;
  readonly text?: string;
  readonly at?: number;
}

export interface RoutingSet {
  readonly name: string;
  readonly folder: string;
  readonly arms: readonly Arm[];
  readonly features: readonly string[];
  readonly profiles: readonly RewardProfile[];
  readonly items: readonly RoutingItem[];
  /** True where `quality` is a mean over samples and a pull sees one sample, 0 or 1. */
  readonly isSampled: boolean;
}

/** Logged decisions with true propensities. Actions are whole numbers from 0. */
export interface LoggedSet {
  readonly name: string;
  readonly folder: string;
  readonly actions: number;
  /** One log for each behaviour policy that the folder has. */
  readonly logs: readonly {
    readonly policy: string;
    readonly rows: readonly LoggedRow[];
  }[];
}

export interface LoggedRow {
  /** Categorical context (position, user features, words), as one kind and hashed features. */
  readonly kind: string;
  readonly tokens: readonly string[];
  readonly action: number;
  readonly reward: number;
  readonly propensity: number;
}

/** A recorded workflow: `tasks[i].parents` are indices, `bytes` what each parent sends. */
export interface RecordedGraph {
  readonly name: string;
  readonly file: string;
  readonly app: string;
  readonly makespanRecorded: number;
  readonly tasks: readonly {
    readonly id: string;
    readonly kind: string;
    readonly seconds: number;
    readonly parents: readonly number[];
    readonly bytes: readonly number[];
    readonly bytesIn: number;
    readonly bytesOut: number;
    readonly cores: number;
  }[];
}

/** Activity a minute of several applications, `azure2019_apps.csv`. */
export interface ActivityTrace {
  readonly name: string;
  readonly file: string;
  /** Minutes that the trace covers. */
  readonly minutes: number;
  readonly apps: readonly {
    readonly id: string;
    readonly memoryMb: number;
    readonly invocations: number;
    /** Minutes with activity, rising, with the number of containers. */
    readonly active: readonly { readonly minute: number; readonly containers: number }[];
  }[];
}

/** Requests in time, `azure_llm_*.csv` and `mooncake_*.csv`. */
export interface RequestTrace {
  readonly name: string;
  readonly file: string;
  /** Seconds from the first request; rising. */
  readonly seconds: Float64Array;
  readonly tokensIn: Float64Array;
  readonly tokensOut: Float64Array;
}

/** Measured load times, `model_load_times.csv`. */
export interface LoadTime {
  readonly hardware: string;
  readonly run: string;
  readonly meanSeconds: number;
  readonly p95Seconds: number;
  readonly inferSeconds: number;
}

/** A run of an instrument over a benchmark, `aider_polyglot.csv`: what it costs and how often it is right. */
export interface ReferenceRun {
  readonly instrument: string;
  /** 0 to 1. */
  readonly quality: number;
  readonly wellFormed: number;
  readonly seconds: number;
  /** US dollars a case; 0 where the source has none. */
  readonly usd: number;
}

export interface ReferenceTable {
  readonly name: string;
  readonly file: string;
  readonly runs: readonly ReferenceRun[];
}

export interface EvaluationData {
  readonly folder: string;
  readonly routing: readonly RoutingSet[];
  readonly logged: readonly LoggedSet[];
  readonly graphs: readonly RecordedGraph[];
  readonly activity: readonly ActivityTrace[];
  readonly requests: readonly RequestTrace[];
  readonly loadTimes: readonly LoadTime[];
  readonly references: readonly ReferenceTable[];
  /** Files that nothing here reads, each with why. */
  readonly ignored: readonly { readonly path: string; readonly reason: string }[];
}
