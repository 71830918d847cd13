/**
 * The Conductor that learns. Routing: mask what is not allowed, let the policy weigh the rest, hold it to the operator's
 * default, draw, log, learn from the outcome. The simple rule is the operator's default, and what decides where the
 * learned policy cannot be read or is switched off.
 *
 * C1. A masked instrument is never chosen.
 * C2. The logged probabilities are those the choice was drawn from: after the gate, and with a canary's share.
 * C3. Nothing it cannot read or write stops a run: the simple rule decides, and `problem` says why.
 *
 * Ring: conductor. Implements ConductorPort.
 *
 * @module
 */

import { messageOf } from "../core/errors.ts";
import type { NodeTypeId } from "../core/ids.ts";
import type { JsonObject } from "../core/json.ts";
import { preferences } from "../core/policy/preference.ts";
import type { ClockPort } from "../core/ports/clock.ts";
import type {
  ConductorPort,
  InstrumentOption,
  Outcome,
  RoutingDecision,
  RoutingRequest,
} from "../core/ports/conductor.ts";
import type { RandomPort } from "../core/ports/random.ts";
import type { Plan } from "../core/workflow/plan.ts";
import type { DecisionLogPort, DecisionRecord } from "./decision.ts";
import { DurationModel, rankPlan } from "./dispatch/mod.ts";
import { readDurations, writeDurations } from "./learning/durations_file.ts";
import { CANARY_SHARE, type PolicyState, writeState } from "./learning/policy_state.ts";
import { PolicySession } from "./learning/policy_session.ts";
import type { PolicyStorePort } from "./learning/policy_store.ts";
import { rewardOf } from "./learning/route_policy.ts";
import {
  failureKind,
  requestOf,
  type RouteFacts,
  routeFacts,
  routeOutcome,
} from "./learning/route_record.ts";
import { Breaker } from "./routing/breaker.ts";
import { type MaskedOption, type MaskFacts, maskOptions, PRUDENCE } from "./routing/mask.ts";
import { PageHinkley } from "./routing/page_hinkley.ts";
import type { Candidate, RouteRequest } from "./routing/route_request.ts";
import { TEXT_FEATURES, textFeatureNames, textFeatures } from "./routing/text_features.ts";

export interface LearningConductorOptions {
  readonly log: DecisionLogPort;
  readonly store: PolicyStorePort;
  readonly clock: ClockPort;
  /** For the names of decisions only. */
  readonly random: RandomPort;
  /** The operator's default, and what decides where nothing learned may. */
  readonly fallback: ConductorPort;
}

/** Outcomes after which policies are kept and the state on the disk is looked at. */
const KEEP_EVERY = 50;
const CHARACTERS_A_TOKEN = 4;
/** A promoted policy is watched for so long. */
const PROBATION_MS = 7 * 24 * 3600_000;
const NO_FEATURES = new Float64Array(TEXT_FEATURES);

export class LearningConductor implements ConductorPort, AsyncDisposable {
  readonly #options: LearningConductorOptions;
  readonly #breaker = new Breaker();
  readonly #watch = new PageHinkley();
  readonly #durations = new DurationModel();
  #session: PolicySession | undefined;
  #problem: string | undefined;
  #outcomes = 0;
  #made = 0;
  #background: Promise<void> = Promise.resolve();

  private constructor(options: LearningConductorOptions) {
    this.#options = options;
  }

  /** Never throws for what it cannot read: the simple rule then decides. */
  static async open(options: LearningConductorOptions): Promise<LearningConductor> {
    const conductor = new LearningConductor(options);
    try {
      conductor.#session = await PolicySession.open(options.log, options.store);
    } catch (error) {
      conductor.#problem = `The simple rule decides: ${messageOf(error)}`;
    }
    try {
      await readDurations(options.store, conductor.#durations);
    } catch (error) {
      conductor.#problem ??= `Run times are learned anew: ${messageOf(error)}`;
    }
    return conductor;
  }

  /** Why the learned policy does not decide or could not be kept; undefined while all is well. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /** Who decides, and where a candidate stands; undefined where the policies cannot be read. */
  get state(): PolicyState | undefined {
    return this.#session?.state;
  }

  /** By learned run times; by the simple rule while none is known. */
  rank(plan: Plan): Float64Array {
    return this.#durations.observations === 0
      ? this.#options.fallback.rank(plan)
      : rankPlan(plan, this.#durations);
  }

  route(request: RoutingRequest): RoutingDecision {
    const session = this.#session;
    if (session === undefined) return this.#options.fallback.route(request);
    if (session.state.frozen === "default" || request.options.length === 0) {
      return session.simple.route(request);
    }
    const now = this.#options.clock.now();
    const tokensIn = (request.prompt?.length ?? 0) / CHARACTERS_A_TOKEN;
    const all = this.#asked(request, request.options.map(candidateOf), tokensIn, now);
    const { allowed, masked } = this.#mask(request, all, session, now);
    if (allowed.length === 0) return { choice: undefined, reason: maskedReason(request.task, masked) };
    const asked = { ...all, candidates: allowed };
    for (const policy of [session.incumbent, session.candidate]) {
      policy?.meet(asked, masked.map(({ action }) => action));
    }
    const standard = this.#standard(session, request, allowed);
    const record = this.#decide(session, request, asked, standard, masked);
    session.decided(record);
    const choice = optionOf(request, allowed[record.action]?.id);
    if (choice !== undefined) this.#breaker.note(choice.instrument, now);
    const expectedUsd = PRUDENCE * (record.heads[record.action]?.usd ?? 0);
    return { choice, reason: reasonOf(record), decision: record.id, expectedUsd };
  }

  report(outcome: Outcome): void {
    const session = this.#session;
    if (outcome.failure === undefined) {
      const kind = outcome.use ?? outcome.nodeType;
      const instrument = this.#durations.instrument(outcome.nodeType);
      this.#durations.observe({ kind, key: kind, bytesIn: 0 }, instrument, outcome.durationMs / 1000);
    }
    if (outcome.failure?.class !== "cancelled") {
      const kind = outcome.failure === undefined ? undefined : failureKind(outcome.failure.class);
      this.#breaker.report(outcome.nodeType, kind !== "transient", this.#options.clock.now());
    }
    if (session === undefined || outcome.decision === undefined) {
      (session?.simple ?? this.#options.fallback).report(outcome);
      return;
    }
    const seen = {
      decision: outcome.decision,
      at: this.#options.clock.now(),
      seconds: outcome.durationMs / 1000,
      ...qualityOf(outcome),
      ...(outcome.costUsd === undefined ? {} : { usd: outcome.costUsd }),
      ...(outcome.failure === undefined ? {} : { failure: outcome.failure.class }),
    };
    const decision = session.ended(seen);
    if (decision !== undefined) this.#lookForRollback(session, decision, seen);
    if (++this.#outcomes % KEEP_EVERY === 0) this.#inBackground(() => this.#refresh(session));
  }

  explain(nodeType: NodeTypeId): string {
    return (this.#session?.simple ?? this.#options.fallback).explain(nodeType);
  }

  /** Waits for what runs in the background, then keeps everything. */
  async [Symbol.asyncDispose](): Promise<void> {
    const session = this.#session;
    if (session !== undefined) this.#inBackground(() => session.keep());
    if (this.#durations.observations > 0) {
      this.#inBackground(() => writeDurations(this.#options.store, this.#durations));
    }
    await this.#background;
  }

  #asked(
    { task, prompt, preference, qualityMin, mayExplore }: RoutingRequest,
    candidates: readonly Candidate[],
    tokensIn: number,
    now: number,
  ): RouteRequest {
    return {
      kind: task,
      features: prompt === undefined ? NO_FEATURES : textFeatures(prompt),
      tokensIn,
      candidates,
      preference: preference ?? preferences.balanced,
      now,
      ...(mayExplore === false ? { critical: { floor: qualityMin ?? 0.5 } } : {}),
    };
  }

  #mask(request: RoutingRequest, asked: RouteRequest, session: PolicySession, now: number) {
    const costs = session.incumbent.router.costs(asked);
    const facts = request.options.map((option, at): MaskFacts => ({
      id: option.instrument,
      wasTried: request.tried.includes(option.instrument),
      broken: this.#breaker.reason(option.instrument, now) ?? refusal(option),
      contextTokens: option.contextTokens,
      tokensIn: asked.tokensIn,
      usd: costs[at]?.usd ?? 0,
      budgetUsd: request.budgetUsd,
      seconds: costs[at]?.seconds ?? 0,
      deadlineSeconds: request.deadlineSeconds,
    }));
    const { allowed, masked } = maskOptions(facts);
    const ids = new Set(allowed.map(({ id }) => id));
    return { allowed: asked.candidates.filter(({ id }) => ids.has(id)), masked };
  }

  /** Where the operator's default stands among the allowed; -1 where it is not among them. */
  #standard(session: PolicySession, request: RoutingRequest, allowed: readonly Candidate[]): number {
    const ids = new Set(allowed.map(({ id }) => id));
    const options = request.options.filter(({ instrument }) => ids.has(instrument));
    const { choice } = session.simple.route({ ...request, options });
    return allowed.findIndex(({ id }) => id === choice?.instrument);
  }

  #decide(
    session: PolicySession,
    request: RoutingRequest,
    asked: RouteRequest,
    standard: number,
    masked: readonly MaskedOption[],
  ): DecisionRecord {
    const { incumbent, candidate, state } = session;
    const own = incumbent.propose(asked, standard);
    const other = candidate?.propose(asked, standard);
    const isCanary = state.stage === "canary" && other !== undefined;
    const mode = state.frozen === "means" ? "means" : asked.critical === undefined ? "learned" : "critical";
    const propensities = mode === "means"
      ? onlyOne(own.propensities.length, own.action)
      : isCanary
      ? own.propensities.map((value, at) =>
        (1 - CANARY_SHARE) * value + CANARY_SHARE * (other.propensities[at] as number)
      )
      : own.propensities;
    const action = mode === "learned" ? incumbent.draw(propensities) : own.action;
    const facts: RouteFacts = {
      tokensIn: asked.tokensIn,
      candidates: asked.candidates,
      standard,
      ...(asked.critical === undefined ? {} : { floor: asked.critical.floor }),
      isGated: own.isGated,
      seen: asked.candidates.map(({ id }) => incumbent.router.seen(asked.kind, id)),
      structures: incumbent.router.structures(),
      drivers: driversOf(incumbent.router.contributions(asked, action), asked.features),
      ...(other === undefined
        ? {}
        : { shadow: { policy: state.candidate ?? "", propensities: [...other.propensities] } }),
      ...(isCanary ? { isCanary: true } : {}),
      mode,
    };
    return {
      id: this.#newId(asked.now),
      type: "route",
      at: asked.now,
      run: request.run,
      node: request.node,
      attempt: request.attempt ?? 1,
      kind: asked.kind,
      features: [...asked.features],
      preference: asked.preference,
      actions: asked.candidates.map(({ id }) => id),
      masked,
      action,
      propensities: [...propensities],
      heads: own.heads,
      scores: [...own.scores],
      explored: action !== own.action,
      policy: state.incumbent,
      facts: facts as unknown as JsonObject,
    };
  }

  #newId(now: number): string {
    const time = Math.floor(now).toString(36).padStart(9, "0").slice(-9);
    const count = (this.#made++ % 36 ** 3).toString(36).padStart(3, "0");
    const chance = Math.floor(this.#options.random.next() * 36 ** 4).toString(36).padStart(4, "0");
    return `d${time}${count}${chance}`;
  }

  /** A canary, or a policy promoted lately, that earns clearly less than it expected is taken back. */
  #lookForRollback(
    session: PolicySession,
    decision: DecisionRecord,
    seen: Parameters<PolicySession["ended"]>[0],
  ): void {
    const { state } = session;
    const onProbation = state.previous !== undefined && decision.at < state.since + PROBATION_MS &&
      decision.policy === state.incumbent;
    const { isCanary, shadow } = routeFacts(decision);
    if (!onProbation && isCanary !== true) return;
    const outcome = routeOutcome(seen);
    if (outcome === undefined || outcome.failure === "transient") return;
    const head = decision.heads[decision.action];
    const reward = rewardOf(requestOf(decision), outcome, head?.usd ?? 0, head?.seconds ?? 0);
    if (reward === undefined) return;
    // Rounds in which the candidate would hardly have done this say nothing about it.
    const share = isCanary === true ? shadow?.propensities[decision.action] ?? 0 : 1;
    if (share < 0.5) return;
    const alarm = this.#watch.observe(reward - (decision.scores[decision.action] ?? reward));
    if (alarm === -1) this.#inBackground(() => this.#rollBack(session, isCanary === true));
  }

  async #rollBack(session: PolicySession, isCanary: boolean): Promise<void> {
    const { state } = session;
    const { candidate: _candidate, previous, ...rest } = state;
    const at = this.#options.clock.now();
    const next: PolicyState = isCanary
      ? { ...rest, ...(previous === undefined ? {} : { previous }), stage: "none", since: at }
      : { ...rest, incumbent: previous ?? state.incumbent, stage: "none", since: at };
    this.#watch.reset();
    session.note({
      entry: "policy",
      change: {
        at,
        change: "rollback",
        policy: next.incumbent,
        reason: "Page-Hinkley alarm: rewards fell clearly below what was expected",
      },
    });
    await writeState(this.#options.store, next);
    await session.reload();
  }

  async #refresh(session: PolicySession): Promise<void> {
    if (await session.isCurrent()) await session.keep();
    else await session.reload();
  }

  /** One after the other; what fails is told by `problem` and hurts nobody. */
  #inBackground(work: () => Promise<void>): void {
    this.#background = this.#background.then(work).catch((error) => {
      this.#problem = `What was learned could not be kept: ${messageOf(error)}`;
    });
  }
}

function candidateOf(option: InstrumentOption): Candidate {
  const { instrument, priceIn, priceOut, promisedQuality, waitRounds, trouble } = option;
  return {
    id: instrument,
    priceIn,
    priceOut,
    ...(promisedQuality === undefined ? {} : { promisedQuality }),
    ...(waitRounds === undefined ? {} : { waitRounds }),
    ...(trouble?.seconds === undefined ? {} : { lateSeconds: trouble.seconds }),
    ...(trouble?.failures === undefined ? {} : { lateFailures: trouble.failures }),
  };
}

/** Why the pool would refuse a call now. */
function refusal({ trouble }: InstrumentOption): string | undefined {
  return trouble?.isRefused === true ? trouble.reason : undefined;
}

function optionOf(request: RoutingRequest, id: string | undefined): InstrumentOption | undefined {
  return request.options.find(({ instrument }) => instrument === id);
}

/** An answer that passed every check is worth 1 where nothing measured it. */
function qualityOf({ failure, quality, qualitySource }: Outcome): { quality?: number; source?: string } {
  if (quality !== undefined) return { quality, source: qualitySource ?? "node" };
  return failure === undefined ? { quality: 1, source: "schema" } : {};
}

function onlyOne(count: number, action: number): Float64Array {
  const all = new Float64Array(count);
  all[action] = 1;
  return all;
}

function driversOf(
  contributions: readonly number[],
  features: Float64Array,
): RouteFacts["drivers"] {
  // The first is the intercept.
  return contributions.slice(1).map((effect, at) => ({ feature: textFeatureNames[at] ?? "", effect, at }))
    .filter(({ at }) => features[at] !== 0)
    .sort((a, b) => Math.abs(b.effect) - Math.abs(a.effect)).slice(0, 3)
    .map(({ feature, effect }) => ({ feature, effect }));
}

function maskedReason(task: string, masked: readonly MaskedOption[]): string {
  const reasons = masked.map(({ action, reason }) => `${action}: ${reason}`);
  return `no instrument is available for ${task} (${reasons.join("; ")})`;
}

/** One line for the log of the run; `conductor explain` gives the rest. */
function reasonOf({ id, actions, action, heads, explored, facts }: DecisionRecord): string {
  const head = heads[action];
  if (head === undefined) return "";
  const about = `quality ${head.quality.toFixed(2)} ± ${head.qualitySd.toFixed(2)}, $${
    head.usd.toFixed(4)
  }, ${head.seconds.toFixed(1)} s expected`;
  const why = actions.length === 1
    ? "the only one allowed"
    : explored
    ? `tried out among ${actions.length}`
    : facts?.["mode"] === "critical"
    ? `the surest of ${actions.length}`
    : `best of ${actions.length}`;
  return `${why}: ${about} (${id})`;
}
