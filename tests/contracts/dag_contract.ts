/**
 * What every DagPort promises.
 *
 * @module
 */

import assert from "node:assert/strict";
import fc from "fast-check";
import { newRunId, nodeId, type RunId } from "../../core/ids.ts";
import type { RunEvent } from "../../core/orchestration/event.ts";
import type { DagPort, LoggedEvent, RunSummary } from "../../core/ports/dag.ts";
import { collect, type Make } from "./subject.ts";

let counter = 0;

/** A run id that no other test has. */
export function freshRun(): RunId {
  counter += 1;
  return newRunId(1_700_000_000_000 + counter, () => 0.5);
}

/** A small event whose `reason` tells it apart. */
export function skipped(mark: number | string): RunEvent {
  return { type: "node.skipped", at: 1, node: nodeId("a"), reason: String(mark) };
}

/** The marks of `skipped` events, in order. */
export function marks(events: readonly LoggedEvent[]): string[] {
  return events.map((event) => event.type === "node.skipped" ? event.reason : event.type);
}

async function replayed(dag: DagPort, run: RunId, fromSeq?: number): Promise<LoggedEvent[]> {
  return (await collect(dag.replay(run, fromSeq))).flat();
}

function summary(run: RunId, startedAt = 1): RunSummary {
  return { run, workflow: "w", state: "running", startedAt };
}

async function rejectsWith(promise: Promise<unknown>, code: string): Promise<void> {
  await assert.rejects(
    promise,
    (error: unknown) => error instanceof Error && "code" in error && error.code === code,
  );
}

/** Registers the suite for one adapter. */
export function testDagPort(name: string, make: Make<DagPort>): void {
  Deno.test(`${name}.append() keeps events in order with their numbers`, async () => {
    await using subject = await make();
    const dag = subject.port;
    const run = freshRun();
    await dag.create(summary(run));
    await dag.append(run, 0, [skipped(0), skipped(1)]);
    await dag.append(run, 2, [skipped(2)]);
    const events = await replayed(dag, run);
    assert.deepEqual(marks(events), ["0", "1", "2"]);
    assert.deepEqual(events.map((event) => event.seq), [0, 1, 2]);
  });

  Deno.test(`${name}.append() takes overlapping calls and loses none`, async () => {
    await using subject = await make();
    const dag = subject.port;
    const run = freshRun();
    await dag.create(summary(run));
    const calls: Promise<void>[] = [];
    for (let at = 0; at < 2000; at++) calls.push(dag.append(run, at, [skipped(at)]));
    await Promise.all(calls);
    assert.deepEqual(marks(await replayed(dag, run)), Array.from({ length: 2000 }, (_, at) => String(at)));
  });

  Deno.test(`${name}.append() settles an earlier call before a later one`, async () => {
    await using subject = await make();
    const dag = subject.port;
    const run = freshRun();
    await dag.create(summary(run));
    const settled: number[] = [];
    const calls = [0, 1, 2, 3].map((at) => dag.append(run, at, [skipped(at)]).then(() => settled.push(at)));
    await Promise.all(calls);
    assert.deepEqual(settled, [0, 1, 2, 3]);
  });

  Deno.test(`${name}.append() refuses a gap and a repetition, and goes on with the right number`, async () => {
    await using subject = await make();
    const dag = subject.port;
    const run = freshRun();
    await dag.create(summary(run));
    await dag.append(run, 0, [skipped(0)]);
    await rejectsWith(dag.append(run, 2, [skipped(2)]), "corrupt");
    await rejectsWith(dag.append(run, 0, [skipped(0)]), "corrupt");
    await dag.append(run, 1, [skipped(1)]);
    assert.deepEqual(marks(await replayed(dag, run)), ["0", "1"]);
  });

  Deno.test(`${name}.append() and replay() reject a run that was never created`, async () => {
    await using subject = await make();
    const run = freshRun();
    await rejectsWith(subject.port.append(run, 0, [skipped(0)]), "not-found");
    await rejectsWith(collect(subject.port.replay(run)), "not-found");
    await rejectsWith(subject.port.summarize(summary(run)), "not-found");
    await rejectsWith(
      subject.port.saveCheckpoint(run, { nextSeq: 0, bytes: new Uint8Array(1) }),
      "not-found",
    );
  });

  Deno.test(`${name}.append() keeps a copy: changing the event afterwards changes nothing`, async () => {
    await using subject = await make();
    const run = freshRun();
    await subject.port.create(summary(run));
    const event = { type: "node.skipped" as const, at: 1, node: nodeId("a"), reason: "before" };
    const call = subject.port.append(run, 0, [event]);
    event.reason = "after";
    await call;
    assert.deepEqual(marks(await replayed(subject.port, run)), ["before"]);
  });

  Deno.test(`${name}.append() keeps text of every script, quotes and very long values`, async () => {
    await using subject = await make();
    const run = freshRun();
    await subject.port.create(summary(run));
    const texts = ['"\\\n\u0000\u2028', "日本語 🎼 e\u0301", "x".repeat(700_000), "[],{}"];
    await subject.port.append(run, 0, texts.map(skipped));
    assert.deepEqual(marks(await replayed(subject.port, run)), texts);
  });

  Deno.test(`${name}.append() of nothing adds nothing`, async () => {
    await using subject = await make();
    const run = freshRun();
    await subject.port.create(summary(run));
    await subject.port.append(run, 0, []);
    await subject.port.append(run, 0, [skipped(0)]);
    assert.deepEqual(marks(await replayed(subject.port, run)), ["0"]);
  });

  Deno.test(`${name}.replay() from any number gives exactly the rest, however the appends were cut`, async () => {
    await using subject = await make();
    const dag = subject.port;
    const cuts = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(cuts, fc.nat(80), fc.boolean(), async (sizes, fromSeq, together) => {
        const run = freshRun();
        await dag.create(summary(run));
        let seq = 0;
        const calls: Promise<void>[] = [];
        for (const size of sizes) {
          const call = dag.append(run, seq, Array.from({ length: size }, (_, at) => skipped(seq + at)));
          seq += size;
          calls.push(call);
          if (!together) await call;
        }
        await Promise.all(calls);
        const expected = Array.from({ length: seq }, (_, at) => String(at)).slice(fromSeq);
        assert.deepEqual(marks(await replayed(dag, run, fromSeq)), expected);
      }),
      { numRuns: 25 },
    );
  });

  Deno.test(`${name}.create() refuses a run that exists and keeps its log`, async () => {
    await using subject = await make();
    const run = freshRun();
    await subject.port.create(summary(run));
    await subject.port.append(run, 0, [skipped(0)]);
    await rejectsWith(subject.port.create(summary(run)), "exists");
    assert.deepEqual(marks(await replayed(subject.port, run)), ["0"]);
  });

  Deno.test(`${name}.loadCheckpoint() gives the newest one, and undefined where there is none`, async () => {
    await using subject = await make();
    const run = freshRun();
    await subject.port.create(summary(run));
    assert.equal(await subject.port.loadCheckpoint(run), undefined);
    await subject.port.saveCheckpoint(run, { nextSeq: 3, bytes: new Uint8Array([1, 2, 3]) });
    await subject.port.saveCheckpoint(run, { nextSeq: 2 ** 40, bytes: new Uint8Array([4]) });
    const found = await subject.port.loadCheckpoint(run);
    assert.equal(found?.nextSeq, 2 ** 40);
    assert.deepEqual([...found?.bytes ?? []], [4]);
  });

  Deno.test(`${name}.list() gives the newest start first, with the last summary of each`, async () => {
    await using subject = await make();
    const [a, b, c] = [freshRun(), freshRun(), freshRun()] as const;
    await subject.port.create(summary(a, 30));
    await subject.port.create(summary(b, 10));
    await subject.port.create(summary(c, 20));
    const marks = { isMock: true, isPart: true } as const;
    await subject.port.summarize({ ...summary(b, 40), state: "completed", endedAt: 50, ...marks });
    const listed = await collect(subject.port.list());
    assert.deepEqual(listed.map((line) => line.run), [b, a, c]);
    assert.deepEqual(listed[0], {
      run: b,
      workflow: "w",
      state: "completed",
      startedAt: 40,
      endedAt: 50,
      ...marks,
    });
  });

  Deno.test(`${name}.ended() gives runs in the order of their ends, from a moment on, and none that goes on again`, async () => {
    await using subject = await make();
    const { port } = subject;
    const runs = Array.from({ length: 600 }, freshRun);
    await Promise.all(runs.map((run, at) => port.create(summary(run, at))));
    const [long, again, quick] = [runs[0], runs[1], runs[599]] as [RunId, RunId, RunId];
    const end = (run: RunId, endedAt: number) =>
      port.summarize({ ...summary(run, runs.indexOf(run)), state: "completed", endedAt });
    for (const run of runs.slice(2, 599)) await end(run, 1000 + (runs.indexOf(run) >> 1));
    await end(quick, 2000);
    await end(again, 2001);
    await end(long, 3000);
    const from = async (moment: number) =>
      (await collect(port.ended(moment))).map(({ run, endedAt }) => [run, endedAt]);
    assert.deepEqual(await from(2000), [[quick, 2000], [again, 2001], [long, 3000]]);
    assert.deepEqual(await from(2001), [[again, 2001], [long, 3000]]);
    assert.deepEqual((await from(0)).map(([run]) => run), [...runs.slice(2), again, long]);
    await port.summarize(summary(again, 1));
    assert.deepEqual(await from(2000), [[quick, 2000], [long, 3000]]);
    await end(again, 4000);
    assert.deepEqual(await from(2001), [[long, 3000], [again, 4000]]);
  });

  Deno.test(`${name}.list() gives each of 600 runs once`, async () => {
    await using subject = await make();
    const runs = Array.from({ length: 600 }, freshRun);
    await Promise.all(runs.map((run, at) => subject.port.create(summary(run, at >> 1))));
    const listed = (await collect(subject.port.list())).map((line) => line.run);
    assert.equal(listed.length, 600);
    assert.deepEqual(new Set(listed), new Set(runs));
  });
}
