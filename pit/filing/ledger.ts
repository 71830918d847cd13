/**
 * What filing keeps: which runs are still to be filed, what runs refer to, and what made an artifact. In LMDB.
 *
 * Invariants:
 * F1. A run leaves the queue in the transaction that adds the versions of its outputs, so that a crash or a second process
 *     never adds them twice.
 * F2. What a run refers to is noted before it leaves the queue.
 *
 * @module
 */

import { type ArtifactId, artifactId, nodeId, type RunId, runId } from "../../core/ids.ts";
import type { RunPlace } from "../../core/ports/artifact_lineage.ts";
import { type LmdbArtifactCatalog, versionOf } from "../artifact/catalog.ts";
import type { Store, StoreKey, Table } from "../store.ts";
import { timeBytes, timeOf } from "../time_bytes.ts";

/** A run that ended. */
export interface EndedRun {
  readonly run: RunId;
  /** Unix milliseconds. */
  readonly at: number;
}

/** An artifact that a run refers to, and the place that made it, where it was made there. */
export interface FiledUse {
  readonly artifact: ArtifactId;
  /** Unix milliseconds. */
  readonly at: number;
  readonly made?: Made;
}

/** How a place made an artifact. */
export interface Made {
  readonly place: RunPlace;
  /** Unix milliseconds. */
  readonly at: number;
  readonly instrument?: string;
}

/** An output of a workflow that becomes a version. */
export interface FiledOutput {
  readonly name: string;
  readonly artifact: ArtifactId;
  readonly message: string;
}

export interface FilingLedger {
  /** Takes in what was there before there was filing. */
  prepare(): Promise<void>;
  /** Runs that ended and are to be filed, the first that ended first. */
  pending(limit: number): readonly EndedRun[];
  /** Puts a run into the queue. */
  enqueue(run: EndedRun): Promise<void>;
  /** Notes what a run refers to. */
  note(run: RunId, uses: readonly FiledUse[]): Promise<void>;
  /** Adds the versions and takes the run from the queue; false where it is no longer there. */
  finish(run: EndedRun, outputs: readonly FiledOutput[]): Promise<boolean>;
  /** What made the artifact, as far as runs are filed. */
  makersOf(id: ArtifactId): readonly Made[];
  /** Runs that refer to the artifact. */
  runsOf(id: ArtifactId): readonly RunId[];
  /** The artifact that is an output of a run. */
  outputOf(run: RunId, output: string): ArtifactId | undefined;
}

const nothing = new Uint8Array(0);
/** Records written in one transaction. */
const BATCH = 500;

export class LmdbFilingLedger implements FilingLedger {
  readonly #store: Store;
  readonly #catalog: LmdbArtifactCatalog;
  readonly #unfiled: Table;
  readonly #uses: Table;
  readonly #makers: Table;
  readonly #filing: Table;

  constructor(store: Store, catalog: LmdbArtifactCatalog) {
    this.#store = store;
    this.#catalog = catalog;
    this.#unfiled = store.table("unfiled");
    this.#uses = store.table("uses");
    this.#makers = store.table("makers");
    this.#filing = store.table("filing");
  }

  async prepare(): Promise<void> {
    this.#store.refresh();
    if (this.#filing.doesExist("since")) return;
    const settled = this.#store.table("settled");
    await inBatches(
      [...settled.getRange({})].map(({ key, value }) => [timeOf(value) ?? 0, String(key)]),
      (part) =>
        this.#store.commit(() => {
          for (const key of part) this.#unfiled.put(key as StoreKey, nothing);
        }),
    );
    const byArtifact = this.#store.table("artifact-versions");
    await inBatches([...this.#store.table("versions").getRange({})], (part) =>
      this.#store.commit(() => {
        for (const { key, value } of part) {
          const { artifact } = versionOf(value);
          byArtifact.put([artifact, ...key as (string | number)[]], nothing);
        }
      }));
    await this.#store.commit(() => void this.#filing.put("since", nothing));
  }

  pending(limit: number): readonly EndedRun[] {
    this.#store.refresh();
    return [...this.#unfiled.getKeys({ limit })].map((key) => ({
      at: Number(key[0]),
      run: runId(String(key[1])),
    }));
  }

  async enqueue({ run, at }: EndedRun): Promise<void> {
    await this.#store.commit(() => void this.#unfiled.put([at, run], nothing));
  }

  async note(run: RunId, uses: readonly FiledUse[]): Promise<void> {
    await inBatches(uses, (part) =>
      this.#store.commit(() => {
        for (const { artifact, at, made } of part) {
          const before = timeOf(this.#uses.getBinary([artifact, run]));
          if (before === undefined || before < at) this.#uses.put([artifact, run], timeBytes(at));
          if (made === undefined) continue;
          this.#makers.put(makerKey(artifact, made.place), jsonBytes(made));
          const { output } = made.place;
          if (output !== undefined) {
            this.#filing.put(outputKey(run, output), new TextEncoder().encode(artifact));
          }
        }
      }));
  }

  async finish({ run, at }: EndedRun, outputs: readonly FiledOutput[]): Promise<boolean> {
    let isOurs = false;
    await this.#store.commit(() => {
      isOurs = this.#unfiled.doesExist([at, run]);
      if (!isOurs) return;
      for (const { name, artifact, message } of outputs) {
        this.#catalog.add(name, { artifact, message, run }, at);
      }
      this.#unfiled.removeSync([at, run]);
    });
    return isOurs;
  }

  makersOf(id: ArtifactId): readonly Made[] {
    this.#store.refresh();
    return [...this.#makers.getRange({ start: [id], end: [id, "\uffff"] })].map(({ value }) => madeOf(value));
  }

  outputOf(run: RunId, output: string): ArtifactId | undefined {
    const bytes = this.#filing.getBinary(outputKey(run, output));
    return bytes === undefined ? undefined : artifactId(new TextDecoder().decode(bytes));
  }

  runsOf(id: ArtifactId): readonly RunId[] {
    this.#store.refresh();
    return [...this.#uses.getKeys({ start: [id], end: [id, "\uffff"] })].map((key) => runId(String(key[1])));
  }
}

function outputKey(run: RunId, output: string): StoreKey {
  return ["output", run, output.slice(0, 200)];
}

/** Where a place stands among the makers of an artifact; short, since LMDB's keys are. */
function makerKey(artifact: ArtifactId, { run, scope, node, item = -1, output }: RunPlace): StoreKey {
  const place = `${scope ?? ""}/${node ?? ""}/${output ?? ""}`;
  return [artifact, run, place.length <= 400 ? place : place.slice(0, 200) + place.slice(-200), item];
}

function madeOf(bytes: Uint8Array): Made {
  const made = JSON.parse(new TextDecoder().decode(bytes)) as Made;
  const { run, node } = made.place;
  return {
    ...made,
    place: { ...made.place, run: runId(run), ...(node === undefined ? {} : { node: nodeId(node) }) },
  };
}

async function inBatches<T>(all: readonly T[], act: (part: readonly T[]) => Promise<void>): Promise<void> {
  for (let from = 0; from < all.length; from += BATCH) await act(all.slice(from, from + BATCH));
}

function jsonBytes(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}
