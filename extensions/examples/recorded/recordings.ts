/** The file with the answers: `[{ "when": "regular expression", "task"?: "review", "text" or "data": … }]`. @module */

import { ExtensionFailure } from "symphony/sdk";

export interface Recording {
  readonly pattern: RegExp;
  readonly task: string | undefined;
  readonly text: string;
  readonly data: Readonly<Record<string, unknown>> | undefined;
}

/** Reads the file's text. @throws ExtensionFailure of class `input` with the entry that is wrong */
export function readRecordings(text: string, file: string): readonly Recording[] {
  let list: unknown;
  try {
    list = JSON.parse(text);
  } catch (cause) {
    throw new ExtensionFailure("input", `"${file}" is no JSON: ${(cause as Error).message}`, { cause });
  }
  if (!Array.isArray(list)) throw new ExtensionFailure("input", `"${file}" must hold a list of answers`);
  return list.map((one: unknown, at) => {
    const { when, task, text, data } = (one ?? {}) as Readonly<Record<string, unknown>>;
    const bad = (what: string) => new ExtensionFailure("input", `"${file}", answer ${at}: ${what}`);
    if (typeof when !== "string") throw bad('expected "when", a regular expression');
    if (typeof text !== "string" && (typeof data !== "object" || data === null)) {
      throw bad('expected "text" or "data"');
    }
    return {
      pattern: new RegExp(when, "is"),
      task: typeof task === "string" ? task : undefined,
      text: typeof text === "string" ? text : "",
      data: typeof data === "object" && data !== null ? data as Record<string, unknown> : undefined,
    };
  });
}
