/**
 * Files below the workspace: read, list, stat, and write where the run may write. Limits are per call.
 *
 * @module
 */

import { basename, dirname } from "node:path";
import { isObject, type Json, own } from "../../core/json.ts";
import { ExtensionFailure } from "../sdk/failure.ts";
import { type CallScope, demand, type Operation, textArgument } from "./capability.ts";
import { removeBelow, writeBelow } from "./file_writing.ts";
import { holdFolder } from "./held_folder.ts";
import { openBelow, readAll, tooLarge } from "./open_below.ts";
import { refuseOwnFolder } from "./own_folder.ts";
import { ProposedFiles } from "./proposed_files.ts";
import { below, isWithin, pathFailure, realBelow, realRoot } from "./workspace_path.ts";

export interface FileLimits {
  readonly fileBytes: number;
  readonly readBytes: number;
  readonly writeBytes: number;
  readonly writes: number;
  readonly entries: number;
}

export const fileLimits: FileLimits = {
  fileBytes: 32 << 20,
  readBytes: 2 ** 31,
  writeBytes: 256 << 20,
  writes: 10_000,
  entries: 200_000,
};

/** The operations `files.*` of one call. */
export function fileOperations(scope: CallScope, limits = fileLimits): Readonly<Record<string, Operation>> {
  const files = new WorkspaceFiles(scope, limits);
  return {
    "files.read": async (args) => ({ value: null, bytes: await files.read(textArgument(args, "path")) }),
    "files.list": async (args) => ({ value: await files.list(textArgument(args, "path")) }),
    "files.stat": async (args) => ({ value: await files.stat(textArgument(args, "path")) }),
    "files.write": async (args, bytes) => {
      await files.write(textArgument(args, "path"), bytes ?? new Uint8Array(0));
      return { value: null };
    },
    "files.remove": async (args) => {
      await files.remove(textArgument(args, "path"));
      return { value: null };
    },
  };
}

class WorkspaceFiles {
  readonly #scope: CallScope;
  readonly #limits: FileLimits;
  /** Where the run proposes instead of writing. */
  readonly #proposed: ProposedFiles | undefined;
  #root: Promise<string> | undefined;
  #readBytes = 0;
  #writtenBytes = 0;
  #writes = 0;

  constructor(scope: CallScope, limits: FileLimits) {
    this.#scope = scope;
    this.#limits = limits;
    const { proposing } = scope;
    this.#proposed = proposing === undefined ? undefined : new ProposedFiles(scope, proposing);
  }

  async #enter(key: "files:read" | "files:write"): Promise<string> {
    await demand(this.#scope, key);
    this.#scope.signal.throwIfAborted();
    return await (this.#root ??= realRoot(this.#scope.workspace));
  }

  async read(path: string): Promise<Uint8Array<ArrayBuffer>> {
    const root = await this.#enter("files:read");
    try {
      const proposed = await this.#proposed?.read(root, below(root, path));
      if (proposed !== undefined) {
        this.#countRead(path, proposed.length);
        return proposed;
      }
      const { file, info } = await openBelow(root, path);
      using _closed = file;
      this.#countRead(path, info.size);
      const bytes = await readAll(file, info.size, this.#limits.fileBytes, path);
      await this.#proposed?.saw(root, below(root, path), bytes);
      return bytes;
    } catch (error) {
      throw pathFailure(error, "read", path);
    }
  }

  #countRead(path: string, size: number): void {
    if (size > this.#limits.fileBytes) throw tooLarge(path, size, this.#limits.fileBytes);
    this.#readBytes += size;
    if (this.#readBytes > this.#limits.readBytes) {
      const most = this.#limits.readBytes;
      throw new ExtensionFailure(
        "input",
        `Cannot read "${path}": this call has read more than ${most} bytes`,
      );
    }
  }

  async list(path: string): Promise<Json> {
    const root = await this.#enter("files:read");
    const added = await this.#added(root, path);
    try {
      using folder = holdFolder(root, await realBelow(root, path));
      const names: string[] = [];
      for await (const entry of Deno.readDir(folder.path)) {
        names.push(entry.name);
        if (names.length > this.#limits.entries) {
          throw new ExtensionFailure("input", `Cannot list "${path}": over ${this.#limits.entries} entries`);
        }
      }
      names.sort();
      const entries: Json[] = [];
      for (let at = 0; at < names.length; at += 64) {
        const some = names.slice(at, at + 64).map((name) => entryAt(folder.at(name)));
        for (const entry of await Promise.all(some)) if (entry !== null) entries.push(entry);
      }
      folder.verify();
      return withAdded(entries, added ?? []);
    } catch (error) {
      // A folder that is proposed with its files.
      if (error instanceof Deno.errors.NotFound && added !== undefined) return withAdded([], added);
      throw pathFailure(error, "list", path);
    }
  }

  async #added(root: string, path: string): Promise<Json[] | undefined> {
    try {
      return await this.#proposed?.added(root, below(root, path));
    } catch (error) {
      throw pathFailure(error, "list", path);
    }
  }

  async stat(path: string): Promise<Json> {
    const root = await this.#enter("files:read");
    const absolute = below(root, path);
    if (absolute === root) return await entryAt(root);
    try {
      const proposed = await this.#proposed?.stat(root, absolute);
      if (proposed !== undefined) return proposed;
      // The folder must lie inside; the last step is not followed, so a link is reported as a link.
      using folder = holdFolder(root, await realBelow(root, dirname(absolute)));
      const entry = await entryAt(folder.at(basename(absolute)));
      folder.verify();
      return entry;
    } catch (error) {
      if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return null;
      throw pathFailure(error, "look at", path);
    }
  }

  async write(path: string, bytes: Uint8Array): Promise<void> {
    const { root, absolute } = await this.#enterToWrite(path);
    this.#countWrite(path, bytes.length);
    try {
      if (this.#proposed === undefined) await writeBelow(root, absolute, bytes);
      else await this.#proposed.write(root, absolute, bytes);
    } catch (error) {
      throw pathFailure(error, "write", path);
    }
  }

  async remove(path: string): Promise<void> {
    const { root, absolute } = await this.#enterToWrite(path, this.#proposed !== undefined);
    this.#countWrite(path, 0);
    try {
      await removeBelow(root, absolute);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return;
      throw pathFailure(error, "remove", path);
    }
  }

  /** `isRemoval`: of a run that proposes, which needs leave for what cannot be proposed. */
  async #enterToWrite(path: string, isRemoval = false): Promise<{ root: string; absolute: string }> {
    const { mayWrite, writeKey, granted } = this.#scope;
    if (!mayWrite && writeKey !== undefined) {
      await demand(this.#scope, writeKey);
      // One question is enough; what was refused stays refused.
      granted.add("files:write");
    }
    const root = await this.#enter("files:write");
    if (!mayWrite && isRemoval) {
      const why =
        "this run proposes its changes, and removing a file cannot be proposed: put a gate before the node";
      throw new ExtensionFailure("permission", `Cannot remove "${path}": ${why}`);
    }
    if (!mayWrite && writeKey === undefined && this.#proposed === undefined) {
      const why = "this run may not write: start it with --allow-write or put a gate before the node";
      throw new ExtensionFailure("permission", `Cannot write "${path}": ${why}`);
    }
    const absolute = below(root, path);
    if (absolute === root) throw new ExtensionFailure("input", `Cannot write "${path}": it is the workspace`);
    refuseOwnFolder(root, absolute);
    // Of what is proposed nobody but the person looks at links later.
    refuseOwnFolder(root, await realOfNearest(root, absolute));
    return { root, absolute };
  }

  #countWrite(path: string, size: number): void {
    this.#writes++;
    this.#writtenBytes += size;
    if (this.#writes > this.#limits.writes || this.#writtenBytes > this.#limits.writeBytes) {
      const { writes, writeBytes } = this.#limits;
      throw new ExtensionFailure(
        "permission",
        `Cannot write "${path}": one call writes at most ${writes} files and ${writeBytes} bytes`,
      );
    }
  }
}

/** The real path of `path`, or of the nearest folder above it that is there. */
async function realOfNearest(root: string, path: string): Promise<string> {
  for (let at = path; isWithin(root, at); at = dirname(at)) {
    const real = await Deno.realPath(at).catch(() => undefined);
    if (real !== undefined) return real;
  }
  return root;
}

/** With the files that are proposed, in the order of names. */
function withAdded(entries: readonly Json[], added: readonly Json[]): Json[] {
  const nameOf = (entry: Json) => isObject(entry) ? String(own(entry, "name")) : "";
  const names = new Set(entries.map(nameOf));
  return [...entries, ...added.filter((entry) => !names.has(nameOf(entry)))]
    .sort((one, other) => nameOf(one) < nameOf(other) ? -1 : 1);
}

async function entryAt(path: string): Promise<Json> {
  try {
    const info = await Deno.lstat(path);
    const kind = info.isFile ? "file" : info.isDirectory ? "directory" : info.isSymlink ? "symlink" : "other";
    return { name: basename(path), kind, sizeBytes: info.size, modifiedMs: info.mtime?.getTime() ?? 0 };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return null;
    throw error;
  }
}
