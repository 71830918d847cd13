/**
 * Git's wildmatch with WM_PATHNAME as a regular expression: `*` and `?` stop at a slash, `**` between slashes does not.
 * A pattern that git never matches (an open bracket, an unknown class, a lone backslash at the end) gives undefined.
 *
 * @module
 */

const CLASSES: Readonly<Record<string, string>> = {
  alnum: "a-zA-Z0-9",
  alpha: "a-zA-Z",
  blank: " \\t",
  cntrl: "\\x00-\\x1f\\x7f",
  digit: "0-9",
  graph: "\\x21-\\x7e",
  lower: "a-z",
  print: "\\x20-\\x7e",
  punct: "!-\\/:-@\\[-`{-~",
  space: "\\s",
  upper: "A-Z",
  xdigit: "0-9a-fA-F",
};

/** The expression that matches what git's pattern matches, or undefined where it can match nothing. */
export function wildmatch(pattern: string): RegExp | undefined {
  let source = "";
  let at = 0;
  while (at < pattern.length) {
    const char = pattern.charAt(at);
    if (char === "*") {
      const stars = starsAt(pattern, at);
      source += stars.source;
      at = stars.end;
    } else if (char === "?") {
      source += "[^/]";
      at++;
    } else if (char === "[") {
      const set = bracketAt(pattern, at);
      if (set === undefined) return undefined;
      source += set.source;
      at = set.end;
    } else if (char === "\\") {
      if (at + 1 >= pattern.length) return undefined;
      source += literal(pattern.charAt(at + 1));
      at += 2;
    } else {
      source += literal(char);
      at++;
    }
  }
  return new RegExp(`^${source}$`, "s");
}

interface Piece {
  readonly source: string;
  readonly end: number;
}

function starsAt(pattern: string, start: number): Piece {
  let end = start;
  while (pattern.charAt(end) === "*") end++;
  const opens = start === 0 || pattern.charAt(start - 1) === "/";
  const next = pattern.charAt(end);
  if (end - start === 1 || !opens || (next !== "" && next !== "/")) return { source: "[^/]*", end };
  return next === "" ? { source: ".*", end } : { source: "(?:.*/)?", end: end + 1 };
}

/** A bracket expression; a slash is never in it. */
function bracketAt(pattern: string, start: number): Piece | undefined {
  let at = start + 1;
  const negated = pattern.charAt(at) === "!" || pattern.charAt(at) === "^";
  if (negated) at++;
  let members = "";
  for (let first = true; first || pattern.charAt(at) !== "]"; first = false) {
    if (at >= pattern.length) return undefined;
    const member = memberAt(pattern, at);
    if (member === undefined) return undefined;
    members += member.source;
    at = member.end;
  }
  if (members === "") return { source: negated ? "[^/]" : "(?!)", end: at + 1 };
  return { source: `(?!/)[${negated ? "^" : ""}${members}]`, end: at + 1 };
}

function memberAt(pattern: string, at: number): Piece | undefined {
  if (pattern.startsWith("[:", at)) {
    const close = pattern.indexOf("]", at + 2);
    if (close > 0 && pattern.charAt(close - 1) === ":") {
      const known = CLASSES[pattern.slice(at + 2, close - 1)];
      return known === undefined ? undefined : { source: known, end: close + 1 };
    }
  }
  const low = charAt(pattern, at);
  if (low === undefined) return undefined;
  if (pattern.charAt(low.end) !== "-" || (pattern.charAt(low.end + 1) || "]") === "]") {
    return { source: setLiteral(low.source), end: low.end };
  }
  const high = charAt(pattern, low.end + 1);
  if (high === undefined) return undefined;
  const empty = low.source > high.source;
  return { source: empty ? "" : `${setLiteral(low.source)}-${setLiteral(high.source)}`, end: high.end };
}

/** One character, or the one behind a backslash. */
function charAt(pattern: string, at: number): Piece | undefined {
  const escaped = pattern.charAt(at) === "\\";
  const source = pattern.charAt(escaped ? at + 1 : at);
  return source === "" ? undefined : { source, end: at + (escaped ? 2 : 1) };
}

function literal(char: string): string {
  return /[\\^$.*+?()[\]{}|/]/.test(char) ? `\\${char}` : char;
}

function setLiteral(char: string): string {
  return /[\\\]^[-]/.test(char) ? `\\${char}` : char;
}
