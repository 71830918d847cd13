/**
 * What this machine has for the calls of runs, where no person said otherwise.
 *
 * @module
 */

import { machineMemory } from "./machine_memory.ts";

/** Not so little that a machine which is full at this moment refuses what it could do later. */
const LEAST_SHARE = 1 / 4;

/** Processor cores, and bytes of memory: what is available now, at least a quarter of all there is. */
export function machineCapacity(): { readonly cpu: number; readonly memoryBytes: number } {
  const { available } = Deno.systemMemoryInfo();
  const total = machineMemory();
  return {
    cpu: Math.max(1, navigator.hardwareConcurrency),
    memoryBytes: Math.round(Math.max(Math.min(available, total), total * LEAST_SHARE)),
  };
}
