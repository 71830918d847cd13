/**
 * Proximal policy optimisation with masked actions (Schulman and others 2017; Huang and Ontañón 2022), small enough to be
 * trained here: one hidden layer scores each legal call from what is visible of it, another guesses the value of the state;
 * generalised advantages, clipped ratios, Adam. One policy for all levels: it is trained on levels of other seeds and sees
 * of a function what a player can see.
 *
 * Ring: conductor, pure.
 *
 * @module
 */

import { SeededRandom } from "../../random.ts";
import { type GameState, legalCalls, newGame, play, type Played, SCORES } from "./game.ts";
import { distances, type Level, makeLevel, type QuestFunction } from "./level.ts";
import type { Player } from "./players.ts";

const FEATURES = 14;
const HIDDEN = 24;
const DISCOUNT = 1;
const LAMBDA = 0.95;
const CLIP = 0.2;
const ENTROPY = 0.01;
const EPOCHS = 4;
const RATE = 0.003;
/** Rewards are scaled so that a game is worth about one. */
const SCALE = 1 / 170;

/** What a player remembers of a level's functions from game to game. */
export interface Memory {
  readonly calls: Float64Array;
  readonly failures: Float64Array;
  readonly bonus: Float64Array;
}

export function newMemory({ functions }: Level): Memory {
  const zeros = () => new Float64Array(functions.length);
  return { calls: zeros(), failures: zeros(), bonus: zeros() };
}

function remember(memory: Memory, at: number, { isFailure, bonus }: Played): void {
  memory.calls[at] = (memory.calls[at] as number) + 1;
  if (isFailure) memory.failures[at] = (memory.failures[at] as number) + 1;
  else memory.bonus[at] = Math.max(memory.bonus[at] as number, bonus);
}

/** What is visible of a call. */
function featuresOf(state: GameState, at: number, memory: Memory, distance: Float64Array): Float64Array {
  const { level, held, called, calls, warm } = state;
  const { gives, instance, description } = level.functions[at] as QuestFunction;
  const tried = memory.calls[at] as number;
  const left = level.calls - calls;
  const leads = distance[gives] as number;
  const nearest = level.artifacts.reduce(
    (best, _, artifact) =>
      ((held >> artifact) & 1) === 1 ? Math.min(best, distance[artifact] as number) : best,
    99,
  );
  return Float64Array.of(
    1,
    gives === level.goal ? 1 : 0,
    ((held >> gives) & 1) === 1 ? 1 : 0,
    ((called >> at) & 1) === 1 ? 1 : 0,
    Math.min(leads, 8) / 8,
    leads < nearest ? 1 : 0,
    left / 10,
    left <= nearest ? 1 : 0,
    tried > 0 ? 1 : 0,
    tried > 0 ? (memory.bonus[at] as number) / 20 : 0.4,
    tried > 0 ? (memory.failures[at] as number) / tried : 0.1,
    description.includes("Best done early") ? 1 : 0,
    level.coldSeconds > 0 && !warm.includes(instance) ? 1 : 0,
    leads > 50 ? 1 : 0,
  );
}

/** A layer of tanh units over the features and one weighted sum of them. */
class Network {
  readonly weights: Float64Array;
  readonly #gradient: Float64Array;
  readonly #first: Float64Array;
  readonly #second: Float64Array;
  #steps = 0;

  constructor(random: SeededRandom) {
    const size = HIDDEN * FEATURES + HIDDEN + 1;
    this.weights = Float64Array.from({ length: size }, () => random.normal() * 0.15);
    this.#gradient = new Float64Array(size);
    this.#first = new Float64Array(size);
    this.#second = new Float64Array(size);
  }

  /** The output; `hidden` is filled with the units' values. */
  value(features: Float64Array, hidden: Float64Array): number {
    let sum = this.weights[HIDDEN * FEATURES + HIDDEN] as number;
    for (let unit = 0; unit < HIDDEN; unit++) {
      let input = 0;
      for (let at = 0; at < FEATURES; at++) {
        input += (this.weights[unit * FEATURES + at] as number) * (features[at] as number);
      }
      const output = Math.tanh(input);
      hidden[unit] = output;
      sum += (this.weights[HIDDEN * FEATURES + unit] as number) * output;
    }
    return sum;
  }

  /** Adds `slope` times the derivative of the output to the gradient. */
  accumulate(features: Float64Array, hidden: Float64Array, slope: number): void {
    const gradient = this.#gradient;
    const bias = HIDDEN * FEATURES + HIDDEN;
    gradient[bias] = (gradient[bias] as number) + slope;
    for (let unit = 0; unit < HIDDEN; unit++) {
      const output = hidden[unit] as number;
      const top = HIDDEN * FEATURES + unit;
      gradient[top] = (gradient[top] as number) + slope * output;
      const below = slope * (this.weights[top] as number) * (1 - output * output);
      for (let at = 0; at < FEATURES; at++) {
        const place = unit * FEATURES + at;
        gradient[place] = (gradient[place] as number) + below * (features[at] as number);
      }
    }
  }

  /** One step of Adam up the gradient, which is then forgotten. */
  ascend(count: number): void {
    this.#steps += 1;
    for (let at = 0; at < this.weights.length; at++) {
      const slope = (this.#gradient[at] as number) / count;
      this.#first[at] = 0.9 * (this.#first[at] as number) + 0.1 * slope;
      this.#second[at] = 0.999 * (this.#second[at] as number) + 0.001 * slope * slope;
      const first = (this.#first[at] as number) / (1 - 0.9 ** this.#steps);
      const second = (this.#second[at] as number) / (1 - 0.999 ** this.#steps);
      this.weights[at] = (this.weights[at] as number) + RATE * first / (Math.sqrt(second) + 1e-8);
      this.#gradient[at] = 0;
    }
  }
}

interface Step {
  readonly options: readonly Float64Array[];
  readonly state: Float64Array;
  readonly chosen: number;
  readonly chance: number;
  readonly value: number;
  readonly reward: number;
  advantage: number;
  target: number;
}

export class SequentialPolicy {
  readonly #actor: Network;
  readonly #critic: Network;
  readonly #random: SeededRandom;
  readonly #hidden = new Float64Array(HIDDEN);

  constructor(seed: number) {
    this.#random = new SeededRandom(seed);
    this.#actor = new Network(this.#random);
    this.#critic = new Network(this.#random);
  }

  /** Learns on levels of these seeds, `games` in all, the level rising with progress (a curriculum). */
  train(seeds: readonly number[], games: number, levels: readonly number[]): void {
    const batch: Step[] = [];
    const memories = new Map<
      string,
      { readonly level: Level; readonly memory: Memory; readonly distance: Float64Array }
    >();
    for (let game = 0; game < games; game++) {
      const reach = Math.max(1, Math.ceil(levels.length * Math.min(1, 1.5 * (game + 1) / games)));
      const number = levels[this.#random.below(reach)] as number;
      const seed = seeds[this.#random.below(seeds.length)] as number;
      const key = `${number}/${seed}`;
      let known = memories.get(key);
      // A level is met anew now and then, so that first games are learned, too.
      if (known === undefined || this.#random.next() < 0.1) {
        const level = makeLevel(number, seed);
        memories.set(key, known = { level, memory: newMemory(level), distance: distances(level) });
      }
      batch.push(...this.#episode(known));
      if (batch.length < 512) continue;
      this.#improve(batch);
      batch.length = 0;
    }
  }

  /** Plays a level from game to game, remembering what it saw of the functions. */
  player(level: Level): Player {
    const memory = newMemory(level);
    const distance = distances(level);
    return {
      choose: (state, legal) => {
        const scores = legal.map((at) =>
          this.#actor.value(featuresOf(state, at, memory, distance), this.#hidden)
        );
        return legal[scores.indexOf(Math.max(...scores))] as number;
      },
      see: (_, at, played) => remember(memory, at, played),
    };
  }

  #episode(
    { level, memory, distance }: {
      readonly level: Level;
      readonly memory: Memory;
      readonly distance: Float64Array;
    },
  ): Step[] {
    const state = newGame(level);
    const steps: Step[] = [];
    while (!state.isOver) {
      const legal = legalCalls(state);
      const options = legal.map((at) => featuresOf(state, at, memory, distance));
      const chances = softmax(options.map((features) => this.#actor.value(features, this.#hidden)));
      const chosen = draw(chances, this.#random);
      const at = legal[chosen] as number;
      const visible = options.reduce(
        (sum, features) => sum.map((one, place) => one + (features[place] as number) / options.length),
        new Float64Array(FEATURES),
      );
      const value = this.#critic.value(visible, this.#hidden);
      const played = play(state, at, this.#random);
      remember(memory, at, played);
      const lost = state.isOver && !state.isWon ? -0.2 * SCORES.goal : 0;
      steps.push({
        options,
        state: visible,
        chosen,
        chance: chances[chosen] as number,
        value,
        reward: SCALE * (played.reward + lost),
        advantage: 0,
        target: 0,
      });
    }
    let advantage = 0;
    for (let at = steps.length - 1; at >= 0; at--) {
      const step = steps[at] as Step;
      const next = steps[at + 1]?.value ?? 0;
      const surprise = step.reward + DISCOUNT * next - step.value;
      advantage = surprise + DISCOUNT * LAMBDA * advantage;
      step.advantage = advantage;
      step.target = advantage + step.value;
    }
    return steps;
  }

  #improve(batch: readonly Step[]): void {
    const mean = batch.reduce((sum, { advantage }) => sum + advantage, 0) / batch.length;
    const sd =
      Math.sqrt(batch.reduce((sum, { advantage }) => sum + (advantage - mean) ** 2, 0) / batch.length) + 1e-6;
    const hidden = new Float64Array(HIDDEN);
    for (let epoch = 0; epoch < EPOCHS; epoch++) {
      for (const step of batch) {
        const advantage = (step.advantage - mean) / sd;
        const chances = softmax(step.options.map((features) => this.#actor.value(features, hidden)));
        const ratio = (chances[step.chosen] as number) / step.chance;
        const isClipped = advantage > 0 ? ratio > 1 + CLIP : ratio < 1 - CLIP;
        const entropy = -chances.reduce((sum, chance) => sum + chance * Math.log(chance + 1e-12), 0);
        step.options.forEach((features, option) => {
          const chance = chances[option] as number;
          const pull = isClipped ? 0 : ratio * advantage * ((option === step.chosen ? 1 : 0) - chance);
          const spread = -ENTROPY * chance * (Math.log(chance + 1e-12) + entropy);
          this.#actor.value(features, hidden);
          this.#actor.accumulate(features, hidden, pull + spread);
        });
        const value = this.#critic.value(step.state, hidden);
        this.#critic.accumulate(step.state, hidden, step.target - value);
      }
      this.#actor.ascend(batch.length);
      this.#critic.ascend(batch.length);
    }
  }
}

function softmax(scores: readonly number[]): number[] {
  const most = Math.max(...scores);
  const powers = scores.map((score) => Math.exp(score - most));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
}

function draw(chances: readonly number[], random: SeededRandom): number {
  let left = random.next();
  for (let at = 0; at < chances.length; at++) {
    left -= chances[at] as number;
    if (left < 0) return at;
  }
  return chances.length - 1;
}
