/** Everything that a view of an open text is made of. @module */

import { closeBrackets, closeBracketsKeymap, completionKeymap } from "@codemirror/autocomplete";
import { foldKeymap } from "@codemirror/language";
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { highlightSelectionMatches, search, searchKeymap } from "@codemirror/search";
import { EditorState, type Extension, type Text, Transaction } from "@codemirror/state";
import {
  crosshairCursor,
  drawSelection,
  dropCursor,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  highlightSpecialChars,
  type KeyBinding,
  keymap,
  lineNumbers,
  rectangularSelection,
} from "@codemirror/view";
import type { ApiClient } from "../../state/client.ts";
import type { OpenText } from "../open_text.ts";
import { authorsShown } from "./authors.ts";
import { codeHabits } from "./code_habits.ts";
import { findPanel, openReplacePanel } from "./find_panel.ts";
import { fromServer } from "./from_server.ts";
import { languageShown } from "./language.ts";
import { lineEnds } from "./line_ends.ts";
import { type HunkActs, reviewsShown } from "./reviews.ts";
import { tokenTheme } from "./theme.ts";

/** Ctrl+G goes to a line, as in most editors; F3 finds the next. */
const searchKeys: readonly KeyBinding[] = searchKeymap.map(({ key, ...binding }) =>
  key === "Mod-g" ? { ...binding, mac: "Cmd-g" } : { ...binding, ...(key === undefined ? {} : { key }) }
);

/** What comes from others is not the person's to undo. */
const othersStay = EditorState.transactionExtender.of((transaction) =>
  transaction.annotation(fromServer) === undefined
    ? null
    : { annotations: [Transaction.addToHistory.of(false), Transaction.remote.of(true)] }
);

export function codeExtensions(
  text: OpenText,
  doc: Text,
  client: ApiClient,
  acts: HunkActs & { readonly definition: () => void; readonly wrap: (view: EditorView) => true },
): Extension {
  const nonce = document.querySelector('meta[name="style-nonce"]')?.getAttribute("content") ?? "";
  return [
    EditorView.cspNonce.of(nonce),
    EditorState.readOnly.of(text.isReadOnly.peek()),
    EditorState.allowMultipleSelections.of(true),
    lineNumbers(),
    lineEnds(),
    highlightSpecialChars(),
    history(),
    drawSelection(),
    dropCursor(),
    closeBrackets(),
    codeHabits(text.file, doc),
    // Alt adds a caret, as a drag with it a rectangle; Ctrl goes to what is meant.
    EditorView.clickAddsSelectionRange.of(({ altKey }) => altKey),
    EditorView.domEventHandlers({
      click: ({ ctrlKey, metaKey, altKey, button }) => {
        if (button === 0 && !altKey && (ctrlKey || metaKey)) acts.definition();
      },
    }),
    rectangularSelection(),
    crosshairCursor(),
    highlightActiveLine(),
    highlightActiveLineGutter(),
    highlightSelectionMatches(),
    search({ top: true, createPanel: findPanel }),
    othersStay,
    authorsShown(),
    reviewsShown(acts),
    languageShown(text, client),
    tokenTheme,
    // Escape, then Tab leaves the text: nobody is caught in it.
    keymap.of([
      // Elsewhere Alt+Z is a letter of some keyboards: only the text takes it.
      { key: "Alt-z", run: (view) => acts.wrap(view) },
      { key: "Mod-h", mac: "Mod-Alt-f", scope: "editor search-panel", run: openReplacePanel },
      ...closeBracketsKeymap,
      ...completionKeymap,
      ...searchKeys,
      ...historyKeymap,
      ...foldKeymap,
      ...defaultKeymap,
      indentWithTab,
    ]),
    EditorView.contentAttributes.of({
      "aria-label": `Text of ${text.file}`,
      "aria-description": "Tab indents; Escape, then Tab leaves the text",
      spellcheck: "false",
    }),
    EditorView.updateListener.of(({ transactions }) => {
      for (const transaction of transactions) text.took(transaction);
    }),
  ];
}
