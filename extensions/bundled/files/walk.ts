/**
 * Walks the folders below a root, breadth first, and gives the files that no rule leaves out.
 *
 * Invariants: the order depends on the names only, not on which folder answers first; an ignored folder is never
 * listed; links are never followed; `.git` is never entered.
 *
 * @module
 */

import picomatch from "picomatch";
import type { CallContext, FileEntry } from "symphony/sdk";
import { IgnoreRules, isIgnored } from "./ignore_rules.ts";

export interface WalkOptions {
  readonly root: string;
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  readonly maxFiles: number;
  readonly maxFileBytes: number;
  readonly gitignore: boolean;
  readonly hidden: boolean;
}

export interface Skipped {
  ignored: number;
  hidden: number;
  excluded: number;
  large: number;
  links: number;
  unreadable: number;
}

export interface Found {
  readonly path: string;
  readonly sizeBytes: number;
  readonly modifiedMs: number;
}

export interface Walk {
  readonly found: readonly Found[];
  readonly skipped: Skipped;
  /** True where `maxFiles` ended the walk. */
  readonly truncated: boolean;
}

interface Folder {
  readonly path: string;
  readonly rules: readonly IgnoreRules[];
}

/** Folders listed at once; each is one message to the core and back. */
const AT_ONCE = 16;

/** Walks below `options.root`, a folder relative to the workspace ("" for the workspace itself). */
export async function walk(context: CallContext, options: WalkOptions): Promise<Walk> {
  const skipped: Skipped = { ignored: 0, hidden: 0, excluded: 0, large: 0, links: 0, unreadable: 0 };
  const found: Found[] = [];
  const chooses = chooser(options);
  let level: Folder[] = [{
    path: options.root,
    rules: options.gitignore ? await rulesAbove(context, options.root) : [],
  }];
  while (level.length > 0) {
    const next: Folder[] = [];
    for (let at = 0; at < level.length; at += AT_ONCE) {
      context.signal.throwIfAborted();
      const batch = level.slice(at, at + AT_ONCE);
      const lists = await Promise.all(batch.map((folder) => listFolder(context, folder, options, skipped)));
      for (const list of lists) {
        for (const entry of list.entries) {
          const path = join(list.path, entry.name);
          const decision = decide(path, entry, list.rules, options, chooses);
          if (decision === "enter") next.push({ path, rules: list.rules });
          else if (decision !== "take") skipped[decision]++;
          else if (found.length >= options.maxFiles) return { found, skipped, truncated: true };
          else found.push({ path, sizeBytes: entry.sizeBytes, modifiedMs: entry.modifiedMs });
        }
      }
      context.progress(found.length, undefined, `${found.length} files`);
    }
    level = next;
  }
  return { found, skipped, truncated: false };
}

/** `a/b`, or `b` where the folder is the workspace. */
export function join(folder: string, name: string): string {
  return folder === "" ? name : folder.endsWith("/") ? folder + name : `${folder}/${name}`;
}

type Chooser = { readonly file: (path: string) => boolean; readonly leavesOut: (folder: string) => boolean };

/** Globs are matched against the path below the root; one without a slash matches names at any depth. */
function chooser(options: WalkOptions): Chooser {
  const anywhere = (glob: string) => glob.includes("/") ? glob.replace(/^\.?\//, "") : `**/${glob}`;
  const include = picomatch(options.include.map(anywhere), { dot: true, windows: false });
  const exclude = picomatch(options.exclude.map(anywhere), { dot: true, windows: false });
  const below = (path: string) => options.root === "" ? path : path.slice(join(options.root, "").length);
  const all = options.include.length === 0;
  const none = options.exclude.length === 0;
  return {
    file: (path) => (all || include(below(path))) && (none || !exclude(below(path))),
    leavesOut: (folder) => !none && (exclude(below(folder)) || exclude(`${below(folder)}/`)),
  };
}

function decide(
  path: string,
  entry: FileEntry,
  rules: readonly IgnoreRules[],
  options: WalkOptions,
  chooses: Chooser,
): "enter" | "take" | keyof Skipped {
  if (entry.name === ".git") return "hidden";
  if (entry.kind === "symlink" || entry.kind === "other") return "links";
  const isFolder = entry.kind === "directory";
  if (isIgnored(rules, path, isFolder)) return "ignored";
  if (!options.hidden && entry.name.startsWith(".")) return "hidden";
  if (isFolder) return chooses.leavesOut(path) ? "excluded" : "enter";
  if (!chooses.file(path)) return "excluded";
  return entry.sizeBytes > options.maxFileBytes ? "large" : "take";
}

async function listFolder(
  context: CallContext,
  folder: Folder,
  options: WalkOptions,
  skipped: Skipped,
): Promise<Folder & { readonly entries: readonly FileEntry[] }> {
  let entries: readonly FileEntry[];
  try {
    entries = await context.files.list(folder.path === "" ? "." : folder.path);
  } catch (error) {
    // The root must be readable; a folder below it may belong to someone else.
    if (folder.path === options.root) throw error;
    skipped.unreadable++;
    return { ...folder, entries: [] };
  }
  const hasRules = options.gitignore &&
    entries.some((each) => each.name === ".gitignore" && each.kind === "file");
  const own = hasRules ? await rulesOf(context, join(folder.path, ".gitignore"), folder.path) : [];
  const sorted = [...entries].sort((a, b) => a.name < b.name ? -1 : 1);
  return { path: folder.path, rules: [...folder.rules, ...own], entries: sorted };
}

/** What `.git/info/exclude` and the `.gitignore` files between the workspace and the root say. */
async function rulesAbove(context: CallContext, root: string): Promise<readonly IgnoreRules[]> {
  const chain = [...await rulesOf(context, ".git/info/exclude", "")];
  if (root.startsWith("/") || root === "") return chain;
  const steps = root.split("/");
  for (let depth = 0; depth < steps.length; depth++) {
    const folder = steps.slice(0, depth).join("/");
    chain.push(...await rulesOf(context, join(folder, ".gitignore"), folder));
  }
  return chain;
}

async function rulesOf(context: CallContext, path: string, folder: string): Promise<readonly IgnoreRules[]> {
  try {
    if (await context.files.stat(path) === undefined) return [];
    return [new IgnoreRules(folder, new TextDecoder().decode(await context.files.read(path)))];
  } catch {
    // Rules that cannot be read rule nothing, as in git.
    return [];
  }
}
