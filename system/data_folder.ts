/**
 * Where Symphony keeps its data on this machine.
 *
 * @module
 */

import { messageOf, SymphonyError } from "../core/errors.ts";

/** What decides about the folder; the running machine where a member is absent. */
export interface DataFolderSurroundings {
  readonly os?: typeof Deno.build.os;
  readonly env?: (name: string) => string | undefined;
}

/**
 * The folder's path: `explicit`, else SYMPHONY_DATA, else the platform's convention. Nothing is made.
 * @throws SymphonyError `bad-input` where no home folder is known
 */
export function dataFolderPath(explicit?: string, surroundings: DataFolderSurroundings = {}): string {
  const os = surroundings.os ?? Deno.build.os;
  const env = surroundings.env ?? ((name) => Deno.env.get(name));
  const chosen = explicit ?? nonEmpty(env("SYMPHONY_DATA"));
  if (chosen === "") {
    throw new SymphonyError("bad-input", "Cannot use the data folder: --data is empty, expected a path");
  }
  if (chosen !== undefined) return chosen;
  if (os === "windows") return `${required(env, "LOCALAPPDATA")}\\Symphony`;
  if (os === "darwin") return `${required(env, "HOME")}/Library/Application Support/Symphony`;
  const xdg = nonEmpty(env("XDG_DATA_HOME"));
  // The convention says that a relative path there is to be ignored.
  if (xdg?.startsWith("/")) return `${xdg}/symphony`;
  return `${required(env, "HOME")}/.local/share/symphony`;
}

/**
 * Makes the folder, readable by its owner only, and gives its absolute path.
 * @throws SymphonyError `bad-input` where it is not a folder, `permission`, `disk-full`, `io`
 */
export function makeDataFolder(path: string): string {
  try {
    Deno.mkdirSync(path, { recursive: true, mode: 0o700 });
    const absolute = Deno.realPathSync(path);
    const probe = `${absolute}/.writable-${crypto.randomUUID()}`;
    Deno.writeTextFileSync(probe, "", { createNew: true });
    Deno.removeSync(probe);
    return absolute;
  } catch (error) {
    throw folderError(path, error);
  }
}

function folderError(path: string, error: unknown): SymphonyError {
  const action = `Cannot use the data folder "${path}"`;
  const hint = "Give another folder with --data or SYMPHONY_DATA";
  if (error instanceof Deno.errors.AlreadyExists || error instanceof Deno.errors.NotADirectory) {
    return new SymphonyError("bad-input", `${action}: it is a file, expected a folder`, {
      cause: error,
      hint,
    });
  }
  if (
    error instanceof Deno.errors.PermissionDenied || /read-only file system|EROFS/i.test(messageOf(error))
  ) {
    return new SymphonyError("permission", `${action}: it is not writable for this user`, {
      cause: error,
      hint,
    });
  }
  if (/no space left|quota/i.test(messageOf(error))) {
    return new SymphonyError("disk-full", `${action}: the disk is full`, { cause: error, hint });
  }
  return new SymphonyError("io", `${action}: ${messageOf(error)}`, { cause: error, hint });
}

function required(env: (name: string) => string | undefined, name: string): string {
  const value = nonEmpty(env(name));
  if (value !== undefined) return value;
  throw new SymphonyError("bad-input", `Cannot find the data folder: the environment has no ${name}`, {
    hint: "Give a folder with --data or SYMPHONY_DATA",
  });
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === "" ? undefined : text;
}
