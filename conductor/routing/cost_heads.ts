/**
 * What a call costs beyond its quality: money from list prices, tokens and a learned ratio; seconds and visible failures
 * learned by kind and instrument; the chance that no answer comes at all, which fades with time.
 *
 * Ring: conductor, pure.
 *
 * @module
 */

import type { NumberReader, NumberWriter } from "../number_stream.ts";
import { grown } from "../grown.ts";
import type { Candidate, RouteOutcome } from "./route_request.ts";
import { ShrunkMean } from "./shrunk_mean.ts";

/** Tokens of an answer before any was seen; the learned ratio corrects it. */
const TOKENS_OUT = 60;
/** Half-life of what is known about an instrument that does not answer. */
const HALF_LIFE_MS = 10 * 60_000;

/** Expected dollars, seconds and probabilities of one call. */
export interface CostHead {
  usd: number;
  seconds: number;
  /** A bad answer that can be seen. */
  failure: number;
  /** No answer. */
  absence: number;
}

export class CostHeads {
  readonly #ratio = new ShrunkMean({ prior: 1, instrumentPrior: 2, cellPrior: 8, memory: 0.999 });
  readonly #seconds = new ShrunkMean({ prior: 1.5, instrumentPrior: 2, cellPrior: 8, memory: 0.998 });
  readonly #failure = new ShrunkMean({ prior: 0.02, instrumentPrior: 2, cellPrior: 8, memory: 0.998 });
  /** Calls without and with an answer, decayed to `#seen`. */
  #absent: Float64Array = new Float64Array(8);
  #present: Float64Array = new Float64Array(8);
  #seen: Float64Array = new Float64Array(8);
  #instruments = 0;

  grow(kinds: number, instruments: number): void {
    for (const head of [this.#ratio, this.#seconds, this.#failure]) head.grow(kinds, instruments);
    this.#absent = grown(this.#absent, instruments, 0);
    this.#present = grown(this.#present, instruments, 0);
    this.#seen = grown(this.#seen, instruments, 0);
    this.#instruments = instruments;
  }

  /** The four expectations for a call of `instrument`, written into `into`. */
  predict(
    kind: number,
    instrument: number,
    candidate: Candidate,
    tokensIn: number,
    now: number,
    into: CostHead,
  ): void {
    const listed = listPrice(candidate, tokensIn);
    into.usd = candidate.quoteUsd ?? (listed > 0 ? listed * this.#ratio.mean(kind, instrument, listed) : 0);
    // What was seen of late by all who use the extension may be worse than what was learned here, not better.
    const seconds = Math.max(this.#seconds.mean(kind, instrument), candidate.lateSeconds ?? 0);
    into.seconds = seconds * (1 + (candidate.waitRounds ?? 0));
    into.failure = this.#failure.mean(kind, instrument);
    const absent = this.#absent[instrument] as number;
    if (absent === 0) into.absence = 0;
    else {
      const kept = this.#kept(instrument, now);
      // Worth one answered call: a single absence after a long quiet does not condemn.
      into.absence = absent * kept / ((absent + (this.#present[instrument] as number)) * kept + 1);
    }
    into.absence = Math.max(into.absence, candidate.lateFailures ?? 0);
  }

  observe(
    kind: number,
    instrument: number,
    candidate: Candidate,
    tokensIn: number,
    now: number,
    outcome: RouteOutcome,
  ): void {
    const listed = listPrice(candidate, tokensIn);
    if (outcome.usd !== undefined && candidate.quoteUsd === undefined && listed > 0) {
      this.#ratio.observe(kind, instrument, outcome.usd / listed, listed);
    }
    const isAbsent = outcome.failure === "transient";
    this.#observeAbsence(instrument, isAbsent, now);
    if (isAbsent) return;
    if (outcome.seconds !== undefined) this.#seconds.observe(kind, instrument, outcome.seconds);
    this.#failure.observe(kind, instrument, Number(outcome.failure === "visible"));
  }

  /** Keeps a fifth of what is known of an instrument's seconds, failures and ratio. */
  forget(instrument: number): void {
    for (const head of [this.#ratio, this.#seconds, this.#failure]) head.forget(instrument, 0.2);
  }

  #observeAbsence(instrument: number, isAbsent: boolean, now: number): void {
    const kept = this.#kept(instrument, now);
    // Ten calls or so: an outage begins and ends within few.
    this.#absent[instrument] = (this.#absent[instrument] as number) * kept * 0.9 + Number(isAbsent);
    this.#present[instrument] = (this.#present[instrument] as number) * kept * 0.9 + Number(!isAbsent);
    this.#seen[instrument] = now;
  }

  #kept(instrument: number, now: number): number {
    const age = Math.max(0, now - (this.#seen[instrument] as number));
    return Math.pow(0.5, age / HALF_LIFE_MS);
  }

  save(out: NumberWriter): void {
    for (const head of [this.#ratio, this.#seconds, this.#failure]) head.save(out);
    for (const values of [this.#absent, this.#present, this.#seen]) {
      out.array(values.subarray(0, this.#instruments));
    }
  }

  load(from: NumberReader, kinds: number, instruments: number): void {
    for (const head of [this.#ratio, this.#seconds, this.#failure]) head.load(from, kinds, instruments);
    this.#absent = grown(from.array(instruments), 8, 0);
    this.#present = grown(from.array(instruments), 8, 0);
    this.#seen = grown(from.array(instruments), 8, 0);
    this.#instruments = instruments;
  }
}

/** List price of a call: the prompt's tokens and a guess at the answer's. */
export function listPrice({ priceIn, priceOut }: Candidate, tokensIn: number): number {
  return (priceIn * tokensIn + priceOut * TOKENS_OUT) / 1e6;
}
