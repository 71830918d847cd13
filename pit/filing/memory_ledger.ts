/**
 * What filing keeps, in memory, for tests and benches.
 *
 * @module
 */

import type { ArtifactId, RunId } from "../../core/ids.ts";
import type { MemoryArtifactCatalog } from "../artifact/memory_catalog.ts";
import type { MemoryStale } from "../stale/memory.ts";
import type { EndedRun, FiledOutput, FiledUse, FilingLedger, Made } from "./ledger.ts";

export class MemoryFilingLedger implements FilingLedger {
  readonly #catalog: MemoryArtifactCatalog;
  readonly #stale: MemoryStale;
  readonly #queue = new Map<RunId, EndedRun>();
  readonly #makers = new Map<ArtifactId, Made[]>();
  readonly #outputs = new Map<string, ArtifactId>();

  constructor(catalog: MemoryArtifactCatalog, stale: MemoryStale) {
    this.#catalog = catalog;
    this.#stale = stale;
  }

  prepare(): Promise<void> {
    return Promise.resolve();
  }

  pending(limit: number): readonly EndedRun[] {
    return [...this.#queue.values()].sort((a, b) => a.at - b.at).slice(0, limit);
  }

  enqueue(run: EndedRun): Promise<void> {
    this.#queue.set(run.run, run);
    return Promise.resolve();
  }

  async note(run: RunId, uses: readonly FiledUse[]): Promise<void> {
    for (const { artifact, at, made } of uses) {
      await this.#stale.touch(artifact, at, run);
      if (made === undefined) continue;
      const key = JSON.stringify(made.place);
      const others = (this.#makers.get(artifact) ?? []).filter(({ place }) => JSON.stringify(place) !== key);
      this.#makers.set(artifact, [...others, made]);
      if (made.place.output !== undefined) this.#outputs.set(`${run} ${made.place.output}`, artifact);
    }
  }

  finish({ run, at }: EndedRun, outputs: readonly FiledOutput[]): Promise<boolean> {
    if (this.#queue.get(run)?.at !== at) return Promise.resolve(false);
    for (const { name, artifact, message } of outputs) {
      this.#catalog.add(name, { artifact, message, run }, at);
    }
    this.#queue.delete(run);
    return Promise.resolve(true);
  }

  makersOf(id: ArtifactId): readonly Made[] {
    return this.#makers.get(id) ?? [];
  }

  runsOf(id: ArtifactId): readonly RunId[] {
    return this.#stale.runsOf(id);
  }

  outputOf(run: RunId, output: string): ArtifactId | undefined {
    return this.#outputs.get(`${run} ${output}`);
  }
}
