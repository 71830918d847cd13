/**
 * The settings of language servers from a file: JSON with comments.
 *
 * @module
 */

import { parse, type ParseError, printParseErrorCode } from "jsonc-parser";
import { messageOf, SymphonyError } from "../../../core/errors.ts";
import type { Json } from "../../../core/json.ts";
import { type LanguageSettings, parseLanguageSettings } from "./language_settings.ts";

const MOST_BYTES = 1 << 20;

/** Reads a file of settings. @throws SymphonyError `bad-input` naming every fault, `not-found`, `io` */
export async function readLanguageSettings(path: string): Promise<LanguageSettings> {
  let text: string;
  try {
    text = await Deno.readTextFile(path);
  } catch (cause) {
    const code = cause instanceof Deno.errors.NotFound ? "not-found" : "io";
    throw new SymphonyError(code, `Cannot read language settings "${path}": ${messageOf(cause)}`, { cause });
  }
  if (text.length > MOST_BYTES) {
    throw new SymphonyError(
      "bad-input",
      `Cannot read language settings "${path}": they have more than a megabyte`,
    );
  }
  const errors: ParseError[] = [];
  const value: Json | undefined = parse(text, errors, { allowTrailingComma: true });
  const faults = errors.map(({ error, offset }) =>
    `${printParseErrorCode(error)} in line ${lineOf(text, offset)}`
  );
  const { settings, problems } = parseLanguageSettings(value ?? null);
  if (faults.length === 0) faults.push(...problems.map(({ path: place, message }) => `${place}: ${message}`));
  if (faults.length > 0) {
    throw new SymphonyError("bad-input", `Cannot read language settings "${path}": ${faults.join("; ")}`);
  }
  return settings;
}

function lineOf(text: string, offset: number): number {
  return text.slice(0, offset).split("\n").length;
}
