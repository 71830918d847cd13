/**
 * What the Stale Manager asks of where artifacts are kept, and the same over LMDB: facts, moves, marks, removal. Every step
 * that takes something away looks again, in its own transaction, whether anything refers to it.
 *
 * @module
 */

import { SymphonyError } from "../../core/errors.ts";
import { type ArtifactId, type RunId, runId } from "../../core/ids.ts";
import type { ArtifactInfo } from "../../core/ports/artifact.ts";
import type { DagPort } from "../../core/ports/dag.ts";
import type { Blocks } from "../artifact/blocks.ts";
import { labelsOf } from "../artifact/catalog.ts";
import { storedId } from "../artifact/record.ts";
import { LmdbArtifactReclaim } from "../artifact/reclaim.ts";
import { Records } from "../artifact/records.ts";
import { summaryOf } from "../dag/summary.ts";
import type { Store, Table } from "../store.ts";
import { timeOf } from "../time_bytes.ts";
import type { Moved, Mover } from "./mover.ts";
import type { ArtifactFacts } from "./policy.ts";
import { namedIn } from "./named.ts";
import type { Readings } from "./readings.ts";

/** A mark for deletion. */
export interface Mark {
  readonly batch: string;
  readonly at: number;
  /** When it becomes final; Unix milliseconds. */
  readonly until: number;
  readonly references: "none" | "ended-runs" | "any";
}

export interface Shelves {
  artifacts(): AsyncIterable<ArtifactInfo>;
  /** Undefined where the artifact is gone. */
  facts(id: ArtifactId): ArtifactFacts | undefined;
  /**
   * Artifacts that the logs of runs name which have not ended, or are not filed yet, though no list of the run does.
   * @throws SymphonyError `corrupt` where such a log cannot be read: what it names is not known
   */
  namedByOpenRuns(): Promise<ReadonlySet<ArtifactId>>;
  freedBytes(ids: readonly ArtifactId[]): number;
  move(
    ids: readonly ArtifactId[],
    to: "warm" | "cold",
    at: number,
    mayMove: (id: ArtifactId) => boolean,
  ): Promise<Moved>;
  bringBack(id: ArtifactId): Promise<boolean>;
  /** Marks those that `mayGo`; gives them. */
  mark(
    ids: readonly ArtifactId[],
    mark: (id: ArtifactId) => Mark,
    mayGo: (id: ArtifactId) => boolean,
  ): Promise<readonly ArtifactId[]>;
  /** Takes the mark of a batch away; false where it is not there. */
  unmark(id: ArtifactId, batch: string): Promise<boolean>;
  marked(): readonly { readonly id: ArtifactId; readonly mark: Mark }[];
  /** Removes for good what is still marked and `mayGo`, else takes the mark away; gives the bytes freed. */
  remove(id: ArtifactId, mayGo: (id: ArtifactId) => boolean): Promise<number | undefined>;
  /** Frees what nobody uses; gives the bytes. */
  sweep(at: number): Promise<number>;
  archiveBytes(tier: "warm" | "cold"): number;
  /** What artifacts take here, shared and compressed. */
  hotBytes(): number;
  workflowOf(run: RunId | undefined): string | undefined;
  /** What was applied, by the id of its batch. */
  batches(): ReadonlyMap<string, string>;
  /** Keeps what `change` makes of the batches, in one transaction. */
  changeBatches(change: (before: ReadonlyMap<string, string>) => ReadonlyMap<string, string>): Promise<void>;
  load(name: string): string | undefined;
  save(name: string, text: string): Promise<void>;
}

/** Puts that began this long ago and have not ended are dead. */
const DEAD_PUT_MS = 60 * 60 * 1000;
const PAGE = 256;
const nothing = new Uint8Array(0);
const finals = new Set(["completed", "failed", "cancelled"]);

export interface ShelfParts {
  readonly store: Store;
  readonly blocks: Blocks;
  readonly mover: Mover;
  readonly readings: Readings;
  readonly dag: DagPort;
}

export class LmdbShelves implements Shelves {
  readonly #store: Store;
  readonly #blocks: Blocks;
  readonly #mover: Mover;
  readonly #readings: Readings;
  readonly #dag: DagPort;
  readonly #records: Records;
  readonly #reclaim: LmdbArtifactReclaim;
  readonly #labels: Table;
  readonly #versions: Table;
  readonly #runs: Table;
  readonly #notes: Table;

  constructor({ store, blocks, mover, readings, dag }: ShelfParts) {
    this.#store = store;
    this.#blocks = blocks;
    this.#mover = mover;
    this.#readings = readings;
    this.#dag = dag;
    this.#records = new Records(store);
    this.#reclaim = new LmdbArtifactReclaim(store, blocks);
    this.#labels = store.table("labels");
    this.#versions = store.table("artifact-versions");
    this.#runs = store.table("runs");
    this.#notes = store.table("retention");
  }

  async *artifacts(): AsyncIterable<ArtifactInfo> {
    let after: string | undefined;
    while (true) {
      this.#store.refresh();
      const start = after === undefined ? {} : { start: after, exclusiveStart: true };
      const page = [...this.#records.table.getKeys({ ...start, limit: PAGE })].map(String);
      for (const key of page) {
        const info = this.#info(storedId(key));
        if (info !== undefined) yield await Promise.resolve(info);
      }
      if (page.length < PAGE) return;
      after = page.at(-1);
    }
  }

  facts(id: ArtifactId): ArtifactFacts | undefined {
    const info = this.#info(id);
    if (info === undefined) return undefined;
    const reading = this.#readings.of(id);
    let lastUsedAt = Math.max(info.createdAt, reading.last);
    let openRuns = 0;
    let endedRuns = 0;
    for (const { key, value } of this.#records.uses.getRange({ start: [id], end: [id, "\uffff"] })) {
      const state = this.#runState(runId(String(key[1])));
      if (state === undefined) continue;
      if (finals.has(state)) endedRuns++;
      else openRuns++;
      lastUsedAt = Math.max(lastUsedAt, timeOf(value) ?? 0);
    }
    return {
      info,
      tier: this.#mover.tierOf(id),
      labels: labelsOf(this.#labels.getBinary(id)),
      versions: [...this.#versions.getKeys({ start: [id], end: [id, "\uffff"], limit: 100 })].length,
      openRuns,
      endedRuns,
      lastUsedAt,
      uses: openRuns + endedRuns + reading.count,
    };
  }

  async namedByOpenRuns(): Promise<ReadonlySet<ArtifactId>> {
    const named = new Set<ArtifactId>();
    this.#store.refresh();
    const unfiled = new Set([...this.#store.table("unfiled").getKeys({})].map((key) => String(key[1])));
    for await (const { run, state } of this.#dag.list()) {
      if (finals.has(state) && !unfiled.has(run)) continue;
      for (const id of await namedIn(this.#dag, run)) named.add(id);
    }
    return named;
  }

  freedBytes(ids: readonly ArtifactId[]): number {
    return this.#mover.freedBytes(ids);
  }

  async move(
    ids: readonly ArtifactId[],
    to: "warm" | "cold",
    at: number,
    mayMove: (id: ArtifactId) => boolean,
  ): Promise<Moved> {
    return await this.#mover.move(ids, to, at, mayMove);
  }

  async bringBack(id: ArtifactId): Promise<boolean> {
    return await this.#mover.bringBack(id);
  }

  async mark(
    ids: readonly ArtifactId[],
    mark: (id: ArtifactId) => Mark,
    mayGo: (id: ArtifactId) => boolean,
  ): Promise<readonly ArtifactId[]> {
    const done: ArtifactId[] = [];
    for (let from = 0; from < ids.length; from += PAGE) {
      let part: ArtifactId[] = [];
      await this.#store.commit(() => {
        part = ids.slice(from, from + PAGE).filter((id) =>
          this.#records.table.doesExist(id) && !this.#records.condemned.doesExist(id) && mayGo(id)
        );
        for (const id of part) this.#records.condemned.put(id, jsonBytes(mark(id)));
      });
      done.push(...part);
    }
    return done;
  }

  async unmark(id: ArtifactId, batch: string): Promise<boolean> {
    let isOurs = false;
    await this.#store.commit(() => {
      isOurs = this.#markOf(id)?.batch === batch;
      if (isOurs) this.#records.condemned.removeSync(id);
    });
    return isOurs;
  }

  marked(): readonly { readonly id: ArtifactId; readonly mark: Mark }[] {
    this.#store.refresh();
    return [...this.#records.condemned.getRange({})].map(({ key, value }) => ({
      id: storedId(key),
      mark: JSON.parse(new TextDecoder().decode(value)) as Mark,
    }));
  }

  async remove(id: ArtifactId, mayGo: (id: ArtifactId) => boolean): Promise<number | undefined> {
    let freed: number | undefined;
    await this.#store.commit(() => {
      freed = undefined;
      if (this.#markOf(id) === undefined) return;
      if (mayGo(id)) {
        // So that a log which still names it can be told from one that lost something.
        if ((this.facts(id)?.endedRuns ?? 0) > 0) this.#notes.put(["gone", id], nothing);
        freed = this.#reclaim.removeOne(id);
      } else this.#records.condemned.removeSync(id);
    });
    return freed;
  }

  async sweep(at: number): Promise<number> {
    const { freedBytes } = await this.#reclaim.sweep(at - DEAD_PUT_MS);
    return freedBytes + await this.#mover.sweep(at);
  }

  archiveBytes(tier: "warm" | "cold"): number {
    return this.#mover.archiveBytes(tier);
  }

  hotBytes(): number {
    this.#store.refresh();
    let sum = 0;
    for (const table of [this.#records.table, this.#blocks.table, this.#store.table("chunks")]) {
      for (const key of table.getKeys({})) sum += table.getBinaryFast(key)?.length ?? 0;
    }
    return sum;
  }

  workflowOf(run: RunId | undefined): string | undefined {
    const bytes = run === undefined ? undefined : this.#runs.getBinary(run);
    return bytes === undefined ? undefined : summaryOf(bytes).workflow;
  }

  batches(): ReadonlyMap<string, string> {
    this.#store.refresh();
    return this.#batches();
  }

  async changeBatches(
    change: (before: ReadonlyMap<string, string>) => ReadonlyMap<string, string>,
  ): Promise<void> {
    await this.#store.commit(() => {
      const before = this.#batches();
      const after = change(before);
      const isOld = this.#notes.doesExist("batches");
      for (const [id, text] of after) {
        if (before.get(id) !== text || isOld) this.#notes.put(["batch", id], new TextEncoder().encode(text));
      }
      for (const id of before.keys()) if (!after.has(id)) this.#notes.removeSync(["batch", id]);
      this.#notes.removeSync("batches");
    });
  }

  load(name: string): string | undefined {
    this.#store.refresh();
    const bytes = this.#notes.getBinary(name);
    return bytes === undefined ? undefined : new TextDecoder().decode(bytes);
  }

  async save(name: string, text: string): Promise<void> {
    await this.#store.commit(() => void this.#notes.put(name, new TextEncoder().encode(text)));
  }

  #batches(): Map<string, string> {
    const found = new Map<string, string>();
    // Older programs kept all of them in one list.
    const list = this.#notes.getBinary("batches");
    const older = list === undefined ? [] : JSON.parse(new TextDecoder().decode(list)) as { id: string }[];
    for (const batch of older) found.set(batch.id, JSON.stringify(batch));
    for (const { key, value } of this.#notes.getRange({ start: ["batch"], end: ["batch", "\uffff"] })) {
      found.set(String((key as readonly unknown[])[1]), new TextDecoder().decode(value));
    }
    return found;
  }

  #markOf(id: ArtifactId): Mark | undefined {
    const bytes = this.#records.condemned.getBinary(id);
    return bytes === undefined ? undefined : JSON.parse(new TextDecoder().decode(bytes)) as Mark;
  }

  #info(id: ArtifactId): ArtifactInfo | undefined {
    try {
      return this.#records.read(id)?.info;
    } catch (error) {
      // What is damaged stays where it is; `verify` tells of it.
      if (error instanceof SymphonyError && error.code === "corrupt") return undefined;
      throw error;
    }
  }

  #runState(run: RunId): string | undefined {
    const bytes = this.#runs.getBinary(run);
    return bytes === undefined ? undefined : summaryOf(bytes).state;
  }
}

function jsonBytes(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}
