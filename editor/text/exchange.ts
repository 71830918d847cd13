/**
 * Events between replicas: what each knows, what another lacks, and those that come before their forerunners.
 *
 * @module
 */

import type { DocumentCore } from "./document_core.ts";
import { eventOf, type EventPlace, placeEvent } from "./event_place.ts";
import type { TextEvent } from "./text_event.ts";

/** For each replica the count its next event begins with. */
export type ReplicaVersion = Readonly<Record<string, number>>;

/** Events that wait for others: more are forgotten and have to be sent again. */
const WAITING_LIMIT = 10_000;

/** How far each replica's events were known at a revision. */
export function versionAt({ history, newest }: DocumentCore, revision: number): ReplicaVersion {
  const { graph, revisions } = history;
  const seqs = graph.agents.map((_, agent) => graph.nextSeq(agent));
  for (let at = newest; at > revision; at--) {
    const { agent, seq } = graph.idOf(revisions.endOf(at - 1));
    seqs[agent] = Math.min(seqs[agent]!, seq);
  }
  return Object.fromEntries(
    seqs.map((seq, agent) => [graph.agents[agent]!, seq]).filter(([, seq]) => seq !== 0),
  );
}

/** The events that somebody who knows `version` lacks, in order. @throws RangeError where some are forgotten. */
export function eventsSince(core: DocumentCore, version: ReplicaVersion): TextEvent[] {
  const { history, oldest, newest } = core;
  const events: TextEvent[] = [];
  const first = new Map<string, number>();
  for (let revision = oldest + 1; revision <= newest; revision++) {
    const { agent, seq } = history.graph.idOf(history.revisions.endOf(revision) - 1);
    const replica = history.graph.agents[agent]!;
    if (seq < (version[replica] ?? 0)) continue;
    const event = eventOf(history, revision);
    if (!first.has(replica)) first.set(replica, event.seq);
    events.push(event);
  }
  for (const [replica, seq] of Object.entries(versionAt(core, newest))) {
    const since = version[replica] ?? 0;
    if ((first.get(replica) ?? seq) <= since) continue;
    throw new RangeError(`Cannot give the events of "${replica}" since ${since}: they are forgotten here`);
  }
  return events;
}

/** Events that came before their forerunners. */
export class WaitingEvents {
  readonly #events = new Map<string, TextEvent>();
  readonly #core: DocumentCore;
  readonly #carryOut: (event: TextEvent, place: EventPlace & { state: "ready" }) => void;

  constructor(
    core: DocumentCore,
    carryOut: (event: TextEvent, place: EventPlace & { state: "ready" }) => void,
  ) {
    this.#core = core;
    this.#carryOut = carryOut;
  }

  get size(): number {
    return this.#events.size;
  }

  /** Carries out events and those that waited for them; gives how many that were. @throws RangeError as `placeEvent`. */
  take(events: Iterable<TextEvent>): number {
    let taken = 0;
    for (const event of events) {
      const place = placeEvent(this.#core.history, event);
      if (place.state === "waiting" && this.#events.size < WAITING_LIMIT) {
        this.#events.set(`${event.seq} ${event.replica}`, event);
      }
      if (place.state !== "ready") continue;
      this.#carryOut(event, place);
      taken += 1 + this.#takeWaiting();
    }
    return taken;
  }

  #takeWaiting(): number {
    let taken = 0;
    for (let before = -1; before !== taken && this.#events.size > 0;) {
      before = taken;
      for (const [key, event] of this.#events) {
        const place = placeEvent(this.#core.history, event);
        if (place.state === "waiting") continue;
        this.#events.delete(key);
        if (place.state === "known") continue;
        this.#carryOut(event, place);
        taken++;
      }
    }
    return taken;
  }
}
