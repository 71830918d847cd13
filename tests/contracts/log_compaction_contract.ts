/**
 * What every LogCompactionPort promises, beside the DagPort whose logs it makes smaller.
 *
 * @module
 */

import assert from "node:assert/strict";
import fc from "fast-check";
import type { DagPort } from "../../core/ports/dag.ts";
import type { LogCompactionPort } from "../../core/ports/log_compaction.ts";
import { freshRun, marks, skipped } from "./dag_contract.ts";
import { collect, type Make } from "./subject.ts";

type Both = DagPort & LogCompactionPort;

/** Registers the suite for one adapter. */
export function testLogCompactionPort(name: string, make: Make<Both>): void {
  const step = fc.oneof(
    fc.record({ do: fc.constant("append" as const), count: fc.integer({ min: 1, max: 40 }) }),
    fc.record({ do: fc.constant("compact" as const) }),
  );

  Deno.test(`${name}.compact() changes nothing that a replay from any event gives, and appending goes on`, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 25 }), fc.nat(200), async (steps, from) => {
        await using subject = await make();
        const { port } = subject;
        const run = freshRun();
        await port.create({ run, workflow: "w", state: "running", startedAt: 1 });
        let length = 0;
        for (const one of steps) {
          if (one.do === "compact") {
            assert.equal((await port.compact(run)).events, length);
          } else {
            const events = Array.from({ length: one.count }, (_, at) => skipped(length + at));
            await port.append(run, length, events);
            length += one.count;
          }
        }
        const expected = Array.from({ length }, (_, at) => String(at));
        assert.deepEqual(marks((await collect(port.replay(run))).flat()), expected);
        assert.deepEqual(marks((await collect(port.replay(run, from))).flat()), expected.slice(from));
      }),
      { seed: 4, numRuns: 12 },
    );
  });

  Deno.test(`${name}.compact() gives the sizes, is harmless again, and refuses a run that is not there`, async () => {
    await using subject = await make();
    const { port } = subject;
    const run = freshRun();
    await assert.rejects(port.compact(run), /Cannot find run/);
    await port.create({ run, workflow: "w", state: "running", startedAt: 1 });
    assert.deepEqual(await port.compact(run), { events: 0, beforeBytes: 0, afterBytes: 0, upTo: 0 });
    for (let seq = 0; seq < 300; seq++) await port.append(run, seq, [skipped(seq)]);
    const { events, beforeBytes, afterBytes } = await port.compact(run);
    assert.equal(events, 300);
    assert.ok(afterBytes <= beforeBytes);
    const again = await port.compact(run);
    assert.deepEqual(again, { events: 300, beforeBytes: afterBytes, afterBytes, upTo: 300 });
  });

  Deno.test(`${name}.compact() goes on from an event, says how far it came, and extent() what there is`, async () => {
    await using subject = await make();
    const { port } = subject;
    const run = freshRun();
    assert.throws(() => port.extent(run), /Cannot find run/);
    await port.create({ run, workflow: "w", state: "running", startedAt: 1 });
    assert.deepEqual(port.extent(run), { events: 0, bytes: 0 });
    for (let seq = 0; seq < 200; seq++) await port.append(run, seq, [skipped(seq)]);
    const first = await port.compact(run);
    assert.equal(first.upTo, 200);
    assert.deepEqual(port.extent(run), { events: 200, bytes: first.afterBytes });
    assert.deepEqual(port.extent(run, 200), { events: 200, bytes: 0 });
    for (let seq = 200; seq < 400; seq++) await port.append(run, seq, [skipped(seq)]);
    const { bytes } = port.extent(run, 200);
    assert.ok(bytes > 0);
    const left = await port.compact(run, { from: 200, onlyFull: true });
    assert.deepEqual([left.upTo, port.extent(run, 200).bytes], [200, bytes], "it fills no record yet");
    const second = await port.compact(run, { from: 200 });
    assert.deepEqual([second.upTo, second.beforeBytes], [400, bytes]);
    assert.equal(port.extent(run).bytes, first.afterBytes + second.afterBytes);
    const events = (await collect(port.replay(run))).flat();
    assert.deepEqual(marks(events), Array.from({ length: 400 }, (_, at) => String(at)));
  });
}
