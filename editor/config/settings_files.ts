/**
 * Settings on disk: `preferences.xiconfig` and one file for each language in the folder the front end names, in TOML.
 *
 * @module
 */

import { join } from "node:path";
import { messageOf } from "../../core/errors.ts";
import { isObject, type Json } from "../../core/json.ts";
import { isAbsent } from "../files/file_error.ts";
import { FileWatch } from "../files/file_watch.ts";
import type { SettingsTable } from "./settings_table.ts";

/** The user's general settings. */
export const PREFERENCES = "preferences";
const ENDING = ".xiconfig";

/** A settings file that cannot be used. */
export class SettingsFileError extends Error {}

export class SettingsFiles implements Disposable {
  readonly #folder: string;
  #watch: FileWatch | undefined;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Makes the folder and those in it where they are missing. */
  async prepare(): Promise<void> {
    for (const folder of ["plugins", "themes"]) {
      await Deno.mkdir(join(this.#folder, folder), { recursive: true });
    }
  }

  /** What the file `name` says; undefined where there is none. @throws SettingsFileError */
  async read(name: string): Promise<SettingsTable | undefined> {
    const path = this.#pathOf(name);
    if (path === undefined) return undefined;
    let text: string;
    try {
      text = await Deno.readTextFile(path);
    } catch (error) {
      if (isAbsent(error)) return undefined;
      throw new SettingsFileError(`Cannot read settings "${path}": ${messageOf(error)}`, { cause: error });
    }
    return await parseToml(text, path);
  }

  /** Calls `look` with the name when the file of one of `names` may have changed. */
  watch(names: Iterable<string>, look: (name: string) => void): void {
    this.#watch ??= new FileWatch();
    for (const name of names) {
      const path = this.#pathOf(name);
      if (path !== undefined) this.#watch.add(path, () => look(name));
    }
  }

  [Symbol.dispose](): void {
    this.#watch?.[Symbol.dispose]();
    this.#watch = undefined;
  }

  /** Undefined for names that are no file's, as "a/b". */
  #pathOf(name: string): string | undefined {
    return /^[^/\\\0]+$/.test(name) && name !== "." && name !== ".."
      ? join(this.#folder, name + ENDING)
      : undefined;
  }
}

/** A TOML text as a table; dates become strings. @throws SettingsFileError naming `path` and the place */
export async function parseToml(text: string, path: string): Promise<SettingsTable> {
  const { parse } = await import("smol-toml");
  try {
    const table = toJson(parse(text));
    if (!isObject(table)) throw new TypeError("expected a table");
    return table;
  } catch (error) {
    throw new SettingsFileError(`Cannot read settings "${path}": ${messageOf(error)}`, { cause: error });
  }
}

function toJson(value: unknown): Json {
  if (typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "number") return Number.isFinite(value) ? value : null;
  if (typeof value === "bigint") return Number(value);
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map(toJson);
  if (typeof value !== "object" || value === null) return null;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, toJson(member)]));
}
