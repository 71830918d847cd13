/**
 * Full-text search over 100,000 artifacts: the time to take them in, and of one search (target < 100 ms). Beside it the
 * floor: FTS5 asked for the same word and nothing else.
 *
 * @module
 */

import { DatabaseSync } from "node:sqlite";
import { nodeId } from "../core/ids.ts";
import { LmdbArtifactCatalog } from "../pit/artifact/catalog.ts";
import { LmdbArtifacts } from "../pit/artifact/lmdb.ts";
import { SqliteArtifactSearch } from "../pit/artifact/search.ts";
import { openStore } from "../pit/store.ts";
import { SystemClock } from "../system/clock.ts";
import { freshRun } from "../tests/contracts/dag_contract.ts";
import { line, print, sample } from "./tail.ts";

const COUNT = Number(Deno.args[0] ?? 100_000);
const WORDS = 4_000;

/** Words as they are in use: the n-th comes 1/n as often as the first. */
function textOf(seed: number): string {
  let state = seed + 1;
  const words: string[] = [];
  for (let at = 0; at < 60; at++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    words.push(`word${Math.floor(WORDS ** ((state >>> 0) / 2 ** 32))}`);
  }
  return `${words.join(" ")} number${seed}`;
}

if (import.meta.main) {
  const folder = await Deno.makeTempDir({ prefix: "symphony-search-" });
  try {
    const clock = new SystemClock();
    await using store = await openStore(folder);
    const artifacts = new LmdbArtifacts(store, clock);
    const catalog = new LmdbArtifactCatalog(store, clock);
    const run = freshRun();
    const encoder = new TextEncoder();
    for (let from = 0; from < COUNT; from += 2_000) {
      await Promise.all(
        Array.from(
          { length: Math.min(2_000, COUNT - from) },
          (_, at) =>
            artifacts.put(encoder.encode(textOf(from + at)), {
              type: "text/plain",
              name: `note-${from + at}.txt`,
              origin: { run, node: nodeId(`n${at % 10}`) },
            }),
        ),
      );
    }
    using search = new SqliteArtifactSearch(`${folder}/search.db`, { store, artifacts, catalog });
    const began = performance.now();
    await search.refresh();
    const seconds = (performance.now() - began) / 1_000;
    print(
      `${COUNT.toLocaleString("en")} artifacts taken in at ${
        Math.round(COUNT / seconds).toLocaleString("en")
      } a second`,
    );
    using db = new DatabaseSync(`${folder}/search.db`, { readOnly: true });
    const bare = db.prepare("select rowid from texts where texts match ? order by rank limit 20");
    for (
      const [what, word] of [["a rare word", "number77"], ["a word of 1 %", "word700"], [
        "a common word",
        "word2",
      ]] as const
    ) {
      const floor = await sample(() => bare.all(word), 30);
      print(line(`floor: FTS5, ${what}`, floor));
      print(
        line(
          `search, ${what}, with facets and highlights`,
          await sample(() => search.search({ text: word }), 30),
          floor,
        ),
      );
    }
    print(
      line(
        "search by filters alone",
        await sample(() => search.search({ node: nodeId("n3"), limit: 20 }), 30),
      ),
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
