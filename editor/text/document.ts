/**
 * A text that several authors edit at once, with its history: the one thing in this folder that changes.
 *
 * Every edit, undo, redo or merge makes one new revision, a small integer. An edit names the revision it was made for; if the text has
 * moved on, it is rebased, and what comes back is the change that took the newest text to the new one. Nothing waits, nothing is lost.
 *
 * Invariants: D1. revisions are consecutive, the newest is `revision`; D2. the change from one revision to the next never changes once
 * reported; D3. a listener is called after the state is new, once a revision, in order; D4. a held revision can be edited and read
 * until it is released.
 *
 * @module
 */

import { type Bias, Delta } from "./delta.ts";
import { Rope } from "./rope.ts";

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

/** A place that moves with the text. */
export interface Anchor {
  readonly offset: number;
  readonly bias: Bias;
  release(): void;
}

/** Keeps a revision editable and readable while it is held. */
export interface Hold {
  readonly revision: number;
  release(): void;
}

export interface DocumentOptions {
  /** Names this replica among those that share the text; must differ from theirs. Default: "local". */
  readonly replica?: string;
}

interface Entry {
  readonly delta: Delta;
  readonly before: Rope;
  readonly author: string;
  readonly group: number;
  readonly priority: number;
  readonly isToggle: boolean;
}

class LiveAnchor implements Anchor {
  offset: number;
  readonly bias: Bias;
  readonly #owner: Set<LiveAnchor>;
  constructor(offset: number, bias: Bias, owner: Set<LiveAnchor>) {
    this.offset = offset;
    this.bias = bias;
    this.#owner = owner;
    owner.add(this);
  }
  release(): void {
    this.#owner.delete(this);
  }
}

export class TextDocument {
  readonly replica: string;
  #text: Rope;
  #entries: Entry[] = [];
  #nextGroup = 1;
  #owners = new Map<number, string>();
  #undone = new Set<number>();
  #undoStacks = new Map<string, number[]>();
  #redoStacks = new Map<string, number[]>();
  #anchors = new Set<LiveAnchor>();
  #listeners = new Set<(revision: Revision) => void>();
  #holds = new Map<number, number>();

  constructor(text: string | Rope = "", options: DocumentOptions = {}) {
    this.#text = typeof text === "string" ? Rope.of(text) : text;
    this.replica = options.replica ?? "local";
  }

  /** The newest text: a snapshot. */
  get text(): Rope {
    return this.#text;
  }

  /** The newest revision; 0 for the text the document began with. */
  get revision(): number {
    return this.#entries.length;
  }

  /** A group number that no edit has. */
  newGroup(): number {
    return this.#nextGroup++;
  }

  /**
   * Carries out an edit made for any revision that is still known. @throws RangeError where the revision is unknown or the delta is
   * for a text of another length; nothing has changed then.
   */
  edit(request: EditRequest): Revision {
    const base = request.revision ?? this.revision;
    const text = this.textAt(base);
    if (request.delta.baseLength !== text.length) {
      throw new RangeError(
        `Cannot edit revision ${base}: it has ${text.length} units, the delta is for ${request.delta.baseLength}`,
      );
    }
    const author = request.author ?? "";
    const group = request.group ?? this.newGroup();
    const priority = request.priority ?? 0;
    if (group >= this.#nextGroup) this.#nextGroup = group + 1;
    let delta = request.delta;
    for (let at = base; at < this.revision; at++) {
      const other = this.#entries[at]!;
      delta = delta.transform(other.delta, priority >= other.priority ? "after" : "before");
    }
    if (this.#undone.has(group)) delta = Delta.identity(this.#text.length);
    if (!this.#owners.has(group)) {
      this.#owners.set(group, author);
      push(this.#undoStacks, author, group);
      this.#redoStacks.delete(author);
    }
    return this.#commit(delta, { author, group, priority, isToggle: false });
  }

  /** `edit` of one range of the newest text. */
  replace(from: number, to: number, insert: string, author = "", group?: number): Revision {
    const delta = Delta.replace(this.#text.length, from, to, insert);
    return this.edit(group === undefined ? { delta, author } : { delta, author, group });
  }

  /** Undoes the author's newest group that is not undone; undefined where there is none. Later edits of others stay. */
  undo(author = ""): Revision | undefined {
    const group = this.#undoStacks.get(author)?.pop();
    if (group === undefined) return undefined;
    push(this.#redoStacks, author, group);
    return this.#toggle(new Set([...this.#undone, group]), author, group);
  }

  /** Does again what the author undid last; undefined where there is nothing, or the author has edited since. */
  redo(author = ""): Revision | undefined {
    const group = this.#redoStacks.get(author)?.pop();
    if (group === undefined) return undefined;
    push(this.#undoStacks, author, group);
    return this.#toggle(new Set([...this.#undone].filter((other) => other !== group)), author, group);
  }

  /** Makes exactly these groups undone, whoever they belong to (xi's `undo`). */
  setUndone(groups: Iterable<number>, author = ""): Revision {
    return this.#toggle(new Set(groups), author, 0);
  }

  /** The groups that are undone now. */
  get undone(): ReadonlySet<number> {
    return this.#undone;
  }

  canUndo(author = ""): boolean {
    return (this.#undoStacks.get(author)?.length ?? 0) > 0;
  }

  canRedo(author = ""): boolean {
    return (this.#redoStacks.get(author)?.length ?? 0) > 0;
  }

  /** The text at a revision. @throws RangeError where it is not known. */
  textAt(revision: number): Rope {
    this.#checkRevision(revision);
    return this.#entries[revision]?.before ?? this.#text;
  }

  /** The change that takes the text at `from` to that at `to`, forwards or backwards. @throws RangeError where one is not known. */
  deltaBetween(from: number, to: number): Delta {
    this.#checkRevision(from);
    this.#checkRevision(to);
    if (from > to) return this.deltaBetween(to, from).invert(this.textAt(to));
    let delta = Delta.identity(this.textAt(from).length);
    for (let at = from; at < to; at++) delta = delta.compose(this.#entries[at]!.delta);
    return delta;
  }

  /** What happened since a revision, as one change. */
  changesSince(revision: number): Delta {
    return this.deltaBetween(revision, this.revision);
  }

  /** The revisions after `revision`, one by one, with author and group. */
  *revisionsSince(revision: number): Generator<Revision, void, undefined> {
    this.#checkRevision(revision);
    for (let at = revision; at < this.revision; at++) {
      const { delta, author, group } = this.#entries[at]!;
      yield { revision: at + 1, delta, author, group };
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
    if (!(offset >= 0 && offset <= this.#text.length)) {
      throw new RangeError(`Cannot anchor at ${offset}: the text has ${this.#text.length} units`);
    }
    return new LiveAnchor(offset, bias, this.#anchors);
  }

  /** Calls `listener` after every revision; the result ends it. */
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
      const range = { from: start.offset, to: end.offset };
      const touched = [...revision.delta.changes()].some((change) =>
        change.from <= before.to && change.to >= before.from
      );
      before = range;
      if (touched) listener(revision, range);
    });
    return () => {
      stop();
      start.release();
      end.release();
    };
  }

  #toggle(undone: Set<number>, author: string, group: number): Revision {
    let delta = Delta.identity(this.#text.length);
    const flips = [...new Set([...this.#undone, ...undone])].filter((other) =>
      this.#undone.has(other) !== undone.has(other)
    );
    for (let at = this.revision - 1; at >= 0; at--) {
      const entry = this.#entries[at]!;
      if (!flips.includes(entry.group)) continue;
      let inverse = entry.delta.invert(entry.before);
      for (let later = at + 1; later < this.revision; later++) {
        inverse = inverse.transform(this.#entries[later]!.delta, "after");
      }
      delta = delta.compose(inverse.transform(delta, "after"));
    }
    this.#undone = undone;
    return this.#commit(delta, { author, group, priority: 0, isToggle: true });
  }

  #commit(delta: Delta, meta: Omit<Entry, "delta" | "before">): Revision {
    this.#entries.push({ delta, before: this.#text, ...meta });
    this.#text = delta.apply(this.#text);
    for (const anchor of this.#anchors) anchor.offset = delta.mapOffset(anchor.offset, anchor.bias);
    const revision = { revision: this.revision, delta, author: meta.author, group: meta.group };
    for (const listener of [...this.#listeners]) listener(revision);
    return revision;
  }

  #checkRevision(revision: number): void {
    if (!(Number.isInteger(revision) && revision >= 0 && revision <= this.revision)) {
      throw new RangeError(`Cannot find revision ${revision}: known are 0 to ${this.revision}`);
    }
  }
}

function push(stacks: Map<string, number[]>, author: string, group: number): void {
  const stack = stacks.get(author);
  if (stack === undefined) stacks.set(author, [group]);
  else stack.push(group);
}
