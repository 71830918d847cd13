/**
 * What an event says was spent. Each attempt is told of once: by its answer, its failure, or the question whether to try
 * again.
 *
 * @module
 */

import type { Spent } from "../policy/spent.ts";
import type { RunEvent } from "./event.ts";

/** Undefined where the event is about no attempt's end. */
export function spentBy(event: RunEvent): Spent | undefined {
  switch (event.type) {
    case "node.completed":
      return event.usage;
    case "node.failed":
    case "node.retrying":
      return event.failure;
    case "node.waiting":
      return event.for.kind === "failure" ? event.for.failure : undefined;
    default:
      return undefined;
  }
}
