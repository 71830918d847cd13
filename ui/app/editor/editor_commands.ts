/** What can be done in the editor, by key and from the palette. @module */

import type { EditorState } from "@codemirror/state";
import { gotoLine } from "@codemirror/search";
import { EditorView } from "@codemirror/view";
import { palette } from "../shell/command_palette.tsx";
import { announce } from "../state/announce.ts";
import type { App } from "../state/app.ts";
import type { Command } from "../state/commands.ts";
import { showToast } from "../state/toasts.ts";
import { wrapLines } from "./code/code_habits.ts";
import {
  type ConflictHere,
  conflictsOf,
  hunksOf,
  isConflict,
  type PlaceHere,
  rangeOf,
} from "./code/reviews.ts";
import type { OpenText } from "./open_text.ts";
import { goToPlaces, goToSymbol, type Pick } from "./places.ts";
import { authorsText, nameOf } from "./text_authors.ts";
import type { EditorWorkspace } from "./workspace.ts";

function failed(title: string, error: unknown): void {
  showToast({ look: "bad", title, text: error instanceof Error ? error.message : String(error) });
}

/** Writes the file and says how it went; true where it is written. */
export async function saveText(text: OpenText, overwrite = false): Promise<boolean> {
  try {
    const refusal = await text.save(overwrite);
    if (refusal === undefined) {
      announce("Saved");
      return true;
    }
    if (refusal === "changed-outside") {
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
  return false;
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

function selectedWords(text: OpenText | undefined): string {
  const state = text?.editorState;
  return state === undefined ? "" : state.sliceDoc(state.selection.main.from, state.selection.main.to);
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

/** Everything that waits in the text, in its order. */
function placesOf(state: EditorState): readonly PlaceHere[] {
  return [...hunksOf(state), ...conflictsOf(state)].sort((one, other) =>
    rangeOf(one).from - rangeOf(other).from
  );
}

/** The place that the caret is at. */
function placeAt(text: OpenText): PlaceHere | undefined {
  const state = text.editorState;
  if (state === undefined) return undefined;
  const { head } = state.selection.main;
  return placesOf(state).find((place) => rangeOf(place).from <= head && head <= rangeOf(place).to);
}

function step(text: OpenText, by: 1 | -1): void {
  const state = text.editorState;
  if (state === undefined) return;
  const places = placesOf(state);
  const { head } = state.selection.main;
  const next = by > 0
    ? places.find((place) => rangeOf(place).from > head) ?? places[0]
    : places.findLast((place) => rangeOf(place).to < head) ?? places.at(-1);
  if (next === undefined) {
    announce("No changes to review here");
    return;
  }
  const { from } = rangeOf(next);
  text.change({ selection: { anchor: from }, effects: EditorView.scrollIntoView(from, { y: "center" }) });
  const line = state.doc.lineAt(from).number;
  const what = isConflict(next)
    ? `${authorsText(next.conflict.currentBy)} and ${nameOf(next.conflict.proposedBy)} contradict`
    : `Change of ${next.changeSet}`;
  announce(`${what}, line ${line}, ${places.indexOf(next) + 1} of ${places.length}`);
}

export interface EditorDialogs {
  readonly rename: (text: OpenText) => void;
  readonly pick: Pick;
  /** Looks for the words in all files; "" lets the person write them. */
  readonly search: (words: string) => void;
}

export function editorCommands(
  app: App,
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
  const onPlace = (act: (text: OpenText, place: PlaceHere) => void) =>
    on((text) => {
      const place = placeAt(text);
      if (place === undefined) return announce("The caret is at no change of an agent");
      act(text, place);
    });
  const decided = (answer: "accept" | "reject") =>
    onPlace((text, place) => {
      text.reviewing.decide(place, answer);
      step(text, 1);
    });
  const onConflict = (act: (text: OpenText, place: ConflictHere) => void) =>
    onPlace((text, place) => {
      if (isConflict(place)) act(text, place);
      else announce("Nothing contradicts here");
    });
  const places = (text: OpenText, question: "definition" | "references") =>
    goToPlaces({ app, workspace, text, pick: dialogs.pick }, question);
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
    {
      id: "editor.searchAll",
      title: "Search all files",
      group,
      keys: "mod+shift+f",
      run: () => dialogs.search(selectedWords(active())),
    },
    make("save", "Save", "mod+s", on((text) => saveText(text))),
    make("close", "Close file", "alt+w", on((text) => workspace.askToClose(text.file))),
    make("next", "Next file", "alt+pagedown", on((text) => switchFile(workspace, text, 1))),
    make("previous", "Previous file", "alt+pageup", on((text) => switchFile(workspace, text, -1))),
    make(
      "beside",
      "Show this file beside another, or no longer",
      "mod+\\",
      on((text) => moveBeside(workspace, text)),
    ),
    make("definition", "Go to definition", "f12", on((text) => places(text, "definition"))),
    make("references", "Find uses", "shift+f12", on((text) => places(text, "references"))),
    make(
      "symbol",
      "Go to a symbol of this text",
      "mod+shift+o",
      on((text) => goToSymbol(text, dialogs.pick)),
    ),
    make(
      "line",
      "Go to a line",
      "mod+g|ctrl+g",
      on((text) => text.view !== undefined && gotoLine(text.view)),
    ),
    make(
      "wrap",
      "Wrap long lines, or not",
      "alt+z",
      on(({ view, file }) => view !== undefined && wrapLines(view, file)),
    ),
    make("rename", "Rename symbol", "f2", on(dialogs.rename)),
    make("format", "Format", "alt+shift+f", on(format)),
    make("nextChange", "Next change of an agent", "f7", on((text) => step(text, 1))),
    make("previousChange", "Previous change of an agent", "shift+f7", on((text) => step(text, -1))),
    make("accept", "Accept this change", "f8", decided("accept")),
    make("reject", "Reject this change", "shift+f8", decided("reject")),
    make(
      "both",
      "Keep both sides of this contradiction",
      "",
      onConflict((text, place) => {
        text.reviewing.decide(place, "both");
        step(text, 1);
      }),
    ),
    make(
      "sides",
      "Look at both sides of this contradiction",
      "alt+f8",
      onConflict((_text, { conflict }) => workspace.shownConflict.value = conflict.id),
    ),
  ];
}

function moveBeside(workspace: EditorWorkspace, { file }: OpenText): void {
  if (workspace.beside.peek() === file) workspace.endBeside(file);
  else workspace.showBeside(file);
}

function switchFile(workspace: EditorWorkspace, text: OpenText, by: number): void {
  const texts = workspace.texts.peek();
  const next = texts[(texts.indexOf(text) + by + texts.length) % texts.length];
  if (next !== undefined) workspace.show(next.file);
}
