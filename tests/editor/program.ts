/**
 * The editor that tests start as a process: the sources, or the executable that SYMPHONY_EDITOR names.
 *
 * @module
 */

import { fileURLToPath } from "node:url";

const compiled = Deno.env.get("SYMPHONY_EDITOR");
const main = fileURLToPath(new URL("../../editor/main.ts", import.meta.url));

/** The program and its arguments, `options` behind them. */
export function editorProgram(
  ...options: readonly string[]
): { readonly program: string; readonly args: string[] } {
  if (compiled !== undefined) return { program: compiled, args: [...options] };
  return {
    program: Deno.execPath(),
    args: ["run", "-A", "-q", "--no-check", "--no-prompt", main, ...options],
  };
}
