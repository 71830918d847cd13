/** Making, renaming and removing files and folders of the tree: what is asked, and what follows for the open texts. @module */

import { useState } from "preact/hooks";
import type { FileEntry } from "../../../api/files.ts";
import { Button } from "../../parts/button.tsx";
import { Dialog } from "../../parts/dialog.tsx";
import { announce } from "../../state/announce.ts";
import { useApp } from "../../state/app.ts";
import { hrefOf, navigate } from "../../state/route.ts";
import { workspaceOf } from "../workspace.ts";

/** What a person wants to do with the tree. */
export type FileAct =
  | { readonly kind: "file"; readonly folder: string }
  | { readonly kind: "folder"; readonly folder: string }
  | { readonly kind: "rename"; readonly entry: FileEntry }
  | { readonly kind: "delete"; readonly entry: FileEntry };

const folderOf = (path: string) => path.split("/").slice(0, -1).join("/");

/** Asks what is still to be known, does it, and says why it cannot be done. `onDone` hears which path is there now; "" for none. */
export function FileActDialog({ act, onDone, onClose }: {
  readonly act: FileAct;
  readonly onDone: (path: string, changed: readonly string[]) => void;
  readonly onClose: () => void;
}) {
  const app = useApp();
  const [error, setError] = useState("");
  const [isBusy, setBusy] = useState(false);
  const workspace = workspaceOf(app);
  const [path, setPath] = useState(
    act.kind === "rename"
      ? act.entry.path
      : act.kind === "delete" || act.folder === ""
      ? ""
      : `${act.folder}/`,
  );
  const wanted = path.trim().replace(/^\/+|\/+$/g, "");
  /** The open texts at a path or below it. */
  const openAt = (place: string) =>
    workspace.texts.peek().filter(({ file }) => file === place || file.startsWith(`${place}/`));
  const carryOut = async (): Promise<void> => {
    if (act.kind === "file" || act.kind === "folder") {
      const made = await app.client.call("POST /files", { body: { path: wanted, kind: act.kind } });
      announce(`Made ${made.path}`);
      onDone(made.path, [folderOf(made.path)]);
      if (act.kind === "file") navigate(hrefOf("editor", made.path));
      return;
    }
    const { entry } = act;
    const texts = openAt(entry.path);
    const unsaved = texts.find((text) => text.isUnsaved.peek());
    if (act.kind === "rename") {
      if (unsaved !== undefined) throw new Error(`${unsaved.file} is not saved: save it first`);
      const shown = texts.find(({ file }) => location.hash === hrefOf("editor", file))?.file;
      const moved = await app.client.call("POST /files/move", { body: { from: entry.path, to: wanted } });
      const files = texts.map(({ file }) => file);
      for (const file of files) workspace.close(file);
      for (const file of files) workspace.open(moved.path + file.slice(entry.path.length));
      announce(`Renamed to ${moved.path}`);
      onDone(moved.path, [folderOf(entry.path), folderOf(moved.path)]);
      if (shown !== undefined) navigate(hrefOf("editor", moved.path + shown.slice(entry.path.length)), true);
      return;
    }
    await app.client.call("DELETE /files", { query: { path: entry.path } });
    for (const { file } of texts) workspace.close(file);
    announce(`Deleted ${entry.path}`);
    onDone("", [folderOf(entry.path)]);
  };
  const submit = () => {
    setBusy(true);
    carryOut().then(onClose, (problem) => {
      setError(problem instanceof Error ? problem.message : String(problem));
      setBusy(false);
    });
  };
  if (act.kind === "delete") {
    const { entry } = act;
    const open = openAt(entry.path).filter((text) => text.isUnsaved.peek());
    return (
      <Dialog
        title={`Delete ${entry.path.split("/").at(-1)}?`}
        onClose={onClose}
        onSubmit={submit}
        foot={
          <>
            <Button onClick={onClose}>Keep it</Button>
            <Button type="submit" look="danger" disabled={isBusy}>Delete</Button>
          </>
        }
      >
        <p>
          <code>{entry.path}</code> {entry.kind === "folder"
            ? "and everything in it are removed from the disk. "
            : "is removed from the disk. "}
          This cannot be undone here.
        </p>
        {open.length === 0
          ? null
          : <p>What was typed in {open.map(({ file }) => file).join(", ")} is lost.</p>}
        {error === "" ? null : <p class="field-error" role="alert">{error}</p>}
      </Dialog>
    );
  }
  const title = act.kind === "rename"
    ? `Rename ${act.entry.path.split("/").at(-1)}`
    : act.kind === "file"
    ? "New file"
    : "New folder";
  const isSame = act.kind === "rename" && wanted === act.entry.path;
  const isName = wanted !== "" && (act.kind === "rename" || wanted !== act.folder);
  return (
    <Dialog
      title={title}
      onClose={onClose}
      onSubmit={submit}
      foot={
        <Button type="submit" look="primary" disabled={isBusy || !isName || isSame}>
          {act.kind === "rename" ? "Rename" : "Make it"}
        </Button>
      }
    >
      <label class="field">
        <span class="field-name">Path in the workspace</span>
        <input
          class="input code"
          value={path}
          autocomplete="off"
          spellcheck={false}
          aria-invalid={error !== ""}
          ref={(input) => {
            if (input === null || input.dataset["ready"] === "yes") return;
            input.dataset["ready"] = "yes";
            // The name is what one changes, not its folder or ending.
            const start = path.lastIndexOf("/") + 1;
            const dot = path.lastIndexOf(".");
            queueMicrotask(() => input.setSelectionRange(start, dot > start ? dot : path.length));
          }}
          onInput={(event) => {
            setPath(event.currentTarget.value);
            setError("");
          }}
        />
        {error === "" ? null : <span class="field-error" role="alert">{error}</span>}
      </label>
    </Dialog>
  );
}

/** The folder that something new goes into: the chosen one, or the one that holds the chosen file. */
export function folderFor(entry: FileEntry | undefined): string {
  return entry === undefined ? "" : entry.kind === "folder" ? entry.path : folderOf(entry.path);
}
