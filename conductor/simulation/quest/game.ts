/**
 * Playing a level: what may be done, what it leads to, what it scores.
 *
 * The score is that of the design: a base of up to 100 for the goal and what was done beside it, up to 50 for efficiency,
 * 30 for stability and 20 for the use of warm instances; nothing without the goal. It falls by steps of the same size
 * wherever one stands, so that a reward can be given with each call.
 *
 * Ring: conductor, pure.
 *
 * @module
 */

import type { SeededRandom } from "../../random.ts";
import type { Level, QuestFunction } from "./level.ts";

/** What a call scores, beside the bonus of its function. */
export const SCORES = {
  goal: 70,
  mostBonus: 30,
  /** For each call beyond the shortest way, out of 50. */
  extraCall: -5,
  /** For each failed call, out of 30. */
  failure: -6,
  /** For each cold start, out of 20. */
  coldStart: -4,
  most: 200,
} as const;

/** What a player sees. Changed in place by `play`. */
export interface GameState {
  readonly level: Level;
  /** Artifacts that are there, as bits. */
  held: number;
  /** Functions that have succeeded, as bits. */
  called: number;
  calls: number;
  failures: number;
  coldStarts: number;
  bonus: number;
  seconds: number;
  /** Warm instances, the one used last at the end. */
  readonly warm: number[];
  isOver: boolean;
  isWon: boolean;
}

export interface Played {
  readonly isFailure: boolean;
  readonly isCold: boolean;
  /** What the function added; 0 where its side condition did not hold or it was had before. */
  readonly bonus: number;
  readonly seconds: number;
  /** The change of the score, the goal's own included. */
  readonly reward: number;
}

export function newGame(level: Level): GameState {
  return {
    level,
    held: level.given.reduce((set, artifact) => set | (1 << artifact), 0),
    called: 0,
    calls: 0,
    failures: 0,
    coldStarts: 0,
    bonus: 0,
    seconds: 0,
    warm: [],
    isOver: false,
    isWon: false,
  };
}

/** True where a function may be called: what it needs is there and a call is left. */
export function mayCall({ level, held, calls, isOver }: GameState, at: number): boolean {
  const { needs } = level.functions[at] as QuestFunction;
  return !isOver && calls < level.calls && needs.every((artifact) => ((held >> artifact) & 1) === 1);
}

/** All that may be called. */
export function legalCalls(state: GameState): number[] {
  return state.level.functions.map((_, at) => at).filter((at) => mayCall(state, at));
}

/** Calls a function. @throws RangeError where it may not be called */
export function play(state: GameState, at: number, random: SeededRandom): Played {
  const { level } = state;
  if (!mayCall(state, at)) {
    throw new RangeError(`Cannot call ${level.functions[at]?.name ?? at}: it is masked`);
  }
  const { failureRate, seconds, instance, gives } = level.functions[at] as QuestFunction;
  const before = scoreSoFar(state);
  const isCold = level.coldSeconds > 0 && !state.warm.includes(instance);
  const isFailure = random.next() < failureRate;
  const bonus = isFailure ? 0 : bonusOf(state, at);
  state.calls += 1;
  state.seconds += seconds + (isCold ? level.coldSeconds : 0);
  if (isCold) state.coldStarts += 1;
  warmUp(state, instance);
  if (isFailure) state.failures += 1;
  else {
    state.called |= 1 << at;
    state.held |= 1 << gives;
    state.bonus += bonus;
  }
  state.isWon = !isFailure && gives === level.goal;
  state.isOver = state.isWon || legalCalls(state).length === 0;
  return { isFailure, isCold, bonus, seconds, reward: scoreSoFar(state) - before };
}

/** What a function would add now. */
export function bonusOf({ level, called }: GameState, at: number): number {
  const { bonus, before } = level.functions[at] as QuestFunction;
  if (((called >> at) & 1) === 1) return 0;
  return before >= 0 && ((called >> before) & 1) === 1 ? 0 : bonus;
}

function warmUp({ warm, level }: GameState, instance: number): void {
  const place = warm.indexOf(instance);
  if (place >= 0) warm.splice(place, 1);
  warm.push(instance);
  if (warm.length > level.warm) warm.shift();
}

/** The additive form of the score, which rewards follow: it may fall below what a part of the score can. */
function scoreSoFar({ level, calls, failures, coldStarts, bonus, isWon }: GameState): number {
  return (isWon ? SCORES.goal + 100 : 0) + Math.min(bonus, SCORES.mostBonus) +
    SCORES.extraCall * Math.max(0, calls - level.shortest) + SCORES.failure * failures +
    SCORES.coldStart * coldStarts;
}

/** The score of a game that is over, 0 to 200: nothing without the goal. */
export function finalScore({ level, calls, failures, coldStarts, bonus, isWon }: GameState): number {
  if (!isWon) return 0;
  const base = SCORES.goal + Math.min(bonus, SCORES.mostBonus);
  const efficiency = Math.max(0, 50 + SCORES.extraCall * Math.max(0, calls - level.shortest));
  const stability = Math.max(0, 30 + SCORES.failure * failures);
  const optimisation = Math.max(0, 20 + SCORES.coldStart * coldStarts);
  return base + efficiency + stability + optimisation;
}
