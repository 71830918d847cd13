/**
 * Shelves in memory, for tests and benches: tiers are only names there.
 *
 * @module
 */

import type { ArtifactId, RunId } from "../../core/ids.ts";
import type { ArtifactInfo } from "../../core/ports/artifact.ts";
import type { DagPort } from "../../core/ports/dag.ts";
import type { Tier } from "../../core/ports/stale.ts";
import type { MemoryArtifacts } from "../artifact/memory.ts";
import type { MemoryArtifactCatalog } from "../artifact/memory_catalog.ts";
import type { MemoryStale } from "./memory.ts";
import type { Moved } from "./mover.ts";
import { namedIn } from "./named.ts";
import type { ArtifactFacts } from "./policy.ts";
import type { Mark, Shelves } from "./shelves.ts";

const finals = new Set(["completed", "failed", "cancelled"]);

export interface MemoryShelfParts {
  readonly artifacts: MemoryArtifacts;
  readonly catalog: MemoryArtifactCatalog;
  readonly stale: MemoryStale;
  readonly dag: DagPort;
}

export class MemoryShelves implements Shelves {
  readonly #parts: MemoryShelfParts;
  readonly #tiers = new Map<ArtifactId, Tier>();
  readonly #marks = new Map<ArtifactId, Mark>();
  readonly #notes = new Map<string, string>();
  readonly #readings = new Map<ArtifactId, { count: number; last: number }>();
  #batches: ReadonlyMap<string, string> = new Map();
  /** As of the last look at the runs. */
  #runs = new Map<RunId, { readonly state: string; readonly workflow: string }>();

  constructor(parts: MemoryShelfParts) {
    this.#parts = parts;
    parts.artifacts.onPut = (id) => void this.#marks.delete(id);
    parts.artifacts.onRead = (id, at) => {
      this.#readings.set(id, { count: (this.#readings.get(id)?.count ?? 0) + 1, last: at });
      this.#tiers.delete(id);
    };
  }

  async *artifacts(): AsyncIterable<ArtifactInfo> {
    await this.#lookAtRuns();
    const infos: ArtifactInfo[] = [];
    for await (const info of this.#parts.artifacts.list()) infos.push(info);
    yield* infos.sort((a, b) => a.id < b.id ? -1 : 1);
  }

  facts(id: ArtifactId): ArtifactFacts | undefined {
    const info = this.#parts.artifacts.infoNow(id);
    if (info === undefined) return undefined;
    const uses = this.#parts.stale.usesOf(id);
    const states = uses.flatMap(({ run, at }) => {
      const state = this.#runs.get(run)?.state;
      return state === undefined ? [] : [{ isEnded: finals.has(state), at }];
    });
    const reading = this.#readings.get(id) ?? { count: 0, last: 0 };
    const endedRuns = states.filter(({ isEnded }) => isEnded).length;
    return {
      info,
      tier: this.#tiers.get(id) ?? "hot",
      labels: this.#parts.catalog.labelsNow(id),
      versions: this.#parts.catalog.versionCount(id),
      openRuns: states.length - endedRuns,
      endedRuns,
      lastUsedAt: Math.max(info.createdAt, reading.last, ...states.map(({ at }) => at)),
      uses: states.length + reading.count,
    };
  }

  async namedByOpenRuns(): Promise<ReadonlySet<ArtifactId>> {
    await this.#lookAtRuns();
    const named = new Set<ArtifactId>();
    for (const [run, { state }] of this.#runs) {
      if (finals.has(state)) continue;
      for (const id of await namedIn(this.#parts.dag, run)) named.add(id);
    }
    return named;
  }

  freedBytes(ids: readonly ArtifactId[]): number {
    return [...new Set(ids)].reduce(
      (sum, id) => sum + (this.#parts.artifacts.infoNow(id)?.sizeBytes ?? 0),
      0,
    );
  }

  move(
    ids: readonly ArtifactId[],
    to: "warm" | "cold",
    _at: number,
    mayMove: (id: ArtifactId) => boolean,
  ): Promise<Moved> {
    const artifacts = ids.filter((id) => mayMove(id));
    const freedBytes = this.freedBytes(artifacts.filter((id) => !this.#tiers.has(id)));
    for (const id of artifacts) this.#tiers.set(id, to);
    return Promise.resolve({ artifacts, freedBytes, failures: [] });
  }

  bringBack(id: ArtifactId): Promise<boolean> {
    return Promise.resolve(this.#tiers.delete(id));
  }

  mark(
    ids: readonly ArtifactId[],
    mark: (id: ArtifactId) => Mark,
    mayGo: (id: ArtifactId) => boolean,
  ): Promise<readonly ArtifactId[]> {
    const done = ids.filter((id) => !this.#marks.has(id) && mayGo(id));
    for (const id of done) this.#marks.set(id, mark(id));
    return Promise.resolve(done);
  }

  unmark(id: ArtifactId, batch: string): Promise<boolean> {
    return Promise.resolve(this.#marks.get(id)?.batch === batch && this.#marks.delete(id));
  }

  marked(): readonly { readonly id: ArtifactId; readonly mark: Mark }[] {
    return [...this.#marks].map(([id, mark]) => ({ id, mark }));
  }

  remove(id: ArtifactId, mayGo: (id: ArtifactId) => boolean): Promise<number | undefined> {
    if (!this.#marks.delete(id) || !mayGo(id)) return Promise.resolve(undefined);
    this.#tiers.delete(id);
    return Promise.resolve(this.#parts.artifacts.remove(id));
  }

  sweep(): Promise<number> {
    return Promise.resolve(0);
  }

  archiveBytes(tier: "warm" | "cold"): number {
    return this.freedBytes([...this.#tiers].filter(([, one]) => one === tier).map(([id]) => id));
  }

  hotBytes(): number {
    return this.freedBytes(this.#parts.artifacts.ids().filter((id) => !this.#tiers.has(id)));
  }

  workflowOf(run: RunId | undefined): string | undefined {
    return run === undefined ? undefined : this.#runs.get(run)?.workflow;
  }

  batches(): ReadonlyMap<string, string> {
    return this.#batches;
  }

  changeBatches(change: (before: ReadonlyMap<string, string>) => ReadonlyMap<string, string>): Promise<void> {
    this.#batches = change(this.#batches);
    return Promise.resolve();
  }

  load(name: string): string | undefined {
    return this.#notes.get(name);
  }

  save(name: string, text: string): Promise<void> {
    this.#notes.set(name, text);
    return Promise.resolve();
  }

  async #lookAtRuns(): Promise<void> {
    const runs = new Map<RunId, { readonly state: string; readonly workflow: string }>();
    for await (const { run, state, workflow } of this.#parts.dag.list()) runs.set(run, { state, workflow });
    this.#runs = runs;
  }
}
