/**
 * Files that others may change, watched through their folders: a file that is replaced by a rename is a new file, and
 * only its folder sees it come.
 *
 * A call of the listener means "look again", not "it has changed"; bursts are told once. No watch keeps the process alive. Where the system has no more
 * watches to give, the files are looked at every two seconds instead.
 *
 * @module
 */

import { basename, dirname } from "node:path";
import { clearInterval, clearTimeout, setInterval, setTimeout } from "node:timers";

const SETTLE_MS = 100;
const POLL_MS = 2_000;

interface Folder {
  readonly files: Map<string, () => void>;
  readonly waiting: Set<string>;
  watcher: Deno.FsWatcher | undefined;
  poll: NodeJS.Timeout | undefined;
  timer: NodeJS.Timeout | undefined;
}

/** Watches any number of files. */
export class FileWatch implements Disposable {
  readonly #folders = new Map<string, Folder>();

  /** Calls `look` some time after the file at `place` may have changed. A second listener replaces the first. */
  add(place: string, look: () => void): void {
    const path = dirname(place);
    const folder = this.#folders.get(path) ?? this.#open(path);
    folder.files.set(basename(place), look);
  }

  /** Ends it; repeating is harmless. */
  remove(place: string): void {
    const folder = this.#folders.get(dirname(place));
    if (folder === undefined || !folder.files.delete(basename(place)) || folder.files.size > 0) return;
    this.#close(dirname(place), folder);
  }

  [Symbol.dispose](): void {
    for (const [path, folder] of this.#folders) this.#close(path, folder);
  }

  #open(path: string): Folder {
    const folder: Folder = {
      files: new Map(),
      waiting: new Set(),
      watcher: undefined,
      poll: undefined,
      timer: undefined,
    };
    this.#folders.set(path, folder);
    try {
      folder.watcher = Deno.watchFs(path, { recursive: false });
      this.#follow(folder, folder.watcher);
    } catch {
      this.#pollInstead(folder);
    }
    return folder;
  }

  async #follow(folder: Folder, watcher: Deno.FsWatcher): Promise<void> {
    try {
      for await (const { kind, paths } of watcher) {
        if (kind === "access") continue;
        for (const path of paths) folder.waiting.add(basename(path));
        folder.timer ??= setTimeout(() => this.#tell(folder), SETTLE_MS).unref();
      }
    } catch {
      if (folder.watcher === watcher) this.#pollInstead(folder);
    }
  }

  #tell(folder: Folder): void {
    folder.timer = undefined;
    const names = [...folder.waiting];
    folder.waiting.clear();
    for (const name of names) folder.files.get(name)?.();
  }

  #pollInstead(folder: Folder): void {
    folder.watcher = undefined;
    folder.poll = setInterval(() => {
      for (const look of folder.files.values()) look();
    }, POLL_MS).unref();
  }

  #close(path: string, folder: Folder): void {
    this.#folders.delete(path);
    const { watcher } = folder;
    folder.watcher = undefined;
    clearTimeout(folder.timer);
    clearInterval(folder.poll);
    try {
      watcher?.close();
    } catch {
      // It has ended by itself, with its folder.
    }
  }
}
