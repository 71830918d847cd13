// deno-lint-ignore-file camelcase -- the names of the protocol
/**
 * Settings as tables: the built-in values, their types, and how tables lie over one another.
 *
 * @module
 */

import { canonicalJson, type Json, type JsonObject } from "../../core/json.ts";
import { describe } from "../view/params.ts";

/** Settings by key; keys that are not known here pass through. */
export type SettingsTable = JsonObject;

/** What holds where nobody says otherwise. */
export const DEFAULTS: SettingsTable = {
  auto_indent: true,
  autodetect_whitespace: true,
  font_face: "InconsolataGo",
  font_size: 14,
  line_ending: Deno.build.os === "windows" ? "\r\n" : "\n",
  plugin_search_path: [],
  save_with_newline: true,
  scroll_past_end: false,
  surrounding_pairs: [['"', '"'], ["'", "'"], ["{", "}"], ["[", "]"]],
  tab_size: 4,
  translate_tabs_to_spaces: true,
  use_tab_stops: true,
  word_wrap: false,
  wrap_width: 0,
};

/** A table that holds a value of the wrong kind. */
export class SettingsError extends Error {}

/** The largest tab and wrap width that make sense. */
const MOST = 100_000;

type Check = (value: Json) => string | undefined;

const isFlag: Check = (value) => typeof value === "boolean" ? undefined : "a boolean";
const isText: Check = (value) => typeof value === "string" ? undefined : "a string";
const isSize: Check = (value) => typeof value === "number" && value > 0 ? undefined : "f32";
const isCount = (least: number): Check => (value) =>
  typeof value === "number" && Number.isInteger(value) && value >= least && value <= MOST
    ? undefined
    : "usize";
const isListOf = (what: string, test: (value: Json) => boolean): Check => (value) =>
  Array.isArray(value) && value.every(test) ? undefined : `a sequence of ${what}`;
const isPair = (value: Json) =>
  Array.isArray(value) && value.length === 2 && value.every((part) => typeof part === "string");

const CHECKS: ReadonlyMap<string, Check> = new Map<string, Check>([
  ["auto_indent", isFlag],
  ["autodetect_whitespace", isFlag],
  ["font_face", isText],
  ["font_size", isSize],
  ["line_ending", isText],
  ["plugin_search_path", isListOf("paths", (value) => typeof value === "string")],
  ["save_with_newline", isFlag],
  ["scroll_past_end", isFlag],
  ["surrounding_pairs", isListOf("pairs of strings", isPair)],
  ["tab_size", isCount(1)],
  ["translate_tabs_to_spaces", isFlag],
  ["use_tab_stops", isFlag],
  ["word_wrap", isFlag],
  ["wrap_width", isCount(0)],
]);

/** @throws SettingsError naming the key, what was found and what would be right */
export function checkTable(table: SettingsTable): void {
  for (const [key, value] of Object.entries(table)) {
    const expected = value === null ? undefined : CHECKS.get(key)?.(value);
    if (expected === undefined) continue;
    throw new SettingsError(`invalid type: ${describe(value)}, expected ${expected} for \`${key}\``);
  }
}

/** The tables as one: later ones lie over earlier ones. */
export function layered(tables: Iterable<SettingsTable>): SettingsTable {
  const result = new Map<string, Json>();
  for (const table of tables) for (const [key, value] of Object.entries(table)) result.set(key, value);
  return Object.fromEntries([...result].sort(([a], [b]) => a < b ? -1 : 1));
}

/** `table` with `changes`: null takes a key away. */
export function changed(table: SettingsTable, changes: SettingsTable): SettingsTable {
  return Object.fromEntries(Object.entries({ ...table, ...changes }).filter(([, value]) => value !== null));
}

/** The keys of `now` that have another value than in `before`; undefined where there are none. */
export function difference(now: SettingsTable, before: SettingsTable): SettingsTable | undefined {
  const different = Object.entries(now).filter(([key, value]) =>
    !Object.hasOwn(before, key) || canonicalJson(value) !== canonicalJson(before[key] as Json)
  );
  return different.length === 0 ? undefined : Object.fromEntries(different);
}
