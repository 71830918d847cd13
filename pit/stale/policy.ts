/**
 * What policies say of an artifact. Pure and deterministic: same facts, policies and time, same verdict.
 *
 * @module
 */

import type { ArtifactInfo } from "../../core/ports/artifact.ts";
import type { ArtifactLabels } from "../../core/ports/artifact_catalog.ts";
import type { RetentionCondition, RetentionPolicy } from "../../core/ports/retention.ts";
import type { Tier } from "../../core/ports/stale.ts";

const DAY_MS = 24 * 60 * 60 * 1000;
/** Artifacts with this tag are what the Conductor learns from; they are archived, never deleted. */
export const TRAINING_TAG = "training-data";

/** What is known of an artifact. */
export interface ArtifactFacts {
  readonly info: ArtifactInfo;
  readonly tier: Tier;
  readonly labels: ArtifactLabels;
  /** Versions that it is. */
  readonly versions: number;
  readonly openRuns: number;
  readonly endedRuns: number;
  /** Unix milliseconds of the last use or reading. */
  readonly lastUsedAt: number;
  /** How often runs and people used it. */
  readonly uses: number;
}

export type Verdict =
  | { readonly action: "keep"; readonly spared?: string }
  | {
    readonly action: "warm" | "cold" | "delete";
    readonly policy: RetentionPolicy;
    readonly reason: string;
  };

const depth: Readonly<Record<Tier, number>> = { hot: 0, warm: 1, cold: 2 };

/** Policies in the order in which they are asked. */
export function inOrder(policies: readonly RetentionPolicy[]): readonly RetentionPolicy[] {
  return policies.filter(({ enabled }) => enabled !== false)
    .toSorted((a, b) => (b.priority ?? 0) - (a.priority ?? 0));
}

/** What is to be done with an artifact at `now`, Unix milliseconds; `policies` as `inOrder` gives them. */
export function verdictOf(facts: ArtifactFacts, policies: readonly RetentionPolicy[], now: number): Verdict {
  let spared: string | undefined;
  for (const policy of policies) {
    const reasons = reasonsFor(facts, policy.when, now);
    if (reasons === undefined) continue;
    if (policy.action === "keep") return { action: "keep" };
    const refusal = refusalOf(facts, policy);
    if (refusal !== undefined) {
      spared ??= refusal;
      continue;
    }
    if (policy.action !== "delete" && depth[policy.action] <= depth[facts.tier]) continue;
    return { action: policy.action, policy, reason: reasons.join(", ") };
  }
  return { action: "keep", ...(spared === undefined ? {} : { spared }) };
}

/** Why an action is refused whatever a policy says; undefined where it is not. */
export function refusalOf(
  { labels, versions, openRuns, endedRuns }: ArtifactFacts,
  { action, when }: Pick<RetentionPolicy, "action" | "when">,
): string | undefined {
  if (labels.hold !== undefined) return "it is held";
  if (openRuns > 0) return "a run that has not ended refers to it";
  if (action !== "delete") return undefined;
  if (versions > 0) return "it is a version of a name";
  if (labels.tags.includes(TRAINING_TAG)) return `it is tagged ${TRAINING_TAG}`;
  if (endedRuns > 0 && when.references !== "ended-runs" && when.references !== "any") {
    return "a run refers to it";
  }
  return undefined;
}

/** Why the condition holds, in words; undefined where it does not. */
function reasonsFor(facts: ArtifactFacts, when: RetentionCondition, now: number): string[] | undefined {
  const { info, labels, lastUsedAt, uses } = facts;
  const reasons: string[] = [];
  const demand = (isAsked: boolean, holds: boolean, reason: string): boolean => {
    if (!isAsked) return true;
    if (holds) reasons.push(reason);
    return holds;
  };
  const age = Math.floor((now - info.createdAt) / DAY_MS);
  const idle = Math.floor((now - lastUsedAt) / DAY_MS);
  const best = labels.scores.length === 0 ? undefined : Math.max(...labels.scores.map(({ value }) => value));
  const { olderThanDays, unusedForDays, usedAtMost, qualityBelow, largerThanBytes, smallerThanBytes } = when;
  const tag = when.tags?.find((one) => labels.tags.includes(one));
  const isFitting =
    demand(olderThanDays !== undefined, age >= (olderThanDays ?? 0), `made ${days(age)} ago`) &&
    demand(unusedForDays !== undefined, idle >= (unusedForDays ?? 0), `unused for ${days(idle)}`) &&
    demand(usedAtMost !== undefined, uses <= (usedAtMost ?? 0), `used ${uses} times`) &&
    demand(
      qualityBelow !== undefined,
      best !== undefined && best < (qualityBelow ?? 0),
      `its quality is ${best?.toFixed(2)}`,
    ) &&
    demand(
      largerThanBytes !== undefined,
      info.sizeBytes > (largerThanBytes ?? 0),
      `${info.sizeBytes} bytes large`,
    ) &&
    demand(
      smallerThanBytes !== undefined,
      info.sizeBytes < (smallerThanBytes ?? 0),
      `${info.sizeBytes} bytes small`,
    ) &&
    demand(
      when.types !== undefined,
      when.types?.some((type) => fits(info.type, type)) ?? true,
      `its type is ${info.type}`,
    ) &&
    demand(when.tags !== undefined, tag !== undefined, `tagged ${tag}`) &&
    demand(
      when.withoutTags !== undefined,
      !(when.withoutTags ?? []).some((one) => labels.tags.includes(one)),
      `not tagged ${when.withoutTags?.join(" or ")}`,
    ) &&
    refersAsAsked(facts, when.references, reasons);
  return isFitting ? reasons : undefined;
}

function refersAsAsked(
  { versions, openRuns, endedRuns }: ArtifactFacts,
  asked: RetentionCondition["references"],
  reasons: string[],
): boolean {
  if (asked === undefined || asked === "any") return true;
  if (versions > 0 || openRuns > 0 || (asked === "none" && endedRuns > 0)) return false;
  reasons.push(endedRuns === 0 ? "nothing refers to it" : "only runs that ended refer to it");
  return true;
}

/**
 * How much an artifact is worth keeping, 0 to 1: recent, often used, good, referred to. The least goes first where space is
 * short.
 */
export function valueOf({ labels, lastUsedAt, uses, versions }: ArtifactFacts, now: number): number {
  const recent = Math.exp(-(now - lastUsedAt) / (30 * DAY_MS));
  const often = uses / (uses + 3);
  const best = labels.scores.length === 0 ? 0.5 : Math.max(...labels.scores.map(({ value }) => value));
  const training = labels.tags.includes(TRAINING_TAG) ? 1 : 0;
  return 0.35 * recent + 0.2 * often + 0.2 * best + 0.15 * training + 0.1 * Math.min(1, versions);
}

function fits(type: string, asked: string): boolean {
  return asked.endsWith("*") ? type.startsWith(asked.slice(0, -1)) : type === asked;
}

function days(count: number): string {
  return `${count} day${count === 1 ? "" : "s"}`;
}
