/**
 * A long Markdown document in pieces that can be shown one after the other. A piece ends where a block surely does: before a heading,
 * or, where there is none for long, before a paragraph that stands flush left behind an empty line. Never within a fence. What links
 * by name are defined as stands in every piece. Pure.
 *
 * @module
 */

/** Characters of a piece, unless its blocks are longer. */
export const PIECE = 4_000;
/** Shorter documents are one piece. */
const WHOLE = 2 * PIECE;

/** What folds is not cut, unless it is longer than this: it may never be closed. */
const FARTHEST = 10 * PIECE;

/** The pieces; joined, without the definitions that are repeated, they are the text. */
export function markdownPieces(text: string): readonly string[] {
  if (text.length <= WHOLE) return [text];
  const lines = text.split("\n");
  const definitions: string[] = [];
  const pieces: string[] = [];
  let from = 0;
  let size = 0;
  let fence: string | undefined;
  let isOpen = false;
  let details = 0;
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] as string;
    const isAlone = at > 0 && (lines[at - 1] as string).trim() === "";
    if (fence === undefined) {
      const isEnd = size >= PIECE && !isOpen && (details === 0 || size >= FARTHEST) &&
        (/^#{1,6}\s/.test(line) || size >= 2 * PIECE && isAlone && /^[^\s>|\-*+<\d#]/.test(line));
      if (isEnd) {
        pieces.push(lines.slice(from, at).join("\n"));
        from = at;
        size = 0;
      }
      if (/^ {0,3}\[[^\]]+\]:\s*\S/.test(line)) definitions.push(line);
    }
    // A fence in a list item, or one that is never closed, keeps its list in one piece.
    const mark = /^\s*(`{3,}|~{3,})/.exec(line)?.[1];
    if (mark !== undefined && fence === undefined) fence = mark;
    else if (mark !== undefined && mark.startsWith(fence as string) && line.trim() === mark) {
      fence = undefined;
    }
    if (fence === undefined) {
      details += (line.match(/<details\b/gi)?.length ?? 0) - (line.match(/<\/details>/gi)?.length ?? 0);
    }
    // Markup that is open goes on until an empty line.
    isOpen = line.trim() !== "" && (isOpen || /^\s*</.test(line));
    size += line.length + 1;
  }
  pieces.push(lines.slice(from).join("\n"));
  if (definitions.length === 0) return pieces;
  return pieces.map((piece) => `${piece}\n\n${definitions.join("\n")}\n`);
}
