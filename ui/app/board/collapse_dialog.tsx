/** Names the workflow that a part of this one becomes, writes its file, and puts a node in its place. @module */

import { useMemo, useState } from "preact/hooks";
import { Button } from "../parts/button.tsx";
import { Dialog } from "../parts/dialog.tsx";
import { Field } from "../parts/field.tsx";
import { messageOf } from "../parts/states.tsx";
import { ApiError } from "../state/client.ts";
import { inTurns } from "../state/turn.ts";
import { showToast } from "../state/toasts.ts";
import type { Ground } from "./model/change.ts";
import { collapse, collapseFault } from "./model/collapse.ts";
import { fileFor } from "./template_gallery.tsx";
import type { Workbench } from "./workbench.ts";

export function CollapseDialog(
  { bench, onClose }: { readonly bench: Workbench; readonly onClose: () => void },
) {
  const { board, app } = bench;
  const [name, setName] = useState("Part");
  const [error, setError] = useState<string | undefined>(undefined);
  const ids = useMemo(() => new Set(board.selection.peek()), []);
  const fault = useMemo(() => collapseFault(board.document.ground, ids), [board.version.value]);
  const folder = board.file.split("/").slice(0, -1).map((part) => `${part}/`).join("");
  const file = `${folder}${fileFor(name)}`;
  const make = async () => {
    const scene = board.scene.peek();
    const bounds = scene.bounds([...ids].flatMap((id) => scene.indexOf.get(id) ?? []));
    const at = bounds === undefined ? { x: 0, y: 0 } : { x: bounds.left, y: bounds.top };
    const id = file.slice(folder.length).replace(/\.workflow\.jsonc$/, "");
    const making = (ground: Ground) => collapse(ground, ids, id, name, file, at);
    try {
      const { text } = await inTurns(making(board.document.ground));
      await app.client.call("PUT /workflow", { query: { file }, body: { text }, match: { none: true } });
      await board.change(ids.size, function* (ground) {
        return (yield* making(ground)).change;
      });
      onClose();
      showToast({ look: "good", title: `${name} is a workflow of its own`, text: file });
    } catch (cause) {
      setError(
        cause instanceof ApiError && cause.status === 412
          ? `There is a file ${file} already`
          : messageOf(cause),
      );
    }
  };
  return (
    <Dialog
      title="Make a sub-workflow"
      onClose={onClose}
      onSubmit={() => void make()}
      foot={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" disabled={fault !== undefined || name.trim() === ""}>
            Make it
          </Button>
        </>
      }
    >
      {fault === undefined
        ? (
          <Field
            id="part-name"
            label="Name"
            isRequired
            help={`${ids.size} nodes go to ${file}; one node stands in their place`}
            problems={error === undefined ? [] : [{ severity: "error", message: error }]}
          >
            <input
              id="part-name"
              class="input"
              aria-describedby="part-name-help"
              aria-invalid={error !== undefined}
              value={name}
              onInput={({ currentTarget }) => {
                setName(currentTarget.value);
                setError(undefined);
              }}
            />
          </Field>
        )
        : <p class="field-error" role="alert">{fault}</p>}
    </Dialog>
  );
}
