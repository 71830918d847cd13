/**
 * Several instruments asked at once for one answer (`quality.candidates`): every answer is measured by the node's checks,
 * compared in pairs where the node names a judge, and the best counts. All are paid for; the budget holds all of them.
 *
 * A judge sees each pair in both orders, because models favour what stands first or last (Zheng et al., "Judging
 * LLM-as-a-Judge", NeurIPS 2023); one that contradicts itself has called a tie.
 *
 * @module
 */

import type { NodeTypeId } from "../ids.ts";
import { own } from "../json.ts";
import type { Json, JsonObject } from "../json.ts";
import type { NodeFailure } from "../policy/failure.ts";
import { type Spent, spentInCall, tokensOf } from "../policy/spent.ts";
import type { Candidate, Judgement } from "../ports/arbitration.ts";
import type { CallRequest, CallResult } from "../ports/extension.ts";
import type { Measured } from "../quality/measure.ts";
import type { CallNode } from "../workflow/definition.ts";
import type { Draft } from "./draft.ts";
import { callElsewhere } from "./call_elsewhere.ts";
import type { Assignment } from "./run_assignment.ts";
import { isCostUnknown } from "./run_budget.ts";
import type { Answer } from "./run_hedge.ts";
import { askOperator, judge } from "./run_quality.ts";
import type { Driver } from "./run_services.ts";

/** What a contest needs of the call that it stands for. */
export interface Contest {
  readonly definition: CallNode;
  readonly assigned: Assignment;
  readonly request: CallRequest;
  readonly signal: AbortSignal;
  /** Another instrument for the same unit than these; undefined where there is none that may be asked. */
  another(without: readonly NodeTypeId[]): Assignment | undefined;
  /** Who does `use` with that input, or why nobody can. */
  assign(use: NodeTypeId, input: JsonObject): Assignment | { readonly failure: NodeFailure };
  /** Holds what a further call may take; undefined where the budget has no room for it. */
  hold(other: Assignment): ((isUnknown?: boolean) => void) | undefined;
  say(text: string): void;
  /** Tells the Conductor of a candidate that is not the call's own. */
  report(assigned: Assignment, durationMs: number, result: CallResult, measured: Measured | undefined): void;
}

interface Entry {
  readonly assigned: Assignment;
  readonly result: CallResult;
  readonly measured: Measured | undefined;
  readonly durationMs: number;
}

/**
 * The best of the answers, of which `first` gives the call's own; with what all of them and the judge have cost. Never
 * throws. Where all fail, the first one's failure.
 */
export async function contested(
  driver: Driver,
  contest: Contest,
  first: () => CallResult | Promise<CallResult>,
): Promise<Answer> {
  const { definition: { quality }, assigned } = contest;
  const others = entrants(contest, (quality?.candidates ?? 1) - 1);
  const all = await Promise.all([
    entry(driver, contest, assigned, first),
    ...others.map(async ({ assigned: other, settle }) => {
      const made = await entry(
        driver,
        contest,
        other,
        () => ask(driver, contest, other, `candidate:${other.type.type}`),
      );
      settle(isUnknown(made.result));
      contest.report(other, made.durationMs, made.result, made.measured);
      return made;
    }),
  ]);
  const good = all.filter(({ result }) => result.ok);
  const spent = { tokensIn: 0, tokensOut: 0, costUsd: 0 };
  for (const { result } of all) add(spent, spentInCall(result));
  const own = all[0] as Entry;
  if (good.length === 0) return answer(own, own, spent);
  const judgements = await compare(driver, contest, good, spent);
  const { winner, reason } = driver.services.pit.arbitration.choose(good.map(candidateOf), judgements);
  contest.say(`${all.length} candidates: ${reason}`);
  const won = good[winner] as Entry;
  // The outcome of the first one's decision is told by the call itself only where it is the answer.
  if (won !== own) {
    contest.report(own.assigned, own.durationMs, own.result, own.measured);
  }
  return answer(won, own, spent);
}

interface Entrant {
  readonly assigned: Assignment;
  readonly settle: (isUnknown?: boolean) => void;
}

/** Who else is asked: other instruments while there are any, and the budget has room. */
function entrants(contest: Contest, count: number): Entrant[] {
  const chosen: NodeTypeId[] = [contest.assigned.type.type];
  const found: Entrant[] = [];
  while (found.length < count) {
    const assigned = contest.another(chosen);
    if (assigned === undefined) break;
    const settle = contest.hold(assigned);
    if (settle === undefined) {
      contest.say(
        `${found.length + 1} candidates only: the run's budget has no room for ${assigned.type.type}`,
      );
      break;
    }
    chosen.push(assigned.type.type);
    found.push({ assigned, settle });
  }
  return found;
}

async function entry(
  driver: Driver,
  { definition, request, signal }: Contest,
  assigned: Assignment,
  begin: () => CallResult | Promise<CallResult>,
): Promise<Entry> {
  const { clock } = driver.services;
  const started = clock.monotonic();
  const result = await begin();
  const durationMs = Math.round((clock.monotonic() - started) * 1000) / 1000;
  const judged = await judge(result, assigned.task ?? assigned.type, {
    definition,
    input: assigned.input,
    ask: (use, input) => askOperator(driver, use, input, request, signal),
  });
  return {
    assigned,
    result: judged.result.ok ? result : judged.result,
    measured: judged.measured,
    durationMs,
  };
}

/** `what` tells this call apart from the unit's others, so that an effect done once is not taken for another's. */
function ask(
  driver: Driver,
  { definition, request, signal }: Contest,
  other: Assignment,
  what: string,
): Promise<CallResult> {
  const { task: _task, maxUsd: _maxUsd, maxTokensInAll: _maxTokens, ...rest } = request;
  const asked: Draft<CallRequest> = {
    ...rest,
    input: other.input,
    idempotencyKey: `${request.idempotencyKey}:${what}`,
  };
  if (other.call !== undefined) asked.task = other.call;
  if (other.maxUsd !== undefined) asked.maxUsd = other.maxUsd;
  if (other.maxTokens !== undefined) asked.maxTokensInAll = other.maxTokens;
  const options = definition.timeoutMs === undefined
    ? { signal }
    : { signal, timeoutMs: definition.timeoutMs };
  return callElsewhere(driver, other.type, asked, options);
}

/** What the node's judge says of every pair; nothing where there is no judge or nobody to be it. */
async function compare(
  driver: Driver,
  contest: Contest,
  good: readonly Entry[],
  spent: Sum,
): Promise<Judgement[]> {
  const { definition: { quality }, assigned, request } = contest;
  if (quality?.judge === undefined || good.length < 2) return [];
  const use = quality.judge;
  const task = request.task?.prompt ?? JSON.stringify(assigned.input);
  const outputs = good.map(({ result }) => result.ok ? textOf(result.output) : "");
  const pairs = good.flatMap((_, a) => good.slice(a + 1).map((_, b) => [a, a + 1 + b] as const));
  const judgements = await Promise.all(pairs.map(async ([a, b]): Promise<Judgement> => {
    const [forth, back] = await Promise.all([
      verdict(driver, contest, { use, task, outputs, order: [a, b], spent }),
      verdict(driver, contest, { use, task, outputs, order: [b, a], spent }),
    ]);
    const agreed = (forth === "first" && back === "second") || (forth === "second" && back === "first");
    return { pair: [a, b], winner: !agreed ? undefined : forth === "first" ? a : b };
  }));
  return judgements;
}

async function verdict(
  driver: Driver,
  contest: Contest,
  { use, task, outputs, order: [first, second], spent }: {
    readonly use: NodeTypeId;
    readonly task: string;
    readonly outputs: readonly string[];
    readonly order: readonly [number, number];
    readonly spent: Sum;
  },
): Promise<Json | undefined> {
  const input = { task, first: outputs[first] as string, second: outputs[second] as string };
  const assigned = contest.assign(use, input);
  if ("failure" in assigned) {
    contest.say(`Nothing was compared: ${assigned.failure.message}`);
    return undefined;
  }
  const settle = contest.hold(assigned);
  if (settle === undefined) {
    contest.say("Nothing was compared: the run's budget has no room for it");
    return undefined;
  }
  const result = await ask(driver, contest, assigned, `judge:${first}:${second}`);
  settle(isUnknown(result));
  add(spent, spentInCall(result));
  if (!result.ok) contest.say(`Two candidates could not be compared: ${result.failure.message}`);
  return result.ok ? own(result.output, "winner") : undefined;
}

function isUnknown(result: CallResult): boolean {
  return !result.ok && isCostUnknown(result.failure);
}

/** True where the first of all failed without a word on what is limited. */
function areTokensUnknown({ assigned, result }: Entry): boolean {
  return !result.ok && assigned.maxTokens !== undefined && tokensOf(result.failure) === undefined;
}

type Sum = { tokensIn: number; tokensOut: number; costUsd: number };

function add(sum: Sum, { tokensIn, tokensOut, costUsd }: Spent): void {
  sum.tokensIn += tokensIn ?? 0;
  sum.tokensOut += tokensOut ?? 0;
  sum.costUsd += costUsd ?? 0;
}

function candidateOf({ assigned, measured }: Entry): Candidate {
  return { from: assigned.type.type, quality: measured?.quality ?? NaN };
}

function answer({ assigned: { type }, result }: Entry, own: Entry, spent: Sum): Answer {
  const unknown = isUnknown(own.result) || areTokensUnknown(own) ? { isFirstCostUnknown: true } : {};
  if (result.ok) return { result: { ...result, usage: { ...result.usage, ...spent } }, type, ...unknown };
  return { result: { ok: false, failure: { ...result.failure, ...spent } }, type, ...unknown };
}

/** What a judge reads: the one text of an output, else all of it as JSON. */
function textOf(output: JsonObject): string {
  const values = Object.values(output);
  return values.length === 1 && typeof values[0] === "string" ? values[0] : JSON.stringify(output);
}
