/**
 * What every ArtifactStreamPort and ArtifactReclaimPort promises, beside the ArtifactPort over the same store.
 *
 * @module
 */

import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import fc from "fast-check";
import { artifactId } from "../../core/ids.ts";
import type { ArtifactPort } from "../../core/ports/artifact.ts";
import type { ArtifactReclaimPort, ArtifactStreamPort } from "../../core/ports/artifact_stream.ts";
import { content } from "./artifact_contract.ts";
import { collect, type Make } from "./subject.ts";

export interface Streams {
  readonly artifacts: ArtifactPort;
  readonly streams: ArtifactStreamPort;
  readonly reclaim: ArtifactReclaimPort;
}

/** `bytes` in pieces of `size`. */
export async function* inPieces(bytes: Uint8Array, size: number): AsyncIterable<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield await Promise.resolve(bytes.slice(at, at + size));
}

async function joined(pieces: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  return new Uint8Array(
    await new Response(ReadableStream.from(pieces) as ReadableStream<Uint8Array>).arrayBuffer(),
  );
}

/** Registers the suite for one adapter; time must not move while it runs. */
export function testArtifactStreamPort(name: string, make: Make<Streams>, now: () => number): void {
  for (const size of [0, 1, 64 * 1024, 64 * 1024 + 1, 1_000_003, 9 * 1024 * 1024 + 5]) {
    Deno.test(`${name}.putStream() stores ${size} bytes as put() does, in pieces of any size`, async () => {
      await using subject = await make();
      const { artifacts, streams, reclaim } = subject.port;
      const bytes = content(size);
      const ids = [];
      for (const piece of [1_000, 65_536, 5_000_000]) {
        ids.push(await streams.putStream(inPieces(bytes, piece)));
      }
      assert.deepEqual(new Set(ids).size, 1);
      const [id] = ids as [typeof ids[0]];
      assert.ok(Buffer.from(await artifacts.get(id!) ?? []).equals(bytes));
      assert.equal(await artifacts.put(bytes), id);
      assert.ok(Buffer.from(await joined(streams.read(id!))).equals(bytes));
      assert.deepEqual(await collect(artifacts.verify()), []);
      assert.equal((await reclaim.sweep(Infinity)).freedBytes, 0, "nothing is left behind");
    });
  }

  Deno.test(`${name}.read() gives any range, and refuses one outside the content`, async () => {
    await using subject = await make();
    const { streams } = subject.port;
    const bytes = content(700_000);
    const id = await streams.putStream(inPieces(bytes, 10_000));
    await fc.assert(
      fc.asyncProperty(fc.nat(700_000), fc.nat(700_000), async (a, b) => {
        const [from, to] = [Math.min(a, b), Math.max(a, b)];
        assert.ok(Buffer.from(await joined(streams.read(id, { from, to }))).equals(bytes.subarray(from, to)));
      }),
      { numRuns: 40, seed: 20261126 },
    );
    await assert.rejects(joined(streams.read(id, { from: 0, to: 700_001 })), RangeError);
    await assert.rejects(joined(streams.read(id, { from: 5, to: 4 })), RangeError);
    await assert.rejects(joined(streams.read(artifactId("0".repeat(64)))), { code: "not-found" });
  });

  Deno.test(`${name}.putStream() leaves nothing behind where its source fails`, async () => {
    await using subject = await make();
    const { artifacts, streams, reclaim } = subject.port;
    const failing = async function* () {
      yield* inPieces(content(6_000_000), 100_000);
      throw new Error("the source broke off");
    };
    await assert.rejects(streams.putStream(failing()), /the source broke off/);
    assert.deepEqual(await collect(artifacts.list()), []);
    assert.equal((await reclaim.sweep(Infinity)).freedBytes, 0);
  });

  Deno.test(`${name}.remove() frees what no other artifact uses, as preview() says`, async () => {
    await using subject = await make();
    const { artifacts, streams, reclaim } = subject.port;
    const first = content(3_000_000);
    const second = new Uint8Array([...content(100, 9), ...first]);
    const [a, b] = [await artifacts.put(first), await artifacts.put(second)];
    const small = await artifacts.put(content(100));
    const unknown = artifactId("0".repeat(64));
    const shared = await reclaim.preview([a]);
    assert.equal(shared.artifacts, 1);
    assert.deepEqual(await reclaim.remove([a, a, unknown]), shared);
    assert.equal(await artifacts.get(a), undefined);
    assert.ok(Buffer.from(await artifacts.get(b) ?? []).equals(second), "the other keeps all of it");
    assert.deepEqual((await collect(artifacts.list())).map(({ id }) => id).sort(), [b, small].sort());
    const last = await reclaim.preview([b, small]);
    assert.ok(last.freedBytes > shared.freedBytes);
    assert.deepEqual(await reclaim.remove([b, small]), last);
    assert.deepEqual(await collect(artifacts.list()), []);
    assert.deepEqual(await collect(artifacts.verify()), []);
    assert.equal(await artifacts.put(first), a, "it can be stored again");
    assert.ok(Buffer.from(await joined(streams.read(a))).equals(first));
  });

  Deno.test(`${name} behaves as a map from hash to bytes under puts, streams, removals and sweeps`, async () => {
    const pool = [0, 1, 2, 3, 4].map((seed) => {
      const base = content(200_000 + seed * 40_000, 3);
      base.set(content(500, seed), 1_000 * seed);
      return base;
    });
    const step = fc.record({ what: fc.constantFrom("put", "stream", "remove", "sweep"), which: fc.nat(4) });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
        await using subject = await make();
        const { artifacts, streams, reclaim } = subject.port;
        const kept = new Map<string, Uint8Array>();
        for (const { what, which } of steps) {
          const bytes = pool[which] as Uint8Array;
          if (what === "put") kept.set(await artifacts.put(bytes), bytes);
          else if (what === "stream") kept.set(await streams.putStream(inPieces(bytes, 33_333)), bytes);
          else if (what === "sweep") await reclaim.sweep(now() + 1);
          else {
            const [id] = [...kept].find(([, one]) => one === bytes) ?? [];
            if (id === undefined) continue;
            await reclaim.remove([artifactId(id)]);
            kept.delete(id);
          }
        }
        assert.deepEqual(
          (await collect(artifacts.list())).map(({ id }) => id).sort(),
          [...kept.keys()].sort(),
        );
        for (const [id, bytes] of kept) {
          assert.ok(Buffer.from(await artifacts.get(artifactId(id)) ?? []).equals(bytes));
        }
        assert.deepEqual(await collect(artifacts.verify()), []);
      }),
      { numRuns: 15, seed: 20261126 },
    );
  });
}
