/**
 * Policies as files of a folder: written beside, synced, renamed.
 *
 * Ring: conductor. Implements PolicyStorePort.
 *
 * @module
 */

import { messageOf, SymphonyError } from "../../core/errors.ts";
import type { PolicyStorePort } from "./policy_store.ts";

export class FolderPolicies implements PolicyStorePort {
  readonly folder: string;

  /** The folder is made when something is written. */
  constructor(folder: string) {
    this.folder = folder;
  }

  async read(name: string): Promise<Uint8Array | undefined> {
    try {
      return await Deno.readFile(this.#path(name));
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return undefined;
      throw this.#failure("read", name, error);
    }
  }

  async write(name: string, bytes: Uint8Array): Promise<void> {
    // Two processes must not share the file beside.
    const beside = `${this.#path(name)}.${Deno.pid}.tmp`;
    try {
      await Deno.mkdir(this.folder, { recursive: true });
      const file = await Deno.open(beside, { write: true, create: true, truncate: true });
      try {
        let written = 0;
        while (written < bytes.length) written += await file.write(bytes.subarray(written));
        await file.sync();
      } finally {
        file.close();
      }
      await Deno.rename(beside, this.#path(name));
      await syncFolder(this.folder);
    } catch (error) {
      await Deno.remove(beside).catch(() => undefined);
      throw this.#failure("write", name, error);
    }
  }

  async remove(name: string): Promise<void> {
    try {
      await Deno.remove(this.#path(name));
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw this.#failure("remove", name, error);
    }
  }

  async names(): Promise<readonly string[]> {
    try {
      const entries = await Array.fromAsync(Deno.readDir(this.folder));
      return entries.filter(({ isFile, name }) => isFile && !name.endsWith(".tmp")).map(({ name }) => name)
        .sort();
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return [];
      throw this.#failure("list", "", error);
    }
  }

  #path(name: string): string {
    return `${this.folder}/${name}`;
  }

  #failure(action: string, name: string, error: unknown): SymphonyError {
    const isFull = /ENOSPC|no space left|quota/i.test(messageOf(error));
    const isDenied = error instanceof Deno.errors.PermissionDenied || error instanceof Deno.errors.NotCapable;
    return new SymphonyError(
      isFull ? "disk-full" : isDenied ? "permission" : "io",
      `Cannot ${action} policy ${this.#path(name)}: ${messageOf(error)}`,
      { cause: error },
    );
  }
}

/** A renamed file is durable when its folder is. Not every system lets a folder be opened. */
async function syncFolder(folder: string): Promise<void> {
  let file: Deno.FsFile;
  try {
    file = await Deno.open(folder, { read: true });
  } catch {
    return;
  }
  try {
    await file.sync().catch(() => undefined);
  } finally {
    file.close();
  }
}
