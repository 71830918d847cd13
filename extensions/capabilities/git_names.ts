/**
 * What no extension may write, because git would take it for a repository and run what its configuration says: anything
 * in a folder named `.git`, and anything in a folder that git would take for a bare repository, or that the write would
 * make one.
 *
 * @module
 */

import { join, relative, sep } from "node:path";
import { ExtensionFailure } from "../sdk/failure.ts";

/** Names that make a folder a repository, together. */
const PARTS = ["HEAD", "objects", "refs", "commondir"] as const;
/** Characters that some file systems leave out when they compare names. */
const IGNORED = /[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/g;

/** True for `.git` as any file system may spell it: letter case, short names, streams, trailing dots and spaces. */
function isGitName(step: string): boolean {
  const plain = plainName(step);
  return plain === ".git" || plain === "git~1";
}

/** A name as the most generous file system takes it. */
export function plainName(step: string): string {
  return (step.replace(IGNORED, "").split(":")[0] ?? "").replace(/[. ]+$/, "").toLowerCase();
}

/** @throws ExtensionFailure of class `permission` where a step of `path`, below `root`, is git's own folder */
export function refuseGitSteps(root: string, path: string): void {
  if (!relative(root, path).split(sep).some(isGitName)) return;
  throw new ExtensionFailure("permission", `Cannot write "${path}": git's own folder is not writable`);
}

/**
 * `others` are files that are not there yet and may come.
 * @throws ExtensionFailure of class `permission` where `folder` is a bare repository, or is one once it holds `name`
 */
export async function refuseRepository(
  folder: string,
  name: string,
  others: readonly string[] = [],
): Promise<void> {
  const coming = new Set(others.map((other) => firstBelow(folder, other)));
  const isThere = async (part: (typeof PARTS)[number]) =>
    name.toLowerCase() === part.toLowerCase() || coming.has(part.toLowerCase()) ||
    await Deno.lstat(join(folder, part)).then(() => true, () => false);
  if (!await isThere("HEAD")) return;
  if (!await isThere("commondir") && !(await isThere("objects") && await isThere("refs"))) return;
  const path = join(folder, name);
  throw new ExtensionFailure(
    "permission",
    `Cannot write "${path}": git would take its folder for a repository`,
  );
}

/** The step behind `folder` on the way to `file`, in small letters; undefined for a file that is elsewhere. */
function firstBelow(folder: string, file: string): string | undefined {
  const start = folder.endsWith(sep) ? folder : folder + sep;
  return file.startsWith(start) ? file.slice(start.length).split(sep, 1)[0]?.toLowerCase() : undefined;
}

/** The same for every folder from `root` down to the one at `path`, a path without links, that holds `name`. */
export async function refuseRepositories(
  root: string,
  path: string,
  name: string,
  others: readonly string[] = [],
): Promise<void> {
  refuseGitSteps(root, join(path, name));
  let folder = root;
  for (const step of [...relative(root, path).split(sep).filter((part) => part !== ""), name]) {
    await refuseRepository(folder, step, others);
    folder = join(folder, step);
  }
}

/** True where a write of this path could be the last part that makes a repository, so that it must be alone. */
export function holdsRepositoryPart(root: string, path: string): boolean {
  const parts: readonly string[] = PARTS.map((part) => part.toLowerCase());
  return relative(root, path).split(sep).some((step) => parts.includes(step.toLowerCase()));
}
