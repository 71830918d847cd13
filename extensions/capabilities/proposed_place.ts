/**
 * Where a proposal really goes: judged here alone, whoever proposes, and once more before a person saves it.
 *
 * @module
 */

import { basename, dirname, join, relative } from "node:path";
import type { ProposedPlaces } from "../../core/ports/file_proposals.ts";
import { makeFoldersBelow } from "./file_writing.ts";
import { refuseGitSteps, refuseRepositories } from "./git_names.ts";
import { refuseOwnFolder } from "./own_folder.ts";
import { below, isWithin, outside, realRoot } from "./workspace_path.ts";

/**
 * The real path of the file that `path` names below `root`, a real path; of what is not there, where it would be. `others` are
 * files that were proposed.
 * @throws ExtensionFailure of class `permission` where that is outside, git's own, the product's own, or makes a repository with the disk and `others`
 */
export async function proposedPlace(
  root: string,
  path: string,
  others: readonly string[] = [],
): Promise<string> {
  const absolute = below(root, path);
  refuseGitSteps(root, absolute);
  const file = await realPlace(root, absolute);
  refuseOwnFolder(root, file);
  await refuseRepositories(root, dirname(file), basename(file), others);
  return file;
}

/** Where `absolute` really is; of what is not there, where it would be. @throws ExtensionFailure where that is outside `root` */
export async function realPlace(root: string, absolute: string): Promise<string> {
  const rest: string[] = [];
  for (let at = absolute;;) {
    const real = await Deno.realPath(at).catch(() => undefined);
    if (real !== undefined) {
      const place = join(real, ...rest.reverse());
      // A link that leads nowhere is there, but has no real path.
      const isLink = rest.length > 0 &&
        await Deno.lstat(join(real, rest[0] ?? "")).then(() => true, () => false);
      if (isLink || !isWithin(root, place)) throw outside(relative(root, absolute));
      return place;
    }
    rest.push(basename(at));
    const parent = dirname(at);
    if (parent === at) throw outside(absolute);
    at = parent;
  }
}

/** The judge for whoever takes proposals; its `root` need be no real path. */
export const proposedPlaces: ProposedPlaces = {
  place: async (root, path, others) => await proposedPlace(await realRoot(root), path, others),
  makeFolder: async (root, file) => await makeFoldersBelow(await realRoot(root), dirname(file)),
};
