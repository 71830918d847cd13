/**
 * How symphony starts its editor.
 *
 * @module
 */

import { basename, dirname } from "node:path";
import { fileURLToPath } from "node:url";
import type { EditorCommand } from "./editor_process.ts";

/** What decides about the program; the running machine where a member is absent. */
export interface EditorSurroundings {
  readonly execPath?: string;
  readonly env?: (name: string) => string | undefined;
  readonly os?: typeof Deno.build.os;
  /** The folder whose files belong together. */
  readonly workspace?: string | undefined;
}

/**
 * The editor as a spare with its data in `folder`: the program that SYMPHONY_EDITOR names, else `symphony-editor` beside the
 * executable of symphony, else, where symphony runs from source, the editor's source.
 */
export function findEditor(folder: string, surroundings: EditorSurroundings = {}): EditorCommand {
  const execPath = surroundings.execPath ?? Deno.execPath();
  const env = surroundings.env ?? ((name) => Deno.env.get(name));
  const ending = (surroundings.os ?? Deno.build.os) === "windows" ? ".exe" : "";
  const { workspace } = surroundings;
  const own = ["--spare", "--data", folder, ...(workspace === undefined ? [] : ["--workspace", workspace])];
  const named = env("SYMPHONY_EDITOR");
  if (named !== undefined && named !== "") return { program: named, args: own };
  if (basename(execPath, ending) !== "deno") {
    return { program: `${dirname(execPath)}/symphony-editor${ending}`, args: own };
  }
  const main = fileURLToPath(new URL("../main.ts", import.meta.url));
  return { program: execPath, args: ["run", "-A", "-q", "--no-prompt", main, ...own] };
}
