/**
 * What the pool keeps of one kind of instance, and of each instance's slot.
 *
 * @module
 */

import type { ExtensionId, InstanceId } from "../../core/ids.ts";
import type { ClockPort } from "../../core/ports/clock.ts";
import type { InstanceState, PoolLimits } from "../../core/ports/pool.ts";
import { BackOff } from "./back_off.ts";
import type { Popularity } from "./eviction.ts";
import { KindHealthWindow } from "./health.ts";
import { InstanceHealth, UsualMemory } from "./instance_health.ts";
import type { Rest } from "./keep_warm.ts";
import { Waiters } from "./waiters.ts";

const FIRST_REPLACE_MS = 30_000;
const MOST_REPLACE_MS = 3_600_000;

/** Room for one instance; a cold slot may be given to another kind. */
export interface Slot {
  kind: Kind;
  /** The instance's number in `Places`. */
  readonly index: number;
  state: InstanceState;
  reason: string;
  instance: InstanceId | undefined;
  /** Milliseconds its start took. */
  loadMs: number;
  /** What it took when it was read last. */
  memoryBytes: number;
  health: InstanceHealth;
  /** Why it is used last and replaced; undefined while it is not. */
  degraded: string | undefined;
  /** The call on it decides about the circuit of its kind. */
  isOnTrial: boolean;
  /** Started ahead of need, and not used since. */
  isAhead: boolean;
  /** Started ahead of need, and the forecast has not been told of its first use. */
  isUntold: boolean;
  /** Leases at the last look, and when there had been new ones. */
  seenLeases: number;
  lastUse: number;
  /** Since when it rests and until when it is kept, where there is a forecast. */
  rest: Rest | undefined;
  /** Unix milliseconds until which it is kept in any case. */
  keepUntil: number;
}

export class Kind {
  readonly index: number;
  readonly extension: ExtensionId;
  limits: PoolLimits;
  readonly slots = new Set<Slot>();
  readonly waiters: Waiters;
  /** Kept while the kind has no instance, so that one that comes back is known. */
  popularity: Popularity | undefined;
  readonly health = new KindHealthWindow();
  /** What one of its instances took when one was read last. */
  memoryBytes: number | undefined;
  readonly usualMemory = new UsualMemory();
  readonly backOff = new BackOff();
  /** Between two degraded instances that are replaced: where that does not help, it is done ever less often. */
  readonly replaceBackOff = new BackOff(FIRST_REPLACE_MS, MOST_REPLACE_MS);
  /** Instances to be started when those that they replace are gone. */
  owed = 0;
  /** Ends the wait for the back-off. */
  cancelWake: (() => void) | undefined;

  constructor(index: number, extension: ExtensionId, limits: PoolLimits, clock: ClockPort) {
    this.index = index;
    this.extension = extension;
    this.limits = limits;
    this.waiters = new Waiters(extension, clock);
  }

  /** Instances that are not cold. */
  get used(): number {
    let used = 0;
    for (const { state } of this.slots) if (state !== "cold") used++;
    return used;
  }
}
