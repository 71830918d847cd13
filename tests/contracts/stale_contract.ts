/**
 * What every StalePort promises.
 *
 * @module
 */

import assert from "node:assert/strict";
import { artifactId } from "../../core/ids.ts";
import type { StalePort } from "../../core/ports/stale.ts";
import { freshRun } from "./dag_contract.ts";
import { collect, type Make } from "./subject.ts";

const day = 86_400_000;
const id = (digit: string) => artifactId(digit.repeat(64));

/** Registers the suite for one adapter. */
export function testStalePort(name: string, make: Make<StalePort>): void {
  Deno.test(`${name}.review() proposes by days since the last use or the end of its runs`, async () => {
    await using subject = await make();
    const run = freshRun();
    await subject.port.touch(id("a"), 0, run);
    await subject.port.settle(run, day);
    const tierAt = async (now: number) => (await collect(subject.port.review(now)))[0]?.tier;
    assert.equal(await tierAt(8 * day - 1), undefined);
    assert.equal(await tierAt(8 * day), "warm");
    assert.equal(await tierAt(31 * day - 1), "warm");
    assert.equal(await tierAt(31 * day), "cold");
    const [proposal] = await collect(subject.port.review(40 * day));
    assert.equal(proposal?.artifact, id("a"));
    assert.match(proposal?.reason ?? "", /39 days/);
  });

  Deno.test(`${name}.review() never proposes what an unsettled run refers to`, async () => {
    await using subject = await make();
    const [done, open] = [freshRun(), freshRun()] as const;
    await subject.port.touch(id("a"), 0, done);
    await subject.port.touch(id("a"), 0, open);
    await subject.port.touch(id("b"), 0, done);
    await subject.port.settle(done, 0);
    const proposed = async () => (await collect(subject.port.review(1000 * day))).map((p) => p.artifact);
    assert.deepEqual(await proposed(), [id("b")]);
    await subject.port.settle(open, 0);
    assert.deepEqual(await proposed(), [id("a"), id("b")]);
  });

  Deno.test(`${name}.touch() after settle() makes the run unsettled again`, async () => {
    await using subject = await make();
    const run = freshRun();
    await subject.port.touch(id("a"), 0, run);
    await subject.port.settle(run, day);
    await subject.port.touch(id("a"), 2 * day, run);
    assert.deepEqual(await collect(subject.port.review(1000 * day)), []);
    await subject.port.settle(run, 3 * day);
    assert.equal((await collect(subject.port.review(1000 * day))).length, 1);
  });

  Deno.test(`${name}.touch() keeps the latest use whatever the order of the calls`, async () => {
    await using subject = await make();
    const run = freshRun();
    await subject.port.touch(id("a"), 20 * day, run);
    await subject.port.touch(id("a"), 5 * day, run);
    await subject.port.settle(run, 20 * day);
    assert.deepEqual(await collect(subject.port.review(26 * day)), []);
    assert.equal((await collect(subject.port.review(27 * day)))[0]?.tier, "warm");
  });

  Deno.test(`${name}.review() reaches each of 600 artifacts of two runs once`, async () => {
    await using subject = await make();
    const runs = [freshRun(), freshRun()] as const;
    const ids = Array.from({ length: 600 }, (_, at) => artifactId(at.toString(16).padStart(64, "0")));
    await Promise.all(ids.flatMap((artifact) => runs.map((run) => subject.port.touch(artifact, 0, run))));
    for (const run of runs) await subject.port.settle(run, 0);
    const proposed = (await collect(subject.port.review(100 * day))).map((p) => p.artifact);
    assert.deepEqual(proposed, ids);
  });
}
