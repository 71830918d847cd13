/**
 * Copies a workspace so that nothing done in the copy reaches the workspace: every file is a file of its own, and a link leads to
 * what is in the copy, or is left out.
 *
 * @module
 */

import { dirname, join, relative, sep } from "node:path";
import { SymphonyError } from "../../core/errors.ts";
import { isWithin } from "../capabilities/workspace_path.ts";

const MOST_FILES = 20_000;
const MOST_BYTES = 2 ** 30;
/** Histories are not copied. */
const LEFT_OUT: ReadonlySet<string> = new Set([".git", ".hg", ".svn"]);
/** What packages bring is no part of the workspace; it is copied where that is not too much, since types and tests need it. */
const PACKAGES = "node_modules";

interface Copied {
  files: number;
  bytes: number;
}

/**
 * Copies the folder `root`, a real path, into `to`; gives the folders of packages that were left out.
 * @throws SymphonyError `unsupported` where the workspace is too large
 */
export async function copyWorkspace(root: string, to: string): Promise<readonly string[]> {
  const without: string[] = [];
  const packages: Copied = { files: 0, bytes: 0 };
  const fits = async (folder: string) => {
    const before = { ...packages };
    if (await measure(folder, packages)) return true;
    Object.assign(packages, before);
    without.push(relative(root, folder));
    return false;
  };
  await copyFolder(root, to, { root, without, fits, copied: { files: 0, bytes: 0 } });
  return without;
}

interface Copying {
  readonly root: string;
  readonly without: readonly string[];
  readonly fits: (packages: string) => Promise<boolean>;
  /** Undefined where it was measured before. */
  readonly copied: Copied | undefined;
}

async function copyFolder(from: string, to: string, copying: Copying): Promise<void> {
  for await (const { name, isDirectory, isFile, isSymlink } of Deno.readDir(from)) {
    const [source, target] = [join(from, name), join(to, name)];
    if (LEFT_OUT.has(name)) continue;
    if (isDirectory) {
      const isPackages = name === PACKAGES && copying.copied !== undefined;
      if (isPackages && !await copying.fits(source)) continue;
      await Deno.mkdir(target);
      await copyFolder(source, target, isPackages ? { ...copying, copied: undefined } : copying);
    } else if (isSymlink) await copyLink(source, target, copying);
    else if (isFile) {
      if (copying.copied !== undefined && !add(copying.copied, (await Deno.stat(source)).size)) {
        throw tooLarge();
      }
      await Deno.copyFile(source, target);
    }
  }
}

/** The copy of a link leads by the shortest way to the copy of what it leads to, and over no other link. */
async function copyLink(source: string, target: string, { root, without }: Copying): Promise<void> {
  const real = await Deno.realPath(source).catch(() => undefined);
  if (real === undefined || !isWithin(root, real)) return;
  const inside = relative(root, real);
  if (inside.split(sep).some((step) => LEFT_OUT.has(step))) return;
  if (without.some((folder) => inside === folder || inside.startsWith(folder + sep))) return;
  await Deno.symlink(relative(dirname(source), real) || ".", target);
}

/** Adds what is in the folder; false where that is too much. */
async function measure(folder: string, found: Copied): Promise<boolean> {
  for await (const { name, isDirectory, isFile } of Deno.readDir(folder)) {
    const path = join(folder, name);
    if (isDirectory && !await measure(path, found)) return false;
    if (isFile && !add(found, (await Deno.stat(path)).size)) return false;
  }
  return true;
}

function add(found: Copied, bytes: number): boolean {
  found.files++;
  found.bytes += bytes;
  return found.files <= MOST_FILES && found.bytes <= MOST_BYTES;
}

function tooLarge(): SymphonyError {
  return new SymphonyError(
    "unsupported",
    `Cannot let the agent propose: it works in a copy, and the workspace has over ${MOST_FILES} files or ${
      MOST_BYTES >> 30
    } GB`,
    { hint: "Start the run in a smaller folder, or let it write" },
  );
}
