/**
 * Run times, learned: a hierarchical log-normal model over kinds of tasks, instruments and single tasks. What a new kind
 * takes is guessed from the others, what an instrument does with a kind from what it does with all, and how strongly is
 * learned too (empirical Bayes, one step of expectation-maximisation each time a fifth more has been seen, later half more).
 *
 * Ring: conductor, pure.
 *
 * @module
 */

import { SymphonyError } from "../../core/errors.ts";
import { isObject, own } from "../../core/json.ts";
import type { JsonObject } from "../../core/json.ts";
import type { SnapshotPart, Snapshottable } from "../snapshot_part.ts";
import { NumberReader, NumberWriter } from "../number_stream.ts";
import { Durations, logSizeOf } from "./durations.ts";
import { KindBelief } from "./kind_belief.ts";
import type { SharedBelief } from "./kind_belief.ts";
import type { TaskGraph } from "./task_graph.ts";

/** Prior standard deviations of log seconds; each is a factor of e to that power. */
export interface DurationPrior {
  readonly level: number;
  readonly slope: number;
  readonly effect: number;
  readonly instrument: number;
  readonly task: number;
  readonly noise: number;
}

const PRIOR: DurationPrior = {
  /** Between kinds: a factor of seven. */
  level: 2,
  /** A task ten times the size takes up to twice as long. */
  slope: 0.3,
  /** What an instrument does with one kind beyond what it does with all. */
  effect: 0.5,
  /** What an instrument does with all, beyond its nominal speed. */
  instrument: 0.3,
  /** Between tasks of a kind. */
  task: 0.3,
  /** Between runs of a task. */
  noise: 0.3,
};

/** How many observations a prior variance is worth. */
const WORTH = { effect: 20, noise: 50, task: 2, instrument: 4 } as const;

interface Instrument {
  readonly name: string;
  /** Logarithm of the nominal speed. */
  readonly logSpeed: number;
}

export class DurationModel implements Snapshottable {
  readonly #prior: DurationPrior;
  #instruments: Instrument[] = [];
  #instrumentAt = new Map<string, number>();
  #kinds = new Map<string, KindBelief>();
  #shared: SharedBelief;
  #observations = 0;
  #learnedAt = 0;
  #version = 0;

  constructor(prior: Partial<DurationPrior> = {}) {
    this.#prior = { ...PRIOR, ...prior };
    this.#shared = newShared(this.#prior);
  }

  /** Grows when shared beliefs change, so that every estimate may. */
  get version(): number {
    return this.#version;
  }

  get observations(): number {
    return this.#observations;
  }

  get instruments(): readonly string[] {
    return this.#instruments.map(({ name }) => name);
  }

  /** The place of an instrument, made known where it is new; `speed` is what its catalogue says, 1 for ordinary. */
  instrument(name: string, speed = 1): number {
    let at = this.#instrumentAt.get(name);
    if (at === undefined) {
      at = this.#instruments.length;
      this.#instruments.push({ name, logSpeed: Math.log(speed) });
      this.#instrumentAt.set(name, at);
      this.#shared.instruments.push(0);
      for (const kind of this.#kinds.values()) kind.rebuild();
      this.#version += 1;
    }
    return at;
  }

  logSpeed(instrument: number): number {
    return (this.#instruments[instrument] as Instrument).logSpeed;
  }

  /** Takes a run that ended. `bytesIn` is 0 where the size is not known. Not positive `seconds` count as a microsecond. */
  observe(
    task: { readonly kind: string; readonly key: string; readonly bytesIn: number },
    instrument: number,
    seconds: number,
  ): void {
    let kind = this.#kinds.get(task.kind);
    const isNew = kind === undefined;
    if (kind === undefined) {
      kind = new KindBelief(this.#shared, this.#prior.task ** 2);
      this.#kinds.set(task.kind, kind);
    }
    const value = Math.log(Math.max(seconds, 1e-6)) + this.logSpeed(instrument);
    kind.observe(task.key, logSizeOf(task.bytesIn), instrument, value);
    this.#observations += 1;
    if (isNew) this.#learnLevel();
    if (this.#observations >= nextLearning(this.#learnedAt)) this.#learnShared();
  }

  /** What is believed of a kind, solved; undefined where it was never seen. */
  belief(kind: string): KindBelief | undefined {
    const belief = this.#kinds.get(kind);
    belief?.refresh();
    return belief;
  }

  get shared(): Readonly<SharedBelief> {
    return this.#shared;
  }

  /** The estimates for one graph on `workers`, each given as the place of its instrument. */
  durations(
    graph: TaskGraph,
    workers: readonly number[],
    may?: (kind: string, worker: number) => boolean,
  ): Durations {
    return new Durations(this, graph, workers, may);
  }

  /** The level of kinds never seen: mean and spread over those seen. */
  #learnLevel(): void {
    let sum = 0;
    for (const kind of this.#kinds.values()) {
      kind.refresh();
      sum += kind.level().mean;
    }
    this.#shared.level = sum / this.#kinds.size;
    this.#version += 1;
  }

  /** One step of expectation-maximisation for everything that kinds share. O(what is remembered). */
  #learnShared(): void {
    this.#learnedAt = this.#observations;
    this.#learnLevel();
    const shared = this.#shared;
    let levels = 1;
    let effects = WORTH.effect * this.#prior.effect ** 2;
    let effectWorth = WORTH.effect;
    let noise = WORTH.noise * this.#prior.noise ** 2;
    let noiseWorth = WORTH.noise;
    const pull = shared.instruments.map(() => 0);
    const worth: number[] = shared.instruments.map(() => WORTH.instrument);
    for (const kind of this.#kinds.values()) {
      const level = kind.level();
      levels += (level.mean - shared.level) ** 2 + level.variance;
      for (let at = 0; at < shared.instruments.length; at++) {
        const { mean, variance } = kind.effect(at);
        // A cell that was never seen says nothing; one seen well says all.
        const known = Math.max(0, 1 - variance / shared.effectVariance);
        effects += known * ((mean - (shared.instruments[at] as number)) ** 2 + variance);
        effectWorth += known;
        pull[at] = (pull[at] as number) + known * mean;
        worth[at] = (worth[at] as number) + known;
      }
      let tasks = WORTH.task * this.#prior.task ** 2;
      let taskWorth = WORTH.task;
      for (const [key, record] of kind.tasks) {
        if (record.count === 0) continue;
        const own = kind.share(record) * kind.residual(record);
        const spread = kind.taskSpread(key);
        tasks += own * own + spread;
        taskWorth += 1;
        noise += kind.squaresAround(record, own) + record.count * spread;
        noiseWorth += record.count;
      }
      kind.taskVariance = Math.max(1e-4, tasks / taskWorth);
    }
    shared.levelVariance = Math.max(0.5, levels / (this.#kinds.size + 1));
    shared.effectVariance = effects / effectWorth;
    shared.noise = noise / noiseWorth;
    for (let at = 0; at < pull.length; at++) {
      shared.instruments[at] = (pull[at] as number) / (worth[at] as number);
    }
    for (const kind of this.#kinds.values()) kind.rebuild();
    this.#version += 1;
  }

  save(): SnapshotPart {
    const numbers = new NumberWriter();
    const { level, levelVariance, slopeVariance, effectVariance, noise, instruments } = this.#shared;
    numbers.array([this.#observations, this.#learnedAt, this.#version]);
    numbers.array([level, levelVariance, slopeVariance, effectVariance, noise]).array(instruments);
    numbers.array(this.#instruments.map(({ logSpeed }) => logSpeed));
    for (const kind of this.#kinds.values()) kind.write(numbers);
    const facts = {
      version: 1,
      instruments: this.#instruments.map(({ name }) => name),
      kinds: [...this.#kinds].map(([name, { tasks }]) => ({ name, tasks: [...tasks.keys()] })),
    };
    return { name: "dispatch", facts, numbers: numbers.done() };
  }

  restore(part: SnapshotPart): void {
    const { instruments, kinds } = readFacts(part);
    const numbers = new NumberReader(part.numbers);
    const [observations, learnedAt, version] = numbers.array(3) as unknown as [number, number, number];
    const shared = newShared(this.#prior);
    [shared.level, shared.levelVariance, shared.slopeVariance, shared.effectVariance, shared.noise] = numbers
      .array(5) as unknown as [number, number, number, number, number];
    shared.instruments.push(...numbers.array(instruments.length));
    const speeds = numbers.array(instruments.length);
    const restored = kinds.map(({ name, tasks }) => {
      const belief = new KindBelief(shared, this.#prior.task ** 2);
      belief.read(numbers, tasks);
      return [name, belief] as const;
    });
    numbers.end();
    this.#shared = shared;
    this.#instruments = instruments.map((name, at) => ({ name, logSpeed: speeds[at] as number }));
    this.#instrumentAt = new Map(instruments.map((name, at) => [name, at]));
    this.#kinds = new Map(restored);
    this.#observations = observations;
    this.#learnedAt = learnedAt;
    this.#version = version;
  }
}

/** After how many observations what kinds share is learned again: often at first, then so that its cost stays small. */
function nextLearning(learnedAt: number): number {
  return learnedAt < 1500 ? learnedAt * 1.2 + 8 : learnedAt * 1.5;
}

function newShared(prior: DurationPrior): SharedBelief {
  return {
    level: 0,
    levelVariance: prior.level ** 2,
    slopeVariance: prior.slope ** 2,
    effectVariance: prior.effect ** 2,
    noise: prior.noise ** 2,
    instruments: [],
  };
}

interface Facts {
  readonly instruments: readonly string[];
  readonly kinds: readonly { readonly name: string; readonly tasks: readonly string[] }[];
}

function readFacts({ facts }: SnapshotPart): Facts {
  if (facts["version"] !== 1) {
    throw new SymphonyError(
      "unsupported",
      `Cannot restore run times: found version ${JSON.stringify(facts["version"])}, expected 1`,
    );
  }
  const { instruments, kinds } = facts;
  const isText = (value: unknown): value is string => typeof value === "string";
  const isList = (value: unknown): value is readonly string[] => Array.isArray(value) && value.every(isText);
  const isKind = (value: unknown): value is Facts["kinds"][number] =>
    isObject(value as JsonObject) && isText(own(value as JsonObject, "name")) &&
    isList(own(value as JsonObject, "tasks"));
  if (!isList(instruments) || !Array.isArray(kinds) || !kinds.every(isKind)) {
    throw new SymphonyError("corrupt", "Cannot restore run times: the names are missing or no texts");
  }
  return { instruments, kinds: kinds as unknown as Facts["kinds"] };
}
