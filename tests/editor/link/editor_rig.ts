/**
 * Real editor processes for tests.
 *
 * @module
 */

import type { EditorCommand } from "../../../editor/link/editor_process.ts";
import { editorProgram } from "../program.ts";

/** Starts the editor as a spare, with its data in `data`. */
export function editorCommand(data: string, ...more: string[]): EditorCommand {
  return editorProgram("--spare", "--data", data, ...more);
}
