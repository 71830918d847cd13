/** Which editor shows a file: one that an extension brings for its name, or the text. @module */

import { signal } from "@preact/signals";
import { Button } from "../parts/button.tsx";
import { announce } from "../state/announce.ts";
import { type EditorOf, editorsFor } from "../motif/motifs.ts";

const TEXT = "";
const KEY = "symphony.editor.as";

/** By file: the path of the editor that was chosen, TEXT for the text. Holds for this window. */
const chosen = signal<Readonly<Record<string, string>>>(read());

function read(): Readonly<Record<string, string>> {
  try {
    const kept: unknown = JSON.parse(sessionStorage.getItem(KEY) ?? "{}");
    return typeof kept === "object" && kept !== null ? kept as Record<string, string> : {};
  } catch {
    return {};
  }
}

/** The extension's editor that shows the file; undefined for the text. Without a choice the first that is offered. */
export function editorOf(file: string): EditorOf | undefined {
  const offered = editorsFor(file);
  const choice = Object.hasOwn(chosen.value, file) ? chosen.value[file] : undefined;
  return choice === TEXT ? undefined : offered.find(({ path }) => path === choice) ?? offered[0];
}

/** Shows the file in another editor. */
export function chooseEditor(file: string, editor: EditorOf | undefined): void {
  chosen.value = { ...chosen.peek(), [file]: editor?.path ?? TEXT };
  sessionStorage.setItem(KEY, JSON.stringify(chosen.value));
  announce(`Shown as ${editor?.title ?? "text"}`);
}

export function EditorChoice({ file }: { readonly file: string }) {
  const offered = editorsFor(file);
  if (offered.length === 0) return null;
  const now = editorOf(file);
  return (
    <div class="button-group" role="group" aria-label="Shown as">
      {offered.map((editor) => (
        <Button
          key={editor.path}
          small
          aria-pressed={now?.path === editor.path}
          data-tip={`By ${editor.from}`}
          onClick={() => chooseEditor(file, editor)}
        >
          {editor.title}
        </Button>
      ))}
      <Button small aria-pressed={now === undefined} onClick={() => chooseEditor(file, undefined)}>
        Text
      </Button>
    </div>
  );
}
