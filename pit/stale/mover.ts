/**
 * Moves the content of artifacts between the tiers. What moves are blocks; the artifact's record stays, so it is read as before,
 * only slower. A block that something hot uses as well stays hot.
 *
 * Order of a move: the archive file is written and synced, its name noted before that; then one transaction puts the places
 * where the blocks were. A crash in between leaves a file that nothing refers to, which the sweep removes.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { messageOf } from "../../core/errors.ts";
import type { ArtifactId } from "../../core/ids.ts";
import type { Tier } from "../../core/ports/stale.ts";
import type { Blocks } from "../artifact/blocks.ts";
import { archivedBlock, encodeBlock, isCompressedType } from "../artifact/codec.ts";
import { recordBytes } from "../artifact/record.ts";
import { Records } from "../artifact/records.ts";
import type { Store, Table } from "../store.ts";
import type { Archives, PackedBlock } from "./archives.ts";

/** An archive file is about so large. */
const PACK_BYTES = 16 * 1024 * 1024;
/** A file that nothing refers to may be one that is just being written, until it is this old. */
const YOUNG_MS = 60 * 60 * 1000;
/** A file is rewritten when less than this share of it is in use. */
const WORTH = 0.5;

export interface Moved {
  readonly artifacts: readonly ArtifactId[];
  /** Bytes that the hot store no longer holds. */
  readonly freedBytes: number;
  readonly failures: readonly string[];
}

/** What the sweep knows of an archive file. */
interface FileNote {
  readonly at: number;
  readonly sizeBytes: number;
}

interface Candidate extends PackedBlock {
  /** The stored form as it was found, to be sure that it is still the same. */
  readonly found: Uint8Array;
  /** Where it lies in the artifact's record. */
  readonly inline: ArtifactId | undefined;
}

export class Mover {
  readonly #store: Store;
  readonly #records: Records;
  readonly #blocks: Blocks;
  readonly #archives: Archives;
  readonly #tiers: Table;
  readonly #notes: Table;

  constructor(store: Store, blocks: Blocks, archives: Archives) {
    this.#store = store;
    this.#records = new Records(store);
    this.#blocks = blocks;
    this.#archives = archives;
    this.#tiers = store.table("tiers");
    this.#notes = store.table("retention");
  }

  tierOf(id: ArtifactId): Tier {
    const bytes = this.#tiers.getBinary(id);
    const text = bytes === undefined ? "hot" : new TextDecoder().decode(bytes);
    return text === "warm" || text === "cold" ? text : "hot";
  }

  /** Moves artifacts; `mayMove` is asked once more in the transaction. `at` in Unix milliseconds. */
  async move(
    ids: readonly ArtifactId[],
    to: "warm" | "cold",
    at: number,
    mayMove: (id: ArtifactId) => boolean,
  ): Promise<Moved> {
    const going = new Set<string>(ids);
    const moved: ArtifactId[] = [];
    const failures: string[] = [];
    let freedBytes = 0;
    let pack: Candidate[] = [];
    let owners: ArtifactId[] = [];
    let size = 0;
    const flush = async () => {
      if (owners.length === 0) return;
      const [blocks, artifacts] = [pack, owners];
      [pack, owners, size] = [[], [], 0];
      try {
        freedBytes += await this.#movePack(blocks, artifacts, to, at, (id) => {
          if (!mayMove(id)) return false;
          moved.push(id);
          return true;
        });
      } catch (error) {
        failures.push(messageOf(error));
      }
    };
    const chosen = new Set<string>();
    try {
      // Before anything is read and compressed for nothing.
      if (ids.length > 0) this.#archives.demand(to);
    } catch (error) {
      return { artifacts: [], freedBytes: 0, failures: [messageOf(error)] };
    }
    for (const id of ids) {
      this.#store.refresh();
      try {
        for await (const candidate of this.#candidates(id, to, going)) {
          if (chosen.has(candidate.name)) continue;
          chosen.add(candidate.name);
          pack.push(candidate);
          size += candidate.stored.length;
        }
        owners.push(id);
      } catch (error) {
        failures.push(`${id}: ${messageOf(error)}`);
      }
      if (size >= PACK_BYTES) await flush();
      // A store that cannot be reached fails for all alike.
      if (failures.length >= 3) break;
    }
    await flush();
    return { artifacts: [...new Set(moved)], freedBytes, failures };
  }

  /** Brings an artifact's content back into the hot store; false where it is there already or gone. */
  async bringBack(id: ArtifactId): Promise<boolean> {
    this.#store.refresh();
    const found = this.#records.read(id);
    if (found === undefined || this.tierOf(id) === "hot") return false;
    const names = found.content.kind === "blocks" ? [...new Set(found.content.names)] : [];
    let batch: { name: string; stored: Uint8Array; place: Uint8Array }[] = [];
    let size = 0;
    const flush = async (isLast: boolean) => {
      const blocks = batch;
      [batch, size] = [[], 0];
      await this.#store.commit(() => {
        for (const { name, stored, place } of blocks) {
          const now = this.#blocks.table.getBinary(name);
          if (now !== undefined && Buffer.compare(now, place) === 0) this.#blocks.replace(name, stored);
        }
        if (isLast) this.#tiers.removeSync(id);
      });
    };
    for (const name of names) {
      const place = this.#blocks.table.getBinary(name);
      if (place === undefined || this.#blocks.placeOf(name) === undefined) continue;
      const stored = await this.#blocks.stored(name);
      if (stored === undefined) continue;
      batch.push({ name, stored, place });
      size += stored.length;
      if (size >= PACK_BYTES) await flush(false);
    }
    await flush(true);
    return true;
  }

  /**
   * Rewrites archive files of which little is in use, and removes those that nothing refers to. Gives the bytes freed in
   * archives. `everything` rewrites all warm files, for another key.
   */
  async sweep(at: number): Promise<number> {
    let freed = 0;
    for (const [file, note] of this.#files()) {
      this.#store.refresh();
      const used = [...this.#blocks.inFile(file)];
      const usedBytes = used.reduce((sum, { place }) => sum + place.length, 0);
      if (used.length > 0) {
        if (usedBytes >= note.sizeBytes * WORTH || note.sizeBytes < PACK_BYTES / 64) continue;
        await this.#rewrite(file, used.map(({ name }) => name), at);
      } else if (at - note.at < YOUNG_MS) continue;
      await this.#archives.remove(file);
      await this.#store.commit(() => void this.#notes.removeSync(["file", file]));
      freed += note.sizeBytes - usedBytes;
    }
    return freed;
  }

  /** Bytes of the archive files of a tier. */
  archiveBytes(tier: "warm" | "cold"): number {
    return this.#files().filter(([file]) => file.startsWith(`${tier}:`)).reduce(
      (sum, [, note]) => sum + note.sizeBytes,
      0,
    );
  }

  /** Bytes of the hot store that moving or deleting all these artifacts would free. */
  freedBytes(ids: readonly ArtifactId[]): number {
    this.#store.refresh();
    const going = new Set<string>(ids);
    const seen = new Set<string>();
    let freed = 0;
    for (const id of ids) {
      const found = this.#records.read(id);
      if (found === undefined) continue;
      if (found.content.kind !== "blocks") {
        freed += found.info.sizeBytes;
        continue;
      }
      for (const name of found.content.names) {
        if (seen.has(name)) continue;
        seen.add(name);
        if (!this.#isFree(name, going)) continue;
        if (this.#blocks.placeOf(name) === undefined) freed += this.#blocks.storedBytes(name) ?? 0;
      }
    }
    return freed;
  }

  /** What of an artifact is to be moved. */
  async *#candidates(id: ArtifactId, to: Tier, going: ReadonlySet<string>): AsyncIterable<Candidate> {
    const found = this.#records.read(id);
    if (found === undefined) return;
    const { info, content } = found;
    if (content.kind === "chunks") {
      throw new Error("it was stored by an old version; store it again to move it");
    }
    if (content.kind === "inline" || content.kind === "sealed") {
      const bytes = new Uint8Array(content.bytes);
      const stored = content.kind === "sealed" ? bytes : encodeBlock(bytes, !isCompressedType(info.type), 12);
      yield { name: id, stored, found: bytes, inline: id };
      return;
    }
    for (const name of new Set(content.names)) {
      const stored = this.#blocks.table.getBinary(name);
      if (stored === undefined) throw new Error("a part of its content is missing");
      const place = this.#blocks.placeOf(name);
      if (place?.file.startsWith(`${to}:`) === true || !this.#isFree(name, going)) continue;
      const here = place === undefined ? stored : await this.#blocks.fetch(place);
      yield { name, stored: archivedBlock(here), found: stored, inline: undefined };
    }
  }

  /** True where nothing uses the block that is hot and not going. */
  #isFree(name: string, going: ReadonlySet<string>): boolean {
    return this.#blocks.usersOf(name).every((user) => going.has(user) || this.#tiers.doesExist(user));
  }

  async #movePack(
    blocks: readonly Candidate[],
    owners: readonly ArtifactId[],
    to: "warm" | "cold",
    at: number,
    mayMove: (id: ArtifactId) => boolean,
  ): Promise<number> {
    let places: readonly { readonly file: string; readonly offset: number; readonly length: number }[] = [];
    if (blocks.length > 0) places = await this.#write(to, blocks, at);
    let freed = 0;
    await this.#store.commit(() => {
      freed = 0;
      const going = new Set<string>(owners.filter((id) => this.#records.table.doesExist(id) && mayMove(id)));
      for (const id of going) this.#tiers.put(id, new TextEncoder().encode(to));
      blocks.forEach((block, at) => {
        const place = places[at];
        if (place !== undefined) freed += this.#take(block, place, going);
      });
    });
    return freed;
  }

  /** Inside a transaction: the block is at `place` from now on, where nothing has changed since it was looked at. */
  #take(
    { name, found, inline }: Candidate,
    place: { readonly file: string; readonly offset: number; readonly length: number },
    going: ReadonlySet<string>,
  ): number {
    if (inline === undefined) {
      const now = this.#blocks.table.getBinary(name);
      if (now === undefined || Buffer.compare(now, found) !== 0 || !this.#isFree(name, going)) return 0;
      this.#blocks.replace(name, place);
      return found.length;
    }
    if (!going.has(inline)) return 0;
    const record = this.#records.read(inline);
    if (record === undefined || (record.content.kind !== "inline" && record.content.kind !== "sealed")) {
      return 0;
    }
    if (Buffer.compare(record.content.bytes, found) !== 0) return 0;
    this.#records.table.put(inline, recordBytes(record.info, { kind: "blocks", names: [inline] }));
    this.#blocks.replace(inline, place);
    this.#blocks.use(inline, inline);
    return found.length;
  }

  /** Rewrites every archive file of which `change` changes a block. Gives the number of blocks changed. */
  async rewriteAll(
    change: (name: string, stored: Uint8Array) => Promise<Uint8Array>,
    at: number,
  ): Promise<number> {
    let count = 0;
    for (const [file] of this.#files()) {
      this.#store.refresh();
      const names = [...this.#blocks.inFile(file)].map(({ name }) => name);
      if (names.length === 0) continue;
      const before = count;
      const changed = async (name: string, stored: Uint8Array) => {
        const now = await change(name, stored);
        if (now !== stored) count++;
        return now;
      };
      await this.#rewrite(file, names, at, changed, () => count > before);
      if (count === before) continue;
      await this.#archives.remove(file);
      await this.#store.commit(() => void this.#notes.removeSync(["file", file]));
    }
    return count;
  }

  async #rewrite(
    file: string,
    names: readonly string[],
    at: number,
    change = (_name: string, stored: Uint8Array) => Promise.resolve(stored),
    isWanted = () => true,
  ): Promise<void> {
    const blocks: (PackedBlock & { readonly found: Uint8Array })[] = [];
    for (const name of names) {
      const found = this.#blocks.table.getBinary(name);
      const stored = await this.#blocks.stored(name);
      if (found !== undefined && stored !== undefined) {
        blocks.push({ name, stored: await change(name, stored), found });
      }
    }
    if (!isWanted()) return;
    const places = await this.#write(file.startsWith("cold:") ? "cold" : "warm", blocks, at);
    await this.#store.commit(() => {
      blocks.forEach(({ name, found }, at) => {
        const now = this.#blocks.table.getBinary(name);
        const place = places[at];
        if (place !== undefined && now !== undefined && Buffer.compare(now, found) === 0) {
          this.#blocks.replace(name, place);
        }
      });
    });
  }

  async #write(tier: "warm" | "cold", blocks: readonly PackedBlock[], at: number) {
    const file = this.#archives.newFile(tier, at);
    const note: FileNote = { at, sizeBytes: blocks.reduce((sum, { stored }) => sum + stored.length + 36, 8) };
    await this.#store.commit(() =>
      void this.#notes.put(["file", file], new TextEncoder().encode(JSON.stringify(note)))
    );
    return (await this.#archives.write(file, blocks)).places;
  }

  #files(): (readonly [string, FileNote])[] {
    this.#store.refresh();
    return [...this.#notes.getRange({ start: ["file"], end: ["file", "\uffff"] })].map(({ key, value }) =>
      [String(key[1]), JSON.parse(new TextDecoder().decode(value)) as FileNote] as const
    );
  }
}
