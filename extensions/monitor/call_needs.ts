/**
 * What a call takes of the machine: as its extension's manifest says, and better as soon as calls were measured.
 *
 * @module
 */

import type { CallNeeds } from "../../core/workflow/catalog.ts";
import type { Manifest } from "../manifest/manifest.ts";

/** What a process without any data of an extension has resident. */
const RESIDENT_FLOOR_BYTES = 128 * 2 ** 20;
/** Of an instrument's time nearly all is waiting for whoever answers. */
const INSTRUMENT_CPU = 0.05;
const LEAST_CPU = 0.01;
/** So many milliseconds of calls say as much as the manifest. */
const DECLARED_WEIGHT_MS = 2_000;
/** What lies so many milliseconds of calls back counts half. */
const HALF_LIFE_MS = 60_000;
/** Beyond the most that was seen. */
const MEMORY_MARGIN = 1.25;
/** Changes below this share are none: claims that are alike are asked for together. */
const SAME = 0.1;

/**
 * An instance's code runs in one thread, which its calls share; `cpuMsPerSec` may say less. Its memory is what its data
 * may take, and in a process of its own what that takes without any.
 */
export function declaredNeeds(
  { kind, resources }: Pick<Manifest, "kind" | "resources">,
  tier: Manifest["tier"],
): CallNeeds {
  const { memoryMb, instances, concurrency, cpuMsPerSec = Infinity } = resources;
  const core = kind === "instrument" ? INSTRUMENT_CPU : 1;
  const cpu = Math.min(core, cpuMsPerSec / 1000 / instances) / (kind === "instrument" ? 1 : concurrency);
  const floor = tier === "light" ? 0 : RESIDENT_FLOOR_BYTES;
  return { cpu: Math.max(LEAST_CPU, cpu), memoryBytes: floor + memoryMb * 2 ** 20 };
}

/** Sums of an earlier session, or of what passed since the last reading. */
export interface MeasuredCalls {
  readonly cpuMs: number;
  /** The calls' time, summed up. */
  readonly callMs: number;
  /** Of one process, at most; 0 where it was not read. */
  readonly memoryBytes: number;
}

/** The forecast for one extension. */
export class NeedsForecast {
  #cpuMs = 0;
  #callMs = 0;
  #memoryBytes = 0;
  #said: CallNeeds | undefined;
  #hasNews = true;

  measured({ cpuMs, callMs, memoryBytes }: MeasuredCalls): void {
    if (memoryBytes > this.#memoryBytes) {
      this.#memoryBytes = memoryBytes;
      this.#hasNews = true;
    }
    if (!(callMs > 0 && cpuMs >= 0)) return;
    const fade = 0.5 ** (callMs / HALF_LIFE_MS);
    this.#cpuMs = this.#cpuMs * fade + cpuMs * held(callMs, fade);
    this.#callMs = this.#callMs * fade + callMs * held(callMs, fade);
    this.#hasNews = true;
  }

  /** The same object while it says the same. */
  needs(declared: CallNeeds): CallNeeds {
    if (!this.#hasNews && this.#said !== undefined) return this.#said;
    this.#hasNews = false;
    const cpu = Math.max(
      LEAST_CPU,
      (declared.cpu * DECLARED_WEIGHT_MS + this.#cpuMs) / (DECLARED_WEIGHT_MS + this.#callMs),
    );
    const memoryBytes = this.#memoryBytes === 0
      ? declared.memoryBytes
      : Math.min(declared.memoryBytes, this.#memoryBytes * MEMORY_MARGIN);
    const said = this.#said;
    if (said !== undefined && alike(said.cpu, cpu) && alike(said.memoryBytes, memoryBytes)) return said;
    return this.#said = { cpu: Math.round(cpu * 100) / 100, memoryBytes: Math.round(memoryBytes) };
  }
}

/** The share of a long stretch that is left at its end, the stretch itself having faded meanwhile. */
function held(callMs: number, fade: number): number {
  return (1 - fade) * HALF_LIFE_MS / Math.LN2 / callMs;
}

function alike(before: number, now: number): boolean {
  return Math.abs(now - before) <= SAME * before;
}
