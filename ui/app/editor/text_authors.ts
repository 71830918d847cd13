/**
 * Authors as the page shows them: a name for people, and one of six colours that stays the same for an author.
 *
 * @module
 */

import { authorOfSet } from "./changes/waiting_changes.ts";
import { windowName } from "../state/live.ts";

/** The author that this window edits as; the server names it alike. */
export const ownAuthor = `user:${windowName}`;

const COLOURS = 6;

/** From 0 to 5: the class `author-N`. */
export function colourOf(author: string): number {
  let hash = 7;
  for (let at = 0; at < author.length; at++) hash = (hash * 31 + author.charCodeAt(at)) >>> 0;
  return hash % COLOURS;
}

/** The colour of a change set: its author's, where that is known. */
export function colourOfSet(changeSet: string): number {
  return colourOf(authorOfSet(changeSet) ?? changeSet);
}

export function nameOf(author: string): string {
  if (author === ownAuthor) return "You";
  if (author === "user" || author.startsWith("user:")) return "Another window";
  return author.replace(/^agent:/, "");
}

export function isAgent(author: string): boolean {
  return author !== "user" && !author.startsWith("user:");
}

/** Several authors in words; nobody known is whoever wrote the text. */
export function authorsText(authors: readonly string[]): string {
  return authors.length === 0 ? "the text" : [...new Set(authors.map(nameOf))].join(" and ");
}

/** The colours of the two sides of a contradiction: the proposer's own, and another for the text's. */
export function sideColours(proposedBy: string, currentBy: readonly string[]): readonly [number, number] {
  const theirs = colourOf(proposedBy);
  const ours = colourOf(currentBy[0] ?? "");
  return [ours === theirs ? (theirs + 1) % COLOURS : ours, theirs];
}
