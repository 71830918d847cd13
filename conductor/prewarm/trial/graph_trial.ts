/**
 * What looking ahead buys: recorded workflows arrive by chance, every kind of task needs an instance of its own, and an
 * instance takes some seconds to load. Workers are not limited, so that nothing but loading makes a task wait.
 *
 * The cost is waiting seconds × urgency + seconds in which an instance is held without working (idle or loading).
 *
 * @module
 */

import { DurationModel } from "../../dispatch/duration_model.ts";
import { makeTaskGraph } from "../../dispatch/task_graph.ts";
import type { TaskGraph } from "../../dispatch/task_graph.ts";
import type { RecordedGraph } from "../../evaluate/data.ts";
import { SeededRandom } from "../../random.ts";
import { GapSlots } from "../gap_slots.ts";
import { GapCounts, IdleGaps, PooledGaps } from "../idle_gaps.ts";
import type { Kept } from "../idle_gaps.ts";
import { LookAhead, rateAt } from "../look_ahead.ts";
import { costOfGap, isWarmAt, keepFor } from "../warm_plan.ts";
import type { WarmPlan } from "../warm_plan.ts";

/** A recorded workflow that arrives, with its seconds as they will turn out. */
export interface RepeatedWorkflow {
  readonly graph: TaskGraph;
  readonly arrivesAt: number;
  readonly seconds: Float64Array;
}

const ARRIVALS = 120;
const MEAN_SECONDS_BETWEEN = 60;
const NOISE_SD = 0.25;
const MOST_TASKS = 270;
/** After so many cold starts' worth an instance that was let go is not waited for any more. */
const LET_GO = 5;
/** Looks are at most so many a load time. */
const LOOKS = 8;

/** Arrivals of recorded workflows by chance, the same ones again and again. */
export function repeatedWorkflows(
  graphs: readonly RecordedGraph[],
  seed: number,
): readonly RepeatedWorkflow[] {
  const random = new SeededRandom(seed);
  const drawn = graphs.filter(({ tasks }) => tasks.length <= MOST_TASKS).map((recorded) => ({
    recorded,
    graph: makeTaskGraph(
      recorded.name,
      recorded.tasks.map(({ id, kind, parents }) => ({ key: `${recorded.name}/${id}`, kind, parents })),
    ),
  }));
  if (drawn.length === 0) return [];
  let arrivesAt = 0;
  return Array.from({ length: ARRIVALS }, () => {
    arrivesAt += MEAN_SECONDS_BETWEEN * random.exponential();
    const { recorded, graph } = drawn[random.below(drawn.length)] as (typeof drawn)[number];
    const seconds = Float64Array.from(
      recorded.tasks,
      (task) => Math.max(task.seconds, 0.001) * Math.exp(NOISE_SD * random.normal()),
    );
    return { graph, arrivesAt, seconds };
  });
}

export interface GraphTrialOptions {
  readonly loadSeconds: number;
  /** What a waiting second is worth in seconds of a held instance. */
  readonly urgency: number;
  /** What is kept after a task: nothing, break-even, or as learned. */
  readonly keep: "nothing" | "break-even" | "learned" | "forever";
  readonly looksAhead: boolean;
}

export interface GraphTrialResult {
  readonly tasks: number;
  /** Tasks that had to wait for an instance. */
  readonly cold: number;
  readonly waitingSeconds: number;
  readonly heldSeconds: number;
  readonly cost: number;
  /** Mean over workflows of the time from arrival to end over what it would be with everything warm. */
  readonly slowdown: number;
}

/** An instance that does nothing; its plan counts from `since`. */
interface Resting {
  readonly readyAt: number;
  readonly since: number;
  plan: WarmPlan;
  /** What its gap teaches; undefined where it was loaded because of a need that was foreseen. */
  readonly lesson: { readonly gaps: IdleGaps; readonly kept: Kept } | undefined;
  /** It is held for a need that was foreseen. */
  isHeld: boolean;
}

interface Kind {
  readonly resting: Resting[];
  /** By how many rest already: the tenth idle instance is seldom wanted as soon as the first. */
  readonly gaps: IdleGaps[];
}

type Event =
  | { readonly at: number; readonly type: "arrive"; readonly workflow: number }
  | { readonly at: number; readonly type: "end"; readonly workflow: number; readonly task: number }
  | { readonly at: number; readonly type: "look" };

export function runGraphTrial(
  workflows: readonly RepeatedWorkflow[],
  options: GraphTrialOptions,
): GraphTrialResult {
  return new GraphTrial(workflows, options).run();
}

class GraphTrial {
  readonly #workflows: readonly RepeatedWorkflow[];
  readonly #options: GraphTrialOptions;
  readonly #coldWorth: number;
  readonly #kinds = new Map<string, Kind>();
  readonly #counts = new GapCounts(new GapSlots(1));
  readonly #pooled = new PooledGaps();
  readonly #model = new DurationModel();
  readonly #ahead: LookAhead;
  readonly #events: Event[] = [];
  readonly #waiting: Uint32Array[];
  readonly #left: number[];
  #cold = 0;
  #waited = 0;
  #held = 0;
  #nextLook = Infinity;
  #lookedAt = -Infinity;

  constructor(workflows: readonly RepeatedWorkflow[], options: GraphTrialOptions) {
    this.#workflows = workflows;
    this.#options = options;
    this.#coldWorth = options.loadSeconds * (options.urgency + 1);
    this.#ahead = new LookAhead();
    this.#model.instrument("any");
    this.#waiting = workflows.map(({ graph }) => parentCounts(graph));
    this.#left = workflows.map(({ graph }) => graph.size);
    workflows.forEach(({ arrivesAt }, workflow) => this.#push({ at: arrivesAt, type: "arrive", workflow }));
  }

  run(): GraphTrialResult {
    let slowdown = 0;
    let now = 0;
    let tasks = 0;
    for (let event = this.#events.shift(); event !== undefined; event = this.#events.shift()) {
      now = event.at;
      if (event.type === "arrive") this.#arrive(event.workflow, now);
      else if (event.type === "end") {
        tasks += 1;
        this.#end(event.workflow, event.task, now);
        if (this.#left[event.workflow] === 0) {
          const { arrivesAt, graph, seconds } = this.#workflows[event.workflow] as RepeatedWorkflow;
          slowdown += (now - arrivesAt) / allWarm(graph, seconds);
        }
      } else this.#nextLook = Infinity;
      if (event.type === "look") this.#look(now);
      else if (this.#options.looksAhead) this.#lookAt(now);
    }
    for (const { resting } of this.#kinds.values()) {
      for (const one of resting) this.#held += costOfGap(one.plan, now - one.since).idleSeconds;
    }
    return {
      tasks,
      cold: this.#cold,
      waitingSeconds: this.#waited,
      heldSeconds: this.#held,
      cost: this.#waited * this.#options.urgency + this.#held,
      slowdown: slowdown / this.#workflows.length,
    };
  }

  #arrive(workflow: number, now: number): void {
    const { graph } = this.#workflows[workflow] as RepeatedWorkflow;
    this.#ahead.open(String(workflow), graph, this.#model.durations(graph, [0]));
    this.#waiting[workflow]?.forEach((parents, task) => {
      if (parents === 0) this.#begin(workflow, task, now);
    });
  }

  #begin(workflow: number, task: number, now: number): void {
    const { graph, seconds } = this.#workflows[workflow] as RepeatedWorkflow;
    const wait = this.#take(this.#kind(graph.kinds[graph.kindOf[task] as number] as string), now);
    if (wait > 0) this.#cold += 1;
    this.#waited += wait;
    this.#ahead.begun(String(workflow), task, now + wait);
    this.#push({ at: now + wait + (seconds[task] as number), type: "end", workflow, task });
  }

  #end(workflow: number, task: number, now: number): void {
    const { graph, seconds } = this.#workflows[workflow] as RepeatedWorkflow;
    const name = graph.kinds[graph.kindOf[task] as number] as string;
    this.#model.observe(
      { kind: name, key: graph.keys[task] as string, bytesIn: 0 },
      0,
      seconds[task] as number,
    );
    this.#ahead.settled(String(workflow), task);
    this.#rest(this.#kind(name), now);
    const waiting = this.#waiting[workflow] as Uint32Array;
    for (
      let edge = graph.childrenFrom[task] as number;
      edge < (graph.childrenFrom[task + 1] as number);
      edge++
    ) {
      const child = graph.children[edge] as number;
      waiting[child] = (waiting[child] as number) - 1;
      if (waiting[child] === 0) this.#begin(workflow, child, now);
    }
    this.#left[workflow] = (this.#left[workflow] as number) - 1;
    if (this.#left[workflow] === 0) this.#ahead.close(String(workflow));
  }

  /** Takes an instance and says how long it is waited for. */
  #take({ resting }: Kind, now: number): number {
    const { loadSeconds } = this.#options;
    let best = -1;
    let wait = loadSeconds;
    for (let at = resting.length - 1; at >= 0; at--) {
      const one = resting[at] as Resting;
      const isUsable = one.readyAt > now || isWarmAt(one.plan, now - one.since);
      const until = Math.max(0, one.readyAt - now);
      if (isUsable && until < wait) {
        best = at;
        wait = until;
      }
    }
    if (best < 0 && resting.length > 0) best = resting.length - 1; // A cold one, whose gap ends here.
    const one = best < 0 ? undefined : resting.splice(best, 1)[0];
    if (one !== undefined) {
      const gap = Math.max(0, now - one.since);
      this.#held += costOfGap(one.plan, gap).idleSeconds;
      this.#see(one, gap);
    }
    if (wait === loadSeconds) this.#held += loadSeconds;
    return wait;
  }

  #rest(kind: Kind, now: number): void {
    this.#forget(kind, now);
    const { resting } = kind;
    const depth = Math.floor(Math.log2(1 + resting.length));
    const gaps = kind.gaps[depth] ??= new IdleGaps();
    const { keep } = this.#options;
    const kept = gaps.plan(this.#counts, this.#pooled, this.#coldWorth);
    const plan = keep === "nothing"
      ? []
      : keep === "break-even"
      ? keepFor(this.#coldWorth)
      : keep === "forever"
      ? [{ from: 0, until: Infinity }]
      : kept.played;
    resting.push({ readyAt: now, since: now, plan, lesson: { gaps, kept }, isHeld: false });
  }

  /** Gives up those that were let go long ago: nothing came within any plan's reach, which is learned from, too. */
  #forget({ resting }: Kind, now: number): void {
    for (let at = resting.length - 1; at >= 0; at--) {
      const one = resting[at] as Resting;
      const last = one.plan.at(-1)?.until ?? 0;
      const patience = one.lesson === undefined ? 0 : LET_GO * this.#coldWorth;
      if (one.readyAt > now || now - one.since < Math.max(last, patience)) continue;
      resting.splice(at, 1);
      this.#held += costOfGap(one.plan, now - one.since).idleSeconds;
      this.#see(one, now - one.since);
    }
  }

  #see({ lesson, isHeld }: Resting, gap: number): void {
    if (isHeld) lesson?.gaps.seeForeseen(lesson.kept, gap);
    else lesson?.gaps.see(lesson.kept, gap, this.#pooled, this.#coldWorth);
  }

  #lookAt(now: number): void {
    const apart = this.#options.loadSeconds / LOOKS;
    const soonest = this.#lookedAt + apart;
    if (now >= soonest) this.#look(now);
    else if (soonest < this.#nextLook) {
      this.#nextLook = soonest;
      this.#push({ at: this.#nextLook, type: "look" });
    }
  }

  /** Holds or loads what is worth it; comes back when the next need comes near. */
  #look(now: number): void {
    this.#lookedAt = now;
    const { loadSeconds, urgency } = this.#options;
    const horizon = 2 * loadSeconds + this.#coldWorth;
    let next = Infinity;
    for (const [name, needs] of Map.groupBy(this.#ahead.needs(now, horizon), ({ kind }) => kind)) {
      const { resting } = this.#kind(name);
      const warm = resting.filter((one) => one.readyAt > now || isWarmAt(one.plan, now - one.since));
      for (const need of needs) {
        const one = warm.at(-1);
        const isWorth = one === undefined
          ? rateAt(need, now + loadSeconds) * loadSeconds * urgency >= 1
          : rateAt(need, now + loadSeconds / LOOKS) * this.#coldWorth >= 1;
        if (!isWorth) {
          const soon = need.at - loadSeconds - 2 * need.sd;
          if (soon > now) next = Math.min(next, soon);
          continue;
        }
        next = now;
        if (one === undefined) this.#load(resting, now);
        else this.#hold(one, now);
        warm.pop();
      }
    }
    next = Math.max(next, now + loadSeconds / LOOKS);
    if (next < this.#nextLook) {
      this.#nextLook = next;
      this.#push({ at: next, type: "look" });
    }
  }

  /** Keeps a warm instance until the next look. */
  #hold(one: Resting, now: number): void {
    const elapsed = Math.max(0, now - one.since);
    const until = elapsed + 2 * this.#options.loadSeconds / LOOKS;
    one.isHeld = true;
    const current = one.plan.findIndex((window) => elapsed >= window.from && elapsed < window.until);
    const { from, until: planned } = one.plan[current] ?? { from: elapsed, until: elapsed };
    if (planned >= until) return;
    const later = one.plan.slice(current + 1).filter((window) => window.until > until);
    one.plan = [
      ...one.plan.slice(0, Math.max(0, current)),
      { from, until },
      ...later.map((window) => ({ from: Math.max(window.from, until), until: window.until })),
    ];
  }

  #load(resting: Resting[], now: number): void {
    const { loadSeconds } = this.#options;
    this.#held += loadSeconds;
    const readyAt = now + loadSeconds;
    resting.push({
      readyAt,
      since: readyAt,
      plan: keepFor(2 * loadSeconds / LOOKS),
      lesson: undefined,
      isHeld: true,
    });
  }

  #kind(name: string): Kind {
    let kind = this.#kinds.get(name);
    if (kind === undefined) this.#kinds.set(name, kind = { resting: [], gaps: [] });
    return kind;
  }

  #push(event: Event): void {
    let at = this.#events.length;
    while (at > 0 && (this.#events[at - 1] as Event).at > event.at) at -= 1;
    this.#events.splice(at, 0, event);
  }
}

function parentCounts(graph: TaskGraph): Uint32Array {
  return Uint32Array.from(
    { length: graph.size },
    (_, task) => (graph.parentsFrom[task + 1] as number) - (graph.parentsFrom[task] as number),
  );
}

/** The workflow's time with an instance ready for every task. */
function allWarm(graph: TaskGraph, seconds: Float64Array): number {
  const ends = new Float64Array(graph.size);
  let last = 0;
  for (const task of graph.order) {
    let begin = 0;
    for (
      let edge = graph.parentsFrom[task] as number;
      edge < (graph.parentsFrom[task + 1] as number);
      edge++
    ) {
      begin = Math.max(begin, ends[graph.parents[edge] as number] as number);
    }
    ends[task] = begin + (seconds[task] as number);
    last = Math.max(last, ends[task] as number);
  }
  return last;
}
