/**
 * Open texts over the WebSocket: TextEditingPort, its neighbours and the language ports, call by call. The page edits its
 * own copy at once and sends each change with the revision it was made at; `text:BUFFER` brings everybody's changes as
 * deltas from revision to revision, one's own included, so that both sides rebase alike. Offsets are UTF-16 units.
 *
 * A page that was cut off opens the file again and subscribes with the last revision it has: it gets what is missing, or
 * `reset` where that revision is gone. An edit that got no answer is sent again with the same `step`: the server applies a
 * step of a session at most once.
 *
 * @module
 */

import type {
  At,
  CallSignatures,
  ChangeAuthor,
  ChangePlan,
  CodeFix,
  CodePlace,
  CodeSymbol,
  CodeToken,
  CompletionDetails,
  Completions,
  FormatStyle,
  HoverText,
  LanguageFeature,
  LanguageServerInfo,
  PlaceQuestion,
  TakenCompletion,
  TextDiagnostics,
  TextPart,
  TextPlace,
} from "../../core/ports/language.ts";
import type {
  BufferEvent,
  BufferInfo,
  ChangeSetReview,
  DecidedPlace,
  DecisionRefusal,
  Edited,
  EditRefusal,
  PlaceDecision,
  Presence,
  Proposal,
  Proposed,
  Saved,
  SaveOptions,
  SaveRefusal,
  TextChange,
  TextConflict,
  TextRange,
  TextRead,
  TextSource,
} from "../../core/ports/text_editing.ts";
import type { Result } from "../../core/result.ts";
import type { Definition } from "../../core/ports/structure.ts";

type Wire<T> = Omit<T, "author">;
type Buffer = { readonly buffer: number };

/**
 * What can be asked about texts: parameters and answer of each call. The author is the connection's (frames.ts); agents edit
 * from inside. `file` is relative to the workspace.
 */
export interface TextCalls {
  "text.open": [TextSource, BufferInfo & TextRead];
  "text.close": [Buffer & { readonly discard?: boolean }, null];
  "text.read": [Buffer & { readonly revision?: number; readonly range?: TextRange }, TextRead];
  "text.edit": [
    Buffer & {
      readonly revision: number;
      readonly changes: readonly TextChange[];
      /** Names this edit within the session, so that it can be sent again. */
      readonly id: string;
      /** Edits of one name are one step of undo. */
      readonly step?: string;
    },
    Result<Edited, EditRefusal>,
  ];
  "text.undo": [Buffer, Edited | null];
  "text.redo": [Buffer, Edited | null];
  "text.save": [Buffer & SaveOptions, Result<Saved, SaveRefusal>];
  "text.announce": [Buffer & { readonly revision: number } & Wire<Presence>, null];
  "text.present": [Buffer, readonly Presence[]];
  "text.propose": [Buffer & Wire<Proposal>, Result<Proposed, readonly TextConflict[]>];
  "changes.list": [Record<string, never>, readonly string[]];
  "changes.review": [{ readonly changeSet: string }, ChangeSetReview];
  "changes.decide": [Buffer & Wire<PlaceDecision>, Result<DecidedPlace, DecisionRefusal>];
  "changes.reopen": [Buffer & { readonly decision: string }, boolean];
  /** True where all of it can be taken back as a whole later. */
  "changes.accept": [{ readonly changeSet: string }, boolean];
  "changes.undo": [{ readonly changeSet: string }, null];
  /** What was accepted of a set, or with the last `changes.accept` of it, waits again in texts that are open: so many places. */
  "changes.takeBack": [{ readonly changeSet: string; readonly what: "all" | "last" }, number];
  "language.features": [Buffer, readonly LanguageFeature[]];
  "language.isServed": [Buffer, boolean];
  "language.servers": [Record<string, never>, readonly LanguageServerInfo[]];
  "language.restart": [{ readonly server: string }, null];
  "language.complete": [TextPlace & { readonly trigger?: string; readonly limit?: number }, Completions];
  "language.describe": [{ readonly list: number; readonly item: number }, CompletionDetails];
  "language.take": [
    & { readonly list: number; readonly item: number; readonly mode: "insert" | "replace" }
    & Wire<
      ChangeAuthor
    >,
    TakenCompletion,
  ];
  "language.hover": [TextPlace, HoverText | null];
  "language.signature": [TextPlace & { readonly trigger?: string }, CallSignatures | null];
  "language.places": [TextPlace & { readonly question: PlaceQuestion }, readonly CodePlace[]];
  "language.symbols": [Buffer, At<readonly CodeSymbol[]>];
  "language.tokens": [Buffer & { readonly part?: TextPart }, At<readonly CodeToken[]>];
  "language.fixes": [TextPart & { readonly only?: readonly string[] }, readonly CodeFix[]];
  "language.planFix": [{ readonly fix: number }, ChangePlan];
  "language.planRename": [TextPlace & { readonly name: string }, ChangePlan];
  "language.planFormat": [
    Buffer & { readonly part?: TextPart; readonly style: FormatStyle },
    ChangePlan | null,
  ];
  "language.apply": [{ readonly plan: number } & Wire<ChangeAuthor>, null];
  "structure.colours": [TextPart, At<readonly CodeToken[]> | null];
  "structure.definitions": [Buffer, At<readonly Definition[]> | null];
}

export type TextCallName = keyof TextCalls;
export type TextParams<K extends TextCallName> = TextCalls[K][0];
export type TextAnswer<K extends TextCallName> = TextCalls[K][1];

/** What `text:BUFFER` brings. `changed` events are in order and without gaps; several revisions may come as one. */
export type TextEvent =
  | BufferEvent
  /** The revision that was asked for is gone: take this text instead. */
  | { readonly kind: "reset"; readonly revision: number; readonly text: string }
  | { readonly kind: "diagnostics"; readonly diagnostics: TextDiagnostics }
  /** Of `changes.list`, whenever it is another. */
  | { readonly kind: "changeSets"; readonly changeSets: readonly string[] };
