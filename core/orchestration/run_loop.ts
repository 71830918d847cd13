/**
 * The actor that carries one run out: takes ready units from the engine, starts them, tells the engine how they ended,
 * and puts every event into the log. All decisions are the engine's; all effects happen through ports.
 *
 * Invariants:
 * - R1 One RunLoop drives a run at a time (RunControlPort.claim); it ends when the run ends, pauses, or only waits for
 *   people. To go on, a new loop is made from the log.
 * - R2 An event changes the state the moment it is decided and reaches the log in the same order.
 * - R3 After the loop stops, late answers change nothing.
 *
 * @module
 */

import { assert, messageOf } from "../errors.ts";
import type { JsonObject } from "../json.ts";
import type { RunStateName } from "../ports/dag.ts";
import type { CallEvent } from "../ports/extension.ts";
import { err, ok } from "../result.ts";
import type { Result } from "../result.ts";
import type { Budget } from "../workflow/definition.ts";
import type { PlanNode } from "../workflow/plan.ts";
import type { Refusal, Report, UserCommand } from "./command.ts";
import { consequences, decide, type DecideContext } from "./decide.ts";
import type { RunEvent, ValueRef } from "./event.ts";
import { evolve } from "./evolve.ts";
import { RunBodies } from "./run_body.ts";
import { RunCalls } from "./run_call.ts";
import { RunBudget } from "./run_budget.ts";
import { LogPace } from "./log_pace.ts";
import { RunCheckpoints } from "./run_checkpoints.ts";
import { createdEvent } from "./run_created.ts";
import type { LiveEvent, Progress, RunHandle, RunOutcome } from "./run_handle.ts";
import type { RunLog } from "./run_log.ts";
import { RunLookAhead } from "./run_look_ahead.ts";
import { evaluateOutputs } from "./run_outputs.ts";
import { dispatch } from "./run_dispatch.ts";
import { ProgressView } from "./run_progress.ts";
import type { RunReuse } from "./run_reuse.ts";
import type { RunScopes } from "./run_scopes.ts";
import type { RunScope, Unit } from "./run_scope.ts";
import type { Driver, RunServices, RunSetup } from "./run_services.ts";
import { RunUnits } from "./run_unit.ts";
import { RunTimers } from "./run_timers.ts";
import { isEnd, summaryOf } from "./run_summary.ts";
import type { RunValues } from "./run_values.ts";
import { readHistory } from "../timeline/history.ts";
import { nextWake, orphans, requeue, wakeDue } from "./ready.ts";
import { hasQueued, isIdleWaiting, runStateName } from "./reading.ts";
import { ScopeAgenda } from "./scope_agenda.ts";

/** Units started before other work gets a turn. */
const UNITS_PER_TURN = 1024;
const CONTROL_POLL_MS = 200;
/** How long the run's places are all taken before it is said of the nodes that wait. */
const TELL_QUEUED_MS = 250;
/** How long a run has been under way before earlier ones are read for an estimate. */
const HISTORY_AFTER_MS = 1500;

export interface LoopParts {
  readonly services: RunServices;
  readonly setup: RunSetup;
  readonly values: RunValues;
  readonly log: RunLog;
  readonly scopes: RunScopes;
  readonly reuse: RunReuse;
  readonly listener: (event: LiveEvent) => void;
  /** Called once when the loop has stopped, before `done` settles. */
  readonly stopped: () => Promise<void>;
}

export class RunLoop implements RunHandle, Driver {
  readonly services: RunServices;
  readonly setup: RunSetup;
  readonly values: RunValues;
  readonly log: RunLog;
  readonly reuse: RunReuse;
  readonly done: Promise<RunOutcome>;
  readonly #scopes: RunScopes;
  readonly #listener: (event: LiveEvent) => void;
  readonly #stopped: () => Promise<void>;
  readonly #calls: RunCalls;
  readonly #units: RunUnits;
  readonly #bodies: RunBodies;
  readonly #view: ProgressView;
  readonly #lookAhead: RunLookAhead | undefined;
  readonly #agenda = new ScopeAgenda();
  readonly #aborts = new Map<RunScope, AbortController>();
  readonly #random = () => this.services.random.next();
  /** Units that hold a place. */
  #busy = 0;
  readonly #timers: RunTimers;
  readonly #pace: LogPace;
  readonly #checkpoints: RunCheckpoints;
  /** Nodes of which was said that they are queued. */
  readonly #toldQueued = new Set<number>();
  #isPumping = false;
  /** True while units could start but for the log, which is full. */
  #isHeldUp = false;
  #stopping = false;
  /** Why the run is to pause as soon as nothing is under way. */
  #pauseReason: string | undefined;
  #crash: { readonly error: unknown } | undefined;
  #settle!: { resolve: (outcome: RunOutcome) => void; reject: (error: unknown) => void };

  constructor(parts: LoopParts) {
    this.services = parts.services;
    this.setup = parts.setup;
    this.values = parts.values;
    this.log = parts.log;
    this.reuse = parts.reuse;
    this.#scopes = parts.scopes;
    this.#listener = parts.listener;
    this.#stopped = parts.stopped;
    this.#bodies = new RunBodies(this, {
      open: (parent, unit, round, inputs) => this.#open(parent, unit, round, inputs),
      close: (scope) => this.#close(scope),
    });
    this.#calls = new RunCalls(
      this,
      new RunBudget(this.#scopes, () => this.#budget),
    );
    this.#units = new RunUnits(this, this.#calls, this.#bodies);
    this.#view = new ProgressView(
      this.#scopes.root,
      parts.services.clock,
      parts.setup.startedAt,
      parts.setup.concurrency,
    );
    const { lookAhead } = parts.services;
    this.#lookAhead = lookAhead && new RunLookAhead(lookAhead, parts.setup.run, parts.setup.catalog);
    const { clock, pit } = parts.services;
    const timers = this.#timers = new RunTimers(clock);
    const failed = (error: unknown) => this.crash(error);
    this.#pace = new LogPace({ log: this.log, clock, timers }, {
      flushed: () => {
        if (this.#isHeldUp) this.#pump();
      },
      failed,
    });
    this.#checkpoints = new RunCheckpoints({
      ...{ run: this.run, definition: this.setup.definition, dag: pit.dag },
      ...{ scopes: this.#scopes, log: this.log, timers, failed },
    });
    this.done = new Promise((resolve, reject) => this.#settle = { resolve, reject });
  }

  get run() {
    return this.setup.run;
  }

  get isStopping(): boolean {
    return this.#stopping;
  }

  /** Begins to work. Call once; `isResumed` where the scopes were read from a log. */
  begin(isResumed = false, budget?: Budget): void {
    if (isResumed) this.#takeUp(budget);
    this.#agenda.touch(this.#scopes.root);
    this.#timers.set("control", CONTROL_POLL_MS, () => this.#pollControl());
    // A run that is over sooner needs no estimate.
    this.#timers.set("history", HISTORY_AFTER_MS, () => this.#learnFromHistory());
    const limit = this.#scopes.root.plan.definition.timeoutMs;
    if (limit !== undefined) {
      const left = this.setup.startedAt + limit - this.services.clock.now();
      this.#timers.set("timeout", Math.max(0, left), () => {
        const failure = { class: "timeout", message: `The run took longer than its ${limit} ms` } as const;
        this.report(this.#scopes.root, { type: "abort", failure });
      });
    }
    const { timeMs } = this.#budget;
    if (timeMs !== undefined) {
      const left = timeMs - this.#scopes.root.activeMs(this.services.clock.now());
      this.#timers.set("budget", Math.max(0, left), () => {
        const reason = `The run's budget of time, ${timeMs / 1000} s, is spent`;
        this.command({ type: "pause", reason });
      });
    }
    this.#pump();
  }

  command(command: UserCommand): Result<void, Refusal> {
    if (this.#stopping) return err({ reason: "the run is not being carried out any more", legal: [] });
    const dispatched = dispatch(this.#scopes, command, this.#context());
    if (!dispatched.ok) return dispatched;
    for (const { scope, events } of dispatched.value) this.#apply(scope, events);
    if (command.type === "pause") this.#finish("paused");
    else this.#pump();
    return ok(undefined);
  }

  progress(): Progress {
    return this.#view.read();
  }

  // Driver: what the parts ask for.

  report(scope: RunScope, report: Report): boolean {
    if (this.#stopping || !this.#scopes.has(scope)) return false;
    const context = this.#context();
    const decided = decide(scope.state, report, context);
    if (!decided.ok) return false;
    this.#apply(scope, decided.value, context);
    if (!this.#isPumping) this.#pump();
    return true;
  }

  tell(scope: RunScope, unit: Unit, text: string): void {
    this.say(scope, unit, { kind: "log", level: "info", text }, true);
  }

  say(scope: RunScope, unit: Unit, event: CallEvent, isEngine = false): void {
    if (this.#stopping) return;
    const node = (scope.plan.nodes[unit.node] as PlanNode).id;
    if (scope === this.#scopes.root) this.#view.note(unit.node, event);
    this.#listener({
      durable: false,
      node,
      event,
      ...(unit.item >= 0 ? { item: unit.item } : {}),
      ...(scope.path === "" ? {} : { scope: scope.path }),
      ...(isEngine ? { isEngine } : {}),
    });
  }

  /** Says of each node of the run, once, that it could begin but for the run's own limit; soon, so that a moment passes untold. */
  #tellQueued(): void {
    if (this.#timers.has("queued")) return;
    this.#timers.set("queued", TELL_QUEUED_MS, () => {
      const { concurrency } = this.setup;
      if (this.#busy < concurrency) return;
      const { root } = this.#scopes;
      for (const { index } of root.plan.nodes) {
        if (this.#toldQueued.has(index) || !hasQueued(root.state, index)) continue;
        this.#toldQueued.add(index);
        const text = `queued: all ${concurrency} of the run's places are taken, others come first`;
        this.tell(root, { node: index, item: -1 }, text);
      }
    });
  }

  get signal(): AbortSignal {
    return this.signalOf(this.#scopes.root);
  }

  signalOf(scope: RunScope): AbortSignal {
    let abort = this.#aborts.get(scope);
    if (abort === undefined) this.#aborts.set(scope, abort = new AbortController());
    return abort.signal;
  }

  pauseAfter(reason: string): void {
    this.#pauseReason ??= reason;
  }

  enter(): void {
    this.#busy++;
  }

  leave(): void {
    this.#busy--;
    if (!this.#isPumping) this.#pump();
  }

  track(work: Promise<void>): void {
    this.enter();
    work.then(() => this.leave(), (error) => {
      if (!this.#stopping) this.crash(error);
    });
  }

  crash(error: unknown): void {
    this.#crash ??= { error };
    this.#finish("running");
  }

  // The engine.

  /** What was running when the last process stopped is begun again, except bodies, which go on inside. */
  #takeUp(budget?: Budget): void {
    const { root } = this.#scopes;
    // A run that lost its process is paused first, where it gets another budget: only a paused one is resumed.
    if (budget !== undefined) this.#command({ type: "pause", reason: "its process is gone" });
    if (runStateName(root.state) !== "running") {
      this.#command({ type: "resume", ...(budget === undefined ? {} : { budget }) });
    }
    for (const scope of [...this.#scopes.all()]) {
      for (const unit of orphans(scope.state)) {
        if (!this.#scopes.hasBody(scope, unit)) requeue(scope.state, unit.node, unit.item);
      }
      this.#apply(scope, consequences(scope.state, this.#context()));
    }
  }

  #command(command: UserCommand): void {
    const { root } = this.#scopes;
    const decided = decide(root.state, command, this.#context());
    if (decided.ok) this.#apply(root, decided.value);
  }

  get #budget(): Budget {
    const { plan, raised } = this.#scopes.root;
    return { ...plan.definition.budget, ...raised };
  }

  #context(): DecideContext {
    return { now: this.services.clock.now(), random: this.#random };
  }

  #apply(scope: RunScope, events: readonly RunEvent[], context = this.#context()): void {
    this.#agenda.touch(scope);
    let batch = events;
    while (batch.length > 0) {
      for (const event of batch) {
        evolve(scope.state, event);
        scope.observe(event);
        this.#lookAhead?.observe(scope, event);
        this.log.push(scope.path === "" ? event : { ...event, scope: scope.path });
      }
      batch = consequences(scope.state, context);
    }
    const state = runStateName(scope.state);
    if (state === "running" || state === "pending" || scope === this.#scopes.root) return;
    this.#bodyEnded(scope, state);
  }

  #bodyEnded(scope: RunScope, state: RunStateName): void {
    if (!this.#scopes.has(scope) || (state !== "completed" && state !== "failed")) return;
    if (state === "completed") return this.#bodies.completed(scope, scope.outputs as ValueRef);
    this.#abort(scope);
    this.#bodies.failed(scope, scope.failure?.message ?? "its body failed");
  }

  #close(scope: RunScope): void {
    for (const closed of this.#scopes.remove(scope)) {
      this.#agenda.forget(closed);
      this.#aborts.delete(closed);
    }
  }

  #open(parent: RunScope, unit: Unit, round: number, inputs: JsonObject): void {
    const scope = this.#scopes.open(parent, unit, round, inputs);
    const started = decide(scope.state, { type: "start" }, this.#context());
    assert(started.ok, "a fresh scope starts");
    this.#apply(scope, [createdEvent(scope, this.setup, this.services.clock.now()), ...started.value]);
    if (!this.#isPumping) this.#pump();
  }

  // Scheduling.

  #pump(): void {
    if (this.#isPumping || this.#stopping) return;
    this.#isPumping = true;
    try {
      let left = UNITS_PER_TURN;
      for (;;) {
        this.#isHeldUp = this.log.isFull;
        if (this.#isHeldUp || this.#pauseReason !== undefined) break;
        if (this.#busy >= this.setup.concurrency) {
          this.#tellQueued();
          break;
        }
        const next = this.#agenda.takeReady();
        if (next === undefined) break;
        this.#units.launch(next.scope, next.unit);
        if (this.#stopping) return;
        if (--left <= 0) {
          this.#timers.set("pump", 0, () => this.#pump());
          break;
        }
      }
    } catch (error) {
      return this.crash(error);
    } finally {
      this.#isPumping = false;
    }
    this.#pace.soon();
    this.#afterPump();
  }

  #afterPump(): void {
    const { root } = this.#scopes;
    const state = runStateName(root.state);
    if (state === "completed" || state === "failed" || state === "cancelled") return this.#finish(state);
    if (this.#pauseReason !== undefined && this.#busy === 0) {
      return void this.command({ type: "pause", reason: this.#pauseReason });
    }
    this.#checkpoints.tend();
    this.values.trim();
    for (const scope of this.#agenda.takeSettled()) this.#finishScope(scope);
    const due = this.#agenda.earliestWake();
    if (due !== undefined) {
      this.#timers.set("wake", Math.max(0, due - this.services.clock.now()), () => this.#wake());
    } else if (this.#busy === 0 && this.#onlyWaits()) this.#finish("waiting-for-input");
  }

  #onlyWaits(): boolean {
    let waits = false;
    for (const scope of this.#scopes.all()) {
      if (isIdleWaiting(scope.state)) waits = true;
      else if (!this.#scopes.hasBodies(scope)) return false;
    }
    return waits;
  }

  readonly #finishing = new WeakSet<RunScope>();

  #finishScope(scope: RunScope): void {
    if (this.#finishing.has(scope)) return;
    this.#finishing.add(scope);
    this.track(this.#giveOutputs(scope));
  }

  async #giveOutputs(scope: RunScope): Promise<void> {
    try {
      const outputs = await evaluateOutputs(scope, this.values);
      const ref = await this.values.store(outputs, { name: "outputs.json" });
      this.report(scope, { type: "finish", outputs: ref });
    } catch (error) {
      const failure = { class: "expression", message: messageOf(error) } as const;
      this.report(scope, { type: "abort", failure });
    }
  }

  #wake(): void {
    const now = this.services.clock.now();
    for (const scope of this.#agenda.sleeping()) {
      wakeDue(scope.state, now);
      this.#agenda.touch(scope);
      // What is still due is a timed wait, which completes.
      for (
        let wake = nextWake(scope.state);
        wake !== undefined && wake.dueAt <= now;
        wake = nextWake(scope.state)
      ) {
        if (!this.report(scope, { type: "wake", node: wake.node, item: wake.item })) break;
      }
    }
    this.#pump();
  }

  #pollControl(): void {
    this.services.control.receive(this.setup.run).then((commands) => {
      for (const command of commands) this.command(command);
    }).catch((error) => this.crash(error)).finally(() => {
      if (!this.#stopping) this.#timers.set("control", CONTROL_POLL_MS, () => this.#pollControl());
    });
  }

  /** An estimate is a convenience: where the earlier logs cannot be read, there is none. */
  #learnFromHistory(): void {
    const { definition } = this.#scopes.root.plan;
    readHistory(this.services.pit.dag, definition.id, this.run).then(
      (history) => this.#view.learn(history),
      () => {},
    );
  }

  /** Aborts what goes on in a scope and below it, or everywhere. */
  #abort(scope: RunScope | undefined): void {
    for (const [other, abort] of this.#aborts) {
      const isBelow = scope === undefined || other === scope || other.path.startsWith(`${scope.path}/`);
      if (isBelow) abort.abort();
    }
    if (scope !== undefined) this.#calls.dropAborted();
  }

  // The end.

  #finish(state: RunStateName): void {
    if (this.#stopping) return;
    this.#stopping = true;
    this.#timers.stop();
    this.#lookAhead?.closed();
    this.#abort(undefined);
    this.#conclude(state).then(this.#settle.resolve, this.#settle.reject);
  }

  async #conclude(state: RunStateName): Promise<RunOutcome> {
    const { dag, stale } = this.services.pit;
    try {
      if (this.#crash !== undefined) throw this.#crash.error;
      await this.log.flush();
      await this.reuse.settled();
      const outcome = await this.#outcome(state);
      const now = this.services.clock.now();
      await dag.summarize(summaryOf(this.setup, this.#scopes, state, now));
      if (isEnd(state)) await stale.settle(this.setup.run, now);
      return outcome;
    } finally {
      await this.#stopped();
    }
  }

  async #outcome(state: RunStateName): Promise<RunOutcome> {
    const { root } = this.#scopes;
    const outputs = root.outputs === undefined ? {} : await this.values.load(root.outputs) as JsonObject;
    return {
      run: this.setup.run,
      state,
      outputs,
      degraded: root.degraded,
      ...(root.failure === undefined ? {} : { failure: root.failure }),
    };
  }
}
