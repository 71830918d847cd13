/**
 * Takes a sample of all figures every second while something happens (every ten seconds while nothing does), keeps it and
 * tells readers of `metrics`.
 *
 * @module
 */

import type { ClockPort } from "../../../core/ports/clock.ts";
import type { CounterName, GaugeName, MetricsNow } from "../../api/metrics.ts";
import type { KeyedTopic } from "../events/keyed_topic.ts";
import type { Backend } from "../services.ts";
import { CallSums, figuresOfAll } from "./call_sums.ts";
import { counterNames, type Figures, type Measured } from "./figures.ts";
import type { MetricStore, NamedCalls } from "./metric_store.ts";
import type { Prober } from "./prober.ts";

const SAMPLE_MS = 1000;
const IDLE_MS = 10_000;

export interface SamplerServices {
  readonly clock: ClockPort;
  readonly figures: Figures;
  readonly prober: Prober;
  readonly topic: KeyedTopic;
  /** The backend, where it is open. */
  backend(): Backend | undefined;
  /** Connections of the event stream. */
  clients(): number;
  store(): MetricStore;
  onError(what: string, error: unknown): void;
}

export class Sampler {
  readonly #services: SamplerServices;
  #before: Record<CounterName, number>;
  #gauges: Record<GaugeName, number> | undefined;
  #keptAt = -Infinity;
  #stop: (() => void) | undefined;

  constructor(services: SamplerServices) {
    this.#services = services;
    this.#before = { ...services.figures.counters };
  }

  start(): void {
    const { clock } = this.#services;
    const next = (dueAt: number) => {
      this.#stop = clock.schedule(Math.max(0, dueAt - clock.monotonic()), () => {
        // How late the timer fired is how long the loop was busy.
        const delay = Math.max(0, clock.monotonic() - dueAt);
        this.#take(delay);
        if (this.#stop !== undefined) next(Math.max(dueAt + SAMPLE_MS, clock.monotonic() + SAMPLE_MS / 2));
      });
    };
    next(clock.monotonic() + SAMPLE_MS);
  }

  /** Keeps what has come since the last sample, too. */
  stop(): void {
    if (this.#stop === undefined) return;
    this.#stop();
    this.#stop = undefined;
    if (this.#hasGrown()) this.#keep({});
  }

  /** Figures now. */
  now(): MetricsNow {
    const { clock, figures, prober } = this.#services;
    const list = (of: ReadonlyMap<string, Measured>) =>
      figuresOfAll([...of].map(([name, { total }]) => [name, total] as const));
    return {
      at: clock.now(),
      nodeTypes: list(figures.nodeTypes),
      instruments: list(figures.instruments),
      gauges: this.#gauges ?? this.#measure(0),
      counters: { ...figures.counters },
      extensions: [...prober.extensions].map(([extension, use]) => ({ extension, ...use })),
    };
  }

  #take(delay: number): void {
    const { clock, topic } = this.#services;
    const gauges = this.#measure(delay);
    const isBusy = gauges["runs.active"] > 0 || this.#hasGrown();
    this.#gauges = gauges;
    if (isBusy || clock.monotonic() - this.#keptAt >= IDLE_MS) {
      this.#keptAt = clock.monotonic();
      const perExtension = [...this.#services.prober.extensions].flatMap((
        [extension, { cpu, memoryBytes }],
      ) => [
        [`extension.cpu:${extension}`, cpu] as const,
        [`extension.rss:${extension}`, memoryBytes] as const,
      ]);
      this.#keep({ ...gauges, ...Object.fromEntries(perExtension) });
    }
    // After it was kept: who asks for more when told finds it.
    if (topic.isWatched) topic.publish("sample", { kind: "sample", sample: this.now() });
  }

  #hasGrown(): boolean {
    return counterNames.some((name) => this.#services.figures.counters[name] !== this.#before[name]);
  }

  #keep(gauges: Readonly<Record<string, number>>): void {
    const { clock, figures } = this.#services;
    const growth: Record<string, number> = {};
    for (const name of counterNames) growth[name] = figures.counters[name] - this.#before[name];
    this.#before = { ...figures.counters };
    const calls = [...recentOf("node", figures.nodeTypes), ...recentOf("instrument", figures.instruments)];
    try {
      this.#services.store().add({ at: clock.now(), gauges, growth, calls });
    } catch (error) {
      this.#services.onError("keep figures", error);
    }
  }

  #measure(delay: number): Record<GaugeName, number> {
    const { figures, prober } = this.#services;
    const backend = this.#services.backend();
    const readings = backend?.pit.pool.readings() ?? [];
    const count = (state: string) => readings.filter((one) => one.state === state).length;
    const { cpu, rss, heap, hostsCpu, hostsRss } = prober.probe();
    prober.probeExtensions(backend?.extensions.health() ?? []);
    const waiting = backend === undefined ? 0 : queued(backend);
    return {
      ...figures.gauges(),
      "nodes.queued": waiting,
      "pool.hot": count("hot"),
      "pool.warming": count("warming"),
      "pool.cooling": count("cooling"),
      "pool.failed": count("failed"),
      "pool.busy": readings.reduce((sum, { busy }) => sum + busy, 0),
      clients: this.#services.clients(),
      "process.cpu": cpu,
      "process.rss": rss,
      "process.heap": heap,
      "hosts.cpu": hostsCpu,
      "hosts.rss": hostsRss,
      "loop.delay": delay,
    };
  }
}

/** What has come since this was asked last. */
function recentOf(kind: NamedCalls["kind"], all: ReadonlyMap<string, Measured>): NamedCalls[] {
  return [...all].flatMap(([name, measured]) => {
    const { recent } = measured;
    if (recent.isEmpty) return [];
    measured.recent = new CallSums();
    return [{ kind, name, sums: recent }];
  });
}

/** Nodes whose claims wait for what others hold. */
function queued({ pit }: Backend): number {
  return pit.arbitration.fairness().runs.reduce((sum, { waiting }) => sum + waiting, 0);
}
