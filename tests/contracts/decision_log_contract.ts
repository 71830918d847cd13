/**
 * What every DecisionLogPort keeps.
 *
 * @module
 */

import assert from "node:assert/strict";
import type { DecisionLogPort, LogEntry } from "../../conductor/decision.ts";
import type { Make } from "./subject.ts";

/** An outcome that can be told from others. */
export function entry(number: number): LogEntry {
  return { entry: "outcome", outcome: { decision: `d${number}`, at: number, quality: 0.1, source: "ü\n" } };
}

async function all(log: DecisionLogPort, from = 0): Promise<{ entry: LogEntry; next: number }[]> {
  return await Array.fromAsync(log.read(from));
}

/** Runs the suite against what `make` gives. */
export function testDecisionLogPort(name: string, make: Make<DecisionLogPort>): void {
  Deno.test(`${name}.read() gives what was appended, in order`, async () => {
    await using made = await make();
    const log = made.port;
    assert.deepEqual(await all(log), []);
    log.append([entry(1), entry(2)]);
    log.append([entry(3)]);
    await log.flush();
    assert.deepEqual((await all(log)).map(({ entry }) => entry), [entry(1), entry(2), entry(3)]);
  });

  Deno.test(`${name}.read() from a position gives what comes behind it`, async () => {
    await using made = await make();
    const log = made.port;
    for (let number = 0; number < 20; number++) log.append([entry(number)]);
    await log.flush();
    const read = await all(log);
    for (let at = 0; at < read.length; at++) {
      const behind = await all(log, read[at]?.next);
      assert.deepEqual(behind.map(({ entry }) => entry), read.slice(at + 1).map(({ entry }) => entry));
    }
    assert.equal(read.at(-1)?.next, await log.end());
  });

  Deno.test(`${name}.flush() with nothing to write resolves`, async () => {
    await using made = await make();
    await made.port.flush();
    assert.equal(await made.port.end(), 0);
  });
}
