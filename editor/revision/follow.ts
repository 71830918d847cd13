/**
 * One client's copy of one text, kept up to date: what has changed since it was last told, as one change, whenever the
 * connection can take it. Nothing queues up behind a slow client but a number.
 *
 * @module
 */

import type { BufferEvent, TextChange } from "../../core/ports/text_editing.ts";
import type { OpenText, TextListener } from "./desk.ts";
import { type Notifications, toWire } from "./protocol.ts";
import { fromDelta } from "./text_changes.ts";

/** Sends a notification. */
export type Tell = <M extends keyof Notifications>(method: M, params: Notifications[M]) => void;

export class Follow implements Disposable {
  readonly #text: OpenText;
  readonly #tell: Tell;
  readonly #wake: () => void;
  readonly #listener: TextListener;
  /** The revision of the client's copy, once everything sent has arrived. */
  #sent: number;
  /** The one change since then; undefined where there were several. */
  #only: readonly TextChange[] | undefined;
  #authors = new Set<string>();
  #hold: { release(): void } | undefined;
  #presenceChanged = false;

  /** @param wake is called when there is something new to tell; then call `bring`, as at the start. */
  constructor(text: OpenText, since: number, tell: Tell, wake: () => void) {
    this.#text = text;
    this.#tell = tell;
    this.#wake = wake;
    this.#sent = since;
    this.#listener = (event) => this.#heard(event);
    text.listeners.add(this.#listener);
  }

  /** Sends what has changed since it was last sent, if anything has. */
  bring(): void {
    this.#bringChanges();
    if (!this.#presenceChanged) return;
    this.#presenceChanged = false;
    const event = { kind: "presence", present: this.#text.notes.places.present() };
    this.#tell("text/event", { buffer: this.#text.id, event });
  }

  [Symbol.dispose](): void {
    this.#text.listeners.delete(this.#listener);
    this.#hold?.release();
    this.#hold = undefined;
  }

  #bringChanges(): void {
    const { buffer, id } = this.#text;
    const since = this.#sent;
    if (since === buffer.revision) return;
    const { revision } = buffer;
    this.#sent = revision;
    const changes = this.#only ?? this.#composed(since);
    const authors = [...this.#authors];
    this.#only = undefined;
    this.#authors.clear();
    this.#hold?.release();
    this.#hold = undefined;
    if (changes === undefined) this.#tell("text/reset", { buffer: id, revision });
    else this.#tell("text/changed", { buffer: id, since, revision, changes: toWire(changes), authors });
  }

  #composed(since: number): readonly TextChange[] | undefined {
    try {
      return fromDelta(this.#text.buffer.document.changesSince(since));
    } catch {
      return undefined;
    }
  }

  #heard(event: BufferEvent): void {
    if (event.kind === "presence") {
      this.#presenceChanged = true;
      this.#wake();
      return;
    }
    if (event.kind !== "changed") {
      this.bring();
      this.#tell("text/event", { buffer: this.#text.id, event });
      return;
    }
    if (event.since === this.#sent) {
      this.#only = event.changes;
      this.#hold ??= this.#text.buffer.document.hold(event.since);
      this.#wake();
    } else {
      this.#only = undefined;
    }
    for (const author of event.authors) this.#authors.add(author);
  }
}
