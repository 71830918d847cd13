/**
 * Looks at the instances twice a second while there are any: finds the dead and the degraded, lets those go that rested too long or take
 * too much memory, and starts what the forecast wants.
 *
 * @module
 */

import type { ClockPort } from "../../core/ports/clock.ts";
import type { Bounds } from "./bounds.ts";
import type { KeepWarm } from "./keep_warm.ts";
import type { Kind, Slot } from "./kind.ts";
import type { Lives } from "./lives.ts";
import type { Places } from "./places.ts";
import type { Slots } from "./slots.ts";

/** How often the instances are looked at. */
export const LOOK_MS = 500;

export interface LookParts {
  readonly clock: ClockPort;
  readonly places: Places;
  readonly slots: Slots;
  readonly bounds: Bounds;
  readonly lives: Lives;
  readonly kinds: readonly Kind[];
  readonly keepWarm: KeepWarm | undefined;
  /** As the pool's own. */
  readonly prewarm: (kind: Kind, instances: number, reason: string, keepMs: number) => void;
}

export class Look {
  readonly #parts: LookParts;
  readonly #keepAliveMs: number;
  #cancel: (() => void) | undefined;
  #ended = false;

  constructor(parts: LookParts, keepAliveMs = Infinity) {
    this.#parts = parts;
    this.#keepAliveMs = keepAliveMs;
  }

  /** Looks from now on, until there is nothing to look at. */
  watch(): void {
    if (this.#ended || this.#cancel !== undefined) return;
    if (this.#parts.bounds.live === 0 && this.#parts.keepWarm?.isExpecting !== true) return;
    this.#cancel = this.#parts.clock.schedule(LOOK_MS, () => {
      this.#cancel = undefined;
      this.#look();
      this.watch();
    });
  }

  /** Looks no more. */
  end(): void {
    this.#ended = true;
    this.#cancel?.();
  }

  #look(): void {
    const { slots, lives, bounds, keepWarm, kinds } = this.#parts;
    for (const slot of slots.all) {
      if (slot.state !== "hot") continue;
      if (!lives.isAlive(slot)) {
        lives.fail(slot, "it was found dead");
        continue;
      }
      bounds.measure(slot);
      const wasUsed = bounds.noteUse(slot);
      const gone = this.#whyRested(slot, wasUsed) ?? this.#whyReplaced(slot);
      if (gone !== undefined) lives.cool(slot, gone);
    }
    if (keepWarm !== undefined) { for (const kind of kinds) this.#count(keepWarm, kind); }
    for (const idle of bounds.overweight()) {
      lives.cool(idle, bounds.isHeavy ? "the instances take too much memory" : "fewer may be kept now");
    }
  }

  /** Why an idle instance is replaced; one that is at work is used last from now on. Undefined where it stays. */
  #whyReplaced(slot: Slot): string | undefined {
    const { kind, health } = slot;
    const { places, clock } = this.#parts;
    health.looked(slot.memoryBytes, kind.usualMemory);
    slot.degraded = health.degraded(kind.health.bestMeanMs, kind.usualMemory);
    if (slot.degraded === undefined || !places.isOpen(slot.index)) return undefined;
    const now = clock.monotonic();
    if (places.busy(slot.index) > 0 || now < kind.replaceBackOff.until) {
      places.sink(slot.index);
      return undefined;
    }
    kind.replaceBackOff.failed(now);
    kind.owed++;
    return `it is degraded: ${slot.degraded}`;
  }

  /** Why an instance has rested long enough to go; undefined where it has not. */
  #whyRested(slot: Slot, wasUsed: boolean): string | undefined {
    const { keepWarm, clock, places } = this.#parts;
    const gone = keepWarm && this.#lookAtRest(keepWarm, slot, wasUsed);
    if (gone !== undefined) return gone;
    const idleMs = clock.monotonic() - slot.lastUse;
    if (places.busy(slot.index) > 0 || idleMs <= this.#keepAliveMs) return undefined;
    return `nobody used it for ${Math.round(idleMs / 1000)} s`;
  }

  /** Lets the forecast know whether the instance rests; why it should go, or undefined. */
  #lookAtRest(keepWarm: KeepWarm, slot: Slot, wasUsed: boolean): string | undefined {
    const { kind } = slot;
    const now = this.#parts.clock.now();
    const isBusy = this.#parts.places.busy(slot.index) > 0;
    // One that was started ahead rests since nobody knows when, until it is used or its time is over.
    if (slot.isUntold && !wasUsed) {
      return now < slot.keepUntil ? undefined : "nobody came for whom it was started";
    }
    const loadMs = slot.isUntold ? slot.loadMs : undefined;
    slot.isUntold = false;
    slot.rest = keepWarm.look(kind.extension, { rest: slot.rest, isBusy, wasUsed, loadMs }, now);
    if (slot.rest === undefined || now < slot.keepUntil || kind.waiters.size > 0) return undefined;
    if (kind.used <= keepWarm.floor(kind.extension)) return undefined;
    return keepWarm.shouldGo(kind.extension, slot.rest, now);
  }

  /** Starts what the load asks for, and what is to be warm again about now. */
  #count(keepWarm: KeepWarm, kind: Kind): void {
    const now = this.#parts.clock.now();
    const { extension, limits, waiters } = kind;
    const wanted = keepWarm.wanted(extension, waiters.size, limits.concurrency, now);
    if (wanted > kind.used) {
      this.#parts.prewarm(kind, wanted, `${wanted} are wanted for the load`, LOOK_MS * 4);
    }
    const until = keepWarm.window(extension, now);
    if (until !== undefined && kind.used === 0) {
      this.#parts.prewarm(kind, 1, "it is usually asked for about now", until - now);
    }
  }
}
