/**
 * Tells servers of files that change on the disk, where they asked for it.
 *
 * Watching a whole tree can be dear, so it is bounded: folders of dependencies and version control are left out, and so is what is
 * beyond a number of folders. What this editor writes itself is always told.
 *
 * @module
 */

import { join } from "node:path";
import { isObject, own } from "../../core/json.ts";
import type { ClockPort } from "../../core/ports/clock.ts";
import { globOf } from "./document_selector.ts";
import { listOf } from "./features/answer_reading.ts";
import type { LanguageServer } from "./language_server.ts";
import { uriOfPath } from "./uri.ts";

export interface FileChange {
  readonly path: string;
  readonly type: "created" | "changed" | "deleted";
}

const TYPES = { created: 1, changed: 2, deleted: 4 } as const;
/** The protocol's numbers; the bits above are those of the kinds a watcher wants. */
const NUMBERS = { created: 1, changed: 2, deleted: 3 } as const;
const SKIPPED = new Set([
  "node_modules",
  ".git",
  ".hg",
  ".svn",
  "target",
  "dist",
  ".cache",
  "__pycache__",
  ".venv",
]);
const MOST_FOLDERS = 2_000;
const MOST_WATCHERS = 500;
const MOST_CHANGES = 2_000;
/** Changes within so long are told together. */
const QUIET_MS = 100;

interface Followed {
  readonly matches: readonly { readonly kind: number; readonly test: (path: string) => boolean }[];
  watcher: Deno.FsWatcher | undefined;
}

export class WatchedFiles {
  readonly #clock: ClockPort;
  readonly #followed = new Map<LanguageServer, Followed>();
  readonly #pending = new Map<LanguageServer, Map<string, FileChange["type"]>>();
  #stopTimer: (() => void) | undefined;
  #isDisposed = false;

  constructor(clock: ClockPort) {
    this.#clock = clock;
  }

  /** Watches what the server has registered, in place of what it had before. */
  follow(server: LanguageServer): void {
    this.forget(server);
    const registered = server.session?.features.registered("workspace/didChangeWatchedFiles") ?? [];
    const matches = registered.flatMap((options) => listOf(own(options, "watchers"), MOST_WATCHERS)).flatMap(
      (watcher) => {
        if (!isObject(watcher)) return [];
        const pattern = own(watcher, "globPattern");
        const test = pattern === undefined ? undefined : globOf(pattern);
        const kind = own(watcher, "kind");
        return test === undefined ? [] : [{ test, kind: typeof kind === "number" ? kind : 7 }];
      },
    );
    if (matches.length === 0 || this.#isDisposed) return;
    const followed: Followed = { matches, watcher: undefined };
    this.#followed.set(server, followed);
    this.#watch(server, followed);
  }

  forget(server: LanguageServer): void {
    this.#followed.get(server)?.watcher?.close();
    this.#followed.delete(server);
    this.#pending.delete(server);
  }

  /** Tells the servers that watch them of changes. */
  changed(changes: readonly FileChange[]): void {
    for (const [server, { matches }] of this.#followed) {
      for (const { path, type } of changes) {
        if (!matches.some(({ kind, test }) => (kind & TYPES[type]) !== 0 && test(path))) continue;
        const pending = this.#pending.get(server) ?? new Map<string, FileChange["type"]>();
        this.#pending.set(server, pending);
        if (pending.size < MOST_CHANGES) pending.set(path, type);
      }
    }
    if (this.#pending.size === 0 || this.#stopTimer !== undefined) return;
    this.#stopTimer = this.#clock.schedule(QUIET_MS, () => this.#flush());
  }

  dispose(): void {
    this.#isDisposed = true;
    this.#stopTimer?.();
    for (const server of [...this.#followed.keys()]) this.forget(server);
  }

  #flush(): void {
    this.#stopTimer = undefined;
    for (const [server, pending] of this.#pending) {
      const changes = [...pending].map(([path, type]) => ({ uri: uriOfPath(path), type: NUMBERS[type] }));
      server.session?.notify("workspace/didChangeWatchedFiles", { changes });
    }
    this.#pending.clear();
  }

  async #watch(server: LanguageServer, followed: Followed): Promise<void> {
    const folders = await foldersBelow(server.found.root);
    if (this.#followed.get(server) !== followed) return;
    try {
      followed.watcher = Deno.watchFs(folders, { recursive: false });
    } catch {
      return; // The system has no watches left; what the editor writes is still told.
    }
    try {
      for await (const event of followed.watcher) {
        const type = event.kind === "create" ? "created" : event.kind === "remove" ? "deleted" : "changed";
        if (event.kind === "access" || event.kind === "any" || event.kind === "other") continue;
        this.changed(
          await Promise.all(event.paths.map(async (path) => ({ path, type: await seen(path, type) }))),
        );
      }
    } catch {
      // A folder is gone; what the editor writes is still told.
    }
  }
}

/** A rename shows as a change of both names; what is gone was deleted. */
async function seen(path: string, type: FileChange["type"]): Promise<FileChange["type"]> {
  if (type === "deleted") return type;
  return await Deno.lstat(path).then(() => type, () => "deleted" as const);
}

async function foldersBelow(root: string): Promise<string[]> {
  const folders = [root];
  for (let at = 0; at < folders.length && folders.length < MOST_FOLDERS; at++) {
    const folder = folders[at] as string;
    try {
      for await (const entry of Deno.readDir(folder)) {
        if (entry.isDirectory && !SKIPPED.has(entry.name) && folders.length < MOST_FOLDERS) {
          folders.push(join(folder, entry.name));
        }
      }
    } catch {
      // A folder that may not be read is not watched.
    }
  }
  return folders;
}
