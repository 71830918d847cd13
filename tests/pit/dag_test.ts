import assert from "node:assert/strict";
import { LmdbDag } from "../../pit/dag/lmdb.ts";
import { MemoryDag } from "../../pit/dag/memory.ts";
import { openStore } from "../../pit/store.ts";
import { freshRun, testDagPort } from "../contracts/dag_contract.ts";
import { testLogCompactionPort } from "../contracts/log_compaction_contract.ts";
import { collect, plain } from "../contracts/subject.ts";
import { overTemporaryStore, temporaryFolder } from "./temporary_store.ts";

testDagPort("MemoryDag", () => Promise.resolve(plain(new MemoryDag())));
testDagPort("LmdbDag", () => overTemporaryStore((store) => new LmdbDag(store)));
testLogCompactionPort("MemoryDag", () => Promise.resolve(plain(new MemoryDag())));
testLogCompactionPort("LmdbDag", () => overTemporaryStore((store) => new LmdbDag(store)));

Deno.test("LmdbDag.ended() finds runs of a data folder from before there was an order of ends", async () => {
  await using folder = temporaryFolder();
  const store = await openStore(folder.path);
  const run = freshRun();
  await new LmdbDag(store).create({ run, workflow: "w", state: "failed", startedAt: 1, endedAt: 5 });
  await store.commit(() => {
    for (const key of [...store.table("runs-by-end").getKeys({})]) store.table("runs-by-end").removeSync(key);
  });
  const dag = new LmdbDag(store);
  assert.deepEqual((await collect(dag.ended(5))).map((one) => one.run), [run]);
  assert.deepEqual(await collect(dag.ended(6)), []);
  await store[Symbol.asyncDispose]();
});
