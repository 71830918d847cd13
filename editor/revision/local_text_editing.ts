/**
 * TextEditingPort and its companions over the texts of this process.
 *
 * @module
 */

import type { AuthorId, BufferId } from "../../core/ids.ts";
import { SymphonyError } from "../../core/errors.ts";
import type {
  BufferEvent,
  BufferInfo,
  ChangeSetReview,
  DecidedPlace,
  DecisionRefusal,
  Edited,
  EditRefusal,
  MarkId,
  PlaceDecision,
  Presence,
  Proposal,
  Proposed,
  Saved,
  SaveOptions,
  SaveRefusal,
  TextConflict,
  TextEdit,
  TextEditingPort,
  TextMarkPort,
  TextPorts,
  TextPresencePort,
  TextProposalPort,
  TextRange,
  TextRead,
  TextSource,
} from "../../core/ports/text_editing.ts";
import type { Result } from "../../core/result.ts";
import type { BufferHold } from "../buffers.ts";
import { accept, changeSets, review, undoChangeSet } from "./change_sets.ts";
import { decide, reopen } from "./decide.ts";
import type { Desk, MarkListener } from "./desk.ts";
import { openText, saveText } from "./desk_files.ts";
import { propose } from "./propose.ts";

/** All four ports over the texts of `desk`; buffers that are open when it is disposed are let go. */
export class LocalTextPorts implements TextPorts, Disposable {
  readonly editing: TextEditingPort;
  readonly presence: TextPresencePort;
  readonly marks: TextMarkPort;
  readonly proposals: TextProposalPort;
  readonly #editing: LocalTextEditing;

  constructor(desk: Desk) {
    this.editing = this.#editing = new LocalTextEditing(desk);
    this.presence = new LocalPresence(desk);
    this.marks = new LocalMarks(desk);
    this.proposals = new LocalProposals(desk);
  }

  [Symbol.dispose](): void {
    this.#editing[Symbol.dispose]();
  }
}

class LocalTextEditing implements TextEditingPort, Disposable {
  readonly #desk: Desk;
  readonly #holds = new Map<BufferId, BufferHold[]>();

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  async open(source: TextSource): Promise<BufferInfo> {
    const { text, hold } = await openText(this.#desk, source);
    const holds = this.#holds.get(text.id) ?? [];
    holds.push(hold);
    this.#holds.set(text.id, holds);
    await this.#desk.durable();
    return this.#desk.info(text);
  }

  async close(buffer: BufferId, options: { readonly discard?: boolean } = {}): Promise<void> {
    const hold = this.#holds.get(buffer)?.pop();
    if (hold === undefined) {
      throw new SymphonyError("not-found", `Cannot close buffer ${buffer}: it is not open here`);
    }
    this.#desk.letGo(this.#desk.text(buffer), hold, options.discard ?? false);
    await this.#desk.durable();
  }

  read(
    buffer: BufferId,
    at: { readonly revision?: number; readonly range?: TextRange } = {},
  ): Promise<TextRead> {
    return promised(() => this.#desk.read(this.#desk.text(buffer), at));
  }

  async edit(buffer: BufferId, edit: TextEdit): Promise<Result<Edited, EditRefusal>> {
    const result = this.#desk.edit(this.#desk.text(buffer), edit);
    await this.#desk.durable();
    return result;
  }

  undo(buffer: BufferId, author: AuthorId): Promise<Edited | undefined> {
    return this.#step(buffer, author, "undo");
  }

  redo(buffer: BufferId, author: AuthorId): Promise<Edited | undefined> {
    return this.#step(buffer, author, "redo");
  }

  async save(buffer: BufferId, options: SaveOptions = {}): Promise<Result<Saved, SaveRefusal>> {
    return await saveText(this.#desk, this.#desk.text(buffer), options);
  }

  subscribe(buffer: BufferId, listener: (event: BufferEvent) => void): () => void {
    const { listeners } = this.#desk.text(buffer);
    const own = (event: BufferEvent) => listener(event);
    listeners.add(own);
    return () => listeners.delete(own);
  }

  [Symbol.dispose](): void {
    for (const [id, holds] of this.#holds) {
      for (const hold of holds) this.#desk.letGo(this.#desk.text(id), hold, false);
    }
    this.#holds.clear();
  }

  async #step(buffer: BufferId, author: AuthorId, way: "undo" | "redo"): Promise<Edited | undefined> {
    const result = this.#desk.step(this.#desk.text(buffer), author, way);
    await this.#desk.durable();
    return result;
  }
}

class LocalPresence implements TextPresencePort {
  readonly #desk: Desk;

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  announce(buffer: BufferId, revision: number, presence: Presence): Promise<void> {
    return promised(() => this.#desk.announce(this.#desk.text(buffer), revision, presence));
  }

  present(buffer: BufferId): Promise<readonly Presence[]> {
    return promised(() => this.#desk.text(buffer).notes.places.present());
  }
}

class LocalMarks implements TextMarkPort {
  readonly #desk: Desk;

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  async mark(buffer: BufferId, revision: number, range: TextRange, grows = false): Promise<MarkId> {
    const mark = this.#desk.mark(this.#desk.text(buffer), revision, range, grows);
    await this.#desk.durable();
    return mark;
  }

  place(
    buffer: BufferId,
    mark: MarkId,
  ): Promise<(TextRange & { readonly revision: number }) | undefined> {
    return promised(() => {
      const text = this.#desk.text(buffer);
      const range = text.notes.places.at(mark);
      return range === undefined ? undefined : { ...range, revision: text.buffer.revision };
    });
  }

  unmark(buffer: BufferId, mark: MarkId): Promise<void> {
    return promised(() => this.#desk.unmark(this.#desk.text(buffer), mark));
  }

  watch(buffer: BufferId, mark: MarkId, listener: MarkListener): () => void {
    return this.#desk.watch(this.#desk.text(buffer), mark, listener);
  }
}

class LocalProposals implements TextProposalPort {
  readonly #desk: Desk;

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  async propose(buffer: BufferId, proposal: Proposal): Promise<Result<Proposed, readonly TextConflict[]>> {
    const result = propose(this.#desk, this.#desk.text(buffer), proposal);
    await this.#desk.durable();
    return result;
  }

  changeSets(): Promise<readonly string[]> {
    return promised(() => changeSets(this.#desk));
  }

  review(changeSet: string): Promise<ChangeSetReview> {
    return promised(() => review(this.#desk, changeSet));
  }

  async decide(buffer: BufferId, decision: PlaceDecision): Promise<Result<DecidedPlace, DecisionRefusal>> {
    const result = decide(this.#desk, this.#desk.text(buffer), decision);
    await this.#desk.durable();
    return result;
  }

  async reopen(buffer: BufferId, decision: string, author: AuthorId): Promise<boolean> {
    const isOpen = reopen(this.#desk, this.#desk.text(buffer), decision, author);
    await this.#desk.durable();
    return isOpen;
  }

  decisions(buffer: BufferId): Promise<readonly DecidedPlace[]> {
    return promised(() => this.#desk.text(buffer).notes.reviews.decisions());
  }

  async accept(changeSet: string): Promise<void> {
    accept(this.#desk, changeSet);
    await this.#desk.durable();
  }

  async undoChangeSet(changeSet: string): Promise<void> {
    undoChangeSet(this.#desk, changeSet);
    await this.#desk.durable();
  }
}

/** What is thrown on the spot, as a promise. */
function promised<T>(work: () => T): Promise<T> {
  return new Promise((resolve) => resolve(work()));
}
