/**
 * Names, versions and labels in memory, for tests and benches.
 *
 * @module
 */

import { SymphonyError } from "../../core/errors.ts";
import type { ArtifactId } from "../../core/ids.ts";
import type {
  ArtifactCatalogPort,
  ArtifactLabels,
  ArtifactVersion,
  LabelChange,
  NewVersion,
} from "../../core/ports/artifact_catalog.ts";
import type { ClockPort } from "../../core/ports/clock.ts";
import { changedLabels, checkChange, checkName, noLabels, noParent } from "./labels.ts";
import type { MemoryArtifacts } from "./memory.ts";

/** ArtifactCatalogPort that forgets everything with the process. */
export class MemoryArtifactCatalog implements ArtifactCatalogPort {
  readonly #artifacts: MemoryArtifacts;
  readonly #clock: ClockPort;
  readonly #versions = new Map<string, ArtifactVersion[]>();
  readonly #labels = new Map<ArtifactId, ArtifactLabels>();

  constructor(artifacts: MemoryArtifacts, clock: ClockPort) {
    this.#artifacts = artifacts;
    this.#clock = clock;
  }

  // deno-lint-ignore require-await -- a throw becomes a rejection
  async addVersion(name: string, version: NewVersion): Promise<ArtifactVersion> {
    checkName(name);
    return this.add(name, version, this.#clock.now());
  }

  /** What `addVersion` does, at once. @throws SymphonyError `not-found` | `bad-input` */
  add(name: string, { artifact, message = "", parent, run }: NewVersion, at: number): ArtifactVersion {
    this.#demand(artifact);
    const known = this.#versions.get(name) ?? [];
    const latest = known.at(-1);
    if (latest?.artifact === artifact) return latest;
    const from = parent ?? known.length;
    if (from > known.length) throw noParent(name, from, known.length);
    const made: ArtifactVersion = {
      name,
      version: known.length + 1,
      artifact,
      message,
      at,
      ...(from > 0 ? { parent: from } : {}),
      ...(run === undefined ? {} : { run }),
    };
    this.#versions.set(name, [...known, made]);
    return made;
  }

  versions(name: string): Promise<readonly ArtifactVersion[]> {
    return Promise.resolve(this.#versions.get(name) ?? []);
  }

  async *names(): AsyncIterable<ArtifactVersion> {
    for (const name of [...this.#versions.keys()].sort()) {
      const latest = this.#versions.get(name)?.at(-1);
      if (latest !== undefined) yield await Promise.resolve(latest);
    }
  }

  versionsOf(id: ArtifactId): Promise<readonly ArtifactVersion[]> {
    const names = [...this.#versions.keys()].sort();
    const all = names.flatMap((name) => this.#versions.get(name) ?? []);
    return Promise.resolve(all.filter(({ artifact }) => artifact === id));
  }

  labelsNow(id: ArtifactId): ArtifactLabels {
    return this.#labels.get(id) ?? noLabels;
  }

  versionCount(id: ArtifactId): number {
    return [...this.#versions.values()].flat().filter(({ artifact }) => artifact === id).length;
  }

  labels(id: ArtifactId): Promise<ArtifactLabels> {
    return Promise.resolve(this.#labels.get(id) ?? noLabels);
  }

  // deno-lint-ignore require-await -- a throw becomes a rejection
  async label(id: ArtifactId, change: LabelChange): Promise<ArtifactLabels> {
    checkChange(change);
    this.#demand(id);
    const labels = changedLabels(this.#labels.get(id) ?? noLabels, change, this.#clock.now());
    this.#labels.set(id, labels);
    return labels;
  }

  #demand(id: ArtifactId): void {
    if (this.#artifacts.has(id)) return;
    throw new SymphonyError("not-found", `Cannot find artifact ${id}: the store has none`);
  }
}
