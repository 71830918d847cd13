/** Two changes of the file that contradict: each place with both sides, to be chosen one by one or all at once. @module */

import { useState } from "preact/hooks";
import { changedText, type TextChange } from "../../../../core/merge/text_diff.ts";
import { mergeTexts } from "../../../../core/merge/text_merge.ts";
import { Button } from "../../parts/button.tsx";
import { Dialog } from "../../parts/dialog.tsx";
import type { BoardFile, FileConflict } from "./board_file.ts";

type Side = "ours" | "theirs";

/** The text with the chosen side at each conflict. */
export function settledText({ base, ours, theirs }: FileConflict, sides: readonly Side[]): string {
  const merge = mergeTexts(base, ours, theirs, { isJson: true });
  const taken: TextChange[] = merge.conflicts.flatMap((conflict, index) =>
    sides[index] === "theirs"
      ? [{ from: conflict.ours.from, to: conflict.ours.to, insert: conflict.theirs.text }]
      : []
  );
  const free = merge.changes.filter(({ from, to }) => !taken.some((one) => from < one.to && to > one.from));
  const all = [...free, ...taken].sort((a, b) => a.from - b.from || a.to - b.to);
  return changedText(ours, all);
}

export function ConflictDialog(
  { file, conflict }: { readonly file: BoardFile; readonly conflict: FileConflict },
) {
  const [sides, setSides] = useState<readonly Side[]>(conflict.conflicts.map(() => "ours"));
  const [isClosed, setClosed] = useState(false);
  if (isClosed) {
    return (
      <div class="lost" role="status">
        <span class="grow">
          The file was changed elsewhere, and both changes contradict. Nothing is saved until that is settled.
        </span>
        <Button small onClick={() => setClosed(false)}>Settle it</Button>
      </div>
    );
  }
  return (
    <Dialog
      title="The file was changed elsewhere"
      wide
      onClose={() => setClosed(true)}
      onSubmit={() => file.resolve(settledText(conflict, sides))}
      foot={
        <>
          <Button onClick={() => setSides(conflict.conflicts.map(() => "ours"))}>All mine</Button>
          <Button onClick={() => setSides(conflict.conflicts.map(() => "theirs"))}>All theirs</Button>
          <Button type="submit" look="primary">Take these</Button>
        </>
      }
    >
      <p class="muted">
        What does not contradict is merged already. Choose for each of {conflict.conflicts.length}{" "}
        places; it can be undone afterwards.
      </p>
      {conflict.conflicts.map(({ ours, theirs }, index) => (
        <fieldset key={index} class="conflict">
          <legend>Place {index + 1}</legend>
          {(["ours", "theirs"] as const).map((side) => (
            <label key={side} class={`conflict-side ${sides[index] === side ? "is-chosen" : ""}`}>
              <span class="check">
                <input
                  type="radio"
                  name={`conflict-${index}`}
                  checked={sides[index] === side}
                  onChange={() =>
                    setSides(sides.map((one, place) =>
                      place === index ? side : one
                    ))}
                />
                {side === "ours" ? "On this board" : "In the file"}
              </span>
              <pre>{(side === "ours" ? ours : theirs).text.trimEnd() || "(nothing)"}</pre>
            </label>
          ))}
        </fieldset>
      ))}
    </Dialog>
  );
}
