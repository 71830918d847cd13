/**
 * A repository as the core lets git see it: its objects, names and index, under a configuration of the core's own. Git has
 * no switch to leave a repository's configuration out, and what in it starts programs or reaches out (filters, diff and
 * merge drivers, monitors, hooks, signatures, remotes, includes, credentials) grows with every release. So git gets a
 * folder of its own that holds links to what is data and a configuration that is written here.
 *
 * @module
 */

import { join } from "node:path";
import type { GitFolder } from "./git_folder.ts";

/** Settings that say how files and names are stored and can start nothing, in lower case as git lists them. */
const STORAGE = new Set([
  "core.repositoryformatversion",
  "core.filemode",
  "core.symlinks",
  "core.ignorecase",
  "core.precomposeunicode",
  "core.autocrlf",
  "core.eol",
  "core.checkstat",
  "core.trustctime",
  "core.longpaths",
  "core.sparsecheckout",
  "core.sparsecheckoutcone",
  "index.sparse",
  "extensions.objectformat",
  "extensions.refstorage",
]);

/** Data of the common folder and of the work tree's own; folders end in a slash. */
const COMMON = ["refs/", "reftable/", "packed-refs", "shallow", "info/attributes"];
const OWN = ["logs/", "info/sparse-checkout"];

/** The settings of a configuration file, as `section.name`, with includes left out. */
export type ReadSettings = (configuration: string) => Promise<readonly (readonly [string, string])[]>;

export interface GitView extends AsyncDisposable {
  /** Where git must look, as its environment variables. */
  readonly environment: Readonly<Record<string, string>>;
}

/** Makes the folder; it is gone when the view is disposed. */
export async function openGitView(at: GitFolder, readSettings: ReadSettings): Promise<GitView> {
  const settings = [
    ...await readSettings(join(at.common, "config")),
    ...await readSettings(join(at.own, "config.worktree")),
  ];
  const folder = await Deno.makeTempDir({ prefix: "symphony-git-" });
  try {
    await Deno.writeTextFile(join(folder, "config"), configurationOf(settings));
    await Deno.copyFile(join(at.own, "HEAD"), join(folder, "HEAD"));
    await Deno.mkdir(join(folder, "info"));
    for (const name of COMMON) await show(join(at.common, name), join(folder, name));
    for (const name of [...OWN, ...await sharedIndexes(at.own)]) {
      await show(join(at.own, name), join(folder, name));
    }
  } catch (error) {
    await Deno.remove(folder, { recursive: true });
    throw error;
  }
  return {
    environment: {
      GIT_DIR: folder,
      GIT_WORK_TREE: at.top,
      GIT_OBJECT_DIRECTORY: join(at.common, "objects"),
      GIT_INDEX_FILE: join(at.own, "index"),
    },
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}

function configurationOf(settings: readonly (readonly [string, string])[]): string {
  const kept = settings.filter(([key, value]) => STORAGE.has(key) && /^[A-Za-z0-9]*$/.test(value));
  const own = [
    ["core.bare", "false"],
    ["core.quotepath", "false"],
    ["core.untrackedcache", "false"],
    ["color.ui", "false"],
  ] as const;
  return [...kept, ...own].map(([key, value]) => {
    const [section, name] = key.split(".");
    return `[${section}]\n\t${name} = ${value}\n`;
  }).join("");
}

/** Links what is there; a file is copied where links need a right that few people have. */
async function show(from: string, to: string): Promise<void> {
  const info = await Deno.lstat(from).catch(() => undefined);
  const isFolder = from.endsWith("/");
  if (info === undefined || info.isSymlink || info.isDirectory !== isFolder) return;
  const [place, link] = isFolder ? [from.slice(0, -1), to.slice(0, -1)] : [from, to];
  if (isFolder) await Deno.symlink(place, link, { type: "junction" });
  else if (Deno.build.os === "windows") await Deno.copyFile(place, link);
  else await Deno.symlink(place, link);
}

/** An index may be split; its larger part stands beside it. */
async function sharedIndexes(own: string): Promise<string[]> {
  const names = await Array.fromAsync(Deno.readDir(own), ({ name }) => name);
  return names.filter((name) => /^sharedindex\.[0-9a-f]+$/.test(name));
}
