/**
 * Learned run times out of their file and back. They are no part of a policy: they order work and choose nothing, so of
 * two processes that write the last one counts.
 *
 * Ring: conductor, pure.
 *
 * @module
 */

import type { DurationModel } from "../dispatch/mod.ts";
import type { PolicyStorePort } from "./policy_store.ts";
import { decodeSnapshot, encodeSnapshot } from "./snapshot.ts";

const FILE = "durations.snapshot";

/** Restores `model` where there is a file. @throws SymphonyError `corrupt` | `unsupported` | `io` */
export async function readDurations(store: PolicyStorePort, model: DurationModel): Promise<void> {
  const bytes = await store.read(FILE);
  if (bytes === undefined) return;
  for (const part of decodeSnapshot(bytes).parts) model.restore(part);
}

export async function writeDurations(store: PolicyStorePort, model: DurationModel): Promise<void> {
  await store.write(FILE, encodeSnapshot({ facts: {}, parts: [model.save()] }));
}
