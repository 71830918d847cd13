/**
 * Whether a JSONata expression is finished: told from its brackets, its quotes and its last operator, without the library. What is
 * wrong in another way is the operator's to say; nothing is called unfinished that the library would take.
 *
 * @module
 */

/** What is missing, and where: an offset into the expression. */
export interface MissingPart {
  readonly at: number;
  /** What was found, and what is missing, such as `"(" that has no ")"`. */
  readonly what: string;
}

const CLOSING: Readonly<Record<string, string>> = { "(": ")", "[": "]", "{": "}" };
const WORD = /[\p{L}\p{N}_$]/u;
const WORD_OPERATORS = new Set(["and", "or", "in"]);
/** Longer ones first. */
const OPERATORS = ["..", ":=", "!=", "<=", ">=", "~>", "**", "??", "?:"]
  .concat([..."+-*/%&=<>?:.,;^#@|!~"]);

/** The first thing that is missing; undefined where nothing is, as far as this can tell. */
export function missingIn(text: string): MissingPart | undefined {
  const open: { readonly mark: string; readonly at: number }[] = [];
  /** True behind what has a value: there `/`, `*`, `%` and `?` join two, elsewhere they begin one. */
  let isValue = false;
  let isEmpty = true;
  /** The operator that waits for what comes behind it. */
  let waiting: { readonly mark: string; readonly at: number } | undefined;
  const value = () => {
    isValue = true;
    isEmpty = false;
    waiting = undefined;
  };
  for (let at = 0; at < text.length;) {
    const mark = text[at] as string;
    if (/\s/.test(mark)) {
      at++;
    } else if (text.startsWith("/*", at)) {
      const end = text.indexOf("*/", at + 2);
      if (end < 0) return { at, what: 'a comment that has no "*/"' };
      at = end + 2;
    } else if (mark === '"' || mark === "'") {
      const end = endOfString(text, at);
      if (end < 0) return { at, what: `a text that has no closing ${mark}` };
      at = end;
      value();
    } else if (mark === "`") {
      const end = text.indexOf("`", at + 1);
      if (end < 0) return { at, what: "a name that has no closing `" };
      at = end + 1;
      value();
    } else if (mark === "/" && !isValue) {
      const end = endOfPattern(text, at);
      if (end < 0) return { at, what: 'a regular expression that has no closing "/"' };
      at = end;
      value();
    } else if (Object.hasOwn(CLOSING, mark)) {
      open.push({ mark, at });
      at++;
      isValue = false;
      isEmpty = false;
      waiting = undefined;
    } else if (mark === ")" || mark === "]" || mark === "}") {
      const last = open.pop();
      if (last === undefined) return { at, what: `"${mark}" that nothing opens` };
      const right = CLOSING[last.mark] as string;
      if (mark !== right) return { at, what: `"${mark}", where "${right}" is missing for "${last.mark}"` };
      at++;
      value();
    } else if (WORD.test(mark)) {
      const from = at;
      while (at < text.length && WORD.test(text[at] as string)) at++;
      const word = text.slice(from, at);
      if (isValue && WORD_OPERATORS.has(word)) {
        isValue = false;
        waiting = { mark: word, at: from };
      } else value();
    } else {
      const operator = OPERATORS.find((one) => text.startsWith(one, at)) ?? mark;
      // Before a value, these are values themselves: everything, all below, the parent, an argument that is left open.
      const isName = !isValue && ["*", "**", "%", "?"].includes(operator);
      if (isName || operator === "|") value();
      else {
        isValue = false;
        isEmpty = false;
        waiting = { mark: operator, at };
      }
      at += operator.length;
    }
  }
  const last = open.at(-1);
  if (last !== undefined) return { at: last.at, what: `"${last.mark}" that has no "${CLOSING[last.mark]}"` };
  if (waiting !== undefined && waiting.mark !== ";") {
    return { at: waiting.at, what: `"${waiting.mark}" with nothing behind it` };
  }
  return isEmpty ? { at: 0, what: "nothing but blanks and comments" } : undefined;
}

function endOfString(text: string, from: number): number {
  for (let at = from + 1; at < text.length; at++) {
    if (text[at] === "\\") at++;
    else if (text[at] === text[from]) return at + 1;
  }
  return -1;
}

/** As the library finds it: the next slash that is not escaped and stands in no brackets; flags behind it. */
function endOfPattern(text: string, from: number): number {
  let depth = 0;
  for (let at = from + 1; at < text.length; at++) {
    const mark = text[at] as string;
    if (mark === "\\") at++;
    else if (mark === "/" && depth === 0) {
      return at + 1 + (/^[im]*/.exec(text.slice(at + 1))?.[0].length ?? 0);
    } else if ("([{".includes(mark)) depth++;
    else if (")]}".includes(mark)) depth--;
  }
  return -1;
}
