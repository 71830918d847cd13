/**
 * What hands expect of an editor of code: comments by key, lines indented as those before, brackets that match, folding, wrapping.
 *
 * @module
 */

import { bracketMatching, codeFolding, foldGutter } from "@codemirror/language";
import { Compartment, type Extension, type Text } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import { announce } from "../../state/announce.ts";
import { isProse, linesKnown } from "./by_lines.ts";

const WRAP_KEY = "symphony.editor.wrap";

const wrapping = new Compartment();

/** Whether lines of such a file are wrapped: as was chosen last, else prose is. */
function isWrapped(file: string): boolean {
  const chosen = localStorage.getItem(`${WRAP_KEY}.${isProse(file) ? "prose" : "code"}`);
  return chosen === null ? isProse(file) : chosen === "yes";
}

/** Wraps long lines, or no longer. Remembered for prose and for code. */
export function wrapLines(view: EditorView, file: string): void {
  const isNow = !view.lineWrapping;
  localStorage.setItem(`${WRAP_KEY}.${isProse(file) ? "prose" : "code"}`, isNow ? "yes" : "no");
  view.dispatch({ effects: wrapping.reconfigure(isNow ? EditorView.lineWrapping : []) });
  announce(isNow ? "Long lines are wrapped" : "Long lines are not wrapped");
}

function arrow(isOpen: boolean): HTMLElement {
  const mark = document.createElement("span");
  mark.className = `editor-fold ${isOpen ? "open" : "closed"}`;
  mark.textContent = isOpen ? "⌄" : "›";
  mark.title = isOpen ? "Fold (Ctrl+Shift+[)" : "Unfold (Ctrl+Shift+])";
  return mark;
}

/** @param text as it is opened */
export function codeHabits(file: string, text: Text): Extension {
  return [
    linesKnown(file, text),
    bracketMatching(),
    codeFolding(),
    foldGutter({
      markerDOM: arrow,
      domEventHandlers: {
        // Who folds by mouse goes on typing.
        mousedown: (_view, _line, event) => {
          event.preventDefault();
          return false;
        },
      },
    }),
    wrapping.of(isWrapped(file) ? EditorView.lineWrapping : []),
  ];
}
