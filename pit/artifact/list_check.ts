/**
 * Whether what is noted beside content agrees with it: lists by time and run, uses of blocks, places in archives, versions,
 * labels, marks. All of it but names and labels can be made again from the records.
 *
 * @module
 */

import { SymphonyError } from "../../core/errors.ts";
import { type ArtifactId, type RunId, runId } from "../../core/ids.ts";
import type { CheckupFinding } from "../../core/ports/artifact_checkup.ts";
import type { Store, StoreKey, Table } from "../store.ts";
import { beganAtOf, type Blocks } from "./blocks.ts";
import { labelsOf, versionOf } from "./catalog.ts";
import { storedId } from "./record.ts";
import { Records } from "./records.ts";

const nothing = new Uint8Array(0);

export class ListCheck {
  readonly #store: Store;
  readonly #blocks: Blocks;
  readonly #records: Records;

  constructor(store: Store, blocks: Blocks) {
    this.#store = store;
    this.#blocks = blocks;
    this.#records = new Records(store);
  }

  async *check(repair: boolean): AsyncIterable<CheckupFinding> {
    for (const part of [this.#artifacts(), this.#lists(), this.#used(), this.#places(), this.#names()]) {
      for (const { finding, mend, done } of part) {
        if (repair && mend !== undefined) {
          await this.#store.commit(mend);
          yield { ...finding, repair: done };
        } else yield finding;
      }
      this.#store.refresh();
    }
  }

  /** Each artifact is in the lists, and uses its blocks. */
  *#artifacts(): Iterable<Fault> {
    for (const key of [...this.#records.table.getKeys({})]) {
      const id = storedId(key);
      const found = this.#read(id);
      if (found === undefined) continue;
      const { info, content } = found;
      const place: StoreKey = [info.createdAt, id];
      if (!this.#records.byTime.doesExist(place)) {
        yield fault("lists", `artifact ${id} is not in the list by time`, {
          mend: () => void this.#records.byTime.put(place, nothing),
          artifact: id,
        });
      }
      const run = info.origin?.run;
      if (run !== undefined && !this.#records.byRun.doesExist([run, id])) {
        yield fault("lists", `artifact ${id} is not in the list of its run`, {
          mend: () => void this.#records.byRun.put([run, id], nothing),
          artifact: id,
          runs: [run],
        });
      }
      if (content.kind !== "blocks") continue;
      const uses = this.#store.table("block-uses");
      for (const name of new Set(content.names)) {
        if (uses.doesExist([name, id]) || !this.#blocks.table.doesExist(name)) continue;
        yield fault("lists", `block ${name} does not know that artifact ${id} uses it`, {
          mend: () => this.#blocks.use(name, id),
          artifact: id,
        });
      }
    }
  }

  /** What lists name is there. */
  *#lists(): Iterable<Fault> {
    const lists: readonly (readonly [Table, string, (key: unknown[]) => string])[] = [
      [this.#records.byTime, "the list by time", (key) => String(key[1])],
      [this.#records.byRun, "the list of a run", (key) => String(key[1])],
      [this.#records.uses, "the list of what runs refer to", (key) => String(key[0])],
      [this.#store.table("makers"), "the list of what made artifacts", (key) => String(key[0])],
      [this.#store.table("tiers"), "the list of tiers", (key) => String(key[0])],
      [this.#records.condemned, "the list of what is to be deleted", (key) => String(key[0])],
      [this.#store.table("readings"), "the list of readings", (key) => String(key[0])],
    ];
    for (const [table, what, idOf] of lists) {
      for (const key of [...table.getKeys({})]) {
        const id = idOf(Array.isArray(key) ? key : [key]);
        if (this.#isKnown(id)) continue;
        yield fault("lists", `${what} names artifact ${id}, which is not there`, {
          mend: () => void table.removeSync(key),
          runs: table === this.#records.uses ? [runId(String((key as unknown[])[1]))] : [],
        });
      }
    }
  }

  /** Every use of a block is by an artifact that has it, and every block is used. */
  *#used(): Iterable<Fault> {
    const uses = this.#store.table("block-uses");
    let last: readonly [string, string] | undefined;
    const used = new Set<string>();
    for (;;) {
      const page = this.#blocks.uses(last, 1_000);
      for (const [name, user] of page) {
        used.add(name);
        if (beganAtOf(user) !== undefined || this.#isKnown(user)) continue;
        yield fault("lists", `block ${name} is used by artifact ${user}, which is not there`, {
          mend: () => {
            uses.removeSync([name, user]);
            if (this.#blocks.useCount(name, 1) === 0) this.#blocks.remove(name);
          },
        });
      }
      if (page.length < 1_000) break;
      last = page.at(-1);
    }
    for (const key of [...this.#blocks.table.getKeys({})]) {
      const name = String(key);
      if (used.has(name)) continue;
      yield fault("lists", `block ${name} is used by nothing`, {
        mend: () => {
          if (this.#blocks.useCount(name, 1) === 0) this.#blocks.remove(name);
        },
      });
    }
  }

  /** The list of places in archives is what the blocks say. */
  *#places(): Iterable<Fault> {
    const packed = this.#store.table("packed");
    for (const { key, value } of [...packed.getRange({})]) {
      const [file, offset] = key as [string, number];
      const name = new TextDecoder().decode(value);
      const place = this.#blocks.placeOf(name);
      if (place?.file === file && place.offset === offset) continue;
      yield fault("lists", `the archive ${file} is said to hold block ${name}, which is elsewhere`, {
        mend: () => void packed.removeSync(key),
      });
    }
    for (const key of [...this.#blocks.table.getKeys({})]) {
      const name = String(key);
      const place = this.#blocks.placeOf(name);
      if (place === undefined || packed.doesExist([place.file, place.offset, place.length])) continue;
      yield fault("lists", `block ${name} is not in the list of the archive ${place.file}`, {
        mend: () => this.#blocks.replace(name, place),
      });
    }
  }

  /** Versions and labels can be read and belong to artifacts that are there. */
  *#names(): Iterable<Fault> {
    const byArtifact = this.#store.table("artifact-versions");
    const labels = this.#store.table("labels");
    for (const { key, value } of [...this.#store.table("versions").getRange({})]) {
      const [name, version] = key as [string, number];
      const read = attempt(() => versionOf(value));
      if (read === undefined) {
        yield fault("changed", `version ${version} of "${name}" cannot be read`, {});
        continue;
      }
      const { artifact, run } = read;
      const runs = run === undefined ? [] : [run];
      if (!this.#records.table.doesExist(artifact)) {
        const what = `version ${version} of "${name}" is artifact ${artifact}, which is not there`;
        yield fault("dangling", what, { artifact, runs });
      }
      if (byArtifact.doesExist([artifact, name, version])) continue;
      yield fault("lists", `artifact ${artifact} does not know that it is version ${version} of "${name}"`, {
        mend: () => void byArtifact.put([artifact, name, version], nothing),
        artifact,
      });
    }
    for (const { key, value } of [...labels.getRange({})]) {
      const id = storedId(key);
      if (attempt(() => labelsOf(value)) === undefined) {
        yield fault("changed", `the labels of artifact ${id} cannot be read`, { artifact: id });
      } else if (!this.#isKnown(id)) {
        yield fault("lists", `artifact ${id} has labels and is not there`, {
          mend: () => void labels.removeSync(key),
        });
      }
    }
  }

  /** True for what is there, or was put aside and is waited for. */
  #isKnown(id: string): boolean {
    return this.#records.table.doesExist(id) || this.#store.table("quarantine").doesExist([id, "record"]);
  }

  #read(id: ArtifactId) {
    return attempt(() => this.#records.read(id));
  }
}

interface Fault {
  readonly finding: CheckupFinding;
  readonly mend: (() => void) | undefined;
  readonly done: string;
}

function fault(
  kind: CheckupFinding["kind"],
  what: string,
  rest: { readonly mend?: () => void; readonly artifact?: ArtifactId; readonly runs?: readonly RunId[] },
): Fault {
  const { mend, artifact, runs = [] } = rest;
  return {
    finding: { kind, what, runs, ...(artifact === undefined ? {} : { artifact }) },
    mend,
    done: "put right from what is stored",
  };
}

function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof SymphonyError) return undefined;
    throw error;
  }
}
