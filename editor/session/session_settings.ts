/**
 * A session's settings together with the files they come from. Whatever is wrong with a file or a value is told to the person, and
 * nothing changes.
 *
 * @module
 */

import { resolve } from "node:path";
import { messageOf } from "../../core/errors.ts";
import type { Buffer } from "../buffers.ts";
import { type Domain, type LanguageSettings, Settings } from "../config/settings.ts";
import { PREFERENCES, SettingsFiles } from "../config/settings_files.ts";
import { SettingsError, type SettingsTable } from "../config/settings_table.ts";
import { detectSettings } from "../config/whitespace.ts";
import type { Later } from "./later.ts";

type Changes = Map<Buffer, SettingsTable>;

export class SessionSettings implements Disposable {
  readonly settings: Settings = new Settings();
  readonly #alert: (text: string) => void;
  #folder: string | undefined;
  #files: SettingsFiles | undefined;
  #languages: readonly string[] = [];

  constructor(alert: (text: string) => void) {
    this.#alert = alert;
  }

  /** Uses the settings in a folder, which is made where it is missing. */
  async open(folder: string): Promise<void> {
    this.#folder = folder;
    this.#files = new SettingsFiles(folder);
    try {
      await this.#files.prepare();
    } catch (error) {
      this.#alert(`Cannot use the settings folder ${JSON.stringify(folder)}: ${messageOf(error)}`);
    }
    await this.#load(PREFERENCES);
  }

  /** The folders in which plugins are looked for besides; those that are not absolute lie in the settings folder. */
  pluginSearchPath(): readonly string[] {
    const paths = this.settings.general("plugin_search_path");
    const folder = this.#folder ?? ".";
    return (Array.isArray(paths) ? paths : []).map((path) => resolve(folder, String(path)));
  }

  /** Takes over the languages there are, and reads the user's settings for each. */
  async setLanguages(languages: readonly LanguageSettings[]): Promise<void> {
    this.settings.setLanguages(languages);
    this.#languages = languages.map(({ name }) => name);
    if (this.#files === undefined) return;
    await Promise.all(this.#languages.map((name) => this.#load(name)));
  }

  /** Reads files again when they change; `changed` is told what that means for buffers. */
  follow(changed: (changes: Changes) => Later): void {
    this.#files?.watch([PREFERENCES, ...this.#languages], (name) => {
      this.#load(name).then(changed).catch((error) => this.#alert(messageOf(error)));
    });
  }

  /** Changes keys of a domain; undefined where a value is of the wrong kind. */
  update(domain: Domain, changes: SettingsTable): Changes | undefined {
    return this.#try(() => this.settings.update(domain, changes));
  }

  /** Takes a buffer in. @param detect whether the text is asked for its indentation and line endings */
  add(buffer: Buffer, detect: boolean): void {
    if (detect) this.settings.add(buffer);
    if (!detect || buffer.text.length === 0 || !this.settings.of(buffer).detectWhitespace) return;
    this.#try(() => this.settings.set({ type: "detected", buffer }, detectSettings(buffer.text)));
  }

  [Symbol.dispose](): void {
    this.#files?.[Symbol.dispose]();
  }

  /** Puts what a file says in place; a file that is gone says nothing. */
  async #load(name: string): Promise<Changes> {
    const domain: Domain = name === PREFERENCES ? { type: "general" } : { type: "language", name };
    try {
      const table = await this.#files?.read(name) ?? {};
      return this.#try(() => this.settings.set(domain, table)) ?? new Map();
    } catch (error) {
      this.#alert(messageOf(error));
      return new Map();
    }
  }

  #try(work: () => Changes): Changes | undefined {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof SettingsError)) throw error;
      this.#alert(error.message);
      return undefined;
    }
  }
}
