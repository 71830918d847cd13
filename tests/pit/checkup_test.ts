import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import fc from "fast-check";
import { type ArtifactId, nodeId } from "../../core/ids.ts";
import type { CheckupFinding } from "../../core/ports/artifact_checkup.ts";
import { type OpenPit, openPit } from "../../pit/open_pit.ts";
import { openStore, type Store, type TableName } from "../../pit/store.ts";
import { endRun, writeRun } from "../contracts/artifact_lineage_contract.ts";
import { freshRun } from "../contracts/dag_contract.ts";
import { collect } from "../contracts/subject.ts";
import { ManualClock } from "./manual_clock.ts";
import { noInstances } from "./no_instances.ts";
import { noise } from "./noise.ts";
import { easySecret } from "./pits.ts";
import { temporaryFolder } from "./temporary_store.ts";

const clock = new ManualClock();
const big = noise(150_000);
const text = new TextEncoder().encode("the same words again and again\n".repeat(3_000));

/** A Pit with a bit of everything, and the store under it to damage. */
async function damagedPit(
  damage: (store: Store, ids: { big: ArtifactId; text: ArtifactId }) => void,
  isEncrypted = false,
) {
  const folder = temporaryFolder();
  let run: ReturnType<typeof freshRun>;
  let ids: { big: ArtifactId; text: ArtifactId };
  {
    await using pit = await openPit(folder.path, noInstances, clock, easySecret);
    const written = await writeRun(pit, clock, "Dear reader");
    run = written.run;
    const origin = { run, node: nodeId("big") };
    ids = {
      big: await pit.artifacts.put(big, { origin }),
      text: await pit.artifacts.put(text, { origin }),
    };
    await pit.library.catalog.addVersion("big", { artifact: ids.big });
    await pit.library.catalog.label(ids.big, { addTags: ["tag"], hold: "hold" });
    await endRun(pit, clock, run);
    await pit.library.filing.catchUp();
    await pit.library.search.refresh();
    if (isEncrypted) await pit.library.encryption.encrypt("passphrase");
  }
  {
    await using store = await openStore(folder.path);
    store.exclusively(() => damage(store, ids));
  }
  const pit = await openPit(folder.path, noInstances, clock, easySecret);
  return {
    pit,
    run,
    ids,
    folder: folder.path,
    async [Symbol.asyncDispose]() {
      await pit[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

const check = async (pit: OpenPit, repair = false): Promise<readonly CheckupFinding[]> =>
  await collect(pit.library.checkup.check({ repair }));

/** Tables whose every bit `verify` answers for. */
const covered: readonly TableName[] = ["artifacts", "blocks", "versions", "labels"];

for (const isEncrypted of [false, true]) {
  const how = isEncrypted ? "an encrypted store" : "a store";
  Deno.test(`StoreCheckup finds any flipped bit in content, records, versions and labels of ${how}`, async () => {
    const bit = fc.record({
      table: fc.constantFrom(...covered),
      entry: fc.nat(),
      byte: fc.nat(),
      bit: fc.nat(7),
    });
    await using at = await damagedPit(() => {}, isEncrypted);
    await using store = await openStore(at.folder);
    await fc.assert(
      fc.asyncProperty(bit, async ({ table, entry, byte, bit }) => {
        const records = store.table(table);
        const keys = [...records.getKeys()];
        const key = keys[entry % keys.length]!;
        const sound = new Uint8Array(records.getBinary(key)!);
        const flipped = sound.slice();
        flipped[byte % flipped.length]! ^= 1 << bit;
        store.exclusively(() => void records.put(key, flipped));
        const found = await check(at.pit);
        store.exclusively(() => void records.put(key, sound));
        assert.ok(found.length > 0, `${table} ${entry} ${byte} ${bit}`);
      }),
      { numRuns: 40, seed: 20261126 },
    );
    // An index that was made while a record was damaged lacks it.
    await at.pit.library.search.rebuild();
    assert.deepEqual(await check(at.pit), []);
  });
}

Deno.test("StoreCheckup says which runs damage touches, puts aside what cannot be mended, and storing it again makes it whole", async () => {
  await using at = await damagedPit((store, { big }) => {
    const [name] = [...store.table("block-uses").getKeys()].map((key) => key as [string, string])
      .filter(([, user]) => user === big).map(([block]) => block);
    store.table("blocks").removeSync(name!);
  });
  const { pit, run, ids } = at;
  const found = (await check(pit)).filter(({ kind }) => kind === "missing");
  assert.deepEqual(found.map(({ artifact, runs }) => [artifact, runs]), [[ids.big, [run]]]);
  const [mended] = await check(pit, true);
  assert.match(mended?.repair ?? "", /put aside; storing the same content again makes it whole/);
  assert.equal(await pit.artifacts.get(ids.big), undefined);
  const left = await check(pit);
  assert.deepEqual(left.map(({ kind }) => kind), ["dangling"], "the version that waits for it");
  assert.equal(await pit.artifacts.put(big), ids.big);
  assert.ok(Buffer.from(await pit.artifacts.get(ids.big) ?? []).equals(big));
  assert.deepEqual((await pit.library.catalog.labels(ids.big)).tags, ["tag"], "its labels have waited");
  assert.deepEqual(
    await check(pit, true).then((all) => all.filter(({ repair }) => repair === undefined)),
    [],
  );
  assert.deepEqual(await check(pit), []);
});

Deno.test("StoreCheckup makes an output again from the log of its run", async () => {
  await using at = await damagedPit((store) => {
    for (const key of [...store.table("artifacts").getKeys()]) {
      const record = new Uint8Array(store.table("artifacts").getBinary(key)!);
      if (!Buffer.from(record).toString("latin1").endsWith("Dear reader")) continue;
      record[record.length - 1]! ^= 1;
      store.table("artifacts").put(key, record);
    }
  });
  const { pit } = at;
  assert.equal((await check(pit))[0]?.kind, "changed");
  const mended = await check(pit, true);
  assert.ok(
    mended.some(({ repair }) => repair === "made again from the log of its run"),
    JSON.stringify(mended),
  );
  const [letter] = await pit.library.catalog.versions("letters/letter");
  assert.equal(new TextDecoder().decode(await pit.artifacts.get(letter!.artifact)), "Dear reader");
  assert.deepEqual(await check(pit), []);
});

Deno.test("StoreCheckup takes a damaged block from an archive file that still has it", async () => {
  await using folder = temporaryFolder();
  let id: ArtifactId;
  {
    await using pit = await openPit(folder.path, noInstances, clock);
    id = await pit.artifacts.put(big);
    const batch = await pit.retention.apply(
      await pit.retention.preview([{ name: "w", action: "warm", when: {} }]),
    );
    await pit.retention.undo(batch.id);
    await using store = await openStore(folder.path);
    store.exclusively(() => {
      const [name] = [...store.table("blocks").getKeys()];
      const bytes = new Uint8Array(store.table("blocks").getBinary(name!)!);
      bytes[100]! ^= 1;
      store.table("blocks").put(name!, bytes);
    });
  }
  await using pit = await openPit(folder.path, noInstances, clock);
  const [mended] = await check(pit, true);
  assert.match(mended?.repair ?? "", /1 blocks were taken from an archive file/);
  assert.ok(Buffer.from(await pit.artifacts.get(id) ?? []).equals(big));
  assert.deepEqual(await check(pit), []);
});

Deno.test("StoreCheckup finds and puts right lists, uses and marks that do not agree with the records", async () => {
  const unknown = "0".repeat(64);
  const nothing = new Uint8Array(0);
  const table: readonly (readonly [string, (store: Store, ids: { big: ArtifactId }) => void])[] = [
    ["not in the list by time", (store) => store.table("artifacts-by-time").clearSync()],
    ["not in the list of its run", (store) => store.table("artifacts-by-run").clearSync()],
    [
      "the list by time names artifact 000",
      (store) => void store.table("artifacts-by-time").put([1, unknown], nothing),
    ],
    ["does not know that artifact", (store) => store.table("block-uses").clearSync()],
    ["is used by artifact 000", (store) => void store.table("block-uses").put([unknown, unknown], nothing)],
    ["is used by nothing", (store) => void store.table("blocks").put(unknown, new Uint8Array([0, 1]))],
    [
      "names artifact 000",
      (store) => void store.table("tiers").put(unknown, new TextEncoder().encode("warm")),
    ],
    [
      "said to hold block",
      (store) => void store.table("packed").put(["warm:x.pack", 8, 1], new TextEncoder().encode(unknown)),
    ],
    ["does not know that it is version", (store) => store.table("artifact-versions").clearSync()],
    [
      "has labels and is not there",
      (store) => void store.table("labels").put(unknown, new TextEncoder().encode("{}")),
    ],
  ];
  for (const [expected, damage] of table) {
    await using at = await damagedPit(damage);
    const found = await check(at.pit);
    assert.ok(
      found.some(({ what }) => what.includes(expected)),
      `${expected}: ${found.map(({ what }) => what)}`,
    );
    const mended = await check(at.pit, true);
    assert.deepEqual(mended.filter(({ repair }) => repair === undefined), [], expected);
    assert.deepEqual(await check(at.pit), [], expected);
    assert.ok(await at.pit.artifacts.get(at.ids.big));
  }
});

Deno.test("StoreCheckup finds what the log of a run refers to and is not there, and a log that cannot be read", async () => {
  await using at = await damagedPit((store, { big }) => {
    const [other] = [...store.table("artifacts").getKeys()].filter((key) => key !== big);
    store.table("artifacts").removeSync(other!);
  });
  const found = await check(at.pit);
  const dangling = found.filter(({ kind }) => kind === "dangling");
  assert.ok(
    dangling.length > 0 && dangling.every(({ runs }) => runs.includes(at.run)),
    JSON.stringify(found),
  );
  await using torn = await damagedPit((store) => {
    const [key] = [...store.table("events").getKeys()];
    store.table("events").put(key!, new TextEncoder().encode("[{"));
  });
  const [log] = (await check(torn.pit)).filter(({ what }) => what.includes("Cannot replay run"));
  assert.deepEqual([log?.kind, log?.runs], ["changed", [torn.run]]);
});

Deno.test("StoreCheckup makes a damaged search index anew", async () => {
  await using at = await damagedPit(() => {});
  await at.pit.library.search.refresh();
  const { DatabaseSync } = await import("node:sqlite");
  const db = new DatabaseSync(`${at.folder}/search.db`);
  db.exec("update docs set name = 'other' where rowid % 2 = 0");
  db.close();
  assert.ok((await check(at.pit)).every(({ kind }) => kind === "index"));
  const mended = await check(at.pit, true);
  assert.ok(
    mended.length > 0 && mended.every(({ repair }) => /made anew from \d+ artifacts/.test(repair ?? "")),
  );
  assert.deepEqual(await check(at.pit), []);
});
