/**
 * Authors as the page shows them: a name for people, and a mark of their own for each node of each run that changes something, also where
 * several of them are of one extension.
 *
 * @module
 */

import { type AuthorMark, AuthorMarks } from "./author_marks.ts";
import { waitingChanges } from "./changes/waiting_changes.ts";
import { windowName } from "../state/live.ts";

/** The author that this window edits as; the server names it alike. */
export const ownAuthor = `user:${windowName}`;

const marks = new AuthorMarks();
// In the order in which they wait, which is the same in every window.
waitingChanges.subscribe((sets) => marks.keep(sets.map(({ changeSet }) => changeSet)));

/** The mark of a change set: of the node and the run that made it. */
export function markOfSet(changeSet: string): AuthorMark {
  return marks.of(changeSet);
}

/** The mark of an author in the text: of the one set that waits of theirs, else their own. */
export function markOf(author: string): AuthorMark {
  const [own, ...others] = waitingChanges.peek().filter((set) => set.author === author);
  return marks.of(own !== undefined && others.length === 0 ? own.changeSet : author);
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

/** The marks of the two sides of a contradiction: the text's and the proposal's. */
export function sideMarks(
  changeSet: string,
  proposedBy: string,
  currentBy: readonly string[],
): readonly [AuthorMark, AuthorMark] {
  const theirs = markOfSet(changeSet);
  const [author = ""] = currentBy;
  const ours = author === proposedBy ? marks.of(author) : markOf(author);
  return [ours.letter === theirs.letter ? marks.of("") : ours, theirs];
}

/** Whose a change set is, in words: the author, the node and the run. */
export function setText(changeSet: string): string {
  const set = waitingChanges.peek().find((one) => one.changeSet === changeSet);
  if (set === undefined) return changeSet;
  const name = nameOf(set.author);
  return `${name === set.node ? name : `${name} in ${set.node}`} of run ${set.run}`;
}
