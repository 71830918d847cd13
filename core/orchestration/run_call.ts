/**
 * Carrying out a call node's unit: choose who does it, check the input, lease an instance, call, check the output.
 *
 * @module
 */

import { messageOf, SymphonyError } from "../errors.ts";
import { own } from "../json.ts";
import type { JsonObject } from "../json.ts";
import type { FailureClass, NodeFailure } from "../policy/failure.ts";
import type { CallEvent, CallRequest, CallResult } from "../ports/extension.ts";
import { noLease } from "../ports/pool.ts";
import type { Lease } from "../ports/pool.ts";
import type { NodeType } from "../workflow/catalog.ts";
import type { CallNode } from "../workflow/definition.ts";
import { validate } from "../workflow/json_schema.ts";
import type { PlanNode } from "../workflow/plan.ts";
import type { ValueRef } from "./event.ts";
import { assign, type Assignment } from "./run_assignment.ts";
import type { RunBudget } from "./run_budget.ts";
import { attempted, recover, type RunLimits } from "./run_recovery.ts";
import { type Answer, hedged } from "./run_hedge.ts";
import { askOperator, judge, type Judged, listedFaults } from "./run_quality.ts";
import type { RunScope, Unit } from "./run_scope.ts";
import type { Driver } from "./run_services.ts";
import { attemptsOf } from "./reading.ts";

const MOST_MESSAGE = 600;

/** A call under way. */
interface Begun {
  readonly assigned: Assignment;
  readonly definition: CallNode;
  readonly request: CallRequest;
  readonly signal: AbortSignal;
  readonly started: number;
  /** Gives back what the call holds of the budget. */
  readonly settle: () => void;
}

export class RunCalls {
  readonly #driver: Driver;
  readonly #budget: RunBudget;

  constructor(driver: Driver, budget: RunBudget) {
    this.#driver = driver;
    this.#budget = budget;
  }

  /** Begins the unit. May complete it at once, where the extension answers at once. */
  run(scope: RunScope, unit: Unit, bound: JsonObject): void {
    const { setup, services } = this.#driver;
    const node = scope.plan.nodes[unit.node] as PlanNode;
    const definition = node.definition as CallNode;
    const assigned = this.#assign(scope, unit, definition, bound);
    if ("failure" in assigned) return this.#unassigned(scope, unit, definition, assigned.failure);
    const { type, task, input } = assigned;
    const instrument = type.kind === "instrument" ? { instrument: type.type } : {};
    const reason = assigned.reason === undefined ? {} : { reason: assigned.reason };
    if (!this.#driver.report(scope, { type: "begin", ...unit, ...instrument, ...reason })) return;

    const fail = (kind: FailureClass, message: string) =>
      void this.#driver.report(scope, { type: "fail", ...unit, failure: { class: kind, message } });
    const problems = validate((task ?? type).input, input);
    if (problems.length > 0) {
      return fail("input", `Input does not fit ${definition.use}: ${listedFaults(problems)}`);
    }
    if (type.effect === "write" && !setup.mayWrite && !node.gated) {
      return fail(
        "permission",
        `${type.type} writes: start the run with --allow-write, or put a gate before the node`,
      );
    }

    const attempt = attemptsOf(scope.state, unit.node, unit.item);
    const request: CallRequest = {
      nodeType: type.type,
      input,
      run: setup.run,
      node: node.id,
      ...(unit.item >= 0 ? { item: unit.item } : {}),
      attempt,
      idempotencyKey: [setup.run, scope.path, node.id, unit.item].join(":"),
      workspace: setup.workspace,
      mayWrite: setup.mayWrite || node.gated,
      ...(assigned.call === undefined ? {} : { task: assigned.call }),
    };
    const limits = setup.catalog.limits.get(type.extension) ?? { instances: 1, concurrency: 1 };
    const kind = services.pit.pool.register(type.extension, limits);
    const lease = type.effect === "write" ? noLease : services.pit.pool.lease(kind);
    const started = services.clock.monotonic();
    const settle = this.#budget.hold(assigned.expectedUsd);
    const done = (held: Lease, answer: Answer, signal: AbortSignal) =>
      this.#done(scope, unit, { assigned, definition, request, signal, started, settle }, held, answer);

    if (lease !== noLease) {
      this.#driver.track(scope, unit, (signal) => {
        const answer = this.#ask(scope, unit, { assigned, definition, request, signal }, lease);
        return answer instanceof Promise
          ? answer.then((later) => done(lease, later, signal))
          : done(lease, answer, signal);
      });
      return;
    }
    this.#driver.track(scope, unit, async (signal) => {
      let claim: number | undefined;
      try {
        if (type.effect === "write") {
          // An effect must never be ahead of the log that says it was begun.
          await this.#driver.log.flush();
          claim = await this.#exclusive(scope, unit, node, input, signal);
        }
        let held: Lease;
        try {
          held = await services.pit.pool.acquire(kind, signal);
        } catch (error) {
          settle();
          if (signal.aborted) return;
          return fail("unavailable", messageOf(error));
        }
        const asked = { assigned, definition, request, signal };
        await done(held, await this.#ask(scope, unit, asked, held), signal);
      } finally {
        if (claim !== undefined) services.pit.arbitration.release(claim);
      }
    });
  }

  /** The call's answer, or that of a second instrument where the first is late. Never throws. */
  #ask(
    scope: RunScope,
    unit: Unit,
    { assigned: { type, task, options }, definition, request, signal }: Pick<
      Begun,
      "assigned" | "definition" | "request" | "signal"
    >,
    lease: Lease,
  ): Answer | Promise<Answer> {
    const begin = (under: AbortSignal) => this.#call(scope, unit, lease, request, definition, under);
    if (task === undefined) {
      const result = begin(signal);
      return result instanceof Promise ? result.then((later) => ({ result: later, type })) : { result, type };
    }
    const { tried } = scope.attempts.of(request.node, unit.item);
    const budgetUsd = this.#budget.left();
    const limit = budgetUsd === undefined ? {} : { budgetUsd };
    const call = { kind: definition.use, instrument: type.type, options, tried, ...limit };
    const say = (event: CallEvent) => this.#driver.say(scope, unit, event);
    return hedged(this.#driver, { type, call, request, signal, say }, begin);
  }

  /** The call's result, at once where the extension gives it at once. Never throws. */
  #call(
    scope: RunScope,
    unit: Unit,
    lease: Lease,
    request: CallRequest,
    definition: CallNode,
    signal: AbortSignal,
  ): CallResult | Promise<CallResult> {
    const { pit, extensions } = this.#driver.services;
    try {
      const result = extensions.call(pit.pool.instanceOf(lease), request, {
        signal,
        ...(definition.timeoutMs === undefined ? {} : { timeoutMs: definition.timeoutMs }),
        onEvent: (event) => this.#driver.say(scope, unit, event),
      });
      return result instanceof Promise ? result.catch(crashOf) : result;
    } catch (error) {
      return crashOf(error);
    }
  }

  #done(scope: RunScope, unit: Unit, begun: Begun, lease: Lease, answer: Answer): void | Promise<void> {
    const { clock, pit } = this.#driver.services;
    const { result, type } = answer;
    // A second instrument's answer is no outcome of the decision that chose the first.
    const call = type === begun.assigned.type
      ? begun
      : { ...begun, assigned: withoutDecision(begun.assigned, type) };
    const { assigned: { task, input }, definition } = call;
    const crashed = !result.ok && result.failure.class === "crash" ? result.failure.message : undefined;
    pit.pool.release(lease, crashed);
    const durationMs = Math.round((clock.monotonic() - call.started) * 1000) / 1000;
    if (this.#driver.isStopping) return call.settle();
    const judged = judge(result, task ?? type, {
      definition,
      input,
      ask: (use, asked) => askOperator(this.#driver, use, asked, call.request, call.signal),
    });
    if (!(judged instanceof Promise)) return this.#judged(scope, unit, call, judged, durationMs);
    return judged.then((later) => this.#judged(scope, unit, call, later, durationMs));
  }

  #judged(
    scope: RunScope,
    unit: Unit,
    { assigned, definition, settle }: Begun,
    { result, measured }: Judged,
    durationMs: number,
  ): void | Promise<void> {
    settle();
    if (this.#driver.isStopping) return;
    const { type, decision } = assigned;
    const costUsd = result.ok ? result.usage?.costUsd : result.failure.costUsd;
    this.#driver.services.conductor.report({
      nodeType: type.type,
      use: definition.use,
      durationMs,
      ...(decision === undefined ? {} : { decision }),
      ...(result.ok ? {} : { failure: result.failure }),
      ...(measured === undefined ? {} : { quality: measured.quality, qualitySource: measured.source }),
      ...(costUsd === undefined ? {} : { costUsd }),
    });
    attempted(this.#driver, scope, unit, {
      kind: definition.use,
      instrument: type.type,
      seconds: durationMs / 1000,
      ...(costUsd === undefined ? {} : { usd: costUsd }),
      ...(measured === undefined ? {} : { quality: measured.quality }),
      ...(result.ok ? {} : { failure: result.failure.class }),
    });
    if (!result.ok) {
      const failure = clipped(result.failure);
      const chosen = recover(this.#driver, scope, unit, {
        assigned,
        definition,
        failure,
        limits: this.#limits(scope, definition),
        root: this.#root(scope).plan.definition,
      });
      const recovery = chosen === undefined ? {} : { recovery: chosen };
      this.#driver.report(scope, { type: "fail", ...unit, failure, ...recovery });
      return;
    }
    const node = scope.plan.nodes[unit.node] as PlanNode;
    const { run } = this.#driver.setup;
    const usage = result.usage === undefined ? {} : { usage: result.usage };
    const complete = (output: ValueRef) =>
      void this.#driver.report(scope, { type: "complete", ...unit, output, durationMs, ...usage, ...by });
    const by = assigned.isSecond === true ? { instrument: type.type } : {};
    const origin = { run, node: node.id, ...(unit.item >= 0 ? { item: unit.item } : {}) };
    const stored = this.#driver.values.store(result.output, { origin });
    return stored instanceof Promise ? stored.then(complete) : complete(stored);
  }

  /** Waits for the exclusive right to what the node writes; undefined where it names nothing. */
  async #exclusive(
    scope: RunScope,
    unit: Unit,
    node: PlanNode,
    input: JsonObject,
    signal: AbortSignal,
  ): Promise<number> {
    const { arbitration } = this.#driver.services.pit;
    const place = own(input, "path") ?? own(input, "root") ?? ".";
    const by = {
      run: this.#driver.setup.run,
      node: node.id,
      priority: 0,
      ...(unit.item >= 0 ? { item: unit.item } : {}),
    };
    for (;;) {
      const verdict = arbitration.request({ by, exclusive: [`file:${String(place)}`] });
      if (verdict.verdict === "granted") return verdict.token;
      if (verdict.verdict === "denied") throw new SymphonyError("permission", verdict.reason);
      this.#driver.say(scope, unit, { kind: "log", level: "info", text: verdict.reason });
      await arbitration.released();
      signal.throwIfAborted();
    }
  }

  #assign(
    scope: RunScope,
    unit: Unit,
    definition: CallNode,
    bound: JsonObject,
  ): Assignment | { failure: NodeFailure } {
    const { setup: { catalog, run }, services: { conductor } } = this.#driver;
    const node = (scope.plan.nodes[unit.node] as PlanNode).id;
    const { preference } = this.#root(scope).plan.definition;
    return assign(definition, bound, catalog, {
      run,
      node,
      attempt: attemptsOf(scope.state, unit.node, unit.item) + 1,
      ...scope.attempts.of(node, unit.item),
      ...(preference === undefined ? {} : { preference }),
      ...this.#limits(scope, definition),
    }, (request) => conductor.route(request));
  }

  /** What is left of the run's money, and of its time and the node's. */
  #limits(scope: RunScope, definition: CallNode): RunLimits {
    const { setup: { startedAt }, services: { clock } } = this.#driver;
    const { timeoutMs } = this.#root(scope).plan.definition;
    const budgetUsd = this.#budget.left();
    const left = Math.min(
      definition.timeoutMs ?? Infinity,
      timeoutMs === undefined ? Infinity : startedAt + timeoutMs - clock.now(),
    );
    return {
      ...(budgetUsd === undefined ? {} : { budgetUsd }),
      ...(left === Infinity ? {} : { deadlineSeconds: Math.max(0, left / 1000) }),
    };
  }

  /** The run's own scope: preference and budget are the run's, not a body's. */
  #root(scope: RunScope): RunScope {
    let root = scope;
    while (root.origin !== undefined) root = root.origin.parent;
    return root;
  }

  #unassigned(scope: RunScope, unit: Unit, definition: CallNode, failure: NodeFailure): void {
    if (definition.importance === "essential") {
      if (this.#driver.report(scope, { type: "begin", ...unit })) {
        this.#driver.report(scope, { type: "fail", ...unit, failure });
      }
    } else {
      this.#driver.report(scope, { type: "skip", ...unit, reason: failure.message, failure });
    }
  }
}

function withoutDecision({ decision: _decision, ...assigned }: Assignment, type: NodeType): Assignment {
  return { ...assigned, type, isSecond: true };
}

/** Failures stand in the log and on the screen: what an extension wrote into one is bounded. */
function clipped(failure: NodeFailure): NodeFailure {
  if (failure.message.length <= MOST_MESSAGE) return failure;
  return { ...failure, message: `${failure.message.slice(0, MOST_MESSAGE)}…` };
}

function crashOf(error: unknown): CallResult {
  return { ok: false, failure: { class: "crash", message: messageOf(error) } };
}
