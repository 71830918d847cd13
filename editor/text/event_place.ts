/**
 * From events as they travel to local numbers, and back.
 *
 * @module
 */

import type { Version } from "./event_graph.ts";
import type { History, ToggleOp } from "./history.ts";
import { eventLength, type TextEvent, type UnitId } from "./text_event.ts";

/** Where an event belongs: it is known already, lacks events it was made on, or can be carried out now. */
export type EventPlace =
  | { readonly state: "known" }
  | { readonly state: "waiting" }
  | {
    readonly state: "ready";
    readonly agent: number;
    readonly parents: Version;
    readonly toggles: ToggleOp[];
  };

/** The event of a revision. */
export function eventOf(history: History, revision: number): TextEvent {
  const { revisions, graph } = history;
  const start = revisions.endOf(revision - 1);
  const { agent, seq } = graph.idOf(start);
  const toggles = history.togglesOf(revision);
  const event: TextEvent = {
    replica: graph.agents[agent]!,
    seq,
    parents: parentIds(history, graph.parentsOf(start)),
    author: revisions.authorOf(revision),
    group: revisions.groupOf(revision),
    priority: revisions.priorityOf(revision),
    ops: history.opsOf(revision),
  };
  if (toggles.length === 0) return event;
  const named = toggles.map(({ agent, group, weight }) => ({ replica: graph.agents[agent]!, group, weight }));
  return { ...event, toggles: named };
}

function parentIds(history: History, parents: Version): UnitId[] {
  const { graph } = history;
  const lvs = parents.length === 0 && graph.floorId !== undefined ? [graph.floor] : parents;
  return lvs.map((lv) => {
    const { agent, seq } = graph.idOf(lv);
    return [graph.agents[agent]!, seq];
  });
}

/** Finds where an event belongs. @throws RangeError for one that cannot belong to this history any more or at all. */
export function placeEvent(history: History, event: TextEvent): EventPlace {
  const { graph } = history;
  const known = graph.knownAgent(event.replica);
  const next = known === undefined ? 0 : graph.nextSeq(known);
  const length = eventLength(event);
  if (event.seq + length <= next) return { state: "known" };
  if (event.seq < next) {
    throw new RangeError(
      `Cannot apply event ${event.seq} of "${event.replica}": it overlaps with ${next - 1}, which is known`,
    );
  }
  if (event.seq > next) return { state: "waiting" };
  const parents: number[] = [];
  for (const [replica, seq] of event.parents) {
    const other = graph.knownAgent(replica);
    const lv = other === undefined ? undefined : graph.lvOf(other, seq);
    if (lv === undefined) {
      if (other === undefined || seq >= graph.nextSeq(other)) return { state: "waiting" };
      throw new RangeError(`Cannot apply an event made on ${seq} of "${replica}": that is forgotten here`);
    }
    if (lv > graph.floor && history.revisions.endOf(history.revisions.revisionOf(lv)) !== lv + 1) {
      throw new RangeError(`Cannot apply an event made on ${seq} of "${replica}": no event ends there`);
    }
    parents.push(lv);
  }
  if (event.parents.length === 0 && graph.floorId !== undefined) {
    throw new RangeError("Cannot apply an event made on the first text: that is forgotten here");
  }
  const toggles = (event.toggles ?? []).map(({ replica, group, weight }) => ({
    agent: graph.agentOf(replica),
    group,
    weight,
  }));
  const agent = graph.agentOf(event.replica);
  return { state: "ready", agent, parents: inOrder(history, parents), toggles };
}

/** A version in order. That some of it may be forerunners of the rest does no harm. */
function inOrder({ graph }: History, lvs: readonly number[]): Version {
  const sorted = [...new Set(lvs)].sort((a, b) => a - b);
  return sorted.length === 1 && sorted[0] === graph.floor && graph.floor < 0 ? [] : sorted;
}
