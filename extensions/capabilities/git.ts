/**
 * Git's log, diff and tags of the workspace, with fixed arguments. How it is run, so that it starts and reaches nothing
 * else, is in `git_run.ts`.
 *
 * @module
 */

import { isAbsolute } from "node:path";
import type { Json, JsonObject } from "../../core/json.ts";
import { own } from "../../core/json.ts";
import { ExtensionFailure } from "../sdk/failure.ts";
import { type CallScope, demand, type Operation, optionalText } from "./capability.ts";
import { parseLog, parseTags } from "./git_output.ts";
import { repositoryOf, runGit } from "./git_run.ts";
import { below, realRoot } from "./workspace_path.ts";

const DIFF_FLAGS = [
  "--no-ext-diff",
  "--no-textconv",
  "--no-color",
  "--submodule=short",
  "--ignore-submodules=all",
];

/** The operations `git.*` of one call. */
export function gitOperations(scope: CallScope): Readonly<Record<string, Operation>> {
  const { signal } = scope;
  const look = async () => {
    await demand(scope, "git");
    signal.throwIfAborted();
    const root = await realRoot(scope.workspace);
    return { root, repository: await repositoryOf(root, signal) };
  };
  const enter = async () => {
    const { root, repository } = await look();
    if (repository === undefined) {
      throw new ExtensionFailure("input", `Cannot use git in "${root}": not a git repository`);
    }
    return { root, git: (args: readonly string[]) => runGit(root, repository, args, signal) };
  };
  return {
    "git.isRepository": async () => ({ value: (await look()).repository !== undefined }),
    "git.log": async (args) => {
      const { root, git } = await enter();
      return { value: parseLog(await git(logArguments(root, args))) };
    },
    "git.diff": async (args) => {
      const { root, git } = await enter();
      const list = diffArguments(root, args);
      if (optionalText(args, "to") === undefined) {
        refuseOddNames(await git(["ls-files", "-z", "--full-name"]));
      }
      return { value: null, bytes: await git(list) };
    },
    "git.tags": async () => {
      const format = "%(refname:short)%00%(objectname)%00%(*objectname)%00%(creatordate:unix)%00";
      const list = [
        "for-each-ref",
        "--sort=-creatordate",
        "--count=10000",
        `--format=${format}`,
        "refs/tags",
      ];
      return { value: parseTags(await (await enter()).git(list)) };
    },
  };
}

function logArguments(root: string, args: JsonObject): string[] {
  const list = ["log", "-z", "--no-show-signature", "--format=%x01%H%x00%an%x00%at%x00%P%x00%s%x00%b%x00"];
  if (own(args, "stats") === true) list.push("--numstat", "--no-renames", ...DIFF_FLAGS);
  const max = own(args, "max");
  if (max !== undefined && max !== null) {
    if (typeof max !== "number" || !Number.isInteger(max) || max < 0) {
      throw badArgument("max", "a whole number", max);
    }
    list.push(`--max-count=${max}`);
  }
  const since = optionalText(args, "since");
  if (since !== undefined) list.push(`--since=${since}`);
  list.push(revision(optionalText(args, "range") ?? "HEAD", "range"));
  return [...list, "--", ...pathArguments(root, args)];
}

function diffArguments(root: string, args: JsonObject): string[] {
  const from = optionalText(args, "from");
  const to = optionalText(args, "to");
  if (from === undefined && to !== undefined) {
    throw badArgument("from", "a revision where `to` is given", null);
  }
  const list = ["diff", ...DIFF_FLAGS, "--src-prefix=a/", "--dst-prefix=b/"];
  list.push(revision(from ?? "HEAD", "from"));
  if (to !== undefined) list.push(revision(to, "to"));
  return [...list, "--", ...pathArguments(root, args)];
}

function pathArguments(root: string, args: JsonObject): string[] {
  const paths = own(args, "paths");
  if (paths === undefined || paths === null) return ["."];
  if (!Array.isArray(paths) || paths.length > 10_000) throw badArgument("paths", "a list of paths", null);
  if (paths.length === 0) return ["."];
  return paths.map((path: Json) => {
    if (typeof path !== "string") throw badArgument("paths", "text", path);
    below(root, path);
    return path;
  });
}

/** A revision or range, which can never be taken for an option, nor for a file or folder in it (`HEAD:path`). */
function revision(text: string, name: string): string {
  if (/^[A-Za-z0-9_@^~{}./][A-Za-z0-9_@^~{}./+-]{0,250}$/.test(text) && !text.includes("@{-")) return text;
  throw badArgument(name, "a revision such as HEAD~3, v1.2.0 or main..topic", text);
}

function badArgument(name: string, right: string, found: Json): ExtensionFailure {
  return new ExtensionFailure("input", `Argument "${name}" must be ${right}, found ${JSON.stringify(found)}`);
}

/**
 * Git does not check the names in an index that it reads, and would take one with `..` as a file of the work tree.
 *
 * @throws ExtensionFailure for an index that names what lies elsewhere
 */
function refuseOddNames(listed: Uint8Array): void {
  for (const name of new TextDecoder().decode(listed).split("\0")) {
    const isOdd = name !== "" && (isAbsolute(name) || name.split(/[\\/]/).some((step) => step === ".."));
    if (!isOdd) continue;
    throw new ExtensionFailure("input", `Cannot use git: its index names "${name}", which leads elsewhere`);
  }
}
