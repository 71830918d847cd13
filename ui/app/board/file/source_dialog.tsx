/** The workflow's text, to be read, copied, or changed as a whole; the board follows, and it can be undone. @module */

import { useState } from "preact/hooks";
import { Button } from "../../parts/button.tsx";
import { Dialog } from "../../parts/dialog.tsx";
import { readGraph } from "../model/graph.ts";
import type { Workbench } from "../workbench.ts";

export function SourceDialog(
  { bench, onClose }: { readonly bench: Workbench; readonly onClose: () => void },
) {
  const { board } = bench;
  const [text, setText] = useState(board.document.text);
  const { fault } = readGraph(text, [], board.document.catalog);
  return (
    <Dialog
      title={board.file}
      wide
      onClose={onClose}
      foot={
        <>
          <span class="grow field-error" role="status">{fault ?? ""}</span>
          <Button onClick={onClose}>Close</Button>
          <Button
            look="primary"
            disabled={fault !== undefined || text === board.document.text}
            onClick={() => {
              board.replaceText(text, "Change the text");
              onClose();
            }}
          >
            Take this text
          </Button>
        </>
      }
    >
      <textarea
        class="textarea code source"
        aria-label="Text of the workflow"
        spellcheck={false}
        value={text}
        onInput={({ currentTarget }) => setText(currentTarget.value)}
      />
    </Dialog>
  );
}
