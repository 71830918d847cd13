/**
 * The settings of one front end: for every buffer, what the built-in values, the user, the language, the file itself and the person at
 * the view say, the later over the earlier.
 *
 * @module
 */

import type { Json } from "../../core/json.ts";
import type { Buffer } from "../buffers.ts";
import { changed, checkTable, DEFAULTS, difference, layered, type SettingsTable } from "./settings_table.ts";

/** Whose word a table is. */
export type Domain =
  | { readonly type: "general" }
  | { readonly type: "language"; readonly name: string }
  /** Found out from the file. */
  | { readonly type: "detected"; readonly buffer: Buffer }
  | { readonly type: "override"; readonly buffer: Buffer };

/** A language and the settings that come with it. */
export interface LanguageSettings {
  readonly name: string;
  readonly defaults?: SettingsTable | undefined;
}

/** What the editor itself goes by. */
export interface EditorSettings {
  readonly tabSize: number;
  readonly spaces: boolean;
  readonly tabStops: boolean;
  readonly lineEnding: string;
  readonly saveWithNewline: boolean;
  readonly detectWhitespace: boolean;
  readonly wrapWidth: number;
  readonly wordWrap: boolean;
  readonly surroundingPairs: readonly (readonly [string, string])[];
  /** How many undo steps are kept; the protocol's number where undefined. */
  readonly undoLimit: number | undefined;
}

interface Entry {
  table: SettingsTable;
  settings: EditorSettings;
  detected: SettingsTable;
  override: SettingsTable;
}

export class Settings {
  readonly #buffers = new Map<Buffer, Entry>();
  #general: SettingsTable = {};
  #languages = new Map<string, SettingsTable>();
  readonly #byLanguage = new Map<string, SettingsTable>();

  /** The languages there are, and what they come with; settings for others are kept but have no effect. */
  setLanguages(languages: Iterable<LanguageSettings>): Map<Buffer, SettingsTable> {
    this.#languages = new Map(Array.from(languages, ({ name, defaults }) => [name, defaults ?? {}]));
    return this.refresh();
  }

  /** Whether `name` is a language. */
  hasLanguage(name: string): boolean {
    return this.#languages.has(name);
  }

  /** Takes a buffer in. Its language is read from the buffer; call `refresh` when it changes. */
  add(buffer: Buffer): SettingsTable {
    const entry = { detected: {}, override: {} };
    const table = this.#tableFor(buffer, entry);
    this.#buffers.set(buffer, { ...entry, table, settings: typed(table) });
    return table;
  }

  remove(buffer: Buffer): void {
    this.#buffers.delete(buffer);
  }

  /** A setting that is no buffer's: what the person says, else its default. */
  general(key: string): Json | undefined {
    return this.#general[key] ?? DEFAULTS[key];
  }

  /** All settings of a buffer, keys sorted. */
  table(buffer: Buffer): SettingsTable {
    return this.#buffers.get(buffer)?.table ?? layered([DEFAULTS, this.#general]);
  }

  /** The same for the editor's own use. */
  of(buffer: Buffer): EditorSettings {
    return this.#buffers.get(buffer)?.settings ?? typed(this.table(buffer));
  }

  /**
   * Puts `table` in the place of what a domain said before. Returns for each buffer what is different now.
   * @throws SettingsError for a value of the wrong kind; nothing has changed then
   */
  set(domain: Domain, table: SettingsTable): Map<Buffer, SettingsTable> {
    checkTable(table);
    if (domain.type === "general") this.#general = table;
    else if (domain.type === "language") this.#byLanguage.set(domain.name, table);
    else {
      const entry = this.#buffers.get(domain.buffer);
      if (entry !== undefined) entry[domain.type] = table;
    }
    return this.refresh();
  }

  /** Changes single keys of a domain; null takes a key away. @throws SettingsError as `set` */
  update(domain: Domain, changes: SettingsTable): Map<Buffer, SettingsTable> {
    return this.set(domain, changed(this.#tableOf(domain), changes));
  }

  /** Works out every buffer's settings anew. Returns for each what is different. */
  refresh(): Map<Buffer, SettingsTable> {
    const changes = new Map<Buffer, SettingsTable>();
    for (const [buffer, entry] of this.#buffers) {
      const table = this.#tableFor(buffer, entry);
      const different = difference(table, entry.table);
      entry.table = table;
      entry.settings = typed(table);
      if (different !== undefined) changes.set(buffer, different);
    }
    return changes;
  }

  #tableOf(domain: Domain): SettingsTable {
    if (domain.type === "general") return this.#general;
    if (domain.type === "language") return this.#byLanguage.get(domain.name) ?? {};
    return this.#buffers.get(domain.buffer)?.[domain.type] ?? {};
  }

  #tableFor(buffer: Buffer, { detected, override }: Pick<Entry, "detected" | "override">): SettingsTable {
    const { language } = buffer;
    const known = this.#languages.get(language);
    const own = known === undefined ? {} : this.#byLanguage.get(language) ?? {};
    return layered([DEFAULTS, this.#general, known ?? {}, own, detected, override]);
  }
}

/** A checked table as values with types. */
function typed(table: SettingsTable): EditorSettings {
  const flag = (key: string) => table[key] === true;
  const count = (key: string) => Number(table[key]);
  const undo = table.undo_limit;
  return {
    tabSize: count("tab_size"),
    spaces: flag("translate_tabs_to_spaces"),
    tabStops: flag("use_tab_stops"),
    lineEnding: String(table.line_ending),
    saveWithNewline: flag("save_with_newline"),
    detectWhitespace: flag("autodetect_whitespace"),
    wrapWidth: count("wrap_width"),
    wordWrap: flag("word_wrap"),
    surroundingPairs: pairs(table.surrounding_pairs),
    undoLimit: typeof undo === "number" && Number.isInteger(undo) && undo > 1 ? undo : undefined,
  };
}

function pairs(value: Json | undefined): readonly (readonly [string, string])[] {
  if (!Array.isArray(value)) return [];
  return value.map((pair) => {
    const [open, close] = Array.isArray(pair) ? pair : [];
    return [String(open), String(close)] as const;
  });
}
