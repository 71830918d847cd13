/** Asks for the new name of what is at the caret. @module */

import { useState } from "preact/hooks";
import { Button } from "../parts/button.tsx";
import { Dialog } from "../parts/dialog.tsx";
import { renameAt } from "./editor_commands.ts";
import type { OpenText } from "./open_text.ts";

export function RenameDialog({ text, onClose }: { readonly text: OpenText; readonly onClose: () => void }) {
  const state = text.editorState;
  const word = state?.wordAt(state.selection.main.head);
  const old = word === null || word === undefined ? "" : state?.sliceDoc(word.from, word.to) ?? "";
  const [name, setName] = useState(old);
  return (
    <Dialog
      title={`Rename ${old}`}
      onClose={onClose}
      onSubmit={() => {
        onClose();
        void renameAt(text, word?.from ?? 0, name);
      }}
      foot={<Button type="submit" look="primary" disabled={name === "" || name === old}>Rename</Button>}
    >
      <label class="field">
        <span class="field-name">New name</span>
        <input
          class="input code"
          value={name}
          onFocus={({ currentTarget }) => currentTarget.select()}
          autocomplete="off"
          spellcheck={false}
          onInput={(event) => setName(event.currentTarget.value)}
        />
      </label>
    </Dialog>
  );
}
