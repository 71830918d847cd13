/**
 * A routing decision as the log keeps it, and back: everything that learning, replay, evaluation and `explain` need.
 *
 * Ring: conductor, pure.
 *
 * @module
 */

import type { JsonObject } from "../../core/json.ts";
import type { FailureClass } from "../../core/policy/failure.ts";
import type { DecisionRecord, OutcomeRecord } from "../decision.ts";
import type { Candidate, RouteOutcome, RouteRequest } from "../routing/route_request.ts";

/** What a record's `facts` hold for a routing decision. */
export interface RouteFacts {
  readonly tokensIn: number;
  readonly candidates: readonly Candidate[];
  /** Index of the operator's default; -1 for none. */
  readonly standard: number;
  readonly floor?: number;
  readonly isGated: boolean;
  /** Observations of each candidate for the kind. */
  readonly seen: readonly number[];
  readonly structures: JsonObject;
  /** Features that moved the chosen candidate's quality most, where features are used. */
  readonly drivers: readonly { readonly feature: string; readonly effect: number }[];
  /** What a candidate policy in the shadow would have done. */
  readonly shadow?: { readonly policy: string; readonly propensities: readonly number[] };
  /** True where a candidate policy decided, in its share. */
  readonly isCanary?: boolean;
  readonly mode: "learned" | "means" | "critical";
}

/** The record's facts. Records are written by this program alone, so their shape is taken as it is. */
export function routeFacts({ facts }: DecisionRecord): RouteFacts {
  return facts as unknown as RouteFacts;
}

/** The request as it was put, to learn from or to ask another policy. */
export function requestOf(record: DecisionRecord): RouteRequest {
  const { tokensIn, candidates, floor } = routeFacts(record);
  return {
    kind: record.kind,
    features: Float64Array.from(record.features),
    tokensIn,
    candidates,
    preference: record.preference,
    now: record.at,
    ...(floor === undefined ? {} : { critical: { floor } }),
  };
}

/** How the router sees a failure; undefined where it says nothing about the instrument. */
export function failureKind(failure: FailureClass): "visible" | "transient" | undefined {
  switch (failure) {
    case "output":
    case "quality":
    case "refusal":
    case "context-length":
    case "thrown":
      return "visible";
    case "timeout":
    case "resource":
    case "crash":
    case "connection":
    case "rate-limit":
    case "credit":
    case "auth":
    case "unavailable":
      return "transient";
    case "cancelled":
    case "input":
    case "permission":
    case "expression":
    case "storage":
      return undefined;
    default:
      failure satisfies never;
      return undefined;
  }
}

/** The outcome as the router learns it; undefined where it says nothing about the instrument. */
export function routeOutcome(outcome: OutcomeRecord): RouteOutcome | undefined {
  const { quality, usd, seconds, failure } = outcome;
  const kind = failure === undefined ? undefined : failureKind(failure);
  if (failure !== undefined && kind === undefined) return undefined;
  return {
    ...(quality === undefined ? {} : { quality }),
    ...(usd === undefined ? {} : { usd }),
    ...(seconds === undefined ? {} : { seconds }),
    ...(kind === undefined ? {} : { failure: kind }),
  };
}
