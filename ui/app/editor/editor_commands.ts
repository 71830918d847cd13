/** What can be done in the editor, by key and from the palette. @module */

import { EditorView } from "@codemirror/view";
import { palette } from "../shell/command_palette.tsx";
import { announce } from "../state/announce.ts";
import type { App } from "../state/app.ts";
import type { Command } from "../state/commands.ts";
import { showToast } from "../state/toasts.ts";
import { type HunkHere, hunksOf } from "./code/reviews.ts";
import type { OpenText } from "./open_text.ts";
import type { EditorWorkspace } from "./workspace.ts";

function failed(title: string, error: unknown): void {
  showToast({ look: "bad", title, text: error instanceof Error ? error.message : String(error) });
}

/** Writes the file and says how it went. */
export async function saveText(text: OpenText, overwrite = false): Promise<void> {
  try {
    const refusal = await text.save(overwrite);
    if (refusal === undefined) announce("Saved");
    else if (refusal === "changed-outside") {
      text.fileState.value = "conflict";
      showToast({
        look: "warn",
        title: `${text.file} was changed elsewhere`,
        text: "Look at both, then save over it.",
        action: { title: "Save over it", run: () => void saveText(text, true) },
      });
    } else failed(`Cannot save ${text.file}`, "it may only be read");
  } catch (error) {
    failed(`Cannot save ${text.file}`, error);
  }
}

/** Renames what is at the place, wherever it is used. */
export async function renameAt(text: OpenText, offset: number, name: string): Promise<void> {
  try {
    const plan = await text.askSettled("language.planRename", (at) => ({ ...at, offset, name }));
    await text.ask("language.apply", { plan: plan.plan });
    announce(plan.title);
  } catch (error) {
    failed(`Cannot rename to ${name}`, error);
  }
}

async function format(text: OpenText): Promise<void> {
  try {
    const plan = await text.askSettled(
      "language.planFormat",
      ({ buffer }) => ({ buffer, style: { tabSize: 2 } }),
    );
    if (plan === null) {
      showToast({ look: "info", title: "Nothing formats this language here" });
    } else await text.ask("language.apply", { plan: plan.plan });
  } catch (error) {
    failed("Cannot format", error);
  }
}

async function definition(text: OpenText, workspace: EditorWorkspace): Promise<void> {
  const offset = text.editorState?.selection.main.head ?? 0;
  try {
    const places = await text.askSettled(
      "language.places",
      (at) => ({ ...at, offset, question: "definition" as const }),
    );
    const place = places[0];
    if (place?.file === undefined) {
      showToast({ look: "info", title: "No definition is known for this" });
    } else workspace.goTo(place.file, place.start.line, place.start.character);
  } catch (error) {
    failed("Cannot find the definition", error);
  }
}

/** The hunk that the caret is at, or the next one. */
function hunkAt(text: OpenText): HunkHere | undefined {
  const state = text.editorState;
  if (state === undefined) return undefined;
  const { head } = state.selection.main;
  const hunks = hunksOf(state);
  return hunks.find(({ undo }) => undo.from <= head && head <= undo.to);
}

function step(text: OpenText, by: 1 | -1): void {
  const state = text.editorState;
  if (state === undefined) return;
  const hunks = hunksOf(state);
  const { head } = state.selection.main;
  const next = by > 0
    ? hunks.find(({ undo }) => undo.from > head) ?? hunks[0]
    : hunks.findLast(({ undo }) => undo.to < head) ?? hunks.at(-1);
  if (next === undefined) {
    announce("No changes to review here");
    return;
  }
  text.change({
    selection: { anchor: next.undo.from },
    effects: EditorView.scrollIntoView(next.undo.from, { y: "center" }),
  });
  const line = state.doc.lineAt(next.undo.from).number;
  announce(`Change of ${next.changeSet}, line ${line}, ${hunks.indexOf(next) + 1} of ${hunks.length}`);
}

export interface EditorDialogs {
  readonly rename: (text: OpenText) => void;
}

export function editorCommands(
  _app: App,
  workspace: EditorWorkspace,
  active: () => OpenText | undefined,
  dialogs: EditorDialogs,
): readonly Command[] {
  const group = "Editor";
  const isOpen = () => active() !== undefined;
  const on = (act: (text: OpenText) => unknown) => () => {
    const text = active();
    if (text !== undefined) void act(text);
  };
  const onHunk = (act: (text: OpenText, hunk: HunkHere) => void) =>
    on((text) => {
      const hunk = hunkAt(text);
      if (hunk === undefined) return announce("The caret is at no change of an agent");
      act(text, hunk);
      step(text, 1);
    });
  const make = (id: string, title: string, keys: string, run: () => void): Command => ({
    id: `editor.${id}`,
    title,
    group,
    ...(keys === "" ? {} : { keys }),
    when: isOpen,
    run,
  });
  return [
    { id: "editor.find", title: "Open a file", group, keys: "mod+p", run: () => palette.value = "@" },
    make("save", "Save", "mod+s", on((text) => saveText(text))),
    make("close", "Close file", "alt+w", on((text) => workspace.close(text.file))),
    make("next", "Next file", "alt+pagedown", on((text) => switchFile(workspace, text, 1))),
    make("previous", "Previous file", "alt+pageup", on((text) => switchFile(workspace, text, -1))),
    make("definition", "Go to definition", "f12", on((text) => definition(text, workspace))),
    make("rename", "Rename symbol", "f2", on(dialogs.rename)),
    make("format", "Format", "alt+shift+f", on(format)),
    make("nextChange", "Next change of an agent", "f7", on((text) => step(text, 1))),
    make("previousChange", "Previous change of an agent", "shift+f7", on((text) => step(text, -1))),
    make("accept", "Accept this change", "f8", onHunk((text, hunk) => workspace.acceptHunk(text, hunk))),
    make(
      "reject",
      "Reject this change",
      "shift+f8",
      onHunk((text, hunk) => workspace.rejectHunk(text, hunk)),
    ),
  ];
}

function switchFile(workspace: EditorWorkspace, text: OpenText, by: number): void {
  const texts = workspace.texts.peek();
  const next = texts[(texts.indexOf(text) + by + texts.length) % texts.length];
  if (next !== undefined) workspace.show(next.file);
}
