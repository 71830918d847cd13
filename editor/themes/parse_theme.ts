/**
 * Theme files of the user, by their ending: TextMate's property lists or VS Code's JSON with comments.
 *
 * @module
 */

import { parse, type ParseError, printParseErrorCode } from "jsonc-parser";
import { SymphonyError } from "../../core/errors.ts";
import type { Theme } from "./theme.ts";
import { parseTmTheme } from "./tm_theme.ts";
import { vscodeTheme } from "./vscode_theme.ts";

/** Whether a file can be a theme, by its name. */
export const THEME_FILE = /^(.*)\.(tmTheme|json|jsonc)$/i;

/** Reads a theme; as in xi it is called as its file. @throws SymphonyError `bad-input` naming what is wrong */
export function parseTheme(file: string, text: string): Theme {
  const [, name, ending] = THEME_FILE.exec(file) ?? [];
  if (ending?.toLowerCase() === "tmtheme") return parseTmTheme(text, name);
  const errors: ParseError[] = [];
  const root: unknown = parse(text, errors, { allowTrailingComma: true });
  const first = errors[0];
  if (first !== undefined) {
    throw new SymphonyError(
      "bad-input",
      `Cannot read theme: ${printParseErrorCode(first.error)} at ${first.offset}`,
    );
  }
  return vscodeTheme(root, name);
}
