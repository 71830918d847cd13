/**
 * For tests that need a Pit and no extension.
 *
 * @module
 */

import type { Instances } from "../../pit/pool/pool.ts";

/** Refuses to start anything. */
export const noInstances: Instances = {
  warm: () => Promise.reject(new Error("this test starts no instances")),
  cool: () => Promise.resolve(),
  isAlive: () => false,
};
