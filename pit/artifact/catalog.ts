/**
 * Names with versions, and labels, in LMDB.
 *
 * Invariants:
 * C1. Versions of a name are numbered 1, 2, 3, … without gaps and never change; two processes that add at once get two
 *     numbers.
 * C2. A version and a label belong to an artifact that was in the store when they were made.
 *
 * @module
 */

import { SymphonyError } from "../../core/errors.ts";
import { type ArtifactId, artifactId } from "../../core/ids.ts";
import type {
  ArtifactCatalogPort,
  ArtifactLabels,
  ArtifactVersion,
  LabelChange,
  NewVersion,
} from "../../core/ports/artifact_catalog.ts";
import type { ClockPort } from "../../core/ports/clock.ts";
import type { Store, Table } from "../store.ts";
import { checkedJsonBytes, readCheckedJson } from "./checked.ts";
import { stamp } from "./records.ts";
import { changedLabels, checkChange, checkName, noLabels, noParent } from "./labels.ts";

/** ArtifactCatalogPort in the data folder. */
export class LmdbArtifactCatalog implements ArtifactCatalogPort {
  readonly #store: Store;
  readonly #clock: ClockPort;
  readonly #records: Table;
  /** [name, version] → JSON. */
  readonly #versions: Table;
  /** [artifact, name, version] → nothing. */
  readonly #byArtifact: Table;
  readonly #labels: Table;
  /** What the search has to look at again. */
  readonly #unindexed: Table;

  constructor(store: Store, clock: ClockPort) {
    this.#store = store;
    this.#clock = clock;
    this.#records = store.table("artifacts");
    this.#versions = store.table("versions");
    this.#byArtifact = store.table("artifact-versions");
    this.#labels = store.table("labels");
    this.#unindexed = store.table("unindexed");
  }

  async addVersion(name: string, version: NewVersion): Promise<ArtifactVersion> {
    checkName(name);
    let made: ArtifactVersion | undefined;
    await this.#store.commit(() => made = this.add(name, version, this.#clock.now()));
    return made as ArtifactVersion;
  }

  /** Inside a transaction: what `addVersion` does. @throws SymphonyError `not-found` | `bad-input` */
  add(name: string, { artifact, message = "", parent, run }: NewVersion, at: number): ArtifactVersion {
    this.#demand(artifact);
    const latest = this.#latest(name);
    if (latest?.artifact === artifact) return latest;
    const from = parent ?? latest?.version ?? 0;
    if (from > (latest?.version ?? 0)) throw noParent(name, from, latest?.version ?? 0);
    const version = (latest?.version ?? 0) + 1;
    const made: ArtifactVersion = {
      name,
      version,
      artifact,
      message,
      at,
      ...(from > 0 ? { parent: from } : {}),
      ...(run === undefined ? {} : { run }),
    };
    this.#versions.put([name, version], checkedJsonBytes(made));
    this.#byArtifact.put([artifact, name, version], nothing);
    this.#unindexed.put(artifact, stamp());
    return made;
  }

  // deno-lint-ignore require-await -- the port is asynchronous
  async versions(name: string): Promise<readonly ArtifactVersion[]> {
    this.#store.refresh();
    return [...this.#versions.getRange({ start: [name], end: [name, Infinity] })].map(({ value }) =>
      versionOf(value)
    );
  }

  async *names(): AsyncIterable<ArtifactVersion> {
    this.#store.refresh();
    let latest: ArtifactVersion | undefined;
    for (const { value } of this.#versions.getRange({})) {
      const version = versionOf(value);
      if (latest !== undefined && latest.name !== version.name) yield await Promise.resolve(latest);
      latest = version;
    }
    if (latest !== undefined) yield latest;
  }

  // deno-lint-ignore require-await -- the port is asynchronous
  async versionsOf(id: ArtifactId): Promise<readonly ArtifactVersion[]> {
    this.#store.refresh();
    return [...this.#byArtifact.getKeys({ start: [id], end: [id, "\uffff"] })].flatMap((key) => {
      const [, name, version] = key as [string, string, number];
      const bytes = this.#versions.getBinary([name, version]);
      return bytes === undefined ? [] : [versionOf(bytes)];
    });
  }

  // deno-lint-ignore require-await -- the port is asynchronous
  async labels(id: ArtifactId): Promise<ArtifactLabels> {
    this.#store.refresh();
    return this.#read(id);
  }

  async label(id: ArtifactId, change: LabelChange): Promise<ArtifactLabels> {
    checkChange(change);
    let labels = noLabels;
    await this.#store.commit(() => {
      this.#demand(id);
      labels = changedLabels(this.#read(id), change, this.#clock.now());
      this.#labels.put(id, checkedJsonBytes(labels));
      this.#unindexed.put(id, stamp());
    });
    return labels;
  }

  #read(id: ArtifactId): ArtifactLabels {
    return labelsOf(this.#labels.getBinary(id));
  }

  #latest(name: string): ArtifactVersion | undefined {
    for (
      const { value } of this.#versions.getRange({
        start: [name, Infinity],
        end: [name],
        reverse: true,
        limit: 1,
      })
    ) {
      return versionOf(value);
    }
    return undefined;
  }

  #demand(id: ArtifactId): void {
    if (this.#records.doesExist(id)) return;
    throw new SymphonyError("not-found", `Cannot find artifact ${id}: the store has none`);
  }
}

const nothing = new Uint8Array(0);

/** A stored version. @throws SymphonyError `corrupt` */
export function versionOf(bytes: Uint8Array): ArtifactVersion {
  const { artifact, ...rest } = readCheckedJson(bytes, "a version") as ArtifactVersion;
  return { ...rest, artifact: artifactId(artifact) };
}

/** Stored labels; none where there are none. @throws SymphonyError `corrupt` */
export function labelsOf(bytes: Uint8Array | undefined): ArtifactLabels {
  if (bytes === undefined) return noLabels;
  const { tags, hold, scores } = readCheckedJson(bytes, "labels") as ArtifactLabels;
  return { tags, hold, scores };
}
