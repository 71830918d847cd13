/**
 * A folder below the workspace that is held open, so that what is done in it is done in that folder and in no other, even
 * while somebody swaps its path, or a part of it, for a link.
 *
 * On Linux the folder is reached step by step without following a link, and names in it go through the open folder
 * (`/proc/self/fd/N/name`, which is what `openat` does). Elsewhere this runtime has no such way: the path's identity is
 * looked at before and after, which leaves the moment between the last look and the act.
 *
 * @module
 */

import { closeSync, constants, fstatSync, openSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { isWithin, outside } from "./workspace_path.ts";

const FOLDER_FLAGS = constants.O_RDONLY | (constants.O_DIRECTORY ?? 0) | (constants.O_NOFOLLOW ?? 0);
/** Looks at where a path leads, back to back: who undoes a swap between two looks would have to do so in each. */
const CHECKS = 3;

export interface HeldFolder extends Disposable {
  /** The folder itself. */
  readonly path: string;
  /** A name in it. */
  at(name: string): string;
  /** @throws ExtensionFailure of class `permission` where its path leads elsewhere by now; never where it is held open */
  verify(): void;
}

/**
 * Holds the folder whose path without links is `real`, below `root` whose path is free of links as well.
 *
 * @throws ExtensionFailure of class `permission` where a step of it is a link by now
 * @throws Deno.errors.NotFound where it is gone
 */
export function holdFolder(root: string, real: string, isLinux = Deno.build.os === "linux"): HeldFolder {
  if (!isWithin(root, real)) throw outside(real);
  return (isLinux ? openSteps(root, real) : undefined) ?? new WatchedFolder(real);
}

/** Undefined where this system shows no folder of open files. */
function openSteps(root: string, real: string): OpenFolder | undefined {
  let held = OpenFolder.open(root, real);
  for (const step of relative(root, real).split(sep)) {
    if (held === undefined || step === "") return held;
    using parent = held;
    held = OpenFolder.open(parent.at(step), real);
  }
  return held;
}

class OpenFolder implements HeldFolder {
  readonly path: string;
  readonly #file: number;

  static open(path: string, real: string): OpenFolder | undefined {
    const file = openFolder(path, real);
    const shown = `/proc/self/fd/${file}`;
    // Some versions of the runtime number their files themselves, and a container may have no /proc.
    const there = identityAt(() => Deno.statSync(shown));
    const isShown = there !== undefined && there === identityAt(() => fstatSync(file));
    if (isShown) return new OpenFolder(file, shown);
    closeSync(file);
    return undefined;
  }

  private constructor(file: number, path: string) {
    this.#file = file;
    this.path = path;
  }

  at(name: string): string {
    return `${this.path}/${name}`;
  }

  verify(): void {}

  [Symbol.dispose](): void {
    closeSync(this.#file);
  }
}

function openFolder(path: string, real: string): number {
  try {
    return openSync(path, FOLDER_FLAGS);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "ENOENT") throw new Deno.errors.NotFound(real);
    if (code === "ENOTDIR" || code === "ELOOP") throw outside(real);
    throw error;
  }
}

class WatchedFolder implements HeldFolder {
  readonly path: string;
  readonly #identity: string | undefined;

  constructor(real: string) {
    this.path = real;
    this.#identity = identityAt(() => Deno.lstatSync(real));
    this.verify();
  }

  at(name: string): string {
    return join(this.path, name);
  }

  verify(): void {
    for (let check = 0; check < CHECKS; check++) {
      if (Deno.realPathSync(this.path) !== this.path) throw outside(this.path);
      if (identityAt(() => Deno.lstatSync(this.path)) !== this.#identity) throw outside(this.path);
    }
  }

  [Symbol.dispose](): void {}
}

/** Which file it is, as text; undefined where there is none. */
function identityAt(
  look: () => { readonly ino: number | null; readonly dev: number | null },
): string | undefined {
  try {
    const { ino, dev } = look();
    return `${dev}:${ino}`;
  } catch {
    return undefined;
  }
}
