/**
 * Markdown by lines: what kind of line each is, and what is in it. There is no grammar for it that ships as WebAssembly, and lines are
 * enough for colours.
 *
 * @module
 */

/** What the lines before a line leave open. Equal states have equal keys. */
export interface LineState {
  readonly kind: "text" | "fence" | "comment" | "matter";
  /** What ends a fence: its character, as often as it began with. */
  readonly fence: string;
  /** What the fence says its code is in. */
  readonly language: string;
}

export const TEXT: LineState = { kind: "text", fence: "", language: "" };
const MATTER: LineState = { kind: "matter", fence: "", language: "yaml" };
const COMMENT: LineState = { kind: "comment", fence: "", language: "" };

/** A scope on part of a line. */
export interface LinePiece {
  readonly from: number;
  readonly to: number;
  /** Without its language. */
  readonly scope: string;
}

const FENCE = /^\s{0,3}(?:>\s?|[-*+]\s+|\d+[.)]\s+)*(`{3,}|~{3,})\s*([^\s`{]*)/;

/** Longer lines are not looked into, in UTF-16 units. */
export const LINE_LIMIT = 20_000;

/** The state after a line. */
export function stateAfter(line: string, before: LineState, isFirst: boolean): LineState {
  switch (before.kind) {
    case "matter":
      return /^(?:---|\.\.\.)\s*$/.test(line) ? TEXT : before;
    case "fence": {
      const mark = /^\s*(?:>\s?)*(`{3,}|~{3,})\s*$/.exec(line)?.[1];
      return mark !== undefined && mark.startsWith(before.fence) ? TEXT : before;
    }
    case "comment":
      return line.includes("-->") ? TEXT : before;
    case "text": {
      if (isFirst && /^---\s*$/.test(line)) return MATTER;
      const fence = FENCE.exec(line);
      if (
        fence !== null &&
        !(fence[1]!.startsWith("`") && line.indexOf("`", fence.index + fence[0].length) !== -1)
      ) {
        return { kind: "fence", fence: fence[1]!, language: fence[2]! };
      }
      const open = line.lastIndexOf("<!--");
      return open !== -1 && line.indexOf("-->", open) === -1 ? COMMENT : before;
    }
  }
}

export function sameState(one: LineState, other: LineState): boolean {
  return one.kind === other.kind && one.fence === other.fence && one.language === other.language;
}

const PREFIX = /^(\s*(?:>\s?)*\s*)((?:[-*+]|\d{1,9}[.)])(?=\s|$))?(\s+\[[ xX]\](?=\s))?/;
const INLINE: readonly (readonly [RegExp, string])[] = [
  [/\\[!-/:-@[-`{-~]/y, "constant.character.escape"],
  [/(`+)(?!`)(?:(?!\1(?!`)).|`)*?[^`]\1(?!`)/y, "markup.raw.inline"],
  [/<!--.*?(?:-->|$)/y, "comment.block"],
  [/<(?:https?:\/\/|mailto:)[^\s<>]*>/y, "markup.underline.link"],
  [/<\/?[a-zA-Z][^<>]*>/y, "entity.name.tag"],
  [
    /!?\[(?:[^[\]\\]|\\.|\[[^[\]]*\])*\](?:\((?:[^()\s\\]|\\.|\([^()\s]*\))*(?:\s+(?:"[^"]*"|'[^']*'))?\)|\[[^[\]]*\])/y,
    "markup.underline.link",
  ],
  [/(\*\*\*|___)(?=\S)(?:(?!\1).)*?\S\1/y, "markup.bold markup.italic"],
  [/(\*\*|__)(?=\S)(?:(?!\1).)*?\S\1/y, "markup.bold"],
  [/\*(?=[^\s*])(?:[^*\\]|\\.|\*\*[^*]*\*\*)*?[^\s*\\]?\*(?!\*)/y, "markup.italic"],
  [/(?<![\p{L}\p{N}_])_(?=[^\s_])(?:[^_\\]|\\.)*?_(?![\p{L}\p{N}_])/yu, "markup.italic"],
  [/~~(?=\S)(?:(?!~~).)*\S~~/y, "markup.strikethrough"],
  [/https?:\/\/[^\s<>()[\]]*[^\s<>()[\].,;:!?'"]/y, "markup.underline.link"],
];

/** The scopes of a line, ascending and apart. */
export function piecesOf(line: string, before: LineState, after: LineState, next: string): LinePiece[] {
  const whole = (scope: string): LinePiece[] => line === "" ? [] : [{ from: 0, to: line.length, scope }];
  if (line.length > LINE_LIMIT) return [];
  if (before.kind === "matter" || after.kind === "matter") {
    return /^(?:---|\.\.\.)\s*$/.test(line) ? whole("punctuation.section") : [];
  }
  if (before.kind === "fence") return after.kind === "fence" ? [] : whole("punctuation.definition.fenced");
  if (before.kind === "comment") return whole("comment.block");
  if (after.kind === "fence") return whole("punctuation.definition.fenced");
  if (/^\s{0,3}#{1,6}(?:\s|$)/.test(line)) return whole("markup.heading entity.name.section");
  if (/^\s{0,3}(?:(?:\*\s*){3,}|(?:-\s*){3,}|(?:_\s*){3,})$/.test(line)) return whole("meta.separator");
  if (/^\s{0,3}(?:=+|-+)\s*$/.test(next) && /\S/.test(line) && !/^\s*[-*+>|]/.test(line)) {
    return whole("markup.heading entity.name.section");
  }
  if (/^\s{0,3}=+\s*$/.test(line)) return whole("markup.heading entity.name.section");
  if (/^\s{0,3}\[[^\]]+\]:\s/.test(line)) return whole("markup.underline.link");
  return inlinePieces(line);
}

function inlinePieces(line: string): LinePiece[] {
  const pieces: LinePiece[] = [];
  const [prefix, quote, mark] = PREFIX.exec(line)!;
  let at = quote!.length;
  if (quote!.includes(">")) {
    pieces.push({ from: quote!.indexOf(">"), to: at, scope: "markup.quote punctuation.definition.quote" });
  }
  if (mark !== undefined) {
    pieces.push({ from: at, to: prefix.length, scope: "markup.list punctuation.definition.list" });
  }
  at = prefix.length;
  while (at < line.length) {
    const found = matchAt(line, at);
    if (found === undefined) {
      at++;
      continue;
    }
    pieces.push(found);
    at = found.to;
  }
  return pieces;
}

function matchAt(line: string, at: number): LinePiece | undefined {
  if (!"\\`<![*_~h".includes(line[at]!)) return undefined;
  for (const [pattern, scope] of INLINE) {
    pattern.lastIndex = at;
    const match = pattern.exec(line);
    if (match !== null && match[0] !== "") return { from: at, to: at + match[0].length, scope };
  }
  return undefined;
}
