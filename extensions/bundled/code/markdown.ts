/**
 * Markdown as an outline, by lines: headings, and the names that its code spans and blocks mention.
 *
 * @module
 */

import type { SymbolEntry } from "./schemas.ts";

const MAX_MENTIONS = 5000;

/** Headings as symbols, each inside the one above it; mentioned names, each once; the first paragraph as `doc`. */
export function markdownOutline(source: string): { symbols: SymbolEntry[]; mentions: string[]; doc: string } {
  const symbols: SymbolEntry[] = [];
  const mentions = new Set<string>();
  const above: { depth: number; name: string }[] = [];
  let fence = "";
  let doc = "";
  for (const [at, line] of source.split("\n").entries()) {
    const mark = /^\s*(`{3,}|~{3,})/.exec(line)?.[1];
    if (mark !== undefined && (fence === "" || mark.startsWith(fence))) {
      fence = fence === "" ? mark : "";
      continue;
    }
    if (fence !== "") {
      addNames(mentions, line);
      continue;
    }
    for (const span of line.matchAll(/`([^`]+)`/g)) addNames(mentions, span[1] as string);
    const heading = /^(#{1,6})\s+(.+?)\s*#*\s*$/.exec(line);
    if (heading === null) {
      if (doc === "" && /^[A-Za-z*_`]/.test(line)) doc = line.trim().slice(0, 300);
      continue;
    }
    const depth = (heading[1] as string).length;
    while (above.length > 0 && (above.at(-1) as { depth: number }).depth >= depth) above.pop();
    const name = (heading[2] as string).slice(0, 200);
    symbols.push({
      name,
      kind: "heading",
      line: at + 1,
      endLine: at + 1,
      exported: true,
      parent: above.at(-1)?.name ?? "",
      signature: `${heading[1]} ${name}`,
      doc: "",
    });
    above.push({ depth, name });
  }
  return { symbols, mentions: [...mentions], doc };
}

function addNames(mentions: Set<string>, text: string): void {
  for (const [name] of text.matchAll(/[A-Za-z_$][\w$]{2,}/g)) {
    if (mentions.size < MAX_MENTIONS) mentions.add(name);
  }
}
