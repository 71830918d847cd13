/**
 * The focus is never nowhere: when what has it goes away, what stands in its place has it, else the nearest part that can have
 * it, else the view. A person at the keyboard goes on from where they were, and a screen reader says where that is.
 *
 * A view that knows better places the focus itself in the same turn; this one comes after the next drawing and only acts where
 * nothing has the focus by then.
 *
 * @module
 */

import { isTyping } from "../parts/keys.ts";

const reachable =
  'a[href], button:not(:disabled), input:not(:disabled), select, textarea, summary, [tabindex="0"], [contenteditable="true"]';
/** Beyond such a part one does not look for a neighbour. */
const part =
  'aside, section, article, nav, form, ul, table, .bar, [role="region"], [role="tabpanel"], [role="group"]';
const whole = "#main, dialog, .view, body";

/** Where something was taken out of the page. */
interface Gap {
  readonly parent: Element;
  readonly before: Node | null;
}

let isBegun = false;

/** True once anything has had the focus: whoever opens something by then is working, and may be led on. */
export function hasFocusBegun(): boolean {
  return isBegun;
}

/** Watches the page until the returned function is called. */
export function keepFocus(): () => void {
  let last: Element | undefined;
  let gap: Gap | undefined;
  let isTouched = false;
  const took = (event: FocusEvent) => {
    if (event.target instanceof Element) last = event.target;
    isBegun = true;
    gap = undefined;
  };
  const pointed = (event: PointerEvent) => isTouched = event.pointerType === "touch";
  const pressed = () => isTouched = false;
  const observer = new MutationObserver((records) => {
    if (last === undefined || last.isConnected || !isNowhere()) return;
    // The outermost that was taken out comes last, where there are several; its parent is still in the page.
    for (const { target, removedNodes, previousSibling } of records) {
      if (!(target instanceof Element) || !target.isConnected) continue;
      for (const removed of removedNodes) {
        if (removed.contains(last)) gap = { parent: target, before: previousSibling };
      }
    }
    if (gap !== undefined) requestAnimationFrame(() => setTimeout(fill));
  });
  const fill = () => {
    const found = gap;
    gap = undefined;
    if (found === undefined || !isNowhere()) return;
    placeFor(found, isTouched)?.focus();
  };
  addEventListener("focusin", took);
  addEventListener("pointerdown", pointed, true);
  addEventListener("keydown", pressed, true);
  observer.observe(document.body, { childList: true, subtree: true });
  return () => {
    removeEventListener("focusin", took);
    removeEventListener("pointerdown", pointed, true);
    removeEventListener("keydown", pressed, true);
    observer.disconnect();
  };
}

function isNowhere(): boolean {
  return document.activeElement === null || document.activeElement === document.body;
}

/** What comes after the gap in its part of the page, or before it; the view where there is neither. */
function placeFor({ parent, before }: Gap, isTouched: boolean): HTMLElement | undefined {
  let place: Element | null = parent.isConnected ? parent : null;
  let edge = before?.isConnected === true ? before : null;
  // Where one typed and the field is gone, the next field is right; to be put into one from a button is not.
  while (place !== null && !place.matches(whole)) {
    const found = [...place.querySelectorAll<HTMLElement>(reachable)].filter((element) =>
      element.checkVisibility({ visibilityProperty: true }) &&
      (!isTyping(element) || (place === parent && !isTouched))
    );
    const next = found.find((element) => edge === null || follows(edge, element)) ?? found.at(-1);
    if (next !== undefined) return next;
    if (place.matches(part)) break;
    edge = place.previousSibling;
    place = place.parentElement;
  }
  const dialog = document.querySelector<HTMLElement>("dialog[open]");
  if (dialog !== null) return dialog.querySelector<HTMLElement>(reachable) ?? dialog;
  return document.getElementById("main") ?? undefined;
}

function follows(edge: Node, element: Element): boolean {
  return (edge.compareDocumentPosition(element) & Node.DOCUMENT_POSITION_FOLLOWING) !== 0 &&
    !edge.contains(element);
}
