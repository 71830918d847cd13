/** The view of one open text, and what must be said above it. @module */

import { useSignalEffect } from "@preact/signals";
import { EditorView } from "@codemirror/view";
import { useLayoutEffect, useRef } from "preact/hooks";
import { Button } from "../parts/button.tsx";
import { Icon } from "../parts/icon.tsx";
import { saveText } from "./editor_commands.ts";
import type { OpenText } from "./open_text.ts";
import type { EditorWorkspace } from "./workspace.ts";

export function TextPane(
  { text, workspace }: { readonly text: OpenText; readonly workspace: EditorWorkspace },
) {
  const place = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const state = text.editorState;
    if (place.current === null || state === undefined) return;
    const view = new EditorView({ state, parent: place.current });
    text.attach(view);
    goToWanted(text, workspace);
    // Whoever walks along the tabs by key stays there; whoever opens a file wants to write.
    if (document.activeElement?.matches(".editor-tabs :focus-visible") !== true) view.focus();
    return () => {
      text.detach(view);
      view.destroy();
    };
  }, [text]);
  useSignalEffect(() => {
    void workspace.texts.value;
    goToWanted(text, workspace);
  });
  return (
    <div class="editor-pane">
      <Notices text={text} />
      <div class="editor-text" ref={place} />
    </div>
  );
}

function goToWanted(text: OpenText, workspace: EditorWorkspace): void {
  const wanted = workspace.wanted.get(text.file);
  const { view } = text;
  if (wanted === undefined || view === undefined) return;
  workspace.wanted.delete(text.file);
  const line = view.state.doc.line(Math.min(view.state.doc.lines, wanted.line + 1));
  const at = Math.min(line.to, line.from + wanted.character);
  view.dispatch({ selection: { anchor: at }, effects: EditorView.scrollIntoView(at, { y: "center" }) });
}

export function Notices({ text }: { readonly text: OpenText }) {
  const file = text.fileState.value;
  if (text.state.value === "failed") {
    const { error } = text;
    return (
      <div class="editor-notice bad" role="alert">
        <Icon name="warn" />
        <span class="grow">
          {error.value instanceof Error ? error.value.message : "The text cannot be reached"}
        </span>
        <Button small onClick={() => text.retry()}>Try again</Button>
      </div>
    );
  }
  if (file === "conflict") {
    return (
      <div class="editor-notice warn" role="alert">
        <Icon name="warn" />
        <span class="grow">
          The file was changed elsewhere in the same places. Both sides are in the text.
        </span>
        <Button small onClick={() => void saveText(text, true)}>Save this text over it</Button>
      </div>
    );
  }
  if (file === "deleted") {
    return (
      <div class="editor-notice warn" role="status">
        <Icon name="info" />
        <span class="grow">The file was removed. Saving writes it again.</span>
        <Button small onClick={() => void saveText(text, true)}>Write it again</Button>
      </div>
    );
  }
  if (text.isReadOnly.value) {
    return (
      <div class="editor-notice" role="status">
        <Icon name="info" />
        <span>This file may only be read.</span>
      </div>
    );
  }
  return null;
}
