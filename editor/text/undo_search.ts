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
  for (let revision = revisions.last; revision > revisions.first; revision--) {
    if (revisions.authorOf(revision) !== author || history.agentOf(revision) !== agent) continue;
    const group = revisions.groupOf(revision);
    if (frozen.has(group) || toggles.isUndone(agent, group) || history.isToggle(revision)) continue;
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
  const { revisions, toggles } = history;
  if (toggles.isEmpty) return undefined;
  for (let revision = revisions.last; revision > revisions.first; revision--) {
    if (revisions.authorOf(revision) !== author || history.agentOf(revision) !== agent) continue;
    if (!history.isToggle(revision)) return undefined;
    for (const { agent: owner, group, weight } of history.togglesOf(revision)) {
      if (weight > 0 && owner === agent && toggles.isUndone(agent, group) && !frozen.has(group)) return group;
    }
  }
  return undefined;
}

/** Who made the first event of a group. */
function beginnerOf(history: History, agent: number, group: number): string | undefined {
  const firstLv = history.firstLvOf(agent, group);
  return firstLv === undefined
    ? undefined
    : history.revisions.authorOf(history.revisions.revisionOf(firstLv));
}
