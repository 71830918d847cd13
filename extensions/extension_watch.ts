/**
 * Watches what extensions are made of, for programs that stay up: their folders through the system, the small files of the data folder by
 * a look at their marks. What comes together is told once, when it has settled.
 *
 * @module
 */

import { markOf } from "./data_file.ts";

export interface ExtensionWatchOptions {
  /** Folders to watch with all below, as they are now; what is not there yet is waited for. */
  readonly folders: () => Promise<readonly string[]>;
  readonly files: readonly string[];
  /** Told after each change; the next one is told when it has ended. A rejection is the caller's to tell of. */
  readonly onChange: () => Promise<void>;
}

const LOOK_MS = 500;
const SETTLED_MS = 250;
/** What changes all the time is told of all the same. */
const LONGEST_MS = 2_000;

export class ExtensionWatch implements AsyncDisposable {
  readonly #options: ExtensionWatchOptions;
  readonly #watched = new Map<string, Deno.FsWatcher>();
  /** Folders that are not watched, with their marks. */
  readonly #unwatched = new Map<string, string>();
  #marks: string;
  #looking: ReturnType<typeof setInterval> | undefined;
  #settling: ReturnType<typeof setTimeout> | undefined;
  /** Since when there is something to tell; undefined where there is nothing. */
  #changedAt: number | undefined;
  #working: Promise<void> = Promise.resolve();
  #isOver = false;

  constructor(options: ExtensionWatchOptions) {
    this.#options = options;
    this.#marks = this.#read();
  }

  /** Watches from now on. */
  async begin(): Promise<void> {
    await this.#follow();
    if (this.#isOver) return;
    this.#looking = setInterval(() => this.#look(), LOOK_MS);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true;
    clearInterval(this.#looking);
    clearTimeout(this.#settling);
    for (const watcher of this.#watched.values()) watcher.close();
    this.#watched.clear();
    await this.#working;
  }

  #read(): string {
    return this.#options.files.map(markOf).join(" ");
  }

  #look(): void {
    const marks = this.#read();
    const isOther = [...this.#unwatched].some(([folder, mark]) => markOf(folder) !== mark);
    if (marks === this.#marks && !isOther) return;
    this.#marks = marks;
    this.#changed();
  }

  #changed(): void {
    clearTimeout(this.#settling);
    if (this.#isOver) return;
    const now = performance.now();
    this.#changedAt ??= now;
    const leftMs = Math.max(0, this.#changedAt + LONGEST_MS - now);
    this.#settling = setTimeout(() => {
      this.#changedAt = undefined;
      this.#working = this.#working.then(async () => {
        if (this.#isOver) return;
        // Before it is read, so that what changes meanwhile is told of.
        await this.#follow();
        await this.#options.onChange();
        await this.#follow();
      }).catch(() => {});
    }, Math.min(SETTLED_MS, leftMs));
  }

  /** Watches the folders that there are now, and no others. */
  async #follow(): Promise<void> {
    const folders = new Set(await this.#options.folders());
    if (this.#isOver) return;
    for (const [folder, watcher] of this.#watched) {
      if (folders.has(folder) && markOf(folder) !== "none") continue;
      watcher.close();
      this.#watched.delete(folder);
    }
    this.#unwatched.clear();
    for (const folder of folders) {
      if (this.#watched.has(folder)) continue;
      try {
        const watcher = Deno.watchFs(folder, { recursive: true });
        this.#watched.set(folder, watcher);
        void this.#listen(folder, watcher);
      } catch {
        // It is not there, or the system watches no more of them: looked at now and then.
        this.#unwatched.set(folder, markOf(folder));
      }
    }
  }

  async #listen(folder: string, watcher: Deno.FsWatcher): Promise<void> {
    try {
      for await (const { kind } of watcher) {
        if (kind !== "access" && kind !== "other") this.#changed();
      }
    } catch {
      this.#watched.delete(folder);
    }
  }
}
