/**
 * Recovery as the product runs it: its decisions and their outcomes stand in the decision log, and what it knows is what
 * follows from that log; a file beside it only shortens the reading. Nothing that it cannot read or write stops a run: it
 * then begins anew and says so.
 *
 * The kill switch holds here, too: frozen to means, nothing is tried out or learned; frozen to the default, the table that
 * held before anything was learned decides.
 *
 * Ring: conductor. Implements RecoveryPort.
 *
 * @module
 */

import { messageOf } from "../../core/errors.ts";
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
import type { DecisionLogPort } from "../decision.ts";
import { type PolicyState, readState } from "../learning/policy_state.ts";
import type { PolicyStorePort } from "../learning/policy_store.ts";
import { RecoveryFold } from "./recovery_fold.ts";
import { RecoveryPolicy } from "./recovery_policy.ts";
import type { RecoveryAccount } from "./recovery_policy.ts";
import { type RecoveryMode, recoveryRecord } from "./recovery_record.ts";

const FILE = "recovery.snapshot";
/** Attempts after which what was learned is kept and the kill switch looked at. */
const KEEP_EVERY = 50;
/** What was chosen has at least this probability: the sample in use may be one that drawing again did not give. */
const LEAST_CHANCE = 0.01;

export interface KeptRecoveryOptions {
  readonly log: DecisionLogPort;
  readonly store: PolicyStorePort;
  readonly clock: ClockPort;
  /** For the names of decisions. */
  readonly random: RandomPort;
}

export class KeptRecovery implements RecoveryPort, AsyncDisposable {
  readonly #options: KeptRecoveryOptions;
  /** What decides where the switch is at the default: learns nothing. */
  readonly #unlearned = new RecoveryPolicy();
  /** As the log had it when this was opened, and what this process has seen since. */
  #known = new RecoveryFold();
  #frozen: PolicyState["frozen"] = "no";
  #problem: string | undefined;
  #made = 0;
  #attempts = 0;
  #background: Promise<void> = Promise.resolve();

  private constructor(options: KeptRecoveryOptions) {
    this.#options = options;
    this.#unlearned.isFrozen = true;
  }

  static async open(options: KeptRecoveryOptions): Promise<KeptRecovery> {
    const kept = new KeptRecovery(options);
    try {
      kept.#known = await kept.#read();
      kept.#frozen = (await readState(options.store)).frozen;
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
    const mode = modeOf(this.#frozen);
    const policy = mode === "default" ? this.#unlearned : this.#known.policy;
    policy.isFrozen = mode !== "learned";
    const shares = policy.propensities(failed);
    const account = policy.decide(failed);
    const at = this.#options.clock.now();
    const id = this.#newId(at);
    const decision = recoveryRecord(account, { id, at, mode, propensities: propensitiesOf(account, shares) });
    this.#options.log.append([{ entry: "decision", decision }]);
    this.#known.decided(decision);
    return { ...account.chosen, decision: id };
  }

  attempted(result: AttemptResult): void {
    if (this.#frozen === "no") this.#known.policy.noteCall(result);
    const decision = result.after?.recovery.decision;
    if (decision !== undefined) {
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
      this.#known.ended(outcome);
    }
    if (++this.#attempts % KEEP_EVERY === 0) this.#keepInBackground();
  }

  hedge(call: RunningCall): Hedge | undefined {
    return this.#frozen === "default" ? undefined : this.#known.policy.hedge(call);
  }

  hedged(): void {
    this.#known.policy.hedged();
  }

  /** Keeps what was learned, where something was. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#attempts > 0) this.#keepInBackground();
    await this.#background;
  }

  #keepInBackground(): void {
    this.#background = this.#background.then(() => this.#keep()).catch((error) => {
      this.#problem = `Recovery could not be kept: ${messageOf(error)}`;
    });
  }

  async #keep(): Promise<void> {
    const { log, store } = this.#options;
    await log.flush();
    const known = await this.#read();
    await store.write(FILE, known.toBytes());
    this.#frozen = (await readState(store)).frozen;
  }

  /** What the log says, read on from where the file ends. */
  async #read(): Promise<RecoveryFold> {
    const { log, store } = this.#options;
    const bytes = await store.read(FILE);
    const known = bytes === undefined ? new RecoveryFold() : RecoveryFold.fromBytes(bytes);
    for await (const { entry, next } of log.read(known.position)) known.take(entry, next);
    return known;
  }

  #newId(now: number): string {
    const time = Math.floor(now).toString(36).padStart(9, "0").slice(-9);
    const count = (this.#made++ % 36 ** 3).toString(36).padStart(3, "0");
    const chance = Math.floor(this.#options.random.next() * 36 ** 4).toString(36).padStart(4, "0");
    return `d${time}${count}${chance}`;
  }
}

function modeOf(frozen: PolicyState["frozen"]): RecoveryMode {
  return frozen === "no" ? "learned" : frozen;
}

/** In the order of the account's values. */
function propensitiesOf({ values, chosen }: RecoveryAccount, shares: ReadonlyMap<string, number>): number[] {
  const chances = values.map(({ action }) =>
    Math.max(shares.get(action) ?? 0, action === chosen.action ? LEAST_CHANCE : 0)
  );
  const sum = chances.reduce((total, chance) => total + chance, 0);
  return chances.map((chance) => chance / sum);
}
