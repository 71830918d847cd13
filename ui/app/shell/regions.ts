/**
 * The parts of the page, walked by F6: navigation, bar, panels, stage, messages, status line. Each is entered where one was in it
 * last, so that no one tabs through a library of a hundred nodes to come to the inspector.
 *
 * @module
 */

import { announce } from "../state/announce.ts";

const regions =
  ".rail, .bar, .view > .tabs, .view > [role='tabpanel'], .home, .monitor-runs, .board-body > aside, " +
  ".stage-frame, .monitor-asking, .monitor-failed, .monitor-run > aside, .monitor-stage, .monitor-side, .monitor-main, " +
  ".editor-files, .editor-main, .editor-changes, .motif-dock, .toasts, .status";
const reachable =
  'a[href], button:not([tabindex="-1"]):not(:disabled), input, select, textarea, summary, [tabindex="0"], [contenteditable="true"]';

/** Where one was in each part. */
const left = new WeakMap<Element, HTMLElement>();

/** Moves the focus to the next part of the page, or the one before. */
export function goToRegion(by: 1 | -1): void {
  const found = [...document.querySelectorAll(regions)].filter((region) => placeIn(region) !== undefined);
  if (found.length === 0) return;
  const now = document.activeElement;
  const inside = found.filter((region) => region.contains(now));
  const at = inside.length === 0 ? (by > 0 ? -1 : 0) : found.indexOf(inside.at(-1) as Element);
  if (now instanceof HTMLElement) { for (const region of inside) left.set(region, now); }
  for (let step = 1; step <= found.length; step++) {
    const region = found[(at + by * step + found.length * 2) % found.length] as Element;
    const place = placeIn(region);
    if (place === undefined || place === now) continue;
    place.focus();
    announce(nameOf(region));
    return;
  }
}

function placeIn(region: Element): HTMLElement | undefined {
  const kept = left.get(region);
  if (kept?.isConnected === true && region.contains(kept) && kept.checkVisibility()) return kept;
  return [...region.querySelectorAll<HTMLElement>(reachable)].find((element) =>
    element.checkVisibility({ visibilityProperty: true })
  );
}

function nameOf(region: Element): string {
  const own = region.getAttribute("aria-label") ??
    region.querySelector("[aria-label]")?.getAttribute("aria-label");
  if (region.matches(".rail")) return "Views";
  if (region.matches(".bar")) return "Bar";
  if (region.matches(".status")) return "Status line";
  return own ?? region.querySelector("h1, h2")?.textContent ?? "";
}
