/**
 * What calls take of what is limited: tokens, money, requests, places, processor and memory.
 *
 * A call in progress takes processor time, so each claims its own. Memory is its instance's, however many calls that
 * has: calls of one extension hold it together (`joint`), as many of them an instance as it takes at the same time.
 *
 * @module
 */

import type { ExtensionId } from "../ids.ts";
import type { Claim, JointAmount } from "../ports/arbitration.ts";
import type { CallNeeds, ExtensionLimits, NodeType } from "../workflow/catalog.ts";
import { callBounds } from "./call_cost.ts";
import type { Assignment } from "./run_assignment.ts";
import type { RunServices, RunSetup } from "./run_services.ts";

/** What an answer is taken to need of a limit on tokens before it is known. */
const ANSWER_TOKENS = 500;

/** What a call asks arbitration for, names aside. */
export type CallClaim = Pick<Claim, "amounts" | "joint">;

/** Each extension is looked up once, and again when a person has set other limits. */
export class CallAmounts {
  readonly #services: Pick<RunServices, "pit" | "callNeeds">;
  readonly #limits: RunSetup["catalog"]["limits"];
  readonly #extensions = new Map<ExtensionId, Limited>();
  #version = 0;

  constructor(services: Pick<RunServices, "pit" | "callNeeds">, { catalog }: Pick<RunSetup, "catalog">) {
    this.#services = services;
    this.#limits = catalog.limits;
  }

  /** Undefined where nothing that the call takes is limited. Calls that take the same are given the same object. */
  of({ extension }: NodeType, assigned: Assignment): CallClaim | undefined {
    const version = this.#services.pit.arbitration.limitsVersion();
    if (version !== this.#version) {
      this.#version = version;
      this.#extensions.clear();
    }
    let limited = this.#extensions.get(extension);
    if (limited === undefined) this.#extensions.set(extension, limited = this.#limitedOf(extension));
    const { own, machine } = limited;
    if (machine === undefined) return own.length === 0 ? undefined : { amounts: amountsOf(own, assigned) };
    const claim = this.#machineClaim(extension, machine);
    if (own.length === 0) return claim;
    return { ...claim, amounts: { ...claim.amounts, ...amountsOf(own, assigned) } };
  }

  /** As before while the forecast says the same. */
  #machineClaim(extension: ExtensionId, machine: Machine): CallClaim {
    const { declared, concurrency, cpu, memory } = machine;
    const needs = this.#services.callNeeds?.needs(extension, declared) ?? declared;
    if (needs === machine.needs) return machine.claim;
    machine.needs = needs;
    const joint = memory.map(({ kind }): JointAmount => ({
      kind,
      of: extension,
      amount: needs.memoryBytes,
      claims: concurrency,
    }));
    // Who gets less of the processor is slower, so no call wants more of it than there is.
    const amounts = Object.fromEntries(cpu.map(({ kind, total }) => [kind, Math.min(needs.cpu, total)]));
    return machine.claim = { amounts, ...(joint.length === 0 ? {} : { joint }) };
  }

  #limitedOf(extension: ExtensionId): Limited {
    const { arbitration } = this.#services.pit;
    const kinds = Object.keys(amountOf) as Kind[];
    const limits = this.#limits.get(extension);
    // Of all, of the extension, and of all that use a key of its.
    const whose = ["", `:${extension}`, ...(limits?.keys ?? []).map((key) => `:key:${key}`)];
    const totals = new Map(arbitration.limits().map(({ kind, total }) => [kind, total]));
    const own = kinds.flatMap((kind) =>
      whose.map((of): LimitedKind => {
        const name = `${kind}${of}`;
        // An estimate is no reason to refuse a call: what it uses beyond that is owed when it ends.
        return { kind, name, most: kind === "tokens" ? totals.get(name) ?? Infinity : Infinity };
      })
    ).filter(({ name }) => arbitration.counts(name));
    return limits?.needs === undefined
      ? { own }
      : { own, ...this.#machineOf(extension, limits, limits.needs) };
  }

  #machineOf(
    extension: ExtensionId,
    { concurrency }: ExtensionLimits,
    declared: CallNeeds,
  ): { readonly machine?: Machine } {
    const limits = this.#services.pit.arbitration.limits();
    const limited = (kind: string) =>
      limits.filter((one) => [kind, `${kind}:${extension}`].includes(one.kind));
    const [cpu, memory] = [limited("cpu"), limited("memory")];
    if (cpu.length === 0 && memory.length === 0) return {};
    return { machine: { declared, concurrency, cpu, memory, needs: undefined, claim: {} } };
  }
}

interface Limited {
  readonly own: readonly LimitedKind[];
  /** Undefined where neither processor nor memory is limited for it. */
  readonly machine?: Machine;
}

interface Machine {
  readonly declared: CallNeeds;
  readonly concurrency: number;
  readonly cpu: readonly { readonly kind: string; readonly total: number }[];
  readonly memory: readonly { readonly kind: string }[];
  /** What `claim` was made of. */
  needs: CallNeeds | undefined;
  claim: CallClaim;
}

/** How a call with a claim went. */
export interface CallMeter {
  /** True once it was sent. */
  hasBegun: boolean;
  /** What is known of what it used; `undefined` where that is not known. */
  tokens: number | undefined;
  usd: number | undefined;
}

/** What of the claimed amounts was used, as far as that is known: nothing by a call that was never sent. */
export function usedOf(
  { amounts = {} }: CallClaim,
  { hasBegun, tokens, usd }: CallMeter,
): Readonly<Record<string, number>> | undefined {
  const used: Record<string, number> = {};
  for (const name in amounts) {
    const kind = name.split(":")[0];
    if (!hasBegun) used[name] = 0;
    else if (kind === "tokens" && tokens !== undefined) used[name] = tokens;
    else if (kind === "usd" && usd !== undefined) used[name] = usd;
  }
  return Object.keys(used).length === 0 ? undefined : used;
}

/** What calls take, of all extensions, of one (`:EXTENSION`) or of a key (`:key:NAME`). Limits of other kinds bound nothing. */
export function claimedKinds(): readonly string[] {
  return ["cpu", "memory", ...Object.keys(amountOf)];
}

type Kind = keyof typeof amountOf;
interface LimitedKind {
  readonly kind: Kind;
  readonly name: string;
  /** No call claims more of it. */
  readonly most: number;
}

const amountOf = {
  calls: () => 1,
  requests: () => 1,
  tokens: ({ call }: Assignment) => roughTokens(call?.prompt ?? "") + ANSWER_TOKENS,
  usd: ({ maxUsd, type, call }: Assignment) => {
    if (maxUsd !== undefined || type.instrument === undefined) return maxUsd ?? 0;
    const sent = call === undefined
      ? { text: "" }
      : { text: `${call.system}\n${call.prompt}`, schema: call.output };
    return callBounds(sent, type.instrument).ampleUsd;
  },
} as const;

function amountsOf(limited: readonly LimitedKind[], assigned: Assignment): Readonly<Record<string, number>> {
  return Object.fromEntries(
    limited.map(({ name, kind, most }) => [name, Math.min(most, amountOf[kind](assigned))]),
  );
}

/** A rough count of a text's tokens: four characters each (OpenAI, "What are tokens and how to count them?"). */
function roughTokens(text: string): number {
  return Math.ceil(text.length / 4);
}
