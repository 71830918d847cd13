/**
 * Models that an extension asks while it carries out a node's call: chosen by the Conductor, leased from the pool and bounded
 * by the run's budget as a node's own call is, and counted as part of what the node's call cost.
 *
 * Invariants:
 * - Q1 What was taken is the core's count: of a paid instrument that does not say what it cost, the tokens at its price, else the most
 *   that it might have taken.
 * - Q2 It is held of the budget until the log has what the node's call took.
 * - Q3 No extension is asked in the midst of a call of its own, however indirectly, and one asks at most `MOST_DEEP` calls deep; a call
 *   asks at most `MOST_ASKS` times, `MOST_AT_ONCE` of them at a time; no wait for a place is for ever.
 * - Q4 Who is asked answers and does nothing else: leave to write and proposals are the node's alone, and what may look at the run's
 *   folder by itself, as a coding agent does, is not asked.
 *
 * @module
 */

import type { ExtensionId, NodeTypeId } from "../ids.ts";
import { isObject, own } from "../json.ts";
import type { JsonObject } from "../json.ts";
import type { FailureClass, NodeFailure } from "../policy/failure.ts";
import { spentTogether, tokensOf } from "../policy/spent.ts";
import type { CallRequest, CallResult } from "../ports/extension.ts";
import type { ModelAmounts, ModelAnswer, ModelRequest, ModelsPort } from "../ports/models.ts";
import type { Claimant } from "../ports/arbitration.ts";
import type { Outcome } from "../ports/conductor.ts";
import { err, ok, type Result } from "../result.ts";
import type { NodeType } from "../workflow/catalog.ts";
import type { CallNode } from "../workflow/definition.ts";
import { validate } from "../workflow/json_schema.ts";
import { AskedKeys } from "./asked_key.ts";
import type { Assignments } from "./assignment.ts";
import { CallAmounts, type CallClaim, type CallMeter, usedOf } from "./call_amounts.ts";
import { callElsewhere } from "./call_elsewhere.ts";
import type { Draft } from "./draft.ts";
import type { Assignment } from "./run_assignment.ts";
import { isCostUnknown, type RunBudget } from "./run_budget.ts";
import { ClaimLine } from "./run_claim.ts";
import { sumOf, type Taken, takenBy } from "./model_taken.ts";
import { judge, listedFaults } from "./run_quality.ts";
import type { RunScope, Unit } from "./run_scope.ts";
import type { Driver } from "./run_services.ts";

const MOST_ASKS = 200;
const MOST_AT_ONCE = 4;
const MOST_DEEP = 3;
/** The longest that one waits for what is limited, and for a place: everybody may be waiting for everybody. */
const WAIT_MS = 60_000;
/** Whoever asks holds its own processor and memory already, and does nothing with them meanwhile. */
const CLAIMED = /^(tokens|usd|requests)(:|$)/;

/** The node's call in whose midst models are asked. */
export interface AskingCall {
  readonly scope: RunScope;
  readonly unit: Unit;
  readonly definition: CallNode;
  readonly type: NodeType;
  readonly request: CallRequest;
  /** Called when the log has what the call took, with `true` where nobody knows; what models took is put in front. */
  settle: (isUnknown?: boolean) => void;
}

/** What the run has for all calls that ask. */
export class RunModels {
  readonly driver: Driver;
  readonly budget: RunBudget;
  readonly assignments: Assignments;
  readonly amounts: CallAmounts;
  readonly claims: ClaimLine;

  constructor(driver: Driver, budget: RunBudget, assignments: Assignments) {
    this.driver = driver;
    this.budget = budget;
    this.assignments = assignments;
    this.amounts = new CallAmounts(driver.services, driver.setup);
    this.claims = new ClaimLine(driver.services);
  }

  of(call: AskingCall, signal: AbortSignal): CallModels {
    return new CallModels(this, call, { signal, chain: [call.type.extension] });
  }
}

/** What one call asks. */
export class CallModels implements ModelsPort {
  readonly #run: RunModels;
  readonly #call: AskingCall;
  readonly #signal: AbortSignal;
  /** Who is in the midst of a call, the asker last. */
  readonly #chain: readonly ExtensionId[];
  readonly #holds: { readonly usd: Settle; readonly tokens: Settle }[] = [];
  readonly #waiting: (() => void)[] = [];
  readonly #keys = new AskedKeys();
  #asks = 0;
  #atWork = 0;
  #isOver = false;
  #taken = { usd: 0, tokensIn: 0, tokensOut: 0 };

  constructor(
    run: RunModels,
    call: AskingCall,
    { signal, chain }: { readonly signal: AbortSignal; readonly chain: readonly ExtensionId[] },
  ) {
    this.#run = run;
    this.#call = call;
    this.#signal = signal;
    this.#chain = chain;
  }

  async ask(request: ModelRequest, signal: AbortSignal): Promise<Result<ModelAnswer, NodeFailure>> {
    if (this.#isOver) return refused("permission", "The call is over: it asks no more models");
    if (++this.#asks > MOST_ASKS) {
      return refused("permission", `Cannot ask a model: one call asks at most ${MOST_ASKS} times`);
    }
    const chain = this.#chain;
    if (chain.length > MOST_DEEP) {
      return refused("permission", `Cannot ask a model: ${chain.join(" asks ")}, which is deep enough`);
    }
    // Before anything is waited for: the name does not depend on who is answered first.
    let key: string;
    try {
      key = this.#keys.next(request.use, request.input);
    } catch {
      return refused("input", `Cannot ask ${request.use}: what it is asked is nested too deep`);
    }
    if (this.#atWork >= MOST_AT_ONCE) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#atWork++;
    try {
      const any = AbortSignal.any([signal, this.#signal]);
      if (any.aborted || this.#isOver) return refused("cancelled", "The call was cancelled");
      return await this.#ask(request, key, any);
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#atWork--;
      else next();
    }
  }

  /** The call's result with what its models took. */
  counted(result: CallResult, isInstrument: boolean): CallResult {
    if (this.#holds.length === 0) return result;
    const { usd: costUsd, tokensIn, tokensOut } = this.#taken;
    const asked = { tokensIn, tokensOut, costUsd };
    if (!result.ok) {
      // What an instrument itself cost that ended so, nobody knows: then the whole is not known.
      if (isInstrument && isCostUnknown(result.failure)) return result;
      const { failure } = result;
      return { ok: false, failure: { ...failure, ...spentTogether(failure, asked) } };
    }
    const { usage = {} } = result;
    return { ...result, usage: { ...usage, ...spentTogether(usage, asked) } };
  }

  /** The log has what was taken; `isUnknown` where it does not have all. */
  settle(isUnknown = false): void {
    this.#isOver = true;
    for (const { usd, tokens } of this.#holds.splice(0)) {
      usd(isUnknown);
      tokens(isUnknown);
    }
  }

  async #ask(
    { use, input, allowance }: ModelRequest,
    key: string,
    signal: AbortSignal,
  ): Promise<Result<ModelAnswer, NodeFailure>> {
    const { budget, driver, amounts, claims } = this.#run;
    const assigned = this.#assign(use, input, allowance.left());
    if ("failure" in assigned) return err(assigned.failure);
    const { type, task, maxUsd, maxTokens } = assigned;
    const problems = validate((task ?? type).input, assigned.input);
    if (problems.length > 0) {
      return refused("input", `What ${use} is asked does not fit it: ${listedFaults(problems)}`);
    }
    const most = {
      ...(maxUsd === undefined ? {} : { usd: maxUsd }),
      ...(maxTokens === undefined ? {} : { tokens: maxTokens }),
    };
    const giveBack = budget.hold(assigned);
    const tell = allowance.hold(most);
    let limited: CallClaim = {};
    const make = () => limited = limitedOf(amounts.of(type, assigned));
    const claim = await this.#claim(claims, make, signal);
    if (typeof claim !== "number") {
      giveBack();
      tell({ usd: 0, tokens: 0 });
      return err(claim);
    }
    const meter: CallMeter = { hasBegun: false, tokens: undefined, usd: undefined };
    const started = driver.services.clock.monotonic();
    try {
      const { result, took } = await this.#carryOut(assigned, key, signal);
      const durationMs = Math.round(driver.services.clock.monotonic() - started);
      const judged = await judge(result, task ?? type, {
        definition: this.#node(use),
        input: assigned.input,
        ask: () => Promise.resolve(result),
      });
      const answer = fitting(judged.result, assigned);
      const taken = takenBy(result, assigned, took);
      this.#take(taken, giveBack);
      meter.hasBegun = took;
      if (result.ok || tokensOf(result.failure) !== undefined) meter.tokens = sumOf(taken).tokens;
      meter.usd = taken.usd;
      tell(sumOf(taken));
      this.#tellConductor(use, assigned, { result: answer, durationMs, costUsd: taken.usd });
      if (!answer.ok) return err(signal.aborted ? cancelled : answer.failure);
      return ok({
        output: answer.output,
        instrument: type.type,
        taken: sumOf(taken),
      });
    } finally {
      driver.services.pit.arbitration.release(claim, usedOf(limited, meter));
    }
  }

  /** Counts it as part of the node's call. */
  #take({ usd, tokensIn, tokensOut }: Taken, giveBack: Settle): void {
    // The node's call did not wait for it: the log will never have it.
    if (this.#isOver) return giveBack(true);
    if (this.#holds.length === 0 && this.#chain.length === 1) {
      const { settle } = this.#call;
      this.#call.settle = (isUnknown) => {
        settle(isUnknown);
        this.settle(isUnknown);
      };
    }
    giveBack();
    const { budget } = this.#run;
    this.#holds.push({
      usd: budget.hold({ maxUsd: usd }),
      tokens: budget.hold({ maxTokens: tokensIn + tokensOut }),
    });
    this.#taken.usd += usd;
    this.#taken.tokensIn += tokensIn;
    this.#taken.tokensOut += tokensOut;
  }

  /** Who answers, with what is left to whoever asks; never one that is in the midst of a call here. */
  #assign(
    use: NodeTypeId,
    input: JsonObject,
    left: Partial<ModelAmounts>,
  ): Assignment | { readonly failure: NodeFailure } {
    const { scope, unit } = this.#call;
    const chain = this.#chain;
    const { nodes, tasks } = this.#run.driver.setup.catalog;
    const named = nodes.get(use);
    if (named !== undefined && named.instrument === undefined) {
      return failing("input", `${use} is no model: name an instrument or a task`);
    }
    if (named === undefined && !tasks.has(use)) {
      return failing("unavailable", `No installed extension provides "${use}"`);
    }
    if (named !== undefined && chain.includes(named.extension)) {
      return failing(
        "permission",
        `Cannot ask ${use}: ${named.extension} is in the midst of a call that asks it`,
      );
    }
    if (named !== undefined && actsItself(named)) {
      return failing(
        "permission",
        `Cannot ask ${use}: it works in the run's folder by itself, and leave to ask a model is none for that. ` +
          "Make it a node of the workflow",
      );
    }
    if (named !== undefined && Object.hasOwn(input, "model")) {
      return failing(
        "permission",
        `Cannot ask ${use} for a model of one's own choice: leave to ask it is for the one that the person set, at its price`,
      );
    }
    const without = [...nodes.values()].filter((node) =>
      node.instrument !== undefined && (chain.includes(node.extension) || actsItself(node))
    ).map(({ type }) => type);
    return this.#run.assignments.aside(scope, unit, this.#node(use), { bound: input, without, left });
  }

  /** The node, as far as it concerns what is asked. */
  #node(use: NodeTypeId): CallNode {
    const { quality: _quality, ...node } = this.#call.definition;
    return { ...node, use };
  }

  async #claim(
    claims: ClaimLine,
    make: () => CallClaim,
    signal: AbortSignal,
  ): Promise<number | NodeFailure> {
    const { scope, unit, request: { node } } = this.#call;
    const { driver } = this.#run;
    const { run, user, priority } = driver.setup;
    const by: Draft<Claimant> = { run, node, priority };
    if (unit.item >= 0) by.item = unit.item;
    if (user !== undefined) by.user = user;
    const waits = new AbortController();
    const stop = driver.services.clock.schedule(WAIT_MS, () => waits.abort());
    const say = (text: string) => driver.say(scope, unit, { kind: "log", level: "info", text });
    const claimed = await claims.claim(
      () => ({ by, exclusive: [], ...make() }),
      AbortSignal.any([signal, waits.signal]),
      say,
    );
    stop();
    if (typeof claimed === "number") return claimed;
    if (claimed !== undefined) return claimed.failure;
    if (signal.aborted) return cancelled;
    return { class: "rate-limit", message: `Nothing was free within ${WAIT_MS / 1000} s` };
  }

  async #carryOut(
    { type, input, call, maxUsd, maxTokens }: Assignment,
    key: string,
    signal: AbortSignal,
  ): Promise<{ readonly result: CallResult; readonly took: boolean }> {
    const { request: asking } = this.#call;
    const { task: _task, maxUsd: _usd, maxTokensInAll: _tokens, ...more } = asking;
    const { proposes: _proposes, mayAskToWrite: _mayAsk, ...rest } = more;
    const request: Draft<CallRequest> = {
      ...rest,
      mayWrite: false,
      nodeType: type.type,
      input,
      idempotencyKey: `${asking.idempotencyKey}:models/${key}`,
    };
    if (call !== undefined) request.task = call;
    if (maxUsd !== undefined) request.maxUsd = maxUsd;
    if (maxTokens !== undefined) request.maxTokensInAll = maxTokens;
    const inner = { ...this.#call, request, type };
    const models = new CallModels(this.#run, inner, { signal, chain: [...this.#chain, type.extension] });
    let took = false;
    const timeoutMs = this.#call.definition.timeoutMs;
    const result = await callElsewhere(this.#run.driver, type, request, {
      signal,
      models,
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
    }, { waitMs: WAIT_MS, onBegun: () => took = true });
    const counted = models.counted(result, true);
    // What it took of others is counted with its own, here.
    models.settle();
    return { result: counted, took };
  }

  #tellConductor(
    use: NodeTypeId,
    { type, decision }: Assignment,
    { result, durationMs, costUsd }: {
      readonly result: CallResult;
      readonly durationMs: number;
      readonly costUsd: number;
    },
  ): void {
    const outcome: Draft<Outcome> = { nodeType: type.type, use, durationMs, costUsd };
    if (decision !== undefined) outcome.decision = decision;
    if (!result.ok) outcome.failure = result.failure;
    this.#run.driver.services.conductor.report(outcome);
  }
}

type Settle = (isUnknown?: boolean) => void;

const cancelled: NodeFailure = { class: "cancelled", message: "The call was cancelled" };

/** True for what does more than answer: it reads the run's folder, or writes. */
function actsItself({ instrument, effect }: NodeType): boolean {
  return instrument?.readsFolder === true || effect === "write";
}

/** What of a call's claims is its own where somebody else waits for it. */
function limitedOf({ amounts = {} }: CallClaim = {}): CallClaim {
  return { amounts: Object.fromEntries(Object.entries(amounts).filter(([kind]) => CLAIMED.test(kind))) };
}

/** The answer of an instrument that was asked by its name for a structure, held against it. */
function fitting(result: CallResult, { task, input }: Assignment): CallResult {
  const schema = own(input, "schema");
  if (!result.ok || task !== undefined || !isObject(schema)) return result;
  const data = own(result.output, "data");
  const problems = data === undefined
    ? [{ path: "data", message: "there is none" }]
    : validate(schema, data as JsonObject);
  if (problems.length === 0) return result;
  return {
    ok: false,
    failure: { class: "output", message: `The answer does not fit the schema: ${listedFaults(problems)}` },
  };
}

function refused(kind: FailureClass, message: string): Result<never, NodeFailure> {
  return err({ class: kind, message });
}

function failing(kind: FailureClass, message: string): { readonly failure: NodeFailure } {
  return { failure: { class: kind, message } };
}
