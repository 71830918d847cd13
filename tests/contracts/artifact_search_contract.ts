/**
 * What every ArtifactSearchPort promises, beside the store, the catalog and the removal over the same artifacts.
 *
 * @module
 */

import assert from "node:assert/strict";
import fc from "fast-check";
import { artifactId, nodeId } from "../../core/ids.ts";
import type { ArtifactPort } from "../../core/ports/artifact.ts";
import type {
  ArtifactCatalogPort,
  ArtifactQuery,
  ArtifactSearchPort,
} from "../../core/ports/artifact_catalog.ts";
import type { ArtifactReclaimPort } from "../../core/ports/artifact_stream.ts";
import { freshRun } from "./dag_contract.ts";
import type { Make } from "./subject.ts";

export interface Searched {
  readonly artifacts: ArtifactPort;
  readonly catalog: ArtifactCatalogPort;
  readonly reclaim: ArtifactReclaimPort;
  readonly search: ArtifactSearchPort;
}

/** Registers the suite for one adapter; `tick` moves its clock on. */
export function testArtifactSearchPort(name: string, make: Make<Searched>, tick: () => void): void {
  const run = freshRun();
  const put = async ({ artifacts }: Searched, text: string, name = "note.md", type = "text/markdown") => {
    tick();
    const origin = { run, node: nodeId("write") };
    return await artifacts.put(new TextEncoder().encode(text), { name, type, origin });
  };
  const find = async ({ search }: Searched, query: ArtifactQuery) =>
    (await search.search(query)).hits.map(({ artifact }) => artifact);

  Deno.test(`${name} finds words, phrases and beginnings, with highlights, filters, facets and pages`, async () => {
    await using subject = await make();
    const at = subject.port;
    const a = await put(at, "The quick brown fox jumps over the lazy dog");
    const b = await put(at, "A brown dog is quick to bark at foxes", "other.md");
    const c = await put(at, '{"animal":"fox"}', "data.json", "application/json");
    await at.artifacts.put(new Uint8Array([0, 1, 2]), { type: "image/png", name: "fox.png" });
    assert.deepEqual(new Set(await find(at, { text: "brown quick" })), new Set([a, b]));
    assert.deepEqual(await find(at, { text: '"brown fox"' }), [a]);
    assert.deepEqual(await find(at, { text: "BRÓWN FOX" }), [a], "case and marks do not matter");
    assert.equal((await find(at, { text: "fox*" })).length, 4, "names count as well");
    assert.deepEqual(await find(at, { text: "nothing" }), []);
    const { hits, total, facets } = await at.search.search({ text: "dog" });
    assert.equal(total, 2);
    assert.ok(hits.every(({ highlight }) => highlight.includes("[dog]")), JSON.stringify(hits));
    assert.deepEqual(facets, { type: { "text/markdown": 2 }, tag: {}, run: { [run]: 2 } });
    await at.catalog.label(b, { addTags: ["animals"], score: { scorer: "s", version: "1", value: 0.7 } });
    await at.catalog.addVersion("zoo", { artifact: c, message: "with giraffe" });
    assert.deepEqual(await find(at, { text: "giraffe" }), [c]);
    assert.deepEqual(await find(at, { tag: "animals" }), [b]);
    assert.deepEqual((await at.search.search({})).facets.tag, { animals: 1 });
    assert.deepEqual(await find(at, { minQuality: 0.5 }), [b]);
    assert.deepEqual(await find(at, { minQuality: 0.8 }), []);
    assert.deepEqual(await find(at, { type: "application/json" }), [c]);
    assert.equal((await find(at, { text: "fox*", node: nodeId("write"), limit: 1, offset: 1 })).length, 1);
    const infos = await Promise.all([a, b, c].map((id) => at.artifacts.info(id)));
    const [first = 0, second = 0] = infos.map((info) => info?.createdAt);
    assert.deepEqual(await find(at, { run, since: second, until: second }), [b]);
    assert.deepEqual(await find(at, { run, until: first }), [a]);
    const all = await at.search.search({ limit: 2 });
    assert.deepEqual([all.total, all.hits.length], [4, 2]);
    assert.deepEqual((await at.search.search({ offset: 4 })).hits, []);
  });

  Deno.test(`${name} takes nothing that is typed for an operator, and refuses what has no word`, async () => {
    await using subject = await make();
    await put(subject.port, "a fox");
    for (const odd of ["-fox", "fox AND", "NEAR(", "a:b", "(x", "fox OR dog", "'", "*", ' "" ', "- -"]) {
      await subject.port.search.search({ text: odd }).catch((error) => assert.equal(error.code, "bad-input"));
    }
    await assert.rejects(subject.port.search.search({ text: ' "" ' }), /it has no word/);
    assert.equal((await find(subject.port, { text: "-fox" })).length, 1);
  });

  Deno.test(`${name} finds what a plain look finds, whatever is put, named, tagged and removed`, async () => {
    const word = fc.constantFrom("red", "green", "blue", "dark_red", "été");
    const text = fc.array(word, { minLength: 1, maxLength: 4 }).map((words) => words.join(" "));
    const step = fc.oneof(
      { weight: 3, arbitrary: fc.record({ what: fc.constant("put" as const), text }) },
      fc.record({ what: fc.constant("remove" as const), pick: fc.nat(20) }),
      fc.record({ what: fc.constant("tag" as const), pick: fc.nat(20), word }),
      fc.record({ what: fc.constant("find" as const), word }),
    );
    await using subject = await make();
    const at = subject.port;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 20 }), async (steps) => {
        const kept = new Map<string, { text: string; tags: Set<string> }>();
        for (const one of steps) {
          const ids = [...kept.keys()];
          if (one.what === "put") {
            const id = await put(at, one.text, "x");
            if (!kept.has(id)) {
              kept.set(id, { text: one.text, tags: new Set((await at.catalog.labels(id)).tags) });
            }
          } else if (one.what === "find") {
            const expected = ids.filter((id) => {
              const { text, tags } = kept.get(id)!;
              return text.split(" ").includes(one.word) || tags.has(one.word);
            });
            assert.deepEqual(new Set(await find(at, { text: one.word })), new Set(expected));
          } else if (ids.length > 0) {
            const id = artifactId(ids[one.pick % ids.length]!);
            if (one.what === "tag") {
              await at.catalog.label(id, { addTags: [one.word] });
              kept.get(id)!.tags.add(one.word);
            } else {
              await at.reclaim.remove([id]);
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
}
