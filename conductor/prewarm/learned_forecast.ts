/**
 * The forecast that the pool asks: learned gaps between uses, the graph of what runs, what loading takes.
 *
 * A cold start is worth the seconds of loading × (urgency + 1): so long somebody waits, and so long an instance is held
 * without working. Idle instances of one extension are taken last in, first out; their gaps are learned apart by how many
 * rest already, because the tenth is seldom wanted as soon as the first.
 *
 * Ring: conductor. Implements ForecastPort and LookAheadPort.
 *
 * @module
 */

import { SymphonyError } from "../../core/errors.ts";
import { type ExtensionId, extensionId, type RunId } from "../../core/ids.ts";
import { isObject, own } from "../../core/json.ts";
import type { Json } from "../../core/json.ts";
import { FORECAST_STEP_MS } from "../../core/ports/forecast.ts";
import type {
  ComingNeed,
  ForecastPort,
  LoadStep,
  LookAheadPort,
  WarmWindows,
} from "../../core/ports/forecast.ts";
import type { Catalog } from "../../core/workflow/catalog.ts";
import type { Plan } from "../../core/workflow/plan.ts";
import { DurationModel } from "../dispatch/duration_model.ts";
import { taskGraphOf } from "../dispatch/task_graph.ts";
import type { TaskGraph } from "../dispatch/task_graph.ts";
import { NumberReader, NumberWriter } from "../number_stream.ts";
import type { SnapshotPart, Snapshottable } from "../snapshot_part.ts";
import { GapSlots } from "./gap_slots.ts";
import { GapCounts, IdleGaps, PooledGaps } from "./idle_gaps.ts";
import type { Kept } from "./idle_gaps.ts";
import { InstanceCount } from "./instance_count.ts";
import { LookAhead, rateAt } from "./look_ahead.ts";
import { NextUse } from "./next_use.ts";
import { RunWork } from "./run_work.ts";

export interface LearnedForecastOptions {
  /** What a second of waiting is worth, in seconds of a held instance. */
  readonly urgency?: number;
  /** What loading is taken to last before it was measured. */
  readonly loadSeconds?: number;
}

/** An instance that rests since a moment (seconds), and what its gap teaches. */
interface Resting {
  readonly since: number;
  readonly gaps: IdleGaps;
  readonly kept: Kept;
}

interface Opened {
  readonly graph: TaskGraph;
  /** What each task was expected to take when its scope was opened. */
  readonly seconds: Float64Array;
  readonly startedAt: Map<number, number>;
}

interface Known {
  loadSeconds: number;
  readonly resting: Resting[];
  readonly gaps: IdleGaps[];
  count: InstanceCount | undefined;
}

/** After so many cold starts' worth, a resting instance is not waited for any more. */
const PATIENCE = 5;
/** Share of the newest measurement in what loading takes. */
const FOLLOW = 0.3;
const RESOLUTION_SECONDS = 1;

export class LearnedForecast implements ForecastPort, LookAheadPort, Snapshottable {
  readonly #urgency: number;
  readonly #loadSeconds: number;
  readonly #counts = new GapCounts(new GapSlots(RESOLUTION_SECONDS));
  readonly #ahead = new LookAhead();
  readonly #graphs = new Map<string, Opened>();
  readonly #runs = new Map<RunId, RunWork>();
  #known = new Map<ExtensionId, Known>();
  #pooled = new PooledGaps();
  #next = new NextUse();
  #durations = new DurationModel();
  /** Which extension carried a kind of node out last. */
  #carrier = new Map<string, ExtensionId>();

  constructor(options: LearnedForecastOptions = {}) {
    this.#urgency = options.urgency ?? 5;
    this.#loadSeconds = options.loadSeconds ?? 2;
    this.#durations.instrument("any");
  }

  asked(extension: ExtensionId, at: number, loadMs?: number): void {
    const known = this.#of(extension);
    this.#next.use(extension);
    if (loadMs !== undefined) known.loadSeconds += FOLLOW * (loadMs / 1000 - known.loadSeconds);
    const now = at / 1000;
    this.#giveUp(known, now);
    const one = known.resting.pop();
    if (one === undefined) return;
    const gap = Math.max(0, now - one.since);
    if (this.#wasForeseen(extension, known, now)) one.gaps.seeForeseen(one.kept, gap);
    else one.gaps.see(one.kept, gap, this.#pooled, this.#coldWorth(known));
  }

  idle(extension: ExtensionId, at: number): WarmWindows {
    const known = this.#of(extension);
    const now = at / 1000;
    this.#giveUp(known, now);
    const depth = Math.floor(Math.log2(1 + known.resting.length));
    const gaps = known.gaps[depth] ??= new IdleGaps();
    const worth = this.#coldWorth(known);
    const kept = gaps.plan(this.#counts, this.#pooled, worth);
    known.resting.push({ since: now, gaps, kept });
    const windows = kept.played.map(({ from, until }) => ({ fromMs: from * 1000, untilMs: until * 1000 }));
    return { windows, reason: reasonOf(kept, gaps, worth) };
  }

  coming(at: number): readonly ComingNeed[] {
    const now = at / 1000;
    const needs: ComingNeed[] = [];
    for (const need of this.#ahead.needs(now, this.#horizon())) {
      const extension = this.#carrier.get(need.kind);
      if (extension === undefined) continue;
      const { loadSeconds } = this.#of(extension);
      const load = rateAt(need, now + loadSeconds) * loadSeconds * this.#urgency >= 1;
      needs.push({ extension, at: need.at * 1000, load });
    }
    return needs;
  }

  victim(idle: readonly { readonly extension: ExtensionId; readonly room: number }[]): number {
    return this.#next.victim(idle.map(({ extension, room }) => ({
      name: extension,
      loadCost: this.#of(extension).loadSeconds,
      room,
    })));
  }

  instances(extension: ExtensionId, step: LoadStep): number {
    const known = this.#of(extension);
    known.count ??= this.#newCount(known.loadSeconds);
    return known.count.want({
      arrivals: step.arrivals,
      arrivedSeconds: step.arrivedMs / 1000,
      waitingSeconds: step.waitingMs / 1000,
    });
  }

  opened(run: RunId, scope: string, plan: Plan, catalog: Catalog): void {
    const graph = taskGraphOf(plan);
    // What names its own type needs no learning; for a task the one that was chosen last is expected.
    for (const { definition } of plan.nodes) {
      const type = definition.kind === "call" ? catalog.nodes.get(definition.use) : undefined;
      if (type !== undefined && !this.#carrier.has(type.type)) this.#carrier.set(type.type, type.extension);
    }
    const name = workflowName(run, scope);
    const estimates = this.#durations.durations(graph, [0]);
    const seconds = Float64Array.from(
      { length: graph.size },
      (_, task) => (estimates.row(task)[0] as number) * estimates.factor(task),
    );
    this.#graphs.set(name, { graph, seconds, startedAt: new Map() });
    this.#ahead.open(name, graph, estimates);
    this.#work(run).add(seconds);
  }

  begun(run: RunId, scope: string, node: number, at: number, extension?: ExtensionId): void {
    const name = workflowName(run, scope);
    const opened = this.#graphs.get(name);
    if (opened === undefined) return;
    opened.startedAt.set(node, at);
    this.#work(run).begun(at);
    if (extension !== undefined) {
      this.#carrier.set(opened.graph.kinds[opened.graph.kindOf[node] as number] as string, extension);
    }
    this.#ahead.begun(name, node, at / 1000);
  }

  settled(run: RunId, scope: string, node: number, at: number): void {
    const name = workflowName(run, scope);
    const opened = this.#graphs.get(name);
    if (opened === undefined) return;
    const begun = opened.startedAt.get(node);
    if (begun !== undefined) {
      const { graph } = opened;
      const kind = graph.kinds[graph.kindOf[node] as number] as string;
      const task = { kind, key: graph.keys[node] as string, bytesIn: 0 };
      this.#durations.observe(task, 0, Math.max(0, at - begun) / 1000);
    }
    this.#ahead.settled(name, node);
    this.#work(run).settled(opened.seconds[node] as number);
  }

  urgency(run: RunId, at: number): number | undefined {
    return this.#runs.size < 2 ? undefined : this.#runs.get(run)?.urgency(at);
  }

  closed(run: RunId): void {
    this.#runs.delete(run);
    for (const name of this.#graphs.keys()) {
      if (name !== run && !name.startsWith(`${run}/`)) continue;
      this.#graphs.delete(name);
      this.#ahead.close(name);
    }
  }

  save(): SnapshotPart {
    const numbers = new NumberWriter();
    this.#pooled.write(numbers);
    this.#next.write(numbers);
    for (const { loadSeconds, gaps } of this.#known.values()) {
      // Depths that were never reached are kept as gaps that saw nothing.
      numbers.number(loadSeconds).number(gaps.length);
      for (let depth = 0; depth < gaps.length; depth++) (gaps[depth] ?? new IdleGaps()).write(numbers);
    }
    const durations = this.#durations.save();
    numbers.array(durations.numbers);
    const facts = {
      version: 1,
      extensions: [...this.#known.keys()],
      used: [...this.#next.names],
      carriers: [...this.#carrier].map(([kind, extension]) => ({ kind, extension })),
      durations: { facts: durations.facts, count: durations.numbers.length },
    };
    return { name: "prewarm", facts, numbers: numbers.done() };
  }

  restore(part: SnapshotPart): void {
    const facts = readFacts(part);
    const numbers = new NumberReader(part.numbers);
    const pooled = PooledGaps.read(numbers);
    const next = NextUse.read(numbers, facts.used);
    const known = new Map<ExtensionId, Known>();
    for (const extension of facts.extensions) {
      const loadSeconds = numbers.number();
      const gaps = Array.from({ length: numbers.number() }, () => IdleGaps.read(numbers));
      known.set(extension, { loadSeconds, resting: [], gaps, count: undefined });
    }
    const durations = new DurationModel();
    durations.restore({
      name: "dispatch",
      facts: facts.durations.facts,
      numbers: numbers.array(facts.durations.count),
    });
    numbers.end();
    this.#pooled = pooled;
    this.#next = next;
    this.#known = known;
    this.#durations = durations;
    this.#carrier = new Map(facts.carriers);
  }

  /** What nobody came for in a long time teaches as much as what somebody came for. */
  #giveUp(known: Known, now: number): void {
    const worth = this.#coldWorth(known);
    while (known.resting.length > 0) {
      const one = known.resting[0] as Resting;
      if (now - one.since < PATIENCE * worth) return;
      known.resting.shift();
      one.gaps.see(one.kept, now - one.since, this.#pooled, worth);
    }
  }

  /** True where the graph said that somebody would ask about now. */
  #wasForeseen(extension: ExtensionId, known: Known, now: number): boolean {
    return this.#ahead.needs(now - known.loadSeconds, this.#horizon()).some((need) =>
      this.#carrier.get(need.kind) === extension && rateAt(need, now) * this.#coldWorth(known) >= 1
    );
  }

  #work(run: RunId): RunWork {
    let work = this.#runs.get(run);
    if (work === undefined) this.#runs.set(run, work = new RunWork());
    return work;
  }

  #horizon(): number {
    let slowest = this.#loadSeconds;
    for (const { loadSeconds } of this.#known.values()) slowest = Math.max(slowest, loadSeconds);
    return slowest * (this.#urgency + 3);
  }

  #coldWorth({ loadSeconds }: Known): number {
    return Math.max(loadSeconds, 0.01) * (this.#urgency + 1);
  }

  #newCount(loadSeconds: number): InstanceCount {
    return new InstanceCount({
      stepSeconds: FORECAST_STEP_MS / 1000,
      coldSeconds: loadSeconds,
      waitingWorth: this.#urgency,
    });
  }

  #of(extension: ExtensionId): Known {
    let known = this.#known.get(extension);
    if (known === undefined) {
      known = { loadSeconds: this.#loadSeconds, resting: [], gaps: [], count: undefined };
      this.#known.set(extension, known);
    }
    return known;
  }
}

function workflowName(run: RunId, scope: string): string {
  return scope === "" ? run : `${run}/${scope}`;
}

function reasonOf({ played, learned }: Kept, gaps: IdleGaps, worth: number): string {
  const value = `a cold start is worth ${worth.toFixed(1)} s of being warm`;
  if (played !== learned) {
    return gaps.isGuarded(worth)
      ? `break-even, since learned plans have cost more: ${value}`
      : `what has been cheapest of late while little is known: ${value}`;
  }
  return `cheapest on ${gaps.seen} gaps: ${value}`;
}

interface Facts {
  readonly extensions: readonly ExtensionId[];
  readonly used: readonly string[];
  readonly carriers: readonly (readonly [string, ExtensionId])[];
  readonly durations: { readonly facts: SnapshotPart["facts"]; readonly count: number };
}

function readFacts({ facts }: SnapshotPart): Facts {
  if (facts["version"] !== 1) {
    throw new SymphonyError(
      "unsupported",
      `Cannot restore the forecast: found version ${JSON.stringify(facts["version"])}, expected 1`,
    );
  }
  const durations = own(facts, "durations");
  const durationFacts = own(durations, "facts");
  const count = own(durations, "count");
  const carriers = list(own(facts, "carriers"));
  if (!isObject(durationFacts) || typeof count !== "number") {
    throw new SymphonyError("corrupt", "Cannot restore the forecast: the run times are missing");
  }
  return {
    extensions: list(own(facts, "extensions")).map((name) => extensionId(text(name))),
    used: list(own(facts, "used")).map(text),
    carriers: carriers.map((entry) =>
      [text(own(entry, "kind")), extensionId(text(own(entry, "extension")))] as const
    ),
    durations: { facts: durationFacts, count },
  };
}

function list(value: Json | undefined): readonly Json[] {
  if (Array.isArray(value)) return value;
  throw new SymphonyError("corrupt", "Cannot restore the forecast: expected a list of names");
}

function text(value: Json | undefined): string {
  if (typeof value === "string") return value;
  throw new SymphonyError("corrupt", "Cannot restore the forecast: expected a name");
}
