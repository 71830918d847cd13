/**
 * Texts that a person, agents and plugins edit at once.
 *
 * Offsets are UTF-16 units. Every change of a text makes one revision: 0, 1, 2, … Whoever edits names the revision they
 * saw; the change is brought to the newest text and everyone hears of it. Four narrow ports over the same texts: editing,
 * presence, marks, and what agents propose.
 *
 * @module
 */

import type { AuthorId, BufferId } from "../ids.ts";
import type { Result } from "../result.ts";

/** `from` up to, not including, `to`. */
export interface TextRange {
  readonly from: number;
  readonly to: number;
}

/** A range becomes `insert`. Several of one edit ascend, do not overlap, and speak of the text before all of them. */
export interface TextChange extends TextRange {
  readonly insert: string;
}

/** What to open: a file, or a text without one. */
export type TextSource =
  | {
    readonly file: string;
    readonly encoding?: string;
    readonly mustExist?: boolean;
    /** True: not even its folder need be there, which is wanted when it is saved. */
    readonly mayLackFolder?: boolean;
  }
  | { readonly text: string };

export interface BufferInfo {
  readonly buffer: BufferId;
  readonly revision: number;
  readonly length: number;
  /** The file's one name; undefined for a text without a file. */
  readonly file: string | undefined;
  readonly encoding: string;
  readonly lineEnding: "\n" | "\r\n" | "\r";
  readonly readOnly: boolean;
  /** True where the text is not what is in the file, also where an earlier process died before it was saved. */
  readonly unsaved: boolean;
}

export interface TextRead {
  readonly revision: number;
  readonly text: string;
}

export interface TextEdit {
  /** The revision that `changes` speak of. */
  readonly revision: number;
  readonly changes: readonly TextChange[];
  readonly author: AuthorId;
  /** Edits of one author that are one step of undo carry one name; without a name each is its own. */
  readonly step?: string;
  /** Edits of one agent's run, in any buffers, that are reviewed, accepted and undone as one. */
  readonly changeSet?: string;
}

/** What an edit came to. */
export interface Edited {
  /** The revision that it made. */
  readonly revision: number;
  /** From the text of the revision before. Empty where others had already done it. */
  readonly changes: readonly TextChange[];
}

/** `unknown-revision`: too long ago, propose it instead; `bad-range`: not in the text of that revision, or inside a pair. */
export type EditRefusal = "unknown-revision" | "bad-range";

export interface SaveOptions {
  /** Save as this file from now on. */
  readonly file?: string;
  readonly encoding?: string;
  /** Also where someone else has written to the file. */
  readonly overwrite?: boolean;
}

/** Which revision is in the file now. */
export interface Saved {
  readonly file: string;
  readonly revision: number;
}

/** `changed-outside`: someone else has written to the file; `read-only`: nobody may. */
export type SaveRefusal = "changed-outside" | "read-only";

/** What listeners are told, in the order in which it happened. */
export type BufferEvent =
  /** One or several revisions at once; `changes` lead from the text of `since` to that of `revision`. */
  | {
    readonly kind: "changed";
    readonly since: number;
    readonly revision: number;
    readonly changes: readonly TextChange[];
    readonly authors: readonly AuthorId[];
  }
  | { readonly kind: "saved"; readonly file: string; readonly revision: number }
  /** The file was changed by someone else: its text is in the buffer, or contradicts it, or the file is gone. */
  | { readonly kind: "file"; readonly state: "reloaded" | "conflict" | "deleted" }
  | { readonly kind: "presence"; readonly present: readonly Presence[] }
  /** What waits of a change set, or what was decided about it, is another. */
  | { readonly kind: "reviewed"; readonly changeSet: string }
  | { readonly kind: "closed" };

export interface TextEditingPort {
  /**
   * Opens a text. A file that is open is the same buffer, by whatever path; each open is matched by one close.
   * @throws SymphonyError `not-found` | `permission` | `bad-input` | `unsupported` (binary, too large) | `io`
   */
  open(source: TextSource): Promise<BufferInfo>;
  /**
   * Lets go of a buffer; with the last holder it closes. What was not saved is kept and comes back when the file is opened
   * again, unless `discard`. @throws SymphonyError `not-found` where it is not open
   */
  close(buffer: BufferId, options?: { readonly discard?: boolean }): Promise<void>;
  /**
   * The text, or a part of it, newest or at a revision. Whoever has edited reads what they wrote.
   * @throws SymphonyError `not-found` for a buffer, revision or range that is not there
   */
  read(buffer: BufferId, at?: { readonly revision?: number; readonly range?: TextRange }): Promise<TextRead>;
  /** Edits; when this resolves, no death of a process takes the edit back. @throws SymphonyError `not-found` | `disk-full` */
  edit(buffer: BufferId, edit: TextEdit): Promise<Result<Edited, EditRefusal>>;
  /** Takes back the author's newest step; edits of others stay. Undefined where there is none. */
  undo(buffer: BufferId, author: AuthorId): Promise<Edited | undefined>;
  /** Does again what the author has undone last; undefined where there is nothing. */
  redo(buffer: BufferId, author: AuthorId): Promise<Edited | undefined>;
  /**
   * Writes the newest text to its file; when this resolves it is on the disk, and on a fault the old file is as it was.
   * @throws SymphonyError `bad-input` (no file yet) | `busy` (that file is another buffer) | `disk-full` | `permission` |
   * `unsupported` (a character that the encoding lacks) | `io`
   */
  save(buffer: BufferId, options?: SaveOptions): Promise<Result<Saved, SaveRefusal>>;
  /** Calls `listener` with everything from now on; the result ends it. Revisions may come several at once. */
  subscribe(buffer: BufferId, listener: (event: BufferEvent) => void): () => void;
}

/** Where an author is; `head` is the end that moves. */
export interface Presence {
  readonly author: AuthorId;
  readonly selections: readonly { readonly anchor: number; readonly head: number }[];
}

export interface TextPresencePort {
  /** Says where an author is in the text of `revision`; no selections: gone. The places move with the text from then on. */
  announce(buffer: BufferId, revision: number, presence: Presence): Promise<void>;
  /** Who is where in the newest text. */
  present(buffer: BufferId): Promise<readonly Presence[]>;
}

/** A place that moves with the text, as `mark` has named it. */
export type MarkId = number;

export interface TextMarkPort {
  /**
   * Marks a range of the text of `revision`. Text inserted at its edges is outside, or inside where `grows`.
   * @throws SymphonyError `not-found` where revision or range is not known
   */
  mark(buffer: BufferId, revision: number, range: TextRange, grows?: boolean): Promise<MarkId>;
  /** Where the mark is in the newest text; undefined once it was removed. */
  place(buffer: BufferId, mark: MarkId): Promise<(TextRange & { readonly revision: number }) | undefined>;
  /** Removes a mark; repeating is harmless. */
  unmark(buffer: BufferId, mark: MarkId): Promise<void>;
  /** Calls `listener` after each change that touches the marked range; the result ends it. */
  watch(buffer: BufferId, mark: MarkId, listener: (range: TextRange, revision: number) => void): () => void;
}

/** A finished text that an author made from an older one, whenever that was. */
export interface Proposal {
  /** What it was made from: a revision, or the text itself where the revision may be gone. */
  readonly base: number | string;
  readonly text: string;
  readonly author: AuthorId;
  readonly changeSet?: string;
  /**
   * What becomes of it where it contradicts the newest text: `refuse` (the default) changes nothing; `ask` takes the rest and lets
   * the contradicting places wait, as part of its change set, until somebody decides.
   */
  readonly contradictions?: "refuse" | "ask";
}

/** What a proposal came to. */
export interface Proposed extends Edited {
  /** How many contradicting places of its change set wait in this text. */
  readonly waiting: number;
}

/** A place where the newest text and the proposal changed the same words differently. */
export interface TextConflict {
  /** In the newest text. */
  readonly range: TextRange;
  readonly base: string;
  readonly current: string;
  readonly proposed: string;
}

/** A place of a change set that contradicts what others did meanwhile. The text has their side until somebody decides. */
export interface WaitingConflict extends TextConflict {
  /** Names it in its text. */
  readonly id: string;
  readonly proposedBy: AuthorId;
  /** Who changed the place since the proposal's base was read; empty where that is too long ago to be known. */
  readonly currentBy: readonly AuthorId[];
}

/**
 * What somebody decides about one place: `accept` takes what the set has, `reject` what others have. For a contradiction also
 * `both`, theirs before the set's, and `own`, a text of their own.
 */
export type PlaceAnswer = "accept" | "reject" | "both" | "own";

export interface PlaceDecision {
  /** Chosen by whoever decides; a decision that is asked for again under its name is made once. */
  readonly id: string;
  readonly changeSet: string;
  /** Who decides. */
  readonly author: AuthorId;
  /** The revision that `place` speaks of. */
  readonly revision: number;
  /** One of the review's `undo`, or the id of one of its conflicts. */
  readonly place: TextChange | string;
  readonly answer: PlaceAnswer;
  /** For `own`. */
  readonly text?: string;
}

/** A place that was decided about. */
export interface DecidedPlace {
  readonly id: string;
  readonly changeSet: string;
  readonly author: AuthorId;
  readonly answer: PlaceAnswer;
  readonly isConflict: boolean;
  /** What stood there without the set, what the set wanted, and what came of it; the first 2,000 units of each. */
  readonly before: string;
  readonly proposed: string;
  readonly after: string;
  /** Who else had changed the place before it was decided. */
  readonly others: readonly AuthorId[];
}

/** `gone`: the place is no longer as it was, or was decided about; `bad-answer`: not an answer for that kind of place. */
export type DecisionRefusal = "unknown-revision" | "gone" | "bad-answer";

/** Edits of one run, over all buffers. */
export interface ChangeSetReview {
  readonly changeSet: string;
  readonly buffers: readonly {
    readonly buffer: BufferId;
    readonly file: string | undefined;
    readonly revision: number;
    /** What taking back the places that wait would do to the newest text. */
    readonly undo: readonly TextChange[];
    readonly conflicts: readonly WaitingConflict[];
  }[];
}

export interface TextProposalPort {
  /**
   * Merges a proposal into the newest text; where it contradicts, changes nothing and gives those places with both sides, or, with
   * `contradictions: "ask"`, merges the rest and lets them wait. @throws SymphonyError `bad-input` for `ask` without a change set
   */
  propose(buffer: BufferId, proposal: Proposal): Promise<Result<Proposed, readonly TextConflict[]>>;
  /** The change sets that nobody has accepted or undone yet. */
  changeSets(): Promise<readonly string[]>;
  /** What a set has changed. @throws SymphonyError `not-found` */
  review(changeSet: string): Promise<ChangeSetReview>;
  /**
   * Decides about one place. With its last place a set is no longer listed. Rejecting, and deciding a contradiction, is a step of
   * whoever's text is put in: the decider's, or the proposer's for `accept` and `both`.
   */
  decide(buffer: BufferId, decision: PlaceDecision): Promise<Result<DecidedPlace, DecisionRefusal>>;
  /** Takes a decision back: the place waits again. False where it is not known, or was taken back. */
  reopen(buffer: BufferId, decision: string, author: AuthorId): Promise<boolean>;
  /** What was decided in a text, oldest first; the last 200. */
  decisions(buffer: BufferId): Promise<readonly DecidedPlace[]>;
  /**
   * Takes what waits of a set as it is, but for its contradictions: they go on waiting. Without any it is no longer listed.
   * @throws SymphonyError `not-found`
   */
  accept(changeSet: string): Promise<void>;
  /** Takes what waits of a set back, in every buffer, and forgets its contradictions; later edits of others stay. @throws SymphonyError `not-found` */
  undoChangeSet(changeSet: string): Promise<void>;
}

/** All four, over the same texts. */
export interface TextPorts {
  readonly editing: TextEditingPort;
  readonly presence: TextPresencePort;
  readonly marks: TextMarkPort;
  readonly proposals: TextProposalPort;
}
