/**
 * A call beside a node's own: on an instance of the type's extension, leased for it and given back, outside the run's lines.
 *
 * @module
 */

import { messageOf } from "../errors.ts";
import type { CallOptions, CallRequest, CallResult } from "../ports/extension.ts";
import type { NodeType } from "../workflow/catalog.ts";
import { dueOf, isInstanceFault, tellsOfInstance } from "./call_lines.ts";
import type { Driver } from "./run_services.ts";

export interface Elsewhere {
  /** The longest that it waits for a place; without it as long as it takes. */
  readonly waitMs?: number;
  /** It has a place, and is asked now. */
  readonly onBegun?: () => void;
}

/**
 * The result of `request` for `type`. Never throws: what goes wrong is a failure of class `crash`, and of class `rate-limit` where
 * no place was free in time.
 */
export async function callElsewhere(
  driver: Driver,
  type: NodeType,
  request: CallRequest,
  options: CallOptions,
  { waitMs, onBegun }: Elsewhere = {},
): Promise<CallResult> {
  const { pit, extensions, clock, poolWatch } = driver.services;
  const limits = driver.setup.catalog.limits.get(type.extension) ?? { instances: 1, concurrency: 1 };
  const kind = pit.pool.register(type.extension, limits);
  const waits = new AbortController();
  const stopWaiting = waitMs === undefined ? undefined : clock.schedule(waitMs, () => waits.abort());
  const waiting = waitMs === undefined ? options.signal : AbortSignal.any([options.signal, waits.signal]);
  try {
    const lease = await pit.pool.acquire(kind, waiting, dueOf(driver));
    stopWaiting?.();
    onBegun?.();
    const began = clock.monotonic();
    let crashed: string | undefined;
    try {
      const result = await extensions.call(
        pit.pool.instanceOf(lease),
        { ...request, nodeType: type.type, codeHash: type.codeHash },
        options,
      );
      if (!result.ok && result.failure.class === "crash") crashed = result.failure.message;
      const durationMs = clock.monotonic() - began;
      if (tellsOfInstance(result)) {
        poolWatch?.observe(kind, { durationMs, failed: isInstanceFault(result), lease });
      }
      return result;
    } finally {
      pit.pool.release(lease, crashed);
    }
  } catch (error) {
    stopWaiting?.();
    if (waits.signal.aborted && !options.signal.aborted) {
      const message = `No place of ${type.extension} was free within ${(waitMs ?? 0) / 1000} s`;
      return { ok: false, failure: { class: "rate-limit", message } };
    }
    return { ok: false, failure: { class: "crash", message: messageOf(error) } };
  }
}
