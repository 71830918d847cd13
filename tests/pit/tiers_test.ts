import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import type { ArtifactId } from "../../core/ids.ts";
import type { RetentionPolicy } from "../../core/ports/retention.ts";
import { type OpenPit, openPit } from "../../pit/open_pit.ts";
import { collect } from "../contracts/subject.ts";
import { ManualClock } from "./manual_clock.ts";
import { noInstances } from "./no_instances.ts";
import { noise } from "./noise.ts";
import { s3Keys, s3Server } from "./s3_server.ts";
import { temporaryFolder } from "./temporary_store.ts";

const DAY = 86_400_000;
const clock = new ManualClock();
const to = (action: "warm" | "cold"): RetentionPolicy => ({ name: action, action, when: {} });

async function pitIn(folder: string): Promise<OpenPit> {
  return await openPit(folder, noInstances, clock, { environment: s3Keys });
}

function packs(folder: string): readonly string[] {
  return [...Deno.readDirSync(`${folder}/warm`)].map(({ name }) => `${folder}/warm/${name}`);
}

async function moveAll(pit: OpenPit, action: "warm" | "cold") {
  return await pit.retention.apply(await pit.retention.preview([to(action)]));
}

const texts = [
  new TextEncoder().encode("small text"),
  new TextEncoder().encode("the same words again and again\n".repeat(40_000)),
  noise(3_000_000),
  new Uint8Array([...noise(100, 9), ...noise(3_000_000)]),
];

async function filled(pit: OpenPit): Promise<readonly ArtifactId[]> {
  return await Promise.all(texts.map((bytes) => pit.artifacts.put(bytes, { type: "text/plain" })));
}

async function checkAll(pit: OpenPit, ids: readonly ArtifactId[]) {
  for (const [at, id] of ids.entries()) {
    const range = { from: 3, to: Math.min(70_000, texts[at]!.length) };
    const part = Buffer.concat(await collect(pit.library.streams.read(id, range)));
    assert.ok(part.equals(texts[at]!.subarray(range.from, range.to)), `a range of ${at}`);
  }
  assert.deepEqual(await collect(pit.artifacts.verify()), []);
}

Deno.test("Retention moves content into compressed archive files, from where it is read, in ranges too, and comes back when it is used", async () => {
  await using folder = temporaryFolder();
  await using pit = await pitIn(folder.path);
  const ids = await filled(pit);
  const plan = await pit.retention.preview([to("warm")]);
  const batch = await pit.retention.apply(plan);
  assert.deepEqual([batch.warm, batch.failures, batch.freedBytes > 1_000_000], [4, [], true]);
  await checkAll(pit, ids);
  const report = await pit.retention.report();
  assert.deepEqual([report.tiers.warm.artifacts, report.tiers.hot.artifacts], [4, 0]);
  assert.ok((report.files["warm"] ?? 0) > 0 && report.storedBytes < report.contentBytes);
  for (const [at, id] of ids.entries()) {
    assert.ok(Buffer.from(await pit.artifacts.get(id) ?? []).equals(texts[at]!));
  }
  await using other = await pitIn(folder.path);
  await pit[Symbol.asyncDispose]();
  assert.equal((await other.retention.report()).tiers.hot.artifacts, 4, "reading brought all back");
  assert.equal(await other.artifacts.put(texts[2]!), ids[2]);
  clock.advance(DAY);
  await other.retention.purge();
  assert.deepEqual(packs(folder.path), [], "what nothing refers to is gone");
  await checkAll(other, ids);
});

Deno.test("Retention leaves a block hot that something hot uses as well", async () => {
  await using folder = temporaryFolder();
  await using pit = await pitIn(folder.path);
  const ids = await filled(pit);
  await pit.library.catalog.label(ids[3]!, { hold: "keep it here" });
  const batch = await moveAll(pit, "warm");
  assert.equal(batch.warm, 3);
  await checkAll(pit, ids);
  await pit.library.reclaim.remove([ids[2]!]);
  assert.ok(Buffer.from(await pit.artifacts.get(ids[3]!) ?? []).equals(texts[3]!));
  assert.deepEqual(await collect(pit.artifacts.verify()), []);
});

Deno.test("Retention.purge() rewrites archive files of which little is in use", async () => {
  await using folder = temporaryFolder();
  await using pit = await pitIn(folder.path);
  const ids = await filled(pit);
  await moveAll(pit, "warm");
  const [before] = packs(folder.path);
  await pit.library.reclaim.remove([ids[2]!, ids[3]!]);
  clock.advance(DAY);
  const { freedBytes } = await pit.retention.purge();
  assert.ok(freedBytes > 0);
  assert.ok(!packs(folder.path).includes(before!));
  for (const at of [0, 1]) assert.ok(Buffer.from(await pit.artifacts.get(ids[at]!) ?? []).equals(texts[at]!));
});

Deno.test("LmdbArtifacts finds a flipped bit in an archive file, and an archive file that is missing", async () => {
  await using folder = temporaryFolder();
  await using pit = await pitIn(folder.path);
  const id = await pit.artifacts.put(texts[2]!);
  await moveAll(pit, "warm");
  const [file] = packs(folder.path);
  const bytes = await Deno.readFile(file!);
  bytes[bytes.length - 5]! ^= 4;
  await Deno.writeFile(file!, bytes);
  assert.deepEqual(await collect(pit.artifacts.verify()), [{ id, fault: "changed" }]);
  await Deno.remove(file!);
  assert.deepEqual(await collect(pit.artifacts.verify()), [{ id, fault: "missing" }]);
  await assert.rejects(pit.artifacts.get(id), /there is no such file/);
});

Deno.test("Retention moves content to an S3 server, reads it in ranges, brings it back, and leaves no object behind", async () => {
  await using server = await s3Server();
  await using folder = temporaryFolder();
  await using pit = await pitIn(folder.path);
  await pit.retention.configure({ policies: [], graceDays: 7, cold: server.target });
  const ids = await filled(pit);
  await moveAll(pit, "warm");
  const batch = await moveAll(pit, "cold");
  assert.deepEqual([batch.cold, batch.failures], [4, []]);
  assert.equal(server.objects().length, 1);
  await checkAll(pit, ids);
  assert.equal((await pit.retention.report()).tiers.cold.artifacts, 4);
  assert.deepEqual(await pit.retention.undo(batch.id), { artifacts: 4, gone: 0 });
  clock.advance(DAY);
  await pit.retention.purge();
  assert.deepEqual([server.objects(), packs(folder.path)], [[], []]);
  await checkAll(pit, ids);
});

Deno.test("Retention loses nothing where the S3 server is away, refuses the keys, or gives other bytes", async () => {
  await using server = await s3Server();
  await using folder = temporaryFolder();
  await using pit = await pitIn(folder.path);
  const ids = await filled(pit);
  const nothingSet = await moveAll(pit, "cold");
  assert.deepEqual([nothingSet.cold, nothingSet.failures.length > 0], [0, true]);
  assert.match(nothingSet.failures[0] ?? "", /none is set/);
  await pit.retention.configure({
    policies: [],
    graceDays: 7,
    cold: { ...server.target, secretFrom: "NOTHING" },
  });
  assert.match((await moveAll(pit, "cold")).failures[0] ?? "", /the environment has no NOTHING/);
  await pit.retention.configure({ policies: [], graceDays: 7, cold: { ...server.target, bucket: "other" } });
  assert.match((await moveAll(pit, "cold")).failures[0] ?? "", /bucket does not exist/);
  await pit.retention.configure({ policies: [], graceDays: 7, cold: server.target });
  assert.equal((await moveAll(pit, "cold")).cold, 4);
  const [object] = server.objects();
  const bytes = await Deno.readFile(server.path(object!));
  bytes[bytes.length - 9]! ^= 1;
  await Deno.writeFile(server.path(object!), bytes);
  assert.equal((await collect(pit.artifacts.verify())).length, 1);
  bytes[bytes.length - 9]! ^= 1;
  await Deno.writeFile(server.path(object!), bytes);
  await checkAll(pit, ids);
  await server.stop();
  await assert.rejects(pit.artifacts.get(ids[1]!), { code: "io" });
  assert.ok(await pit.artifacts.info(ids[1]!));
});
