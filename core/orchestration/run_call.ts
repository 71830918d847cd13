/**
 * Carrying out a call node's unit: choose who does it, check the input, lease an instance, call, check the output.
 *
 * @module
 */

import { messageOf, SymphonyError } from "../errors.ts";
import type { JsonObject } from "../json.ts";
import type { FailureClass, NodeFailure } from "../policy/failure.ts";
import { type Spent, spentInCall, tokensOf, withSpent } from "../policy/spent.ts";
import type { ArtifactMeta } from "../ports/artifact.ts";
import type { Claimant } from "../ports/arbitration.ts";
import type { Outcome } from "../ports/conductor.ts";
import type { CallOptions, CallRequest, CallResult } from "../ports/extension.ts";
import type { Lease } from "../ports/pool.ts";
import type { NodeType } from "../workflow/catalog.ts";
import type { CallNode } from "../workflow/definition.ts";
import { validate } from "../workflow/json_schema.ts";
import type { PlanNode } from "../workflow/plan.ts";
import { Assignments, rootOf } from "./assignment.ts";
import { CallLines } from "./call_lines.ts";
import type { Report } from "./command.ts";
import type { ValueRef } from "./event.ts";
import type { MemoNote } from "./reuse.ts";
import type { Assignment } from "./run_assignment.ts";
import { isCostUnknown, type RunBudget } from "./run_budget.ts";
import { CallAmounts, type CallClaim, type CallMeter, usedOf } from "./call_amounts.ts";
import { type Claimed, ClaimLine } from "./run_claim.ts";
import { type Contest, contested } from "./run_contest.ts";
import { type Answer, hedged } from "./run_hedge.ts";
import { attempted, recover } from "./run_recovery.ts";
import { type CallModels, RunModels } from "./run_models.ts";
import { askOperator, judge, type Judged, listedFaults } from "./run_quality.ts";
import type { RunScope, Unit } from "./run_scope.ts";
import type { Driver } from "./run_services.ts";
import type { Draft } from "./draft.ts";
import { attemptsOf } from "./reading.ts";
import { exclusiveThing, writtenPlace } from "./written_place.ts";

const MOST_MESSAGE = 600;
const NOTHING: readonly string[] = [];

/** One call of one unit. */
interface Call {
  readonly scope: RunScope;
  readonly unit: Unit;
  readonly definition: CallNode;
  readonly type: NodeType;
  readonly assigned: Assignment;
  readonly request: CallRequest;
  /** Gives back what the call holds, of the budget and of what was granted; with `true` where nobody knows what it cost. */
  settle: (isUnknown?: boolean) => void;
  /** What it claims of what is limited, as it was made last. */
  claim?: CallClaim | undefined;
  /** What others took that were asked for it. */
  readonly besides?: Spent;
  /** What it asks of models. */
  models?: CallModels;
  readonly meter: CallMeter;
}

export class RunCalls {
  readonly #driver: Driver;
  readonly #budget: RunBudget;
  readonly #assignments: Assignments;
  readonly #lines: CallLines<Call>;
  readonly #amounts: CallAmounts;
  readonly #claims: ClaimLine;
  readonly #models: RunModels;

  constructor(driver: Driver, budget: RunBudget) {
    this.#driver = driver;
    this.#budget = budget;
    this.#assignments = new Assignments(driver, budget, (extension) => this.#lines.waitRounds(extension));
    this.#amounts = new CallAmounts(driver.services, driver.setup);
    this.#claims = new ClaimLine(driver.services);
    this.#models = new RunModels(driver, budget, this.#assignments);
    this.#lines = new CallLines(
      driver,
      (call, lease) => this.#start(call, lease),
      ({ scope, unit, settle }, error) => {
        settle();
        // While a circuit is open, later is better; what cannot be started stays so.
        const isBusy = error instanceof SymphonyError && error.code === "busy";
        this.#fail(scope, unit, isBusy ? "rate-limit" : "unavailable", messageOf(error));
      },
    );
  }

  /** Begins the unit. May complete it at once, where the extension answers at once. */
  run(scope: RunScope, unit: Unit, bound: JsonObject, memo?: MemoNote): void {
    const { setup } = this.#driver;
    const { node, item } = unit;
    const { gated, definition } = scope.plan.nodes[node] as PlanNode & { readonly definition: CallNode };
    const assigned = this.#assignments.of(scope, unit, definition, bound);
    if ("failure" in assigned) {
      // What calls under way hold may be left over when they have ended.
      if (this.#budget.isHeld) return this.#runLater(scope, unit, bound, memo);
      return this.#unassigned(scope, unit, definition, assigned.failure);
    }
    const { type, task, input, reason } = assigned;
    const instrument = type.kind === "instrument" ? type.type : undefined;
    if (!this.#driver.report(scope, { type: "begin", node, item, instrument, reason, memo })) return;

    const problems = validate((task ?? type).input, input);
    if (problems.length > 0) {
      const message = `Input does not fit ${definition.use}: ${listedFaults(problems)}`;
      return this.#fail(scope, unit, "input", message);
    }
    const isWrite = type.effect === "write" && !setup.isMock;
    // Who proposes needs no leave for texts of files; for anything else the extension asks for it.
    if (isWrite && !setup.mayWrite && !gated && !setup.proposes) {
      const message = `${type.type} writes: start the run with --allow-write, or put a gate before the node`;
      return this.#fail(scope, unit, "permission", message);
    }
    const call: Call = {
      scope,
      unit,
      definition,
      type,
      assigned,
      request: this.#request(scope, unit, assigned),
      settle: this.#budget.hold(assigned),
      meter: { hasBegun: false, tokens: undefined, usd: undefined },
    };
    if (isWrite) return this.#driver.track(this.#write(call));
    // What is made up takes nothing of what is limited.
    call.claim = setup.isMock ? undefined : this.#amounts.of(type, assigned);
    const exclusive = setup.isMock ? NOTHING : this.#exclusive(definition);
    if (call.claim === undefined && exclusive.length === 0) return this.#lines.enter(call);
    const claimed = this.#claim(call, exclusive);
    if (claimed instanceof Promise) {
      this.#driver.track(claimed.then((later) => this.#claimed(call, later)));
    } else this.#claimed(call, claimed);
  }

  #exclusive({ exclusive }: CallNode): readonly string[] {
    const { workspace } = this.#driver.setup;
    return exclusive?.map((name) => exclusiveThing(workspace, name)) ?? NOTHING;
  }

  /** Forgets the calls that wait and whose scope was aborted. */
  dropAborted(): void {
    this.#lines.dropAborted(({ settle }) => settle());
  }

  #runLater(scope: RunScope, unit: Unit, bound: JsonObject, memo: MemoNote | undefined): void {
    this.#driver.enter();
    this.#budget.whenFreed(() => {
      this.#driver.leave();
      if (!this.#driver.isStopping && !this.#driver.signalOf(scope).aborted) {
        this.run(scope, unit, bound, memo);
      }
    });
  }

  #request(scope: RunScope, unit: Unit, { type, input, call, maxUsd, maxTokens }: Assignment): CallRequest {
    const { run, workspace, mayWrite, proposes } = this.#driver.setup;
    const { id, gated } = scope.plan.nodes[unit.node] as PlanNode;
    const request: Draft<CallRequest> = {
      nodeType: type.type,
      input,
      run,
      node: id,
      attempt: attemptsOf(scope.state, unit.node, unit.item),
      idempotencyKey: `${run}:${scope.path}:${id}:${unit.item}`,
      workspace,
      mayWrite: mayWrite || gated,
      codeHash: type.codeHash,
    };
    if (proposes) request.proposes = true;
    if (unit.item >= 0) request.item = unit.item;
    if (call !== undefined) request.task = call;
    if (maxUsd !== undefined) request.maxUsd = maxUsd;
    if (maxTokens !== undefined) request.maxTokensInAll = maxTokens;
    return request;
  }

  /** Begins the call with its place, and ends it at once where it is answered at once. */
  #start(call: Call, lease: Lease): void {
    const started = this.#driver.services.clock.monotonic();
    const answer = this.#ask(call, lease);
    const ending = answer instanceof Promise
      ? answer.then((later) => this.#done(call, lease, started, later))
      : this.#done(call, lease, started, answer);
    if (ending !== undefined) this.#driver.track(ending);
  }

  /** A call with an effect: it is never ahead of the log that says it was begun, and alone has what it writes to. */
  async #write(call: Call): Promise<void> {
    const { log, services: { pit, clock } } = this.#driver;
    const signal = this.#driver.signalOf(call.scope);
    let claim: number | undefined;
    try {
      await log.flush();
      const { path, root } = call.request.input;
      const exclusive = [
        writtenPlace(this.#driver.setup.workspace, path ?? root),
        ...this.#exclusive(call.definition),
      ];
      const claimed = await this.#claim(call, exclusive);
      if (typeof claimed !== "number") return this.#unclaimed(call, claimed);
      claim = claimed;
      const lease = await this.#lines.acquire(call, signal);
      if (lease === undefined) return;
      const started = clock.monotonic();
      await this.#done(call, lease, started, await this.#ask(call, lease));
    } finally {
      if (claim !== undefined) pit.arbitration.release(claim, usedBy(call));
    }
  }

  /** The call's answer, or that of a second instrument where the first is late. Never throws. */
  #ask(call: Call, lease: Lease): Answer | Promise<Answer> {
    call.meter.hasBegun = true;
    const { scope, unit, type, assigned: { task, options }, definition, request } = call;
    const signal = this.#driver.signalOf(scope);
    if (isContest(call)) {
      return contested(this.#driver, this.#contest(call), () => this.#call(call, lease, signal));
    }
    if (task === undefined) {
      const result = this.#call(call, lease, signal);
      return result instanceof Promise ? result.then((later) => ({ result: later, type })) : { result, type };
    }
    const { tried } = scope.attempts.of(request.node, unit.item);
    const budgetUsd = this.#budget.left();
    const limit = budgetUsd === undefined ? {} : { budgetUsd };
    const running = { kind: definition.use, instrument: type.type, options, tried, ...limit };
    const tell = (text: string) => this.#driver.tell(scope, unit, text);
    return hedged(
      this.#driver,
      { type, call: running, request, signal, tell },
      (under) => this.#call(call, lease, under),
    );
  }

  #contest(call: Call): Contest {
    const { scope, unit, definition, assigned, request } = call;
    return {
      definition,
      assigned,
      request,
      signal: this.#driver.signalOf(scope),
      another: (without) => {
        const other = this.#assignments.another(scope, unit, definition, assigned.input, without);
        return "failure" in other ? undefined : other;
      },
      assign: (use, input) => {
        const { quality: _quality, ...node } = definition;
        return this.#assignments.of(scope, unit, { ...node, use }, input);
      },
      hold: (other) => this.#budget.hasRoom(other) ? this.#budget.hold(other) : undefined,
      say: (text) => this.#driver.tell(scope, unit, text),
      report: (other, durationMs, result, measured) =>
        this.#tellConductor({ ...call, assigned: other }, durationMs, { result, measured }),
    };
  }

  /** The call's result, at once where the extension gives it at once. Never throws. */
  #call(
    call: Call,
    lease: Lease,
    signal: AbortSignal,
  ): CallResult | Promise<CallResult> {
    const { scope, unit, definition, request } = call;
    const { pit, extensions } = this.#driver.services;
    call.models = this.#models.of(call, signal);
    const options: Draft<CallOptions> = {
      signal,
      models: call.models,
      onEvent: (event) => this.#driver.say(scope, unit, event),
    };
    if (definition.timeoutMs !== undefined) options.timeoutMs = definition.timeoutMs;
    try {
      const result = extensions.call(pit.pool.instanceOf(lease), request, options);
      return result instanceof Promise ? result.catch(crashOf) : result;
    } catch (error) {
      return crashOf(error);
    }
  }

  /** Gives the place back, judges what came and reports how the call ended. */
  #done(asked: Call, lease: Lease, started: number, answer: Answer): void | Promise<void> {
    const { type } = answer;
    const result = asked.models?.counted(answer.result, type.instrument !== undefined) ?? answer.result;
    let call = type === asked.type ? asked : answeredBy(asked, type);
    // What others took that were asked for it does not make known what it took itself.
    const isUnknown = answer.isFirstCostUnknown === true || isUncounted(asked, result);
    if (isUnknown) call = { ...call, settle: () => asked.settle(true) };
    if (answer.besides !== undefined) call = { ...call, besides: answer.besides };
    const { assigned: { task, input }, definition, request, scope } = call;
    // What it asked of models is claimed and settled for itself.
    measure(call.meter, answer.result, answer.isFirstCostUnknown === true, type);
    const crashed = !result.ok && result.failure.class === "crash" ? result.failure.message : undefined;
    this.#lines.release(asked, lease, crashed);
    const durationMs = Math.round((this.#driver.services.clock.monotonic() - started) * 1000) / 1000;
    // Where a second instrument answered, the first one's call was broken off, and says nothing.
    if (type === asked.type) this.#lines.observe(asked, lease, durationMs, result);
    if (this.#driver.isStopping) return call.settle();
    const judged = judge(result, task ?? type, {
      definition,
      input,
      ask: (use, asked) => askOperator(this.#driver, use, asked, request, this.#driver.signalOf(scope)),
    });
    if (!(judged instanceof Promise)) return this.#judged(call, durationMs, judged);
    // The place is free while an operator looks at the answer.
    this.#lines.advance(asked);
    return judged.then((later) => this.#judged(call, durationMs, later));
  }

  #judged(call: Call, durationMs: number, judged: Judged): void | Promise<void> {
    if (this.#driver.isStopping) return call.settle();
    this.#tellConductor(call, durationMs, judged);
    const result = call.besides === undefined ? judged.result : withSpent(judged.result, call.besides);
    const ending = result.ok
      ? this.#complete(call, durationMs, result)
      : this.#failed(call, clipped(result.failure));
    this.#lines.advance(call);
    return ending;
  }

  #complete(
    { scope, unit, definition, assigned, settle }: Call,
    durationMs: number,
    { output, usage, byOtherCode }: Success,
  ): void | Promise<void> {
    const { node, item } = unit;
    const origin: Draft<ArtifactOrigin> = {
      run: this.#driver.setup.run,
      node: (scope.plan.nodes[node] as PlanNode).id,
    };
    if (item >= 0) origin.item = item;
    const instrument = assigned.isSecond === true ? assigned.type.type : undefined;
    const complete = (ref: ValueRef) => {
      const report = { type: "complete", node, item, output: ref, durationMs, usage, instrument } as const;
      const isTaken = this.#driver.report(scope, report);
      // What the first of two has cost, when it was broken off, nobody knows; candidates are all told of.
      const areTokensUnknown = assigned.maxTokens !== undefined && usage?.tokensIn === undefined;
      settle(areTokensUnknown || (assigned.isSecond === true && !asksSeveral(definition)));
      if (!isTaken) return;
      // What another version made is no result of the one that the run knows.
      if (byOtherCode === true) return;
      const { type, task, input } = assigned;
      const costUsd = usage?.costUsd;
      this.#driver.reuse.keep({ scope, unit, type, task, input, output: ref, durationMs, costUsd });
    };
    const stored = this.#driver.values.store(output, { origin });
    return stored instanceof Promise ? stored.then(complete) : complete(stored);
  }

  /** The Conductor may choose what follows; else the node's own retry policy does. */
  #failed({ scope, unit, assigned, definition, settle }: Call, failure: NodeFailure): void {
    const { node, item } = unit;
    const recovery = recover(this.#driver, scope, unit, {
      assigned,
      definition,
      failure,
      limits: this.#assignments.limits(definition),
      root: rootOf(scope).plan.definition,
    });
    const report: Draft<FailReport> = { type: "fail", node, item, failure };
    if (recovery !== undefined) report.recovery = recovery;
    this.#driver.report(scope, report);
    settle(isUncounted({ assigned }, { ok: false, failure }));
  }

  #fail(scope: RunScope, { node, item }: Unit, kind: FailureClass, message: string): void {
    this.#driver.report(scope, { type: "fail", node, item, failure: { class: kind, message } });
  }

  #tellConductor(
    { scope, unit, assigned, definition }: Call,
    durationMs: number,
    { result, measured }: Judged,
  ): void {
    const { type, decision } = assigned;
    const outcome: Draft<Outcome> = { nodeType: type.type, use: definition.use, durationMs };
    if (decision !== undefined) outcome.decision = decision;
    if (measured !== undefined) {
      outcome.quality = measured.quality;
      outcome.qualitySource = measured.source;
    }
    const { costUsd } = spentInCall(result);
    if (costUsd !== undefined) outcome.costUsd = costUsd;
    if (!result.ok) outcome.failure = result.failure;
    this.#driver.services.conductor.report(outcome);
    const attempt: Draft<Parameters<typeof attempted>[3]> = {
      kind: definition.use,
      instrument: type.type,
      seconds: durationMs / 1000,
    };
    if (costUsd !== undefined) attempt.usd = costUsd;
    if (measured !== undefined) attempt.quality = measured.quality;
    if (!result.ok) attempt.failure = result.failure.class;
    attempted(this.#driver, scope, unit, attempt);
  }

  /** Asks for all that the call takes, at once. */
  #claim(call: Call, exclusive: readonly string[]): Claimed | Promise<Claimed> {
    const { scope, unit, type, assigned, request: { node } } = call;
    const { run, user, priority } = this.#driver.setup;
    const by: Draft<Claimant> = { run, node, priority };
    if (unit.item >= 0) by.item = unit.item;
    if (user !== undefined) by.user = user;
    const say = (text: string) => this.#driver.tell(scope, unit, text);
    const make = () => {
      call.claim = this.#driver.setup.isMock ? undefined : this.#amounts.of(type, assigned);
      return { by, exclusive, ...call.claim };
    };
    return this.#claims.claim(make, this.#driver.signalOf(scope), say);
  }

  /** Enters the line with what was granted, which is given back when the call has ended, however it ends. */
  #claimed(call: Call, token: Claimed): void {
    if (typeof token !== "number") return this.#unclaimed(call, token);
    const { arbitration } = this.#driver.services.pit;
    const { settle } = call;
    call.settle = (isUnknown) => {
      settle(isUnknown);
      arbitration.release(token, usedBy(call));
    };
    if (this.#driver.isStopping) return call.settle();
    this.#lines.enter(call);
  }

  /** The call does not begin: there is never enough for it, or it was told to end. */
  #unclaimed(call: Call, claimed: Exclude<Claimed, number>): void {
    call.settle();
    if (claimed === undefined) return;
    const { class: kind, message } = claimed.failure;
    this.#fail(call.scope, call.unit, kind, message);
  }

  #unassigned(scope: RunScope, { node, item }: Unit, definition: CallNode, failure: NodeFailure): void {
    if (definition.importance === "essential" && failure.class === "credit") {
      return this.#driver.pauseAfter(failure.message);
    }
    if (definition.importance === "essential") {
      if (this.#driver.report(scope, { type: "begin", node, item })) {
        this.#driver.report(scope, { type: "fail", node, item, failure });
      }
    } else {
      this.#driver.report(scope, { type: "skip", node, item, reason: failure.message, failure });
    }
  }
}

/** Takes in what the call used, as far as it says so. What makes its answer by itself uses nothing that it does not tell. */
function measure(meter: CallMeter, result: CallResult, isMore: boolean, { kind }: NodeType): void {
  // What a call used that was broken off nobody knows, so neither what both used together.
  if (isMore) return;
  const spent = spentInCall(result);
  const quiet = kind === "operator" && result.ok ? 0 : undefined;
  const tokens = tokensOf(spent) ?? quiet;
  if (tokens !== undefined) meter.tokens = tokens;
  meter.usd = spent.costUsd ?? quiet;
}

/** True where nobody can say what the call took of what is limited. */
function isUncounted({ assigned }: Pick<Call, "assigned">, result: CallResult): boolean {
  if (!result.ok && isCostUnknown(result.failure)) return true;
  return assigned.maxTokens !== undefined &&
    (result.ok ? result.usage?.tokensIn : tokensOf(result.failure)) === undefined;
}

/** Of what was claimed for it, as far as that is known. */
function usedBy({ claim, meter }: Call): ReturnType<typeof usedOf> {
  return claim && usedOf(claim, meter);
}

/** Several are asked, of instruments only: an operator gives the same again. */
function isContest({ definition, type }: Call): boolean {
  return asksSeveral(definition) && type.kind === "instrument" && type.effect !== "write";
}

function asksSeveral({ quality }: CallNode): boolean {
  return (quality?.candidates ?? 1) > 1;
}

type FailReport = Extract<Report, { readonly type: "fail" }>;
type Success = Extract<CallResult, { readonly ok: true }>;
type ArtifactOrigin = NonNullable<ArtifactMeta["origin"]>;

/** A second instrument's answer is no outcome of the decision that chose the first. */
function answeredBy(call: Call, type: NodeType): Call {
  const { decision: _, ...assigned } = call.assigned;
  return { ...call, assigned: { ...assigned, type, isSecond: true } };
}

/** Failures stand in the log and on the screen: what an extension wrote into one is bounded. */
function clipped(failure: NodeFailure): NodeFailure {
  if (failure.message.length <= MOST_MESSAGE) return failure;
  return { ...failure, message: `${failure.message.slice(0, MOST_MESSAGE)}…` };
}

function crashOf(error: unknown): CallResult {
  return { ok: false, failure: { class: "crash", message: messageOf(error) } };
}
