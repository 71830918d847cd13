/**
 * What the router is asked and what it answers.
 *
 * Ring: conductor, pure.
 *
 * @module
 */

import type { Heads } from "../decision.ts";
import type { Preference } from "../../core/policy/preference.ts";

/** An instrument that may be taken: what is not allowed has been masked before (mask.ts). */
export interface Candidate {
  readonly id: string;
  /** US dollars for a million tokens. */
  readonly priceIn: number;
  readonly priceOut: number;
  /** The price of this one call, where it is known beforehand. */
  readonly quoteUsd?: number;
  /** Quality that a catalogue promises, 0 to 1; worth two observations. */
  readonly promisedQuality?: number;
  /** Calls of its own length that this one would wait for; absent where a place is free. */
  readonly waitRounds?: number;
  /** Seconds that its extension's calls take of late, and the share that fails; absent while it is well. */
  readonly lateSeconds?: number;
  readonly lateFailures?: number;
}

export interface RouteRequest {
  /** The kind of task. */
  readonly kind: string;
  /** As many as the router was made for. */
  readonly features: Float64Array;
  /** Estimated tokens of the prompt. */
  readonly tokensIn: number;
  readonly candidates: readonly Candidate[];
  readonly preference: Preference;
  /** Unix milliseconds. */
  readonly now: number;
  /** Takes the best mean, where its quality passes `floor` with probability 0.9 and others' does not. */
  readonly critical?: { readonly floor: number };
}

export interface RouteDecision {
  /** Index into the request's candidates. */
  readonly action: number;
  /** By candidate; they sum to 1. */
  readonly propensities: Float64Array;
  readonly heads: readonly Heads[];
  /** Expected reward by candidate: quality less what cost, time and failure are worth. */
  readonly scores: Float64Array;
  /** Standard deviation of each score. */
  readonly spreads: Float64Array;
  /** True where another candidate has the better mean. */
  readonly explored: boolean;
}

/** What came of a call. */
export interface RouteOutcome {
  /** 0 to 1; absent where nothing could measure it and the call did not fail. */
  readonly quality?: number;
  readonly usd?: number;
  readonly seconds?: number;
  /** `visible`: the answer was bad or none; `transient`: none came, and it says nothing about the next. */
  readonly failure?: "visible" | "transient";
}
