/**
 * Does something as soon as what was changed just now stands in the page: in the same turn, before the next key can come.
 *
 * @module
 */

export function afterDrawing(act: () => void): void {
  // Changes are drawn in a microtask; one that is asked for later comes later.
  Promise.resolve().then(() => Promise.resolve()).then(act);
}
