/**
 * Files of the workspace by paths from it. Nothing outside is reached: not by `..`, not by an absolute path, not through a
 * link.
 *
 * @module
 */

import { access, constants } from "node:fs/promises";
import { join, relative, resolve, sep } from "node:path";
import { SymphonyError } from "../../core/errors.ts";

export class WorkspaceFiles {
  readonly root: string;
  #real: string | undefined;

  constructor(root: string) {
    this.root = resolve(root);
  }

  /** The absolute path of `path`. @throws SymphonyError `bad-input` for one outside */
  async absolute(path: string): Promise<string> {
    const absolute = resolve(this.root, path);
    if (path.includes("\0") || !isBelow(this.root, absolute)) throw outside(path);
    this.#real ??= await Deno.realPath(this.root);
    if (!isBelow(this.#real, await realParent(absolute))) throw outside(path);
    return absolute;
  }

  /** The path from the workspace, with `/`. */
  name(absolute: string): string {
    return relative(this.root, absolute).replaceAll(sep, "/");
  }

  /** @throws SymphonyError `not-found` | `permission` | `io` | `bad-input` */
  async read(
    path: string,
  ): Promise<{ readonly bytes: Uint8Array<ArrayBuffer>; readonly modifiedAt: number }> {
    const absolute = await this.absolute(path);
    return await told(`read "${path}"`, async () => {
      const [bytes, info] = await Promise.all([Deno.readFile(absolute), Deno.stat(absolute)]);
      return { bytes, modifiedAt: info.mtime?.getTime() ?? 0 };
    });
  }

  /** False where the file, or the folder in which it is replaced, may only be read. */
  async isWritable(path: string): Promise<boolean> {
    const target = await Deno.realPath(await this.absolute(path)).catch(() => undefined);
    if (target === undefined) return true;
    if (await mayOnlyBeRead(target)) return false;
    try {
      // Says what the system would, a file system that may only be read included; nothing is changed by it.
      (await Deno.open(target, { append: true })).close();
      await access(join(target, ".."), constants.W_OK);
      return true;
    } catch {
      return false;
    }
  }

  /**
   * Replaces the file as a whole or not at all, making its folder. One that nobody may write is left alone, though it could be replaced.
   * @throws SymphonyError as `read`, `disk-full`
   */
  async write(path: string, text: string, isNew: boolean): Promise<void> {
    const absolute = await this.absolute(path);
    await told(`write "${path}"`, async () => {
      await Deno.mkdir(join(absolute, ".."), { recursive: true });
      const target = await Deno.realPath(absolute).catch(() => absolute);
      if (isNew) {
        await Deno.writeTextFile(target, text, { createNew: true });
        return;
      }
      if (await mayOnlyBeRead(target)) {
        throw new SymphonyError("permission", `Cannot write "${path}": it may only be read`, {
          hint: "Save it under another name, or allow writing it first",
        });
      }
      const temporary = `${target}.${crypto.randomUUID().slice(0, 8)}.tmp`;
      try {
        const mode = (await Deno.stat(target).catch(() => undefined))?.mode ?? undefined;
        const file = await Deno.open(temporary, {
          write: true,
          createNew: true,
          ...mode === undefined ? {} : { mode },
        });
        try {
          const bytes = new TextEncoder().encode(text);
          for (let at = 0; at < bytes.length;) at += await file.write(bytes.subarray(at));
          await file.sync();
        } finally {
          file.close();
        }
        await Deno.rename(temporary, target);
      } catch (error) {
        await Deno.remove(temporary).catch(() => undefined);
        throw error;
      }
    });
  }

  /** @throws SymphonyError as `read` */
  async remove(path: string): Promise<void> {
    const absolute = await this.absolute(path);
    await told(`remove "${path}"`, () => Deno.remove(absolute));
  }
}

/** True for a file with no leave to write for anybody, whoever asks: its owner meant it. */
async function mayOnlyBeRead(target: string): Promise<boolean> {
  const mode = (await Deno.stat(target).catch(() => undefined))?.mode;
  return typeof mode === "number" && (mode & 0o222) === 0;
}

/** Carries out and says what the world's failures mean. */
export async function told<T>(action: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof SymphonyError) throw cause;
    const failed = (code: ConstructorParameters<typeof SymphonyError>[0], why: string) =>
      new SymphonyError(code, `Cannot ${action}: ${why}`, { cause });
    if (cause instanceof Deno.errors.NotFound) throw failed("not-found", "there is no such file");
    if (cause instanceof Deno.errors.AlreadyExists) throw failed("exists", "there is such a file already");
    if (cause instanceof Deno.errors.PermissionDenied) throw failed("permission", "it is not allowed");
    const message = cause instanceof Error ? cause.message : String(cause);
    if (/no space left|quota/i.test(message)) throw failed("disk-full", "the disk is full");
    if (/read-only file system/i.test(message)) throw failed("permission", "its folder may only be read");
    // The system's words, without the name of a file that only we know of.
    throw failed("io", message.replace(/: \w+ '[^']*'$/, ""));
  }
}

function isBelow(root: string, path: string): boolean {
  return path === root || path.startsWith(root.endsWith(sep) ? root : root + sep);
}

/** Where the deepest folder or file of the path that exists really is. */
async function realParent(path: string): Promise<string> {
  for (let at = path;;) {
    const real = await Deno.realPath(at).catch(() => undefined);
    if (real !== undefined) return real;
    const parent = resolve(at, "..");
    if (parent === at) return at;
    at = parent;
  }
}

function outside(path: string): SymphonyError {
  return new SymphonyError("bad-input", `Cannot reach "${path.slice(0, 200)}": it is outside the workspace`, {
    hint: "Give a path from the workspace, with /",
  });
}
