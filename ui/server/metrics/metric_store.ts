/**
 * Figures over time in the data folder: second by second for an hour, minute by minute for three days, hour by hour for two
 * years. Coarser steps are added up as the figures come, so that nothing has to be read again to be thinned.
 *
 * Invariant: a step of any width holds what all its samples came to: sums add, least and most are kept, histograms merge.
 *
 * @module
 */

import { DatabaseSync, type StatementSync } from "node:sqlite";
import type { Series, SeriesQuery } from "../../api/metrics.ts";
import { Histogram } from "./histogram.ts";

/** Width of a step and how long it is kept, in milliseconds. */
const widths = [
  { stepMs: 1000, keptMs: 3_600_000 },
  { stepMs: 60_000, keptMs: 3 * 86_400_000 },
  { stepMs: 3_600_000, keptMs: 2 * 365 * 86_400_000 },
] as const;
const MAX_POINTS = 2000;

export interface MetricSample {
  readonly at: number;
  readonly gauges: Readonly<Record<string, number>>;
  /** How much each has grown since the last sample. */
  readonly growth: Readonly<Record<string, number>>;
  /** Durations since the last sample. */
  readonly latencies: ReadonlyMap<string, Histogram>;
}

const SCHEMA = `
  pragma journal_mode = wal;
  pragma synchronous = normal;
  create table if not exists points (
    step integer not null, name text not null, at integer not null,
    n integer not null, sum real not null, min real not null, max real not null,
    primary key (step, name, at)
  ) without rowid;
  create table if not exists latencies (
    step integer not null, name text not null, at integer not null, histogram text not null,
    primary key (step, name, at)
  ) without rowid;
`;

export class MetricStore implements Disposable {
  readonly #db: DatabaseSync;
  readonly #put: StatementSync;
  readonly #getLatency: StatementSync;
  readonly #putLatency: StatementSync;
  #thinnedAt = 0;

  /** Opens or makes the file. */
  constructor(path: string) {
    this.#db = new DatabaseSync(path);
    this.#db.exec(SCHEMA);
    this.#put = this.#db.prepare(
      `insert into points values (?, ?, ?, 1, ?, ?, ?) on conflict do update set
       n = n + 1, sum = sum + excluded.sum, min = min(min, excluded.min), max = max(max, excluded.max)`,
    );
    this.#getLatency = this.#db.prepare(
      "select histogram from latencies where step = ? and name = ? and at = ?",
    );
    this.#putLatency = this.#db.prepare("insert or replace into latencies values (?, ?, ?, ?)");
  }

  /** Adds a sample to the steps of every width. */
  add(sample: MetricSample): void {
    this.#db.exec("begin");
    try {
      for (const { stepMs } of widths) {
        const at = Math.floor(sample.at / stepMs) * stepMs;
        for (const [name, value] of Object.entries(sample.gauges)) {
          this.#put.run(stepMs, name, at, value, value, value);
        }
        for (const [name, value] of Object.entries(sample.growth)) {
          if (value !== 0) this.#put.run(stepMs, name, at, value, value, value);
        }
        for (const [name, histogram] of sample.latencies) this.#addLatency(stepMs, name, at, histogram);
      }
      if (sample.at - this.#thinnedAt > 60_000) this.#thin(sample.at);
      this.#db.exec("commit");
    } catch (error) {
      this.#db.exec("rollback");
      throw error;
    }
  }

  /** A gauge, counter or latency over time, in the finest steps that give no more points than wanted. */
  series(query: SeriesQuery, now: number, isCounter: boolean): Series {
    const wanted = Math.max(1, Math.min(query.points ?? 300, MAX_POINTS));
    const width = this.#widthFor(query, wanted, now);
    // Several kept steps become one point where even the widest are too many.
    const stepMs = Math.max(1, Math.ceil((query.to - query.from) / width / wanted)) * width;
    return query.name.startsWith("latency:")
      ? this.#latencySeries(query, width, stepMs)
      : this.#pointSeries(query, width, stepMs, isCounter);
  }

  /** Names that there is something of. */
  names(): readonly string[] {
    const rows = this.#db.prepare(
      "select distinct name from points union select distinct 'latency:' || name from latencies order by 1",
    ).all();
    return rows.map(({ name }) => String(name));
  }

  [Symbol.dispose](): void {
    this.#db.close();
  }

  #widthFor({ from, to }: SeriesQuery, wanted: number, now: number): number {
    const fitting = widths.find(({ stepMs, keptMs }) =>
      from >= now - keptMs && (to - from) / stepMs <= wanted
    );
    return (fitting ?? widths.find(({ keptMs }) => from >= now - keptMs) ?? widths[2]).stepMs;
  }

  #pointSeries({ name, from, to }: SeriesQuery, width: number, stepMs: number, isCounter: boolean): Series {
    const rows = this.#db.prepare(
      `select at / ? * ? as t, sum(n) as n, sum(sum) as sum, min(min) as min, max(max) as max from points
       where step = ? and name = ? and at >= ? and at < ? group by t order by t`,
    ).all(stepMs, stepMs, width, name, Math.floor(from / width) * width, to);
    const column = (of: (row: Record<string, unknown>) => number) => rows.map((row) => of(row));
    return {
      name,
      stepMs,
      at: column(({ t }) => Number(t)),
      mean: column(({ sum, n }) => isCounter ? Number(sum) : Number(sum) / Number(n)),
      ...isCounter ? {} : { min: column(({ min }) => Number(min)), max: column(({ max }) => Number(max)) },
    };
  }

  #latencySeries({ name, from, to }: SeriesQuery, width: number, stepMs: number): Series {
    const rows = this.#db.prepare(
      "select at, histogram from latencies where step = ? and name = ? and at >= ? and at < ? order by at",
    ).all(width, name.slice("latency:".length), Math.floor(from / width) * width, to);
    const steps = new Map<number, Histogram>();
    for (const { at, histogram } of rows) {
      const t = Math.floor(Number(at) / stepMs) * stepMs;
      const read = Histogram.decode(String(histogram));
      const known = steps.get(t);
      if (known === undefined) steps.set(t, read);
      else known.merge(read);
    }
    const all = [...steps.values()];
    return {
      name,
      stepMs,
      at: [...steps.keys()],
      mean: all.map(({ mean }) => mean),
      p50: all.map((one) => one.quantile(0.5)),
      p95: all.map((one) => one.quantile(0.95)),
      p99: all.map((one) => one.quantile(0.99)),
      count: all.map(({ count }) => count),
    };
  }

  #addLatency(stepMs: number, name: string, at: number, histogram: Histogram): void {
    const kept = this.#getLatency.get(stepMs, name, at);
    const sum = kept === undefined ? new Histogram() : Histogram.decode(String(kept["histogram"]));
    sum.merge(histogram);
    this.#putLatency.run(stepMs, name, at, sum.encode());
  }

  #thin(now: number): void {
    this.#thinnedAt = now;
    for (const { stepMs, keptMs } of widths) {
      for (const table of ["points", "latencies"]) {
        this.#db.prepare(`delete from ${table} where step = ? and at < ?`).run(stepMs, now - keptMs);
      }
    }
  }
}
