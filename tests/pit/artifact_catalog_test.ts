import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { nodeId } from "../../core/ids.ts";
import { LmdbArtifactCatalog } from "../../pit/artifact/catalog.ts";
import { LmdbArtifacts } from "../../pit/artifact/lmdb.ts";
import { MemoryArtifacts } from "../../pit/artifact/memory.ts";
import { MemoryArtifactCatalog } from "../../pit/artifact/memory_catalog.ts";
import { MemoryArtifactSearch } from "../../pit/artifact/memory_search.ts";
import { MemoryArtifactReclaim } from "../../pit/artifact/memory_streams.ts";
import { LmdbArtifactReclaim } from "../../pit/artifact/reclaim.ts";
import { SqliteArtifactSearch } from "../../pit/artifact/search.ts";
import { testArtifactCatalogPort } from "../contracts/artifact_catalog_contract.ts";
import { testArtifactSearchPort } from "../contracts/artifact_search_contract.ts";
import { freshRun } from "../contracts/dag_contract.ts";
import { plain } from "../contracts/subject.ts";
import { ManualClock } from "./manual_clock.ts";
import { overTemporaryStore } from "./temporary_store.ts";

const clock = new ManualClock();
const bytes = (text: string) => new TextEncoder().encode(text);

async function shelf() {
  const subject = await overTemporaryStore((store) => ({
    store,
    artifacts: new LmdbArtifacts(store, clock),
    catalog: new LmdbArtifactCatalog(store, clock),
    reclaim: new LmdbArtifactReclaim(store),
  }));
  const folder = await Deno.makeTempDir();
  const file = `${folder}/search.db`;
  let search = new SqliteArtifactSearch(file, subject.port);
  const put = async (text: string, name = "note.md", type = "text/markdown") => {
    clock.advance(1_000);
    return await subject.port.artifacts.put(bytes(text), {
      name,
      type,
      origin: { run, node: nodeId("write") },
    });
  };
  const find = async (text: string) => (await search.search({ text })).hits.map(({ artifact }) => artifact);
  return {
    ...subject.port,
    put,
    find,
    file,
    get search() {
      return search;
    },
    reopen() {
      search[Symbol.dispose]();
      search = new SqliteArtifactSearch(file, subject.port);
    },
    async [Symbol.asyncDispose]() {
      search[Symbol.dispose]();
      await Deno.remove(folder, { recursive: true });
      await subject[Symbol.asyncDispose]();
    },
  };
}

testArtifactCatalogPort("LmdbArtifactCatalog", () =>
  overTemporaryStore((store) => ({
    artifacts: new LmdbArtifacts(store, clock),
    catalog: new LmdbArtifactCatalog(store, clock),
  })));

testArtifactCatalogPort("MemoryArtifactCatalog", () => {
  const artifacts = new MemoryArtifacts(clock);
  return Promise.resolve(plain({ artifacts, catalog: new MemoryArtifactCatalog(artifacts, clock) }));
});

const tick = () => clock.advance(1_000);

testArtifactSearchPort("MemoryArtifactSearch", () => {
  const artifacts = new MemoryArtifacts(clock);
  const catalog = new MemoryArtifactCatalog(artifacts, clock);
  const reclaim = new MemoryArtifactReclaim(artifacts);
  return Promise.resolve(
    plain({ artifacts, catalog, reclaim, search: new MemoryArtifactSearch(artifacts, catalog) }),
  );
}, tick);

testArtifactSearchPort("SqliteArtifactSearch", async () => {
  const at = await shelf();
  return { port: at, [Symbol.asyncDispose]: () => at[Symbol.asyncDispose]() };
}, tick);

const run = freshRun();

Deno.test("SqliteArtifactSearch.faults() finds what was changed in the index behind its back", async () => {
  const damage: readonly (readonly [string, RegExp])[] = [
    ["update docs set type = 'text/plain'", /has changed in the index/],
    ["update docs set print = zeroblob(16)", /has changed in the index/],
    ["delete from docs", /is in the store and not in the index/],
  ];
  for (const [sql, expected] of damage) {
    await using at = await shelf();
    const a = await at.put("alpha beta");
    assert.deepEqual(await at.search.faults(), []);
    const db = new DatabaseSync(at.file);
    db.exec(sql);
    db.close();
    const faults = await at.search.faults();
    assert.ok(faults.some((fault) => expected.test(fault)), `${sql}: ${faults.join("; ")}`);
    await at.search.rebuild();
    assert.deepEqual(await at.search.faults(), []);
    assert.deepEqual(await at.find("alpha"), [a]);
  }
});

Deno.test("SqliteArtifactSearch.faults() finds a flipped bit in the file of the index", async () => {
  await using at = await shelf();
  const a = await at.put("alpha beta gamma delta");
  assert.deepEqual(await at.find("gamma"), [a]);
  at.search[Symbol.dispose]();
  const file = await Deno.readFile(at.file);
  const text = new TextDecoder("latin1").decode(file).indexOf("alpha beta");
  assert.ok(text > 0);
  file[text] = file[text]! ^ 1;
  await Deno.writeFile(at.file, file);
  at.reopen();
  const faults = await at.search.faults();
  assert.ok(faults.some((fault) => /has changed in the index/.test(fault)), faults.join("; "));
  assert.ok(faults.some((fault) => /its words are not those of its texts/.test(fault)), faults.join("; "));
});

Deno.test("SqliteArtifactSearch keeps up with the store, and is made anew where it is lost or damaged", async () => {
  await using at = await shelf();
  const a = await at.put("alpha beta");
  assert.deepEqual(await at.find("alpha"), [a]);
  const b = await at.put("alpha gamma");
  assert.deepEqual(new Set(await at.find("alpha")), new Set([a, b]));
  await at.reclaim.remove([a]);
  assert.deepEqual(await at.find("alpha"), [b]);
  assert.deepEqual(await at.search.faults(), []);
  at.reopen();
  assert.deepEqual(await at.find("gamma"), [b]);
  await at.catalog.addVersion("letters", { artifact: b });
  at.search[Symbol.dispose]();
  await Deno.writeTextFile(
    at.file,
    "this is no database at all, but long enough to be looked at as one".repeat(20),
  );
  const again = new SqliteArtifactSearch(at.file, at);
  assert.equal(await again.rebuild(), 1);
  assert.deepEqual((await again.search({ text: "letters" })).hits.map(({ artifact }) => artifact), [b]);
  again[Symbol.dispose]();
  at.reopen();
});
