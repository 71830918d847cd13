/**
 * How near a file is to a text that uses a name of it: what the text imports first, then what is in the same folder, then what is
 * further away. By the words of the import alone, for languages that name files (`"./counter.ts"`) or modules (`app.counter`). Pure.
 *
 * @module
 */

import { dirname, resolve } from "node:path";

/** Imports stand at the start; so many UTF-16 units are looked at. */
export const LONGEST_HEAD = 40_000;
/** For each folder and name that an import names. */
export const MODULE = 1_000;
export const CERTAIN = 10_000;
const IMPORTED = 100;

/** Files that a text names, as strings that look like a path: whole, without their ending. */
export function filesNamed(path: string, words: string): ReadonlySet<string> {
  const folder = dirname(path);
  const files = new Set<string>();
  for (const [, quoted = ""] of words.matchAll(/["'<`]([^"'<>`\s]{1,300})["'>`]/g)) {
    if (!/^\.{1,2}\/|\.\w+$/.test(quoted)) continue;
    const file = withoutEnding(resolve(folder, quoted));
    files.add(file).add(`${file}/index`).add(`${file}/mod`);
  }
  return files;
}

export class Nearness {
  readonly #segments: readonly string[];
  readonly #named: ReadonlySet<string>;
  readonly #modules: string;
  readonly #imported: ReadonlySet<string>;
  readonly #hasQuotes: boolean;

  /**
   * @param path the file that asks
   * @param statement how the name is brought into it; "" where it is not
   * @param head where its imports stand
   */
  constructor(path: string, statement: string, head: string) {
    this.#segments = path.split(/[\\/]/).slice(0, -1);
    this.#named = filesNamed(path, statement);
    this.#modules = ` ${statement.replace(/[^\p{L}\p{N}_$]+/gu, " ")} `;
    this.#imported = filesNamed(path, head);
    this.#hasQuotes = /["'`]/.test(statement);
  }

  /** Higher is nearer; from `CERTAIN` on, the import means this very file. */
  of(path: string): number {
    const file = withoutEnding(path);
    if (this.#named.has(file)) return CERTAIN;
    const parts = file.split(/[\\/]/);
    const last = parts.length - 1;
    let from = last;
    while (from > last - 8 && from >= 0 && this.#modules.includes(` ${parts.slice(from).join(" ")} `)) from--;
    let same = 0;
    while (same < this.#segments.length && same < last && this.#segments[same] === parts[same]) same++;
    const away = this.#segments.length - same + last - same;
    // Without quotes modules are named, by the folders and the name of their file.
    const module = from === last || this.#named.size > 0 || this.#hasQuotes ? 0 : CERTAIN;
    return module + MODULE * (last - from) + (this.#imported.has(file) ? IMPORTED : 0) - Math.min(away, 50);
  }
}

function withoutEnding(path: string): string {
  return path.replace(/(\.d)?\.\w+$/, "");
}
