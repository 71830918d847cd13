import assert from "node:assert/strict";
import type { ArtifactId } from "../../core/ids.ts";
import * as zlib from "node:zlib";
import fc from "fast-check";
import { Blocks, prepareBlock, putterOf } from "../../pit/artifact/blocks.ts";
import { LmdbArtifactReclaim } from "../../pit/artifact/reclaim.ts";
import { LmdbArtifactStreams } from "../../pit/artifact/stream.ts";
import { testArtifactStreamPort } from "../contracts/artifact_stream_contract.ts";
import { chunksOf, MAX_CHUNK_BYTES, MIN_CHUNK_BYTES } from "../../pit/artifact/chunking.ts";
import { CHUNK_BYTES, hashOf } from "../../pit/artifact/record.ts";
import { LmdbArtifacts } from "../../pit/artifact/lmdb.ts";
import { MemoryArtifacts } from "../../pit/artifact/memory.ts";
import { MemoryArtifactReclaim, MemoryArtifactStreams } from "../../pit/artifact/memory_streams.ts";
import type { Store } from "../../pit/store.ts";
import { content, testArtifactPort } from "../contracts/artifact_contract.ts";
import { collect, plain } from "../contracts/subject.ts";
import { ManualClock } from "./manual_clock.ts";
import { noise } from "./noise.ts";
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

function blockNames(store: Store): string[] {
  return [...store.table("blocks").getKeys()].map(String);
}

Deno.test("LmdbArtifacts finds a flipped bit in a block of large content, and a block that is missing", async () => {
  for (const at of [0, 1, 1_000]) {
    const faults = await damaged(600_000, (store) => {
      const name = blockNames(store)[1] as string;
      const block = new Uint8Array(store.table("blocks").getBinary(name) as Uint8Array);
      block[at] = (block[at] as number) ^ 128;
      store.table("blocks").put(name, block);
    });
    assert.deepEqual(faults, ["changed"]);
  }
  const missing = await damaged(
    600_000,
    (store) => void store.table("blocks").removeSync(blockNames(store)[1]!),
  );
  assert.deepEqual(missing, ["missing"]);
});

/** Stores content as format 1 did. */
function putAsFormat1(store: Store, bytes: Uint8Array): ArtifactId {
  const id = hashOf(bytes);
  store.exclusively(() => {
    const header = new TextEncoder().encode(
      JSON.stringify({ sizeBytes: bytes.length, type: "text/plain", createdAt: 1 }),
    );
    const record = new Uint8Array(4 + header.length);
    new DataView(record.buffer).setUint32(0, header.length);
    record.set(header, 4);
    store.table("artifacts").put(id, record);
    for (let at = 0; at * CHUNK_BYTES < bytes.length; at++) {
      store.table("chunks").put([id, at], bytes.subarray(at * CHUNK_BYTES, (at + 1) * CHUNK_BYTES));
    }
  });
  return id;
}

Deno.test("LmdbArtifacts reads content that was stored in chunks by format 1, and verifies it", async () => {
  await using subject = await overTemporaryStore((store) => ({
    store,
    artifacts: new LmdbArtifacts(store, clock),
  }));
  const { store, artifacts } = subject.port;
  const bytes = content(600_000);
  const id = putAsFormat1(store, bytes);
  assert.deepEqual(await artifacts.get(id), bytes);
  assert.deepEqual(await collect(artifacts.verify()), []);
  store.exclusively(() => void store.table("chunks").put([id, 2], content(5)));
  assert.deepEqual(await collect(artifacts.verify()), [{ id, fault: "missing" }]);
});

Deno.test("LmdbArtifacts share the blocks of versions, and compress what can be", async () => {
  await using subject = await overTemporaryStore((store) => ({
    store,
    artifacts: new LmdbArtifacts(store, clock),
  }));
  const { store, artifacts } = subject.port;
  const first = noise(2_000_000);
  await artifacts.put(first);
  const before = blockNames(store).length;
  const second = new Uint8Array(first.length + 10);
  second.set(first.subarray(0, 1_000_000));
  second.set(first.subarray(1_000_000), 1_000_010);
  const id = await artifacts.put(second);
  assert.ok(blockNames(store).length - before <= 2, "one or two blocks hold what was changed");
  assert.deepEqual(await artifacts.get(id), second);
  const text = new TextEncoder().encode("the same words again and again\n".repeat(20_000));
  const textId = await artifacts.put(text, { type: "text/plain" });
  assert.deepEqual(await artifacts.get(textId), text);
  const stored = blockNames(store).reduce(
    (sum, name) => sum + store.table("blocks").getBinary(name)!.length,
    0,
  );
  const canCompress = "zstdCompressSync" in zlib;
  assert.equal(stored < first.length + text.length / 2, canCompress);
});

Deno.test("LmdbArtifacts finds a record that is garbage, empty, or whose header lies about its length", async () => {
  const garbage = [new Uint8Array(0), content(3), content(40), new Uint8Array([255, 255, 255, 255, 1])];
  for (const bytes of garbage) {
    assert.deepEqual(await damaged(1000, (store, id) => void store.table("artifacts").put(id, bytes)), [
      "changed",
    ]);
  }
});

Deno.test("LmdbArtifacts.put() stores the blocks that a torn put left damaged or missing once more", async () => {
  await using subject = await overTemporaryStore((store) => ({
    store,
    artifacts: new LmdbArtifacts(store, clock),
  }));
  const { store, artifacts } = subject.port;
  const bytes = noise(6_000_000);
  const id = await artifacts.put(bytes);
  store.exclusively(() => {
    store.table("artifacts").removeSync(id);
    store.table("blocks").removeSync(blockNames(store)[3]!);
  });
  assert.equal(await artifacts.get(id), undefined, "without its record an artifact is not there");
  assert.equal(await artifacts.put(bytes), id);
  assert.deepEqual(await artifacts.get(id), bytes);
  const users = new Set([...store.table("block-uses").getKeys()].map((key) => String((key as string[])[1])));
  assert.deepEqual([...users], [id], "the put has left no use of its own");
});

Deno.test("chunksOf() cuts by content: sizes within bounds, all of it, and alike after a change far away", () => {
  fc.assert(
    fc.property(fc.nat(1_500_000), fc.integer({ min: 1, max: 2 ** 31 - 1 }), (size, seed) => {
      const bytes = noise(size, seed);
      const pieces = [...chunksOf(bytes)];
      assert.equal(pieces.reduce((sum, piece) => sum + piece.length, 0), size);
      pieces.forEach((piece, at) => {
        assert.ok(piece.length <= MAX_CHUNK_BYTES);
        if (at < pieces.length - 1) assert.ok(piece.length > MIN_CHUNK_BYTES);
      });
    }),
    { numRuns: 30, seed: 20261126 },
  );
  const bytes = noise(4_000_000);
  const names = new Set([...chunksOf(bytes)].map(hashOf));
  const changed = [...chunksOf(new Uint8Array([7, ...bytes]))].map(hashOf);
  assert.ok(changed.filter((name) => !names.has(name)).length <= 2);
});

testArtifactStreamPort("MemoryArtifacts", () => {
  const artifacts = new MemoryArtifacts(clock);
  const streams = new MemoryArtifactStreams(artifacts);
  return Promise.resolve(plain({ artifacts, streams, reclaim: new MemoryArtifactReclaim(artifacts) }));
}, () => clock.now());

testArtifactStreamPort("LmdbArtifacts", () =>
  overTemporaryStore((store) => ({
    artifacts: new LmdbArtifacts(store, clock),
    streams: new LmdbArtifactStreams(store, clock),
    reclaim: new LmdbArtifactReclaim(store),
  })), () => clock.now());

/** A stream whose source rests in the middle. */
async function restingPut(
  rest: (
    rests: (ms: number) => Promise<void>,
    sweep: (before: number) => Promise<unknown>,
  ) => Promise<unknown>,
) {
  const turned = new ManualClock();
  const rests = async (ms: number) => {
    turned.advance(ms);
    // The renewal is written.
    await new Promise((resolve) => setTimeout(resolve, 20));
  };
  await using subject = await overTemporaryStore((store) => ({
    artifacts: new LmdbArtifacts(store, turned),
    streams: new LmdbArtifactStreams(store, turned),
    reclaim: new LmdbArtifactReclaim(store),
  }));
  const { artifacts, streams, reclaim } = subject.port;
  const bytes = noise(9_000_000);
  const source = async function* () {
    for (let at = 0; at < bytes.length; at += 1_000_000) {
      yield bytes.subarray(at, at + 1_000_000);
      if (at !== 6_000_000) continue;
      await rest(rests, (before) => reclaim.sweep(turned.now() - before));
    }
  };
  const id = await streams.putStream(source());
  assert.deepEqual(await artifacts.get(id), bytes);
  assert.equal((await reclaim.sweep(Infinity)).freedBytes, 0, "nothing is left behind");
  assert.equal(turned.pending, 0);
}

Deno.test("LmdbArtifactStreams.putStream() may take hours while others sweep what is dead", async () => {
  await restingPut(async (rests, sweep) => {
    for (let quarter = 0; quarter < 12; quarter++) {
      await rests(15 * 60_000);
      await sweep(60 * 60_000);
    }
  });
});

Deno.test("LmdbArtifactStreams.putStream() says so where what it had stored was swept", async () => {
  await assert.rejects(restingPut((_rests, sweep) => sweep(-1)), {
    code: "io",
    message: /^Cannot store the stream: it stood still so long that its beginning was swept$/,
  });
});

Deno.test("LmdbArtifactReclaim.sweep() frees what a dead put left, and keeps what younger puts and artifacts use", async () => {
  await using subject = await overTemporaryStore((store) => ({
    store,
    artifacts: new LmdbArtifacts(store, clock),
    reclaim: new LmdbArtifactReclaim(store),
  }));
  const { store, artifacts, reclaim } = subject.port;
  const kept = await artifacts.put(noise(300_000));
  const blocks = new Blocks(store);
  const [old, young] = [putterOf(clock.now() - 10_000), putterOf(clock.now())];
  store.exclusively(() => {
    for (const piece of chunksOf(noise(300_000))) blocks.put(prepareBlock(piece, false), old);
    blocks.put(prepareBlock(noise(50_000, 5), false), old);
    blocks.put(prepareBlock(noise(60_000, 6), false), young);
  });
  assert.equal((await reclaim.sweep(clock.now() - 5_000)).freedBytes, 50_001);
  assert.deepEqual(await artifacts.get(kept), noise(300_000));
  assert.equal((await reclaim.sweep(clock.now() + 1)).freedBytes, 60_001);
  assert.deepEqual(await collect(artifacts.verify()), []);
});
