/**
 * What buffers need of files, as a seam: the system's disk, or one in memory for texts that live only as long as the process.
 *
 * @module
 */

import type { Result } from "../../core/result.ts";
import { filePlace, placeToCome } from "./file_place.ts";
import { type FileStamp, type FileState, fileState } from "./file_stamp.ts";
import { FileWatch } from "./file_watch.ts";
import { type LoadedFile, loadFile, type LoadOptions } from "./load.ts";
import { type SavedFile, saveFile, type SaveOptions, type SaveRefusal } from "./save.ts";
import type { TextForm } from "./text_form.ts";

/** Files by name; each function as its namesake in this folder. */
export interface Disk {
  place(path: string): Promise<string>;
  placeToCome(path: string): Promise<string | undefined>;
  state(place: string): Promise<Pick<FileState, "kind" | "stamp"> | undefined>;
  load(path: string, options?: LoadOptions): Promise<LoadedFile>;
  save(
    path: string,
    chunks: Iterable<string>,
    form: TextForm,
    options?: SaveOptions,
  ): Promise<Result<SavedFile, SaveRefusal>>;
  /** Calls `look` some time after a file may have changed. */
  watch(place: string, look: () => void): void;
  unwatch(place: string): void;
  /** Ends every watch. */
  close(): void;
}

export type { FileStamp };

/** The files of this machine. */
export class SystemDisk implements Disk {
  readonly place = filePlace;
  readonly placeToCome = placeToCome;
  readonly state = fileState;
  readonly load = loadFile;
  readonly save = saveFile;
  readonly #watch: FileWatch | undefined;

  constructor(options: { readonly watch?: boolean } = {}) {
    this.#watch = options.watch === false ? undefined : new FileWatch();
  }

  watch(place: string, look: () => void): void {
    this.#watch?.add(place, look);
  }

  unwatch(place: string): void {
    this.#watch?.remove(place);
  }

  close(): void {
    this.#watch?.[Symbol.dispose]();
  }
}
