/**
 * Why a decision was taken, from its record alone: what each candidate was expected to give, how it scored, what drove
 * that, why it was explored, what was not allowed, and the smallest change of preference that would have flipped it.
 *
 * Ring: conductor, pure.
 *
 * @module
 */

import type { Preference } from "../core/policy/preference.ts";
import type { DecisionRecord, OutcomeRecord } from "./decision.ts";
import { routeFacts } from "./learning/route_record.ts";
import { explainRecovery } from "./recovery/explain_recovery.ts";
import { smallestFlip } from "./routing/flip.ts";

export interface ExplainedCandidate {
  /** An instrument; for a decision after a failure, an action. */
  readonly instrument: string;
  readonly quality: number;
  readonly qualitySd: number;
  readonly usd: number;
  readonly seconds: number;
  readonly failure: number;
  /** What the preference takes off the quality, by head. */
  readonly penalties: { readonly usd: number; readonly seconds: number; readonly failure: number };
  readonly score: number;
  readonly propensity: number;
  /** Observations for this kind before the decision. */
  readonly seen: number;
  readonly isChosen: boolean;
  readonly isBest: boolean;
  readonly isDefault: boolean;
}

export interface Explanation {
  readonly type: DecisionRecord["type"];
  readonly decision: string;
  readonly at: number;
  readonly run?: string;
  readonly node?: string;
  readonly kind: string;
  readonly policy: string;
  readonly preference: Preference;
  readonly candidates: readonly ExplainedCandidate[];
  readonly masked: DecisionRecord["masked"];
  readonly why: readonly string[];
  readonly drivers: readonly { readonly feature: string; readonly effect: number }[];
  readonly flip?: {
    readonly weight: string;
    readonly from: number;
    readonly to: number;
    readonly instrument: string;
  };
  readonly outcome?: OutcomeRecord;
}

/** Explains a decision about an instrument, or one after a failure. */
export function explainDecision(record: DecisionRecord, outcome: OutcomeRecord | undefined): Explanation {
  if (record.type === "recover") return explainRecovery(record, outcome);
  const { heads, preference, actions, action } = record;
  const facts = routeFacts(record);
  const best = largest(record.scores);
  const flip = smallestFlip(heads, preference, best);
  return {
    type: record.type,
    decision: record.id,
    at: record.at,
    ...(record.run === undefined ? {} : { run: record.run }),
    ...(record.node === undefined ? {} : { node: record.node }),
    kind: record.kind,
    policy: record.policy,
    preference,
    candidates: heads.map((head, at) => ({
      instrument: actions[at] ?? "",
      ...head,
      penalties: {
        usd: preference.perUsd * head.usd,
        seconds: preference.perSecond * head.seconds,
        failure: preference.perFailure * head.failure,
      },
      score: record.scores[at] ?? 0,
      propensity: record.propensities[at] ?? 0,
      seen: facts.seen[at] ?? 0,
      isChosen: at === action,
      isBest: at === best,
      isDefault: at === facts.standard,
    })),
    masked: record.masked,
    why: reasons(record, best),
    drivers: facts.drivers,
    ...(flip === undefined ? {} : {
      flip: { weight: flip.weight, from: flip.from, to: flip.to, instrument: actions[flip.action] ?? "" },
    }),
    ...(outcome === undefined ? {} : { outcome }),
  };
}

function reasons(record: DecisionRecord, best: number): readonly string[] {
  const { actions, action, propensities, heads } = record;
  const { mode, isGated, isCanary, structures, seen } = routeFacts(record);
  const name = (at: number) => actions[at] ?? "";
  const percent = (share: number) => `${(share * 100).toFixed(1)} %`;
  const why: string[] = [];
  if (actions.length === 1) why.push(`${name(action)} was the only one allowed`);
  else if (mode === "means") why.push(`exploring is switched off: ${name(action)} has the best mean`);
  else if (mode === "critical") {
    why.push(`nothing may be tried out on this node: ${name(action)} is the surest`);
  } else if (action === best) {
    why.push(
      `${name(action)} has the best mean and was drawn with probability ${
        percent(propensities[action] ?? 0)
      }`,
    );
  } else {
    const share = percent(propensities[action] ?? 0);
    why.push(
      `explored: ${name(best)} has the better mean, ${name(action)} was drawn with probability ${share}`,
    );
    const sd = heads[action]?.qualitySd ?? 0;
    why.push(
      `its quality is known to ± ${sd.toFixed(3)} after ${seen[action] ?? 0} observations for this kind`,
    );
  }
  if (isGated) why.push("the conservative gate has moved probability to the operator's default");
  if (isCanary === true) why.push("a candidate policy takes a share of the decisions (canary)");
  why.push(
    structures["usesFeatures"] === true
      ? "the prompt's features count: choosing by them has earned more"
      : "kind of task and instrument count; the prompt's features have not earned more",
  );
  return why;
}

function largest(values: readonly number[]): number {
  let best = 0;
  values.forEach((value, at) => {
    if (value > (values[best] ?? -Infinity)) best = at;
  });
  return best;
}
