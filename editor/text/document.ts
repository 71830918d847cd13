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
import { DocumentCore } from "./document_core.ts";
import { eventOf, placeEvent } from "./event_place.ts";
import { eventsSince, type ReplicaVersion, versionAt, WaitingEvents } from "./exchange.ts";
import { compact, type CompactOptions, type PeerState, settle } from "./forgetting.ts";
import type { Meta } from "./history.ts";
import { hasPair, wellFormed } from "./measure.ts";
import { Rope } from "./rope.ts";
import { restoreCore, saveCore, type SavedDocument } from "./saved_document.ts";
import type { TextEvent } from "./text_event.ts";
import { redoableGroup, undoableGroup } from "./undo_search.ts";

export type { Anchor } from "./anchors.ts";
export type { ReplicaVersion } from "./exchange.ts";
export type { CompactOptions, PeerState } from "./forgetting.ts";
export type { SavedDocument } from "./saved_document.ts";

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

export interface DocumentOptions {
  /** Names this replica among those that share the text; must differ from theirs. Default: "local". */
  readonly replica?: string;
  /** The number of the first revision. Default: 0. */
  readonly revision?: number;
}

export class TextDocument {
  readonly #core: DocumentCore;
  readonly #anchors = new Anchors();
  readonly #listeners = new Set<(revision: Revision) => void>();
  /** Revisions that listeners have not been told of. */
  readonly #untold: Revision[] = [];
  readonly #waiting: WaitingEvents;

  constructor(text: string | Rope = "", options: DocumentOptions = {}) {
    const rope = typeof text === "string" ? Rope.of(text) : text;
    this.#core = new DocumentCore(rope, options.replica ?? "local", options.revision ?? 0);
    this.#waiting = new WaitingEvents(
      this.#core,
      (event, place) => this.#commit(this.#core.carryOut(event, place), event),
    );
  }

  /** The name of this replica. */
  get replica(): string {
    return this.#core.replica;
  }

  /** The newest text: a snapshot, the same object until the next change. */
  get text(): Rope {
    return this.#core.buffer.snapshot();
  }

  /** UTF-16 units of the newest text. */
  get length(): number {
    return this.#core.buffer.length;
  }

  /** The newest revision; 0 for the text the document began with. */
  get revision(): number {
    return this.#core.newest;
  }

  /** The oldest revision still known. */
  get oldest(): number {
    return this.#core.oldest;
  }

  /** A group number that no edit has. */
  newGroup(): number {
    const { groups } = this.#core;
    const group = groups.next;
    groups.take(group);
    return group;
  }

  /**
   * Carries out an edit made for any revision that is still known. @throws RangeError where the revision is unknown or settled, the delta
   * is for a text of another length or cuts a surrogate pair; nothing has changed then.
   */
  edit(request: EditRequest): Revision {
    const core = this.#core;
    const base = request.revision ?? this.revision;
    core.checkRevision(base);
    if (base < core.settled) {
      throw new RangeError(`Cannot edit revision ${base}: revisions before ${core.settled} are settled`);
    }
    const delta = wellFormedDelta(request.delta);
    const length = core.history.revisions.lengthAt(base);
    if (delta.baseLength !== length) {
      throw new RangeError(
        `Cannot edit revision ${base}: it has ${length} units, the delta is for ${delta.baseLength}`,
      );
    }
    if (core.hasPairs) this.#checkCuts(delta, base);
    const author = request.author ?? "";
    const group = request.group ?? core.groups.next;
    if (!(Number.isInteger(group) && group >= 0 && group <= 0x7fffffff)) {
      throw new RangeError(`Cannot edit with group ${group}: groups are whole numbers of 31 bits`);
    }
    if (delta.isIdentity) return this.#unchanged(author, group);
    const meta = { author, priority: request.priority ?? 0, group };
    return this.#commit(core.edit(delta, base, meta), meta);
  }

  /**
   * Replaces one range of the newest text; gives the new revision. The fast path: `edit` with less ceremony. @throws RangeError as
   * `edit`.
   */
  replace(from: number, to: number, insert: string, author = "", group?: number, priority = 0): number {
    const core = this.#core;
    const { buffer, history } = core;
    const { length } = buffer;
    if (!(from >= 0 && from <= to && to <= length)) {
      throw new RangeError(`Cannot replace ${from} to ${to}: the text has ${length} units`);
    }
    const own = group ?? core.groups.next;
    const isPlain = this.#listeners.size === 0 && this.#anchors.isEmpty &&
      !history.toggles.isUndone(core.agent, own);
    if (!isPlain || (from === to && insert === "")) {
      return this.edit({ delta: Delta.replace(length, from, to, insert), author, group: own, priority })
        .revision;
    }
    if (insert.length > 1) {
      if (!insert.isWellFormed()) return this.replace(from, to, insert.toWellFormed(), author, own, priority);
      if (!core.hasPairs) core.hasPairs = hasPair(insert);
    } else if ((insert.charCodeAt(0) & 0xf800) === 0xd800) {
      return this.replace(from, to, "\ufffd", author, own, priority);
    }
    if (core.hasPairs && (buffer.cutsPair(from) || (from < to && buffer.cutsPair(to)))) {
      throw new RangeError(`Cannot replace ${from} to ${to}: it would cut a surrogate pair`);
    }
    const removed = from === to ? "" : buffer.sliceString(from, to);
    buffer.replace(from, to, insert);
    history.pushReplace(core.agent, from, removed, insert, buffer.length, author, priority, own);
    core.groups.take(own);
    return history.revisions.last;
  }

  /** Undoes the author's newest group that is not undone; undefined where there is none. Later edits of others stay. */
  undo(author = ""): Revision | undefined {
    return this.#toggle(this.#undoable(author), author);
  }

  /** Does again what the author undid last; undefined where there is nothing, or the author has edited since. */
  redo(author = ""): Revision | undefined {
    return this.#toggle(this.#redoable(author), author);
  }

  /** Whether `undo` would find something. */
  canUndo(author = ""): boolean {
    return this.#undoable(author) !== undefined;
  }

  /** Whether `redo` would find something. */
  canRedo(author = ""): boolean {
    return this.#redoable(author) !== undefined;
  }

  /** Makes exactly these groups of this replica undone, whoever made them (xi's `undo`); those that are final keep their state. */
  setUndone(groups: Iterable<number>, author = ""): Revision {
    const wanted = new Set(groups);
    const now = this.undone;
    const flips = [...new Set([...now, ...wanted])].filter((group) =>
      now.has(group) !== wanted.has(group) && !this.#core.frozen.has(group)
    );
    if (flips.length === 0) return this.#unchanged(author, 0);
    return this.#commit(this.#core.toggle(flips, author), { author, group: flips[0]! });
  }

  /** What undoing some groups, besides those that are undone, would do to the newest text. */
  deltaIfUndone(groups: Iterable<number>): Delta {
    const now = this.undone;
    const flips = [...new Set(groups)].filter((group) => !now.has(group) && !this.#core.frozen.has(group));
    return this.#core.tryToggle(flips);
  }

  /** The groups of this replica that are undone now. */
  get undone(): ReadonlySet<number> {
    return this.#core.history.toggles.undoneOf(this.#core.agent);
  }

  /** Makes the state of some groups final: they can be neither undone nor done again (xi's `gc`). */
  freeze(groups: Iterable<number>): void {
    for (const group of groups) this.#core.frozen.add(group);
  }

  /** The text at a revision. @throws RangeError where it is not known. */
  textAt(revision: number): Rope {
    this.#core.checkRevision(revision);
    return this.#core.textAt(revision);
  }

  /** UTF-16 units of the text at a revision, without making the text. @throws RangeError where it is not known. */
  lengthAt(revision: number): number {
    this.#core.checkRevision(revision);
    return this.#core.history.revisions.lengthAt(revision);
  }

  /** The change that takes the text at `from` to that at `to`, forwards or backwards. @throws RangeError where one is not known. */
  deltaBetween(from: number, to: number): Delta {
    this.#core.checkRevision(from);
    this.#core.checkRevision(to);
    return this.#core.deltaBetween(from, to);
  }

  /** What happened since a revision, as one change. */
  changesSince(revision: number): Delta {
    return this.deltaBetween(revision, this.revision);
  }

  /** The revisions after `revision`, one by one, with author and group. */
  *revisionsSince(revision: number): Generator<Revision, void, undefined> {
    this.#core.checkRevision(revision);
    const { revisions } = this.#core.history;
    for (let at = revision + 1; at <= this.revision; at++) {
      const delta = this.deltaBetween(at - 1, at);
      yield { revision: at, delta, author: revisions.authorOf(at), group: revisions.groupOf(at) };
    }
  }

  /** Keeps a revision (default: the newest) known until released. */
  hold(revision: number = this.revision): Hold {
    this.#core.checkRevision(revision);
    const { holds } = this.#core;
    const text = revision === this.revision ? this.text : undefined;
    const held = holds.get(revision) ?? { count: 0, text };
    held.count++;
    holds.set(revision, held);
    let isHeld = true;
    const release = () => {
      if (!isHeld) return;
      isHeld = false;
      if (--held.count === 0) holds.delete(revision);
    };
    return { revision, release };
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
    let range = { from, to };
    return this.onRevision((revision) => {
      const { delta } = revision;
      const touched = delta.from.some((at, change) => at <= range.to && delta.to[change]! >= range.from);
      range = { from: delta.mapOffset(range.from, -1), to: delta.mapOffset(range.to, 1) };
      if (touched) listener(revision, range);
    });
  }

  /** The event of a revision, for the journal and for other replicas: plain JSON. @throws RangeError where it is not known. */
  record(revision: number): TextEvent {
    this.#core.checkRevision(revision);
    if (revision === this.oldest) {
      throw new RangeError(`Cannot record revision ${revision}: its event is not known`);
    }
    return eventOf(this.#core.history, revision);
  }

  /**
   * Carries out one event whose forerunners are known; undefined where it is known itself. @throws RangeError where forerunners are
   * missing or the event cannot be; then nothing has changed.
   */
  replay(event: TextEvent): Revision | undefined {
    const place = placeEvent(this.#core.history, event);
    if (place.state === "known") return undefined;
    if (place.state === "ready") return this.#commit(this.#core.carryOut(event, place), event);
    throw new RangeError(
      `Cannot replay event ${event.seq} of "${event.replica}": events before it are missing`,
    );
  }

  /** How far each replica's events are known, or were at a revision: what to ask others for is what they have beyond this. */
  version(revision: number = this.revision): ReplicaVersion {
    this.#core.checkRevision(revision);
    return versionAt(this.#core, revision);
  }

  /** The events another replica lacks, in an order it can apply. @throws RangeError where some of them are forgotten here. */
  eventsSince(version: ReplicaVersion): TextEvent[] {
    return eventsSince(this.#core, version);
  }

  /**
   * Carries out events of other replicas, in whatever order and however often they come; those whose forerunners are missing wait.
   * @throws RangeError for an event that cannot be; those before it are carried out, those after it are not.
   */
  apply(events: Iterable<TextEvent>): { readonly applied: number; readonly waiting: number } {
    const applied = this.#waiting.take(events);
    return { applied, waiting: this.#waiting.size };
  }

  /**
   * Takes everything up to a revision (default: the oldest that is held, else the newest) for past, for good: no edit for an older one, no
   * undo of a group that began there. Gives what peers need to know to forget it. @throws RangeError where the revision is not known.
   */
  settle(revision: number = Math.min(this.revision, ...this.#core.holds.keys())): PeerState {
    this.#core.checkRevision(revision);
    return settle(this.#core, revision);
  }

  /**
   * Forgets old revisions that nobody needs: what is kept are the newest ones, those that are held and all that came later, and what
   * other replicas may need. Groups that began in what is forgotten can no longer be undone or redone. Gives the oldest revision known.
   */
  compact(options: CompactOptions = {}): number {
    return compact(this.#core, options);
  }

  /** Everything, as plain values that later edits do not change. */
  save(): SavedDocument {
    return saveCore(this.#core);
  }

  /** The document that was saved, with the same revisions. @throws RangeError where the events do not fit the text. */
  static load(saved: SavedDocument): TextDocument {
    const document = new TextDocument(saved.text, { replica: saved.replica, revision: saved.revision });
    restoreCore(document.#core, saved);
    for (const event of saved.events) document.replay(event);
    return document;
  }

  /** The offset after `points` code points of the newest text, without a snapshot. The text must have as many. */
  offsetOfPoints(points: number): number {
    return this.#core.hasPairs ? this.#core.buffer.offsetOfPoints(points) : points;
  }

  #undoable(author: string): number | undefined {
    return undoableGroup(this.#core.history, this.#core.agent, author, this.#core.frozen);
  }

  #redoable(author: string): number | undefined {
    return redoableGroup(this.#core.history, this.#core.agent, author, this.#core.frozen);
  }

  #toggle(group: number | undefined, author: string): Revision | undefined {
    if (group === undefined) return undefined;
    return this.#commit(this.#core.toggle([group], author), { author, group });
  }

  #unchanged(author: string, group: number): Revision {
    return { revision: this.revision, delta: Delta.identity(this.length), author, group };
  }

  #commit(delta: Delta, { author, group }: Pick<Meta, "author" | "group">): Revision {
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

  #checkCuts(delta: Delta, base: number): void {
    const old = base === this.revision ? undefined : this.#core.textAt(base);
    for (const offset of [...delta.from, ...delta.to]) {
      if (old === undefined ? this.#core.buffer.cutsPair(offset) : old.snap(offset) !== offset) {
        throw new RangeError(`Cannot edit at ${offset}: it is inside a surrogate pair`);
      }
    }
  }
}

function wellFormedDelta(delta: Delta): Delta {
  if (delta.insert.every((insert) => insert.isWellFormed())) return delta;
  const insert = delta.insert.map(wellFormed);
  return new Delta(delta.baseLength, delta.newLength, [...delta.from], [...delta.to], insert);
}
