/**
 * Where the Conductor stands: who decides, what it has seen, what each instrument was worth lately.
 *
 * Ring: conductor, pure.
 *
 * @module
 */

import type { PolicyChange } from "../decision.ts";
import { type JoinedDecision, type JoinedLog, rewardOfRow } from "./log_rows.ts";
import type { PolicyState } from "./policy_state.ts";

/** Decisions that "lately" means. */
const LATELY = 500;

export interface InstrumentStatus {
  readonly instrument: string;
  /** Of the last decisions in which it was allowed. */
  readonly share: number;
  readonly decisions: number;
  readonly failures: number;
  readonly quality: number | undefined;
  readonly usd: number | undefined;
  readonly seconds: number | undefined;
  readonly reward: number | undefined;
}

export interface ConductorStatus {
  readonly state: PolicyState;
  readonly decisions: number;
  readonly outcomes: number;
  readonly explored: number;
  readonly lately: number;
  readonly instruments: readonly InstrumentStatus[];
  readonly changes: readonly PolicyChange[];
}

export function statusOf(log: JoinedLog, state: PolicyState): ConductorStatus {
  const routes = log.rows.filter(({ decision }) => decision.type === "route");
  const recent = routes.slice(-LATELY);
  const names = [...new Set(recent.flatMap(({ decision }) => decision.actions))].sort();
  return {
    state,
    decisions: routes.length,
    outcomes: routes.filter(({ outcome }) => outcome !== undefined).length,
    explored: recent.filter(({ decision }) => decision.explored).length,
    lately: recent.length,
    instruments: names.map((name) => instrumentStatus(name, recent)),
    changes: log.changes.slice(-10),
  };
}

function instrumentStatus(instrument: string, recent: readonly JoinedDecision[]): InstrumentStatus {
  const allowed = recent.filter(({ decision }) => decision.actions.includes(instrument));
  const taken = allowed.filter(({ decision }) => decision.actions[decision.action] === instrument);
  const outcomes = taken.flatMap(({ outcome }) => outcome ?? []);
  return {
    instrument,
    share: allowed.length === 0 ? 0 : taken.length / allowed.length,
    decisions: taken.length,
    failures: outcomes.filter(({ failure }) => failure !== undefined).length,
    quality: meanOf(
      outcomes.map(({ quality, failure }) => quality ?? (failure === undefined ? undefined : 0)),
    ),
    usd: meanOf(outcomes.map(({ usd }) => usd)),
    seconds: meanOf(outcomes.map(({ seconds }) => seconds)),
    reward: meanOf(taken.map(rewardOfRow)),
  };
}

function meanOf(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? undefined : known.reduce((sum, value) => sum + value, 0) / known.length;
}
