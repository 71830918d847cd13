/**
 * Puzzles in the spirit of Function Quest: a story, functions with descriptions, what each needs and gives, side conditions
 * that are only hinted at, and a result to be reached. Several ways lead there, with different scores. Higher levels add
 * budgets, instances that must be warm, and failures. A level follows from its number and a seed alone.
 *
 * | levels | what is new                                                             |
 * | ------ | ----------------------------------------------------------------------- |
 * | 1–5    | chains and decoys; what calls cost beside the score is hidden            |
 * | 6–10   | calls are counted: a budget, and it is visible                          |
 * | 11–15  | every function needs an instance; which are warm is visible              |
 * | 16–20  | calls fail; failures and retries are visible                            |
 *
 * Ring: conductor, pure.
 *
 * @module
 */

import { SeededRandom } from "../../random.ts";

export interface QuestFunction {
  readonly name: string;
  readonly description: string;
  /** Artifacts that must be there. */
  readonly needs: readonly number[];
  /** The artifact that it gives. */
  readonly gives: number;
  /** What it adds to the score the first time, where its side condition holds; hidden until it was seen. */
  readonly bonus: number;
  /** The bonus is only had before this function was called; -1 for none. Hinted at in the description. */
  readonly before: number;
  /** Chance that a call fails. */
  readonly failureRate: number;
  /** Seconds on a warm instance. */
  readonly seconds: number;
  /** Which instance it runs on. */
  readonly instance: number;
}

export interface Level {
  readonly number: number;
  readonly seed: number;
  readonly story: string;
  readonly artifacts: readonly string[];
  readonly functions: readonly QuestFunction[];
  readonly given: readonly number[];
  readonly goal: number;
  /** Calls that may be made. */
  readonly calls: number;
  /** Calls on the shortest way. */
  readonly shortest: number;
  readonly instances: number;
  /** Instances that can be warm at once. */
  readonly warm: number;
  /** Seconds that a cold start takes. */
  readonly coldSeconds: number;
  readonly isBudgetVisible: boolean;
  readonly isWarmthVisible: boolean;
}

export const LEVELS = 20;

const STAGES = [
  ["a rough wish", "enhance", "an enhanced prompt"],
  ["an enhanced prompt", "extract", "a list of features"],
  ["a list of features", "plan", "a plan"],
  ["a plan", "coordinate", "instructions"],
  ["instructions", "visualize", "pseudocode"],
  ["pseudocode", "generate", "source code"],
  ["source code", "verify", "a tested build"],
] as const;
const EXTRAS = [
  "inspect",
  "clean",
  "compare",
  "annotate",
  "measure",
  "archive",
  "translate",
  "rank",
] as const;
const OBJECTS = ["the wish", "the features", "the plan", "the notes", "the code", "the history"] as const;

export function makeLevel(number: number, seed: number): Level {
  const random = new SeededRandom(seed * 1009 + number);
  const depth = Math.min(STAGES.length, 2 + Math.floor((number - 1) / 3));
  const chain = STAGES.slice(STAGES.length - depth);
  const artifacts: string[] = [chain[0]?.[0] ?? "a wish", ...chain.map(([, , gives]) => gives)];
  const instances = number >= 11 ? 3 : 1;
  const failing = number >= 16 ? 0.05 + 0.05 * (number - 15) : 0;
  const functions: QuestFunction[] = [];
  const common = (bonus: number, before: number) => ({
    bonus,
    before,
    failureRate: Math.min(0.6, 2 * failing * random.next()),
    seconds: 1 + 4 * random.next(),
    instance: random.below(instances),
  });
  chain.forEach(([needs, verb, gives], stage) => {
    const make = (name: string, extra: readonly number[], bonus: number) =>
      functions.push({
        name,
        description: `Takes ${[needs, ...extra.map((at) => artifacts[at])].join(" and ")}; gives ${gives}.`,
        needs: [stage, ...extra],
        gives: stage + 1,
        ...common(bonus, -1),
      });
    make(`${verb}_${gives.split(" ").at(-1)}`, [], 0);
    // A second way that gives the same, sometimes better.
    if (random.next() < 0.5) make(`${verb}_otherwise`, [], random.next() < 0.5 ? 5 + random.below(10) : 0);
  });
  // Optional functions: worth something once, some only before a certain step; and decoys that are worth nothing.
  const extras = 1 + Math.floor(number / 3);
  for (let extra = 0; extra < extras; extra++) {
    const stage = random.below(depth);
    const artifact = artifacts.length;
    const verb = EXTRAS[(extra + seed) % EXTRAS.length] as string;
    const object = OBJECTS[random.below(OBJECTS.length)] as string;
    const isWorth = random.next() < 0.6;
    const isTimed = isWorth && random.next() < 0.5;
    const before = isTimed ? functions.findIndex(({ gives }) => gives === stage + 1) : -1;
    artifacts.push(`notes from ${verb}`);
    functions.push({
      name: `${verb}_${object.split(" ").at(-1)}`,
      description: `Looks at ${artifacts[stage]} to ${verb} ${object}; gives ${artifacts[artifact]}.` +
        (isTimed ? ` Best done early, while ${artifacts[stage]} is fresh.` : ""),
      needs: [stage],
      gives: artifact,
      ...common(isWorth ? 5 + random.below(16) : 0, before),
    });
  }
  // Beyond the third level the last step may want the notes of an extra one: an intermediate result to be combined.
  if (number >= 4) {
    const last = functions.findIndex(({ gives }) => gives === depth);
    const notes = functions.findLast(({ gives }) => gives > depth);
    const step = functions[last];
    if (step !== undefined && notes !== undefined && random.next() < 0.6) {
      functions[last] = {
        ...step,
        needs: [...step.needs, notes.gives],
        description: `${step.description} Wants ${artifacts[notes.gives]}, too.`,
      };
    }
  }
  const level = {
    number,
    seed,
    story: `You have ${artifacts[0]}. Bring it to ${
      artifacts[depth]
    }. Not everything that can be called has to be.`,
    artifacts,
    functions,
    given: [0],
    goal: depth,
    instances,
    warm: number >= 11 ? 2 : 1,
    coldSeconds: number >= 11 ? 8 : 0,
    isBudgetVisible: number >= 6,
    isWarmthVisible: number >= 11,
  };
  const shortest = shortestWay(level);
  const slack = number >= 6 ? Math.max(2, Math.ceil(extras * 0.8)) : functions.length;
  return { ...level, shortest, calls: shortest + slack };
}

/** Calls from an artifact to the goal at least, by the chains of needs and gives; large where none leads there. */
export function distances({ functions, artifacts, goal }: Level): Float64Array {
  const distance = new Float64Array(artifacts.length).fill(99);
  distance[goal] = 0;
  for (let round = 0; round < artifacts.length; round++) {
    for (const { needs, gives } of functions) {
      for (const artifact of needs) {
        distance[artifact] = Math.min(distance[artifact] as number, (distance[gives] as number) + 1);
      }
    }
  }
  return distance;
}

/** Fewest calls to the goal, all of which succeed; breadth first over sets of artifacts. */
function shortestWay({ functions, given, goal }: Pick<Level, "functions" | "given" | "goal">): number {
  const start = given.reduce((set, artifact) => set | (1 << artifact), 0);
  let frontier = new Set([start]);
  const seen = new Set(frontier);
  for (let calls = 1; frontier.size > 0; calls++) {
    const next = new Set<number>();
    for (const held of frontier) {
      for (const { needs, gives } of functions) {
        if (needs.some((artifact) => ((held >> artifact) & 1) === 0)) continue;
        const then = held | (1 << gives);
        if (gives === goal) return calls;
        if (!seen.has(then)) {
          seen.add(then);
          next.add(then);
        }
      }
    }
    frontier = next;
  }
  throw new RangeError("The level has no way to its goal");
}
