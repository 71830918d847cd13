/**
 * What every QueuePort promises.
 *
 * @module
 */

import assert from "node:assert/strict";
import type { ArtifactId } from "../../core/ids.ts";
import { NOTED_MS, type QueuePort } from "../../core/ports/queue.ts";
import type { QueueEntry, Trigger } from "../../core/queue/entry.ts";
import type { Make } from "./subject.ts";

/** An entry as it is first put. */
export function queueEntry(number: number, more: Partial<QueueEntry> = {}): QueueEntry {
  return {
    id: `q${number}`,
    workflow: "flow",
    definition: "0".repeat(64) as ArtifactId,
    inputs: { n: number },
    workspace: "/",
    mayWrite: false,
    priority: 0,
    lanes: ["all", "workflow:flow"],
    addedAt: number,
    notBefore: 0,
    state: "queued",
    attempts: 0,
    most: 1,
    depth: 0,
    ...more,
  };
}

const trigger: Trigger = {
  id: "nightly",
  kind: { type: "cron", expression: "0 0 * * *" },
  workflow: "code-review",
  inputs: {},
  workspace: "/",
  mayWrite: false,
  priority: 0,
  keys: [],
  most: 1,
  catchUp: "latest",
  createdAt: 1,
};

/** Registers the suite for one adapter. */
export function testQueuePort(name: string, make: Make<QueuePort>): void {
  Deno.test(`${name} gives open entries in the order of adding, beyond nine too, and ended ones newest first`, async () => {
    await using subject = await make();
    const { port } = subject;
    await port.change((book) => {
      for (let i = 1; i <= 12; i++) book.putEntry(queueEntry(i));
    });
    await port.change((book) => {
      book.putEntry(queueEntry(3, { state: "completed", endedAt: 50 }));
      book.putEntry(queueEntry(5, { state: "dead", endedAt: 60 }));
    });
    const { open, ended, one } = await port.read((book) => ({
      open: book.open().map(({ id }) => id),
      ended: book.ended(10).map(({ id }) => id),
      one: book.entry("q5"),
    }));
    assert.deepEqual(open, [1, 2, 4, 6, 7, 8, 9, 10, 11, 12].map((number) => `q${number}`));
    assert.deepEqual(ended, ["q5", "q3"]);
    assert.equal(one?.state, "dead");
    await port.change((book) => {
      book.putEntry(queueEntry(5));
      book.removeEntry("q1");
      book.removeEntry("q99");
    });
    assert.deepEqual(await port.read((book) => book.open().slice(0, 3).map(({ id }) => id)), [
      "q2",
      "q4",
      "q5",
    ]);
    assert.deepEqual(await port.read((book) => book.ended(1).map(({ id }) => id)), ["q3"]);
    assert.equal(await port.read((book) => book.entry("q1")), undefined);
  });

  Deno.test(`${name}.change() lets reads see what was put before, and gives its result`, async () => {
    await using subject = await make();
    const seen = await subject.port.change((book) => {
      const numbers = [book.nextNumber(), book.nextNumber()];
      book.putEntry(queueEntry(numbers[1] as number));
      return { numbers, open: book.open().length, state: book.entry(`q${numbers[1]}`)?.state };
    });
    assert.deepEqual(seen, { numbers: [1, 2], open: 1, state: "queued" });
    assert.equal(await subject.port.change((book) => book.nextNumber()), 3);
  });

  Deno.test(`${name}.change() keeps nothing of what throws`, async () => {
    await using subject = await make();
    const { port } = subject;
    await assert.rejects(
      port.change((book) => {
        book.putEntry(queueEntry(1));
        book.note("once", 1);
        book.nextNumber();
        throw new Error("no");
      }),
      /no/,
    );
    assert.deepEqual(await port.read((book) => book.open()), []);
    assert.equal(await port.change((book) => book.note("once", 1)), true);
    assert.equal(await port.change((book) => book.nextNumber()), 1);
  });

  Deno.test(`${name} notes a text once, however long it is`, async () => {
    await using subject = await make();
    for (const once of ["a", "b".repeat(5000)]) {
      assert.equal(await subject.port.change((book) => book.note(once, 1)), true);
      assert.equal(await subject.port.change((book) => book.note(once, 1)), false);
    }
  });

  Deno.test(`${name} forgets what was noted a month ago, and knows anew what is noted again`, async () => {
    await using subject = await make();
    const note = (once: string, now: number) => subject.port.change((book) => book.note(once, now));
    for (let at = 0; at < 40; at++) assert.equal(await note(`text ${at}`, 1000 + at), true);
    assert.equal(await note("text 5", NOTED_MS), false);
    assert.equal(await note("text 5", 1005 + NOTED_MS), true, "that was a month ago");
    for (let at = 0; at < 5; at++) assert.equal(await note(`another ${at}`, 2000 + NOTED_MS), true);
    assert.equal(await note("text 5", 2000 + NOTED_MS), false, "it was noted again");
    assert.equal(await note("text 39", 2000 + NOTED_MS), true);
  });

  Deno.test(`${name} keeps limits and triggers by name`, async () => {
    await using subject = await make();
    const { port } = subject;
    await port.change((book) => {
      book.putLimit({ lane: "workflow:b", atOnce: 1, begun: [] });
      book.putLimit({ lane: "all", rate: { count: 2, perMs: 1000 }, begun: [5] });
      book.putTrigger(trigger);
      book.putTrigger({ ...trigger, id: "another" });
    });
    const { limits, triggers } = await port.read((book) => ({
      limits: book.limits(),
      triggers: book.triggers(),
    }));
    assert.deepEqual(limits.map(({ lane }) => lane), ["all", "workflow:b"]);
    assert.deepEqual(limits[0]?.begun, [5]);
    assert.deepEqual(triggers.map(({ id }) => id), ["another", "nightly"]);
    await port.change((book) => {
      book.removeLimit("all");
      book.removeTrigger("another");
      book.putTrigger({ ...trigger, mark: "7" });
    });
    assert.deepEqual((await port.read((book) => book.limits())).length, 1);
    assert.deepEqual((await port.read((book) => book.triggers())).map(({ mark }) => mark), ["7"]);
  });
}
