/**
 * Policies out of their files and back.
 *
 * Ring: conductor, pure.
 *
 * @module
 */

import { SymphonyError } from "../../core/errors.ts";
import type { Json } from "../../core/json.ts";
import type { Comparison } from "./comparison.ts";
import type { DecisionRecord } from "../decision.ts";
import type { RouterOptions } from "../routing/router.ts";
import type { SnapshotPart } from "../snapshot_part.ts";
import { SimpleConductor } from "../simple_conductor.ts";
import type { PolicyStorePort } from "./policy_store.ts";
import { snapshotFile } from "./policy_state.ts";
import { RoutePolicy } from "./route_policy.ts";
import { decodeSnapshot, encodeSnapshot } from "./snapshot.ts";

/** A policy and the position of the log up to which it has learned. */
export interface KeptPolicy {
  readonly policy: RoutePolicy;
  /** The simple rule beside it. */
  readonly simple: SimpleConductor;
  readonly position: number;
  /** Decisions before the position that had no outcome by then. */
  readonly pending: readonly DecisionRecord[];
}

/** Undefined where there is no such file. @throws SymphonyError `corrupt` | `unsupported` */
export async function readPolicy(
  store: PolicyStorePort,
  name: string,
  options: RouterOptions,
): Promise<KeptPolicy | undefined> {
  const bytes = await store.read(snapshotFile(name));
  if (bytes === undefined) return undefined;
  const { facts, parts } = decodeSnapshot(bytes);
  const policy = new RoutePolicy(options);
  policy.restore(parts);
  const simple = new SimpleConductor();
  const part = parts.find(({ name }) => name === "simple");
  if (part !== undefined) simple.restore(part);
  const position = facts["position"];
  const pending = facts["pending"];
  return {
    policy,
    simple,
    position: typeof position === "number" ? position : 0,
    // Written below and vouched for by the digest.
    pending: Array.isArray(pending) ? pending as unknown as readonly DecisionRecord[] : [],
  };
}

/** A policy as it was at one moment. */
export interface CapturedPolicy {
  readonly parts: readonly SnapshotPart[];
  readonly position: number;
  readonly pending: readonly DecisionRecord[];
}

export async function writePolicy(
  store: PolicyStorePort,
  name: string,
  { parts, position, pending }: CapturedPolicy,
): Promise<void> {
  await store.write(
    snapshotFile(name),
    encodeSnapshot({
      facts: { policy: name, position, pending: pending as unknown as Json },
      parts,
    }),
  );
}

/** The comparison that a policy was trained with, where its rows are not in the log. */
export async function writeComparison(
  store: PolicyStorePort,
  name: string,
  comparison: Comparison | undefined,
): Promise<void> {
  await store.write(comparisonFile(name), new TextEncoder().encode(JSON.stringify(comparison ?? null)));
}

/** Undefined where none was written. @throws SymphonyError `corrupt` */
export async function readComparison(store: PolicyStorePort, name: string): Promise<Comparison | undefined> {
  const bytes = await store.read(comparisonFile(name));
  if (bytes === undefined) return undefined;
  try {
    // Written above, each file by one process.
    return JSON.parse(new TextDecoder().decode(bytes)) as Comparison | null ?? undefined;
  } catch (cause) {
    throw new SymphonyError("corrupt", `Cannot read ${comparisonFile(name)}: it is no JSON`, { cause });
  }
}

function comparisonFile(name: string): string {
  return `${name}.comparison.json`;
}
