/**
 * What recovery knows as a function of the decision log: decisions draw their chance, outcomes are learned, in the log's
 * order. So a process that was killed loses nothing, and processes that write at once learn from each other.
 *
 * Calls are learned of from routing's outcomes. What is not in the log is not in here: calls that were not routed and
 * second calls, which only the process that made them counts.
 *
 * Ring: conductor, pure.
 *
 * @module
 */

import { nodeTypeId } from "../../core/ids.ts";
import type { NodeTypeId } from "../../core/ids.ts";
import type { JsonObject } from "../../core/json.ts";
import type { FailureClass } from "../../core/policy/failure.ts";
import type { RecoveryAction } from "../../core/policy/recovery.ts";
import type { DecisionRecord, LogEntry, OutcomeRecord } from "../decision.ts";
import { routeFacts } from "../learning/route_record.ts";
import { decodeSnapshot, encodeSnapshot } from "../learning/snapshot.ts";
import { RecoveryPolicy } from "./recovery_policy.ts";
import { recoveryFacts } from "./recovery_record.ts";

/** Decisions without an outcome that are remembered; older ones are taken for lost. */
const MOST_PENDING = 512;
const SEED = 1;

/** A decision whose outcome is waited for: of routing, or of recovery. */
type Pending =
  | { readonly kind: string; readonly instrument: NodeTypeId }
  | { readonly kind: string; readonly after: FailureClass; readonly action: RecoveryAction };

export class RecoveryFold {
  readonly policy = new RecoveryPolicy(SEED);
  /** Behind the last entry that was taken. */
  position = 0;
  readonly #pending = new Map<string, Pending>();

  /** What `toBytes` gave. @throws SymphonyError `corrupt` | `unsupported` */
  static fromBytes(bytes: Uint8Array): RecoveryFold {
    const fold = new RecoveryFold();
    const { facts, parts } = decodeSnapshot(bytes);
    for (const part of parts) fold.policy.restore(part);
    // Written below and vouched for by the digest.
    const { position, pending } = facts as unknown as Partial<Kept>;
    fold.position = position ?? 0;
    for (const [id, decision] of pending ?? []) fold.#pending.set(id, decision);
    return fold;
  }

  toBytes(): Uint8Array {
    const facts: Kept = { position: this.position, pending: [...this.#pending] };
    return encodeSnapshot({ facts: facts as unknown as JsonObject, parts: [this.policy.save()] });
  }

  /** Takes an entry; `next` is the position behind it. */
  take(entry: LogEntry, next: number): void {
    if (entry.entry === "decision") {
      const { decision } = entry;
      if (decision.type === "recover" && isLearned(decision)) this.policy.draw(decision.kind);
      this.decided(decision);
    } else if (entry.entry === "outcome") this.ended(entry.outcome);
    this.position = next;
  }

  /** Waits for the outcome of a decision, whose chance has been drawn. */
  decided(decision: DecisionRecord): void {
    const { id, type, kind, actions, action } = decision;
    const chosen = actions[action];
    if (type === "route") {
      if (chosen === undefined || routeFacts(decision).mode === "means") return;
      this.#remember(id, { kind, instrument: nodeTypeId(chosen) });
    } else if (type === "recover" && isLearned(decision)) {
      this.#remember(id, { kind, after: recoveryFacts(decision).after, action: chosen as RecoveryAction });
    }
  }

  /** Learns from the outcome of a decision that is waited for; others are left out. */
  ended({ decision, seconds = 0, usd, quality, source, failure }: OutcomeRecord): void {
    const pending = this.#pending.get(decision);
    if (pending === undefined || failure === "cancelled") return;
    this.#pending.delete(decision);
    if ("after" in pending) {
      this.policy.noteOutcome(pending.kind, pending.after, pending.action, failure);
      return;
    }
    // That an answer fits its schema is no measure of it.
    const measured = quality === undefined || source === "schema" ? {} : { quality };
    this.policy.noteCall({
      ...pending,
      seconds,
      ...measured,
      ...(usd === undefined ? {} : { usd }),
      ...(failure === undefined ? {} : { failure }),
    });
  }

  #remember(id: string, decision: Pending): void {
    this.#pending.set(id, decision);
    if (this.#pending.size <= MOST_PENDING) return;
    const [oldest] = this.#pending.keys();
    if (oldest !== undefined) this.#pending.delete(oldest);
  }
}

function isLearned(decision: DecisionRecord): boolean {
  return recoveryFacts(decision).mode === "learned";
}

interface Kept {
  readonly position: number;
  readonly pending: readonly (readonly [id: string, decision: Pending])[];
}
