/** What git leaves out, by the `.gitignore` of the workspace. @module */

import ignore, { type Ignore } from "ignore";

export class GitIgnore {
  readonly #rules: Ignore;

  /** Reads the file of a folder; without one nothing is ignored. */
  static async of(root: string): Promise<GitIgnore> {
    const text = await Deno.readTextFile(`${root}/.gitignore`).catch(() => "");
    return new GitIgnore(text);
  }

  constructor(text: string) {
    this.#rules = ignore().add(text);
  }

  /** True for a path from the root, with `/` at the end for a folder, that is left out. */
  ignores(path: string): boolean {
    return path !== "" && path !== "/" && !path.startsWith("..") && this.#rules.ignores(path);
  }
}
