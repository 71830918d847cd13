import assert from "node:assert/strict";
import type { ArtifactId } from "../../core/ids.ts";
import { LmdbArtifacts } from "../../pit/artifact/lmdb.ts";
import { MemoryArtifacts } from "../../pit/artifact/memory.ts";
import type { Store } from "../../pit/store.ts";
import { content, testArtifactPort } from "../contracts/artifact_contract.ts";
import { collect, plain } from "../contracts/subject.ts";
import { ManualClock } from "./manual_clock.ts";
import { overTemporaryStore } from "./temporary_store.ts";

const clock = new ManualClock();
const tick = () => clock.advance(1);

testArtifactPort("MemoryArtifacts", () => Promise.resolve(plain(new MemoryArtifacts(clock))), tick);
testArtifactPort("LmdbArtifacts", () => overTemporaryStore((store) => new LmdbArtifacts(store, clock)), tick);

async function damaged(size: number, damage: (store: Store, id: ArtifactId) => void) {
  await using subject = await overTemporaryStore((store) => ({
    store,
    artifacts: new LmdbArtifacts(store, clock),
  }));
  const { store, artifacts } = subject.port;
  const sound = await artifacts.put(content(50, 99));
  const id = await artifacts.put(content(size));
  store.exclusively(() => damage(store, id));
  await assert.rejects(
    artifacts.get(id),
    (error: unknown) => error instanceof Error && "code" in error && error.code === "corrupt",
  );
  assert.deepEqual(await artifacts.get(sound), content(50, 99));
  return (await collect(artifacts.verify())).map((fault) => {
    assert.equal(fault.id, id);
    return fault.fault;
  });
}

Deno.test("LmdbArtifacts finds a flipped bit in small content", async () => {
  const faults = await damaged(1000, (store, id) => {
    const record = store.table("artifacts").getBinary(id) as Uint8Array;
    const flipped = new Uint8Array(record);
    flipped[flipped.length - 1] = (flipped.at(-1) as number) ^ 1;
    store.table("artifacts").put(id, flipped);
  });
  assert.deepEqual(faults, ["changed"]);
});

Deno.test("LmdbArtifacts finds a flipped bit in the last chunk of large content", async () => {
  const faults = await damaged(600_000, (store, id) => {
    const chunk = new Uint8Array(store.table("chunks").getBinary([id, 2]) as Uint8Array);
    chunk[0] = (chunk[0] as number) ^ 128;
    store.table("chunks").put([id, 2], chunk);
  });
  assert.deepEqual(faults, ["changed"]);
});

Deno.test("LmdbArtifacts finds a missing chunk and one that was cut short", async () => {
  assert.deepEqual(await damaged(600_000, (store, id) => void store.table("chunks").removeSync([id, 1])), [
    "missing",
  ]);
  assert.deepEqual(
    await damaged(600_000, (store, id) => void store.table("chunks").put([id, 1], content(5))),
    [
      "missing",
    ],
  );
});

Deno.test("LmdbArtifacts finds a record that is garbage, empty, or whose header lies about its length", async () => {
  const garbage = [new Uint8Array(0), content(3), content(40), new Uint8Array([255, 255, 255, 255, 1])];
  for (const bytes of garbage) {
    assert.deepEqual(await damaged(1000, (store, id) => void store.table("artifacts").put(id, bytes)), [
      "changed",
    ]);
  }
});

Deno.test("LmdbArtifacts.put() repairs nothing by chance: chunks of a torn put are written over", async () => {
  await using subject = await overTemporaryStore((store) => ({
    store,
    artifacts: new LmdbArtifacts(store, clock),
  }));
  const { store, artifacts } = subject.port;
  const bytes = content(600_000);
  const id = await artifacts.put(bytes);
  store.exclusively(() => {
    store.table("artifacts").removeSync(id);
    store.table("chunks").put([id, 0], content(256 * 1024, 77));
  });
  assert.equal(await artifacts.get(id), undefined, "without its record an artifact is not there");
  assert.equal(await artifacts.put(bytes), id);
  assert.equal((await artifacts.get(id))?.length, 600_000);
});
