/**
 * The best next call of a puzzle under beliefs of its functions: the expected reward of every order of calls, each state
 * looked at once. A state is what was called, what is warm, how many calls were made and the bonus so far, in one number.
 *
 * Ring: conductor, pure.
 *
 * @module
 */

import { type GameState, legalCalls, SCORES } from "./game.ts";
import { distances, type Level, type QuestFunction } from "./level.ts";

/** What a planner believes of a function. */
export interface FunctionBelief {
  readonly bonus: number;
  readonly failureRate: number;
  /** The bonus is only had before the function that `before` names. */
  readonly isTimed: boolean;
}

/** States that are looked at, beyond what a level of this board asks for; a state past them is taken to be worth nothing more. */
const MOST_STATES = 2_000_000;
const CALLS = 64;
const BONUSES = SCORES.mostBonus + 1;
/** Below this a call is planned as if it never failed. */
const NEGLIGIBLE = 0.01;
/** The goal and the full marks that stand with it until they are lost. */
const WON = SCORES.goal + 100;

export class QuestPlan {
  readonly #level: Level;
  readonly #beliefs: readonly FunctionBelief[];
  /** For each function the artifacts that it needs, as bits. */
  readonly #needs: readonly number[];
  /** Functions that lead to the goal, or whose bonus is worth a call. */
  readonly #useful: readonly number[];
  /** For each number of calls the artifacts that are at most so far from the goal, as bits. */
  readonly #near: readonly number[];
  readonly #values = new Map<number, number>();

  constructor(level: Level, beliefs: readonly FunctionBelief[]) {
    this.#level = level;
    this.#beliefs = beliefs.map((belief) => ({ ...belief, bonus: Math.round(belief.bonus) }));
    this.#needs = level.functions.map(({ needs }) =>
      needs.reduce((set, artifact) => set | (1 << artifact), 0)
    );
    const distance = distances(level);
    this.#useful = level.functions.map((_, at) => at).filter((at) =>
      (distance[level.functions[at]?.gives as number] as number) <= level.calls || this.#isWorthACall(at)
    );
    this.#near = Array.from(
      { length: level.calls + 1 },
      (_, calls) => distance.reduce((set, far, artifact) => (far <= calls ? set | (1 << artifact) : set), 0),
    );
  }

  /** The best of the calls that are legal. */
  best(state: GameState): number {
    const legal = legalCalls(state);
    const { held, called, calls } = state;
    const warm = state.warm.reduce((all, instance) => all * 8 + instance + 1, 0);
    const bonus = Math.min(SCORES.mostBonus, Math.round(state.bonus));
    let best = legal[0] as number;
    let most = -Infinity;
    for (const at of legal) {
      if (this.#isUseless(held, called, at)) continue;
      const value = this.#afterCall(held, called, warm, calls, bonus, at);
      if (value <= most) continue;
      most = value;
      best = at;
    }
    return best;
  }

  /** What can still be had. */
  #value(held: number, called: number, warm: number, calls: number, bonus: number): number {
    // Where the goal is out of reach nothing counts.
    if ((held & (this.#near[this.#level.calls - calls] as number)) === 0) return 0;
    const key = ((called * CALLS + calls) * CALLS + warm) * BONUSES + bonus;
    const known = this.#values.get(key);
    if (known !== undefined) return known;
    if (this.#values.size > MOST_STATES) return 0;
    // To stop where nothing is worth its cost: the game is lost, but costs no more.
    let best = 0;
    for (const at of this.#useful) {
      const needs = this.#needs[at] as number;
      if ((held & needs) !== needs || this.#isUseless(held, called, at)) continue;
      best = Math.max(best, this.#afterCall(held, called, warm, calls, bonus, at));
    }
    this.#values.set(key, best);
    return best;
  }

  /** What was called, or gives nothing new and too little beside, is not planned. */
  #isUseless(held: number, called: number, at: number): boolean {
    const { gives } = this.#level.functions[at] as QuestFunction;
    return ((called >> at) & 1) === 1 || (((held >> gives) & 1) === 1 && !this.#isWorthACall(at));
  }

  #isWorthACall(at: number): boolean {
    return (this.#beliefs[at] as FunctionBelief).bonus > -SCORES.extraCall;
  }

  #afterCall(held: number, called: number, warm: number, calls: number, bonus: number, at: number): number {
    const level = this.#level;
    const { gives, instance, before } = level.functions[at] as QuestFunction;
    const { bonus: added, failureRate, isTimed } = this.#beliefs[at] as FunctionBelief;
    const [isCold, next] = level.coldSeconds > 0
      ? warmed(warm, instance + 1, level.warm)
      : [false, 0] as const;
    const cost = (calls >= level.shortest ? SCORES.extraCall : 0) + (isCold ? SCORES.coldStart : 0);
    const isTooLate = isTimed && before >= 0 && ((called >> before) & 1) === 1;
    const then = isTooLate ? bonus : Math.min(SCORES.mostBonus, bonus + added);
    const worked = then - bonus +
      (gives === level.goal
        ? WON
        : this.#value(held | (1 << gives), called | (1 << at), next, calls + 1, then));
    if (failureRate < NEGLIGIBLE) return cost + worked;
    const failed = SCORES.failure + this.#value(held, called, next, calls + 1, bonus);
    return cost + (1 - failureRate) * worked + failureRate * failed;
  }
}

/** Whether an instance was cold, and what is warm after its use; octal digits, the one used last at the end. */
function warmed(warm: number, instance: number, most: number): readonly [isCold: boolean, warm: number] {
  let isCold = true;
  let kept = 0;
  let place = 1;
  for (let digits = warm; digits > 0; digits = Math.floor(digits / 8)) {
    const digit = digits % 8;
    if (digit === instance) {
      isCold = false;
      continue;
    }
    kept += digit * place;
    place *= 8;
  }
  return [isCold, (kept * 8 + instance) % 8 ** most];
}
