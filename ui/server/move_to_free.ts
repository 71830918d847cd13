/**
 * Moving to a name that nobody has, also when somebody makes a file of that name at the same moment: what is there already is never written
 * over, as renaming would.
 *
 * @module
 */

import { join } from "node:path";

/**
 * Moves a file, a link or a folder. A file gets its new name by a second link, which the system refuses where the name is taken; a
 * folder takes the place of an empty one that was made for it. Where only the case of letters differs, the name is its own.
 *
 * @param from as `Deno.lstat` told of `source`
 * @throws Deno.errors.AlreadyExists where something is there; the source is then as it was
 */
export async function moveToFree(source: string, target: string, from: Deno.FileInfo): Promise<void> {
  if (await isSame(source, target, from)) return await Deno.rename(source, target);
  if (from.isDirectory) return await moveFolder(source, target);
  if (from.isSymlink) {
    // A link to a link is not to be had everywhere: it is made anew.
    await Deno.symlink(await Deno.readLink(source), target);
  } else {
    try {
      await Deno.link(source, target);
    } catch (error) {
      if (error instanceof Deno.errors.AlreadyExists) throw error;
      // A disk without links, or another disk: the name is taken first, then filled.
      return await moveByCopy(source, target, from);
    }
    // Saved by its old name meanwhile: the newer text is what is moved, over the older one.
    if (await isNewer(source, target, from)) return await Deno.rename(source, target);
  }
  await removeOr(source, target);
}

/** Whether another file has come to be at the source, while the target is still what was at the source before. */
async function isNewer(source: string, target: string, from: Deno.FileInfo): Promise<boolean> {
  const [now, there] = await Promise.all(
    [source, target].map((path) => Deno.lstat(path).catch(() => undefined)),
  );
  return now !== undefined && there !== undefined && from.ino !== null &&
    there.ino === from.ino && now.ino !== from.ino;
}

async function moveFolder(source: string, target: string): Promise<void> {
  if (Deno.build.os === "windows") {
    // There, a folder is never moved over anything.
    return await Deno.rename(source, target);
  }
  await Deno.mkdir(target);
  try {
    // Onto an empty folder only: what somebody has put there meanwhile is refused.
    await Deno.rename(source, target);
  } catch (error) {
    await Deno.remove(target).catch(() => undefined);
    if (/not empty|os error 39|os error 66/i.test(String(error))) throw new Deno.errors.AlreadyExists();
    throw error;
  }
}

async function moveByCopy(source: string, target: string, { mode }: Deno.FileInfo): Promise<void> {
  const made = await Deno.open(target, {
    write: true,
    createNew: true,
    ...(mode === null ? {} : { mode: mode & 0o777 }),
  });
  try {
    const read = await Deno.open(source);
    await read.readable.pipeTo(made.writable);
  } catch (error) {
    await Deno.remove(target).catch(() => undefined);
    throw error;
  }
  await removeOr(source, target);
}

/** Ends a move: there are two names or one, never none. */
async function removeOr(source: string, target: string): Promise<void> {
  try {
    await Deno.remove(source);
  } catch (error) {
    await Deno.remove(target).catch(() => undefined);
    throw error;
  }
}

/** Whether both are one thing by two ways of writing its name, which some disks take for the same. */
async function isSame(source: string, target: string, from: Deno.FileInfo): Promise<boolean> {
  if (source.toLowerCase() !== target.toLowerCase()) return false;
  const there = await Deno.lstat(target).catch(() => undefined);
  return there !== undefined && from.ino !== null && there.ino === from.ino && there.dev === from.dev &&
    join(source, "..") === join(target, "..") && (from.isDirectory || (there.nlink ?? 1) === 1);
}
