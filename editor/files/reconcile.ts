/**
 * What to do with a buffer whose file someone else has written.
 *
 * @module
 */

import type { Delta } from "../text/delta.ts";
import type { Rope } from "../text/rope.ts";
import { replacement } from "./replacement.ts";

/** The change that brings `theirs` into `ours`, both made from `base`; "conflict" where they contradict. */
export function reconcile(base: Rope, ours: Rope, theirs: Rope): Delta | "conflict" {
  if (ours.equals(base) || ours.equals(theirs)) return replacement(ours, theirs);
  return "conflict";
}
