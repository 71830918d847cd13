/**
 * One text of the server and the copy that a page edits: which of its changes the server has, and how others' changes come
 * into the copy. Pure: no wire, no clock, no view.
 *
 * The copy is always `confirmed · sent · unsent`: the text of a revision that the server has told, one edit that is on its
 * way, and what was typed since.
 *
 * Invariants:
 * S1. One edit is on its way at most. It keeps its name until it is answered, so it can be sent again after a drop.
 * S2. Who is right is the server: when the revision of the sent edit comes, the copy becomes what the server made of it.
 *     Where the guess of before was right (an edit lands behind what came first at its place) nothing moves.
 * S3. While an edit is on its way, events in the page's own name wait for its answer: only the answer says which of them it
 *     is, since several revisions may come as one.
 * S4. A server that has died and begun anew knows no names of edits. Whether it had carried the sent edit out is told by the
 *     text: of the two texts that it can have begun with, the nearer one counts.
 *
 * @module
 */

import type { ChangeSet, Text } from "@codemirror/state";
import type { Edited, EditRefusal } from "../../../../core/ports/text_editing.ts";
import type { Result } from "../../../../core/result.ts";
import { type Change, changeSetOf, changesOf, differenceOf, sizeOf, textOf, trimmed } from "./deltas.ts";

/** What comes from the server about the text. */
export type Told =
  | {
    readonly kind: "changed";
    readonly since: number;
    readonly revision: number;
    readonly changes: readonly Change[];
    readonly authors: readonly string[];
  }
  | { readonly kind: "reset"; readonly revision: number; readonly text: string };

/** An edit for the wire. */
export interface Outgoing {
  readonly id: string;
  readonly revision: number;
  readonly changes: readonly Change[];
  readonly step: string | undefined;
}

/** A change of the copy that came from the server. */
export interface Incoming {
  readonly changes: ChangeSet;
  /** Whose; empty where the text was read anew. */
  readonly authors: readonly string[];
  /** Nothing but the page's own edit, coming back: nobody else has changed anything. */
  readonly isOwn: boolean;
}

/** Units that one edit inserts at most: a frame of the wire is a megabyte, and a unit may need six bytes. */
const MOST_INSERTED = 128 * 1024;

interface Sent {
  readonly id: string;
  readonly step: string | undefined;
  /** From `confirmed`. */
  changes: ChangeSet;
  /** The revision that it made, once answered. */
  revision: number | undefined;
}

export class TextSync {
  readonly #author: string;
  readonly #name: () => string;
  #confirmed: Text;
  #revision: number;
  #sent: Sent | undefined;
  #unsent: { changes: ChangeSet; readonly step: string | undefined }[] = [];
  #held: Told[] = [];

  /** @param name gives a name for each edit, never the same twice */
  constructor(author: string, text: string, revision: number, name: () => string) {
    this.#author = author;
    this.#name = name;
    this.#confirmed = textOf(text);
    this.#revision = revision;
  }

  /** The revision up to which the server was heard. */
  get revision(): number {
    return this.#revision;
  }

  /** True while the server does not have everything, or has not said so. */
  get isBehind(): boolean {
    return this.#sent !== undefined || this.#unsent.length > 0;
  }

  /** True while an edit is on its way. */
  get isSending(): boolean {
    return this.#sent !== undefined;
  }

  /** The copy. */
  get text(): Text {
    const sent = this.#withSent();
    return this.#unsent.reduce((text, { changes }) => changes.apply(text), sent);
  }

  /** Takes what was typed into the copy. Changes of one `step` are one step of undo. */
  typed(changes: ChangeSet, step?: string): void {
    if (changes.empty) return;
    const last = this.#unsent.at(-1);
    const joined = last !== undefined && last.step === step ? last.changes.compose(changes) : undefined;
    if (last !== undefined && joined !== undefined && insertedBy(joined) <= MOST_INSERTED) {
      last.changes = joined;
    } else this.#unsent.push(...inPieces(changes).map((piece) => ({ changes: piece, step })));
  }

  /** The next edit to send, which is then on its way; undefined while one is, or where there is none. */
  next(): Outgoing | undefined {
    if (this.#sent !== undefined) return undefined;
    const first = this.#unsent.shift();
    if (first === undefined) return undefined;
    this.#sent = { id: this.#name(), step: first.step, changes: first.changes, revision: undefined };
    return this.again();
  }

  /** The edit that is on its way and not answered, for a new connection to the same server. */
  again(): Outgoing | undefined {
    if (this.#sent === undefined || this.#sent.revision !== undefined) return undefined;
    const { id, step, changes } = this.#sent;
    return { id, step, revision: this.#revision, changes: changesOf(changes) };
  }

  /**
   * Takes the answer to the edit `id`. A refused edit goes back to what was not sent, so that `next` gives it again, told of
   * the newest revision and in other words.
   */
  answered(id: string, answer: Result<Edited, EditRefusal>): readonly Incoming[] {
    const sent = this.#sent;
    if (sent === undefined || sent.id !== id) return [];
    if (!answer.ok) {
      this.#sent = undefined;
      const words = answer.error === "bad-range"
        ? differenceOf(this.#confirmed, sent.changes.apply(this.#confirmed))
        : sent.changes;
      this.#unsent.unshift({ changes: words, step: sent.step });
      return this.#release();
    }
    sent.revision = answer.value.revision;
    const came = this.#release();
    // It made no revision that is still to come: others had done the same already, or its event came by a reset.
    if (this.#sent === sent && sent.revision <= this.#revision) {
      this.#sent = undefined;
      const undone = trimmed(sent.changes.invert(this.#confirmed), sent.changes.apply(this.#confirmed));
      return [...came, ...this.#show(undone, [], true)];
    }
    return came;
  }

  /** Takes what the server tells, in order. @throws RangeError where a change does not follow on what is known */
  heard(told: Told): readonly Incoming[] {
    if (this.#held.length > 0 || this.#mustWait(told)) {
      this.#held.push(told);
      return [];
    }
    return this.#take(told);
  }

  /** The connection is gone: what waits will be told again. */
  dropped(): void {
    this.#held = [];
  }

  /** Goes on with a server that has begun anew, whose text and revision these are. */
  restarted(text: string, revision: number): readonly Incoming[] {
    this.#held = [];
    const now = textOf(text);
    const sent = this.#sent;
    this.#sent = undefined;
    this.#revision = revision;
    let before = this.#confirmed;
    let difference = differenceOf(before, now);
    if (sent !== undefined) {
      const after = sent.changes.apply(before);
      const fromAfter = differenceOf(after, now);
      // An answer means that it outlives the process.
      if (sent.revision !== undefined || sizeOf(fromAfter) < sizeOf(difference)) {
        before = after;
        difference = fromAfter;
      } else this.#unsent.unshift({ changes: sent.changes, step: sent.step });
    }
    this.#confirmed = now;
    return this.#show(difference, [], false);
  }

  #withSent(): Text {
    return this.#sent === undefined ? this.#confirmed : this.#sent.changes.apply(this.#confirmed);
  }

  #mustWait(told: Told): boolean {
    if (this.#sent === undefined || this.#sent.revision !== undefined) return false;
    return told.kind === "reset" || told.authors.includes(this.#author);
  }

  #release(): readonly Incoming[] {
    const came: Incoming[] = [];
    while (this.#held.length > 0 && !this.#mustWait(this.#held[0] as Told)) {
      came.push(...this.#take(this.#held.shift() as Told));
    }
    return came;
  }

  #take(told: Told): readonly Incoming[] {
    if (told.revision <= this.#revision && told.kind === "changed") return [];
    if (told.kind === "changed" && told.since !== this.#revision) {
      throw new RangeError(`Cannot go on from revision ${this.#revision}: the change is from ${told.since}`);
    }
    const before = this.#confirmed;
    const changes = told.kind === "changed"
      ? changeSetOf(told.changes, before.length)
      : differenceOf(before, textOf(told.text));
    const authors = told.kind === "changed" ? told.authors : [];
    const isOwn = told.kind === "changed" && authors.every((author) => author === this.#author);
    this.#confirmed = changes.apply(before);
    this.#revision = told.revision;
    const sent = this.#sent;
    if (sent === undefined) return this.#show(changes, authors, isOwn);
    if (sent.revision !== undefined && sent.revision <= told.revision) {
      this.#sent = undefined;
      const after = sent.changes.apply(before);
      const rest = trimmed(sent.changes.invert(before).compose(changes), after);
      return this.#show(rest, authors.filter((author) => author !== this.#author), isOwn);
    }
    const shown = changes.map(sent.changes, true);
    sent.changes = sent.changes.map(changes, false);
    return this.#show(shown, authors, isOwn);
  }

  /** Brings a change of what was sent into what was not. */
  #show(changes: ChangeSet, authors: readonly string[], isOwn: boolean): readonly Incoming[] {
    let shown = changes;
    for (const part of this.#unsent) {
      const before = part.changes;
      part.changes = before.map(shown, false);
      shown = shown.map(before, true);
    }
    this.#unsent = this.#unsent.filter((part) => !part.changes.empty);
    return shown.empty ? [] : [{ changes: shown, authors, isOwn }];
  }
}

function insertedBy(set: ChangeSet): number {
  let inserted = 0;
  set.iterChanges((_from, _to, newFrom, newTo) => inserted += newTo - newFrom);
  return inserted;
}

/** The same as edits one after the other, none of which inserts too much. */
function inPieces(set: ChangeSet): readonly ChangeSet[] {
  if (insertedBy(set) <= MOST_INSERTED) return [set];
  const pieces: ChangeSet[] = [];
  let { length } = set;
  const add = (change: Change) => {
    const piece = changeSetOf([change], length);
    pieces.push(piece);
    length = piece.newLength;
  };
  // From the end, so that the places before stay where they are.
  for (const { from, to, insert } of changesOf(set).reverse()) {
    let at = 0;
    do {
      let end = Math.min(insert.length, at + MOST_INSERTED);
      // Not inside a pair.
      if (end < insert.length && /[\uD800-\uDBFF]/.test(insert[end - 1] ?? "")) end--;
      add({ from: from + at, to: at === 0 ? to : from + at, insert: insert.slice(at, end) });
      at = end;
    } while (at < insert.length);
  }
  return pieces;
}
