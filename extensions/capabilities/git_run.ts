/**
 * Runs git on a workspace's repository so that it starts nothing else and reaches nothing else, whatever the repository
 * says: under the core's own configuration (`git_view.ts`), on the work tree where it was found (`git_folder.ts`), without
 * a transport, and never a `git` that lies in the workspace.
 *
 * @module
 */

import { isAbsolute } from "node:path";
import { messageOf } from "../../core/errors.ts";
import { ExtensionFailure } from "../sdk/failure.ts";
import { findGitFolder, type GitFolder } from "./git_folder.ts";
import { openGitView } from "./git_view.ts";
import { isWithin } from "./workspace_path.ts";

const MOST_OUTPUT_BYTES = 48 << 20;
const NOTHING = Deno.build.os === "windows" ? "NUL" : "/dev/null";

/** The repository that `root` lies in, or undefined. @throws ExtensionFailure for one that leads elsewhere */
export async function repositoryOf(root: string, signal: AbortSignal): Promise<GitFolder | undefined> {
  return await findGitFolder(root, async (configuration) => {
    const settings = await settingsOf(root, configuration, signal);
    return settings.findLast(([key]) => key === "core.worktree")?.[1];
  });
}

/** Runs git in `root`, which lies in `repository`; its standard output. @throws ExtensionFailure with what git said */
export async function runGit(
  root: string,
  repository: GitFolder,
  args: readonly string[],
  signal: AbortSignal,
): Promise<Uint8Array<ArrayBuffer>> {
  await using view = await openGitView(repository, (file) => settingsOf(root, file, signal));
  const { output, said } = await spawnGit(root, args, view.environment, signal);
  if (said === undefined) return output;
  const isEmpty =
    /does not have any commits yet|bad default revision|bad revision 'HEAD'|ambiguous argument 'HEAD'/;
  if (isEmpty.test(said)) return new Uint8Array(0);
  throw new ExtensionFailure("input", `Git ${args[0]} failed in "${root}": ${said}`);
}

/** What a configuration file says, with its includes left out; nothing where there is none. */
async function settingsOf(
  root: string,
  file: string,
  signal: AbortSignal,
): Promise<readonly (readonly [string, string])[]> {
  if ((await Deno.lstat(file).catch(() => undefined))?.isFile !== true) return [];
  const args = ["config", "--file", file, "--no-includes", "--null", "--list"];
  // Git would look for a repository here; it is told one that is none.
  const { output, said } = await spawnGit(root, args, { GIT_DIR: NOTHING }, signal);
  if (said !== undefined) throw new ExtensionFailure("input", `Cannot read "${file}": ${said}`);
  return new TextDecoder().decode(output).split("\0").filter((line) => line !== "").map((line) => {
    const end = line.indexOf("\n");
    return end < 0 ? [line, "true"] as const : [line.slice(0, end), line.slice(end + 1)] as const;
  });
}

/** `said` is undefined where git succeeded. */
async function spawnGit(
  root: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<{ readonly output: Uint8Array<ArrayBuffer>; readonly said: string | undefined }> {
  signal.throwIfAborted();
  let child: Deno.ChildProcess;
  try {
    child = new Deno.Command("git", {
      args: ["--no-pager", "--literal-pathspecs", "--no-optional-locks", ...args],
      cwd: root,
      clearEnv: true,
      env: { ...gitEnvironment(root), ...environment },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
  } catch (cause) {
    const message = `Cannot run git: ${messageOf(cause)}. Install git or leave this node out`;
    throw new ExtensionFailure("unavailable", message, { cause });
  }
  const kill = () => {
    try {
      child.kill("SIGKILL");
    } catch {
      // It has ended by itself.
    }
  };
  signal.addEventListener("abort", kill, { once: true });
  try {
    const [output, complaint, status] = await Promise.all([
      collect(child.stdout, MOST_OUTPUT_BYTES, kill),
      collect(child.stderr, 64 << 10, () => {}),
      child.status,
    ]);
    signal.throwIfAborted();
    if (output === undefined) {
      throw new ExtensionFailure("input", `Git's answer is over ${MOST_OUTPUT_BYTES} bytes: ask for less`);
    }
    if (status.success) return { output, said: undefined };
    const said = new TextDecoder().decode(complaint ?? new Uint8Array(0)).trim().slice(0, 500);
    return { output, said };
  } finally {
    signal.removeEventListener("abort", kill);
  }
}

function gitEnvironment(root: string): Record<string, string> {
  const environment: Record<string, string> = {
    LC_ALL: "C",
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_CONFIG_GLOBAL: NOTHING,
    GIT_TERMINAL_PROMPT: "0",
    GIT_ATTR_NOSYSTEM: "1",
    // An empty list allows no transport at all; objects that a partial clone left out are not fetched.
    GIT_ALLOW_PROTOCOL: "",
    GIT_NO_LAZY_FETCH: "1",
    PATH: pathOutside(root),
  };
  for (const name of ["SYSTEMROOT", "TMPDIR", "TEMP"]) {
    const value = Deno.env.get(name);
    if (value !== undefined) environment[name] = value;
  }
  return environment;
}

/** The search path without what lies in the workspace, or would be looked for there. */
function pathOutside(root: string): string {
  const separator = Deno.build.os === "windows" ? ";" : ":";
  return (Deno.env.get("PATH") ?? "").split(separator)
    .filter((folder) => isAbsolute(folder) && !isWithin(root, folder)).join(separator);
}

/** All of a stream, or undefined (after `tooMuch`) where it passes `most` bytes. */
async function collect(
  stream: ReadableStream<Uint8Array>,
  most: number,
  tooMuch: () => void,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of stream) {
    length += piece.length;
    if (length <= most) pieces.push(piece);
    else tooMuch();
  }
  if (length > most) return undefined;
  const all = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}
