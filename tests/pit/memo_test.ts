import assert from "node:assert/strict";
import { nodeId } from "../../core/ids.ts";
import { LmdbMemo } from "../../pit/dag/lmdb_memo.ts";
import { MemoryMemo } from "../../pit/dag/memory_memo.ts";
import { freshRun } from "../contracts/dag_contract.ts";
import { testMemoPort } from "../contracts/memo_contract.ts";
import { plain } from "../contracts/subject.ts";
import { overTemporaryStore } from "./temporary_store.ts";

testMemoPort("MemoryMemo", () => Promise.resolve(plain(new MemoryMemo())));
testMemoPort("LmdbMemo", () => overTemporaryStore((store) => new LmdbMemo(store)));

Deno.test("LmdbMemo keeps so many results and places at most, the newest", async () => {
  await using subject = await overTemporaryStore((store) => ({ store, memo: new LmdbMemo(store, 100) }));
  const { store, memo } = subject.port;
  const parts = { use: "a/b", code: "c", version: "1", model: "", prompt: "", settings: "", inputs: {} };
  for (let at = 0; at < 1000; at++) {
    const key = memo.digest(`${at}`);
    const entry = { key, output: { value: at }, run: freshRun(), node: nodeId("a"), at, durationMs: 1 };
    await memo.keep({ entry, parts, place: `w//a[${at}]` });
  }
  const kept: number[] = [];
  for await (const { at } of memo.list()) kept.push(at);
  assert.ok(kept.length >= 80 && kept.length <= 164, `${kept.length} are kept`);
  assert.deepEqual(
    kept.sort((a, b) => a - b),
    Array.from(kept, (_, i) => 1000 - kept.length + i),
    "the newest",
  );
  assert.ok([...store.table("memo-places").getKeys({})].length <= 164);
  assert.ok(await memo.find(memo.digest("999")));
  assert.ok(await memo.latest("w//a[999]"));
});
