/**
 * What to do after a failure, learned: beliefs about actions (recovery_belief.ts), planned over the attempts that are left
 * (recovery_plan.ts), within hard limits.
 *
 * Invariants:
 * - V1 No further attempt is chosen where none is left, by the node's policy or by importance and position.
 * - V2 No action is chosen whose expected cost exceeds the budget or whose expected time exceeds the deadline.
 * - V3 The same history gives the same decisions; a restored policy goes on bit for bit.
 *
 * Ring: conductor. Implements RecoveryPort.
 *
 * @module
 */

import { SymphonyError } from "../../core/errors.ts";
import { own } from "../../core/json.ts";
import type { Json } from "../../core/json.ts";
import type { FailureClass } from "../../core/policy/failure.ts";
import type { Recovery, RecoveryAction } from "../../core/policy/recovery.ts";
import type {
  AttemptResult,
  FailedAttempt,
  Hedge,
  RecoveryPort,
  RunningCall,
} from "../../core/ports/recovery.ts";
import { NumberReader, NumberWriter } from "../number_stream.ts";
import { RANDOM_STATE_LENGTH, SeededRandom } from "../random.ts";
import type { SnapshotPart, Snapshottable } from "../snapshot_part.ts";
import { ExtraCalls } from "./extra_calls.ts";
import { failureKind, failureKinds } from "./failure_kind.ts";
import { InstrumentBook } from "./instrument_book.ts";
import { worthOf } from "./patience.ts";
import { chancesOf, learnedActions, POOLED_WORTH, RecoveryCounts } from "./recovery_belief.ts";
import type { LearnedAction, RecoveryChances } from "./recovery_belief.ts";
import { type Choices, choicesAfter } from "./recovery_choices.ts";
import { actionValues } from "./recovery_plan.ts";
import type { ActionValue, ByAction } from "./recovery_plan.ts";

/** A decision with everything that led to it, for the log and for explanations. */
export interface RecoveryAccount {
  readonly failed: FailedAttempt;
  readonly chosen: Recovery;
  /** All allowed actions, the best first. */
  readonly values: readonly ActionValue[];
  readonly masked: readonly { readonly action: string; readonly reason: string }[];
  readonly choices: Choices;
  /** What is believed, not what was sampled. */
  readonly beliefs: ActionBeliefs;
}

/** Beliefs of a kind of task, and for each action after such a failure how well its chance is known. */
export interface ActionBeliefs {
  readonly chances: RecoveryChances;
  /** Standard deviation of the chance to succeed, and outcomes for this kind of task. */
  readonly spread: ByAction;
  readonly seen: ByAction;
}

/** Outcomes after which a new sample is drawn. */
const SAMPLE_EVERY = 10;
/** Calls of an instrument before its quantiles are believed, and the quantile at which a second call goes out. */
const HEDGE_AFTER_CALLS = 20;
const HEDGE_QUANTILE = 0.95;

export class RecoveryPolicy implements RecoveryPort, Snapshottable {
  /** True where nothing is tried out: decisions go by means, not by samples. */
  isFrozen = false;
  readonly #extra = new ExtraCalls();
  #all = new RecoveryCounts();
  #kinds = new Map<string, RecoveryCounts>();
  #book = new InstrumentBook();
  #random: SeededRandom;
  #outcomes = 0;
  /** The sample that decisions go by, by kind; thrown away every so many outcomes. */
  #samples = new Map<string, RecoveryChances>();

  constructor(seed = 1) {
    this.#random = new SeededRandom(seed);
  }

  recover(failed: FailedAttempt): Recovery {
    const choices = choicesAfter(failed, this.#book);
    return recoveryOf(this.#values(failed, choices), choices, failed);
  }

  /** `recover`, with everything that led to it. */
  decide(failed: FailedAttempt): RecoveryAccount {
    const choices = choicesAfter(failed, this.#book);
    const values = this.#values(failed, choices);
    return {
      failed,
      chosen: recoveryOf(values, choices, failed),
      values,
      masked: [...choices.masked].map(([action, reason]) => ({ action, reason })),
      choices,
      beliefs: this.#actionBeliefs(failed),
    };
  }

  /** Draws what deciding would draw, where a decision is not taken but learned of. */
  draw(kind: string): void {
    this.#sample(kind);
  }

  /**
   * How likely each action is chosen in this state, by drawing again and again; changes nothing. Where nothing is tried
   * out, the best by means has all.
   */
  propensities(failed: FailedAttempt, draws = 50): ReadonlyMap<string, number> {
    if (this.isFrozen) return new Map([[this.recover(failed).action, 1]]);
    const choices = choicesAfter(failed, this.#book);
    const random = SeededRandom.restore(this.#random.save());
    const shares = new Map<string, number>();
    const own = this.#kinds.get(failed.kind) ?? new RecoveryCounts();
    for (let draw = 0; draw < draws; draw++) {
      const best = valuesOf(failed, choices, chancesOf(own, this.#all, random))[0]?.action ?? "give-up";
      shares.set(best, (shares.get(best) ?? 0) + 1 / draws);
    }
    return shares;
  }

  attempted(result: AttemptResult): void {
    this.noteCall(result);
    const { kind, failure, after } = result;
    if (after !== undefined) this.noteOutcome(kind, after.failure, after.recovery.action, failure);
  }

  /** Learns of the instrument. */
  noteCall({ kind, instrument, seconds, usd, quality, failure }: Omit<AttemptResult, "after">): void {
    this.#extra.call();
    this.#book.note(kind, instrument, { seconds, usd, quality, isSuccess: failure === undefined });
  }

  /** Learns of the action: whether the attempt that it led to succeeded, and if not, what it failed with. */
  noteOutcome(
    kind: string,
    after: FailureClass,
    action: RecoveryAction,
    failure: FailureClass | undefined,
  ): void {
    if (action === "give-up") return;
    const from = failureKind(after);
    const to = failure === undefined ? undefined : failureKind(failure);
    let own = this.#kinds.get(kind);
    if (own === undefined) this.#kinds.set(kind, own = new RecoveryCounts());
    own.note(from, action, to);
    this.#all.note(from, action, to);
    this.#outcomes += 1;
    if (this.#outcomes % SAMPLE_EVERY === 0) this.#samples.clear();
  }

  hedge({ kind, instrument, options, tried, budgetUsd }: RunningCall): Hedge | undefined {
    const record = this.#book.record(kind, instrument);
    if (!this.#extra.mayMake || record === undefined || record.times.count < HEDGE_AFTER_CALLS) {
      return undefined;
    }
    const late = record.times.quantile(HEDGE_QUANTILE);
    const own = options.find((option) => option.instrument === instrument);
    if (late === undefined || own === undefined) return undefined;
    const least = this.#book.strength(kind, own) - HEDGE_STRENGTH;
    let best: { readonly instrument: typeof instrument; readonly seconds: number } | undefined;
    for (const option of options) {
      const known = this.#book.record(kind, option.instrument);
      if (option.instrument === instrument || tried.includes(option.instrument) || known === undefined) {
        continue;
      }
      if (this.#book.strength(kind, option) < least || known.usd > (budgetUsd ?? Infinity)) continue;
      if (best === undefined || known.seconds < best.seconds) {
        best = { instrument: option.instrument, seconds: known.seconds };
      }
    }
    return best === undefined ? undefined : { instrument: best.instrument, afterMs: late * 1000 };
  }

  hedged(): void {
    this.#extra.make();
  }

  /** What is believed of actions after failures of a kind of task: means, not samples. */
  beliefs(kind: string): RecoveryChances {
    return chancesOf(this.#kinds.get(kind) ?? new RecoveryCounts(), this.#all);
  }

  save(): SnapshotPart {
    const numbers = new NumberWriter();
    numbers.number(this.#outcomes).array(this.#random.save());
    this.#extra.write(numbers);
    this.#all.write(numbers);
    for (const counts of this.#kinds.values()) counts.write(numbers);
    this.#book.write(numbers);
    for (const { success, next } of this.#samples.values()) numbers.array(success).array(next);
    const facts = {
      version: 1,
      kinds: [...this.#kinds.keys()],
      calls: this.#book.names.map(({ kind, instruments }) => ({ kind, instruments: [...instruments] })),
      instruments: [...this.#book.instruments],
      samples: [...this.#samples.keys()],
    };
    return { name: "recovery", facts, numbers: numbers.done() };
  }

  restore(part: SnapshotPart): void {
    const facts = readFacts(part);
    const numbers = new NumberReader(part.numbers);
    const outcomes = numbers.number();
    const random = SeededRandom.restore(numbers.array(RANDOM_STATE_LENGTH));
    const extra = new ExtraCalls();
    extra.read(numbers);
    const all = new RecoveryCounts();
    all.read(numbers);
    const kinds = new Map(facts.kinds.map((kind) => {
      const counts = new RecoveryCounts();
      counts.read(numbers);
      return [kind, counts] as const;
    }));
    const book = InstrumentBook.read(numbers, facts.calls, facts.instruments);
    const shape = chancesOf(all, all);
    const samples = new Map(facts.samples.map((kind) => {
      const success = numbers.array(shape.success.length);
      return [kind, { success, next: numbers.array(shape.next.length) }] as const;
    }));
    numbers.end();
    this.#outcomes = outcomes;
    this.#random = random;
    this.#extra.take(extra);
    this.#all = all;
    this.#kinds = kinds;
    this.#book = book;
    this.#samples = samples;
  }

  #values(failed: FailedAttempt, choices: Choices): readonly ActionValue[] {
    const { kind } = failed;
    return valuesOf(failed, choices, this.isFrozen ? this.beliefs(kind) : this.#sample(kind));
  }

  #actionBeliefs({ kind, failure }: FailedAttempt): ActionBeliefs {
    const own = this.#kinds.get(kind) ?? new RecoveryCounts();
    const chances = chancesOf(own, this.#all);
    const group = failureKind(failure.class);
    const seen = byAction((action) => own.seen(group, action));
    const row = failureKinds.indexOf(group) * learnedActions.length;
    const spread = byAction((action) => {
      const success = chances.success[row + learnedActions.indexOf(action)] as number;
      return Math.sqrt(success * (1 - success) / (POOLED_WORTH + seen[action] + 1));
    });
    return { chances, spread, seen };
  }

  #sample(kind: string): RecoveryChances {
    let sample = this.#samples.get(kind);
    if (sample === undefined) {
      sample = chancesOf(this.#kinds.get(kind) ?? new RecoveryCounts(), this.#all, this.#random);
      this.#samples.set(kind, sample);
    }
    return sample;
  }
}

function byAction(value: (action: LearnedAction) => number): ByAction {
  return {
    "retry": value("retry"),
    "correct": value("correct"),
    "fall-back": value("fall-back"),
    "escalate": value("escalate"),
    "ask": value("ask"),
  };
}

/** A second call may go to an instrument that is weaker by this much. */
const HEDGE_STRENGTH = 0.1;

function valuesOf(
  failed: FailedAttempt,
  choices: Choices,
  chances: RecoveryChances,
): readonly ActionValue[] {
  return actionValues({
    chances,
    costs: choices.costs,
    qualities: choices.qualities,
    worth: worthOf(failed.importance, failed.position),
    attemptsLeft: choices.attemptsLeft,
    untried: choices.untried.length,
    mayAsk: failed.mayAsk,
    masked: new Set(choices.masked.keys()),
    kind: failureKinds.indexOf(failureKind(failed.failure.class)),
  });
}

function recoveryOf(values: readonly ActionValue[], choices: Choices, failed: FailedAttempt): Recovery {
  const best = values[0] as ActionValue;
  const second = values[1];
  const why = best.action === "give-up"
    ? giveUpReason(choices, values)
    : `${Math.round(best.success * 100)} % chance after "${failed.failure.class}", worth ${
      best.value.toFixed(2)
    }` +
      (second === undefined ? "" : `; ${second.action} ${second.value.toFixed(2)}`);
  const { action } = best;
  if (action === "retry" || action === "correct") {
    return { action, reason: why, instrument: failed.instrument };
  }
  if (action === "escalate" && choices.strongest !== undefined) {
    return { action, reason: why, instrument: choices.strongest.instrument };
  }
  return { action, reason: why };
}

function giveUpReason({ attemptsLeft, masked }: Choices, values: readonly ActionValue[]): string {
  if (attemptsLeft === 0) return "no attempt is left";
  const [, other] = values;
  if (other !== undefined) return `nothing is worth its cost: ${other.action} ${other.value.toFixed(2)}`;
  return [...masked].map(([action, reason]) => `${action}: ${reason}`).join("; ") || "nothing is possible";
}

interface Facts {
  readonly kinds: readonly string[];
  readonly calls: InstrumentBook["names"];
  readonly instruments: readonly string[];
  readonly samples: readonly string[];
}

function readFacts({ facts }: SnapshotPart): Facts {
  if (facts["version"] !== 1) {
    throw new SymphonyError(
      "unsupported",
      `Cannot restore recovery: found version ${JSON.stringify(facts["version"])}, expected 1`,
    );
  }
  return {
    kinds: texts(own(facts, "kinds")),
    calls: list(own(facts, "calls")).map((entry) => ({
      kind: text(own(entry, "kind")),
      instruments: texts(own(entry, "instruments")),
    })),
    instruments: texts(own(facts, "instruments")),
    samples: texts(own(facts, "samples")),
  };
}

function texts(value: Json | undefined): readonly string[] {
  return list(value).map(text);
}

function list(value: Json | undefined): readonly Json[] {
  if (Array.isArray(value)) return value;
  throw new SymphonyError("corrupt", "Cannot restore recovery: expected a list of names");
}

function text(value: Json | undefined): string {
  if (typeof value === "string") return value;
  throw new SymphonyError("corrupt", "Cannot restore recovery: expected a name");
}
