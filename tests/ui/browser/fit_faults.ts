/**
 * What does not fit into a window, or into a hand: a page that scrolls sideways, controls that lie outside of it where nothing
 * scrolls to them or under something else, and targets of less than 24 pixels (WCAG 2.5.8).
 *
 * @module
 */

import type { Page } from "playwright-core";

/** A line for each; none where all is well. `least` is the side of the smallest target, in pixels. */
export function fitFaults(page: Page, least = 24): Promise<string[]> {
  return page.evaluate(inPage, least);
}

function inPage(least: number): string[] {
  const faults: string[] = [];
  const wide = document.documentElement.scrollWidth;
  if (wide > innerWidth) faults.push(`the page is ${wide} wide and scrolls sideways`);
  const controls =
    "a[href], button, input, select, textarea, summary, [role=tab], [role=treeitem], [role=slider], " +
    "[role=option][aria-selected], [role=menuitem], [tabindex='0']";
  /** A thing over others: what lies behind it is not to be reached now. */
  const over =
    "dialog, .menu, .tip, .toasts, .side, .monitor-list.open, .monitor-node, .editor-files, .editor-changes";
  const top = [...document.querySelectorAll("dialog[open]")].at(-1) ?? document.body;

  /** Scrolls by hand along this axis until it is seen. */
  const scrolls = (element: Element, axis: "X" | "Y"): boolean => {
    for (let at = element.parentElement; at !== null; at = at.parentElement) {
      const style = getComputedStyle(at);
      const hasMore = axis === "X" ? at.scrollWidth > at.clientWidth : at.scrollHeight > at.clientHeight;
      if (hasMore && /auto|scroll/.test(style[`overflow${axis}`])) return true;
    }
    return false;
  };
  /** Stands in a line of words, whose height is not its own. */
  const isInline = (element: Element): boolean =>
    getComputedStyle(element).display === "inline" &&
    [...element.parentElement?.childNodes ?? []].some((node) =>
      node.nodeType === Node.TEXT_NODE && (node.textContent ?? "").trim() !== ""
    );

  for (const element of top.querySelectorAll<HTMLElement>(controls)) {
    // The nodes of a canvas are panned to, and each is in the outline, too.
    if (element.closest(".stage [data-node], .hidden-text, .skip, .uplot") !== null) continue;
    if (!element.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue;
    const isMark = element instanceof HTMLInputElement && /checkbox|radio/.test(element.type);
    const target = isMark ? element.closest("label") ?? element : element;
    const { left, top: above, right, bottom, width, height } = target.getBoundingClientRect();
    const what = `${element.tagName.toLowerCase()}.${element.className} "${
      (element.getAttribute("aria-label") ?? element.textContent ?? "").trim().slice(0, 40)
    }" at ${Math.round(left)}, ${Math.round(above)}, ${width.toFixed(1)} by ${height.toFixed(1)}`;
    if (width === 0 || height === 0) continue;
    if ((width < least - 0.1 || height < least - 0.1) && !isInline(element)) {
      faults.push(`${what} is too small`);
    }
    const isBeside = right > innerWidth + 1 || left < -1;
    const isBelow = bottom > innerHeight + 1 || above < -1;
    if ((isBeside && !scrolls(element, "X")) || (isBelow && !scrolls(element, "Y"))) {
      faults.push(`${what} lies outside, and nothing scrolls there`);
      continue;
    }
    const [x, y] = [left + width / 2, above + height / 2];
    if (
      x < 0 || y < 0 || x >= innerWidth || y >= innerHeight ||
      element.matches("[tabindex='0']:not(button, a)")
    ) continue;
    const seen = document.elementFromPoint(x, y);
    if (seen === null || target.contains(seen) || seen.contains(element)) continue;
    const cover = seen.closest(over);
    if (cover === null || cover.contains(element)) {
      // Scrolled out of its frame, which ends before the window does.
      if (isClipped(element, x, y)) continue;
      faults.push(`${what} lies under ${seen.tagName.toLowerCase()}.${seen.className}`);
    }
  }
  return faults;

  function isClipped(element: Element, x: number, y: number): boolean {
    for (let at = element.parentElement; at !== null; at = at.parentElement) {
      if (getComputedStyle(at).overflow === "visible") continue;
      const box = at.getBoundingClientRect();
      if (x < box.left || x > box.right || y < box.top || y > box.bottom) return true;
    }
    return false;
  }
}
