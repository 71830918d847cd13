import assert from "node:assert/strict";
import { artifactId } from "../../core/ids.ts";
import { LmdbPlans } from "../../pit/dag/lmdb_plans.ts";
import { MemoryPlans } from "../../pit/dag/memory_plans.ts";
import { testPlanRecordPort } from "../contracts/plan_records_contract.ts";
import { plain } from "../contracts/subject.ts";
import { overTemporaryStore } from "./temporary_store.ts";

let time = 0;
const clock = { now: () => ++time };

testPlanRecordPort("MemoryPlans", () => Promise.resolve(plain(new MemoryPlans())));
testPlanRecordPort("LmdbPlans", () => overTemporaryStore((store) => new LmdbPlans(store, clock)));

Deno.test("LmdbPlans.load() takes a record with a flipped bit for none", async () => {
  await using subject = await overTemporaryStore((store) => store);
  const { port: store } = subject;
  const plans = new LmdbPlans(store, clock);
  const id = artifactId("a".repeat(64));
  await plans.save(id, Uint8Array.of(1, 2, 3, 4));
  const kept = Uint8Array.from(store.table("plans").getBinary([id, "plan"]) as Uint8Array);
  for (const at of [0, 3, kept.length - 1]) {
    const damaged = kept.slice();
    damaged[at] = (damaged[at] as number) ^ 4;
    await store.commit(() => store.table("plans").put([id, "plan"], damaged));
    assert.equal(await plans.load(id), undefined);
  }
  await store.commit(() => store.table("plans").put([id, "plan"], kept));
  assert.deepEqual(await plans.load(id), Uint8Array.of(1, 2, 3, 4));
});
