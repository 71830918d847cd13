/**
 * Letting go of the past: what counts as past for good, and how far it can be forgotten.
 *
 * @module
 */

import type { DocumentCore } from "./document_core.ts";
import { type ReplicaVersion, versionAt } from "./exchange.ts";

/** What a replica says of itself so that its peers can forget. */
export interface PeerState {
  /** What it knows. */
  readonly version: ReplicaVersion;
  /** What it takes for past: it makes no edit on anything older, and undoes no group that began there. */
  readonly settled: ReplicaVersion;
}

export interface CompactOptions {
  /** How many of the newest revisions stay at least. Default: 1,000. */
  readonly revisions?: number;
  /** The other replicas; nothing they may still need is forgotten. */
  readonly peers?: Iterable<PeerState>;
}

/** Takes everything up to a known revision for past. */
export function settle(core: DocumentCore, revision: number): PeerState {
  const { history } = core;
  for (let at = Math.max(core.settled, core.oldest) + 1; at <= revision; at++) {
    if (history.agentOf(at) === core.agent && !history.isToggle(at)) {
      core.frozen.add(history.revisions.groupOf(at));
    }
  }
  core.settled = Math.max(core.settled, revision);
  return {
    version: versionAt(core, core.newest),
    settled: versionAt(core, Math.max(core.settled, core.oldest)),
  };
}

/** Forgets what nobody needs; gives the oldest revision that is known then. */
export function compact(core: DocumentCore, { revisions = 1000, peers = [] }: CompactOptions): number {
  const known = versionAt(core, core.newest);
  let revision = Math.min(core.newest - revisions, ...core.holds.keys());
  for (const { version, settled } of peers) {
    // An event that is still to come may have been made on anything.
    if (Object.entries(version).some(([replica, seq]) => seq > (known[replica] ?? 0))) return core.oldest;
    revision = Math.min(revision, knownTo(core, settled));
  }
  revision = forgettable(core, revision);
  if (revision <= core.oldest) return core.oldest;
  settle(core, revision);
  core.history.forget(revision);
  return revision;
}

/** The newest revision up to `limit` that can be forgotten: everybody shares its version, and no later toggle needs what is before. */
function forgettable({ history }: DocumentCore, limit: number): number {
  const { revisions, graph, toggles } = history;
  for (let revision = limit; revision > revisions.first;) {
    let lv = graph.criticalUpTo(revisions.endOf(revision) - 1);
    toggles.eachAbove(lv, ({ firstLv }) => {
      if (firstLv !== undefined && firstLv <= lv) lv = firstLv - 1;
    });
    if (lv < revisions.endOf(revisions.first)) break;
    const found = revisions.revisionOf(lv);
    const isEnd = revisions.endOf(found) === lv + 1;
    if (isEnd && found === revision) return revision;
    revision = isEnd ? found : found - 1;
  }
  return revisions.first;
}

/** The newest revision whose events, and all before, somebody who knows `version` has. */
function knownTo({ history, oldest, newest }: DocumentCore, version: ReplicaVersion): number {
  const { graph, revisions } = history;
  for (let revision = oldest + 1; revision <= newest; revision++) {
    const { agent, seq } = graph.idOf(revisions.endOf(revision) - 1);
    if (seq >= (version[graph.agents[agent]!] ?? 0)) return revision - 1;
  }
  return newest;
}
