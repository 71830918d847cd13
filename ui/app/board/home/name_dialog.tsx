/** Asks for a workflow's name and file: for renaming one, and for a copy of it. @module */

import { useState } from "preact/hooks";
import { Button } from "../../parts/button.tsx";
import { Dialog } from "../../parts/dialog.tsx";
import { Field } from "../../parts/field.tsx";
import { messageOf } from "../../parts/states.tsx";

export interface NamedFile {
  readonly name: string;
  readonly file: string;
}

export function NameDialog({ title, act, from, onAct, onClose }: {
  readonly title: string;
  /** What its button says. */
  readonly act: string;
  readonly from: NamedFile;
  /** Rejects with what is to be said. */
  readonly onAct: (to: NamedFile) => Promise<void>;
  readonly onClose: () => void;
}) {
  const [name, setName] = useState(from.name);
  const [file, setFile] = useState(from.file);
  const [error, setError] = useState<string | undefined>(undefined);
  const [isBusy, setBusy] = useState(false);
  const wrong = name.trim() === ""
    ? "Give it a name"
    : /\.workflow\.jsonc?$/.test(file)
    ? undefined
    : "A workflow's file ends in .workflow.jsonc";
  const submit = async () => {
    if (wrong !== undefined) return setError(wrong);
    setBusy(true);
    try {
      await onAct({ name: name.trim(), file: file.trim() });
      onClose();
    } catch (cause) {
      setError(messageOf(cause));
      setBusy(false);
    }
  };
  const change = (set: (value: string) => void) => (value: string) => {
    set(value);
    setError(undefined);
  };
  return (
    <Dialog
      title={title}
      onClose={onClose}
      onSubmit={() => void submit()}
      foot={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" disabled={isBusy}>{act}</Button>
        </>
      }
    >
      <Text id="workflow-name" label="Name" value={name} onValue={change(setName)} />
      <Text
        id="workflow-file"
        label="File"
        value={file}
        onValue={change(setFile)}
        {...error === undefined ? {} : { error }}
      />
    </Dialog>
  );
}

function Text({ id, label, value, onValue, error }: {
  readonly id: string;
  readonly label: string;
  readonly value: string;
  readonly onValue: (value: string) => void;
  readonly error?: string;
}) {
  return (
    <Field
      id={id}
      label={label}
      isRequired
      problems={error === undefined ? [] : [{ severity: "error", message: error }]}
    >
      <input
        id={id}
        class="input"
        aria-invalid={error !== undefined}
        autocomplete="off"
        value={value}
        onInput={({ currentTarget }) => onValue(currentTarget.value)}
      />
    </Field>
  );
}
