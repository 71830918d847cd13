/**
 * What the `conductor` commands ask of the Conductor; main.ts gives it. Everything comes back as plain facts, which the
 * commands print for a person or, with --json, as they are.
 *
 * @module
 */

/** A table of named figures. */
export interface FigureTable {
  readonly id: string;
  readonly title: string;
  readonly columns: readonly { readonly title: string; readonly digits: number }[];
  readonly rows: readonly {
    readonly name: string;
    readonly isOurs: boolean;
    readonly cells: readonly (number | undefined)[];
  }[];
  readonly notes: readonly string[];
}

export interface EvaluateRequest {
  /** Absolute. */
  readonly folder: string;
  readonly seeds: number;
  readonly rounds: number;
  /** The beginning of the ids of tables to make; all where it is absent. */
  readonly only?: string;
  onProgress(line: string): void;
  /** Called with each table as soon as it is there. */
  onTable(table: FigureTable): void;
}

/** What was read and what was not. */
export interface EvaluateSummary {
  readonly tables: number;
  readonly ignored: readonly { readonly path: string; readonly reason: string }[];
}

/** A figure with its standard error and 95 % interval. */
export interface EstimateFacts {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** A candidate policy less what decided, by the log. */
export interface ComparisonFacts {
  readonly rows: number;
  readonly difference: EstimateFacts;
  readonly slices: readonly {
    readonly kind: string;
    readonly rows: number;
    readonly difference: EstimateFacts;
  }[];
}

export interface StateFacts {
  readonly incumbent: string;
  readonly previous?: string;
  readonly candidate?: string;
  readonly stage: string;
  readonly frozen: "no" | "means" | "default";
}

export interface StatusFacts {
  readonly state: StateFacts;
  readonly decisions: number;
  readonly outcomes: number;
  readonly explored: number;
  /** Decisions that the figures below are of. */
  readonly lately: number;
  readonly instruments: readonly {
    readonly instrument: string;
    readonly share: number;
    readonly decisions: number;
    readonly failures: number;
    readonly quality: number | undefined;
    readonly usd: number | undefined;
    readonly seconds: number | undefined;
    readonly reward: number | undefined;
  }[];
  readonly changes: readonly {
    readonly at: number;
    readonly change: string;
    readonly policy: string;
    readonly reason: string;
  }[];
}

export interface ExplanationFacts {
  /** `route`: candidates are instruments; `recover`: they are actions after a failure. */
  readonly type: string;
  readonly decision: string;
  readonly at: number;
  readonly run?: string;
  readonly node?: string;
  readonly kind: string;
  readonly policy: string;
  readonly preference: { readonly perUsd: number; readonly perSecond: number; readonly perFailure: number };
  readonly candidates: readonly {
    readonly instrument: string;
    readonly quality: number;
    readonly qualitySd: number;
    readonly usd: number;
    readonly seconds: number;
    readonly failure: number;
    readonly penalties: { readonly usd: number; readonly seconds: number; readonly failure: number };
    readonly score: number;
    readonly propensity: number;
    readonly seen: number;
    readonly isChosen: boolean;
    readonly isBest: boolean;
    readonly isDefault: boolean;
  }[];
  readonly masked: readonly { readonly action: string; readonly reason: string }[];
  readonly why: readonly string[];
  readonly drivers: readonly { readonly feature: string; readonly effect: number }[];
  readonly flip?: {
    readonly weight: string;
    readonly from: number;
    readonly to: number;
    readonly instrument: string;
  };
  readonly outcome?: {
    readonly quality?: number;
    readonly source?: string;
    readonly usd?: number;
    readonly seconds?: number;
    readonly failure?: string;
    readonly note?: string;
  };
}

export interface ReplayFacts {
  readonly decisions: number;
  readonly equal: number;
  readonly notCompared: number;
  readonly firstDifference?: {
    readonly decision: string;
    readonly logged: string;
    readonly replayed: string;
  };
}

export interface PromotionFacts {
  readonly from: string;
  readonly to: string;
  readonly comparison: ComparisonFacts | undefined;
  readonly requirements: readonly {
    readonly name: string;
    readonly found: string;
    readonly isMet: boolean;
  }[];
  readonly isPromoted: boolean;
  readonly state: StateFacts;
}

export type VerdictWord = "accept" | "edit" | "reject";

export interface VerdictRequest {
  readonly run: string;
  readonly word: VerdictWord;
  readonly note?: string;
  /** Edges between each node of the run and what was judged, 0 for that itself. */
  readonly hops: ReadonlyMap<string, number>;
}

/** What a verdict did to the quality of one decision. */
export interface CreditFacts {
  readonly decision: string;
  readonly node: string;
  readonly instrument: string;
  readonly hops: number;
  readonly weight: number;
  readonly before: number | undefined;
  readonly quality: number;
}

/** `data` is an absolute data folder throughout. */
export interface ConductorDesk {
  /** @throws SymphonyError `bad-input` naming the place; `not-found` */
  evaluate(request: EvaluateRequest): Promise<EvaluateSummary>;
  status(data: string): Promise<StatusFacts>;
  /** `id` may be any unique beginning, or `last`. @throws SymphonyError `not-found` | `bad-input` */
  explain(data: string, id: string): Promise<ExplanationFacts>;
  replay(data: string): Promise<ReplayFacts>;
  /**
   * Learns from the log, or from a curated dataset: the absolute path of a file or folder.
   * @throws SymphonyError `bad-input` where there is nothing to learn from, or naming the place of a malformed row
   */
  train(
    data: string,
    dataset?: string,
  ): Promise<
    { readonly policy: string; readonly learned: number; readonly comparison: ComparisonFacts | undefined }
  >;
  /** Takes the candidate one step further where the data allows it; only looks where `isDry`. */
  promote(data: string, isDry: boolean): Promise<PromotionFacts>;
  rollback(data: string): Promise<StateFacts>;
  freeze(data: string, frozen: StateFacts["frozen"]): Promise<StateFacts>;
  /** @throws SymphonyError `not-found` where no instrument of the run can be credited with it */
  verdict(data: string, request: VerdictRequest): Promise<readonly CreditFacts[]>;
  /** Gives every decision with its outcome; how many there are. */
  export(data: string, each: (row: object) => void): Promise<number>;
  /** The same as rows of a dataset that `train` reads. */
  exportDataset(data: string, each: (row: object) => void): Promise<number>;
}
