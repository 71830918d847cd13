/**
 * The records of artifacts and their indexes by time and run, and what the search has to do, changed together inside one transaction.
 *
 * @module
 */

import type { ArtifactId } from "../../core/ids.ts";
import type { ArtifactInfo } from "../../core/ports/artifact.ts";
import type { Store, Table } from "../store.ts";
import { timeBytes } from "../time_bytes.ts";
import { type Content, readRecord } from "./record.ts";

const nothing = new Uint8Array(0);

/** Tells two changes of the same artifact apart for the search. */
export function stamp(): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(8));
}

export class Records {
  readonly table: Table;
  readonly byTime: Table;
  readonly byRun: Table;
  /** What the search has to look at: new, relabelled or gone. */
  readonly unindexed: Table;
  /** [artifact, run] → time: which runs refer to it. */
  readonly uses: Table;
  /** Marked for deletion; storing it again, or a run's use of it, takes the mark away. */
  readonly condemned: Table;
  readonly #tiers: Table;
  readonly #readings: Table;
  readonly #makers: Table;

  constructor(store: Store) {
    this.#tiers = store.table("tiers");
    this.#readings = store.table("readings");
    this.#makers = store.table("makers");
    this.table = store.table("artifacts");
    this.byTime = store.table("artifacts-by-time");
    this.byRun = store.table("artifacts-by-run");
    this.unindexed = store.table("unindexed");
    this.uses = store.table("uses");
    this.condemned = store.table("condemned");
  }

  /** What the store holds of an artifact; undefined where it is unknown. @throws SymphonyError `corrupt` */
  read(id: ArtifactId): { readonly info: ArtifactInfo; readonly content: Content } | undefined {
    const bytes = this.table.getBinary(id);
    return bytes && readRecord(id, bytes);
  }

  /**
   * Inside a transaction: the record, unless there is one, the run's own list, and that the run refers to it. True where
   * the record was written.
   */
  put(info: ArtifactInfo, record: Uint8Array): boolean {
    const run = info.origin?.run;
    if (run !== undefined) {
      this.byRun.put([run, info.id], nothing);
      this.uses.put([info.id, run], timeBytes(info.createdAt));
    }
    if (this.table.doesExist(info.id)) {
      this.condemned.removeSync(info.id);
      return false;
    }
    this.byTime.put([info.createdAt, info.id], nothing);
    this.table.put(info.id, record);
    this.unindexed.put(info.id, stamp());
    return true;
  }

  /** Inside a transaction: forgets an artifact, in the lists of its runs as well. */
  remove(info: ArtifactInfo): void {
    this.table.removeSync(info.id);
    this.byTime.removeSync([info.createdAt, info.id]);
    this.unindexed.put(info.id, stamp());
    for (const table of [this.condemned, this.#tiers, this.#readings]) table.removeSync(info.id);
    for (const key of [...this.#makers.getKeys({ start: [info.id], end: [info.id, "\uffff"] })]) {
      this.#makers.removeSync(key);
    }
    for (const key of [...this.uses.getKeys({ start: [info.id], end: [info.id, "\uffff"] })]) {
      this.uses.removeSync(key);
      this.byRun.removeSync([String(key[1]), info.id]);
    }
    if (info.origin !== undefined) this.byRun.removeSync([info.origin.run, info.id]);
  }

  /** Inside a transaction: the record alone goes; lists stay and wait for the same content to be stored again. */
  forget(id: ArtifactId): void {
    this.table.removeSync(id);
    this.unindexed.put(id, stamp());
  }
}
