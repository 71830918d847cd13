/**
 * Files in memory: names and bytes, with the same decoding, refusals and errors as on a disk.
 *
 * @module
 */

import { SymphonyError } from "../../core/errors.ts";
import { err, ok, type Result } from "../../core/result.ts";
import { decode } from "./decode.ts";
import type { Disk } from "./disk.ts";
import { encode } from "./encode.ts";
import { withEncodings } from "./encodings.ts";
import { type FileStamp, type FileState, sameContent } from "./file_stamp.ts";
import type { LoadedFile, LoadOptions } from "./load.ts";
import type { SavedFile, SaveOptions, SaveRefusal } from "./save.ts";
import { lineEndings, type TextForm } from "./text_form.ts";

interface Entry {
  readonly bytes: Uint8Array;
  readonly stamp: FileStamp;
  readonly readOnly: boolean;
}

export class MemoryDisk implements Disk {
  readonly #files = new Map<string, Entry>();
  readonly #watches = new Map<string, () => void>();
  #writes = 0;

  /** What someone else does to a file: whoever watches it looks. */
  write(path: string, content: string | Uint8Array, options: { readonly readOnly?: boolean } = {}): void {
    const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
    this.#put(path, bytes, options.readOnly ?? false);
    this.#watches.get(path)?.();
  }

  /** The file's bytes; undefined where there is none. */
  read(path: string): Uint8Array | undefined {
    return this.#files.get(path)?.bytes;
  }

  remove(path: string): void {
    this.#files.delete(path);
    this.#watches.get(path)?.();
  }

  place(path: string): Promise<string> {
    if (path === "") {
      return Promise.reject(
        new SymphonyError("bad-input", `Cannot open "": expected the path of a file`),
      );
    }
    return Promise.resolve(new URL(path, "file:///").pathname);
  }

  placeToCome(path: string): Promise<string> {
    return this.place(path);
  }

  state(place: string): Promise<Pick<FileState, "kind" | "stamp"> | undefined> {
    const entry = this.#files.get(place);
    return Promise.resolve(entry === undefined ? undefined : { kind: "file", stamp: entry.stamp });
  }

  async load(path: string, options: LoadOptions = {}): Promise<LoadedFile> {
    const place = await this.place(path);
    const entry = this.#files.get(place);
    if (entry === undefined) {
      throw new SymphonyError("not-found", `Cannot open "${place}": there is no such file`);
    }
    const { chunks, form } = await withEncodings(() => decode(entry.bytes, options.encoding));
    const { stamp, readOnly } = entry;
    return { path: place, chunks, form, lines: lineEndings(chunks), stamp, readOnly };
  }

  async save(
    path: string,
    chunks: Iterable<string>,
    form: TextForm,
    options: SaveOptions = {},
  ): Promise<Result<SavedFile, SaveRefusal>> {
    const place = await this.place(path);
    const { expected } = options;
    const entry = this.#files.get(place);
    if (entry !== undefined && expected !== undefined) {
      if (expected === "absent" || !sameContent(entry.stamp, expected)) return err("changed-outside");
    }
    if (entry?.readOnly === true) return err("read-only");
    const pieces = await withEncodings(() => [...encode(chunks, form)]);
    const bytes = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
    let at = 0;
    for (const piece of pieces) {
      bytes.set(piece, at);
      at += piece.length;
    }
    return ok({ path: place, stamp: this.#put(place, bytes, false) });
  }

  watch(place: string, look: () => void): void {
    this.#watches.set(place, look);
  }

  unwatch(place: string): void {
    this.#watches.delete(place);
  }

  close(): void {
    this.#watches.clear();
  }

  #put(place: string, bytes: Uint8Array, readOnly: boolean): FileStamp {
    const time = String(++this.#writes);
    const stamp = {
      device: "memory",
      inode: place,
      sizeBytes: bytes.length,
      modifiedNs: time,
      changedNs: time,
    };
    this.#files.set(place, { bytes, stamp, readOnly });
    return stamp;
  }
}
