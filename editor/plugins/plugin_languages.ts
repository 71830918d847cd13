/**
 * The languages that can be chosen: our own and those that plugins bring.
 *
 * @module
 */

import type { JsonObject } from "../../core/json.ts";
import { type FileFacts, languageOf } from "../syntax/language_of.ts";
import { LANGUAGES } from "../syntax/languages.ts";
import type { FoundPlugin } from "./discover.ts";
import type { ManifestLanguage } from "./manifest.ts";

export type LanguageFacts = FileFacts;

/** Settings that come with our own languages where they are not the general ones. */
const DEFAULTS: Readonly<Record<string, JsonObject>> = { YAML: { tab_size: 2 } };

export class PluginLanguages {
  readonly #brought: ManifestLanguage[] = [];
  readonly #defaults = new Map<string, JsonObject>();

  constructor() {
    for (const { name, spaces } of LANGUAGES) {
      const settings = {
        ...DEFAULTS[name],
        ...(spaces === false ? { translate_tabs_to_spaces: false } : {}),
      };
      if (Object.keys(settings).length > 0) this.#defaults.set(name, settings);
    }
  }

  /** Takes the languages of a plugin in. */
  add({ manifest, defaults }: FoundPlugin): void {
    this.#brought.push(...manifest.languages);
    for (const [name, settings] of defaults) this.#defaults.set(name, settings);
  }

  /** Sorted by name. */
  all(): { readonly name: string; readonly defaults?: JsonObject }[] {
    const names = new Set([...LANGUAGES, ...this.#brought].map(({ name }) => name));
    return [...names].sort().map((name) => {
      const defaults = this.#defaults.get(name);
      return defaults === undefined ? { name } : { name, defaults };
    });
  }

  languageOf(facts: FileFacts): string {
    return this.#broughtFor(facts) ?? languageOf(facts).name;
  }

  #broughtFor({ path, firstLine }: FileFacts): string | undefined {
    if (this.#brought.length === 0) return undefined;
    const name = path === undefined ? "" : path.slice(path.lastIndexOf("/") + 1);
    const extension = name.slice(name.lastIndexOf(".") + 1);
    const byName = this.#brought.find(({ extensions }) =>
      extensions.includes(extension) || extensions.includes(name)
    );
    if (byName !== undefined) return byName.name;
    return this.#brought.find((language) => language.firstLine?.test(firstLine ?? "") === true)?.name;
  }
}
