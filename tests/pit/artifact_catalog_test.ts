import assert from "node:assert/strict";
import fc from "fast-check";
import { artifactId, nodeId } from "../../core/ids.ts";
import { LmdbArtifactCatalog } from "../../pit/artifact/catalog.ts";
import { LmdbArtifacts } from "../../pit/artifact/lmdb.ts";
import { LmdbArtifactReclaim } from "../../pit/artifact/reclaim.ts";
import { SqliteArtifactSearch } from "../../pit/artifact/search.ts";
import { testArtifactCatalogPort } from "../contracts/artifact_catalog_contract.ts";
import { freshRun } from "../contracts/dag_contract.ts";
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

const run = freshRun();

Deno.test("SqliteArtifactSearch finds words, phrases and beginnings, with highlights, filters and facets", async () => {
  await using at = await shelf();
  const a = await at.put("The quick brown fox jumps over the lazy dog");
  const b = await at.put("A brown dog is quick to bark at foxes", "other.md");
  const c = await at.put('{"animal":"fox"}', "data.json", "application/json");
  await at.artifacts.put(new Uint8Array([0, 1, 2]), { type: "image/png", name: "fox.png" });
  assert.deepEqual(new Set(await at.find("brown quick")), new Set([a, b]));
  assert.deepEqual(await at.find('"brown fox"'), [a]);
  assert.equal((await at.find("fox*")).length, 4, "names count as well");
  assert.deepEqual(await at.find("nothing"), []);
  const { hits, total, facets } = await at.search.search({ text: "dog" });
  assert.equal(total, 2);
  assert.ok(hits.every(({ highlight }) => highlight.includes("[dog]")), JSON.stringify(hits));
  assert.deepEqual(facets, { type: { "text/markdown": 2 }, tag: {}, run: { [run]: 2 } });
  await at.catalog.label(b, { addTags: ["animals"], score: { scorer: "s", version: "1", value: 0.7 } });
  await at.catalog.addVersion("zoo", { artifact: c, message: "with giraffe" });
  assert.deepEqual(await at.find("giraffe"), [c]);
  const only = async (query: Parameters<typeof at.search.search>[0]) =>
    (await at.search.search(query)).hits.map(({ artifact }) => artifact);
  assert.deepEqual(await only({ tag: "animals" }), [b]);
  assert.deepEqual(await only({ minQuality: 0.5 }), [b]);
  assert.deepEqual(await only({ type: "application/json" }), [c]);
  assert.deepEqual(
    await only({ text: "fox*", node: nodeId("write"), limit: 1, offset: 1 }).then((ids) => ids.length),
    1,
  );
  assert.deepEqual((await at.search.search({ limit: 2 })).total, 4);
  for (const odd of ["-fox", "fox AND", "NEAR(", "a:b", "*", "(x", "fox OR dog", "'"]) {
    await at.search.search({ text: odd }).catch((error) => assert.equal(error.code, "bad-input"));
  }
  await assert.rejects(at.search.search({ text: ' "" ' }), /it has no word/);
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

Deno.test("SqliteArtifactSearch finds what a plain search finds, whatever is put, named and removed", async () => {
  const word = fc.constantFrom("red", "green", "blue", "dark_red", "été");
  const text = fc.array(word, { minLength: 1, maxLength: 4 }).map((words) => words.join(" "));
  const step = fc.oneof(
    { weight: 3, arbitrary: fc.record({ what: fc.constant("put" as const), text }) },
    fc.record({ what: fc.constant("remove" as const), pick: fc.nat(20) }),
    fc.record({ what: fc.constant("tag" as const), pick: fc.nat(20), word }),
    fc.record({ what: fc.constant("find" as const), word }),
  );
  await using at = await shelf();
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 20 }), async (steps) => {
      const kept = new Map<string, { text: string; tags: Set<string> }>();
      for (const one of steps) {
        const ids = [...kept.keys()];
        if (one.what === "put") {
          const id = await at.put(one.text, "x");
          if (!kept.has(id)) kept.set(id, { text: one.text, tags: new Set() });
        } else if (one.what === "find") {
          const expected = ids.filter((id) => {
            const { text, tags } = kept.get(id)!;
            return text.split(" ").includes(one.word) || tags.has(one.word);
          });
          assert.deepEqual(new Set(await at.find(one.word)), new Set(expected));
        } else if (ids.length > 0) {
          const id = ids[one.pick % ids.length]!;
          if (one.what === "tag") {
            await at.catalog.label(artifactId(id), { addTags: [one.word] });
            kept.get(id)!.tags.add(one.word);
          } else {
            await at.reclaim.remove([artifactId(id)]);
            kept.delete(id);
          }
        }
      }
      await at.reclaim.remove([...kept.keys()].map(artifactId));
    }),
    { numRuns: 25, seed: 20261126 },
  );
  assert.deepEqual(await at.search.faults(), []);
});
