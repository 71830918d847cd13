/** What the Conductor decided and why. @module */

import type { JsonObject } from "../../core/json.ts";

export interface DecisionQuery {
  readonly run?: string;
  readonly node?: string;
  /** Default 100, at most 1000; newest first. */
  readonly limit?: number;
  readonly before?: number;
}

export interface DecisionLine {
  readonly decision: string;
  readonly at: number;
  /** `route`, `recover`, … */
  readonly kind: string;
  /** The kind of work it was about. */
  readonly task?: string;
  readonly run?: string;
  readonly node?: string;
  readonly choice: string;
  readonly reason: string;
  readonly outcome?: {
    readonly seconds?: number;
    readonly usd?: number;
    readonly quality?: number;
    readonly failure?: string;
  };
}

export interface DecisionPage {
  readonly decisions: readonly DecisionLine[];
  readonly next?: number;
}

/** As `conductor explain --json` gives it; see ExplanationFacts there. */
export interface Explanation {
  readonly decision: string;
  /** In words, one a line. */
  readonly why: readonly string[];
  readonly facts: JsonObject;
}

/** As `conductor status --json` gives it. */
export type ConductorStatus = JsonObject;
