/**
 * How many instances a process may hold and how much memory they may take: `pool:instances` and `pool:memory` among the
 * limits, else what `memory` says that calls share, which by itself is what the machine has.
 *
 * @module
 */

import { SymphonyError } from "../../core/errors.ts";
import type { Capacity, Limits } from "../arbitration/limits.ts";
import type { Rate } from "../arbitration/rate.ts";

const INSTANCES = "pool:instances";
const MEMORY = "pool:memory";
const MOST_INSTANCES = 1_000;
const FEWEST_INSTANCES = 16;
/** What an instance takes at the least, where many share a process. */
const LEAST_BYTES = 8 * 2 ** 20;

export interface PoolBounds {
  readonly mostInstances: number;
  readonly mostMemoryBytes: number;
  /** What runs may take. */
  readonly limits: Limits;
}

/**
 * Splits a folder's limits into the pool's and those of what runs take. What is measured while the process is at work is without
 * what its instances take already, so `freeBytes`, measured when it began, stands for it.
 */
export function poolBounds(limits: Limits, freeBytes?: number): PoolBounds {
  const { [INSTANCES]: instances, [MEMORY]: memory, ...rest } = limits;
  const mostMemoryBytes = totalOf(memory) ?? measured(limits["memory"], freeBytes) ??
    totalOf(limits["memory"]) ?? Infinity;
  const fitting = Math.min(MOST_INSTANCES, Math.max(FEWEST_INSTANCES, mostMemoryBytes / LEAST_BYTES));
  return { mostInstances: totalOf(instances) ?? Math.floor(fitting), mostMemoryBytes, limits: rest };
}

/** Refuses a limit of the pool that says nothing to it. @throws SymphonyError `bad-input` */
export function checkPoolLimit(kind: string, limit: Capacity | Rate): void {
  if (!kind.startsWith("pool:")) return;
  if (kind !== INSTANCES && kind !== MEMORY) {
    throw new SymphonyError("bad-input", `Cannot limit "${kind}": expected ${INSTANCES} or ${MEMORY}`);
  }
  const total = totalOf(limit);
  if (total === undefined) {
    throw new SymphonyError("bad-input", `Cannot limit ${kind} by time: expected a number such as 64 or 4G`);
  }
  if (kind === INSTANCES && !Number.isInteger(total)) {
    throw new SymphonyError("bad-input", `Cannot limit ${kind} to ${total}: expected a whole number from 1`);
  }
}

function measured(limit: Capacity | Rate | undefined, freeBytes: number | undefined): number | undefined {
  return limit !== undefined && "total" in limit && limit.isMeasured === true ? freeBytes : undefined;
}

function totalOf(limit: Capacity | Rate | undefined): number | undefined {
  return limit !== undefined && "total" in limit ? limit.total : undefined;
}
