import assert from "node:assert/strict";
import fc from "fast-check";
import type { ArtifactId, RunId } from "../../../core/ids.ts";
import { chooseNext, heldBy, nextMoment } from "../../../core/queue/choose.ts";
import { dueMoments } from "../../../core/queue/catch_up.ts";
import type { NewEntry } from "../../../core/queue/entry.ts";
import { addEntry, removeEntry, retryEntry, settleEntry, takeEntry } from "../../../core/queue/rules.ts";
import { MemoryQueue } from "../../../pit/queue/memory.ts";
import { queueEntry } from "../../contracts/queue_contract.ts";

const asked = (more: Partial<NewEntry> = {}): NewEntry => ({
  workflow: "flow",
  definition: "0".repeat(64) as ArtifactId,
  inputs: {},
  workspace: "/",
  mayWrite: false,
  lanes: ["all", "workflow:flow"],
  ...more,
});

Deno.test("chooseNext() takes the highest priority, then the oldest, and lets what waits long gain on it", () => {
  const low = queueEntry(1, { priority: -100, addedAt: 0 });
  const first = queueEntry(2, { addedAt: 10 });
  const second = queueEntry(3, { addedAt: 20 });
  const high = queueEntry(4, { priority: 100, addedAt: 30 });
  assert.equal(chooseNext([low, first, second, high], [], 40)?.id, "q4");
  assert.equal(chooseNext([low, first, second], [], 40)?.id, "q2");
  const late = queueEntry(5, { addedAt: 101 * 60_000 });
  assert.equal(chooseNext([low, late], [], 101 * 60_000)?.id, "q1", "after 101 minutes");
  assert.equal(chooseNext([queueEntry(6, { notBefore: 50 })], [], 49), undefined);
});

Deno.test("chooseNext() holds what has no room in one of its lanes, and heldBy() says in which", () => {
  const open = [
    queueEntry(1, { state: "running", lanes: ["all", "key:a"] }),
    queueEntry(2, { lanes: ["all", "key:a"] }),
    queueEntry(3, { lanes: ["all", "key:b"] }),
  ];
  const atOnce = [{ lane: "key:a", atOnce: 1, begun: [] }];
  assert.equal(chooseNext(open, atOnce, 100)?.id, "q3");
  assert.equal(heldBy(open[1]!, open, atOnce, 100), "key:a: 1 of 1 at once");
  const rate = [{ lane: "all", rate: { count: 2, perMs: 1000 }, begun: [500, 900] }];
  assert.equal(chooseNext(open, rate, 1499), undefined);
  assert.equal(nextMoment(open, rate, 1000), 1500);
  assert.equal(chooseNext(open, rate, 1500)?.id, "q2");
});

Deno.test("what fails is queued again later and later, and is dead when it failed as often as it may", async () => {
  const queue = new MemoryQueue();
  const run = (n: number) => `r${n}` as RunId;
  await queue.change((book) => {
    const added = addEntry(book, asked({ most: 3 }), 0);
    assert.equal(added?.id, "q1");
    let now = 0;
    for (let attempt = 1; attempt <= 3; attempt++) {
      const taken = takeEntry(book, run(attempt), now);
      assert.deepEqual([taken?.attempts, taken?.before], [
        attempt,
        attempt === 1 ? undefined : run(attempt - 1),
      ]);
      const settled = settleEntry(book, "q1", run(attempt), { state: "failed", failure: "no" }, now);
      if (attempt < 3) {
        assert.deepEqual([settled?.state, settled?.notBefore], ["queued", now + 60_000 * 2 ** (attempt - 1)]);
        now = settled?.notBefore as number;
      } else assert.deepEqual([settled?.state, settled?.failure, settled?.endedAt], ["dead", "no", now]);
    }
    assert.equal(
      settleEntry(book, "q1", run(1), { state: "completed" }, now),
      undefined,
      "an old run is late",
    );
    assert.equal(retryEntry(book, "q1", now).attempts, 0);
    assert.throws(() => retryEntry(book, "q1", now), /it is queued, expected a dead one/);
    assert.throws(() => retryEntry(book, "q9", now), /Cannot find "q9" in the queue/);
    takeEntry(book, run(4), now);
    assert.throws(() => removeEntry(book, "q1"), /its run r4 is under way/);
  });
});

Deno.test("addEntry() adds what is asked for once only once", async () => {
  const queue = new MemoryQueue();
  const added = await queue.change((book) => [
    addEntry(book, asked({ once: "x" }), 0)?.id,
    addEntry(book, asked({ once: "x" }), 0)?.id,
    addEntry(book, asked(), 0)?.id,
  ]);
  assert.deepEqual(added, ["q1", undefined, "q2"]);
});

Deno.test("limits hold and nothing is left waiting, for random entries, limits and ends", async () => {
  const lanes = ["all", "key:a", "key:b"];
  const step = fc.oneof(
    fc.record({
      do: fc.constant("add" as const),
      lane: fc.nat(2),
      priority: fc.integer({ min: -2, max: 2 }),
    }),
    fc.record({ do: fc.constant("take" as const) }),
    fc.record({ do: fc.constant("end" as const), which: fc.nat(5), ok: fc.boolean() }),
    fc.record({ do: fc.constant("wait" as const), ms: fc.nat(400) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), fc.nat(2), async (steps, limited) => {
      const lane = lanes[limited] as string;
      const queue = new MemoryQueue();
      const begun: number[] = [];
      let now = 0;
      let runs = 0;
      await queue.change((book) => {
        book.putLimit({ lane, atOnce: 2, rate: { count: 3, perMs: 500 }, begun: [] });
        const take = () => {
          const entry = takeEntry(book, `r${++runs}` as RunId, now);
          if (entry?.lanes.includes(lane)) begun.push(now);
          return entry;
        };
        for (const one of steps) {
          if (one.do === "add") {
            addEntry(book, asked({ lanes: ["all", lanes[one.lane] as string], priority: one.priority }), now);
          } else if (one.do === "take") take();
          else if (one.do === "wait") now += one.ms;
          else {
            const running = book.open().filter(({ state }) => state === "running");
            const entry = running[one.which % Math.max(1, running.length)];
            if (entry?.run === undefined) continue;
            settleEntry(book, entry.id, entry.run, { state: one.ok ? "completed" : "failed" }, now);
          }
          const inLane = book.open().filter(({ state, lanes }) =>
            state === "running" && lanes.includes(lane)
          );
          assert.ok(inLane.length <= 2, "more at once than may be");
          for (const at of begun) {
            assert.ok(
              begun.filter((other) => other >= at && other < at + 500).length <= 3,
              "more than the rate",
            );
          }
        }
        // With time and ends, everything queued is taken.
        for (let left = 0; left < 500 && book.open().length > 0; left++) {
          for (const { id, run, state } of book.open()) {
            if (state === "running") settleEntry(book, id, run as RunId, { state: "completed" }, now);
          }
          take();
          now += 200;
        }
        assert.equal(book.open().length, 0, "something is never taken");
      });
    }),
    { seed: 4, numRuns: 150 },
  );
});

Deno.test("dueMoments() makes up for nothing, the newest or all that nobody saw, and looks no moment up twice", () => {
  const hourly = (after: number) => (Math.floor(after / 3_600_000) + 1) * 3_600_000;
  const range = { from: 0, now: 4 * 3_600_000 + 300_000 };
  const hours = (found: ReturnType<typeof dueMoments>) => found.moments.map((at) => at / 3_600_000);
  assert.deepEqual(hours(dueMoments(hourly, range, "all")), [1, 2, 3, 4]);
  assert.deepEqual(hours(dueMoments(hourly, range, "latest")), [4]);
  assert.deepEqual(hours(dueMoments(hourly, range, "none")), []);
  assert.deepEqual(hours(dueMoments(hourly, { ...range, now: 4 * 3_600_000 + 59_000 }, "none")), [4]);
  assert.equal(dueMoments(hourly, range, "none").upTo, 4 * 3_600_000);
  const year = dueMoments(hourly, { from: 0, now: 365 * 86_400_000 }, "all");
  assert.equal(year.moments.length, 100);
  assert.equal(year.upTo, 365 * 86_400_000);
  const everySecond = dueMoments((after) => after + 1000, { from: 0, now: 365 * 86_400_000 }, "latest");
  assert.equal(everySecond.moments.length, 1);
});
