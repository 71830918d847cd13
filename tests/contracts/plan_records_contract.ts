/**
 * What every PlanRecordPort promises.
 *
 * @module
 */

import assert from "node:assert/strict";
import { artifactId } from "../../core/ids.ts";
import type { PlanRecordPort } from "../../core/ports/plan_records.ts";
import type { Make } from "./subject.ts";

const idOf = (nth: number) => artifactId(nth.toString(16).padStart(64, "0"));

/** Registers the suite for one adapter. */
export function testPlanRecordPort(name: string, make: Make<PlanRecordPort>): void {
  Deno.test(`${name}.load() gives the newest record of a definition, and nothing for another`, async () => {
    await using subject = await make();
    const { port } = subject;
    assert.equal(await port.load(idOf(1)), undefined);
    const bytes = Uint8Array.from({ length: 5_000 }, (_, at) => at % 251);
    await port.save(idOf(1), bytes);
    await port.save(idOf(2), new Uint8Array(0));
    assert.deepEqual(await port.load(idOf(1)), bytes);
    assert.deepEqual(await port.load(idOf(2)), new Uint8Array(0));
    await port.save(idOf(1), bytes.subarray(0, 3));
    assert.deepEqual(await port.load(idOf(1)), bytes.slice(0, 3));
    assert.equal(await port.load(idOf(3)), undefined);
  });

  Deno.test(`${name}.save() keeps a bounded number, the newest`, async () => {
    await using subject = await make();
    const { port } = subject;
    for (let nth = 0; nth < 40; nth++) await port.save(idOf(nth), Uint8Array.of(nth));
    const kept = await Promise.all(Array.from({ length: 40 }, (_, nth) => port.load(idOf(nth))));
    assert.deepEqual(kept[39], Uint8Array.of(39));
    const count = kept.filter((one) => one !== undefined).length;
    assert.ok(count > 0 && count < 40, `${count} are kept`);
    assert.ok(kept.slice(40 - count).every((one) => one !== undefined), "the newest stay");
  });
}
