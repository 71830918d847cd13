/** Plans in memory. @module */

import type { ArtifactId } from "../../core/ids.ts";
import type { PlanRecordPort } from "../../core/ports/plan_records.ts";
import { MOST_PLANS } from "./lmdb_plans.ts";

/** PlanRecordPort for a process. */
export class MemoryPlans implements PlanRecordPort {
  /** The newest last. */
  readonly #plans = new Map<ArtifactId, Uint8Array>();

  load(definition: ArtifactId): Promise<Uint8Array | undefined> {
    return Promise.resolve(this.#plans.get(definition)?.slice());
  }

  save(definition: ArtifactId, bytes: Uint8Array): Promise<void> {
    this.#plans.delete(definition);
    this.#plans.set(definition, bytes.slice());
    const [oldest] = this.#plans.keys();
    if (this.#plans.size > MOST_PLANS && oldest !== undefined) this.#plans.delete(oldest);
    return Promise.resolve();
  }
}
