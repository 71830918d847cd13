/**
 * Recovery as the product runs it: a policy that is kept in a file and whose decisions stand in the decision log. Nothing
 * that it cannot read or write stops a run: it then begins anew and says so.
 *
 * Ring: conductor. Implements RecoveryPort.
 *
 * @module
 */

import { messageOf } from "../../core/errors.ts";
import { preferences } from "../../core/policy/preference.ts";
import type { Recovery } from "../../core/policy/recovery.ts";
import type { ClockPort } from "../../core/ports/clock.ts";
import type { RandomPort } from "../../core/ports/random.ts";
import type {
  AttemptResult,
  FailedAttempt,
  Hedge,
  RecoveryPort,
  RunningCall,
} from "../../core/ports/recovery.ts";
import type { DecisionLogPort, DecisionRecord, Heads } from "../decision.ts";
import type { PolicyStorePort } from "../learning/policy_store.ts";
import { decodeSnapshot, encodeSnapshot } from "../learning/snapshot.ts";
import type { RecoveryAccount } from "./recovery_policy.ts";
import { RecoveryPolicy } from "./recovery_policy.ts";

const FILE = "recovery.snapshot";

export interface KeptRecoveryOptions {
  readonly log: DecisionLogPort;
  readonly store: PolicyStorePort;
  readonly clock: ClockPort;
  /** For the names of decisions, and the seed of a new policy. */
  readonly random: RandomPort;
}

export class KeptRecovery implements RecoveryPort, AsyncDisposable {
  readonly #options: KeptRecoveryOptions;
  readonly #policy: RecoveryPolicy;
  #problem: string | undefined;
  #made = 0;
  #attempts = 0;

  private constructor(options: KeptRecoveryOptions, policy: RecoveryPolicy) {
    this.#options = options;
    this.#policy = policy;
  }

  static async open(options: KeptRecoveryOptions): Promise<KeptRecovery> {
    const policy = new RecoveryPolicy(Math.floor(options.random.next() * 2 ** 32));
    const kept = new KeptRecovery(options, policy);
    try {
      const bytes = await options.store.read(FILE);
      if (bytes !== undefined) { for (const part of decodeSnapshot(bytes).parts) policy.restore(part); }
    } catch (error) {
      kept.#problem = `Recovery is learned anew: ${messageOf(error)}`;
    }
    return kept;
  }

  /** Why it could not be read or kept; undefined while all is well. */
  get problem(): string | undefined {
    return this.#problem;
  }

  recover(failed: FailedAttempt): Recovery {
    const propensities = this.#policy.propensities(failed);
    const account = this.#policy.decide(failed);
    const at = this.#options.clock.now();
    const decision = this.#newId(at);
    const record = recordOf(account, propensities, { id: decision, at });
    this.#options.log.append([{ entry: "decision", decision: record }]);
    return { ...account.chosen, decision };
  }

  attempted(result: AttemptResult): void {
    this.#attempts += 1;
    this.#policy.attempted(result);
    const decision = result.after?.recovery.decision;
    if (decision === undefined) return;
    const outcome = {
      decision,
      at: this.#options.clock.now(),
      seconds: result.seconds,
      source: "attempt",
      ...(result.usd === undefined ? {} : { usd: result.usd }),
      ...(result.quality === undefined ? {} : { quality: result.quality }),
      ...(result.failure === undefined ? {} : { failure: result.failure }),
    };
    this.#options.log.append([{ entry: "outcome", outcome }]);
  }

  hedge(call: RunningCall): Hedge | undefined {
    return this.#policy.hedge(call);
  }

  hedged(): void {
    this.#policy.hedged();
  }

  /** Keeps what was learned, where something was. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#attempts === 0) return;
    try {
      await this.#options.store.write(FILE, encodeSnapshot({ facts: {}, parts: [this.#policy.save()] }));
    } catch (error) {
      this.#problem = `Recovery could not be kept: ${messageOf(error)}`;
    }
  }

  #newId(now: number): string {
    const time = Math.floor(now).toString(36).padStart(9, "0").slice(-9);
    const count = (this.#made++ % 36 ** 3).toString(36).padStart(3, "0");
    const chance = Math.floor(this.#options.random.next() * 36 ** 4).toString(36).padStart(4, "0");
    return `d${time}${count}${chance}`;
  }
}

function recordOf(
  { failed, chosen, values, masked, expected }: RecoveryAccount,
  propensities: ReadonlyMap<string, number>,
  { id, at }: { readonly id: string; readonly at: number },
): DecisionRecord {
  const shares = values.map(({ action }) => propensities.get(action) ?? 0);
  // What was chosen by the sample in use may have been drawn by none of the others.
  const index = values.findIndex(({ action }) => action === chosen.action);
  const least = 1 / 100;
  if ((shares[index] ?? 0) < least) shares[index] = least;
  const sum = shares.reduce((total, share) => total + share, 0);
  return {
    id,
    type: "recover",
    at,
    run: failed.run,
    node: failed.node,
    attempt: failed.attempts,
    kind: failed.kind,
    features: [],
    preference: failed.preference ?? preferences.balanced,
    actions: values.map(({ action }) => action),
    masked,
    action: index,
    propensities: shares.map((share) => share / sum),
    heads: values.map(({ action, success }): Heads => ({
      quality: success,
      qualitySd: 0,
      usd: action === "give-up" ? 0 : expected[action].usd,
      seconds: action === "give-up" ? 0 : expected[action].seconds,
      failure: 1 - success,
    })),
    scores: values.map(({ value }) => value),
    explored: false,
    policy: "recovery",
    facts: {
      after: failed.failure.class,
      instrument: failed.instrument,
      importance: failed.importance,
      position: failed.position,
      reason: chosen.reason,
    },
  };
}
