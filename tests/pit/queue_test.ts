import assert from "node:assert/strict";
import { NOTED_MS } from "../../core/ports/queue.ts";
import { LmdbQueue } from "../../pit/queue/lmdb.ts";
import { MemoryQueue } from "../../pit/queue/memory.ts";
import { testQueuePort } from "../contracts/queue_contract.ts";
import { plain } from "../contracts/subject.ts";
import { overTemporaryStore } from "./temporary_store.ts";

testQueuePort("MemoryQueue", () => Promise.resolve(plain(new MemoryQueue())));
testQueuePort("LmdbQueue", () => overTemporaryStore((store) => new LmdbQueue(store)));

Deno.test("LmdbQueue does not grow by what was noted over a month ago", async () => {
  await using subject = await overTemporaryStore((store) => ({ store, queue: new LmdbQueue(store) }));
  const { store, queue } = subject.port;
  const sizes: number[] = [];
  for (let month = 1; month <= 4; month++) {
    await queue.change((book) => {
      for (let at = 0; at < 200; at++) book.note(`${month} ${at}`, month * 2 * NOTED_MS + at);
    });
    sizes.push([...store.table("queue-noted").getKeys({})].length);
  }
  assert.deepEqual(sizes, [400, 400, 400, 400]);
});
