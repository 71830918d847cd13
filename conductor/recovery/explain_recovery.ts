/**
 * Why an action followed a failure, from the decision's record alone. What would have flipped it is found by planning
 * again under other preferences: values are not linear in the weights, so a weight is moved by steps and then halved in on.
 *
 * Ring: conductor, pure.
 *
 * @module
 */

import type { Preference } from "../../core/policy/preference.ts";
import type { DecisionRecord, OutcomeRecord } from "../decision.ts";
import type { Explanation } from "../explain.ts";
import { recoveryFacts, valuesOfRecord } from "./recovery_record.ts";

const weights: readonly (keyof Preference)[] = ["perUsd", "perSecond", "perFailure"];
/** Where a weight is 0 its steps begin here. */
const SMALL: Preference = { perUsd: 0.2, perSecond: 0.0002, perFailure: 0.0005 };
/** Steps up and down, each by this factor; then halvings. */
const STEPS = 24;
const FACTOR = Math.SQRT2;
const HALVINGS = 20;

export function explainRecovery(record: DecisionRecord, outcome: OutcomeRecord | undefined): Explanation {
  const { preference, actions, action, heads, scores, explored } = record;
  const facts = recoveryFacts(record);
  // Of several that are alike the chosen one counts.
  const best = explored ? scores.indexOf(Math.max(...scores)) : action;
  const flip = smallestFlip(record, actions[best] ?? "");
  return {
    type: "recover",
    decision: record.id,
    at: record.at,
    ...(record.run === undefined ? {} : { run: record.run }),
    ...(record.node === undefined ? {} : { node: record.node }),
    kind: record.kind,
    policy: record.policy,
    preference,
    candidates: heads.map((head, at) => {
      const isAttempt = actions[at] !== "give-up" && actions[at] !== "ask";
      return {
        instrument: actions[at] ?? "",
        ...head,
        penalties: {
          usd: preference.perUsd * head.usd,
          seconds: preference.perSecond * head.seconds,
          failure: isAttempt ? preference.perFailure : 0,
        },
        score: scores[at] ?? 0,
        propensity: record.propensities[at] ?? 0,
        seen: facts.seen[at] ?? 0,
        isChosen: at === action,
        isBest: at === best,
        isDefault: false,
      };
    }),
    masked: record.masked,
    why: reasons(record, best),
    drivers: [],
    ...(flip === undefined ? {} : { flip }),
    ...(outcome === undefined ? {} : { outcome }),
  };
}

function reasons(record: DecisionRecord, best: number): readonly string[] {
  const { actions, action, propensities, explored } = record;
  const facts = recoveryFacts(record);
  const chosen = actions[action] ?? "";
  const why = [
    `${facts.instrument} failed with "${facts.after}"; at most ${facts.attemptsLeft} further attempts of this ` +
    `${facts.importance} node, ${facts.untried} other instruments are left`,
    `${chosen}${facts.next === undefined ? "" : ` by ${facts.next}`}: ${facts.reason}`,
  ];
  const share = `${((propensities[action] ?? 0) * 100).toFixed(1)} %`;
  if (actions.length === 1) why.push("nothing else was allowed");
  else if (facts.mode === "default") why.push("the Conductor is switched off: by the table it began with");
  else if (facts.mode === "means") why.push("exploring is switched off: the best by means");
  else if (explored) {
    why.push(
      `explored: ${actions[best] ?? ""} is better by means, ${chosen} is so in ${share} of the samples`,
    );
  } else why.push(`the best by means, and in ${share} of the samples`);
  return why;
}

/** The nearest value of one weight under which another action is the best by means. */
function smallestFlip(record: DecisionRecord, best: string): Explanation["flip"] {
  const { preference } = record;
  /** What is better than `best` there; itself where nothing is. */
  const bestAt = (weight: keyof Preference, to: number) => {
    const values = valuesOfRecord(record, { ...preference, [weight]: to });
    const own = values.find(({ action }) => action === best)?.value ?? -Infinity;
    const [first] = values;
    return first === undefined || first.value <= own ? best : first.action;
  };
  let smallest: Explanation["flip"];
  let least = Infinity;
  for (const weight of weights) {
    const from = preference[weight];
    for (const direction of [1, -1]) {
      if (direction < 0 && from === 0) continue;
      let same = from;
      for (let step = 1; step <= STEPS; step++) {
        let other = (from === 0 ? SMALL[weight] : from) * FACTOR ** (direction * step);
        if (step === STEPS && direction < 0) other = 0;
        if (bestAt(weight, other) === best) {
          same = other;
          continue;
        }
        for (let half = 0; half < HALVINGS; half++) {
          const middle = (same + other) / 2;
          if (bestAt(weight, middle) === best) same = middle;
          else other = middle;
        }
        if (step < least) {
          least = step;
          smallest = { weight, from, to: other, instrument: bestAt(weight, other) };
        }
        break;
      }
    }
  }
  return smallest;
}
