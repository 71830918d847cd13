/**
 * Takes the prose out of Markdown: code blocks, tables, rules and link targets are no sentences, and would win every
 * comparison by their length.
 *
 * @module
 */

/** The text without Markdown's marks; plain text stays as it is, apart from white space at line ends. */
export function proseOf(text: string): string {
  const lines: string[] = [];
  let fence: string | undefined;
  for (const line of text.split(/\r?\n/)) {
    const mark = /^\s{0,3}(`{3,}|~{3,})/.exec(line)?.[1];
    if (fence !== undefined) {
      if (mark !== undefined && mark.startsWith(fence)) fence = undefined;
      continue;
    }
    if (mark !== undefined) {
      fence = mark;
      continue;
    }
    if (!isTableOrRule(line)) lines.push(unmarked(line));
  }
  return lines.join("\n").trim();
}

function isTableOrRule(line: string): boolean {
  return /^\s*\|.*\|\s*$/.test(line) || /^\s{0,3}(?:[-*_=]\s*){3,}$/.test(line);
}

function unmarked(line: string): string {
  const plain = line
    .replace(/<!--.*?-->|<\/?[a-z][^<>]*>/gi, "")
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, "$1")
    .replace(/(\*\*|__|`+)(.+?)\1/g, "$2");
  const heading = /^\s{0,3}#{1,6}\s+(.*?)\s*#*$/.exec(plain)?.[1];
  // A heading is a sentence of its own; without a full stop it would run into the next one.
  if (heading !== undefined) return /[.!?:]$/.test(heading) ? heading : `${heading}.`;
  return plain.replace(/^\s*(?:>\s*)+/, "").replace(/^\s*(?:[-*+]|\d+[.)])\s+/, "").trimEnd();
}
