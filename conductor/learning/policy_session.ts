/**
 * The policies of an open data folder: restored from their files, brought up to the log's end, kept again. What a policy
 * knows is a function of the log alone: every decision draws its chance once and every outcome is learned in the log's
 * order, so a process that was killed and started anew goes on as if nothing had happened, and what other processes
 * learned meanwhile is learned too.
 *
 * S1. A kept policy has learned exactly the entries before its position, and holds the decisions still without outcome.
 * S2. Where another process has written in between, the state is rebuilt from the log before it is kept.
 * S3. Deciding and learning never wait; what is kept is the state of one moment, and its position is that moment's.
 *
 * Ring: conductor, pure.
 *
 * @module
 */

import { nodeTypeId } from "../../core/ids.ts";
import type { Outcome } from "../../core/ports/conductor.ts";
import { isJudgement } from "../decision.ts";
import type { DecisionLogPort, DecisionRecord, LogEntry, OutcomeRecord } from "../decision.ts";
import { decisionsOf, type Judged } from "./judged.ts";
import type { RouterOptions } from "../routing/router.ts";
import { TEXT_FEATURES } from "../routing/text_features.ts";
import { SimpleConductor } from "../simple_conductor.ts";
import { type KeptPolicy, readPolicy, writePolicy } from "./policy_files.ts";
import { firstState, type PolicyState, readState } from "./policy_state.ts";
import type { PolicyStorePort } from "./policy_store.ts";
import { RoutePolicy, type TakenRound } from "./route_policy.ts";
import { requestOf, routeFacts, routeOutcome } from "./route_record.ts";

/** Decisions without an outcome that are remembered; older ones are taken for lost. */
const MOST_PENDING = 512;
const ONE = Float64Array.of(1);

/** A policy that learns from the log, with the decisions whose outcome it waits for. */
interface Learner {
  readonly policy: RoutePolicy;
  readonly pending: Map<string, DecisionRecord>;
  /** Entries up to here it had learned when it was kept. */
  readonly from: number;
}

/** Everything that follows from state, files and log. */
interface Loaded {
  readonly state: PolicyState;
  readonly incumbent: Learner;
  readonly candidate: Learner | undefined;
  /** The operator's default where none was named; it learns in its own way. */
  readonly simple: SimpleConductor;
  /** Up to where all of them have learned. */
  position: number;
}

export class PolicySession {
  readonly #log: DecisionLogPort;
  readonly #store: PolicyStorePort;
  #loaded: Loaded;
  /** What this process has appended behind the position, in order. */
  #appended: string[] = [];
  /** The position of what the files hold. */
  #keptAt = 0;

  private constructor(log: DecisionLogPort, store: PolicyStorePort) {
    this.#log = log;
    this.#store = store;
    this.#loaded = {
      state: firstState,
      incumbent: learnerOf(fresh(firstState.incumbent)),
      candidate: undefined,
      simple: new SimpleConductor(),
      position: 0,
    };
  }

  /** @throws SymphonyError `corrupt` | `unsupported` | `io` */
  static async open(log: DecisionLogPort, store: PolicyStorePort): Promise<PolicySession> {
    const session = new PolicySession(log, store);
    await session.reload();
    return session;
  }

  get state(): PolicyState {
    return this.#loaded.state;
  }

  get incumbent(): RoutePolicy {
    return this.#loaded.incumbent.policy;
  }

  /** The candidate in the shadow or as canary. */
  get candidate(): RoutePolicy | undefined {
    return this.#loaded.candidate?.policy;
  }

  /** The simple rule, as far as the log has taught it. */
  get simple(): SimpleConductor {
    return this.#loaded.simple;
  }

  /** Appends a decision that has just been drawn. */
  decided(decision: DecisionRecord): void {
    for (const { pending } of learnersOf(this.#loaded)) remember(pending, decision);
    this.note({ entry: "decision", decision });
  }

  /** Appends an outcome and learns it; the decision it joins, or undefined where none waits for it. */
  ended(outcome: OutcomeRecord): DecisionRecord | undefined {
    const decision = this.#loaded.incumbent.pending.get(outcome.decision);
    this.note({ entry: "outcome", outcome });
    learn(this.#loaded, outcome, Infinity);
    return decision;
  }

  /** Appends an entry that nothing is learned from. */
  note(entry: LogEntry): void {
    this.#appended.push(keyOf(entry));
    this.#log.append([entry]);
  }

  /** Reads state, policies and log anew, up to and with what this process has appended. */
  async reload(): Promise<void> {
    // A judgement is of a decision that may be long past: where one is met whose decision is not known, it is looked up.
    const judged: Judged = new Map();
    for (;;) {
      const unknown = await this.#reload(judged);
      if (unknown.size === 0) return;
      await decisionsOf(this.#log, unknown, judged);
    }
  }

  async #reload(judged: Judged): Promise<ReadonlySet<string>> {
    const unknown = new Set<string>();
    const state = await readState(this.#store);
    const kept = await this.#read(state.incumbent);
    const hasCandidate = state.stage === "shadow" || state.stage === "canary";
    const candidate = hasCandidate && state.candidate !== undefined
      ? learnerOf(await this.#read(state.candidate))
      : undefined;
    const keptAt = kept.position;
    const loaded: Loaded = {
      state,
      incumbent: learnerOf(kept),
      candidate,
      simple: kept.simple,
      position: Math.min(keptAt, candidate?.from ?? keptAt),
    };
    let flushed: number;
    do {
      flushed = this.#appended.length;
      await this.#log.flush();
      for await (const { entry, next } of this.#log.read(loaded.position)) {
        apply(loaded, entry, next, judged, unknown);
        loaded.position = next;
      }
      // What was appended meanwhile is read in another turn: the new state must have learned it, too.
    } while (this.#appended.length !== flushed);
    if (unknown.size > 0) return unknown;
    this.#appended = [];
    this.#loaded = loaded;
    this.#keptAt = keptAt;
    return unknown;
  }

  /** Whether the state on the disk is still the one this session has. */
  async isCurrent(): Promise<boolean> {
    return JSON.stringify(await readState(this.#store)) === JSON.stringify(this.state);
  }

  /** Makes everything durable: the log, then the policies as they are at one of its positions. */
  async keep(): Promise<void> {
    await this.#log.flush();
    let captured = this.#capture();
    let position = await this.#positionBehind(captured.appended);
    if (position === undefined) {
      await this.reload();
      captured = this.#capture();
      position = this.#loaded.position;
    }
    this.#appended.splice(0, captured.appended.length);
    this.#loaded.position = position;
    if (position === this.#keptAt) return;
    this.#keptAt = position;
    const { pending, incumbent, candidate, state } = captured;
    await writePolicy(this.#store, state.incumbent, { parts: incumbent, position, pending });
    if (state.candidate === undefined || candidate === undefined) return;
    await writePolicy(this.#store, state.candidate, { parts: candidate, position, pending });
  }

  #capture() {
    const { state, incumbent, candidate, simple } = this.#loaded;
    return {
      state,
      appended: [...this.#appended],
      incumbent: [...incumbent.policy.save(), simple.save()],
      candidate: candidate === undefined ? undefined : [...candidate.policy.save(), simple.save()],
      pending: [...incumbent.pending.values()],
    };
  }

  /** The position behind `appended` where nothing that concerns routing came in between from elsewhere; else undefined. */
  async #positionBehind(appended: readonly string[]): Promise<number | undefined> {
    let { position } = this.#loaded;
    let at = 0;
    for await (const { entry, next } of this.#log.read(position)) {
      if (keyOf(entry) === appended[at]) at++;
      else if (this.#concernsRouting(entry)) return undefined;
      position = next;
      if (at === appended.length && at > 0) return position;
    }
    return at === appended.length ? position : undefined;
  }

  /** Other learners write into the same log; what they decide teaches this one nothing. */
  #concernsRouting(entry: LogEntry): boolean {
    if (entry.entry === "decision") return entry.decision.type === "route";
    if (entry.entry !== "outcome") return false;
    return isJudgement(entry.outcome) || this.#loaded.incumbent.pending.has(entry.outcome.decision);
  }

  async #read(name: string): Promise<KeptPolicy> {
    return await readPolicy(this.#store, name, optionsFor(name)) ?? fresh(name);
  }
}

/** Settings of a policy by its name; equal names begin with equal chance. */
export function optionsFor(name: string): RouterOptions {
  let seed = 0x811c9dc5;
  for (let at = 0; at < name.length; at++) seed = Math.imul(seed ^ name.charCodeAt(at), 0x01000193);
  return { features: TEXT_FEATURES, seed: seed >>> 0 };
}

function fresh(name: string): KeptPolicy {
  const policy = new RoutePolicy(optionsFor(name));
  return { policy, simple: new SimpleConductor(), position: 0, pending: [] };
}

function learnerOf({ policy, pending, position }: KeptPolicy): Learner {
  return { policy, pending: new Map(pending.map((decision) => [decision.id, decision])), from: position };
}

function learnersOf({ incumbent, candidate }: Loaded): readonly Learner[] {
  return candidate === undefined ? [incumbent] : [incumbent, candidate];
}

/** What the log says happened, to policies that did not see it. `next` is the position behind the entry. */
function apply(
  loaded: Loaded,
  entry: LogEntry,
  next: number,
  judged: Judged,
  unknown: Set<string>,
): void {
  if (entry.entry === "decision" && entry.decision.type === "route") {
    const request = requestOf(entry.decision);
    const masked = entry.decision.masked.map(({ action }) => action);
    for (const learner of learnersOf(loaded)) {
      if (next <= learner.from) continue;
      remember(learner.pending, entry.decision);
      learner.policy.meet(request, masked);
    }
    const { policy, from } = loaded.incumbent;
    if (next > from && routeFacts(entry.decision).mode === "learned") policy.draw(ONE);
  } else if (entry.entry === "outcome") {
    const { outcome } = entry;
    const id = outcome.decision;
    const isPending = learnersOf(loaded).some(({ pending }) => pending.has(id));
    if (isPending || !isJudgement(outcome)) learn(loaded, outcome, next);
    else if (!judged.has(id)) unknown.add(id);
    else judge(loaded, judged.get(id), outcome, next);
  }
}

function judge(loaded: Loaded, decision: DecisionRecord | undefined, outcome: OutcomeRecord, next: number) {
  if (decision === undefined || decision.type !== "route" || loaded.state.frozen !== "no") return;
  for (const { policy, from } of learnersOf(loaded)) {
    if (next > from) policy.judge(roundOf(decision, outcome));
  }
}

/** The decision as a round of which only the quality is known. */
export function roundOf(decision: DecisionRecord, { quality }: OutcomeRecord): TakenRound {
  return {
    request: requestOf(decision),
    action: decision.action,
    propensity: decision.propensities[decision.action] ?? 1,
    standard: routeFacts(decision).standard,
    outcome: quality === undefined ? {} : { quality },
  };
}

function remember(pending: Map<string, DecisionRecord>, decision: DecisionRecord): void {
  pending.set(decision.id, decision);
  if (pending.size <= MOST_PENDING) return;
  const [oldest] = pending.keys();
  if (oldest !== undefined) pending.delete(oldest);
}

/** `next` is the position behind the outcome: who had learned it before learns it no more. */
function learn(loaded: Loaded, outcome: OutcomeRecord, next: number): void {
  for (const learner of learnersOf(loaded)) {
    const decision = learner.pending.get(outcome.decision);
    if (decision === undefined || next <= learner.from) continue;
    learner.pending.delete(outcome.decision);
    if (learner === loaded.incumbent) loaded.simple.report(simpleOutcome(decision, outcome));
    const seen = routeOutcome(outcome);
    if (seen === undefined || loaded.state.frozen !== "no") continue;
    learner.policy.learn({
      request: requestOf(decision),
      action: decision.action,
      propensity: decision.propensities[decision.action] ?? 1,
      standard: routeFacts(decision).standard,
      outcome: seen,
    });
  }
}

/** The outcome as the simple rule takes it. */
export function simpleOutcome(
  { actions, action }: DecisionRecord,
  { quality, seconds, usd, failure }: OutcomeRecord,
): Outcome {
  return {
    nodeType: nodeTypeId(actions[action] ?? ""),
    durationMs: (seconds ?? 0) * 1000,
    ...(quality === undefined ? {} : { quality }),
    ...(usd === undefined ? {} : { costUsd: usd }),
    ...(failure === undefined ? {} : { failure: { class: failure, message: "" } }),
  };
}

function keyOf(entry: LogEntry): string {
  switch (entry.entry) {
    case "decision":
      return `d ${entry.decision.id}`;
    case "outcome":
      return `o ${entry.outcome.decision} ${entry.outcome.source ?? ""}`;
    case "policy":
      return `p ${entry.change.at} ${entry.change.change}`;
  }
}
