/**
 * Keeps one plugin up to date about one buffer: updates that it acknowledges, and the revisions that stay usable until it does.
 *
 * Invariants: Y1. every revision told to the plugin and not yet overtaken by an acknowledgement is held, so what it says about one can
 * be carried over to the newest; Y2. no more than `WINDOW` updates wait for an answer: further changes become one update when it answers; Y3. a
 * plugin that does not answer for `PATIENCE_MS` is told nothing more until it says something, and then everything anew.
 *
 * @module
 */

import type { Buffer, BufferChange } from "../buffers.ts";
import type { Hold } from "../text/document.ts";
import type { EditKind } from "../undo_groups.ts";
import type { UpdateMessage } from "./messages.ts";

const WINDOW = 32;
const PATIENCE_MS = 30_000;

/** What changed while the window was full. */
interface Backlog {
  kind: EditKind;
  author: string;
  group: number;
}

export class BufferSync {
  readonly buffer: Buffer;
  /** How the plugin calls the buffer. */
  readonly viewId: string;
  readonly #send: (message: UpdateMessage) => number;
  readonly #now: () => number;
  readonly #unanswered = new Map<number, Hold>();
  #current: Hold;
  #told: number;
  #backlog: Backlog | undefined;
  #heardAt: number;
  #isDeaf = false;

  /** @param send gives the number of the request */
  constructor(buffer: Buffer, viewId: string, send: (message: UpdateMessage) => number, now: () => number) {
    this.buffer = buffer;
    this.viewId = viewId;
    this.#send = send;
    this.#now = now;
    this.#current = buffer.document.hold();
    this.#told = buffer.revision;
    this.#heardAt = now();
  }

  /** Whether the plugin has been given up and must be told everything anew. */
  get isDeaf(): boolean {
    return this.#isDeaf;
  }

  /** Tells of a revision, now or later. */
  edited({ delta, before, after, revision, group, kind, author }: BufferChange): void {
    if (this.#isDeaf) return;
    if (this.#backlog !== undefined || this.#unanswered.size >= WINDOW) {
      this.#backlog = this.#backlog === undefined ? { kind, author, group } : {
        kind: this.#backlog.kind === kind ? kind : "other",
        author: this.#backlog.author === author ? author : "",
        group,
      };
      if (this.#now() - this.#heardAt > PATIENCE_MS) this.#giveUp();
      return;
    }
    if (this.#unanswered.size === 0) this.#heardAt = this.#now();
    this.#tell({ type: "update", viewId: this.viewId, delta, before, after, revision, group, kind, author });
  }

  /** The plugin has answered a request; false where it was none of these. */
  answered(id: number): boolean {
    const hold = this.#unanswered.get(id);
    if (hold === undefined) return false;
    this.#unanswered.delete(id);
    this.#heardAt = this.#now();
    if (hold.revision >= this.#current.revision) {
      this.#current.release();
      this.#current = hold;
    } else hold.release();
    if (this.#backlog !== undefined && this.#unanswered.size < WINDOW / 2) this.#catchUp(this.#backlog);
    return true;
  }

  /** Lets go of everything held. */
  dispose(): void {
    this.#current.release();
    for (const hold of this.#unanswered.values()) hold.release();
    this.#unanswered.clear();
  }

  #catchUp(backlog: Backlog): void {
    this.#backlog = undefined;
    const { document, revision, text } = this.buffer;
    const before = document.textAt(this.#told);
    const delta = document.changesSince(this.#told);
    this.#tell({ type: "update", viewId: this.viewId, delta, before, after: text, revision, ...backlog });
  }

  #tell(message: UpdateMessage): void {
    const hold = this.buffer.document.hold(message.revision);
    this.#told = message.revision;
    this.#unanswered.set(this.#send(message), hold);
  }

  #giveUp(): void {
    this.#isDeaf = true;
    this.dispose();
  }
}
