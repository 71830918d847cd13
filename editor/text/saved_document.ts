/**
 * A document with its history as plain values, to be written down.
 *
 * @module
 */

import type { DocumentCore } from "./document_core.ts";
import { eventOf } from "./event_place.ts";
import { type ReplicaVersion, versionAt } from "./exchange.ts";
import type { Rope } from "./rope.ts";
import type { TextEvent, UnitId } from "./text_event.ts";

/** Everything but `text` is JSON; that is an immutable rope, to be written chunk by chunk. */
export interface SavedDocument {
  readonly replica: string;
  /** The oldest revision that was known. */
  readonly revision: number;
  /** The text at that revision. */
  readonly text: Rope;
  /** The last unit before it; undefined where nothing is forgotten. */
  readonly floor: UnitId | undefined;
  /** For each replica the count its first event in `events` begins with. */
  readonly seqs: ReplicaVersion;
  /** Edits are taken for this revision and later ones. */
  readonly settledRevision: number;
  /** The next group number that is free. */
  readonly nextGroup: number;
  /** Ranges of groups whose state is final, both ends included. */
  readonly frozen: readonly (readonly [number, number])[];
  /** Sums of toggles before `events`. */
  readonly undone: readonly { readonly replica: string; readonly group: number; readonly sum: number }[];
  /** The events of all later revisions, in order. */
  readonly events: readonly TextEvent[];
}

export function saveCore(core: DocumentCore): SavedDocument {
  const { graph, toggles } = core.history;
  const { floorId } = graph;
  const events: TextEvent[] = [];
  for (let revision = core.oldest + 1; revision <= core.newest; revision++) {
    events.push(eventOf(core.history, revision));
  }
  return {
    replica: core.replica,
    revision: core.oldest,
    text: core.textAt(core.oldest),
    floor: floorId === undefined ? undefined : [graph.agents[floorId.agent]!, floorId.seq],
    seqs: versionAt(core, core.oldest),
    settledRevision: core.settled,
    nextGroup: core.groups.next,
    frozen: core.frozen.ranges(),
    undone: [...toggles.forgottenSums()].map(({ agent, group, sum }) => ({
      replica: graph.agents[agent]!,
      group,
      sum,
    })),
    events,
  };
}

/** Gives a new core what was saved, except the events, which have to be replayed. */
export function restoreCore(core: DocumentCore, saved: SavedDocument): void {
  const { graph, toggles } = core.history;
  for (const [replica, seq] of Object.entries(saved.seqs)) graph.setNextSeq(graph.agentOf(replica), seq);
  if (saved.floor !== undefined) {
    graph.floorId = { agent: graph.agentOf(saved.floor[0]), seq: saved.floor[1] };
  }
  for (const { replica, group, sum } of saved.undone) {
    toggles.setForgottenSum(graph.agentOf(replica), group, sum);
  }
  core.settled = saved.settledRevision;
  for (const [from, to] of saved.frozen) core.frozen.addRange(from, to);
  core.groups.takeBelow(saved.nextGroup);
}
