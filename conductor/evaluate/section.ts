/**
 * A section of the evaluation: tables for a person, the same figures for a program. Each area gives its own
 * (`routing`, `off-policy`, `dispatch/section.ts`, `prewarm/section.ts`); the command prints them in order.
 *
 * Ring: conductor, pure.
 *
 * @module
 */

import type { JsonObject } from "../../core/json.ts";
import type { EvaluationData } from "./data.ts";

export interface EvaluateOptions {
  /** Seeds of each stochastic figure; 10 unless asked otherwise. */
  readonly seeds: number;
  /** Rounds of a bandit run; 4,000 unless asked otherwise. */
  readonly rounds: number;
  /** Said on standard error. */
  progress(text: string): void;
  /** Milliseconds that only rise, for decision latency. */
  now(): number;
}

export interface Table {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** What must be known to read it, one sentence each. */
  readonly notes?: readonly string[];
}

export interface Section {
  readonly name: string;
  readonly tables: readonly Table[];
  /** The same figures, unrounded, for `--json`. */
  readonly figures: JsonObject;
}

/** Undefined where the folder has nothing for it. */
export type EvaluateSection = (data: EvaluationData, options: EvaluateOptions) => Section | undefined;
