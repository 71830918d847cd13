/**
 * A client's copy of one text in the editor process: reads need no message, and listeners hear of changes in order.
 *
 * Invariants: M1. `rope` is the text at `revision`; M2. revisions only grow, but for what was never acknowledged and died with
 * an editor; M3. a listener that throws hurts nobody else.
 *
 * @module
 */

import type { BufferId } from "../../core/ids.ts";
import type { BufferEvent, MarkId, TextChange, TextRange } from "../../core/ports/text_editing.ts";
import { replacement } from "../files/replacement.ts";
import { fromDelta } from "../revision/text_changes.ts";
import { Delta } from "../text/delta.ts";
import { Rope } from "../text/rope.ts";

export class Mirror {
  readonly id: BufferId;
  /** How often the client has it open. */
  opens = 1;
  /** The file and its state that the text of revision 0 was read from. */
  readonly origin: { readonly file?: string; readonly stamp?: string };
  readonly watches = new Map<MarkId, Set<(range: TextRange, revision: number) => void>>();
  readonly #listeners = new Set<(event: BufferEvent) => void>();
  #waiting: { readonly revision: number; readonly reached: () => void }[] = [];
  #revision: number;
  #rope: Rope | undefined;

  /** @param text undefined where it is too long to be kept here. */
  constructor(
    id: BufferId,
    revision: number,
    text: string | undefined,
    origin: { readonly file?: string; readonly stamp?: string } = {},
  ) {
    this.id = id;
    this.origin = origin;
    this.#revision = revision;
    this.#rope = text === undefined ? undefined : Rope.of(text);
  }

  get revision(): number {
    return this.#revision;
  }

  /** The text; undefined where it is too long to be kept here. */
  get rope(): Rope | undefined {
    return this.#rope;
  }

  /** Undefined where the copy is as new as `revision`, else a promise of when it is. */
  reached(revision: number): Promise<void> | undefined {
    if (revision <= this.#revision) return undefined;
    return new Promise((reached) => this.#waiting.push({ revision, reached }));
  }

  /** Takes over a change that the editor tells; false where it does not follow on the copy. */
  change(
    since: number,
    revision: number,
    changes: readonly TextChange[],
    authors: readonly string[],
  ): boolean {
    if (since !== this.#revision) return false;
    if (this.#rope !== undefined) this.#rope = Delta.of(this.#rope.length, changes).apply(this.#rope);
    this.#moveTo(revision);
    this.tell({ kind: "changed", since, revision, changes, authors: authors as never });
    return true;
  }

  /** Takes over a whole text. */
  replace(revision: number, text: string | undefined): void {
    const [since, before] = [this.#revision, this.#rope];
    this.#rope = text === undefined ? undefined : Rope.of(text);
    this.#moveTo(revision);
    if (before === undefined || this.#rope === undefined) return;
    const delta = replacement(before, this.#rope);
    if (!delta.isIdentity) {
      this.tell({ kind: "changed", since, revision, changes: fromDelta(delta), authors: [] });
    }
  }

  listen(listener: (event: BufferEvent) => void): () => void {
    const own = (event: BufferEvent) => listener(event);
    this.#listeners.add(own);
    return () => this.#listeners.delete(own);
  }

  tell(event: BufferEvent): void {
    for (const listener of [...this.#listeners]) {
      try {
        listener(event);
      } catch (error) {
        reportError(error);
      }
    }
  }

  #moveTo(revision: number): void {
    this.#revision = revision;
    if (this.#waiting.length === 0) return;
    const waiting = this.#waiting;
    this.#waiting = waiting.filter((each) => each.revision > revision);
    for (const each of waiting) if (each.revision <= revision) each.reached();
  }
}
