/** Headings of a Markdown text as links name them. @module */

/** The names, as GitHub makes them: lower case, without punctuation, numbered where they repeat. */
export function anchorsIn(text: string): ReadonlySet<string> {
  const anchors = new Set<string>();
  const times = new Map<string, number>();
  let inFence = false;
  for (const line of text.split(/\r?\n/)) {
    if (/^\s{0,3}(```|~~~)/.test(line)) inFence = !inFence;
    for (const [, id] of line.matchAll(/<a\s+(?:name|id)="([^"]+)"/g)) anchors.add(id ?? "");
    const heading = inFence ? undefined : /^\s{0,3}#{1,6}\s+(.+?)\s*#*\s*$/.exec(line)?.[1];
    if (heading === undefined) continue;
    const base = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, "$1").toLowerCase()
      .replace(/[^\p{Letter}\p{Mark}\p{Number}\s_-]/gu, "").trim().replace(/\s/g, "-");
    const before = times.get(base) ?? 0;
    times.set(base, before + 1);
    anchors.add(before === 0 ? base : `${base}-${before}`);
  }
  return anchors;
}
