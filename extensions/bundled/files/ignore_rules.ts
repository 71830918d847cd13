/**
 * The rules of one `.gitignore` (or `.git/info/exclude`), read as git reads them.
 *
 * The caller walks from the top and never goes into an ignored folder, so a rule is asked about one path only and never
 * about its parents; that is what makes a negation below an ignored folder powerless, as in git. Files of deeper
 * folders are asked later and win.
 *
 * Left out: the user's global excludes file, which lies outside every workspace; and the index, so that a tracked file
 * which a rule names counts as ignored.
 *
 * @module
 */

import { wildmatch } from "./wildmatch.ts";

interface Rule {
  readonly negated: boolean;
  readonly folderOnly: boolean;
  /** Matches the last name only, wherever it lies. */
  readonly nameOnly: boolean;
  readonly expression: RegExp;
}

/** What a set of rules says about a path: undefined where no rule speaks of it. */
export type Verdict = "ignored" | "kept" | undefined;

/** The rules of one file; `folder` is where it lies, "" for the top. */
export class IgnoreRules {
  readonly #prefix: string;
  readonly #rules: readonly Rule[];

  constructor(folder: string, text: string) {
    this.#prefix = folder === "" ? "" : `${folder}/`;
    const rules = text.replace(/^\uFEFF/, "").split("\n").map(parseRule);
    // Reversed: the last rule that matches decides.
    this.#rules = rules.filter((rule) => rule !== undefined).reverse();
  }

  /** Asks about one path below the folder of the rules. */
  verdict(path: string, isFolder: boolean): Verdict {
    if (!path.startsWith(this.#prefix)) return undefined;
    const below = path.slice(this.#prefix.length);
    const name = below.slice(below.lastIndexOf("/") + 1);
    for (const rule of this.#rules) {
      if (rule.folderOnly && !isFolder) continue;
      if (rule.expression.test(rule.nameOnly ? name : below)) return rule.negated ? "kept" : "ignored";
    }
    return undefined;
  }
}

/** True where the innermost rules that speak of the path say so. `chain` goes from the top down. */
export function isIgnored(chain: readonly IgnoreRules[], path: string, isFolder: boolean): boolean {
  for (let at = chain.length - 1; at >= 0; at--) {
    const verdict = chain[at]?.verdict(path, isFolder);
    if (verdict !== undefined) return verdict === "ignored";
  }
  return false;
}

function parseRule(line: string): Rule | undefined {
  let pattern = trimEnd(line.endsWith("\r") ? line.slice(0, -1) : line);
  if (pattern === "" || pattern.startsWith("#")) return undefined;
  const negated = pattern.startsWith("!");
  if (negated) pattern = pattern.slice(1);
  const folderOnly = pattern.endsWith("/");
  if (folderOnly) pattern = pattern.slice(0, -1);
  const nameOnly = !pattern.includes("/");
  if (pattern.startsWith("/")) pattern = pattern.slice(1);
  const expression = pattern === "" ? undefined : wildmatch(pattern);
  return expression === undefined ? undefined : { negated, folderOnly, nameOnly, expression };
}

/** Without trailing spaces, except those behind a backslash. */
function trimEnd(line: string): string {
  let end = 0;
  for (let at = 0; at < line.length; at++) {
    if (line.charAt(at) === "\\") end = Math.min(++at + 1, line.length);
    else if (line.charAt(at) !== " ") end = at + 1;
  }
  return line.slice(0, end);
}
