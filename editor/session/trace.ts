/**
 * How long messages took, in Chrome's trace event format, for `tracing_config` and `save_trace`.
 *
 * @module
 */

import type { Json, JsonObject } from "../../core/json.ts";

/** The newest samples that are kept. */
const MOST_SAMPLES = 100_000;

export class Trace {
  enabled = false;
  #samples: JsonObject[] = [];

  /** Runs `work` and takes note of how long it took, if that is wanted. */
  measure<T>(name: string, work: () => T): T {
    if (!this.enabled) return work();
    const ts = performance.now() * 1000;
    try {
      return work();
    } finally {
      this.#add({
        name,
        cat: "core",
        ph: "X",
        ts,
        dur: performance.now() * 1000 - ts,
        pid: Deno.pid,
        tid: 0,
      });
    }
  }

  get samples(): readonly Json[] {
    return this.#samples;
  }

  #add(sample: JsonObject): void {
    this.#samples.push(sample);
    if (this.#samples.length > MOST_SAMPLES) this.#samples = this.#samples.slice(MOST_SAMPLES / 2);
  }
}
