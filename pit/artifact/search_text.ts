/**
 * What of an artifact can be searched for, and what a person's words mean. Shared by the searches in SQLite and in memory.
 *
 * @module
 */

import { SymphonyError } from "../../core/errors.ts";
import type { ArtifactInfo, ArtifactPort } from "../../core/ports/artifact.ts";

/** So many characters of a content are indexed. */
export const MOST_TEXT = 1_000_000;
export const MOST_HITS = 1_000;
export const MOST_FACETS = 20;

/** A word, a phrase of several, or a beginning of a word. */
export interface Term {
  readonly text: string;
  readonly isBeginning: boolean;
}

/**
 * Words and phrases: nothing that a person types is an operator, except `"…"` and `*` at a word's end.
 * @throws SymphonyError `bad-input` where there is no word
 */
export function termsOf(text: string): readonly Term[] {
  const terms: Term[] = [];
  for (const part of text.match(/"[^"]*"|[^\s"]+/g) ?? []) {
    const isPhrase = part.startsWith('"');
    const word = part.replaceAll('"', "").trim();
    const isBeginning = !isPhrase && word.endsWith("*") && word.length > 1;
    const bare = isBeginning ? word.slice(0, -1) : word;
    if (/[\p{L}\p{N}\p{Co}_]/u.test(bare)) terms.push({ text: bare, isBeginning });
  }
  if (terms.length > 0) return terms;
  throw new SymphonyError("bad-input", `Cannot search for "${text.slice(0, 100)}": it has no word`, {
    hint: 'Give words, a "phrase", or the beginning of a word with * at its end',
  });
}

/** The text of an artifact, where its type says that it has one. */
export async function searchedText(artifacts: ArtifactPort, info: ArtifactInfo): Promise<string> {
  if (!/^text\/|[/+]json$|[/+]xml$|[/+]yaml$|javascript|typescript/.test(info.type)) return "";
  try {
    const bytes = await artifacts.get(info.id);
    const text = new TextDecoder().decode(bytes?.subarray(0, MOST_TEXT * 3)).slice(0, MOST_TEXT);
    // SQLite ends a text at NUL.
    return text.replaceAll("\u0000", " ");
  } catch (error) {
    // What is damaged is `verify`'s to say; it can still be found by its name.
    if (error instanceof SymphonyError && error.code === "corrupt") return "";
    throw error;
  }
}
