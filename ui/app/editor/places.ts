/** The way to what a name means and where it is used, and to what a text defines: at once where it is one place, else by a list. @module */

import { EditorView } from "@codemirror/view";
import type { CodePlace, PlaceQuestion } from "../../../core/ports/language.ts";
import type { Pickable } from "../parts/pick_dialog.tsx";
import { counted } from "../parts/counted.ts";
import { announce } from "../state/announce.ts";
import type { App } from "../state/app.ts";
import { showToast } from "../state/toasts.ts";
import { help, isWorkflow } from "./code/language.ts";
import type { OpenText } from "./open_text.ts";
import type { EditorWorkspace } from "./workspace.ts";

/** What is asked of the person, and what follows. */
export interface Picking {
  readonly label: string;
  readonly placeholder: string;
  readonly entries: readonly Pickable[];
  readonly pick: (id: string) => void;
}

export type Pick = (picking: Picking) => void;

/** Goes to what defines, or uses, what is at the caret. */
export async function goToPlaces(
  { app, workspace, text, pick }: {
    readonly app: App;
    readonly workspace: EditorWorkspace;
    readonly text: OpenText;
    readonly pick: Pick;
  },
  question: PlaceQuestion & ("definition" | "references"),
): Promise<void> {
  const offset = text.editorState?.selection.main.head ?? 0;
  const what = question === "definition" ? "definition" : "use";
  try {
    if (question === "definition" && await goInWorkflow(app, workspace, text, offset)) return;
    const places = await text.askSettled("language.places", (at) => ({ ...at, offset, question }));
    const files = places.filter(({ file }) => file !== undefined);
    const [first] = files;
    if (first === undefined) return await tellNone(text, question);
    if (files.length === 1) return go(workspace, first);
    announce(`${counted(files.length, what)}`);
    pick({
      label: `${counted(files.length, what)}`,
      placeholder: `${counted(files.length, what)}: choose one`,
      entries: files.map((place, at) => ({
        id: String(at),
        title: `${place.file ?? ""}:${place.start.line + 1}`,
        about: (place.text ?? "").trim(),
      })),
      pick: (id) => go(workspace, files[Number(id)] ?? first),
    });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    showToast({ look: "bad", title: `Cannot find the ${question}`, text: why });
  }
}

/** Nodes, inputs and workflows that a workflow names. */
async function goInWorkflow(
  { client }: App,
  workspace: EditorWorkspace,
  text: OpenText,
  offset: number,
): Promise<boolean> {
  if (!isWorkflow(text)) return false;
  const { workflowDefinition } = await help();
  const source = text.editorState?.doc.toString() ?? "";
  const found = await workflowDefinition(client, text.file, source, offset).catch(() => undefined);
  if (found === undefined) return false;
  if (typeof found === "object") workspace.goTo(found.file, 0, 0);
  else goToOffset(text, found);
  return true;
}

async function tellNone(text: OpenText, question: "definition" | "references"): Promise<void> {
  const isServed = await text.ask("language.isServed", { buffer: text.buffer as never }).catch(() => true);
  if (question === "definition") {
    showToast({
      look: "info",
      title: "No definition is known for this",
      text: "Definitions are looked for in this text and the files of the workspace.",
    });
  } else {
    showToast({
      look: "info",
      title: "No use is known for this",
      text: isServed
        ? "Search all files for the word instead."
        : "Without a language server uses are known within this text. Search all files for the word instead.",
    });
  }
}

function go(workspace: EditorWorkspace, { file = "", start }: CodePlace): void {
  if (/^(\/|[A-Za-z]:)/.test(file)) {
    showToast({ look: "info", title: "The definition is outside the workspace", text: file });
  } else workspace.goTo(file, start.line, start.character);
}

export function goToOffset(text: OpenText, offset: number): void {
  text.change({
    selection: { anchor: offset },
    effects: EditorView.scrollIntoView(offset, { y: "center" }),
  });
  text.view?.focus();
}

/** Asks which of the text's definitions to go to. */
export async function goToSymbol(text: OpenText, pick: Pick): Promise<void> {
  try {
    const found = await text.ask("structure.definitions", { buffer: text.buffer as never });
    const doc = text.editorState?.doc;
    if (found === null || found.value.length === 0 || doc === undefined) {
      showToast({ look: "info", title: "No symbols are known in this text" });
      return;
    }
    pick({
      label: "Symbols of this text",
      placeholder: "Go to a symbol…",
      entries: found.value.map(({ name, kind, path, nameRange }, at) => ({
        id: String(at),
        title: name,
        about: [kind, ...path].join(" · "),
        place: `line ${doc.lineAt(Math.min(nameRange.from, doc.length)).number}`,
      })),
      pick: (id) => {
        const length = text.editorState?.doc.length ?? 0;
        goToOffset(text, Math.min(found.value[Number(id)]?.nameRange.from ?? 0, length));
      },
    });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    showToast({ look: "bad", title: "Cannot list the symbols", text: why });
  }
}
