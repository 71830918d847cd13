/** What is kept, how much room it takes, and what could go. @module */

export interface StorageInfo {
  readonly data: string;
  readonly freeBytes?: number;
  readonly totalBytes: number;
  readonly parts: readonly {
    /** `pit`, `conductor`, `metrics`, … */
    readonly name: string;
    readonly bytes: number;
    readonly files: number;
  }[];
  readonly artifacts: { readonly count: number; readonly bytes: number };
  readonly runs: { readonly count: number; readonly open: number };
}

/** Artifacts that have aged, by tier; nothing is removed by looking. */
export interface StaleReview {
  readonly proposals: readonly {
    readonly artifact: string;
    readonly title: string;
    readonly sizeBytes: number;
    readonly tier: "hot" | "warm" | "cold";
    readonly reason: string;
  }[];
  readonly isCut: boolean;
}
