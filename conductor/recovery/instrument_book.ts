/**
 * What calls of instruments have shown, by kind of task: how often they succeed and how well, how long they take, what they
 * cost; and each instrument's health over all kinds.
 *
 * Ring: conductor, pure.
 *
 * @module
 */

import type { NodeTypeId } from "../../core/ids.ts";
import type { InstrumentOption } from "../../core/ports/conductor.ts";
import type { NumberReader, NumberWriter } from "../number_stream.ts";
import { CallTimes } from "./extra_calls.ts";
import { Health } from "./health.ts";

/** Share of the newest call in mean seconds and cost. */
const FOLLOW = 0.1;
/** What is assumed before anything was seen. */
const UNKNOWN = { seconds: 5, usd: 0.005, tokens: 1500 } as const;
/** Observations that the prior success rate is worth. */
const PRIOR_WORTH = 4;

/** What the catalogue says of an instrument. */
export type Listed = Pick<InstrumentOption, "instrument" | "priceIn" | "priceOut" | "promisedQuality">;

export interface CallRecord {
  calls: number;
  successes: number;
  /** Calls whose quality was measured, and the sum of it. */
  measured: number;
  quality: number;
  seconds: number;
  usd: number;
  readonly times: CallTimes;
}

export class InstrumentBook {
  readonly #kinds = new Map<string, Map<string, CallRecord>>();
  readonly #health = new Map<string, Health>();

  note(
    kind: string,
    instrument: NodeTypeId,
    { seconds, usd, quality, isSuccess }: {
      readonly seconds: number;
      readonly usd?: number | undefined;
      readonly quality?: number | undefined;
      readonly isSuccess: boolean;
    },
  ): void {
    const record = this.#make(kind, instrument);
    const follow = Math.max(FOLLOW, 1 / (record.calls + 1));
    record.calls += 1;
    record.successes += isSuccess ? 1 : 0;
    record.seconds += follow * (seconds - record.seconds);
    if (usd !== undefined) record.usd += follow * (usd - record.usd);
    if (isSuccess) record.times.note(seconds);
    if (isSuccess && quality !== undefined) {
      record.measured += 1;
      record.quality += quality;
    }
    let health = this.#health.get(instrument);
    if (health === undefined) this.#health.set(instrument, health = new Health());
    health.note(isSuccess);
  }

  record(kind: string, instrument: string): CallRecord | undefined {
    return this.#kinds.get(kind)?.get(instrument);
  }

  health(instrument: string): Health {
    return this.#health.get(instrument) ?? new Health();
  }

  /** Expected seconds and US dollars of a call. */
  expected(kind: string, option: Listed): { readonly seconds: number; readonly usd: number } {
    const record = this.record(kind, option.instrument);
    if (record !== undefined) return record;
    const listed = (option.priceIn + option.priceOut) / 1e6 * UNKNOWN.tokens;
    return { seconds: UNKNOWN.seconds, usd: listed };
  }

  /** Expected quality of an answer that is one; what the catalogue promises, a dearer model a little more, until measured. */
  quality(kind: string, { instrument, priceIn, priceOut, promisedQuality }: Listed): number {
    const record = this.record(kind, instrument);
    const prior = promisedQuality ?? 0.6 + 0.05 * Math.log10(1 + priceIn + priceOut);
    return (PRIOR_WORTH * prior + (record?.quality ?? 0)) / (PRIOR_WORTH + (record?.measured ?? 0));
  }

  /** Expected quality of a call for this kind, a failure counting 0. */
  strength(kind: string, option: Listed): number {
    const record = this.record(kind, option.instrument);
    const prior = this.health(option.instrument).rate;
    const success = (PRIOR_WORTH * prior + (record?.successes ?? 0)) / (PRIOR_WORTH + (record?.calls ?? 0));
    return success * this.quality(kind, option);
  }

  get names(): readonly { readonly kind: string; readonly instruments: readonly string[] }[] {
    return [...this.#kinds].map(([kind, records]) => ({ kind, instruments: [...records.keys()] }));
  }

  get instruments(): readonly string[] {
    return [...this.#health.keys()];
  }

  write(numbers: NumberWriter): void {
    for (const records of this.#kinds.values()) {
      for (const { calls, successes, measured, quality, seconds, usd, times } of records.values()) {
        numbers.array([calls, successes, measured, quality, seconds, usd]);
        times.write(numbers);
      }
    }
    for (const health of this.#health.values()) health.write(numbers);
  }

  /** @throws SymphonyError `corrupt` */
  static read(
    numbers: NumberReader,
    names: InstrumentBook["names"],
    instruments: readonly string[],
  ): InstrumentBook {
    const book = new InstrumentBook();
    for (const { kind, instruments: list } of names) {
      const records = new Map<string, CallRecord>();
      for (const instrument of list) {
        const calls = numbers.number();
        const successes = numbers.number();
        const measured = numbers.number();
        const quality = numbers.number();
        const seconds = numbers.number();
        const usd = numbers.number();
        const times = CallTimes.read(numbers);
        records.set(instrument, { calls, successes, measured, quality, seconds, usd, times });
      }
      book.#kinds.set(kind, records);
    }
    for (const instrument of instruments) book.#health.set(instrument, Health.read(numbers));
    return book;
  }

  #make(kind: string, instrument: string): CallRecord {
    let records = this.#kinds.get(kind);
    if (records === undefined) this.#kinds.set(kind, records = new Map());
    let record = records.get(instrument);
    if (record === undefined) {
      const nothing = { calls: 0, successes: 0, measured: 0, quality: 0, usd: 0 };
      record = { ...nothing, seconds: UNKNOWN.seconds, times: new CallTimes() };
      records.set(instrument, record);
    }
    return record;
  }
}
