/**
 * Says why the file could not be saved, and offers the ways on: again, under another name, or out of the workspace. What is on the
 * board stays there until one of them has worked.
 *
 * @module
 */

import { useState } from "preact/hooks";
import { Button } from "../../parts/button.tsx";
import { Dialog } from "../../parts/dialog.tsx";
import { Field } from "../../parts/field.tsx";
import { Icon } from "../../parts/icon.tsx";
import { messageOf } from "../../parts/states.tsx";
import { announce } from "../../state/announce.ts";
import type { ApiError } from "../../state/client.ts";
import { hrefOf, navigate } from "../../state/route.ts";
import { download } from "../download.ts";
import { copyOf } from "../home/workflow_acts.ts";
import type { BoardFile } from "./board_file.ts";

export function SaveAsDialog({ file, refusal }: { readonly file: BoardFile; readonly refusal: ApiError }) {
  const [name, setName] = useState(() => copyOf(file.name, []));
  const [error, setError] = useState<string | undefined>(undefined);
  const [isBusy, setBusy] = useState(false);
  const close = () => file.refusal.value = undefined;
  const saveAs = async () => {
    if (!/\.workflow\.jsonc?$/.test(name)) return setError("A workflow's file ends in .workflow.jsonc");
    setBusy(true);
    try {
      await file.saveAs(name);
      close();
      announce(`Saved as ${name}`);
      navigate(hrefOf("board", name));
    } catch (cause) {
      setError(messageOf(cause));
      setBusy(false);
      document.getElementById("save-as")?.focus();
    }
  };
  return (
    <Dialog
      title={`Cannot save ${file.name}`}
      class="save-as"
      onClose={close}
      onSubmit={() => void saveAs()}
      foot={
        <>
          <Button
            icon="download"
            onClick={() => download(new Blob([file.text], { type: "application/json" }), baseOf(file.name))}
          >
            Download a copy
          </Button>
          <span class="grow" />
          <Button onClick={() => (close(), void file.save())}>Try again</Button>
          <Button type="submit" look="primary" icon="save" disabled={isBusy}>Save as</Button>
        </>
      }
    >
      <div class="form">
        <p class="field-error" role="alert">
          <Icon name="bad" size={13} />
          <span>{[refusal.message, refusal.hint].filter(Boolean).join(". ")}</span>
        </p>
        <p class="muted">
          Nothing is lost: your changes are on the board, and stay there until they are saved.
        </p>
        <Field
          id="save-as"
          label="Save as"
          help="Another file of the workspace; this one is left as it is"
          problems={error === undefined ? [] : [{ severity: "error", message: error }]}
        >
          <input
            id="save-as"
            class="input"
            autocomplete="off"
            spellcheck={false}
            aria-describedby="save-as-help"
            aria-invalid={error !== undefined}
            value={name}
            onInput={({ currentTarget }) => {
              setName(currentTarget.value);
              setError(undefined);
            }}
          />
        </Field>
      </div>
    </Dialog>
  );
}

function baseOf(file: string): string {
  return file.split("/").at(-1) ?? "workflow.jsonc";
}
