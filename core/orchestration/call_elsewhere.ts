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

/** The result of `request` for `type`. Never throws: what goes wrong is a failure of class `crash`. */
export async function callElsewhere(
  driver: Driver,
  type: NodeType,
  request: CallRequest,
  options: CallOptions,
): Promise<CallResult> {
  const { pit, extensions, clock, poolWatch } = driver.services;
  const limits = driver.setup.catalog.limits.get(type.extension) ?? { instances: 1, concurrency: 1 };
  const kind = pit.pool.register(type.extension, limits);
  try {
    const lease = await pit.pool.acquire(kind, options.signal, dueOf(driver));
    const began = clock.monotonic();
    let crashed: string | undefined;
    try {
      const result = await extensions.call(
        pit.pool.instanceOf(lease),
        { ...request, nodeType: type.type },
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
    return { ok: false, failure: { class: "crash", message: messageOf(error) } };
  }
}
