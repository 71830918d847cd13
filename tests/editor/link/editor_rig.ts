/**
 * Real editor processes for tests.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import type { EditorCommand } from "../../../editor/link/editor_process.ts";

const main = fileURLToPath(new URL("../../../editor/main.ts", import.meta.url));

/** Starts the editor from source with its data in `data`. */
export function editorCommand(data: string, ...more: string[]): EditorCommand {
  return {
    program: Deno.execPath(),
    args: ["run", "-A", "-q", "--no-check", "--no-prompt", main, "--spare", "--data", data, ...more],
  };
}
