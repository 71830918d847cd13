/**
 * Where a workspace's repository is, found without git and trusted in nothing: it may have come in an archive.
 *
 * Invariants: (1) only an entry named `.git` makes a repository, so nothing that may be written below the workspace does;
 * (2) what lies elsewhere (a linked work tree, a submodule) counts only where it points back to this very folder; (3) no
 * link and no list of alternates leads to the objects or names of another repository.
 *
 * @module
 */

import { dirname, join, resolve } from "node:path";
import { ExtensionFailure } from "../sdk/failure.ts";
import { isWithin } from "./workspace_path.ts";

export interface GitFolder {
  /** The work tree's real path. */
  readonly top: string;
  /** Holds HEAD and the index. */
  readonly own: string;
  /** Holds objects, names and the configuration; the same as `own` but in a linked work tree. */
  readonly common: string;
}

/** Reads `core.worktree` of a configuration file. */
export type ReadWorkTree = (configuration: string) => Promise<string | undefined>;

const MOST_FILE_BYTES = 64 << 10;

/** The repository that `root` lies in, or undefined. @throws ExtensionFailure of class `input` for one that leads elsewhere */
export async function findGitFolder(
  root: string,
  readWorkTree: ReadWorkTree,
): Promise<GitFolder | undefined> {
  for (let top = root;; top = dirname(top)) {
    const entry = await lookAt(join(top, ".git"));
    // As for git, a folder of that name without a HEAD is none.
    if (
      entry !== undefined && (!entry.isDirectory || await lookAt(join(top, ".git", "HEAD")) !== undefined)
    ) {
      const found = entry.isDirectory
        ? { top, own: join(top, ".git"), common: join(top, ".git") }
        : await elsewhere(top, entry, readWorkTree);
      await refuseLeads(found);
      return found;
    }
    if (dirname(top) === top) return undefined;
  }
}

/** A `.git` that is a file names the place, and the place must name it. */
async function elsewhere(top: string, entry: Deno.FileInfo, readWorkTree: ReadWorkTree): Promise<GitFolder> {
  const file = join(top, ".git");
  if (!entry.isFile) throw refused(top, `"${file}" is a link`);
  const named = /^gitdir: (.+)$/.exec((await textOf(file)).trim())?.[1];
  if (named === undefined) throw refused(top, `"${file}" names no folder`);
  const own = await Deno.realPath(resolve(top, named)).catch(() => {
    throw refused(top, `"${file}" names "${named}", which is not there`);
  });
  const commondir = join(own, "commondir");
  if (await lookAt(commondir) === undefined) {
    const workTree = await readWorkTree(join(own, "config"));
    if (workTree === undefined || await real(resolve(own, workTree)) !== top) {
      throw refused(top, `"${file}" names "${own}", which does not name it back as its core.worktree`);
    }
    return { top, own, common: own };
  }
  const common = await real(resolve(own, (await textOf(commondir)).trim()));
  const back = await textOf(join(own, "gitdir")).catch(() => "");
  const isMutual = common !== undefined && dirname(own) === join(common, "worktrees") &&
    await real(resolve(own, dirname(back.trim()))) === top;
  if (!isMutual) throw refused(top, `"${file}" names "${own}", which does not name it back`);
  return { top, own, common };
}

/** @throws ExtensionFailure where objects or names come from elsewhere */
async function refuseLeads({ top, own, common }: GitFolder): Promise<void> {
  if (own === common && await lookAt(join(own, "commondir")) !== undefined) {
    throw refused(top, `"${join(own, "commondir")}" leads elsewhere`);
  }
  for (const path of [join(own, "HEAD"), join(own, "index"), join(common, "objects"), join(common, "refs")]) {
    if ((await lookAt(path))?.isSymlink === true) throw refused(top, `"${path}" is a link`);
  }
  for (const folder of ["objects", "objects/pack", "objects/info", "refs", "refs/heads", "refs/tags"]) {
    for await (const { name, isSymlink } of entriesOf(join(common, folder))) {
      if (isSymlink) throw refused(top, `"${join(common, folder, name)}" is a link`);
    }
  }
  const alternates = join(common, "objects/info/alternates");
  for (const line of (await textOf(alternates).catch(() => "")).split("\n")) {
    const path = line.trim();
    if (path === "" || path.startsWith("#")) continue;
    if (isWithin(common, await real(resolve(common, "objects", path)) ?? path)) continue;
    throw refused(top, `"${alternates}" names "${path}"`, "`git repack -a -d` makes it independent");
  }
}

async function* entriesOf(folder: string): AsyncGenerator<Deno.DirEntry> {
  try {
    yield* Deno.readDir(folder);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory)) throw error;
  }
}

async function lookAt(path: string): Promise<Deno.FileInfo | undefined> {
  return await Deno.lstat(path).catch(() => undefined);
}

async function real(path: string): Promise<string | undefined> {
  return await Deno.realPath(path).catch(() => undefined);
}

/** The text of a small file of git's own. @throws Deno.errors.NotFound */
async function textOf(path: string): Promise<string> {
  const { size, isFile } = await Deno.lstat(path);
  if (!isFile || size > MOST_FILE_BYTES) throw new Deno.errors.NotFound(path);
  return await Deno.readTextFile(path);
}

function refused(top: string, why: string, how?: string): ExtensionFailure {
  const hint = how === undefined ? "" : `. ${how}`;
  return new ExtensionFailure(
    "input",
    `Cannot use git in "${top}": its repository leads elsewhere: ${why}${hint}`,
  );
}
