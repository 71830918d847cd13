/**
 * Tells readers of `files` what changes below the workspace, while there are any. Folders are watched one by one, so that
 * those of build tools cost nothing.
 *
 * @module
 */

import type { FilesEvent } from "../../api/topics.ts";
import type { KeyedTopic } from "../events/keyed_topic.ts";
import type { WorkspaceFiles } from "../workspace_files.ts";
import { isWorkflowFile, walk } from "./find_files.ts";
import { hashOf } from "./versions.ts";

const SETTLE_MS = 50;

type Change = Extract<FilesEvent, { readonly kind: "changed" }>["change"];

export class FileWatch {
  readonly #files: WorkspaceFiles;
  readonly #topic: KeyedTopic;
  readonly #onError: (what: string, error: unknown) => void;
  readonly #told = new Map<string, string>();
  readonly #pending = new Map<string, Change>();
  #watcher: Deno.FsWatcher | undefined;
  #generation = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(files: WorkspaceFiles, topic: KeyedTopic, onError: (what: string, error: unknown) => void) {
    this.#files = files;
    this.#topic = topic;
    this.#onError = onError;
  }

  watch(isWatched: boolean): void {
    this.#generation++;
    this.#watcher?.close();
    this.#watcher = undefined;
    clearTimeout(this.#timer);
    if (isWatched) void this.#begin(this.#generation).catch((error) => this.#onError("watch files", error));
  }

  /** Tells of a change; the same text of a workflow file is told once. */
  tell(path: string, change: Change, hash?: string): void {
    if (hash !== undefined) {
      if (this.#told.get(path) === hash) return;
      this.#told.set(path, hash);
    } else if (change === "removed") this.#told.delete(path);
    this.#topic.publish(path, { kind: "changed", path, change, ...hash === undefined ? {} : { hash } });
  }

  async #begin(generation: number): Promise<void> {
    const { folders } = await walk(this.#files.root, () => false);
    if (generation !== this.#generation) return;
    const watcher = Deno.watchFs([...folders], { recursive: false });
    this.#watcher = watcher;
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
        void this.#settle(generation).catch((error) => this.#onError("watch files", error));
      }, SETTLE_MS);
    }
  }

  async #settle(generation: number): Promise<void> {
    const pending = [...this.#pending];
    this.#pending.clear();
    let hasNewFolder = false;
    for (const [absolute, change] of pending) {
      const path = this.#files.name(absolute);
      if (path.startsWith("..") || path.endsWith(".tmp")) continue;
      const info = await Deno.stat(absolute).catch(() => undefined);
      if (info === undefined) this.tell(path, "removed");
      else if (info.isDirectory) hasNewFolder ||= change === "made";
      else if (isWorkflowFile(path)) {
        const bytes = await Deno.readFile(absolute).catch(() => undefined);
        if (bytes !== undefined) this.tell(path, change === "made" ? "made" : "changed", hashOf(bytes));
      } else this.tell(path, change);
    }
    if (hasNewFolder && generation === this.#generation) this.watch(true);
  }
}
