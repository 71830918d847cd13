/** Leads from a card to its place in the text. @module */

import { EditorView } from "@codemirror/view";
import type { OpenText } from "../open_text.ts";

export function PlaceButton(
  { text, at, line }: { readonly text: OpenText; readonly at: number; readonly line: number },
) {
  return (
    <button
      type="button"
      class="editor-diff-place"
      onClick={() => {
        text.change({ selection: { anchor: at }, effects: EditorView.scrollIntoView(at, { y: "center" }) });
        text.view?.focus();
      }}
    >
      Line {line}
    </button>
  );
}
