/**
 * What every RunControlPort promises.
 *
 * @module
 */

import assert from "node:assert/strict";
import type { UserCommand } from "../../core/orchestration/command.ts";
import type { RunControlPort } from "../../core/ports/run_control.ts";
import { freshRun } from "./dag_contract.ts";
import type { Make } from "./subject.ts";

/** Registers the suite for one adapter. */
export function testRunControlPort(name: string, make: Make<RunControlPort>): void {
  Deno.test(`${name}.claim() gives a run to one holder until it is released`, async () => {
    await using subject = await make();
    const run = freshRun();
    assert.equal(await subject.port.isClaimed(run), false);
    const claim = await subject.port.claim(run);
    assert.ok(claim !== undefined);
    assert.equal(await subject.port.isClaimed(run), true);
    assert.equal(await subject.port.claim(run), undefined);
    await claim.release();
    assert.equal(await subject.port.isClaimed(run), false);
    assert.ok(await subject.port.claim(run) !== undefined);
  });

  Deno.test(`${name}.claim() keeps runs apart`, async () => {
    await using subject = await make();
    assert.ok(await subject.port.claim(freshRun()) !== undefined);
    assert.ok(await subject.port.claim(freshRun()) !== undefined);
  });

  Deno.test(`${name}.claim() is not ended by an old claim's second release`, async () => {
    await using subject = await make();
    const run = freshRun();
    const old = await subject.port.claim(run);
    await old?.release();
    assert.ok(await subject.port.claim(run) !== undefined);
    await old?.release();
    assert.equal(await subject.port.isClaimed(run), true);
  });

  Deno.test(`${name}.receive() hands out each command once, oldest first, to its own run`, async () => {
    await using subject = await make();
    const [run, other] = [freshRun(), freshRun()] as const;
    const commands: UserCommand[] = [
      { type: "pause", reason: "lunch" },
      { type: "resume" },
      { type: "signal", signal: "go", value: { "ü": [1, null] } },
    ];
    for (const command of commands) await subject.port.send(run, command);
    await subject.port.send(other, { type: "cancel", reason: "other" });
    assert.deepEqual(await subject.port.receive(run), commands);
    assert.deepEqual(await subject.port.receive(run), []);
    await subject.port.send(run, { type: "start" });
    assert.deepEqual(await subject.port.receive(run), [{ type: "start" }]);
    assert.deepEqual(await subject.port.receive(other), [{ type: "cancel", reason: "other" }]);
  });

  Deno.test(`${name}.send() loses none of many at once`, async () => {
    await using subject = await make();
    const run = freshRun();
    const reasons = Array.from({ length: 50 }, (_, at) => String(at));
    await Promise.all(reasons.map((reason) => subject.port.send(run, { type: "pause", reason })));
    const got = await subject.port.receive(run);
    assert.deepEqual(got.map((command) => command.type === "pause" ? command.reason : ""), reasons);
  });
}
