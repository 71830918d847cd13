/**
 * Archives: files that hold the stored forms of many blocks one after another, warm in a folder beside the database, cold
 * in an S3-compatible store. Each block stands behind its name and length, so that an archive tells by itself what is in it.
 *
 * A file is written as a whole, synced, and only then referred to; it is never changed. What nothing refers to any more is
 * rewritten or removed by the sweep.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { SymphonyError } from "../../core/errors.ts";
import type { ArchiveReader } from "../artifact/blocks.ts";
import type { BlockCopies } from "../artifact/checkup.ts";
import type { Place } from "../artifact/codec.ts";
import { storageError } from "../storage_error.ts";
import type { ColdStore } from "./cold.ts";

const MAGIC = new TextEncoder().encode("SYMPACK1");
/** A block's name and the length of its stored form. */
const HEAD_BYTES = 36;

/** A block for an archive. */
export interface PackedBlock {
  readonly name: string;
  readonly stored: Uint8Array;
}

export class Archives implements ArchiveReader, BlockCopies {
  readonly #folder: string;
  readonly #cold: () => ColdStore;

  /** `cold` gives the cold tier. @throws SymphonyError where none is set */
  constructor(folder: string, cold: () => ColdStore) {
    this.#folder = folder;
    this.#cold = cold;
  }

  async read({ file, offset, length }: Place): Promise<Uint8Array> {
    const [tier, name] = split(file);
    if (tier === "cold") return await this.#cold().get(name, offset, length);
    const bytes = new Uint8Array(length);
    try {
      using opened = await Deno.open(this.#path(name));
      await opened.seek(offset, Deno.SeekMode.Start);
      let done = 0;
      while (done < length) {
        const read = await opened.read(bytes.subarray(done));
        if (read === null) {
          throw new SymphonyError("corrupt", `Cannot read the archive "${name}": it was cut off`);
        }
        done += read;
      }
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) {
        throw new SymphonyError(
          "not-found",
          `Cannot read the archive "${this.#path(name)}": there is no such file`,
        );
      }
      throw storageError(`read the archive "${name}"`, error);
    }
    return bytes;
  }

  /** @throws SymphonyError where a tier cannot be reached as things are set */
  demand(tier: "warm" | "cold"): void {
    if (tier === "cold") this.#cold();
  }

  /** A name for a new file of a tier. */
  newFile(tier: "warm" | "cold", at: number): string {
    return `${tier}:${Math.floor(at).toString(36)}-${crypto.randomUUID().slice(0, 8)}.pack`;
  }

  /**
   * Writes blocks as the file, durable, and gives their places in order, with the file's size.
   * @throws SymphonyError `disk-full` | `io` | `permission`
   */
  async write(
    file: string,
    blocks: readonly PackedBlock[],
  ): Promise<{ readonly places: readonly Place[]; readonly sizeBytes: number }> {
    const [tier, name] = split(file);
    const sizeBytes = blocks.reduce((sum, { stored }) => sum + HEAD_BYTES + stored.length, MAGIC.length);
    const bytes = new Uint8Array(sizeBytes);
    bytes.set(MAGIC);
    const view = new DataView(bytes.buffer);
    const places: Place[] = [];
    let at = MAGIC.length;
    for (const { name: block, stored } of blocks) {
      bytes.set(Buffer.from(block, "hex"), at);
      view.setUint32(at + 32, stored.length);
      at += HEAD_BYTES;
      bytes.set(stored, at);
      places.push({ file, offset: at, length: stored.length });
      at += stored.length;
    }
    if (tier === "cold") await this.#cold().put(name, bytes);
    else await this.#writeFile(name, bytes);
    return { places, sizeBytes };
  }

  async copiesOf(name: string): Promise<readonly Uint8Array[]> {
    const wanted = Buffer.from(name, "hex");
    const copies: Uint8Array[] = [];
    let files: string[];
    try {
      files = [...Deno.readDirSync(this.#folder)].map((entry) => entry.name).filter((one) =>
        one.endsWith(".pack")
      );
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return [];
      throw storageError("read the archives", error);
    }
    for (const file of files) {
      const bytes = await Deno.readFile(this.#path(file)).catch(() => new Uint8Array(0));
      const view = new DataView(bytes.buffer);
      // The heads tell where the next one is; a damaged one ends the walk, so the name itself is looked for.
      for (let at = Buffer.from(bytes.buffer).indexOf(wanted); at >= 0;) {
        const length = at + HEAD_BYTES <= bytes.length ? view.getUint32(at + 32) : Infinity;
        if (at + HEAD_BYTES + length <= bytes.length) {
          copies.push(bytes.slice(at + HEAD_BYTES, at + HEAD_BYTES + length));
        }
        at = Buffer.from(bytes.buffer).indexOf(wanted, at + 1);
      }
    }
    return copies;
  }

  /** Removes a file, if it is there. @throws SymphonyError `io` | `permission` */
  async remove(file: string): Promise<void> {
    const [tier, name] = split(file);
    if (tier === "cold") return await this.#cold().remove(name);
    try {
      await Deno.remove(this.#path(name));
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw storageError(`remove the archive "${name}"`, error);
    }
  }

  async #writeFile(name: string, bytes: Uint8Array): Promise<void> {
    const path = this.#path(name);
    try {
      await Deno.mkdir(this.#folder, { recursive: true, mode: 0o700 });
      {
        using file = await Deno.open(`${path}.part`, {
          write: true,
          create: true,
          truncate: true,
          mode: 0o600,
        });
        for (let done = 0; done < bytes.length;) done += await file.write(bytes.subarray(done));
        await file.sync();
      }
      await Deno.rename(`${path}.part`, path);
      if (Deno.build.os !== "windows") {
        using folder = await Deno.open(this.#folder);
        await folder.sync();
      }
    } catch (error) {
      await Deno.remove(`${path}.part`).catch(() => undefined);
      throw storageError(`write the archive "${path}"`, error);
    }
  }

  #path(name: string): string {
    return `${this.#folder}/${name}`;
  }
}

function split(file: string): readonly [string, string] {
  const found = /^(warm|cold):([\w.-]+)$/.exec(file);
  if (found === null) {
    throw new SymphonyError("corrupt", `Cannot read the archive "${file}": its name is damaged`);
  }
  return [found[1] ?? "", found[2] ?? ""];
}
