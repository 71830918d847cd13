/**
 * TextEditingPort and its companions over an editor process, with a copy of each open text on this side.
 *
 * @module
 */

import { type AuthorId, type BufferId, bufferId } from "../../core/ids.ts";
import { SymphonyError } from "../../core/errors.ts";
import type { LanguagePort } from "../../core/ports/language.ts";
import type { StructurePort } from "../../core/ports/structure.ts";
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
import { err, ok, type Result } from "../../core/result.ts";
import {
  type BeginResult,
  fromWire,
  type Notifications,
  type Resume,
  toWire,
  type WireChange,
} from "../revision/protocol.ts";
import { readRope } from "../revision/read_rope.ts";
import { EditorLink, type LinkOptions } from "./editor_link.ts";
import { Mirror } from "./mirror.ts";
import { RemoteLanguage } from "./remote_language.ts";
import { RemoteStructure } from "./remote_structure.ts";
import type { EditorSource } from "./editor_source.ts";

interface WireEdited {
  readonly revision: number;
  readonly changes: readonly WireChange[];
}

/** All four ports over the editors of a source, which goes with it. */
export class RemoteTextPorts implements TextPorts, AsyncDisposable {
  readonly editing: TextEditingPort;
  readonly presence: TextPresencePort;
  readonly marks: TextMarkPort;
  readonly proposals: TextProposalPort;
  readonly language: LanguagePort;
  readonly structure: StructurePort;
  readonly #link: EditorLink;

  private constructor(link: EditorLink, copies: Copies, language: RemoteLanguage) {
    this.language = language;
    this.structure = new RemoteStructure(link);
    this.#link = link;
    const seq = new Sequence();
    this.editing = new RemoteTextEditing(link, copies, seq);
    this.presence = new RemotePresence(link);
    this.marks = new RemoteMarks(link, copies);
    this.proposals = new RemoteProposals(link, copies, seq);
  }

  /** Starts an editor. @throws SymphonyError where none can be started */
  static async open(source: EditorSource, options: LinkOptions = {}): Promise<RemoteTextPorts> {
    const copies = new Copies();
    const language = new RemoteLanguage({ request: (method, params) => link.request(method, params) });
    copies.language = language;
    const link: EditorLink = await EditorLink.open(source, copies, options);
    copies.link = link;
    return new RemoteTextPorts(link, copies, language);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#link[Symbol.asyncDispose]();
  }
}

/** Numbers edits, so that one which is asked twice is done once. */
class Sequence {
  #last = 0;
  next(): number {
    return ++this.#last;
  }
}

/** The copies of all open texts, kept up to date by what the editor tells. */
class Copies {
  readonly #mirrors = new Map<number, Mirror>();
  /** Copies that are being read anew, and the newest revision they were told of. */
  readonly #reading = new Map<Mirror, number>();
  link: EditorLink | undefined;
  language: RemoteLanguage | undefined;

  get(id: BufferId): Mirror | undefined {
    return this.#mirrors.get(id);
  }

  /** @throws SymphonyError `not-found` */
  need(id: BufferId): Mirror {
    const mirror = this.#mirrors.get(id);
    if (mirror === undefined) {
      throw new SymphonyError("not-found", `Cannot find buffer ${id}: it is not open`);
    }
    return mirror;
  }

  opened({ buffer, revision, file }: BufferInfo, text: string | undefined, stamp: string | undefined): void {
    const known = this.#mirrors.get(buffer);
    if (known !== undefined) {
      known.opens++;
      return;
    }
    const origin = file === undefined ? {} : stamp === undefined ? { file } : { file, stamp };
    this.#mirrors.set(buffer, new Mirror(buffer, revision, text, origin));
  }

  closed(id: BufferId): void {
    const mirror = this.#mirrors.get(id);
    if (mirror !== undefined && --mirror.opens <= 0) this.#mirrors.delete(id);
  }

  notification(method: string, params: unknown): void {
    if (this.language?.notification(method, params) === true) return;
    const { buffer } = params as { buffer: number };
    const mirror = this.#mirrors.get(buffer);
    if (mirror === undefined) return;
    switch (method) {
      case "text/changed": {
        const { since, revision, changes, authors } = params as Notifications["text/changed"];
        // A copy that was read anew may have more than what is told of.
        if (revision <= mirror.revision || mirror.change(since, revision, fromWire(changes), authors)) return;
        this.#readAgain(mirror, revision);
        return;
      }
      case "text/reset":
        this.#readAgain(mirror, (params as Notifications["text/reset"]).revision, true);
        return;
      case "text/event": {
        const event = (params as Notifications["text/event"]).event as BufferEvent;
        if (event.kind === "closed") this.#mirrors.delete(buffer);
        mirror.tell(event);
        return;
      }
      case "text/touched": {
        const { mark, range, revision } = params as Notifications["text/touched"];
        for (const listener of [...mirror.watches.get(mark) ?? []]) listener(range, revision);
        return;
      }
    }
  }

  resume(): readonly Resume[] {
    return [...this.#mirrors.values()].map(({ id, opens, revision, watches, origin }) => ({
      buffer: id,
      opens,
      revision,
      watches: [...watches.keys()],
      ...origin,
    }));
  }

  resumed(resumed: BeginResult["resumed"], asked: readonly Resume[]): void {
    this.language?.resumed();
    for (const [at, { buffer }] of asked.entries()) {
      if (resumed[at] !== null && resumed[at] !== undefined) continue;
      this.#mirrors.get(buffer)?.tell({ kind: "closed" });
      this.#mirrors.delete(buffer);
    }
  }

  /** Brings a copy up to date that has lost its place: reads until it has everything that was told meanwhile. */
  async #readAgain(mirror: Mirror, told: number, isReset = false): Promise<void> {
    const isReading = this.#reading.has(mirror);
    this.#reading.set(mirror, Math.max(told, this.#reading.get(mirror) ?? 0));
    if (isReading) return;
    try {
      do {
        const isCopy = mirror.rope !== undefined;
        const params = isCopy ? { buffer: mirror.id } : { buffer: mirror.id, range: { from: 0, to: 0 } };
        const { revision, text } = await this.link?.request("text/read", params) as TextRead;
        if (revision > mirror.revision || isReset) mirror.replace(revision, isCopy ? text : undefined);
      } while (mirror.revision < (this.#reading.get(mirror) ?? 0));
    } catch {
      // It was closed meanwhile.
    } finally {
      this.#reading.delete(mirror);
    }
  }
}

class RemoteTextEditing implements TextEditingPort {
  readonly #link: EditorLink;
  readonly #copies: Copies;
  readonly #seq: Sequence;

  constructor(link: EditorLink, copies: Copies, seq: Sequence) {
    this.#link = link;
    this.#copies = copies;
    this.#seq = seq;
  }

  async open(source: TextSource): Promise<BufferInfo> {
    const answer = await this.#link.request("text/open", source) as BufferInfo & {
      readonly text: string | null;
      readonly stamp?: string;
    };
    const { text, stamp, file, ...rest } = answer;
    // JSON has no undefined: the member is left out on the way.
    const info: BufferInfo = { ...rest, buffer: bufferId(rest.buffer), file };
    this.#copies.opened(info, text ?? undefined, stamp);
    return info;
  }

  async close(buffer: BufferId, options: { readonly discard?: boolean } = {}): Promise<void> {
    await this.#link.request("text/close", { buffer, ...options }, isGone);
    this.#copies.closed(buffer);
  }

  async read(
    buffer: BufferId,
    at: { readonly revision?: number; readonly range?: TextRange } = {},
  ): Promise<TextRead> {
    const mirror = this.#copies.get(buffer);
    if (mirror?.rope !== undefined && (at.revision === undefined || at.revision === mirror.revision)) {
      return { revision: mirror.revision, text: readRope(buffer, mirror.rope, at.range) };
    }
    return await this.#link.request("text/read", { buffer, ...at }) as TextRead;
  }

  async edit(buffer: BufferId, edit: TextEdit): Promise<Result<Edited, EditRefusal>> {
    const params = { ...edit, buffer, changes: toWire(edit.changes), seq: this.#seq.next() };
    const answer = await this.#link.request("text/edit", params) as WireEdited & Result<never, EditRefusal>;
    if (!answer.ok) return err(answer.error);
    return ok(await this.#seen(buffer, answer));
  }

  undo(buffer: BufferId, author: AuthorId): Promise<Edited | undefined> {
    return this.#step("text/undo", buffer, author);
  }

  redo(buffer: BufferId, author: AuthorId): Promise<Edited | undefined> {
    return this.#step("text/redo", buffer, author);
  }

  async save(buffer: BufferId, options: SaveOptions = {}): Promise<Result<Saved, SaveRefusal>> {
    return await this.#link.request("text/save", { buffer, ...options }) as Result<Saved, SaveRefusal>;
  }

  subscribe(buffer: BufferId, listener: (event: BufferEvent) => void): () => void {
    return this.#copies.need(buffer).listen(listener);
  }

  async #step(method: string, buffer: BufferId, author: AuthorId): Promise<Edited | undefined> {
    const answer = await this.#link.request(method, { buffer, author, seq: this.#seq.next() });
    return answer === null ? undefined : await this.#seen(buffer, answer as WireEdited);
  }

  async #seen(buffer: BufferId, { revision, changes }: WireEdited): Promise<Edited> {
    const behind = this.#copies.get(buffer)?.reached(revision);
    if (behind !== undefined) await behind;
    return { revision, changes: fromWire(changes) };
  }
}

class RemotePresence implements TextPresencePort {
  readonly #link: EditorLink;

  constructor(link: EditorLink) {
    this.#link = link;
  }

  async announce(buffer: BufferId, revision: number, { author, selections }: Presence): Promise<void> {
    await this.#link.request("text/announce", { buffer, revision, author, selections });
  }

  async present(buffer: BufferId): Promise<readonly Presence[]> {
    return await this.#link.request("text/present", { buffer }) as readonly Presence[];
  }
}

class RemoteMarks implements TextMarkPort {
  readonly #link: EditorLink;
  readonly #copies: Copies;

  constructor(link: EditorLink, copies: Copies) {
    this.#link = link;
    this.#copies = copies;
  }

  async mark(buffer: BufferId, revision: number, range: TextRange, grows = false): Promise<MarkId> {
    return await this.#link.request("text/mark", { buffer, revision, range, grows }) as MarkId;
  }

  async place(
    buffer: BufferId,
    mark: MarkId,
  ): Promise<(TextRange & { readonly revision: number }) | undefined> {
    const place = await this.#link.request("text/place", { buffer, mark });
    return place === null ? undefined : place as TextRange & { readonly revision: number };
  }

  async unmark(buffer: BufferId, mark: MarkId): Promise<void> {
    await this.#link.request("text/unmark", { buffer, mark });
  }

  watch(buffer: BufferId, mark: MarkId, listener: (range: TextRange, revision: number) => void): () => void {
    const { watches } = this.#copies.need(buffer);
    const listeners = watches.get(mark) ?? new Set();
    if (listeners.size === 0) this.#link.notify("text/watch", { buffer, mark });
    watches.set(mark, listeners.add(listener));
    return () => {
      if (!listeners.delete(listener) || listeners.size > 0) return;
      watches.delete(mark);
      this.#link.notify("text/unwatch", { buffer, mark });
    };
  }
}

class RemoteProposals implements TextProposalPort {
  readonly #link: EditorLink;
  readonly #copies: Copies;
  readonly #seq: Sequence;

  constructor(link: EditorLink, copies: Copies, seq: Sequence) {
    this.#link = link;
    this.#copies = copies;
    this.#seq = seq;
  }

  async propose(
    buffer: BufferId,
    { base, ...proposal }: Proposal,
  ): Promise<Result<Proposed, readonly TextConflict[]>> {
    const from = typeof base === "number" ? { baseRevision: base } : { baseText: base };
    const params = { ...proposal, ...from, buffer, seq: this.#seq.next() };
    const answer = await this.#link.request("text/propose", params) as
      | WireEdited & { readonly ok: true; readonly waiting: number }
      | { readonly ok: false; readonly conflicts: readonly TextConflict[] };
    if (!answer.ok) return err(answer.conflicts);
    const { revision, changes, waiting } = answer;
    await this.#copies.get(buffer)?.reached(revision);
    return ok({ revision, changes: fromWire(changes), waiting });
  }

  async changeSets(): Promise<readonly string[]> {
    return await this.#link.request("changes/list", {}) as readonly string[];
  }

  async review(changeSet: string): Promise<ChangeSetReview> {
    return await this.#link.request("changes/review", { changeSet }) as ChangeSetReview;
  }

  async decide(
    buffer: BufferId,
    { place, ...decision }: PlaceDecision,
  ): Promise<Result<DecidedPlace, DecisionRefusal>> {
    const at = typeof place === "string" ? { conflict: place } : { changes: toWire([place]) };
    const answer = await this.#link.request("changes/decide", { ...decision, ...at, buffer }) as
      | { readonly ok: true; readonly value: DecidedPlace; readonly textRevision: number }
      | { readonly ok: false; readonly error: DecisionRefusal };
    if (!answer.ok) return err(answer.error);
    await this.#copies.get(buffer)?.reached(answer.textRevision);
    return ok(answer.value);
  }

  async reopen(buffer: BufferId, decision: string, author: AuthorId): Promise<boolean> {
    const answer = await this.#link.request("changes/reopen", { buffer, decision, author });
    const { isOpen, textRevision } = answer as { readonly isOpen: boolean; readonly textRevision: number };
    await this.#copies.get(buffer)?.reached(textRevision);
    return isOpen;
  }

  async decisions(buffer: BufferId): Promise<readonly DecidedPlace[]> {
    return await this.#link.request("changes/decisions", { buffer }) as readonly DecidedPlace[];
  }

  async accept(changeSet: string): Promise<void> {
    await this.#link.request("changes/accept", { changeSet }, isGone);
  }

  async undoChangeSet(changeSet: string): Promise<void> {
    const revisions = await this.#link.request("changes/undo", { changeSet }, isGone);
    for (const { buffer, revision } of revisions as { buffer: BufferId; revision: number }[] ?? []) {
      await this.#copies.get(buffer)?.reached(revision);
    }
  }
}

/** Asked again, "not there" means that the first time has done it. */
function isGone(error: SymphonyError): boolean {
  return error.code === "not-found";
}
