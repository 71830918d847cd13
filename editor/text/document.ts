/**
 * A text that several authors edit at once, with its history: the one thing in this folder that changes for its users.
 *
 * Every edit, undo, redo or event of a replica makes one new revision, a small integer. An edit names the revision it was made for; if
 * the text has moved on, it is merged, and what comes back is the change that took the newest text to the new one. Nothing
 * waits, nothing is lost. What changes nothing makes no revision.
 *
 * Documents that begin with the same text (or a saved state) and exchange their events, in whatever order, end with the same text.
 *
 * Invariants: D1. revisions are consecutive, the newest is `revision`; D2. the change from one revision to the next never changes once
 * reported; D3. a listener is called after the state is new, once a revision, in order; D4. a held revision can be edited and read
 * until it is released; D5. a refused edit or event changes nothing.
 *
 * @module
 */

import { type Anchor, Anchors } from "./anchors.ts";
import { type Bias, Delta } from "./delta.ts";
import { History, type TextOp, type ToggleOp } from "./history.ts";
import { hasPair, wellFormed } from "./measure.ts";
import { BufferTarget } from "./merge_target.ts";
import { NumberRanges } from "./number_ranges.ts";
import { deltaOfPatches, inverseOfPatches } from "./patches.ts";
import { Rope } from "./rope.ts";
import type { SavedDocument } from "./saved_document.ts";
import { TextBuffer } from "./text_buffer.ts";
import type { TextEvent } from "./text_event.ts";
import { eventOf, type EventPlace, placeEvent } from "./event_place.ts";
import { sameVersion } from "./event_graph.ts";
import { redoableGroup, undoableGroup } from "./undo_search.ts";

export type { Anchor } from "./anchors.ts";

export interface EditRequest {
  /** What to change, for the text at `revision`. */
  readonly delta: Delta;
  /** The revision the author saw. Default: the newest. */
  readonly revision?: number;
  /** Who edits: a person, an agent, a plugin. Default: "". */
  readonly author?: string;
  /** Edits of one group are undone as one. Default: a new group. */
  readonly group?: number;
  /** Of two inserts at one place that did not know of each other, that of higher priority lands later. Default: 0. */
  readonly priority?: number;
}

/** What an edit came to. */
export interface Revision {
  readonly revision: number;
  /** From the revision before this one to this one. */
  readonly delta: Delta;
  readonly author: string;
  readonly group: number;
}

/** Keeps a revision editable and readable while it is held. */
export interface Hold {
  readonly revision: number;
  release(): void;
}

/** For each replica the count its next event begins with. */
export type ReplicaVersion = Readonly<Record<string, number>>;

export interface DocumentOptions {
  /** Names this replica among those that share the text; must differ from theirs. Default: "local". */
  readonly replica?: string;
}

export interface CompactOptions {
  /** How many of the newest revisions stay at least. Default: 1,000. */
  readonly revisions?: number;
  /** The other replicas; nothing they may still need is forgotten. */
  readonly peers?: Iterable<PeerState>;
}

/** What a replica says of itself so that its peers can forget: see `settle`. */
export interface PeerState {
  /** What it knows. */
  readonly version: ReplicaVersion;
  /** What it takes for past: it makes no edit on anything older, and undoes no group that began there. */
  readonly settled: ReplicaVersion;
}

/** Events that wait for others: more are forgotten and have to be sent again. */
const WAITING_LIMIT = 10_000;

export class TextDocument {
  readonly replica: string;
  readonly #agent: number;
  readonly #buffer: TextBuffer;
  readonly #history: History;
  readonly #anchors = new Anchors();
  readonly #listeners = new Set<(revision: Revision) => void>();
  /** Revisions that listeners have not been told of. */
  readonly #untold: Revision[] = [];
  readonly #holds = new Map<number, number>();
  /** Groups of this replica whose state is final. */
  readonly #frozen = new NumberRanges();
  /** Edits are made for this revision or later ones. */
  #settled: number;
  readonly #waiting = new Map<string, TextEvent>();
  /** Whether any pair may be in the text. */
  #hasPairs: boolean;

  constructor(text: string | Rope = "", options: DocumentOptions & { readonly revision?: number } = {}) {
    const rope = typeof text === "string" ? Rope.of(text) : text;
    this.replica = options.replica ?? "local";
    this.#buffer = new TextBuffer(rope);
    this.#history = new History(options.revision ?? 0, rope.length);
    this.#settled = options.revision ?? 0;
    this.#agent = this.#history.graph.agentOf(this.replica);
    this.#hasPairs = rope.points !== rope.length;
  }

  /** The newest text: a snapshot, the same object until the next change. */
  get text(): Rope {
    return this.#buffer.snapshot();
  }

  /** UTF-16 units of the newest text. */
  get length(): number {
    return this.#buffer.length;
  }

  /** The newest revision; 0 for the text the document began with. */
  get revision(): number {
    return this.#history.revisions.last;
  }

  /** The oldest revision still known. */
  get oldest(): number {
    return this.#history.revisions.first;
  }

  /** A group number that no edit has. */
  newGroup(): number {
    const { revisions } = this.#history;
    const group = revisions.nextGroup;
    revisions.sawGroup(group);
    return group;
  }

  /**
   * Carries out an edit made for any revision that is still known. @throws RangeError where the revision is unknown, the delta is
   * for a text of another length or cuts a surrogate pair; nothing has changed then.
   */
  edit(request: EditRequest): Revision {
    const base = request.revision ?? this.revision;
    this.#checkRevision(base);
    if (base < this.#settled) {
      throw new RangeError(`Cannot edit revision ${base}: revisions before ${this.#settled} are settled`);
    }
    const delta = wellFormedDelta(request.delta);
    const length = this.#history.revisions.lengthAt(base);
    if (delta.baseLength !== length) {
      throw new RangeError(
        `Cannot edit revision ${base}: it has ${length} units, the delta is for ${delta.baseLength}`,
      );
    }
    if (this.#hasPairs) this.#checkCuts(delta, base);
    const author = request.author ?? "";
    const priority = request.priority ?? 0;
    const group = request.group ?? this.#history.revisions.nextGroup;
    if (!(Number.isInteger(group) && group >= 0 && group <= 0x7fffffff)) {
      throw new RangeError(`Cannot edit with group ${group}: groups are whole numbers of 31 bits`);
    }
    const meta = { author, priority, group };
    if (delta.isIdentity) {
      return { revision: this.revision, delta: Delta.identity(this.length), author, group };
    }
    if (!this.#hasPairs) this.#hasPairs = delta.insert.some(hasPair);
    if (base === this.revision && !this.#history.toggles.isUndone(this.#agent, group)) {
      this.#editNewest(delta, meta);
      return this.#commit(delta, meta);
    }
    const { toggles, revisions } = this.#history;
    const isUndone = !toggles.isEmpty && toggles.sumUpTo(this.#agent, group, revisions.endOf(base) - 1) > 0;
    return this.#merge(this.#agent, this.#history.versionAt(base), opsOf(delta, isUndone), [], meta);
  }

  /**
   * Replaces one range of the newest text; gives the new revision. The fast path: `edit` with less ceremony. @throws RangeError as
   * `edit`.
   */
  replace(from: number, to: number, insert: string, author = "", group?: number, priority = 0): number {
    const length = this.#buffer.length;
    if (!(from >= 0 && from <= to && to <= length)) {
      throw new RangeError(`Cannot replace ${from} to ${to}: the text has ${length} units`);
    }
    const { toggles, revisions } = this.#history;
    const own = group ?? revisions.nextGroup;
    if (
      this.#listeners.size > 0 || !this.#anchors.isEmpty || !toggles.isEmpty || (from === to && insert === "")
    ) {
      return this.edit({ delta: Delta.replace(length, from, to, insert), author, group: own, priority })
        .revision;
    }
    if (insert.length > 1) {
      if (!insert.isWellFormed()) return this.replace(from, to, insert.toWellFormed(), author, own, priority);
      if (!this.#hasPairs) this.#hasPairs = hasPair(insert);
    } else if ((insert.charCodeAt(0) & 0xf800) === 0xd800) {
      return this.replace(from, to, "\ufffd", author, own, priority);
    }
    if (this.#hasPairs && (this.#buffer.cutsPair(from) || (from < to && this.#buffer.cutsPair(to)))) {
      throw new RangeError(`Cannot replace ${from} to ${to}: it would cut a surrogate pair`);
    }
    const removed = from === to ? "" : this.#buffer.sliceString(from, to);
    this.#buffer.replace(from, to, insert);
    this.#history.pushReplace(this.#agent, from, removed, insert, this.#buffer.length, author, priority, own);
    return revisions.last;
  }

  /** Undoes the author's newest group that is not undone; undefined where there is none. Later edits of others stay. */
  undo(author = ""): Revision | undefined {
    const group = this.#undoable(author);
    return group === undefined ? undefined : this.#toggle([group], author);
  }

  /** Does again what the author undid last; undefined where there is nothing, or the author has edited since. */
  redo(author = ""): Revision | undefined {
    const group = this.#redoable(author);
    return group === undefined ? undefined : this.#toggle([group], author);
  }

  /** Whether `undo` would find something. */
  canUndo(author = ""): boolean {
    return this.#undoable(author) !== undefined;
  }

  /** Whether `redo` would find something. */
  canRedo(author = ""): boolean {
    return this.#redoable(author) !== undefined;
  }

  /** Makes exactly these groups of this replica undone, whoever made them (xi's `undo`); those that are forgotten keep their state. */
  setUndone(groups: Iterable<number>, author = ""): Revision {
    const wanted = new Set(groups);
    const now = this.#history.toggles.undoneOf(this.#agent);
    const flips = [...new Set([...now, ...wanted])].filter((group) =>
      now.has(group) !== wanted.has(group) && !this.#frozen.has(group)
    );
    if (flips.length > 0) return this.#toggle(flips, author);
    return { revision: this.revision, delta: Delta.identity(this.length), author, group: 0 };
  }

  /** What undoing some groups, besides those that are undone, would do to the newest text. */
  deltaIfUndone(groups: Iterable<number>): Delta {
    const history = this.#history;
    const flips = [...new Set(groups)].filter((group) =>
      !history.toggles.isUndone(this.#agent, group) && !this.#frozen.has(group)
    );
    const before = this.length;
    if (flips.length === 0) return Delta.identity(before);
    const target = new BufferTarget(this.#buffer, this.#hasPairs);
    const meta = { author: "", priority: 0, group: 0 };
    history.merge(
      this.#agent,
      history.graph.frontier.slice(),
      [],
      this.#toggleOps(flips),
      meta,
      target,
      true,
    );
    const delta = deltaOfPatches(target.patches, before);
    target.rollBack();
    return delta;
  }

  /** The groups of this replica that are undone now. */
  get undone(): ReadonlySet<number> {
    return this.#history.toggles.undoneOf(this.#agent);
  }

  /** Makes the state of some groups final: they can be neither undone nor done again (xi's `gc`). */
  freeze(groups: Iterable<number>): void {
    for (const group of groups) this.#frozen.add(group);
  }

  /** The text at a revision. @throws RangeError where it is not known. */
  textAt(revision: number): Rope {
    this.#checkRevision(revision);
    return revision === this.revision
      ? this.text
      : this.deltaBetween(this.revision, revision).apply(this.text);
  }

  /** The change that takes the text at `from` to that at `to`, forwards or backwards. @throws RangeError where one is not known. */
  deltaBetween(from: number, to: number): Delta {
    this.#checkRevision(from);
    this.#checkRevision(to);
    const history = this.#history;
    const length = history.revisions.lengthAt(from);
    if (from <= to) return deltaOfPatches(history.patchesBetween(from, to), length);
    return inverseOfPatches(history.patchesBetween(to, from), length);
  }

  /** What happened since a revision, as one change. */
  changesSince(revision: number): Delta {
    return this.deltaBetween(revision, this.revision);
  }

  /** The revisions after `revision`, one by one, with author and group. */
  *revisionsSince(revision: number): Generator<Revision, void, undefined> {
    this.#checkRevision(revision);
    const { revisions } = this.#history;
    for (let at = revision + 1; at <= this.revision; at++) {
      const delta = this.deltaBetween(at - 1, at);
      yield { revision: at, delta, author: revisions.authorOf(at), group: revisions.groupOf(at) };
    }
  }

  /** Keeps a revision (default: the newest) known until released. */
  hold(revision: number = this.revision): Hold {
    this.#checkRevision(revision);
    this.#holds.set(revision, (this.#holds.get(revision) ?? 0) + 1);
    let held = true;
    return {
      revision,
      release: () => {
        if (!held) return;
        held = false;
        const count = this.#holds.get(revision)! - 1;
        if (count === 0) this.#holds.delete(revision);
        else this.#holds.set(revision, count);
      },
    };
  }

  /** A place in the newest text that moves with it: text inserted exactly there lands after it (`-1`) or before it (`1`). */
  anchor(offset: number, bias: Bias = 1): Anchor {
    if (!(offset >= 0 && offset <= this.length)) {
      throw new RangeError(`Cannot anchor at ${offset}: the text has ${this.length} units`);
    }
    return this.#anchors.add(offset, bias);
  }

  /** Calls `listener` after every revision; the result ends it. A listener may edit. */
  onRevision(listener: (revision: Revision) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Calls `listener` after every revision that changes text between two places, which move with the text; the result ends it. */
  watch(
    from: number,
    to: number,
    listener: (revision: Revision, range: { from: number; to: number }) => void,
  ): () => void {
    const start = this.anchor(from, -1);
    const end = this.anchor(to, 1);
    let before = { from, to };
    const stop = this.onRevision((revision) => {
      const { delta } = revision;
      const touched = delta.from.some((at, change) => at <= before.to && delta.to[change]! >= before.from);
      before = { from: delta.mapOffset(before.from, -1), to: delta.mapOffset(before.to, 1) };
      if (touched) listener(revision, before);
    });
    return () => {
      stop();
      start.release();
      end.release();
    };
  }

  /** The event of a revision, for the journal and for other replicas: plain JSON. @throws RangeError where it is not known. */
  record(revision: number): TextEvent {
    this.#checkRevision(revision);
    if (revision === this.oldest) {
      throw new RangeError(`Cannot record revision ${revision}: its event is not known`);
    }
    return eventOf(this.#history, revision);
  }

  /**
   * Carries out one event whose forerunners are known; undefined where it is known itself. @throws RangeError where forerunners are
   * missing or the event cannot be; then nothing has changed.
   */
  replay(event: TextEvent): Revision | undefined {
    const place = placeEvent(this.#history, event);
    if (place.state === "waiting") {
      throw new RangeError(
        `Cannot replay event ${event.seq} of "${event.replica}": events before it are missing`,
      );
    }
    return place.state === "known" ? undefined : this.#carryOut(event, place);
  }

  /** How far each replica's events are known, or were at a revision: what to ask others for is what they have beyond this. */
  version(revision: number = this.revision): ReplicaVersion {
    this.#checkRevision(revision);
    const { graph, revisions } = this.#history;
    const seqs = graph.agents.map((_, agent) => graph.nextSeq(agent));
    for (let at = this.revision; at > revision; at--) {
      const { agent, seq } = graph.idOf(revisions.endOf(at - 1));
      seqs[agent] = Math.min(seqs[agent]!, seq);
    }
    return Object.fromEntries(
      seqs.map((seq, agent) => [graph.agents[agent]!, seq]).filter(([, seq]) => seq !== 0),
    );
  }

  /** The events another replica lacks, in an order it can apply. @throws RangeError where some of them are forgotten here. */
  eventsSince(version: ReplicaVersion): TextEvent[] {
    const history = this.#history;
    const events: TextEvent[] = [];
    const first = new Map<string, number>();
    for (let revision = this.oldest + 1; revision <= this.revision; revision++) {
      const { agent, seq } = history.graph.idOf(history.revisions.endOf(revision) - 1);
      const replica = history.graph.agents[agent]!;
      if (seq < (version[replica] ?? 0)) continue;
      const event = eventOf(history, revision);
      if (!first.has(replica)) first.set(replica, event.seq);
      events.push(event);
    }
    for (const [replica, seq] of Object.entries(this.version())) {
      if ((first.get(replica) ?? seq) > (version[replica] ?? 0)) {
        throw new RangeError(
          `Cannot give the events of "${replica}" since ${version[replica] ?? 0}: they are forgotten here`,
        );
      }
    }
    return events;
  }

  /**
   * Carries out events of other replicas, in whatever order and however often they come; those whose forerunners are missing wait.
   * @throws RangeError for an event that cannot be; those before it are carried out, those after it are not.
   */
  apply(events: Iterable<TextEvent>): { readonly applied: number; readonly waiting: number } {
    let applied = 0;
    for (const event of events) {
      const place = placeEvent(this.#history, event);
      if (place.state === "known") continue;
      if (place.state === "waiting") {
        if (this.#waiting.size < WAITING_LIMIT) this.#waiting.set(`${event.seq} ${event.replica}`, event);
        continue;
      }
      this.#carryOut(event, place);
      applied += 1 + this.#applyWaiting();
    }
    return { applied, waiting: this.#waiting.size };
  }

  /**
   * Takes everything up to a revision (default: the oldest that is held, else the newest) for past, for good: no edit for an older one, no
   * undo of a group that began there. Gives what peers need to know to forget it. @throws RangeError where the revision is not known.
   */
  settle(revision: number = Math.min(this.revision, ...this.#holds.keys())): PeerState {
    this.#checkRevision(revision);
    const { revisions } = this.#history;
    for (let at = Math.max(this.#settled, this.oldest) + 1; at <= revision; at++) {
      if (this.#history.agentOf(at) === this.#agent && !this.#history.isToggle(at)) {
        this.#frozen.add(revisions.groupOf(at));
      }
    }
    this.#settled = Math.max(this.#settled, revision);
    return { version: this.version(), settled: this.version(Math.max(this.#settled, this.oldest)) };
  }

  /**
   * Forgets old revisions that nobody needs: what is kept are the newest ones, those that are held and all that came later, and what
   * other replicas may need. Groups that began in what is forgotten can no longer be undone or redone. Gives the oldest revision known.
   */
  compact(options: CompactOptions = {}): number {
    const { revisions, graph, toggles } = this.#history;
    let revision = Math.min(this.revision - (options.revisions ?? 1000), ...this.#holds.keys());
    const known = this.version();
    for (const { version, settled } of options.peers ?? []) {
      // An event that is still to come may have been made on anything.
      if (Object.entries(version).some(([replica, seq]) => seq > (known[replica] ?? 0))) {
        return revisions.first;
      }
      revision = Math.min(revision, this.#knownTo(settled));
    }
    while (revision > revisions.first) {
      // Only a version that everybody shares can be forgotten, and no toggle may be left without its group.
      let lv = graph.criticalUpTo(revisions.endOf(revision) - 1);
      toggles.eachAbove(lv, ({ firstLv }) => {
        if (firstLv !== undefined && firstLv <= lv) lv = Math.min(lv, firstLv - 1);
      });
      if (lv < revisions.endOf(revisions.first)) return revisions.first;
      const found = revisions.revisionOf(lv);
      if (found === revision && revisions.endOf(found) === lv + 1) break;
      revision = revisions.endOf(found) === lv + 1 ? found : found - 1;
    }
    if (revision <= revisions.first) return revisions.first;
    this.settle(revision);
    this.#history.forget(revision);
    return revision;
  }

  /** Everything, as plain values that later edits do not change. */
  save(): SavedDocument {
    const { graph, revisions, toggles } = this.#history;
    const events: TextEvent[] = [];
    for (let revision = this.oldest + 1; revision <= this.revision; revision++) {
      events.push(this.record(revision));
    }
    const floor = graph.floorId;
    return {
      replica: this.replica,
      revision: this.oldest,
      text: this.textAt(this.oldest),
      floor: floor === undefined ? undefined : [graph.agents[floor.agent]!, floor.seq],
      seqs: this.version(this.oldest),
      settledRevision: this.#settled,
      nextGroup: revisions.nextGroup,
      frozen: this.#frozen.ranges(),
      undone: [...toggles.forgottenSums()].map(({ agent, group, sum }) => ({
        replica: graph.agents[agent]!,
        group,
        sum,
      })),
      events,
    };
  }

  /** The document that was saved, with the same revisions. @throws RangeError where the events do not fit the text. */
  static load(saved: SavedDocument): TextDocument {
    const document = new TextDocument(saved.text, { replica: saved.replica, revision: saved.revision });
    const { graph, toggles, revisions } = document.#history;
    for (const [replica, seq] of Object.entries(saved.seqs)) graph.setNextSeq(graph.agentOf(replica), seq);
    if (saved.floor !== undefined) {
      graph.floorId = { agent: graph.agentOf(saved.floor[0]), seq: saved.floor[1] };
    }
    for (const { replica, group, sum } of saved.undone) {
      toggles.setForgottenSum(graph.agentOf(replica), group, sum);
    }
    document.#settled = saved.settledRevision;
    for (const [from, to] of saved.frozen) document.#frozen.addRange(from, to);
    for (const event of saved.events) document.replay(event);
    revisions.sawGroup(saved.nextGroup - 1);
    return document;
  }

  /** The offset after `points` code points of the newest text, without a snapshot. @throws RangeError where it has fewer. */
  offsetOfPoints(points: number): number {
    return this.#hasPairs ? this.#buffer.offsetOfPoints(points) : points;
  }

  #editNewest(delta: Delta, meta: { author: string; priority: number; group: number }): void {
    const history = this.#history;
    if (delta.size === 1) {
      const from = delta.from[0]!;
      const to = delta.to[0]!;
      const insert = delta.insert[0]!;
      const removed = from === to ? "" : this.#buffer.sliceString(from, to);
      this.#buffer.replace(from, to, insert);
      history.pushReplace(
        this.#agent,
        from,
        removed,
        insert,
        delta.newLength,
        meta.author,
        meta.priority,
        meta.group,
      );
      return;
    }
    let shift = 0;
    const patches = delta.from.map((from, change) => {
      const to = delta.to[change]!;
      const inserted = delta.insert[change]!;
      const patch = {
        at: from + shift,
        removed: from === to ? "" : this.#buffer.sliceString(from, to),
        inserted,
      };
      shift += inserted.length - (to - from);
      return patch;
    });
    this.#buffer.replaceAll(delta, delta.newLength);
    history.pushPatches(this.#agent, patches, delta.newLength, meta);
  }

  #merge(
    agent: number,
    parents: readonly number[],
    ops: readonly TextOp[],
    toggles: readonly ToggleOp[],
    meta: { author: string; priority: number; group: number },
  ): Revision {
    const before = this.#buffer.length;
    const target = new BufferTarget(this.#buffer, this.#hasPairs);
    try {
      this.#history.merge(agent, parents, ops, toggles, meta, target);
    } catch (error) {
      target.rollBack();
      throw error;
    }
    return this.#commit(deltaOfPatches(target.patches, before), meta);
  }

  #toggle(groups: readonly number[], author: string): Revision {
    const meta = { author, priority: 0, group: groups[0]! };
    return this.#merge(this.#agent, this.#history.graph.frontier.slice(), [], this.#toggleOps(groups), meta);
  }

  /** What turns the state of each group. */
  #toggleOps(groups: readonly number[]): ToggleOp[] {
    return groups.map((group) => {
      const sum = this.#history.toggles.sum(this.#agent, group);
      return { agent: this.#agent, group, weight: sum > 0 ? -sum : 1 - sum };
    });
  }

  #carryOut(event: TextEvent, place: EventPlace & { state: "ready" }): Revision {
    const { author, group, priority, ops } = event;
    if (!this.#hasPairs) this.#hasPairs = ops.some((op) => hasPair(op[2]));
    const { graph, toggles } = this.#history;
    const meta = { author, group, priority };
    if (
      !sameVersion(place.parents, graph.frontier) || place.toggles.length > 0 ||
      toggles.isUndone(place.agent, group)
    ) {
      return this.#merge(place.agent, place.parents, ops, place.toggles, meta);
    }
    const before = this.#buffer.length;
    const target = new BufferTarget(this.#buffer, this.#hasPairs);
    try {
      for (const [at, remove, insert] of ops) {
        if (remove > 0) target.remove(at, remove);
        if (insert !== "") target.insert(at, insert);
      }
    } catch (error) {
      target.rollBack();
      throw error;
    }
    this.#history.pushPatches(place.agent, target.patches, this.#buffer.length, meta);
    return this.#commit(deltaOfPatches(target.patches, before), meta);
  }

  #applyWaiting(): number {
    let applied = 0;
    for (let before = -1; before !== applied && this.#waiting.size > 0;) {
      before = applied;
      for (const [key, event] of this.#waiting) {
        const place = placeEvent(this.#history, event);
        if (place.state === "waiting") continue;
        this.#waiting.delete(key);
        if (place.state === "known") continue;
        this.#carryOut(event, place);
        applied++;
      }
    }
    return applied;
  }

  #commit(delta: Delta, { author, group }: { author: string; group: number }): Revision {
    const revision = { revision: this.revision, delta, author, group };
    this.#anchors.follow(delta);
    if (this.#listeners.size === 0) return revision;
    this.#untold.push(revision);
    if (this.#untold.length > 1) return revision; // a listener edits: the loop below, further up, tells the others first
    try {
      for (let next: Revision | undefined = revision; next !== undefined; next = this.#untold[0]) {
        for (const listener of [...this.#listeners]) listener(next);
        this.#untold.shift();
      }
    } finally {
      this.#untold.length = 0;
    }
    return revision;
  }

  /** The newest revision whose events, and all before, another replica has. */
  #knownTo(version: ReplicaVersion): number {
    const { graph, revisions } = this.#history;
    for (let revision = this.oldest + 1; revision <= this.revision; revision++) {
      const { agent, seq } = graph.idOf(revisions.endOf(revision) - 1);
      if (seq >= (version[graph.agents[agent]!] ?? 0)) return revision - 1;
    }
    return this.revision;
  }

  #undoable(author: string): number | undefined {
    return undoableGroup(this.#history, this.#agent, author, this.#frozen);
  }

  #redoable(author: string): number | undefined {
    return redoableGroup(this.#history, this.#agent, author, this.#frozen);
  }

  #checkCuts(delta: Delta, base: number): void {
    const old = base === this.revision ? undefined : this.textAt(base);
    for (const offset of [...delta.from, ...delta.to]) {
      if (old === undefined ? this.#buffer.cutsPair(offset) : old.snap(offset) !== offset) {
        throw new RangeError(`Cannot edit at ${offset}: it is inside a surrogate pair`);
      }
    }
  }

  #checkRevision(revision: number): void {
    if (!(Number.isInteger(revision) && revision >= this.oldest && revision <= this.revision)) {
      throw new RangeError(`Cannot find revision ${revision}: known are ${this.oldest} to ${this.revision}`);
    }
  }
}

/** The operations of a delta, each on the text after the ones before; on the old text where none of them shows. */
function opsOf(delta: Delta, isUndone: boolean): TextOp[] {
  let shift = 0;
  return delta.from.map((from, change): TextOp => {
    const to = delta.to[change]!;
    const insert = delta.insert[change]!;
    const at = from + shift;
    if (!isUndone) shift += insert.length - (to - from);
    return [at, to - from, insert];
  });
}

function wellFormedDelta(delta: Delta): Delta {
  if (delta.insert.every((insert) => insert.isWellFormed())) return delta;
  const insert = delta.insert.map(wellFormed);
  return new Delta(delta.baseLength, delta.newLength, [...delta.from], [...delta.to], insert);
}
