/**
 * Uses of artifacts and ends of runs in LMDB. Nothing is deleted here.
 *
 * @module
 */

import { type ArtifactId, artifactId, type RunId, runId } from "../../core/ids.ts";
import type { StalePort, StaleProposal } from "../../core/ports/stale.ts";
import type { Store, Table } from "../store.ts";
import { timeBytes, timeOf } from "../time_bytes.ts";
import { proposalFor, type Uses } from "./tier.ts";

/** Artifacts looked at between two looks at the database. */
const PAGE = 256;
const nothing = new Uint8Array(0);

/** StalePort in the data folder. A use lies under (artifact, run). */
export class LmdbStale implements StalePort {
  readonly #store: Store;
  readonly #uses: Table;
  readonly #settled: Table;
  /** Runs that ended and are still to be filed, in the order of their ends. */
  readonly #unfiled: Table;
  readonly #onSettled: () => void;

  /** `onSettled` is told, after it is durable, that there is a run to file. */
  constructor(store: Store, onSettled: () => void = () => {}) {
    this.#onSettled = onSettled;
    this.#unfiled = store.table("unfiled");
    this.#store = store;
    this.#uses = store.table("uses");
    this.#settled = store.table("settled");
  }

  async touch(artifact: ArtifactId, at: number, run: RunId): Promise<void> {
    await this.#store.commit(() => {
      const before = timeOf(this.#uses.getBinary([artifact, run]));
      if (before === undefined || before < at) this.#uses.put([artifact, run], timeBytes(at));
      // A run that goes on after it had ended refers to the artifact again.
      if ((timeOf(this.#settled.getBinary(run)) ?? Infinity) < at) this.#settled.removeSync(run);
    });
  }

  async settle(run: RunId, at: number): Promise<void> {
    await this.#store.commit(() => {
      this.#settled.put(run, timeBytes(at));
      this.#unfiled.put([at, run], nothing);
    });
    this.#onSettled();
  }

  async *review(now: number): AsyncIterable<StaleProposal> {
    let after: [string, string] | undefined;
    while (true) {
      const { uses, last } = this.#page(after);
      for (const [artifact, used] of uses) {
        const proposal = proposalFor(artifact, used, (run) => timeOf(this.#settled.getBinary(run)), now);
        if (proposal !== undefined) yield await Promise.resolve(proposal);
      }
      if (last === undefined) return;
      after = last;
    }
  }

  /** The uses of the next artifacts, each whole, and the key from which to go on; no key at the end. */
  #page(
    after: [string, string] | undefined,
  ): { uses: [ArtifactId, Uses][]; last: [string, string] | undefined } {
    this.#store.refresh();
    const uses: [ArtifactId, Uses][] = [];
    let current: Record<RunId, number> = {};
    let last: [string, string] | undefined;
    const range = this.#uses.getRange(after === undefined ? {} : { start: after, exclusiveStart: true });
    for (const { key, value } of range) {
      const artifact = artifactId(String(key[0]));
      if (artifact !== last?.[0]) {
        if (uses.length >= PAGE) return { uses, last };
        current = {};
        uses.push([artifact, current]);
      }
      const run = runId(String(key[1]));
      current[run] = timeOf(value) ?? 0;
      last = [artifact, run];
    }
    return { uses, last: undefined };
  }
}
