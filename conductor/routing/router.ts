/**
 * Which instrument does a task: factored hierarchical Thompson sampling. Quality is learned (quality_model.ts), cost is
 * computed from prices, tokens and a learned ratio, seconds and failures are learned (cost_heads.ts); the preference
 * weighs them when a choice is scored and is never learned into anything. The probability of each choice is exact
 * (matching.ts), with a uniform floor.
 *
 * R1. Only the request's candidates are taken.
 * R2. `propensities` are the probabilities the choice was drawn from.
 * R3. `save()` holds everything: a restored router chooses as the saved one would have.
 *
 * Ring: conductor, pure.
 *
 * @module
 */

import { SymphonyError } from "../../core/errors.ts";
import type { JsonObject } from "../../core/json.ts";
import type { Heads } from "../decision.ts";
import { NumberReader, NumberWriter } from "../number_stream.ts";
import { utility } from "../../core/policy/preference.ts";
import { RANDOM_STATE_LENGTH, SeededRandom } from "../random.ts";
import type { SnapshotPart, Snapshottable } from "../snapshot_part.ts";
import { type CostHead, CostHeads, listPrice } from "./cost_heads.ts";
import { drawAction, matchProbabilities, normalBelow } from "./matching.ts";
import { PAGE_HINKLEY_LENGTH, PageHinkley } from "./page_hinkley.ts";
import { QualityModel } from "./quality_model.ts";
import type { TableFacts } from "./quality_table.ts";
import { Roster } from "./roster.ts";
import type { Candidate, RouteDecision, RouteOutcome, RouteRequest } from "./route_request.ts";

const VERSION = 1;
/** Probability of a uniform choice among the candidates, unless asked otherwise. */
export const FLOOR = 0.01;

export interface RouterOptions {
  /** How many features every request has. */
  readonly features: number;
  readonly seed: number;
  /** Standard deviations of the posterior that a sample spreads by; below 1 explores less. */
  readonly spread?: number;
  /** Probability of a uniform choice among the candidates. */
  readonly floor?: number;
  /** False: drift is neither looked for nor forgotten. */
  readonly drift?: boolean;
}

interface Settings {
  readonly features: number;
  readonly spread: number;
  readonly floor: number;
  readonly drift: boolean;
}

/** Work space of one decision, by candidate. */
interface Scored {
  readonly kind: number;
  readonly instruments: Int32Array;
  readonly x: Float64Array;
  readonly means: Float64Array;
  readonly variances: Float64Array;
  readonly costs: readonly CostHead[];
  readonly scores: Float64Array;
}

export class Router implements Snapshottable {
  #settings: Settings;
  #random: SeededRandom;
  #kinds = new Roster();
  #instruments = new Roster();
  #quality: QualityModel;
  #costs = new CostHeads();
  #tests: PageHinkley[] = [];

  constructor({ features, seed, spread = 0.65, floor = FLOOR, drift = true }: RouterOptions) {
    this.#settings = { features, spread, floor, drift };
    this.#random = new SeededRandom(seed);
    this.#quality = new QualityModel(features);
  }

  get features(): number {
    return this.#settings.features;
  }

  /** Outcomes learned. */
  get observations(): number {
    return this.#quality.table.observations;
  }

  /** Instruments met, in order. */
  get instruments(): readonly string[] {
    return this.#instruments.names;
  }

  get kinds(): readonly string[] {
    return this.#kinds.names;
  }

  /**
   * Numbers a kind and instruments that were not met before, in this order. Numbers decide the order of sums, so a replay
   * must meet everything in the order of the decisions to be equal bit for bit.
   */
  meet(kind: string, instruments: readonly string[], candidates: readonly Candidate[]): void {
    this.#kindNumber(kind);
    for (const instrument of instruments) this.#instrumentNumber(instrument);
    for (const { id, promisedQuality } of candidates) {
      if (promisedQuality !== undefined) {
        this.#quality.table.believe(this.#instrumentNumber(id), promisedQuality);
      }
    }
  }

  /** Chooses and explores. The request has one candidate or more. Draws chance once, unless `critical`. */
  decide(request: RouteRequest): RouteDecision {
    const proposal = this.propose(request);
    if (request.critical !== undefined) return proposal;
    const action = this.draw(proposal.propensities);
    return { ...proposal, action, explored: action !== proposal.action };
  }

  /** The candidate that one number of this router's chance falls on. */
  draw(propensities: Float64Array): number {
    return drawAction(propensities, this.#random.next());
  }

  /** The probabilities it would draw from, with the best mean as `action`; draws no chance. */
  propose(request: RouteRequest): RouteDecision {
    const scored = this.#score(request);
    const count = request.candidates.length;
    const spreads = new Float64Array(count);
    const propensities = new Float64Array(count);
    for (let at = 0; at < count; at++) spreads[at] = Math.sqrt(scored.variances[at] as number);
    if (request.critical !== undefined) {
      const action = safest(scored, spreads, request.critical.floor);
      propensities[action] = 1;
      return this.#decision(scored, spreads, propensities, action);
    }
    const sampled = spreads.map((spread) => spread * this.#settings.spread);
    matchProbabilities(scored.scores, sampled, this.#settings.floor, propensities);
    return this.#decision(scored, spreads, propensities, largest(scored.scores));
  }

  /** What it would choose without exploring; draws no chance. */
  best(request: RouteRequest): RouteDecision {
    const scored = this.#score(request);
    const action = largest(scored.scores);
    const propensities = new Float64Array(request.candidates.length);
    propensities[action] = 1;
    const spreads = scored.variances.map(Math.sqrt);
    return this.#decision(scored, spreads, propensities, action);
  }

  /** Learns what came of taking candidate `action` with probability `propensity`. */
  learn(request: RouteRequest, action: number, propensity: number, outcome: RouteOutcome): void {
    const { kind, instruments } = this.judge(request, action, propensity, outcome);
    const instrument = instruments[action] as number;
    const candidate = request.candidates[action] as RouteRequest["candidates"][number];
    this.#costs.observe(kind, instrument, candidate, request.tokensIn, request.now, outcome);
  }

  /** Learns the quality alone: of an answer whose cost, time and failure are known already. */
  judge(request: RouteRequest, action: number, propensity: number, outcome: RouteOutcome): Scored {
    const scored = this.#score(request);
    const { kind, instruments, costs } = scored;
    const expected = costs[action] as CostHead;
    const quality = outcome.failure === undefined ? outcome.quality : outcome.quality ?? 0;
    if (quality !== undefined && outcome.failure !== "transient") {
      const penalties = new Float64Array(costs.length);
      for (let at = 0; at < costs.length; at++) {
        penalties[at] = -scoreOf(request, costs[at] as CostHead, 0);
      }
      const residual = quality - (scored.means[action] as number);
      this.#quality.observe({
        kind,
        instruments,
        x: scored.x,
        penalties,
        chosen: action,
        propensity,
        reward: utility(
          request.preference,
          quality,
          outcome.usd ?? expected.usd,
          outcome.seconds ?? expected.seconds,
          Number(outcome.failure !== undefined),
        ),
      }, quality);
      if (this.#settings.drift) this.#lookForDrift(instruments[action] as number, residual);
    }
    return scored;
  }

  /** Structures and their weights, for `explain`. */
  structures(): JsonObject {
    return { ...this.#quality.facts(), shrinkageWeights: [...this.#quality.table.weights] };
  }

  /** What each feature adds to a candidate's quality, the intercept first; empty where features are not used. */
  contributions(request: RouteRequest, action: number): readonly number[] {
    const { instruments, x } = this.#score(request);
    return this.#quality.contributions(instruments[action] as number, x);
  }

  /** How often an instrument was seen for a kind. */
  seen(kind: string, instrument: string): number {
    const row = this.#kinds.known(kind);
    const column = this.#instruments.known(instrument);
    return row === undefined || column === undefined ? 0 : this.#quality.table.count(row, column);
  }

  /** Expected dollars and seconds of each candidate. Meets nobody: for the mask, before a decision. */
  costs(
    { kind, tokensIn, candidates, now }: RouteRequest,
  ): readonly { readonly usd: number; readonly seconds: number }[] {
    const row = this.#kinds.known(kind);
    return candidates.map((candidate) => {
      const column = this.#instruments.known(candidate.id);
      const cost = { usd: 0, seconds: 0, failure: 0, absence: 0 };
      if (row === undefined || column === undefined) {
        return { usd: candidate.quoteUsd ?? listPrice(candidate, tokensIn), seconds: 0 };
      }
      this.#costs.predict(row, column, candidate, tokensIn, now, cost);
      return { usd: cost.usd, seconds: cost.seconds };
    });
  }

  /** What is known of an instrument's quality for a kind, without features. */
  known(kind: string, instrument: string): { readonly mean: number; readonly spread: number } {
    const row = this.#kinds.known(kind);
    const column = this.#instruments.known(instrument);
    if (row === undefined || column === undefined) return { mean: 0.6, spread: 0.35 };
    const mean = new Float64Array(1);
    const variance = new Float64Array(1);
    this.#quality.table.predict(row, Int32Array.of(column), mean, variance);
    return { mean: mean[0] as number, spread: Math.sqrt(variance[0] as number) };
  }

  #score(request: RouteRequest): Scored {
    const { candidates, features, tokensIn, now } = request;
    const kind = this.#kindNumber(request.kind);
    const count = candidates.length;
    const instruments = new Int32Array(count);
    for (let at = 0; at < count; at++) {
      const candidate = candidates[at] as RouteRequest["candidates"][number];
      instruments[at] = this.#instrumentNumber(candidate.id);
      if (candidate.promisedQuality !== undefined) {
        this.#quality.table.believe(instruments[at] as number, candidate.promisedQuality);
      }
    }
    const x = new Float64Array(this.#quality.size);
    x[0] = 1;
    x.set(features, 1);
    const means = new Float64Array(count);
    const variances = new Float64Array(count);
    this.#quality.predict(kind, instruments, x, means, variances);
    const scores = new Float64Array(count);
    const costs: CostHead[] = [];
    for (let at = 0; at < count; at++) {
      const cost = { usd: 0, seconds: 0, failure: 0, absence: 0 };
      const candidate = candidates[at] as RouteRequest["candidates"][number];
      this.#costs.predict(kind, instruments[at] as number, candidate, tokensIn, now, cost);
      costs.push(cost);
      scores[at] = scoreOf(request, cost, means[at] as number);
    }
    return { kind, instruments, x, means, variances, costs, scores };
  }

  #decision(
    { means, costs, scores }: Scored,
    spreads: Float64Array,
    propensities: Float64Array,
    action: number,
  ): RouteDecision {
    const heads: Heads[] = costs.map((cost, at) => ({
      // With the chance that no answer comes, so that the score is quality less the other heads' prices.
      quality: (means[at] as number) * (1 - cost.absence),
      qualitySd: spreads[at] as number,
      usd: cost.usd,
      seconds: cost.seconds,
      failure: clamp(1 - (1 - cost.failure) * (1 - cost.absence)),
    }));
    return { action, propensities, heads, scores, spreads, explored: action !== largest(scores) };
  }

  #kindNumber(name: string): number {
    const known = this.#kinds.known(name);
    if (known !== undefined) return known;
    const number = this.#kinds.number(name);
    this.#grow();
    return number;
  }

  #instrumentNumber(name: string): number {
    const known = this.#instruments.known(name);
    if (known !== undefined) return known;
    const number = this.#instruments.number(name);
    this.#tests.push(new PageHinkley());
    this.#grow();
    return number;
  }

  #grow(): void {
    this.#quality.grow(this.#kinds.size, this.#instruments.size);
    this.#costs.grow(this.#kinds.size, this.#instruments.size);
  }

  #lookForDrift(instrument: number, residual: number): void {
    const test = this.#tests[instrument] as PageHinkley;
    if (test.observe(residual) === 0) return;
    this.#quality.forget(instrument, test.recent);
    this.#costs.forget(instrument);
    test.reset();
  }

  save(): SnapshotPart {
    const out = new NumberWriter();
    out.array(this.#random.save());
    for (const test of this.#tests) out.array(test.save());
    this.#quality.save(out);
    this.#costs.save(out);
    return {
      name: "routing",
      facts: {
        version: VERSION,
        ...this.#settings,
        kinds: [...this.#kinds.names],
        instruments: [...this.#instruments.names],
      },
      numbers: out.done(),
    };
  }

  restore(part: SnapshotPart): void {
    const facts = routerFacts(part);
    const from = new NumberReader(part.numbers);
    const random = SeededRandom.restore(from.array(RANDOM_STATE_LENGTH));
    const tests = facts.instruments.map(() => {
      const test = new PageHinkley();
      test.load(from.array(PAGE_HINKLEY_LENGTH));
      return test;
    });
    const quality = new QualityModel(facts.settings.features);
    quality.load(facts.table, from);
    const costs = new CostHeads();
    costs.load(from, facts.kinds.length, facts.instruments.length);
    from.end();
    this.#settings = facts.settings;
    this.#random = random;
    this.#tests = tests;
    this.#quality = quality;
    this.#costs = costs;
    this.#kinds = rosterOf(facts.kinds);
    this.#instruments = rosterOf(facts.instruments);
  }
}

/** Expected reward: no answer is worth no quality and a failure. */
function scoreOf({ preference }: RouteRequest, cost: CostHead, quality: number): number {
  const failure = 1 - (1 - cost.failure) * (1 - cost.absence);
  return utility(preference, quality * (1 - cost.absence), cost.usd, cost.seconds, failure);
}

/** The best score among candidates whose quality passes `floor` with probability 0.9; the surest where none does. */
function safest({ means, scores }: Scored, spreads: Float64Array, floor: number): number {
  let best = -1;
  let surest = 0;
  let most = -1;
  for (let at = 0; at < scores.length; at++) {
    const probability = normalBelow(((means[at] as number) - floor) / Math.max(1e-9, spreads[at] as number));
    if (probability > most) [most, surest] = [probability, at];
    if (probability >= 0.9 && (best < 0 || (scores[at] as number) > (scores[best] as number))) best = at;
  }
  return best < 0 ? surest : best;
}

function largest(values: Float64Array): number {
  let best = 0;
  for (let at = 1; at < values.length; at++) {
    if ((values[at] as number) > (values[best] as number)) best = at;
  }
  return best;
}

function clamp(value: number): number {
  return value < 0 ? 0 : value > 1 ? 1 : value;
}

function rosterOf(names: readonly string[]): Roster {
  const roster = new Roster();
  for (const name of names) roster.number(name);
  return roster;
}

interface RouterFacts {
  readonly settings: Settings;
  readonly kinds: readonly string[];
  readonly instruments: readonly string[];
  readonly table: TableFacts;
}

function routerFacts({ name, facts }: SnapshotPart): RouterFacts {
  const bad = (what: string) => new SymphonyError("corrupt", `Cannot restore the router: ${what}`);
  if (name !== "routing") throw bad(`found part "${name}", expected "routing"`);
  if (facts["version"] !== VERSION) {
    throw new SymphonyError(
      "unsupported",
      `Cannot restore the router: found version ${String(facts["version"])}, expected ${VERSION}`,
    );
  }
  const number = (field: string): number => {
    const value = facts[field];
    if (typeof value === "number") return value;
    throw bad(`field "${field}" is no number`);
  };
  const texts = (field: string): readonly string[] => {
    const value = facts[field];
    if (Array.isArray(value) && value.every((text) => typeof text === "string")) return value;
    throw bad(`field "${field}" is no list of names`);
  };
  const kinds = texts("kinds");
  const instruments = texts("instruments");
  return {
    settings: {
      features: number("features"),
      spread: number("spread"),
      floor: number("floor"),
      drift: facts["drift"] === true,
    },
    kinds,
    instruments,
    table: { kinds: kinds.length, instruments: instruments.length },
  };
}
