/**
 * Giving the space of artifacts back. A removal is one transaction an artifact: its record, its places in the lists, its
 * uses of blocks, and the blocks that nobody else uses. So it is safe while runs go on, in any process.
 *
 * @module
 */

import type { ArtifactId } from "../../core/ids.ts";
import type { ArtifactReclaimPort, Reclaimed } from "../../core/ports/artifact_stream.ts";
import type { Store, Table } from "../store.ts";
import { beganAtOf, Blocks } from "./blocks.ts";
import { CHUNK_BYTES } from "./record.ts";
import { Records } from "./records.ts";

/** Uses looked at between two looks at the database. */
const PAGE = 1_000;

/** ArtifactReclaimPort in the data folder. */
export class LmdbArtifactReclaim implements ArtifactReclaimPort {
  readonly #store: Store;
  readonly #records: Records;
  readonly #blocks: Blocks;
  readonly #chunks: Table;
  readonly #labels: Table;

  constructor(store: Store, blocks: Blocks = new Blocks(store)) {
    this.#store = store;
    this.#records = new Records(store);
    this.#blocks = blocks;
    this.#chunks = store.table("chunks");
    this.#labels = store.table("labels");
  }

  // deno-lint-ignore require-await -- the port is asynchronous, a read of mapped memory is not
  async preview(ids: readonly ArtifactId[]): Promise<Reclaimed> {
    this.#store.refresh();
    const going = new Set(ids);
    const dropped = new Map<string, number>();
    let artifacts = 0;
    let freedBytes = 0;
    for (const id of going) {
      const found = this.#records.read(id);
      if (found === undefined) continue;
      artifacts++;
      freedBytes += this.#records.table.getBinary(id)?.length ?? 0;
      if (found.content.kind === "chunks") freedBytes += found.info.sizeBytes;
      if (found.content.kind !== "blocks") continue;
      for (const name of new Set(found.content.names)) dropped.set(name, (dropped.get(name) ?? 0) + 1);
    }
    for (const [name, uses] of dropped) {
      if (this.#blocks.useCount(name, uses + 1) <= uses) freedBytes += this.#blocks.storedBytes(name) ?? 0;
    }
    return { artifacts, freedBytes };
  }

  async remove(ids: readonly ArtifactId[]): Promise<Reclaimed> {
    let artifacts = 0;
    let freedBytes = 0;
    for (const id of new Set(ids)) {
      let freed: number | undefined;
      await this.#store.commit(() => freed = this.removeOne(id));
      if (freed === undefined) continue;
      artifacts++;
      freedBytes += freed;
    }
    return { artifacts, freedBytes };
  }

  async sweep(before: number): Promise<Reclaimed> {
    let freedBytes = 0;
    let after: readonly [string, string] | undefined;
    while (true) {
      this.#store.refresh();
      const page = this.#blocks.uses(after, PAGE);
      const dead = page.filter(([, user]) => (beganAtOf(user) ?? Infinity) < before);
      if (dead.length > 0) {
        let freed = 0;
        await this.#store.commit(() => {
          freed = dead.reduce((sum, [name, user]) => sum + this.#blocks.drop(name, user), 0);
        });
        freedBytes += freed;
      }
      if (page.length < PAGE) return { artifacts: 0, freedBytes };
      after = page.at(-1);
    }
  }

  /** Inside a transaction: the bytes that this freed; undefined where the artifact is unknown. */
  removeOne(id: ArtifactId): number | undefined {
    const found = this.#records.read(id);
    if (found === undefined) return undefined;
    const { info, content } = found;
    let freed = this.#records.table.getBinary(id)?.length ?? 0;
    this.#records.remove(info);
    this.#labels.removeSync(id);
    if (content.kind === "blocks") {
      for (const name of new Set(content.names)) freed += this.#blocks.drop(name, id);
    } else if (content.kind === "chunks") {
      for (let at = 0; at * CHUNK_BYTES < info.sizeBytes; at++) {
        freed += this.#chunks.getBinary([id, at])?.length ?? 0;
        this.#chunks.removeSync([id, at]);
      }
    }
    return freed;
  }
}
