/**
 * A file in the editor of an extension: its view is given the text, and what it gives back becomes one undoable edit of the
 * copy that the page, other windows and agents share.
 *
 * @module
 */

import { isolateHistory, redo, undo } from "@codemirror/commands";
import { useSignalEffect } from "@preact/signals";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { JsonObject } from "../../../core/json.ts";
import { Button } from "../parts/button.tsx";
import { EmptyState } from "../parts/states.tsx";
import { useApp } from "../state/app.ts";
import { showToast } from "../state/toasts.ts";
import { MotifView } from "../motif/motif_view.tsx";
import type { EditorOf } from "../motif/motifs.ts";
import { chooseEditor } from "./editor_choice.tsx";
import { stepKind } from "./code/from_server.ts";
import { withEndsOf } from "./code/line_ends.ts";
import type { OpenText } from "./open_text.ts";
import { differenceOf } from "./sync/deltas.ts";
import { Notices } from "./text_pane.tsx";

/** A question to a view takes a megabyte, of which a character may need several bytes. */
const MAX_TEXT = 200_000;
/** The view is asked again when the text has stood still for this long. */
const PAUSE_MS = 120;

export function MotifEditor({ text, editor }: { readonly text: OpenText; readonly editor: EditorOf }) {
  const { commands } = useApp();
  const { file } = text;
  const read = () => text.editorState?.doc.toString() ?? "";
  const [seen, setSeen] = useState(read);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useSignalEffect(() => {
    if (text.changed.value === 0) return;
    clearTimeout(timer.current);
    timer.current = setTimeout(() => setSeen(read()), PAUSE_MS);
  });
  useEffect(() => () => clearTimeout(timer.current), []);
  useEffect(() =>
    commands.add([
      { id: "editor.undo", title: "Undo", group: "Editor", keys: "mod+z", run: () => text.run(undo) },
      {
        id: "editor.redo",
        title: "Redo",
        group: "Editor",
        keys: "mod+y|mod+shift+z",
        run: () => text.run(redo),
      },
    ]), [text]);
  const isReadOnly = text.isReadOnly.value;
  const aboutOf = (of: string): JsonObject => ({ path: file, text: of, readOnly: isReadOnly });
  const about = useMemo(() => aboutOf(seen), [file, seen, isReadOnly]);
  const take = (next: string, of: JsonObject): JsonObject | undefined => {
    const state = text.editorState;
    if (state === undefined || text.isReadOnly.peek()) {
      showToast({ look: "warn", title: `${file} may only be read` });
      return undefined;
    }
    const now = state.doc;
    if (now.toString() !== of["text"]) return aboutOf(now.toString());
    const changes = differenceOf(now, withEndsOf(state, next));
    if (!changes.empty) {
      // One step of undo, here and in the core.
      const annotations = [stepKind.of(`motif-${editor.id}`), isolateHistory.of("full")];
      text.change({ changes, annotations, userEvent: "input.motif" });
      setSeen(read());
    }
    return undefined;
  };
  if (seen.length > MAX_TEXT) {
    return (
      <EmptyState
        icon="file"
        title={`${file} is too long for ${editor.title}`}
        action={<Button look="primary" onClick={() => chooseEditor(file, undefined)}>Show the text</Button>}
      >
        An extension's editor takes up to {MAX_TEXT.toLocaleString("en")} characters.
      </EmptyState>
    );
  }
  return (
    <div class="editor-pane">
      <Notices text={text} />
      <div class="motif-place editor-motif">
        <MotifView
          extension={editor.extension}
          view={editor.view}
          title={editor.title}
          about={about}
          onText={take}
        />
      </div>
    </div>
  );
}
