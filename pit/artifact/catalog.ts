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
  QualityScore,
} from "../../core/ports/artifact_catalog.ts";
import type { ClockPort } from "../../core/ports/clock.ts";
import type { Store, Table } from "../store.ts";

const MOST_NAME = 500;
const MOST_TAG = 100;
const noLabels: ArtifactLabels = { tags: [], hold: undefined, scores: [] };

/** ArtifactCatalogPort in the data folder. */
export class LmdbArtifactCatalog implements ArtifactCatalogPort {
  readonly #store: Store;
  readonly #clock: ClockPort;
  readonly #records: Table;
  /** [name, version] → JSON. */
  readonly #versions: Table;
  readonly #labels: Table;
  /** What the search has to look at again. */
  readonly #unindexed: Table;

  constructor(store: Store, clock: ClockPort) {
    this.#store = store;
    this.#clock = clock;
    this.#records = store.table("artifacts");
    this.#versions = store.table("versions");
    this.#labels = store.table("labels");
    this.#unindexed = store.table("unindexed");
  }

  async addVersion(name: string, { artifact, message = "", parent }: NewVersion): Promise<ArtifactVersion> {
    if (name === "" || name.length > MOST_NAME || /\p{Cc}/u.test(name)) {
      throw new SymphonyError(
        "bad-input",
        `Cannot name an artifact "${name.slice(0, 80)}": expected 1 to ${MOST_NAME} printable characters`,
      );
    }
    let made: ArtifactVersion | undefined;
    await this.#store.commit(() => {
      this.#demand(artifact);
      const latest = this.#latest(name);
      if (latest?.artifact === artifact) {
        made = latest;
        return;
      }
      const from = parent ?? latest?.version ?? 0;
      if (from > (latest?.version ?? 0)) {
        throw new SymphonyError(
          "bad-input",
          `Cannot make a version of "${name}" from version ${from}: the latest is ${latest?.version ?? 0}`,
        );
      }
      const version = (latest?.version ?? 0) + 1;
      made = {
        name,
        version,
        artifact,
        message,
        at: this.#clock.now(),
        ...(from > 0 ? { parent: from } : {}),
      };
      this.#versions.put([name, version], jsonBytes(made));
      this.#unindexed.put(artifact, nothing);
    });
    return made as ArtifactVersion;
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
  async labels(id: ArtifactId): Promise<ArtifactLabels> {
    this.#store.refresh();
    return this.#read(id);
  }

  async label(id: ArtifactId, change: LabelChange): Promise<ArtifactLabels> {
    const { addTags = [], removeTags = [], hold, score } = change;
    const wrong = addTags.find((tag) => tag === "" || tag.length > MOST_TAG || /[\p{Cc},]/u.test(tag));
    if (wrong !== undefined) {
      throw new SymphonyError(
        "bad-input",
        `Cannot tag with "${wrong.slice(0, 80)}": expected 1 to ${MOST_TAG} characters, no comma`,
      );
    }
    if (score !== undefined && !(score.value >= 0 && score.value <= 1)) {
      throw new SymphonyError("bad-input", `Cannot score with ${score.value}: expected a number from 0 to 1`);
    }
    let labels = noLabels;
    await this.#store.commit(() => {
      this.#demand(id);
      const before = this.#read(id);
      const tags = new Set([...before.tags, ...addTags]);
      for (const tag of removeTags) tags.delete(tag);
      labels = {
        tags: [...tags].sort(),
        hold: hold === null ? undefined : hold ?? before.hold,
        scores: score === undefined
          ? before.scores
          : scored(before.scores, { ...score, at: this.#clock.now() }),
      };
      this.#labels.put(id, jsonBytes(labels));
      this.#unindexed.put(id, nothing);
    });
    return labels;
  }

  #read(id: ArtifactId): ArtifactLabels {
    const bytes = this.#labels.getBinary(id);
    if (bytes === undefined) return noLabels;
    const { tags, hold, scores } = JSON.parse(new TextDecoder().decode(bytes)) as ArtifactLabels;
    return { tags, hold, scores };
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

function scored(scores: readonly QualityScore[], score: QualityScore): readonly QualityScore[] {
  const others = scores.filter(({ scorer, version }) => scorer !== score.scorer || version !== score.version);
  return [...others, score];
}

function jsonBytes(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}

function versionOf(bytes: Uint8Array): ArtifactVersion {
  const { artifact, ...rest } = JSON.parse(new TextDecoder().decode(bytes)) as ArtifactVersion;
  return { ...rest, artifact: artifactId(artifact) };
}
