/** When a run was made, by its id. @module */

import type { RunId } from "../../../core/ids.ts";

/** Unix milliseconds: the nine base-36 digits after the `r`. */
export function runTime(run: RunId): number {
  return parseInt(run.slice(1, 10), 36);
}
