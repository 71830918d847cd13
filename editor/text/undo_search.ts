/**
 * What an author can undo or redo: read from the history, so that it needs no state of its own and survives saving and merging.
 *
 * @module
 */

import type { History } from "./history.ts";
import type { NumberRanges } from "./number_ranges.ts";

/** The author's newest group of this replica that is not undone and that he began; undefined where there is none. */
export function undoableGroup(
  history: History,
  agent: number,
  author: string,
  frozen: NumberRanges,
): number | undefined {
  const { revisions, toggles } = history;
  let last: number | undefined;
  for (const revision of revisionsOf(history, agent, author)) {
    const group = revisions.groupOf(revision);
    // Most follow each other in one group, which has to be looked at once.
    if (group === last || frozen.has(group) || toggles.isUndone(agent, group) || history.isToggle(revision)) {
      continue;
    }
    last = group;
    if (beginnerOf(history, agent, group) === author) return group;
  }
  return undefined;
}

/** The group the author undid last, if he has not edited since and it is still undone. */
export function redoableGroup(
  history: History,
  agent: number,
  author: string,
  frozen: NumberRanges,
): number | undefined {
  const { toggles } = history;
  if (toggles.isEmpty) return undefined;
  for (const revision of revisionsOf(history, agent, author)) {
    if (!history.isToggle(revision)) return undefined;
    for (const { agent: owner, group, weight } of history.togglesOf(revision)) {
      if (weight > 0 && owner === agent && toggles.isUndone(agent, group) && !frozen.has(group)) return group;
    }
  }
  return undefined;
}

/** The revisions that an author made at this replica, newest first. */
function* revisionsOf(history: History, agent: number, author: string): Generator<number, void, undefined> {
  const { revisions } = history;
  let revision = revisions.lastOfAuthor(author, revisions.last);
  while (revision !== undefined) {
    if (history.agentOf(revision) === agent) yield revision;
    revision = revisions.lastOfAuthor(author, revision - 1);
  }
}

/** Who made the first event of a group. */
function beginnerOf(history: History, agent: number, group: number): string | undefined {
  const firstLv = history.firstLvOf(agent, group);
  return firstLv === undefined
    ? undefined
    : history.revisions.authorOf(history.revisions.revisionOf(firstLv));
}
