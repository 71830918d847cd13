/**
 * Has the pool load what running workflows will ask for: listens to what begins and settles, asks the forecast what is
 * coming, and warms it through the pool's port. While a run is open it looks a few times a second, because a moment that
 * is foreseen comes nearer without anything happening.
 *
 * A node that is expected to be asked for on an instance that is busy now is not counted twice: an instance of the kind is
 * there, and will most likely be free.
 *
 * Ring: conductor. Implements LookAheadPort.
 *
 * @module
 */

import type { ExtensionId, RunId } from "../../core/ids.ts";
import type { ClockPort } from "../../core/ports/clock.ts";
import type { ForecastPort, LookAheadPort } from "../../core/ports/forecast.ts";
import type { PoolLimits, PoolPort, PoolWatchPort } from "../../core/ports/pool.ts";
import type { Catalog } from "../../core/workflow/catalog.ts";
import type { Plan } from "../../core/workflow/plan.ts";

/** Events that come together are answered together. */
const SOON_MS = 2;
/** Looking takes no more than a thirtieth of the time, however large the graph. */
const PAUSE = 30;
const LOOK_MS = 250;
/** What is coming is told anew at each look; once it is not, it is let go after so long. */
const KEEP_MS = 4 * LOOK_MS;

export class WarmAhead implements LookAheadPort, Disposable {
  readonly #forecast: ForecastPort & LookAheadPort;
  readonly #pool: PoolPort & PoolWatchPort;
  readonly #clock: ClockPort;
  readonly #limits = new Map<ExtensionId, PoolLimits>();
  readonly #open = new Set<RunId>();
  #cancel: (() => void) | undefined;
  #dueAt = Infinity;
  #notBefore = 0;

  constructor(forecast: ForecastPort & LookAheadPort, pool: PoolPort & PoolWatchPort, clock: ClockPort) {
    this.#forecast = forecast;
    this.#pool = pool;
    this.#clock = clock;
  }

  opened(run: RunId, scope: string, plan: Plan, catalog: Catalog): void {
    this.#open.add(run);
    for (const [extension, limits] of catalog.limits) this.#limits.set(extension, limits);
    this.#forecast.opened(run, scope, plan, catalog);
    this.#lookIn(SOON_MS);
  }

  begun(run: RunId, scope: string, node: number, at: number, extension?: ExtensionId): void {
    this.#forecast.begun(run, scope, node, at, extension);
    this.#lookIn(SOON_MS);
  }

  settled(run: RunId, scope: string, node: number, at: number): void {
    this.#forecast.settled(run, scope, node, at);
    this.#lookIn(SOON_MS);
  }

  closed(run: RunId): void {
    this.#forecast.closed(run);
    this.#open.delete(run);
    if (this.#open.size === 0) this[Symbol.dispose]();
  }

  urgency(run: RunId, at: number): number | undefined {
    return this.#forecast.urgency(run, at);
  }

  /** Stops looking. */
  [Symbol.dispose](): void {
    this.#cancel?.();
    this.#cancel = undefined;
    this.#dueAt = Infinity;
  }

  #lookIn(delayMs: number): void {
    const now = this.#clock.monotonic();
    const dueAt = Math.max(now + delayMs, this.#notBefore);
    if (this.#open.size === 0 || dueAt >= this.#dueAt) return;
    this.#cancel?.();
    this.#dueAt = dueAt;
    this.#cancel = this.#clock.schedule(dueAt - now, () => {
      const began = this.#clock.monotonic();
      this.#dueAt = Infinity;
      this.#look();
      const ended = this.#clock.monotonic();
      this.#notBefore = ended + PAUSE * (ended - began);
      this.#lookIn(LOOK_MS);
    });
  }

  #look(): void {
    const calls = new Map<ExtensionId, number>();
    for (const { extension, load } of this.#forecast.coming(this.#clock.now())) {
      if (load) calls.set(extension, (calls.get(extension) ?? 0) + 1);
    }
    for (const [extension, count] of calls) {
      const limits = this.#limits.get(extension);
      // Nobody knows what it takes: it will be started when it is asked for.
      if (limits === undefined) continue;
      const wanted = Math.min(limits.instances, Math.ceil(count / limits.concurrency));
      this.#pool.prewarm(
        this.#pool.register(extension, limits),
        wanted,
        "a node on its way needs it",
        KEEP_MS,
      );
    }
  }
}
