/**
 * Puts other words in the place of what was found, in all files. Only where the found words still stand: what was changed meanwhile is left
 * as it is.
 *
 * @module
 */

import type { TextHit } from "../../../api/files.ts";
import type { App } from "../../state/app.ts";
import type { EditorWorkspace } from "../workspace.ts";
import { changesIn } from "./found_changes.ts";

export interface Replaced {
  readonly places: number;
  readonly files: number;
  /** Places that are not as they were found, or cannot be reached. */
  readonly left: number;
  /** Files that were open, or not saved: they are changed, and not saved now. */
  readonly unsaved: number;
}

export async function replaceAll(
  { live }: App,
  workspace: EditorWorkspace,
  hits: readonly TextHit[],
  words: string,
): Promise<Replaced> {
  const byFile = Map.groupBy(hits, ({ path }) => path);
  let [places, files, unsaved] = [0, 0, 0];
  for (const [file, found] of byFile) {
    const open = workspace.texts.peek().find((text) => text.file === file && text.editorState !== undefined);
    if (open?.editorState !== undefined) {
      const changes = changesIn(open.editorState.doc.toString(), found, words);
      if (changes.length === 0) continue;
      open.change({ changes, userEvent: "input.replace" });
      [places, files, unsaved] = [places + changes.length, files + 1, unsaved + 1];
      continue;
    }
    const opened = await live.request("text.open", { file, mustExist: true }).catch(() => undefined);
    if (opened === undefined) continue;
    const { buffer, revision, text } = opened;
    try {
      const changes = changesIn(text, found, words).map(({ from, to, insert }) => ({ from, to, insert }));
      if (changes.length === 0 || opened.readOnly) continue;
      const step = `replace-${crypto.randomUUID()}`;
      const edited = await live.request("text.edit", { buffer, id: step, revision, changes, step });
      if (!edited.ok) continue;
      [places, files] = [places + changes.length, files + 1];
      // What somebody has not saved is not for us to save.
      const saved = opened.unsaved ? undefined : await live.request("text.save", { buffer });
      if (saved?.ok !== true) unsaved++;
    } finally {
      await live.request("text.close", { buffer }).catch(() => undefined);
    }
  }
  return { places, files, unsaved, left: hits.length - places };
}
