/**
 * Who decides: the incumbent policy, a candidate on its way (shadow, canary, full), the one before, and the kill switch.
 * One small file beside the snapshots.
 *
 * Ring: conductor, pure.
 *
 * @module
 */

import { SymphonyError } from "../../core/errors.ts";
import { isObject } from "../../core/json.ts";
import type { PolicyStorePort } from "./policy_store.ts";

/** `means`: the best mean, nothing explored, nothing learned. `default`: the operator's default alone. */
export type Frozen = "no" | "means" | "default";
export type Stage = "none" | "trained" | "shadow" | "canary";

export interface PolicyState {
  readonly version: 1;
  readonly incumbent: string;
  /** Before the last promotion, for `rollback`. */
  readonly previous?: string;
  readonly candidate?: string;
  readonly stage: Stage;
  /** Unix milliseconds since when the stage holds. */
  readonly since: number;
  readonly frozen: Frozen;
  /** Counts up; names the next policy. */
  readonly made: number;
}

/** Share of decisions that a canary takes. */
export const CANARY_SHARE = 0.05;
const FILE = "state.json";

export const firstState: PolicyState = {
  version: 1,
  incumbent: "p0001",
  stage: "none",
  since: 0,
  frozen: "no",
  made: 1,
};

/** The name of the file of a policy. */
export function snapshotFile(policy: string): string {
  return `${policy}.snapshot`;
}

export function policyName(made: number): string {
  return `p${String(made).padStart(4, "0")}`;
}

/** The state; the first one where nothing was kept. @throws SymphonyError `corrupt` where the file is damaged. */
export async function readState(store: PolicyStorePort): Promise<PolicyState> {
  const bytes = await store.read(FILE);
  if (bytes === undefined) return firstState;
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder().decode(bytes));
  } catch (cause) {
    throw new SymphonyError("corrupt", `Cannot read the Conductor's ${FILE}: it is not JSON`, { cause });
  }
  if (!isObject(value) || value["version"] !== 1 || typeof value["incumbent"] !== "string") {
    throw new SymphonyError(
      "corrupt",
      `Cannot read the Conductor's ${FILE}: expected version 1 with an incumbent`,
    );
  }
  return value as unknown as PolicyState;
}

export async function writeState(store: PolicyStorePort, state: PolicyState): Promise<void> {
  await store.write(FILE, new TextEncoder().encode(`${JSON.stringify(state, null, 2)}\n`));
}
