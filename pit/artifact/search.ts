/**
 * Full-text search over artifacts: an index in SQLite (FTS5) beside the store, made from the store and checked against
 * it, so it may be thrown away at any time.
 *
 * What is indexed: the text of artifacts whose type says text or JSON, up to MOST_TEXT characters; the name, the names and
 * messages of versions, tags.
 *
 * @module
 */

import { setImmediate } from "node:timers/promises";
import { SymphonyError } from "../../core/errors.ts";
import { type ArtifactId, artifactId } from "../../core/ids.ts";
import type { ArtifactPort } from "../../core/ports/artifact.ts";
import type {
  ArtifactCatalogPort,
  ArtifactQuery,
  ArtifactSearchPort,
  SearchResult,
} from "../../core/ports/artifact_catalog.ts";
import type { Store, Table } from "../store.ts";
import { type Doc, hexOf, printOfDoc, SearchIndex } from "./search_index.ts";
import { searchedText } from "./search_text.ts";

/** Instead of a file: the index is made anew in each process and leaves nothing on the disk, for encrypted stores. */
export const IN_MEMORY = ":memory:";
/** Artifacts taken in at once; others have their turn in between. */
const BATCH = 64;

export interface SearchParts {
  readonly store: Store;
  readonly artifacts: ArtifactPort;
  readonly catalog: ArtifactCatalogPort;
}

/** ArtifactSearchPort in a file of its own in the data folder. */
export class SqliteArtifactSearch implements ArtifactSearchPort, Disposable {
  readonly #store: Store;
  readonly #artifacts: ArtifactPort;
  readonly #catalog: ArtifactCatalogPort;
  readonly #records: Table;
  readonly #unindexed: Table;
  readonly #index: SearchIndex;
  /** For an index of this process alone: what it has taken in; the list of changes is left to the others. */
  readonly #seen: Map<string, string> | undefined;
  #refreshing: Promise<number> | undefined;

  constructor(file: string, parts: SearchParts) {
    this.#store = parts.store;
    this.#artifacts = parts.artifacts;
    this.#catalog = parts.catalog;
    this.#records = parts.store.table("artifacts");
    this.#unindexed = parts.store.table("unindexed");
    this.#index = new SearchIndex(file);
    this.#seen = file === IN_MEMORY ? new Map() : undefined;
  }

  async search(query: ArtifactQuery): Promise<SearchResult> {
    await this.refresh();
    return this.#index.search(query);
  }

  async refresh(): Promise<number> {
    // One at a time; whoever comes meanwhile also wants what came after that one began.
    while (this.#refreshing !== undefined) await this.#refreshing.catch(() => 0);
    const refreshing = this.#refresh().finally(() => this.#refreshing = undefined);
    this.#refreshing = refreshing;
    return await refreshing;
  }

  async rebuild(): Promise<number> {
    this.#index.clear();
    return await this.refresh();
  }

  async faults(): Promise<readonly string[]> {
    await this.refresh();
    const faults: string[] = [];
    const missing = new Set([...this.#records.getKeys({})].map(String));
    for (const { artifact, print, printNow } of this.#index.docs()) {
      const isThere = missing.delete(artifact);
      const doc = isThere ? await this.#docOf(artifactId(artifact)) : undefined;
      if (isThere && doc === undefined) continue;
      if (doc === undefined) faults.push(`${artifact} is in the index and not in the store`);
      else if (print !== printNow) faults.push(`${artifact} has changed in the index since it was taken in`);
      else if (print !== hexOf(printOfDoc(doc))) {
        faults.push(`${artifact} is indexed otherwise than the store has it`);
      }
    }
    for (const id of missing) {
      if (await this.#docOf(artifactId(id)) !== undefined) {
        faults.push(`${id} is in the store and not in the index`);
      }
    }
    return [...faults, ...this.#index.damage()];
  }

  [Symbol.dispose](): void {
    this.#index[Symbol.dispose]();
  }

  async #refresh(): Promise<number> {
    this.#store.refresh();
    const { isComplete } = this.#index;
    const stamps = this.#stamps();
    const ids = [...(isComplete ? stamps.keys() : this.#records.getKeys({}))].map((key) =>
      artifactId(String(key))
    );
    for (let from = 0; from < ids.length; from += BATCH) {
      const batch = ids.slice(from, from + BATCH);
      await this.#take(batch);
      if (this.#index.isClosed) return from;
      await this.#taken(batch, stamps);
      await setImmediate();
      if (this.#index.isClosed) return from;
    }
    if (!isComplete) this.#index.complete();
    return ids.length;
  }

  /** What is new, changed or gone, with what tells one change from another. */
  #stamps(): Map<string, string> {
    const stamps = new Map<string, string>();
    for (const { key, value } of this.#unindexed.getRange({})) {
      const stamp = hexOf(value);
      if (this.#seen?.get(String(key)) !== stamp) stamps.set(String(key), stamp);
    }
    return stamps;
  }

  /** Notes what was taken in; what was changed once more meanwhile stays to be taken in again. */
  async #taken(batch: readonly ArtifactId[], stamps: ReadonlyMap<string, string>): Promise<void> {
    if (this.#seen !== undefined) {
      for (const id of batch) {
        const stamp = stamps.get(id);
        if (stamp !== undefined) this.#seen.set(id, stamp);
      }
      return;
    }
    await this.#store.commit(() => {
      for (const id of batch) {
        const now = this.#unindexed.getBinary(id);
        if (now !== undefined && hexOf(now) === (stamps.get(id) ?? hexOf(now))) {
          this.#unindexed.removeSync(id);
        }
      }
    });
  }

  async #take(ids: readonly ArtifactId[]): Promise<void> {
    const docs: Doc[] = [];
    const gone: ArtifactId[] = [];
    for (const id of ids) {
      const doc = await this.#docOf(id);
      if (doc === undefined) gone.push(id);
      else docs.push(doc);
    }
    if (!this.#index.isClosed) this.#index.write(docs, gone);
  }

  /** Undefined for what is gone, or so damaged that `verify` has to tell of it. */
  async #docOf(id: ArtifactId): Promise<Doc | undefined> {
    try {
      const info = await this.#artifacts.info(id);
      if (info === undefined) return undefined;
      const labels = await this.#catalog.labels(id);
      const versions = await this.#catalog.versionsOf(id);
      const names = versions.flatMap(({ name, message }) => [name, message]);
      const about = [info.name ?? "", ...labels.tags, ...names].join(" ").replaceAll("\u0000", " ");
      return { info, labels, body: await searchedText(this.#artifacts, info), about };
    } catch (error) {
      if (error instanceof SymphonyError && error.code === "corrupt") return undefined;
      throw error;
    }
  }
}
