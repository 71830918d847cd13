/** Links of a Markdown text. @module */

export interface Link {
  readonly target: string;
  /** From 1. */
  readonly line: number;
}

/** Inline links, images and reference definitions; what stands in code is none. */
export function linksIn(text: string): readonly Link[] {
  const links: Link[] = [];
  let fence: string | undefined;
  for (const [at, line] of text.split(/\r?\n/).entries()) {
    const mark = /^\s{0,3}(`{3,}|~{3,})/.exec(line)?.[1];
    if (mark !== undefined && (fence === undefined || mark.startsWith(fence))) {
      fence = fence === undefined ? mark : undefined;
      continue;
    }
    if (fence !== undefined) continue;
    const plain = line.replace(/(`+)(?!`).*?[^`]\1(?!`)/g, (code) => " ".repeat(code.length));
    for (
      const [, bracketed, bare] of plain.matchAll(
        /\]\(\s*(?:<([^<>]*)>|([^\s()]+(?:\([^\s()]*\)[^\s()]*)*))/g,
      )
    ) {
      links.push({ target: bracketed ?? bare ?? "", line: at + 1 });
    }
    const definition = /^\s{0,3}\[[^\]^]+\]:\s*<?([^\s>]+)/.exec(plain)?.[1];
    if (definition !== undefined) links.push({ target: definition, line: at + 1 });
  }
  return links;
}
