/** Where the focus goes when the card that has it is decided about and gone. @module */

import { afterDrawing } from "../../parts/after_drawing.ts";
import type { OpenText } from "../open_text.ts";

/** To the card that takes its place, else to the text. To be called before the card goes. */
export function keepFocus(from: EventTarget | null, text: OpenText): void {
  const card = from instanceof HTMLElement ? from.closest(".editor-diff") : null;
  const panel = card?.closest(".panel-body");
  if (card === null || panel === undefined || panel === null) return;
  const at = [...panel.querySelectorAll(".editor-diff")].indexOf(card);
  afterDrawing(() => {
    const cards = panel.querySelectorAll<HTMLElement>(".editor-diff");
    const next = cards[Math.min(at, cards.length - 1)]?.querySelector<HTMLElement>(".editor-diff-place");
    if (next === undefined || next === null) text.view?.focus();
    else next.focus();
  });
}
