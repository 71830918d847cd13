/**
 * One simulated run from a seed: a random plan, a driver that does random lawful and unlawful things under a virtual
 * clock, crashes and all, and at each step the engine beside the naive scheduler.
 *
 * @module
 */

import { deepEqual, ok, strictEqual } from "node:assert/strict";
import type { Command } from "../../core/orchestration/command.ts";
import { consequences, decide } from "../../core/orchestration/decide.ts";
import type { RunEvent } from "../../core/orchestration/event.ts";
import { createState, evolve, replayAll } from "../../core/orchestration/evolve.ts";
import { isSettled, itemCount } from "../../core/orchestration/reading.ts";
import {
  nextReady,
  nextWake,
  orphans,
  putBack,
  requeueRunning,
  type UnitRef,
  wakeDue,
} from "../../core/orchestration/ready.ts";
import { restoreSnapshot, takeSnapshot } from "../../core/orchestration/snapshot.ts";
import { type RunState, unitOf } from "../../core/orchestration/state.ts";
import { OPEN, QUEUED, RETRYING, RUNNING, stateNames, WAITING } from "../../core/orchestration/unit_state.ts";
import type { Plan } from "../../core/workflow/plan.ts";
import { NaiveScheduler } from "../reference/naive_scheduler.ts";
import { checkLog } from "./log_rules.ts";
import { randomPlan } from "./random_plan.ts";
import { RandomSource } from "./random_source.ts";
import { SimulatedClock } from "./simulated_clock.ts";

const MOST_STEPS = 400;

export interface SimulationResult {
  readonly plan: Plan;
  readonly log: readonly RunEvent[];
  readonly steps: readonly string[];
  readonly end: RunState["run"];
}

/** Runs the simulation of `seed`. @throws AssertionError where engine and reference part, or an invariant breaks */
export function simulate(seed: number): SimulationResult {
  const simulation = new Simulation(seed);
  try {
    return simulation.play();
  } catch (error) {
    if (error instanceof Error) {
      error.message = `seed ${seed}: ${error.message}\n${simulation.story()}`;
    }
    throw error;
  }
}

class Simulation {
  readonly #random: RandomSource;
  readonly #clock = new SimulatedClock();
  readonly #plan: Plan;
  readonly #rank: Float64Array;
  readonly #naive: NaiveScheduler;
  #state: RunState;
  readonly #log: RunEvent[] = [];
  readonly #steps: string[] = [];
  /** In the driver's hands and not begun. */
  #inHand: UnitRef[] = [];
  #checkpoint: { readonly bytes: Uint8Array; readonly nextSeq: number } | undefined;

  constructor(seed: number) {
    this.#random = new RandomSource(seed);
    this.#plan = randomPlan(this.#random);
    this.#rank = Float64Array.from(this.#plan.nodes, () => this.#random.below(3));
    this.#naive = new NaiveScheduler(this.#plan, this.#rank);
    this.#state = createState(this.#plan, this.#rank);
  }

  play(): SimulationResult {
    ok(this.#do({ type: "start" }));
    this.#naive.start();
    this.#compare();
    for (let step = 0; step < MOST_STEPS && this.#step(); step++) this.#compare();
    this.#compare();
    checkLog(this.#plan, this.#log);
    return { plan: this.#plan, log: this.#log, steps: this.#steps, end: this.#state.run };
  }

  /** The plan and what was done, for the message of a failure. */
  story(): string {
    const { nodes, offsets, targets, kinds, edgePorts, ports } = this.#plan;
    const lines = nodes.map(({ id, index, fan, space, definition }) => {
      const to: string[] = [];
      for (let e = offsets[index]!; e < offsets[index + 1]!; e++) {
        to.push(
          `n${targets[e]}:${["needs", "wants", "order", "any"][kinds[e]!]}${ports[edgePorts[e]!] ?? ""}`,
        );
      }
      return `${id} ${definition.importance} ${fan.kind}${space < 0 ? "" : ` in n${space}`} → ${
        to.join(" ")
      }`;
    });
    return [...lines, ...this.#steps.slice(-25)].join("\n");
  }

  #step(): boolean {
    const { run } = this.#state;
    if (run === "completed" || run === "failed") return this.#reopen();
    if (run === "cancelled") return false;
    if (run === "paused" && this.#random.chance(0.5)) return this.#userTakes({ type: "resume" }, "resume");
    const dice = this.#random.next();
    if (dice < 0.35) this.#take();
    else if (dice < 0.6) this.#useHand();
    else if (dice < 0.87) this.#endOne();
    else if (dice < 0.91) this.#passTime();
    else if (dice < 0.94) this.#crash();
    else if (dice < 0.96) this.#userSkip();
    else if (dice < 0.97) this.#retryOne();
    else if (dice < 0.98) this.#userTakes({ type: "pause", reason: "test" }, "pause");
    else if (dice < 0.985) this.#lateReport();
    else if (dice < 0.986) this.#userTakes({ type: "cancel", reason: "test" }, "cancel");
    else if (dice < 0.988) this.#abort();
    if (this.#state.run === "running" && isSettled(this.#state)) {
      ok(this.#do({ type: "finish", outputs: { value: {} } }), "a settled run is finished");
      this.#naive.finish();
    }
    return true;
  }

  /** A failed or degraded run may be taken up again, a few times. */
  #reopen(): boolean {
    this.#inHand = [];
    if (this.#random.chance(0.3)) return false;
    if (this.#random.chance(0.3)) this.#crash();
    for (const { index, id } of this.#plan.nodes) {
      if (
        this.#random.chance(0.3) &&
        this.#userTakes({ type: "skip-node", node: id, reason: "pass" }, `pass ${id}`)
      ) {
        this.#naive.skip(index, -1, true);
        this.#takeUp();
        return true;
      }
      if (this.#userTakes({ type: "retry-node", node: id }, `retry ${id}`)) {
        this.#naive.retry(index);
        this.#takeUp();
        return true;
      }
    }
    return false;
  }

  /** A new process carries a re-opened run on. */
  #takeUp(): void {
    this.#compare();
    this.#crash();
  }

  #take(): void {
    const expected = this.#naive.ready();
    const unit = nextReady(this.#state);
    deepEqual(unit, expected[0], "the unit that is handed out");
    if (unit === undefined) return;
    this.#note("take", unit);
    this.#naive.take(unit.node, unit.item);
    this.#inHand.push(unit);
  }

  #useHand(): void {
    if (this.#inHand.length === 0) return this.#take();
    const [unit] = this.#inHand.splice(this.#random.below(this.#inHand.length), 1) as [UnitRef];
    const { node, item } = unit;
    const isOpener = this.#plan.nodes[node]!.fan.kind === "over" && item < 0;
    const isMine = this.#naive.stateOf(node, item) === "queued";
    const dice = this.#random.next();
    if (dice < 0.1) return this.#giveBack(unit);
    if (dice < 0.2) return this.#skipReport(unit, isMine);
    if (isOpener && dice < 0.9) {
      const count = this.#random.pick([0, 1, 2, 3, 3, 4]);
      const isTaken = this.#do({ type: "expand", node, item, count, items: { value: [] } });
      strictEqual(isTaken, isMine && this.#state.run !== "paused", "expand");
      if (isTaken) this.#naive.expand(node, count);
      else this.#giveBack(unit);
      return;
    }
    const isTaken = this.#do({ type: "begin", node, item });
    strictEqual(isTaken, isMine && this.#state.run !== "paused", "begin");
    if (isTaken) this.#naive.begin(node, item);
    else this.#giveBack(unit);
  }

  #giveBack(unit: UnitRef): void {
    this.#note("put back", unit);
    putBack(this.#state, unit.node, unit.item);
    this.#naive.putBack(unit.node, unit.item);
  }

  #skipReport(unit: UnitRef, isMine: boolean): void {
    const isFault = this.#random.chance(0.4);
    const failure = isFault ? { failure: { class: "unavailable", message: "nobody can" } as const } : {};
    const isTaken = this.#do({ type: "skip", ...unit, reason: "condition is false", ...failure });
    strictEqual(isTaken, isMine, "skip");
    if (isTaken) this.#naive.skip(unit.node, unit.item, isFault);
    else this.#giveBack(unit);
  }

  /** Something that runs or waits ends, in one of the ways there are. */
  #endOne(): void {
    const running = orphans(this.#state);
    if (running.length === 0) return this.#useHand();
    const unit = this.#random.pick(running);
    const { node, item } = unit;
    const isOpener = this.#plan.nodes[node]!.fan.kind === "over" && item < 0;
    const dice = isOpener ? 0.9 : this.#random.next();
    if (dice < 0.7) {
      const port = this.#random.pick([undefined, undefined, "a", "b", "c"]);
      ok(this.#do({
        type: "complete",
        node,
        item,
        output: { value: this.#log.length },
        durationMs: 1,
        ...(port === undefined ? {} : { port }),
      }));
      this.#naive.complete(node, item, port);
    } else if (dice < 0.75) {
      ok(this.#do({ type: "wait", node, item, for: { kind: "time", untilMs: this.#clock.now() + 50 } }));
      this.#naive.wait(node, item);
    } else if (dice < 0.8) {
      ok(this.#do({ type: "wait", node, item, for: { kind: "signal", signal: "go" } }));
      this.#naive.wait(node, item);
    } else {
      const isRetryable = this.#random.chance(0.6);
      const kind = isRetryable ? "connection" : "thrown";
      ok(this.#do({ type: "fail", node, item, failure: { class: kind, message: "it broke" } }));
      this.#naive.fail(node, item, isRetryable);
    }
  }

  #passTime(): void {
    this.#clock.advance(1 + this.#random.below(500));
    const now = this.#clock.now();
    for (const { node, item } of this.#retrying(now)) this.#naive.wake(node, item);
    wakeDue(this.#state, now);
    for (
      let due = nextWake(this.#state);
      due !== undefined && due.dueAt <= now;
      due = nextWake(this.#state)
    ) {
      ok(this.#do({ type: "wake", node: due.node, item: due.item }), "a timed wait that is due is over");
      this.#naive.complete(due.node, due.item);
      if (this.#state.run === "failed") return;
    }
    if (this.#random.chance(0.3)) this.#signal();
  }

  #signal(): void {
    const units = [...this.#state.waits].filter(([, what]) => what.kind === "signal").map(([unit]) => unit);
    const isTaken = this.#do({ type: "signal", signal: "go", value: 1 });
    strictEqual(isTaken, units.length > 0, "signal");
    for (const unit of units.sort((a, b) => a - b)) {
      const node = this.#state.nodeOf[unit]!;
      this.#naive.complete(node, unit === node ? -1 : unit - this.#state.base[node]!);
    }
  }

  #retrying(now: number): UnitRef[] {
    return this.#units().filter(({ node, item }) => {
      const unit = unitOf(this.#state, node, item);
      return this.#naive.stateOf(node, item) === "retrying" && this.#state.dueAt.get(unit)! <= now;
    });
  }

  /** The process dies and another reads a checkpoint and the log after it. */
  #crash(): void {
    const whole = replayAll(this.#plan, this.#log, this.#rank);
    deepEqual(takeSnapshot(whole), takeSnapshot(this.#state), "E2: replay and live state have equal bytes");
    const { bytes, nextSeq } = this.#checkpoint ?? { bytes: undefined, nextSeq: 0 };
    const state = bytes === undefined
      ? createState(this.#plan, this.#rank)
      : restoreSnapshot(this.#plan, bytes, this.#rank);
    for (const event of this.#log.slice(nextSeq)) evolve(state, event);
    deepEqual(
      takeSnapshot(state),
      takeSnapshot(this.#state),
      "E2: a checkpoint and its tail give the live state",
    );
    this.#state = state;
    this.#inHand = [];
    this.#steps.push(`crash, checkpoint at ${nextSeq}`);
    this.#drain();
    requeueRunning(this.#state);
    this.#naive.crash();
    this.#checkpoint = { bytes: takeSnapshot(this.#state), nextSeq: this.#log.length };
  }

  #userSkip(): void {
    const { node, item } = this.#random.pick(this.#units());
    const id = this.#plan.nodes[node]!.id;
    const isOpen = item < 0 && this.#state.states[node] === OPEN;
    const command = {
      type: "skip-node",
      node: id,
      reason: "no need",
      ...(item < 0 ? {} : { item }),
    } as const;
    if (!this.#userTakes(command, `skip ${id}[${item}]`)) return;
    if (isOpen) this.#naive.skipIdleItems(node);
    else this.#naive.skip(node, item, false);
  }

  #retryOne(): void {
    const { id, index } = this.#random.pick(this.#plan.nodes);
    if (this.#userTakes({ type: "retry-node", node: id }, `retry ${id}`)) this.#naive.retry(index);
  }

  #abort(): void {
    ok(this.#do({ type: "abort", failure: { class: "timeout", message: "too long" } }));
    this.#naive.abort();
  }

  /** A report that comes too late is refused. */
  #lateReport(): void {
    const { node, item } = this.#random.pick(this.#units());
    if (["running", "waiting"].includes(this.#naive.stateOf(node, item))) return;
    const isTaken = this.#do({ type: "complete", node, item, output: { value: 0 }, durationMs: 0 });
    strictEqual(isTaken, false, "a late report is refused");
  }

  #userTakes(command: Command, step: string): boolean {
    this.#steps.push(step);
    if (!this.#do(command)) return false;
    if (command.type === "pause") this.#naive.pause();
    else if (command.type === "cancel") this.#naive.cancel();
    else if (command.type === "resume") this.#naive.resume();
    return true;
  }

  #do(command: Command): boolean {
    const context = { now: this.#clock.now(), random: () => this.#random.next() };
    const before = takeSnapshot(this.#state);
    const decided = decide(this.#state, command, context);
    deepEqual(takeSnapshot(this.#state), before, "decide() changes nothing");
    this.#steps.push(`${JSON.stringify(command).slice(0, 90)} → ${decided.ok ? "ok" : decided.error.reason}`);
    if (!decided.ok) return false;
    this.#apply(decided.value);
    return true;
  }

  #apply(events: readonly RunEvent[]): void {
    for (const event of events) {
      evolve(this.#state, event);
      this.#log.push(event);
    }
    this.#drain();
  }

  #drain(): void {
    const context = { now: this.#clock.now() };
    for (let more = consequences(this.#state, context); more.length > 0;) {
      for (const event of more) {
        evolve(this.#state, event);
        this.#log.push(event);
      }
      more = consequences(this.#state, context);
    }
  }

  #units(): UnitRef[] {
    const units: UnitRef[] = [];
    for (let node = 0; node < this.#plan.nodes.length; node++) {
      units.push({ node, item: -1 });
      for (let item = 0; item < this.#naive.itemCount(node); item++) units.push({ node, item });
    }
    return units;
  }

  #compare(): void {
    strictEqual(this.#state.run, this.#naive.run, "the run's state");
    for (let node = 0; node < this.#plan.nodes.length; node++) {
      strictEqual(itemCount(this.#state, node), this.#naive.itemCount(node), `items of n${node}`);
    }
    for (const { node, item } of this.#units()) {
      const code = this.#state.states[unitOf(this.#state, node, item)]!;
      const name = code === OPEN ? "open" : stateNames[code];
      strictEqual(name, this.#naive.stateOf(node, item), `state of n${node}[${item}]`);
    }
    strictEqual(this.#state.unsettled === 0, this.#naive.isSettled(), "settled");
    if (this.#state.run === "running" && this.#state.unsettled > 0) {
      const { tally } = this.#state;
      ok(
        tally[QUEUED]! + tally[RUNNING]! + tally[RETRYING]! + tally[WAITING]! > 0,
        "the run has not stalled",
      );
    }
  }

  #note(what: string, { node, item }: UnitRef): void {
    this.#steps.push(`${what} n${node}[${item}]`);
  }
}
