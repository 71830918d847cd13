/**
 * How long idle instances are kept and when they are warmed again, by the forecast's word. The pool looks at its
 * instances twice a second and asks here of each; between two looks nothing is noted, so that leasing stays cheap.
 *
 * Invariants:
 * W1. `asked` and `idle` of the forecast alternate for an instance: a use ends a rest, and a rest begins once a use has ended.
 * W2. What is kept beyond the forecast's windows is kept until a stated moment only (`keepUntil`).
 *
 * @module
 */

import type { ExtensionId } from "../../core/ids.ts";
import { FORECAST_STEP_MS } from "../../core/ports/forecast.ts";
import type { ForecastPort, WarmWindows } from "../../core/ports/forecast.ts";

/** An instance that rests, and when it is to be warm. */
export interface Rest {
  /** Unix milliseconds. */
  readonly since: number;
  readonly plan: WarmWindows;
}

/** What one look saw of an instance. */
export interface Seen {
  readonly rest: Rest | undefined;
  /** True where it is at work, or was since the last look. */
  readonly isBusy: boolean;
  readonly wasUsed: boolean;
  /** Milliseconds its start took, where this is its first use; else undefined. */
  readonly loadMs: number | undefined;
}

interface Kind {
  /** Windows of instances that were let go, in Unix milliseconds. */
  planned: { readonly from: number; readonly until: number }[];
  /** Sums since the last step. */
  arrivals: number;
  arrivedMs: number;
  meanMs: number;
  stepAt: number;
  wanted: number;
}

export class KeepWarm {
  readonly #forecast: ForecastPort;
  readonly #kinds = new Map<ExtensionId, Kind>();

  constructor(forecast: ForecastPort) {
    this.#forecast = forecast;
  }

  /** An instance had to be started for a caller. */
  startedFor(extension: ExtensionId, now: number, loadMs: number): void {
    this.#forecast.asked(extension, now, loadMs);
  }

  /** How the instance rests after this look; undefined while it works. */
  look(extension: ExtensionId, { rest, isBusy, wasUsed, loadMs }: Seen, now: number): Rest | undefined {
    if (wasUsed && (rest !== undefined || loadMs !== undefined)) {
      this.#forecast.asked(extension, now, loadMs);
      // What it had been wanted back for has come.
      this.#of(extension).planned = [];
    }
    if (isBusy) return undefined;
    if (rest !== undefined && !wasUsed) return rest;
    return { since: now, plan: this.#forecast.idle(extension, now) };
  }

  /** As many instances as the load wants stay, whatever their gaps say. */
  floor(extension: ExtensionId): number {
    return this.#kinds.get(extension)?.wanted ?? 0;
  }

  /** Why an instance that rests should go; undefined where it should stay. Call once when it goes: its later windows are kept. */
  shouldGo(extension: ExtensionId, { since, plan }: Rest, now: number): string | undefined {
    const elapsed = now - since;
    if (plan.windows.some(({ fromMs, untilMs }) => elapsed >= fromMs && elapsed < untilMs)) return undefined;
    for (const { fromMs, untilMs } of plan.windows) {
      if (fromMs > elapsed) {
        this.#of(extension).planned.push({ from: since + fromMs, until: since + untilMs });
      }
    }
    return `nobody used it for ${Math.round(elapsed / 1000)} s: ${plan.reason}`;
  }

  /** The end of a window in which an instance that was let go should be warm again; undefined where there is none now. */
  window(extension: ExtensionId, now: number): number | undefined {
    const kind = this.#kinds.get(extension);
    if (kind === undefined || kind.planned.length === 0) return undefined;
    kind.planned = kind.planned.filter(({ until }) => until > now);
    return kind.planned.find(({ from }) => from <= now)?.until;
  }

  /** True while an instance is to be warmed again some time. */
  get isExpecting(): boolean {
    for (const { planned } of this.#kinds.values()) if (planned.length > 0) return true;
    return false;
  }

  /** A call ended. */
  called(extension: ExtensionId, durationMs: number): void {
    const kind = this.#of(extension);
    kind.arrivals++;
    kind.arrivedMs += durationMs;
    kind.meanMs += 0.1 * (durationMs - kind.meanMs);
  }

  /** How many instances are wanted for the load; asked of the forecast once a step. `places` are calls one takes at once. */
  wanted(extension: ExtensionId, waiting: number, places: number, now: number): number {
    const kind = this.#of(extension);
    if (kind.stepAt === 0) kind.stepAt = now;
    if (now - kind.stepAt < FORECAST_STEP_MS) return kind.wanted;
    kind.stepAt = now;
    const { arrivals, arrivedMs, meanMs } = kind;
    kind.arrivals = 0;
    kind.arrivedMs = 0;
    const wanted = this.#forecast.instances(extension, { arrivals, arrivedMs, waitingMs: waiting * meanMs });
    // Whether a single one is kept is the question of the gaps between its uses.
    kind.wanted = wanted <= 1 ? 0 : Math.ceil(wanted / places);
    return kind.wanted;
  }

  #of(extension: ExtensionId): Kind {
    let kind = this.#kinds.get(extension);
    if (kind === undefined) {
      kind = { planned: [], arrivals: 0, arrivedMs: 0, meanMs: 0, stepAt: 0, wanted: 0 };
      this.#kinds.set(extension, kind);
    }
    return kind;
  }
}
