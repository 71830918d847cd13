/** What a one-time address says. @module */

/** The key in a one-time address, or alone, and the view that it opens: `KEY` or `KEY/runs/ID`. */
export function readKey(text: string): { readonly key: string; readonly place: string } {
  const [, key = "", place = ""] = /^(?:.*#t=)?([^/]*)(\/.*)?$/.exec(text.trim()) ?? [];
  return { key: decodeURIComponent(key), place };
}
