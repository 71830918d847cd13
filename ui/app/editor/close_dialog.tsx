/** What becomes of a text that is closed and not saved. @module */

import { useRef } from "preact/hooks";
import { Button } from "../parts/button.tsx";
import { Dialog } from "../parts/dialog.tsx";
import { saveText } from "./editor_commands.ts";
import type { OpenText } from "./open_text.ts";
import type { EditorWorkspace } from "./workspace.ts";

export function CloseDialog(
  { text, workspace }: { readonly text: OpenText; readonly workspace: EditorWorkspace },
) {
  const name = text.file.split("/").at(-1) ?? text.file;
  const others = new Set(text.present.value.map(({ author }) => author)).size;
  const isDone = useRef(false);
  const end = (act: () => void) => {
    if (isDone.current) return;
    isDone.current = true;
    workspace.closing.value = undefined;
    act();
  };
  const save = () =>
    end(() =>
      void saveText(text).then((isWritten) => {
        // What could not be written stays open, and says why.
        if (isWritten) workspace.close(text.file);
      })
    );
  return (
    <Dialog
      title={`${name} is not saved`}
      onClose={() => end(() => undefined)}
      onSubmit={save}
      foot={
        <>
          <Button onClick={() => end(() => workspace.close(text.file, true))} disabled={others > 0}>
            Discard
          </Button>
          <Button onClick={() => end(() => workspace.close(text.file))}>Keep for later</Button>
          <Button type="submit" look="primary" autofocus>Save</Button>
        </>
      }
    >
      <p>
        {others > 0
          ? "Somebody else has it open, too: what is not saved stays there, and can be saved now or later."
          : "Save it now, keep what is not saved until the file is opened again, or take the file as it is on the disk."}
      </p>
    </Dialog>
  );
}
