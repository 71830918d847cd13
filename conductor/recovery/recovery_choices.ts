/**
 * What is possible after a failure, and what it costs: who is left, what each action is expected to take, and which are
 * masked, each with its reason.
 *
 * Ring: conductor, pure.
 *
 * @module
 */

import { isRetryable } from "../../core/policy/failure.ts";
import { preferences } from "../../core/policy/preference.ts";
import type { Preference } from "../../core/policy/preference.ts";
import type { InstrumentOption } from "../../core/ports/conductor.ts";
import type { FailedAttempt } from "../../core/ports/recovery.ts";
import { failureKind } from "./failure_kind.ts";
import type { InstrumentBook, Listed } from "./instrument_book.ts";
import { mostAttempts } from "./patience.ts";
import { type LearnedAction, learnedActions } from "./recovery_belief.ts";
import type { ByAction } from "./recovery_plan.ts";

export interface Choices {
  /** Instruments that have not failed here and are not blacklisted. */
  readonly untried: readonly InstrumentOption[];
  /** The strongest of them. */
  readonly strongest: InstrumentOption | undefined;
  /** In worth. */
  readonly costs: ByAction;
  /** Expected quality of what each action leads to, where it leads to an answer. */
  readonly qualities: ByAction;
  readonly masked: ReadonlyMap<LearnedAction, string>;
  readonly attemptsLeft: number;
  /** What each action is expected to take. */
  readonly expected: ExpectedByAction;
}

export interface Expected {
  readonly seconds: number;
  readonly usd: number;
}

export type ExpectedByAction = Readonly<Record<LearnedAction, Expected>>;

/** A correction sends the wrong answer along. */
const CORRECTION_COST = 1.3;

export function choicesAfter(failed: FailedAttempt, book: InstrumentBook): Choices {
  const { kind, options, tried, instrument } = failed;
  const last: Listed = options.find((one) => one.instrument === instrument) ??
    { instrument, priceIn: 0, priceOut: 0 };
  const untried = options.filter((one) =>
    !tried.includes(one.instrument) && book.health(one.instrument).class !== "blacklisted"
  );
  const strongest = untried.reduce<InstrumentOption | undefined>(
    (best, one) => best === undefined || book.strength(kind, one) > book.strength(kind, best) ? one : best,
    undefined,
  );
  const expected = expectedOf(failed, book, { last, untried, strongest });
  const masked = masks(failed, book, { last, untried, strongest, expected });
  const { importance, position, attempts } = failed;
  return {
    untried,
    strongest,
    costs: costsOf(expected, failed.preference ?? preferences.balanced),
    qualities: qualitiesOf(failed, book, { last, untried, strongest }),
    masked,
    expected,
    attemptsLeft: Math.max(0, Math.min(failed.attemptsLeft, mostAttempts(importance, position) - attempts)),
  };
}

interface Who {
  readonly last: Listed;
  readonly untried: readonly InstrumentOption[];
  readonly strongest: InstrumentOption | undefined;
}

function expectedOf(
  failed: FailedAttempt,
  book: InstrumentBook,
  { last, untried, strongest }: Who,
): ExpectedByAction {
  const { kind, delaySeconds } = failed;
  const again = book.expected(kind, last);
  const elsewhere = untried.map((one) => book.expected(kind, one));
  const other = {
    seconds: mean(elsewhere.map(({ seconds }) => seconds)),
    usd: mean(elsewhere.map(({ usd }) => usd)),
  };
  return {
    "retry": { seconds: again.seconds + delaySeconds, usd: again.usd },
    "correct": { seconds: again.seconds + delaySeconds, usd: again.usd * CORRECTION_COST },
    "fall-back": other,
    "escalate": strongest === undefined ? other : book.expected(kind, strongest),
    "ask": { seconds: 0, usd: 0 },
  };
}

function qualitiesOf(
  { kind }: FailedAttempt,
  book: InstrumentBook,
  { last, untried, strongest }: Who,
): ByAction {
  const again = book.quality(kind, last);
  const other = mean(untried.map((one) => book.quality(kind, one)));
  return {
    "retry": again,
    "correct": again,
    "fall-back": other,
    "escalate": strongest === undefined ? other : book.quality(kind, strongest),
    "ask": again,
  };
}

function masks(
  failed: FailedAttempt,
  book: InstrumentBook,
  { last, untried, strongest, expected }: Who & { readonly expected: ExpectedByAction },
): ReadonlyMap<LearnedAction, string> {
  const { kind, failure, instrument, budgetUsd, deadlineSeconds } = failed;
  const masked = new Map<LearnedAction, string>();
  const mask = (action: LearnedAction, reason: string) => {
    if (!masked.has(action)) masked.set(action, reason);
  };
  const group = failureKind(failure.class);
  if (group === "hopeless") {
    for (const action of learnedActions) {
      if (action !== "ask") mask(action, `nobody can do anything about "${failure.class}" by trying again`);
    }
  }
  const health = book.health(instrument).class;
  for (const action of ["retry", "correct"] as const) {
    if (!isRetryable(failure)) mask(action, `the same again cannot help against "${failure.class}"`);
    if (untried.length > 0 && (health === "critical" || health === "blacklisted")) {
      mask(action, `${instrument} is ${health}`);
    }
  }
  if (group !== "format" && group !== "quality") mask("correct", "there is no answer to correct");
  if (untried.length === 0) {
    for (const action of ["fall-back", "escalate"] as const) mask(action, "no other instrument is left");
  } else if (strongest !== undefined && book.strength(kind, strongest) < book.strength(kind, last)) {
    mask("escalate", `nothing that was not tried is stronger than ${instrument}`);
  }
  for (const action of learnedActions) {
    const { seconds, usd } = expected[action];
    if (budgetUsd !== undefined && usd > budgetUsd) {
      mask(action, `costs about $${usd.toFixed(4)}, left $${budgetUsd.toFixed(4)}`);
    }
    if (action !== "ask" && deadlineSeconds !== undefined && seconds >= deadlineSeconds) {
      mask(action, `takes about ${seconds.toFixed(1)} s, left ${deadlineSeconds.toFixed(1)} s`);
    }
  }
  if (!failed.mayAsk) mask("ask", "nobody is there to be asked");
  return masked;
}

/** In worth, under a preference. */
export function costsOf(expected: ExpectedByAction, { perUsd, perSecond, perFailure }: Preference): ByAction {
  const cost = ({ seconds, usd }: Expected) => perUsd * usd + perSecond * seconds + perFailure;
  return {
    "retry": cost(expected.retry),
    "correct": cost(expected.correct),
    "fall-back": cost(expected["fall-back"]),
    "escalate": cost(expected.escalate),
    "ask": 0,
  };
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}
