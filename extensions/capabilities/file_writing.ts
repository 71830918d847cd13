/**
 * Writes and removes one file below a folder, sure that it lies there and that git takes nothing of it for a repository.
 *
 * @module
 */

import { basename, dirname, join, relative, sep } from "node:path";
import { ExtensionFailure } from "../sdk/failure.ts";
import { holdsRepositoryPart, refuseGitSteps, refuseRepositories } from "./git_names.ts";
import { type HeldFolder, holdFolder } from "./held_folder.ts";
import { refuseOwnFolder } from "./own_folder.ts";
import { isWithin, outside, realBelow } from "./workspace_path.ts";

/** Puts `bytes` at `absolute`, below `root`, in one step: a reader sees the old content or the new. Makes its folders. */
export async function writeBelow(root: string, absolute: string, bytes: Uint8Array): Promise<void> {
  const write = async () => {
    refuseGitSteps(root, absolute);
    const name = basename(absolute);
    const { real, folder } = await makeFolder(root, dirname(absolute));
    using held = folder;
    refuseOwnFolder(root, join(real, name));
    await refuseRepositories(root, real, name);
    await replaceFile(held, name, bytes);
  };
  if (holdsRepositoryPart(root, absolute)) await alone(write);
  else await write();
}

/** Removes the file at `absolute`, below `root`. @throws Deno.errors.NotFound where nothing is */
export async function removeBelow(root: string, absolute: string): Promise<void> {
  refuseGitSteps(root, absolute);
  const real = await realBelow(root, dirname(absolute));
  const name = basename(absolute);
  refuseOwnFolder(root, join(real, name));
  await refuseRepositories(root, real, name);
  using held = holdFolder(root, real);
  if ((await Deno.lstat(held.at(name))).isDirectory) {
    throw new ExtensionFailure("input", `Cannot remove "${relative(root, absolute)}": it is a folder`);
  }
  held.verify();
  await Deno.remove(held.at(name));
}

let writing: Promise<unknown> = Promise.resolve();

/** One after the other: two writes at once could each see the other's part of a repository missing. */
async function alone(write: () => Promise<void>): Promise<void> {
  const before = writing;
  const { promise, resolve } = Promise.withResolvers<void>();
  writing = promise;
  await before;
  try {
    await write();
  } finally {
    resolve();
  }
}

/** Makes the folders down to `folder`, below `root`, none of them through a link that leads out. */
export async function makeFoldersBelow(root: string, folder: string): Promise<void> {
  const made = await makeFolder(root, folder);
  made.folder[Symbol.dispose]();
}

/** Makes the folders down to `folder`, none of them through a link that leads out; holds the last one. */
async function makeFolder(
  root: string,
  folder: string,
): Promise<{ readonly real: string; readonly folder: HeldFolder }> {
  let real = root;
  let held = holdFolder(root, root);
  try {
    for (const step of relative(root, folder).split(sep).filter((part) => part !== "")) {
      const info = await Deno.lstat(held.at(step)).catch(notThere);
      if (info === undefined) await makeIn(root, real, held, step);
      const next = info?.isSymlink === true ? await Deno.realPath(join(real, step)) : join(real, step);
      if (!isWithin(root, next)) throw outside(folder);
      const inner = holdFolder(root, next);
      held[Symbol.dispose]();
      [real, held] = [next, inner];
    }
    return { real, folder: held };
  } catch (error) {
    held[Symbol.dispose]();
    throw error;
  }
}

async function makeIn(root: string, real: string, held: HeldFolder, step: string): Promise<void> {
  refuseOwnFolder(root, join(real, step));
  await refuseRepositories(root, real, step);
  held.verify();
  await Deno.mkdir(held.at(step)).catch((error) => {
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
  });
}

function notThere(error: unknown): undefined {
  if (error instanceof Deno.errors.NotFound) return undefined;
  throw error;
}

async function replaceFile(folder: HeldFolder, name: string, bytes: Uint8Array): Promise<void> {
  const path = folder.at(name);
  const before = await Deno.lstat(path).catch(() => undefined);
  if (before?.isDirectory) throw new ExtensionFailure("input", `Cannot write "${name}": it is a folder`);
  const temporary = folder.at(`.${crypto.randomUUID()}.symphony-tmp`);
  try {
    const options: Deno.OpenOptions = { write: true, createNew: true };
    if (before?.isFile && before.mode !== null) options.mode = before.mode & 0o777;
    folder.verify();
    using file = await Deno.open(temporary, options);
    folder.verify();
    for (let at = 0; at < bytes.length;) at += await file.write(bytes.subarray(at));
    await file.syncData();
    folder.verify();
    await Deno.rename(temporary, path);
  } catch (error) {
    await Deno.remove(temporary).catch(() => {});
    throw error;
  }
}
