/**
 * Figures over time in the data folder: second by second for an hour, minute by minute for three days, hour by hour for
 * ninety days, day by day for two years. Coarser steps are added up as the figures come, so that nothing has to be read again to be thinned.
 *
 * Invariant: a step of any width holds what all its samples came to: sums add, least and most are kept, histograms merge.
 *
 * @module
 */

import { DatabaseSync, type StatementSync } from "node:sqlite";
import type {
  CounterName,
  ExtensionFigures,
  MetricsSummary,
  Series,
  SeriesQuery,
} from "../../api/metrics.ts";
import { CallSums, figuresOfAll } from "./call_sums.ts";
import { counterNames } from "./figures.ts";
import { Histogram } from "./histogram.ts";
import { coarserThan, type Span, spansOf, widthFor, widths } from "./metric_steps.ts";

const MAX_POINTS = 2000;

export interface MetricSample {
  readonly at: number;
  readonly gauges: Readonly<Record<string, number>>;
  /** How much each has grown since the last sample. */
  readonly growth: Readonly<Record<string, number>>;
  /** Calls since the last sample. */
  readonly calls: readonly NamedCalls[];
}

export interface NamedCalls {
  readonly kind: "node" | "instrument";
  readonly name: string;
  readonly sums: CallSums;
}

const SCHEMA = `
  pragma journal_mode = wal;
  pragma synchronous = normal;
  create table if not exists points (
    step integer not null, name text not null, at integer not null,
    n integer not null, sum real not null, min real not null, max real not null,
    primary key (step, name, at)
  ) without rowid;
  create table if not exists calls (
    step integer not null, at integer not null, kind text not null, name text not null, histogram text not null,
    failed integer not null, reused integer not null, waited_ms real not null,
    tokens_in integer not null, tokens_out integer not null, cost_usd real not null,
    primary key (step, at, kind, name)
  ) without rowid;
`;

export class MetricStore implements Disposable {
  readonly #db: DatabaseSync;
  readonly #put: StatementSync;
  readonly #getHistogram: StatementSync;
  readonly #putCalls: StatementSync;
  #thinnedAt = 0;

  /** Opens or makes the file. */
  constructor(path: string) {
    this.#db = new DatabaseSync(path);
    this.#db.exec(SCHEMA);
    this.#put = this.#db.prepare(
      `insert into points values (?, ?, ?, 1, ?, ?, ?) on conflict do update set
       n = n + 1, sum = sum + excluded.sum, min = min(min, excluded.min), max = max(max, excluded.max)`,
    );
    this.#getHistogram = this.#db.prepare(
      "select histogram from calls where step = ? and at = ? and kind = ? and name = ?",
    );
    this.#putCalls = this.#db.prepare(
      `insert into calls values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict do update set
       histogram = excluded.histogram, failed = failed + excluded.failed, reused = reused + excluded.reused,
       waited_ms = waited_ms + excluded.waited_ms, tokens_in = tokens_in + excluded.tokens_in,
       tokens_out = tokens_out + excluded.tokens_out, cost_usd = cost_usd + excluded.cost_usd`,
    );
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
        for (const calls of sample.calls) this.#addCalls(stepMs, at, calls);
      }
      if (sample.at - this.#thinnedAt > 60_000) this.#thin(sample.at);
      this.#db.exec("commit");
    } catch (error) {
      this.#db.exec("rollback");
      throw error;
    }
  }

  /** A gauge, counter or latency over time, in the finest steps that are kept, put together to no more points than wanted. */
  series(query: SeriesQuery, now: number, isCounter: boolean): Series {
    const wanted = Math.max(1, Math.min(query.points ?? 300, MAX_POINTS));
    const width = widthFor(query, wanted, now);
    const stepMs = Math.max(1, Math.ceil((query.to - query.from) / width / wanted)) * width;
    const kind = query.name.startsWith("latency:")
      ? "node"
      : query.name.startsWith("instrument-latency:")
      ? "instrument"
      : undefined;
    return kind === undefined
      ? this.#pointSeries(query, width, stepMs, isCounter)
      : this.#latencySeries(query, kind, width, stepMs);
  }

  /** What the time from `from` until `now` came to. */
  summary(from: number, now: number): MetricsSummary {
    const spans = spansOf(Math.max(from, this.#oldest()), now);
    const sums = { node: new Map<string, CallSums>(), instrument: new Map<string, CallSums>() };
    const counters = Object.fromEntries(counterNames.map((name) => [name, 0])) as Record<CounterName, number>;
    for (const span of spans) {
      this.#sumCalls(span, sums);
      for (const name of counterNames) counters[name] += this.#growth(span, name);
    }
    return {
      from: spans[0]?.from ?? now,
      to: now,
      nodeTypes: figuresOfAll(sums.node),
      instruments: figuresOfAll(sums.instrument),
      counters,
      extensions: this.#extensions(spans),
    };
  }

  /** Names that there is something of. */
  names(): readonly string[] {
    const rows = this.#db.prepare(
      `select distinct name from points union
       select distinct iif(kind = 'node', 'latency:', 'instrument-latency:') || name from calls order by 1`,
    ).all();
    return rows.map(({ name }) => String(name));
  }

  [Symbol.dispose](): void {
    this.#db.close();
  }

  #pointSeries({ name, from, to }: SeriesQuery, width: number, stepMs: number, isCounter: boolean): Series {
    const rows = this.#db.prepare(
      `select cast(at / ? as integer) * ? as t, sum(n) as n, sum(sum) as sum, min(min) as min, max(max) as max from points
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

  #latencySeries(
    { name, from, to }: SeriesQuery,
    kind: NamedCalls["kind"],
    width: number,
    stepMs: number,
  ): Series {
    const rows = this.#db.prepare(
      "select at, histogram from calls where step = ? and at >= ? and at < ? and kind = ? and name = ? order by at",
    ).all(width, Math.floor(from / width) * width, to, kind, name.slice(name.indexOf(":") + 1));
    const steps = new Map<number, Histogram>();
    for (const { at, histogram } of rows) {
      const t = Math.floor(Number(at) / stepMs) * stepMs;
      const read = Histogram.decode(String(histogram));
      const known = steps.get(t);
      if (known === undefined) steps.set(t, read);
      else known.merge(read);
    }
    // Where all results were taken over, nothing took any time.
    for (const [at, { count }] of steps) if (count === 0) steps.delete(at);
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

  #addCalls(stepMs: number, at: number, { kind, name, sums }: NamedCalls): void {
    const kept = this.#getHistogram.get(stepMs, at, kind, name);
    const latency = kept === undefined ? new Histogram() : Histogram.decode(String(kept["histogram"]));
    latency.merge(sums.latency);
    const { failed, reused, waitedMs, tokensIn, tokensOut, costUsd } = sums;
    const figures = [failed, reused, waitedMs, tokensIn, tokensOut, costUsd] as const;
    this.#putCalls.run(stepMs, at, kind, name, latency.encode(), ...figures);
  }

  #sumCalls(
    { stepMs, from, to }: Span,
    into: Readonly<Record<NamedCalls["kind"], Map<string, CallSums>>>,
  ): void {
    const rows = this.#db.prepare("select * from calls where step = ? and at >= ? and at < ?")
      .iterate(stepMs, from, to);
    for (const row of rows) {
      const all = into[row["kind"] === "node" ? "node" : "instrument"];
      const sums = new CallSums(Histogram.decode(String(row["histogram"])));
      sums.failed = Number(row["failed"]);
      sums.reused = Number(row["reused"]);
      sums.waitedMs = Number(row["waited_ms"]);
      sums.tokensIn = Number(row["tokens_in"]);
      sums.tokensOut = Number(row["tokens_out"]);
      sums.costUsd = Number(row["cost_usd"]);
      const known = all.get(String(row["name"]));
      if (known === undefined) all.set(String(row["name"]), sums);
      else known.merge(sums);
    }
  }

  #growth({ stepMs, from, to }: Span, name: CounterName): number {
    const row = this.#db.prepare(
      "select total(sum) as sum from points where step = ? and name = ? and at >= ? and at < ?",
    ).get(stepMs, name, from, to);
    return Number(row?.["sum"] ?? 0);
  }

  #extensions(spans: readonly Span[]): ExtensionFigures[] {
    const found = new Map<
      string,
      { n: number; cpu: number; mostCpu: number; rss: number; mostRss: number }
    >();
    for (const { stepMs, from, to } of spans) {
      for (const what of ["cpu", "rss"] as const) {
        const rows = this.#db.prepare(
          `select name, sum(n) as n, sum(sum) as sum, max(max) as max from points
           where step = ? and name >= ? and name < ? and at >= ? and at < ? group by name`,
        ).all(stepMs, `extension.${what}:`, `extension.${what};`, from, to);
        for (const { name, n, sum, max } of rows) {
          const id = String(name).slice(`extension.${what}:`.length);
          const one = found.get(id) ?? { n: 0, cpu: 0, mostCpu: 0, rss: 0, mostRss: 0 };
          found.set(id, one);
          if (what === "rss") {
            one.n += Number(n);
            one.rss += Number(sum);
            one.mostRss = Math.max(one.mostRss, Number(max));
          } else {
            one.cpu += Number(sum);
            one.mostCpu = Math.max(one.mostCpu, Number(max));
          }
        }
      }
    }
    return [...found].map(([extension, { n, cpu, mostCpu, rss, mostRss }]) => ({
      extension,
      cpu: cpu / Math.max(1, n),
      mostCpu,
      memoryBytes: rss / Math.max(1, n),
      mostMemoryBytes: mostRss,
    })).sort((a, b) => b.mostMemoryBytes - a.mostMemoryBytes || a.extension.localeCompare(b.extension));
  }

  /** When the first figure was kept, as finely as it still is; Infinity where there is none. */
  #oldest(): number {
    let oldest = Infinity;
    for (const { stepMs } of widths.toReversed()) {
      const row = this.#db.prepare("select min(at) as at from points where step = ?").get(stepMs);
      const at = row?.["at"];
      // Finer steps that begin later have been thinned.
      if (typeof at === "number" && (oldest === Infinity || at < oldest + coarserThan(stepMs))) oldest = at;
    }
    return oldest;
  }

  #thin(now: number): void {
    this.#thinnedAt = now;
    for (const { stepMs, keptMs } of widths) {
      for (const table of ["points", "calls"]) {
        this.#db.prepare(`delete from ${table} where step = ? and at < ?`).run(stepMs, now - keptMs);
      }
    }
  }
}
