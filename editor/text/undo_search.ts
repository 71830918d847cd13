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
  const mayBe = (group: number) => group !== last && !frozen.has(group) && !toggles.isUndone(agent, group);
  for (const { from, to, group: common } of revisions.ofAuthor(author)) {
    // Most stretches have one group, which has to be looked at once.
    for (let revision = to; revision >= from && (common === undefined || mayBe(common)); revision--) {
      const group = common ?? revisions.groupOf(revision);
      if (!mayBe(group) || history.agentOf(revision) !== agent || history.isToggle(revision)) continue;
      last = group;
      if (beginnerOf(history, agent, group) === author) return group;
    }
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
  for (const { from, to } of history.revisions.ofAuthor(author)) {
    for (let revision = to; revision >= from; revision--) {
      if (history.agentOf(revision) !== agent) continue;
      if (!history.isToggle(revision)) return undefined;
      for (const { agent: owner, group, weight } of history.togglesOf(revision)) {
        if (weight > 0 && owner === agent && toggles.isUndone(agent, group) && !frozen.has(group)) {
          return group;
        }
      }
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
