/**
 * A routing policy that can be saved, replaced and compared: the router and its conservative gate.
 *
 * Ring: conductor, pure.
 *
 * @module
 */

import { SymphonyError } from "../../core/errors.ts";
import { utility } from "../../core/policy/preference.ts";
import { NumberReader, NumberWriter } from "../number_stream.ts";
import type { RouteDecision, RouteOutcome, RouteRequest } from "../routing/route_request.ts";
import { Router, type RouterOptions } from "../routing/router.ts";
import type { SnapshotPart } from "../snapshot_part.ts";
import { Roster } from "../routing/roster.ts";
import { ConservativeGate } from "./gate.ts";

/** What a policy would do, and how likely, in one state. */
export interface Proposal extends RouteDecision {
  /** True where the gate has moved probability to the default. */
  readonly isGated: boolean;
}

/** One decision that was taken, as a policy learns from it. */
export interface TakenRound {
  readonly request: RouteRequest;
  readonly action: number;
  readonly propensity: number;
  /** The operator's default among the candidates; -1 for none. */
  readonly standard: number;
  readonly outcome: RouteOutcome;
}

export class RoutePolicy {
  readonly router: Router;
  readonly gate: ConservativeGate;
  readonly #floor: number;
  /** The gate's own numbering of kinds, and the default last used for each. */
  #kinds = new Roster();
  #standards: string[] = [];

  constructor(options: RouterOptions, margin = 0.05) {
    this.router = new Router(options);
    this.gate = new ConservativeGate(margin);
    this.#floor = options.floor ?? 0.01;
  }

  /** Meets what a decision is about; `masked` may not be taken. Before every decision, live or replayed. */
  meet({ kind, candidates }: RouteRequest, masked: readonly string[]): void {
    this.#kinds.number(kind);
    this.router.meet(kind, [...candidates.map(({ id }) => id), ...masked].sort(), candidates);
  }

  /** The probabilities after the gate; draws no chance. `standard` is the default's index, -1 for none. */
  propose(request: RouteRequest, standard: number): Proposal {
    const decision = this.router.propose(request);
    if (standard < 0 || request.critical !== undefined) return { ...decision, isGated: false };
    const propensities = this.gate.apply({
      ...decision,
      kind: this.#kinds.number(request.kind),
      standard,
      floor: this.#floor,
    }, (kind) => this.router.known(this.#kinds.name(kind), this.#standards[kind] ?? ""));
    const isGated = propensities.some((value, at) => value !== decision.propensities[at]);
    return { ...decision, propensities, isGated };
  }

  /** The candidate that one number of the policy's chance falls on. */
  draw(propensities: Float64Array): number {
    return this.router.draw(propensities);
  }

  /** Learns from a round, whoever decided it: the gate holds what was earned in truth, not what this policy would have. */
  learn(round: TakenRound): void {
    const { request, action, propensity, standard, outcome } = round;
    if (standard >= 0 && outcome.failure !== "transient") this.#noteRound(round);
    this.router.learn(request, action, propensity, outcome);
  }

  /** Learns a later word on the quality of an answer. */
  judge({ request, action, propensity, outcome: { quality } }: TakenRound): void {
    if (quality !== undefined) this.router.judge(request, action, propensity, { quality });
  }

  #noteRound({ request, action, standard, outcome }: TakenRound): void {
    const { heads, scores } = this.router.best(request);
    const reward = rewardOf(request, outcome, heads[action]?.usd ?? 0, heads[action]?.seconds ?? 0);
    if (reward === undefined) return;
    const kind = this.#kinds.number(request.kind);
    this.#standards[kind] = request.candidates[standard]?.id ?? "";
    this.gate.note({
      kind,
      tookStandard: action === standard,
      reward,
      expected: scores[action] as number,
      standardPenalty: (heads[standard]?.quality ?? 0) - (scores[standard] as number),
    });
  }

  save(): readonly SnapshotPart[] {
    const out = new NumberWriter();
    this.gate.save(out);
    const facts = {
      version: 1,
      margin: this.gate.margin,
      kinds: [...this.#kinds.names],
      standards: this.#kinds.names.map((_, at) => this.#standards[at] ?? ""),
    };
    return [this.router.save(), { name: "gate", facts, numbers: out.done() }];
  }

  /** @throws SymphonyError `corrupt` | `unsupported` */
  restore(parts: readonly SnapshotPart[]): void {
    const routing = parts.find(({ name }) => name === "routing");
    const gate = parts.find(({ name }) => name === "gate");
    if (routing === undefined || gate === undefined) {
      throw new SymphonyError("corrupt", 'Cannot restore the policy: it has no part "routing" or "gate"');
    }
    const { kinds, standards } = gate.facts;
    if (!isTexts(kinds) || !isTexts(standards)) {
      throw new SymphonyError("corrupt", "Cannot restore the gate: its names are missing");
    }
    this.router.restore(routing);
    const from = new NumberReader(gate.numbers);
    this.gate.load(from);
    from.end();
    this.#kinds = new Roster();
    for (const kind of kinds) this.#kinds.number(kind);
    this.#standards = [...standards];
  }
}

/** The reward of an outcome, with expectations where it does not say; undefined where its quality is unknown. */
export function rewardOf(
  { preference }: RouteRequest,
  outcome: RouteOutcome,
  expectedUsd: number,
  expectedSeconds: number,
): number | undefined {
  const quality = outcome.failure === undefined ? outcome.quality : outcome.quality ?? 0;
  if (quality === undefined) return undefined;
  return utility(
    preference,
    quality,
    outcome.usd ?? expectedUsd,
    outcome.seconds ?? expectedSeconds,
    Number(outcome.failure !== undefined),
  );
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((text) => typeof text === "string");
}
