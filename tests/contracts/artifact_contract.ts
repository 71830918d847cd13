/**
 * What every ArtifactPort promises.
 *
 * @module
 */

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import fc from "fast-check";
import { artifactId, nodeId } from "../../core/ids.ts";
import type { ArtifactPort } from "../../core/ports/artifact.ts";
import { freshRun } from "./dag_contract.ts";
import { collect, type Make } from "./subject.ts";

/** `size` bytes that differ from place to place and from seed to seed. */
export function content(size: number, seed = 1): Uint8Array {
  const bytes = new Uint8Array(size);
  let state = seed;
  for (let at = 0; at < size; at++) {
    state = (state * 1_103_515_245 + 12_345) & 0x7fffffff;
    bytes[at] = state >> 16;
  }
  return bytes;
}

/** Quicker than a deep comparison, which takes seconds for megabytes. */
function same(a: ArrayLike<number>, b: Uint8Array): boolean {
  return a.length === b.length && b.every((byte, at) => byte === a[at]);
}

/** Registers the suite for one adapter; time must not move while it runs, except by `tick`. */
export function testArtifactPort(name: string, make: Make<ArtifactPort>, tick: () => void): void {
  const sizes = [0, 1, 64 * 1024, 64 * 1024 + 1, 256 * 1024, 256 * 1024 + 1, 1_000_003, 9 * 1024 * 1024 + 5];
  for (const size of sizes) {
    Deno.test(`${name}.get() gives back ${size} bytes unchanged under their SHA-256`, async () => {
      await using subject = await make();
      const bytes = content(size);
      const id = await subject.port.put(bytes);
      assert.equal(id, createHash("sha256").update(bytes).digest("hex"));
      const back = await subject.port.get(id);
      assert.ok(back !== undefined && back.length === size);
      assert.equal(createHash("sha256").update(back).digest("hex"), id);
      assert.deepEqual(await collect(subject.port.verify()), []);
    });
  }

  Deno.test(`${name}.put() keeps the bytes as they were when it was called, and get() gives a copy`, async () => {
    await using subject = await make();
    for (const size of [100, 300_000, 5_000_000]) {
      const bytes = content(size);
      const call = subject.port.put(bytes);
      bytes.fill(0);
      const id = await call;
      const first = await subject.port.get(id);
      assert.ok(first !== undefined && same(first, content(size)));
      first.fill(9);
      assert.ok(same(await subject.port.get(id) ?? [], content(size)));
    }
  });

  Deno.test(`${name}.put() of equal bytes keeps one artifact with the first metadata`, async () => {
    await using subject = await make();
    const origin = { run: freshRun(), node: nodeId("a"), item: 3 };
    const [first, second] = await Promise.all([
      subject.port.put(content(10), { type: "text/plain", name: "a.txt", origin }),
      subject.port.put(content(10), { type: "image/png", name: "b.png" }),
    ]);
    assert.equal(first, second);
    const listed = await collect(subject.port.list());
    assert.equal(listed.length, 1);
    const [info] = listed;
    assert.deepEqual([info?.type, info?.name, info?.sizeBytes, info?.origin], [
      "text/plain",
      "a.txt",
      10,
      origin,
    ]);
    assert.deepEqual(await subject.port.info(first), info);
  });

  Deno.test(`${name}.put() takes application/json where no type is given`, async () => {
    await using subject = await make();
    const id = await subject.port.put(new TextEncoder().encode("{}"));
    const info = await subject.port.info(id);
    assert.equal(info?.type, "application/json");
    assert.equal(info !== undefined && "name" in info, false);
    assert.equal(info !== undefined && "origin" in info, false);
  });

  Deno.test(`${name}.get() and info() give undefined for an unknown id`, async () => {
    await using subject = await make();
    const id = artifactId("0".repeat(64));
    assert.equal(await subject.port.get(id), undefined);
    assert.equal(await subject.port.info(id), undefined);
  });

  Deno.test(`${name}.list() gives the newest first, and those that one run stored`, async () => {
    await using subject = await make();
    const [one, two] = [freshRun(), freshRun()] as const;
    const node = nodeId("n");
    const a = await subject.port.put(content(10, 1), { origin: { run: one, node } });
    tick();
    const b = await subject.port.put(content(10, 2), { origin: { run: two, node } });
    tick();
    const c = await subject.port.put(content(10, 3), { origin: { run: one, node } });
    tick();
    const again = await subject.port.put(content(10, 1), { origin: { run: two, node } });
    assert.equal(again, a);
    const ids = async (filter?: { run: typeof one }) =>
      (await collect(subject.port.list(filter))).map((info) => info.id);
    assert.deepEqual(await ids(), [c, b, a]);
    assert.deepEqual(await ids({ run: one }), [c, a]);
    assert.deepEqual(await ids({ run: two }), [b, a], "a run that stores known content finds it in its list");
    assert.deepEqual(await ids({ run: freshRun() }), []);
  });

  Deno.test(`${name}.list() and verify() reach each of 700 artifacts once`, async () => {
    await using subject = await make();
    const origin = { run: freshRun(), node: nodeId("n") };
    const ids = await Promise.all(
      Array.from({ length: 700 }, (_, at) => subject.port.put(content(20, at + 1), { origin })),
    );
    for (const beginning of ["", "3", "3f", ids[5]!.slice(0, 9), ids[5]!, "f".repeat(64)]) {
      const found = (await collect(subject.port.list({ beginning }))).map(({ id }) => id);
      assert.deepEqual(found, ids.filter((id) => id.startsWith(beginning)).sort(), `"${beginning}"`);
    }
    for (const filter of [{}, { run: origin.run }]) {
      const listed = (await collect(subject.port.list(filter))).map((info) => info.id);
      assert.equal(listed.length, 700);
      assert.deepEqual(new Set(listed), new Set(ids));
    }
    assert.deepEqual(await collect(subject.port.verify()), []);
  });

  Deno.test(`${name} behaves as a map from hash to bytes`, async () => {
    await using subject = await make();
    const model = new Map<string, Uint8Array>();
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (bytes) => {
        model.set(await subject.port.put(bytes), bytes);
        for (const [id, expected] of model) {
          assert.deepEqual(
            await subject.port.get(artifactId(id)),
            new Uint8Array(expected),
          );
        }
        assert.equal((await collect(subject.port.list())).length, model.size);
      }),
      { numRuns: 20 },
    );
  });
}
