/**
 * Git, with fixed arguments and a configuration that starts nothing else: no hooks, pager, external diff, text
 * conversion, file system monitor or prompt, whatever the repository's own configuration says.
 *
 * @module
 */

import type { Json, JsonObject } from "../../core/json.ts";
import { own } from "../../core/json.ts";
import { messageOf } from "../../core/errors.ts";
import { ExtensionFailure } from "../sdk/failure.ts";
import { type CallScope, demand, type Operation, optionalText } from "./capability.ts";
import { parseLog, parseTags } from "./git_output.ts";
import { below, realRoot } from "./workspace_path.ts";

const MOST_OUTPUT_BYTES = 48 << 20;

const SAFE_CONFIG = [
  "core.fsmonitor=false",
  "core.hooksPath=/dev/null",
  "core.pager=cat",
  "core.sshCommand=false",
  "core.quotePath=false",
  "core.untrackedCache=false",
  "diff.external=",
  "diff.noprefix=false",
  "diff.mnemonicPrefix=false",
  "log.showSignature=false",
  "gpg.program=false",
  "protocol.allow=never",
  "submodule.recurse=false",
  "color.ui=false",
].flatMap((setting) => ["-c", setting]);

const DIFF_FLAGS = ["--no-ext-diff", "--no-textconv", "--no-color", "--ignore-submodules=all"];

/** The operations `git.*` of one call. */
export function gitOperations(scope: CallScope): Readonly<Record<string, Operation>> {
  const enter = async (): Promise<string> => {
    await demand(scope, "git");
    scope.signal.throwIfAborted();
    return await realRoot(scope.workspace);
  };
  return {
    "git.isRepository": async () => ({ value: await isRepository(await enter(), scope.signal) }),
    "git.log": async (args) => {
      const root = await enter();
      return { value: parseLog(await git(root, logArguments(root, args), scope.signal)) };
    },
    "git.diff": async (args) => {
      const root = await enter();
      return { value: null, bytes: await git(root, diffArguments(root, args), scope.signal) };
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
      return { value: parseTags(await git(await enter(), list, scope.signal)) };
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

/** A revision or range, which can never be taken for an option. */
function revision(text: string, name: string): string {
  if (/^[A-Za-z0-9_@^~{}./][A-Za-z0-9_@^~{}./+:-]{0,250}$/.test(text) && !text.includes("@{-")) return text;
  throw badArgument(name, "a revision such as HEAD~3, v1.2.0 or main..topic", text);
}

function badArgument(name: string, right: string, found: Json): ExtensionFailure {
  return new ExtensionFailure("input", `Argument "${name}" must be ${right}, found ${JSON.stringify(found)}`);
}

async function isRepository(root: string, signal: AbortSignal): Promise<boolean> {
  try {
    const answer = await git(root, ["rev-parse", "--is-inside-work-tree"], signal);
    return new TextDecoder().decode(answer).trim() === "true";
  } catch (error) {
    if (error instanceof ExtensionFailure && error.failureClass !== "thrown") return false;
    throw error;
  }
}

/** Runs git in `root`; its standard output. @throws ExtensionFailure with what git said. */
async function git(root: string, args: string[], signal: AbortSignal): Promise<Uint8Array<ArrayBuffer>> {
  signal.throwIfAborted();
  let child: Deno.ChildProcess;
  try {
    child = new Deno.Command("git", {
      args: ["--no-pager", "--literal-pathspecs", "--no-optional-locks", ...SAFE_CONFIG, ...args],
      cwd: root,
      clearEnv: true,
      env: gitEnvironment(),
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
    if (status.success) return output;
    const said = new TextDecoder().decode(complaint ?? new Uint8Array(0)).trim().slice(0, 500);
    if (
      /does not have any commits yet|bad default revision|bad revision 'HEAD'|ambiguous argument 'HEAD'/.test(
        said,
      )
    ) {
      return new Uint8Array(0);
    }
    throw new ExtensionFailure("input", `Git ${args[0]} failed in "${root}": ${said}`);
  } finally {
    signal.removeEventListener("abort", kill);
  }
}

function gitEnvironment(): Record<string, string> {
  const environment: Record<string, string> = {
    LC_ALL: "C",
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_CONFIG_GLOBAL: Deno.build.os === "windows" ? "NUL" : "/dev/null",
    GIT_TERMINAL_PROMPT: "0",
    GIT_ATTR_NOSYSTEM: "1",
    // The workspace was named by the person, so a different owner of the folder is no surprise.
    GIT_CONFIG_COUNT: "1",
    GIT_CONFIG_KEY_0: "safe.directory",
    GIT_CONFIG_VALUE_0: "*",
  };
  for (const name of ["PATH", "SYSTEMROOT", "TMPDIR", "TEMP"]) {
    const value = Deno.env.get(name);
    if (value !== undefined) environment[name] = value;
  }
  return environment;
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
