/**
 * Search by looking through everything: for tests and benches, and what the index is compared with.
 *
 * @module
 */

import type { ArtifactInfo, ArtifactPort } from "../../core/ports/artifact.ts";
import type {
  ArtifactCatalogPort,
  ArtifactHit,
  ArtifactQuery,
  ArtifactSearchPort,
  SearchResult,
} from "../../core/ports/artifact_catalog.ts";
import { MOST_FACETS, MOST_HITS, searchedText, type Term, termsOf } from "./search_text.ts";
import { highlighted, placesOf, tokensOf } from "./search_words.ts";

interface Found {
  readonly info: ArtifactInfo;
  readonly tags: readonly string[];
  readonly score: number;
  readonly highlight: string;
}

/** ArtifactSearchPort that has no index. */
export class MemoryArtifactSearch implements ArtifactSearchPort {
  readonly #artifacts: ArtifactPort;
  readonly #catalog: ArtifactCatalogPort;

  constructor(artifacts: ArtifactPort, catalog: ArtifactCatalogPort) {
    this.#artifacts = artifacts;
    this.#catalog = catalog;
  }

  async search(query: ArtifactQuery): Promise<SearchResult> {
    const terms = query.text === undefined ? [] : termsOf(query.text);
    const all: Found[] = [];
    for await (const info of this.#artifacts.list()) {
      const found = await this.#look(info, query, terms);
      if (found !== undefined) all.push(found);
    }
    all.sort((a, b) =>
      b.score - a.score || b.info.createdAt - a.info.createdAt || (a.info.id < b.info.id ? -1 : 1)
    );
    const from = query.offset ?? 0;
    return {
      hits: all.slice(from, from + Math.min(MOST_HITS, query.limit ?? 20)).map(hitOf),
      total: all.length,
      facets: {
        type: counted(all.map(({ info }) => info.type)),
        tag: counted(all.flatMap(({ tags }) => tags)),
        run: counted(all.flatMap(({ info }) => info.origin === undefined ? [] : [info.origin.run])),
      },
    };
  }

  refresh(): Promise<number> {
    return Promise.resolve(0);
  }

  async rebuild(): Promise<number> {
    let count = 0;
    for await (const _ of this.#artifacts.list()) count++;
    return count;
  }

  faults(): Promise<readonly string[]> {
    return Promise.resolve([]);
  }

  async #look(info: ArtifactInfo, query: ArtifactQuery, terms: readonly Term[]): Promise<Found | undefined> {
    const { type, run, node, since = -Infinity, until = Infinity, tag, minQuality } = query;
    if (type !== undefined && info.type !== type) return undefined;
    if (run !== undefined && info.origin?.run !== run) return undefined;
    if (node !== undefined && info.origin?.node !== node) return undefined;
    if (info.createdAt < since || info.createdAt > until) return undefined;
    const labels = await this.#catalog.labels(info.id);
    if (tag !== undefined && !labels.tags.includes(tag)) return undefined;
    if (minQuality !== undefined && !labels.scores.some(({ value }) => value >= minQuality)) return undefined;
    if (terms.length === 0) return { info, tags: labels.tags, score: 0, highlight: "" };
    const versions = await this.#catalog.versionsOf(info.id);
    const about = [
      info.name ?? "",
      ...labels.tags,
      ...versions.flatMap(({ name, message }) => [name, message]),
    ];
    const texts = [await searchedText(this.#artifacts, info), about.join(" ")];
    const tokens = texts.map(tokensOf);
    const places = terms.map((term) => tokens.map((some) => placesOf(some, term)));
    if (!places.every((some) => some.some((one) => one.length > 0))) return undefined;
    const score = places.flat().reduce((sum, some) => sum + some.length, 0);
    const at = places[0]?.findIndex((some) => some.length > 0) ?? 0;
    const found = places.flatMap((some) => some[at] ?? []);
    return {
      info,
      tags: labels.tags,
      score,
      highlight: highlighted(texts[at] ?? "", tokens[at] ?? [], found),
    };
  }
}

function counted(values: readonly string[]): Readonly<Record<string, number>> {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  const sorted = [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  return Object.fromEntries(sorted.slice(0, MOST_FACETS));
}

function hitOf({ info, highlight }: Found): ArtifactHit {
  const { id, name = "", type, createdAt, sizeBytes } = info;
  return { artifact: id, name, type, createdAt, sizeBytes, highlight };
}
