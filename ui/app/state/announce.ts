/** Words for a screen reader about what just happened on the page and cannot be seen by it. @module */

import { signal } from "@preact/signals";

export const announcement = signal("");

/** Says it once; the same words again are said again. */
export function announce(text: string): void {
  announcement.value = announcement.peek() === text ? `${text}\u00A0` : text;
}
