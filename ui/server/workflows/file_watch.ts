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
/** A system gives a person few watchers (128 on Linux) of many folders each: more than these become one. */
const MOST_WATCHERS = 8;

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
    const isFull = this.#watchers.size >= MOST_WATCHERS;
    const watcher = watcherOf(isFull ? [...this.#folders, ...folders] : folders);
    if (watcher === undefined) return;
    // The new one is there before those that it replaces are gone.
    if (isFull) {
      for (const old of this.#watchers) old.close();
      this.#watchers.clear();
    }
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
    const fresh: string[] = [];
    for (const [absolute, change] of pending) {
      const path = this.#files.name(absolute);
      if (path.startsWith("..") || path.endsWith(".tmp")) continue;
      const info = await Deno.stat(absolute).catch(() => undefined);
      if (generation !== this.#generation) return;
      if (info === undefined) {
        this.#folders.delete(absolute);
        this.tell(path, "removed");
      } else if (info.isDirectory) {
        if (!this.#folders.has(absolute) && !isPassedOver(basename(absolute))) fresh.push(absolute);
      } else await this.#tellOf(path, change);
    }
    if (fresh.length > 0) await this.#followNew(fresh, generation);
  }

  /** Folders that came just now, by themselves or moved here; what was put into them meanwhile is told as well. */
  async #followNew(fresh: readonly string[], generation: number): Promise<void> {
    const walked = await Promise.all(fresh.map((folder) => walk(folder, () => false)));
    if (generation !== this.#generation) return;
    this.#noting(this.#follow([...new Set(walked.flatMap(({ folders }) => folders))], generation));
    for (const folder of fresh) {
      const { files } = await walk(folder, () => true);
      for (const file of files) await this.#tellOf(this.#files.name(join(folder, file)), "made");
    }
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
