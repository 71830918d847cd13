/**
 * Plans in LMDB, under the definition that they are of: a checksum and the bytes, and in a small record beside it when
 * they were kept. A damaged one is none: what it says would be carried out.
 *
 * @module
 */

import type { ArtifactId } from "../../core/ids.ts";
import type { ClockPort } from "../../core/ports/clock.ts";
import type { PlanRecordPort } from "../../core/ports/plan_records.ts";
import { crc32 } from "../artifact/checked.ts";
import type { Store, Table } from "../store.ts";
import { timeBytes, timeOf } from "../time_bytes.ts";

/** Some 45 bytes a node each. */
export const MOST_PLANS = 16;
/** CRC-32 (u32), padding. */
const HEAD_BYTES = 8;
const PLAN = "plan";
const KEPT = "kept";

/** PlanRecordPort in the data folder. */
export class LmdbPlans implements PlanRecordPort {
  readonly #store: Store;
  readonly #clock: Pick<ClockPort, "now">;
  readonly #plans: Table;

  constructor(store: Store, clock: Pick<ClockPort, "now">) {
    this.#store = store;
    this.#clock = clock;
    this.#plans = store.table("plans");
  }

  // deno-lint-ignore require-await -- the port is asynchronous, a read of mapped memory is not
  async load(definition: ArtifactId): Promise<Uint8Array | undefined> {
    this.#store.refresh();
    const record = this.#plans.getBinary([definition, PLAN]);
    if (record === undefined || record.length < HEAD_BYTES) return undefined;
    const bytes = Uint8Array.from(record.subarray(HEAD_BYTES));
    return crc32(bytes) === viewOf(record).getUint32(0) ? bytes : undefined;
  }

  async save(definition: ArtifactId, bytes: Uint8Array): Promise<void> {
    const record = new Uint8Array(HEAD_BYTES + bytes.length);
    viewOf(record).setUint32(0, crc32(bytes));
    record.set(bytes, HEAD_BYTES);
    const at = this.#clock.now();
    await this.#store.commit(() => {
      this.#plans.put([definition, PLAN], record);
      this.#plans.put([definition, KEPT], timeBytes(at));
      const others = [...this.#plans.getKeys({})].filter((key) => key[1] === KEPT && key[0] !== definition)
        .map((key) => ({ of: String(key[0]), at: timeOf(this.#plans.getBinary(key)) ?? 0 }))
        .sort((a, b) => b.at - a.at);
      for (const { of } of others.slice(MOST_PLANS - 1)) {
        this.#plans.remove([of, PLAN]);
        this.#plans.remove([of, KEPT]);
      }
    }, record.length);
  }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
