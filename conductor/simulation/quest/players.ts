/**
 * Players: by chance, greedy, one that knows the level, and one that learns it. The last two plan alike: on the truth it is
 * the best known way, on a sample of what was learned it is posterior sampling.
 *
 * Ring: conductor, pure.
 *
 * @module
 */

import type { SeededRandom } from "../../random.ts";
import type { GameState, Played } from "./game.ts";
import { distances, type Level, type QuestFunction } from "./level.ts";
import { type FunctionBelief, QuestPlan } from "./quest_plan.ts";

export interface Player {
  /** The function to call next, one of `legal`. */
  choose(state: GameState, legal: readonly number[], random: SeededRandom): number;
  /** What came of it; `state` is as it was before the call. */
  see?(state: GameState, at: number, played: Played): void;
}

export function randomPlayer(): Player {
  return { choose: (_, legal, random) => legal[random.below(legal.length)] as number };
}

/** What brings the goal nearer by what the descriptions say, else what was not called yet. */
export function greedyPlayer(level: Level): Player {
  const distance = distances(level);
  return {
    choose(state, legal) {
      const value = (at: number) => {
        const { gives } = level.functions[at] as QuestFunction;
        const isNew = ((state.held >> gives) & 1) === 0;
        return (isNew ? 10 : 0) - (distance[gives] as number);
      };
      return legal.reduce((best, at) => (value(at) > value(best) ? at : best));
    },
  };
}

/** Knows everything: the best known way. */
export function knowingPlayer(level: Level): Player {
  const beliefs = level.functions.map(({ bonus, failureRate }) => ({ bonus, failureRate, isTimed: true }));
  const plan = new QuestPlan(level, beliefs);
  return { choose: (state) => plan.best(state) };
}

/** What was seen of a function over the games of a level. */
interface Seen {
  successes: number;
  failures: number;
  /** The largest bonus that it has given. */
  bonus: number;
  /** First calls that succeeded, by whether a later step had been taken: early and late. */
  early: number;
  late: number;
  lateBonus: number;
}

/** What a function is taken to add before it was called: most add nothing, some up to twenty. */
const PRIOR_BONUS = { chance: 0.45, least: 5, most: 20 } as const;

/**
 * Learns a level by playing it: Beta beliefs of failing, a spike and slab of the bonus until it was seen, and a plan on a
 * sample of them each game.
 */
export function learningPlayer(level: Level, random: SeededRandom): Player {
  const seen: Seen[] = level.functions.map(() => ({
    successes: 0,
    failures: 0,
    bonus: 0,
    early: 0,
    late: 0,
    lateBonus: 0,
  }));
  let plan: QuestPlan | undefined;
  return {
    choose(state) {
      if (state.calls === 0 || plan === undefined) {
        plan = new QuestPlan(level, seen.map((one, at) => sampled(level, one, at, random)));
      }
      return plan.best(state);
    },
    see(state, at, { isFailure, bonus }) {
      const one = seen[at] as Seen;
      if (isFailure) {
        one.failures += 1;
        return;
      }
      one.successes += 1;
      if (((state.called >> at) & 1) === 1) return;
      const { before } = level.functions[at] as QuestFunction;
      const isLate = before >= 0 && ((state.called >> before) & 1) === 1;
      if (isLate) {
        one.late += 1;
        one.lateBonus = Math.max(one.lateBonus, bonus);
      } else one.early += 1;
      one.bonus = Math.max(one.bonus, bonus);
    },
  };
}

function sampled(level: Level, one: Seen, at: number, random: SeededRandom): FunctionBelief {
  const mayFail = level.number >= 16;
  const failureRate = mayFail ? random.beta(0.5 + one.failures, 2 + one.successes) : 0;
  const { description } = level.functions[at] as QuestFunction;
  // "Best done early" is in the description; that it then counts only early has to be tried or believed.
  const isHinted = description.includes("Best done early");
  if (one.early > 0) return { bonus: one.bonus, failureRate, isTimed: isHinted && one.lateBonus === 0 };
  if (one.late > 0 && one.lateBonus > 0) return { bonus: one.lateBonus, failureRate, isTimed: false };
  const isWorth = random.next() < (isHinted ? 0.9 : PRIOR_BONUS.chance);
  const bonus = isWorth ? PRIOR_BONUS.least + random.next() * (PRIOR_BONUS.most - PRIOR_BONUS.least) : 0;
  return { bonus, failureRate, isTimed: isHinted };
}
