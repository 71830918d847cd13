/**
 * What the forecast has learned, out of its file and back. It is no part of a policy: it changes when instances are ready,
 * not what is done, so of two processes that write the last one counts.
 *
 * Ring: conductor, pure.
 *
 * @module
 */

import { LearnedForecast, type LearnedForecastOptions } from "../prewarm/learned_forecast.ts";
import type { PolicyStorePort } from "./policy_store.ts";
import { decodeSnapshot, encodeSnapshot } from "./snapshot.ts";

const FILE = "forecast.snapshot";

/** The forecast that was kept; one that knows nothing where there is none or it cannot be read. Never throws. */
export async function openForecast(
  store: PolicyStorePort,
  options: LearnedForecastOptions = {},
): Promise<LearnedForecast> {
  try {
    const bytes = await store.read(FILE);
    const kept = new LearnedForecast(options);
    if (bytes !== undefined) { for (const part of decodeSnapshot(bytes).parts) kept.restore(part); }
    return kept;
  } catch {
    // Instances are then warmed by what is seen from now on; the file is written anew at the end.
    return new LearnedForecast(options);
  }
}

/** @throws SymphonyError `disk-full` | `io` */
export async function keepForecast(store: PolicyStorePort, forecast: LearnedForecast): Promise<void> {
  await store.write(FILE, encodeSnapshot({ facts: {}, parts: [forecast.save()] }));
}
