/**
 * Tells readers of `files` what changes below the workspace, while there are any. Folders are watched one by one, so that
 * those of build tools cost nothing.
 *
 * @module
 */

import { basename, join } from "node:path";
import type { FilesEvent } from "../../api/topics.ts";
import type { KeyedTopic } from "../events/keyed_topic.ts";
import type { WorkspaceFiles } from "../workspace_files.ts";
import { isPassedOver, isWorkflowFile, walk } from "./find_files.ts";
import { hashOf } from "./versions.ts";

const SETTLE_MS = 50;

type Change = Extract<FilesEvent, { readonly kind: "changed" }>["change"];

export class FileWatch {
  readonly #files: WorkspaceFiles;
  readonly #topic: KeyedTopic;
  readonly #onError: (what: string, error: unknown) => void;
  readonly #told = new Map<string, string>();
  readonly #pending = new Map<string, Change>();
  readonly #watchers = new Set<Deno.FsWatcher>();
  /** Absolute; those that are watched. */
  readonly #folders = new Set<string>();
  #generation = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(files: WorkspaceFiles, topic: KeyedTopic, onError: (what: string, error: unknown) => void) {
    this.#files = files;
    this.#topic = topic;
    this.#onError = onError;
  }

  watch(isWatched: boolean): void {
    this.#generation++;
    for (const watcher of this.#watchers) watcher.close();
    this.#watchers.clear();
    this.#folders.clear();
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#pending.clear();
    if (isWatched) this.#noting(this.#begin(this.#generation));
  }

  /** Tells of a change; the same text of a workflow file is told once. */
  tell(path: string, change: Change, hash?: string): void {
    if (hash !== undefined) {
      if (this.#told.get(path) === hash) return;
      this.#told.set(path, hash);
    } else if (change === "removed") this.#told.delete(path);
    this.#topic.publish(path, { kind: "changed", path, change, ...hash === undefined ? {} : { hash } });
  }

  #noting(work: Promise<void>): void {
    work.catch((error) => this.#onError("watch files", error));
  }

  async #begin(generation: number): Promise<void> {
    const { folders } = await walk(this.#files.root, () => false);
    if (generation === this.#generation) await this.#follow(folders, generation);
  }

  /** Ends when the watcher is closed. */
  async #follow(folders: readonly string[], generation: number): Promise<void> {
    const watcher = watcherOf(folders);
    if (watcher === undefined) return;
    this.#watchers.add(watcher);
    for (const folder of folders) this.#folders.add(folder);
    for await (const { kind, paths } of watcher) {
      const change = kind === "create"
        ? "made"
        : kind === "remove"
        ? "removed"
        : kind === "access"
        ? undefined
        : "changed";
      if (change === undefined) continue;
      for (const path of paths) this.#pending.set(path, change);
      this.#timer ??= setTimeout(() => {
        this.#timer = undefined;
        this.#noting(this.#settle(generation));
      }, SETTLE_MS);
    }
  }

  async #settle(generation: number): Promise<void> {
    const pending = [...this.#pending];
    this.#pending.clear();
    for (const [absolute, change] of pending) {
      const path = this.#files.name(absolute);
      if (path.startsWith("..") || path.endsWith(".tmp")) continue;
      const info = await Deno.stat(absolute).catch(() => undefined);
      if (generation !== this.#generation) return;
      if (info === undefined) {
        this.#folders.delete(absolute);
        this.tell(path, "removed");
      } else if (info.isDirectory) {
        if (!this.#folders.has(absolute) && !isPassedOver(basename(absolute))) {
          await this.#followNew(absolute, generation);
        }
      } else await this.#tellOf(path, change);
    }
  }

  /** A folder that came just now, by itself or moved here; what was put into it meanwhile is told as well. */
  async #followNew(folder: string, generation: number): Promise<void> {
    const { folders } = await walk(folder, () => false);
    if (generation !== this.#generation) return;
    this.#noting(this.#follow(folders, generation));
    const { files } = await walk(folder, () => true);
    for (const file of files) await this.#tellOf(this.#files.name(join(folder, file)), "made");
  }

  async #tellOf(path: string, change: Change): Promise<void> {
    if (!isWorkflowFile(path)) return this.tell(path, change);
    const bytes = await Deno.readFile(join(this.#files.root, path)).catch(() => undefined);
    if (bytes !== undefined) this.tell(path, change === "made" ? "made" : "changed", hashOf(bytes));
  }
}

/** Undefined where none of the folders is there any more. @throws Deno.errors where the system watches no more */
function watcherOf(folders: readonly string[]): Deno.FsWatcher | undefined {
  for (let left = folders; left.length > 0; left = left.filter(isFolder)) {
    try {
      return Deno.watchFs([...left], { recursive: false });
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  return undefined;
}

function isFolder(path: string): boolean {
  try {
    return Deno.statSync(path).isDirectory;
  } catch {
    return false;
  }
}
