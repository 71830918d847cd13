/**
 * What is known of open texts as programs: faults, completions, definitions, fixes. Where it comes from is not said here.
 *
 * Offsets are UTF-16 units, as in TextEditingPort. Whoever asks names the revision they see; places in answers are in the revision that
 * the answer names. Every question may be given up by its signal and settles in bounded time. All values are JSON.
 *
 * @module
 */

import type { AuthorId, BufferId } from "../ids.ts";
import type { Edited, TextChange, TextRange } from "./text_editing.ts";

/** What can be asked of a buffer; `LanguagePort.features` says which of them. */
export type LanguageFeature =
  | "diagnostics"
  | "completion"
  | "hover"
  | "signature"
  | "definition"
  | "declaration"
  | "typeDefinition"
  | "implementation"
  | "references"
  | "highlights"
  | "selectionRanges"
  | "symbols"
  | "workspaceSymbols"
  | "semanticTokens"
  | "folds"
  | "inlayHints"
  | "rename"
  | "codeActions"
  | "format"
  | "formatRange"
  | "formatOnType";

/** A place in a text as the one who asks sees it. */
export interface TextPlace {
  readonly buffer: BufferId;
  readonly revision: number;
  readonly offset: number;
}

/** A range in a text as the one who asks sees it. */
export interface TextPart {
  readonly buffer: BufferId;
  readonly revision: number;
  readonly range: TextRange;
}

export interface QuestionOptions {
  readonly signal?: AbortSignal;
}

/** Text for people. */
export interface Prose {
  readonly kind: "markdown" | "plaintext";
  readonly text: string;
}

export type Severity = "error" | "warning" | "information" | "hint";

export interface TextDiagnostic {
  readonly range: TextRange;
  readonly severity: Severity;
  readonly message: string;
  /** Who found it: `typescript`, `ruff`, … */
  readonly server: string;
  readonly source?: string;
  readonly code?: string;
  /** A page about the code. */
  readonly href?: string;
  /** Shown dimmed: nobody needs it. */
  readonly unnecessary: boolean;
  readonly deprecated: boolean;
}

export interface TextDiagnostics {
  readonly buffer: BufferId;
  readonly revision: number;
  readonly diagnostics: readonly TextDiagnostic[];
}

export interface Completion {
  /** Names the item towards `describe` and `take`. */
  readonly item: number;
  readonly label: string;
  readonly labelDetail?: string;
  readonly description?: string;
  /** `function`, `variable`, … */
  readonly kind: string;
  readonly detail?: string;
  readonly documentation?: Prose;
  readonly deprecated: boolean;
  readonly preselect: boolean;
  /** What typed text is compared with. */
  readonly filter: string;
  /** What it takes the place of. */
  readonly range: TextRange;
  readonly commitCharacters: readonly string[];
  readonly server: string;
}

export interface Completions {
  readonly revision: number;
  /** Names the list; the last few stay known. */
  readonly list: number;
  readonly items: readonly Completion[];
  /** More typing should ask again, not only filter. */
  readonly isIncomplete: boolean;
  /** The text moved on so far that there is nothing to offer. */
  readonly isStale: boolean;
}

/** An item with what is only told when asked for. */
export interface CompletionDetails {
  readonly detail?: string;
  readonly documentation?: Prose;
}

/** A place of a snippet to fill in; several ranges of one stop get the same text. */
export interface Stop {
  readonly number: number;
  readonly ranges: readonly TextRange[];
  readonly choices?: readonly string[];
}

export interface TakenCompletion extends Edited {
  /** In the text of the new revision; the caret goes to the first, at last to number 0. */
  readonly stops: readonly Stop[];
}

export interface HoverText {
  readonly revision: number;
  readonly range?: TextRange;
  readonly contents: Prose;
}

export interface CallSignature {
  readonly label: string;
  readonly documentation?: Prose;
  /** Parts of `label`. */
  readonly parameters: readonly { readonly label: TextRange; readonly documentation?: Prose }[];
  readonly active?: number;
}

export interface CallSignatures {
  readonly signatures: readonly CallSignature[];
  readonly active: number;
}

/** A place in any file. */
export interface CodePlace {
  /** Undefined for what is no file. */
  readonly file?: string;
  readonly uri: string;
  /** Lines from 0, UTF-16 units in them. */
  readonly start: { readonly line: number; readonly character: number };
  readonly end: { readonly line: number; readonly character: number };
  /** Where the file is open. */
  readonly open?: TextPart;
  /** The first line, where it is at hand. */
  readonly text?: string;
}

export type PlaceQuestion = "definition" | "declaration" | "typeDefinition" | "implementation" | "references";

export interface CodeSymbol {
  readonly name: string;
  readonly detail?: string;
  /** `function`, `class`, … */
  readonly kind: string;
  readonly deprecated: boolean;
  readonly range: TextRange;
  /** Its name. */
  readonly selection: TextRange;
  readonly children: readonly CodeSymbol[];
}

export interface FoundSymbol {
  readonly name: string;
  readonly container?: string;
  readonly kind: string;
  readonly place: CodePlace;
}

export interface CodeToken {
  readonly range: TextRange;
  readonly type: string;
  readonly modifiers: readonly string[];
}

export interface CodeFold {
  readonly range: TextRange;
  readonly kind?: string;
  readonly collapsed?: string;
}

export interface CodeHint {
  readonly offset: number;
  readonly label: string;
  readonly kind: "type" | "parameter" | "other";
  readonly paddingLeft: boolean;
  readonly paddingRight: boolean;
  readonly tooltip?: Prose;
}

/** An answer about the text of a revision. */
export interface At<T> {
  readonly revision: number;
  readonly value: T;
}

/** A change that is ready, and has changed nothing yet. */
export interface ChangePlan {
  /** Names it towards `apply`; the last few stay known. */
  readonly plan: number;
  readonly title: string;
  readonly steps: readonly PlannedStep[];
  /** True where more happens than `steps` say: the one who planned it carries out a command of its own. */
  readonly hasCommand: boolean;
}

export type PlannedStep =
  | {
    readonly kind: "edit";
    readonly part: Omit<TextPart, "range">;
    readonly file?: string;
    readonly changes: readonly TextChange[];
  }
  /** A file that is not open. */
  | {
    readonly kind: "file";
    readonly file: string;
    readonly isNew: boolean;
    readonly changes: readonly TextChange[];
  }
  | { readonly kind: "rename"; readonly file: string; readonly to: string }
  | { readonly kind: "delete"; readonly file: string };

export interface CodeFix {
  /** Names it towards `planFix`; those of the last few questions stay known. */
  readonly fix: number;
  readonly title: string;
  /** `quickfix`, `refactor.extract`, `source.organizeImports`, … */
  readonly kind?: string;
  readonly isPreferred: boolean;
  /** Why it cannot be taken now. */
  readonly disabled?: string;
  readonly server: string;
}

export interface FormatStyle {
  /** Default 4. */
  readonly tabSize?: number;
  /** Default true. */
  readonly insertSpaces?: boolean;
}

/** In whose name texts change; as in TextEdit. */
export interface ChangeAuthor {
  readonly author: AuthorId;
  readonly step?: string;
  readonly changeSet?: string;
}

export interface LanguageServerInfo {
  readonly name: string;
  /** The folder it works in. */
  readonly root: string;
  readonly state: "stopped" | "starting" | "running" | "waiting" | "failed";
  /** Why it does not run, where it does not. */
  readonly reason?: string;
  readonly documents: number;
  readonly restarts: number;
  /** What it is busy with: indexing, checking. */
  readonly busy: readonly {
    readonly title: string;
    readonly message?: string;
    readonly percentage?: number;
  }[];
}

/**
 * Questions throw SymphonyError: `not-found` (buffer, revision, list, item, plan), `aborted` (given up, or the text moved on), `busy` (no answer
 * in time), `closed` (what answers has died), `protocol` (its answer makes no sense). Where nothing is known, answers are empty.
 */
export interface LanguagePort
  extends ServerPort, DiagnosticPort, CompletionPort, QuestionPort, CodeChangePort {}

export interface ServerPort {
  /** What can be asked of the buffer; waits for what is starting. */
  features(buffer: BufferId): Promise<readonly LanguageFeature[]>;
  /** Whether a language server answers for the buffer; else what is known is by its grammar and its words alone. */
  isServed(buffer: BufferId): Promise<boolean>;
  servers(): Promise<readonly LanguageServerInfo[]>;
  /** Starts servers of this name anew, also such that were given up. */
  restart(server: string): Promise<void>;
}

export interface DiagnosticPort {
  diagnostics(buffer: BufferId): Promise<TextDiagnostics>;
  /** Calls `listener` with what is known now, and whenever it is something else; the result ends it. */
  watchDiagnostics(buffer: BufferId, listener: (diagnostics: TextDiagnostics) => void): () => void;
}

export interface CompletionPort {
  /** @param options.trigger the character that was typed, where typing it asked; `limit` by default 500 */
  complete(
    at: TextPlace,
    options?: QuestionOptions & { readonly trigger?: string; readonly limit?: number },
  ): Promise<Completions>;
  describeCompletion(list: number, item: number, options?: QuestionOptions): Promise<CompletionDetails>;
  /** Edits the text as taking the item does; text behind the caret is kept, or replaced where it belongs to the word. */
  takeCompletion(
    list: number,
    item: number,
    mode: "insert" | "replace",
    by: ChangeAuthor,
  ): Promise<TakenCompletion>;
}

export interface QuestionPort {
  hover(at: TextPlace, options?: QuestionOptions): Promise<HoverText | undefined>;
  signature(
    at: TextPlace,
    options?: QuestionOptions & { readonly trigger?: string },
  ): Promise<CallSignatures | undefined>;
  places(question: PlaceQuestion, at: TextPlace, options?: QuestionOptions): Promise<readonly CodePlace[]>;
  highlights(
    at: TextPlace,
    options?: QuestionOptions,
  ): Promise<At<readonly { readonly range: TextRange; readonly kind: "text" | "read" | "write" }[]>>;
  /** The ranges around the place, from the inside out. */
  selectionRanges(at: TextPlace, options?: QuestionOptions): Promise<At<readonly TextRange[]>>;
  symbols(buffer: BufferId, options?: QuestionOptions): Promise<At<readonly CodeSymbol[]>>;
  workspaceSymbols(query: string, options?: QuestionOptions): Promise<readonly FoundSymbol[]>;
  /** Of the whole text, or the part. */
  semanticTokens(
    buffer: BufferId,
    part: TextPart | undefined,
    options?: QuestionOptions,
  ): Promise<At<readonly CodeToken[]>>;
  folds(buffer: BufferId, options?: QuestionOptions): Promise<At<readonly CodeFold[]>>;
  inlayHints(part: TextPart, options?: QuestionOptions): Promise<At<readonly CodeHint[]>>;
}

/** Changes are planned, looked at, and then carried out. */
export interface CodeChangePort {
  /** What would be renamed; undefined where nothing can be. */
  renameable(
    at: TextPlace,
    options?: QuestionOptions,
  ): Promise<At<{ readonly range: TextRange; readonly name: string }> | undefined>;
  planRename(at: TextPlace, name: string, options?: QuestionOptions): Promise<ChangePlan>;
  /** @param options.only kinds to look for */
  fixes(
    part: TextPart,
    options?: QuestionOptions & { readonly only?: readonly string[] },
  ): Promise<readonly CodeFix[]>;
  planFix(fix: number, options?: QuestionOptions): Promise<ChangePlan>;
  /** Undefined where nobody formats such a text. */
  planFormat(
    buffer: BufferId,
    part: TextPart | undefined,
    style: FormatStyle,
    options?: QuestionOptions,
  ): Promise<ChangePlan | undefined>;
  /** What follows from `typed` having been typed before the place; undefined where nobody cares. */
  planFormatOnType(
    at: TextPlace,
    typed: string,
    style: FormatStyle,
    options?: QuestionOptions,
  ): Promise<ChangePlan | undefined>;
  /** Carries a plan out, all of it or nothing. @throws SymphonyError `aborted` where someone has edited the same places since */
  apply(plan: number, by: ChangeAuthor): Promise<void>;
}
