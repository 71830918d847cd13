/**
 * Looks through everything that is stored: content, what is noted beside it, what the logs of runs refer to, and the
 * search; mends what can be.
 *
 * What is mended: blocks of which an archive file still holds a sound copy; lists, counts and marks, from the records; the
 * search, from the store. What is damaged beyond that is put aside (`quarantine`), and the runs that made it are filed
 * again, which makes their outputs anew where the log holds them; otherwise running the workflow again does.
 *
 * @module
 */

import { SymphonyError } from "../../core/errors.ts";
import { type ArtifactId, type RunId, runId } from "../../core/ids.ts";
import type { ArtifactPort } from "../../core/ports/artifact.ts";
import type { ArtifactSearchPort } from "../../core/ports/artifact_catalog.ts";
import type { ArtifactCheckupPort, CheckupFinding } from "../../core/ports/artifact_checkup.ts";
import type { ArtifactFilingPort } from "../../core/ports/artifact_lineage.ts";
import type { DagPort } from "../../core/ports/dag.ts";
import type { EndedRun } from "../filing/ledger.ts";
import type { Store, Table } from "../store.ts";
import { timeOf } from "../time_bytes.ts";
import type { Blocks } from "./blocks.ts";
import { ListCheck } from "./list_check.ts";
import { hashOf, storedId } from "./record.ts";
import { Records } from "./records.ts";

const PAGE = 256;

/** Finds sound copies of blocks in archive files. */
export interface BlockCopies {
  /** Stored forms that stand under that name in archive files, wherever one is. */
  copiesOf(name: string): Promise<readonly Uint8Array[]>;
}

export interface CheckupParts {
  readonly store: Store;
  readonly blocks: Blocks;
  readonly artifacts: ArtifactPort;
  readonly dag: DagPort;
  readonly search: ArtifactSearchPort;
  readonly filing: ArtifactFilingPort;
  readonly enqueue: (run: EndedRun) => Promise<void>;
  readonly copies: BlockCopies;
}

export class StoreCheckup implements ArtifactCheckupPort {
  readonly #parts: CheckupParts;
  readonly #records: Records;
  readonly #quarantine: Table;

  constructor(parts: CheckupParts) {
    this.#parts = parts;
    this.#records = new Records(parts.store);
    this.#quarantine = parts.store.table("quarantine");
  }

  async *check({ repair }: { readonly repair: boolean }): AsyncIterable<CheckupFinding> {
    const again = new Set<RunId>();
    for await (const { id, fault } of this.#parts.artifacts.verify()) {
      const runs = this.#runsOf(id);
      const what = fault === "missing"
        ? "a part of its content is missing"
        : "its content or its record has changed";
      const done = repair ? await this.#mend(id) : undefined;
      if (repair && done === undefined) { for (const run of runs) again.add(run); }
      yield {
        kind: fault,
        what: `artifact ${id}: ${what}`,
        artifact: id,
        runs,
        ...(repair ? { repair: done ?? await this.#putAside(id, what) } : {}),
      };
    }
    yield* new ListCheck(this.#parts.store, this.#parts.blocks).check(repair);
    if (again.size > 0) yield* this.#fileAgain(again);
    yield* this.#logs();
    yield* this.#index(repair);
  }

  #runsOf(id: ArtifactId): readonly RunId[] {
    this.#parts.store.refresh();
    return [...this.#records.uses.getKeys({ start: [id], end: [id, "\uffff"] })].map((key) =>
      runId(String(key[1]))
    );
  }

  /** Puts sound copies where damaged blocks are; in words what was done, undefined where that makes it not whole. */
  async #mend(id: ArtifactId): Promise<string | undefined> {
    const { blocks, store, artifacts, copies } = this.#parts;
    let names: readonly string[];
    try {
      const content = this.#records.read(id)?.content;
      if (content?.kind !== "blocks") return undefined;
      names = [...new Set(content.names)];
    } catch {
      return undefined;
    }
    let mended = 0;
    for (const name of names) {
      if (await this.#isSound(name, blocks.table.getBinary(name))) continue;
      for (const stored of await copies.copiesOf(name)) {
        if (!await this.#isSound(name, stored)) continue;
        await store.commit(() => blocks.replace(name, stored));
        mended++;
        break;
      }
    }
    if (mended === 0) return undefined;
    try {
      for await (const { id: other } of artifacts.verify()) if (other === id) return undefined;
    } catch {
      return undefined;
    }
    return `${mended} blocks were taken from an archive file that still had them`;
  }

  async #isSound(name: string, stored: Uint8Array | undefined): Promise<boolean> {
    if (stored === undefined) return false;
    try {
      return hashOf(await this.#parts.blocks.open(name, stored)) === name;
    } catch (error) {
      if (error instanceof SymphonyError && /^(corrupt|not-found)$/.test(error.code)) return false;
      throw error;
    }
  }

  /** The record goes to the quarantine, with its damaged blocks; names, versions and labels stay and wait for the content. */
  async #putAside(id: ArtifactId, what: string): Promise<string> {
    const { store, blocks } = this.#parts;
    const damaged: string[] = [];
    try {
      const content = this.#records.read(id)?.content;
      for (const name of content?.kind === "blocks" ? new Set(content.names) : []) {
        if (!await this.#isSound(name, blocks.table.getBinary(name))) damaged.push(name);
      }
    } catch {
      // The record itself is damaged; its blocks are found by their uses.
    }
    await store.commit(() => {
      const record = this.#records.table.getBinary(id);
      if (record === undefined) return;
      this.#quarantine.put([id, "record"], record);
      this.#quarantine.put([id, "why"], new TextEncoder().encode(what));
      for (const name of damaged) {
        const stored = blocks.table.getBinary(name);
        if (stored !== undefined) this.#quarantine.put([id, name], stored);
        // Sound content that is stored again must not find it in its place.
        blocks.remove(name);
      }
      this.#records.forget(id);
    });
    return "put aside; storing the same content again makes it whole";
  }

  /** Outputs that the logs still hold are made anew. */
  async *#fileAgain(runs: ReadonlySet<RunId>): AsyncIterable<CheckupFinding> {
    const { store, enqueue, filing, artifacts } = this.#parts;
    const settled = store.table("settled");
    for (const run of runs) {
      const at = timeOf(settled.getBinary(run));
      if (at !== undefined) await enqueue({ run, at });
    }
    await filing.catchUp();
    for (const key of [...this.#quarantine.getKeys({})]) {
      const [text, part] = key as [string, string];
      if (part !== "record") continue;
      const id = storedId(text);
      if (await artifacts.info(id) === undefined) continue;
      await store.commit(() => {
        for (const one of [...this.#quarantine.getKeys({ start: [id], end: [id, "\uffff"] })]) {
          this.#quarantine.removeSync(one);
        }
      });
      const repair = "made again from the log of its run";
      yield {
        kind: "missing",
        what: `artifact ${id}: it was put aside`,
        artifact: id,
        runs: this.#runsOf(id),
        repair,
      };
    }
  }

  /** What logs of runs refer to, and logs that cannot be read. */
  async *#logs(): AsyncIterable<CheckupFinding> {
    const { dag, store } = this.#parts;
    for await (const { run } of dag.list()) {
      const missing = new Set<string>();
      let fault: string | undefined;
      try {
        for await (const batch of dag.replay(run)) {
          store.refresh();
          for (const event of batch) {
            for (const id of referencesOf(event)) if (!this.#isThere(id)) missing.add(id);
          }
        }
      } catch (error) {
        if (!(error instanceof SymphonyError)) throw error;
        fault = error.message;
      }
      if (fault !== undefined) yield { kind: "changed", what: fault, runs: [run] };
      for (const id of missing) {
        yield {
          kind: "dangling",
          what: `the log of run ${run} refers to artifact ${id}, which is not there`,
          artifact: storedId(id),
          runs: [run],
        };
      }
    }
  }

  /** True for what is there, and for what a policy of the person deleted although runs that ended name it. */
  #isThere(id: string): boolean {
    return this.#records.table.doesExist(id) || this.#parts.store.table("retention").doesExist(["gone", id]);
  }

  async *#index(repair: boolean): AsyncIterable<CheckupFinding> {
    const { search } = this.#parts;
    const faults = await search.faults();
    if (faults.length === 0) return;
    const done = repair ? { repair: `the index was made anew from ${await search.rebuild()} artifacts` } : {};
    for (const what of faults.slice(0, PAGE)) yield { kind: "index", what, runs: [], ...done };
  }
}

/** Artifacts that an event refers to by its own fields. */
function referencesOf(event: object): readonly string[] {
  const found: string[] = [];
  const { definition, output, outputs, items } = event as Record<string, unknown>;
  if (typeof definition === "string") found.push(definition);
  for (const ref of [output, outputs, items]) {
    if (typeof ref === "object" && ref !== null && "artifact" in ref) found.push(String(ref.artifact));
  }
  return found;
}
