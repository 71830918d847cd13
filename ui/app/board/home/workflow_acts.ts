/** Renaming, copying and deleting a workflow file; each can be taken back. @module */

import type { WorkflowLine } from "../../../api/workflows.ts";
import { messageOf } from "../../parts/states.tsx";
import { announce } from "../../state/announce.ts";
import type { App } from "../../state/app.ts";
import { showToast } from "../../state/toasts.ts";
import { openBoards } from "../open_boards.ts";

/** The id that a workflow in this file has by itself. */
export function idIn(file: string): string {
  return file.replace(/^.*\//, "").replace(/\.workflow\.jsonc?$/, "");
}

/** A name for a copy that none of the files has. */
export function copyOf(file: string, files: readonly string[]): string {
  const [, stem = file, ending = ""] = /^(.*?)(\.workflow\.jsonc?)?$/.exec(file) ?? [];
  for (let count = 1;; count++) {
    const name = `${stem}-copy${count === 1 ? "" : `-${count}`}${ending}`;
    if (!files.includes(name)) return name;
  }
}

/** Gives the file another name and the workflow another title. @throws ApiError */
export async function renameWorkflow(
  app: App,
  { file, name, hash }: WorkflowLine,
  to: { readonly file: string; readonly name: string },
): Promise<void> {
  if (to.name !== name) {
    await app.client.call("PUT /workflow", {
      query: { file },
      body: { edits: [{ path: ["name"], value: to.name }], message: "renamed" },
      match: { hash },
    });
  }
  if (to.file !== file) {
    await app.client.call("POST /workflow/rename", { query: { file }, body: { to: to.file } });
  }
  openBoards(app).forget(file);
  announce(`Renamed to ${to.name}`);
}

/** Writes the same workflow into another file, under an id of its own. @throws ApiError */
export async function copyWorkflow(
  app: App,
  { file }: WorkflowLine,
  to: { readonly file: string; readonly name: string },
): Promise<void> {
  const { client } = app;
  const { text } = await client.call("GET /workflow", { query: { file, textOnly: true } });
  const edits = [{ path: ["name"], value: to.name }, { path: ["id"], value: idIn(to.file) }];
  const copy = await client.call("POST /workflows/edit", { body: { text, edits } });
  await client.call("PUT /workflow", {
    query: { file: to.file },
    body: { text: copy.text, message: `copied from ${file}` },
    match: { none: true },
  });
  announce(`Copied to ${to.file}`);
}

/** Removes the file, and offers to write it again; its versions stay. */
export async function deleteWorkflow(
  app: App,
  { file, name }: WorkflowLine,
  after: () => void,
): Promise<void> {
  const { client } = app;
  try {
    const { text, hash } = await client.call("GET /workflow", { query: { file, textOnly: true } });
    await client.call("DELETE /workflow", { query: { file }, match: { hash } });
    openBoards(app).forget(file);
    after();
    const restore = async () => {
      try {
        const body = { text, message: "deleted, and taken back" };
        await client.call("PUT /workflow", { query: { file }, body, match: { none: true } });
        announce(`${file} is back`);
        after();
      } catch (error) {
        showToast({ look: "bad", title: `Cannot bring ${file} back`, text: messageOf(error) });
      }
    };
    showToast({
      look: "info",
      title: `Deleted ${name === "" ? file : name}`,
      text: `${file} is gone from the workspace; its versions are kept`,
      action: { title: "Undo", run: () => void restore() },
    });
  } catch (error) {
    showToast({ look: "bad", title: `Cannot delete ${file}`, text: messageOf(error) });
  }
}
