/**
 * Opens the search when it is first asked for: the database costs time that most commands need not spend.
 *
 * @module
 */

import { SymphonyError } from "../../core/errors.ts";
import type { ArtifactQuery, ArtifactSearchPort, SearchResult } from "../../core/ports/artifact_catalog.ts";

/** ArtifactSearchPort before another one. */
export class LazyArtifactSearch implements ArtifactSearchPort, AsyncDisposable {
  readonly #open: () => Promise<ArtifactSearchPort & Disposable>;
  #search: Promise<ArtifactSearchPort & Disposable> | undefined;
  #closed = false;

  constructor(open: () => Promise<ArtifactSearchPort & Disposable>) {
    this.#open = open;
  }

  async search(query: ArtifactQuery): Promise<SearchResult> {
    return await (await this.#opened()).search(query);
  }

  async refresh(): Promise<number> {
    return await (await this.#opened()).refresh();
  }

  async rebuild(): Promise<number> {
    return await (await this.#opened()).rebuild();
  }

  async faults(): Promise<readonly string[]> {
    return await (await this.#opened()).faults();
  }

  /** Closes it; it is opened anew when it is asked for again. */
  async reset(): Promise<void> {
    const search = await this.#search?.catch(() => undefined);
    this.#search = undefined;
    search?.[Symbol.dispose]();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    const search = await this.#search?.catch(() => undefined);
    search?.[Symbol.dispose]();
  }

  #opened(): Promise<ArtifactSearchPort & Disposable> {
    if (this.#closed) {
      return Promise.reject(new SymphonyError("closed", "Cannot search: the data folder is closed"));
    }
    return this.#search ??= this.#open();
  }
}
