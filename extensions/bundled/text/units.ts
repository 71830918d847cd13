/**
 * The smallest pieces of each way to split. Law: joined, the units of a text are the text.
 *
 * @module
 */

export type By = "lines" | "paragraphs" | "tokens" | "characters" | "separator" | "markdown-headings";

/** Characters of one token of a common model's vocabulary, at most; longer words count as several. */
const TOKEN_LENGTH = 4;

/** Cuts a text into its smallest pieces, each with whatever ends it. */
export function unitsOf(text: string, by: By, separator: string): readonly string[] {
  if (text === "") return [];
  switch (by) {
    case "lines":
      return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
    case "paragraphs":
      return paragraphs(text);
    case "tokens":
      return text.match(TOKEN) ?? [];
    case "characters":
      return Array.from(new Intl.Segmenter("und").segment(text), (each) => each.segment);
    case "separator":
      return after(text, separator);
    case "markdown-headings":
      return sections(text);
    default:
      return by satisfies never;
  }
}

/** About what a byte-pair vocabulary does: a word with its space in fours, digits in threes, other signs alone. */
const TOKEN = new RegExp(` ?\\p{L}{1,${TOKEN_LENGTH}}|\\p{N}{1,3}|\\s{1,8}|[^\\p{L}\\p{N}\\s]`, "gu");

/** A paragraph keeps the empty lines behind it. */
function paragraphs(text: string): readonly string[] {
  const units: string[] = [];
  let start = 0;
  for (const gap of text.matchAll(/\n(?:[ \t\r]*\n)+/g)) {
    units.push(text.slice(start, gap.index + gap[0].length));
    start = gap.index + gap[0].length;
  }
  return start < text.length ? [...units, text.slice(start)] : units;
}

/** A piece keeps the separator behind it. */
function after(text: string, separator: string): readonly string[] {
  const units: string[] = [];
  let start = 0;
  for (let at = text.indexOf(separator); at >= 0; at = text.indexOf(separator, start)) {
    units.push(text.slice(start, at + separator.length));
    start = at + separator.length;
  }
  return start < text.length ? [...units, text.slice(start)] : units;
}

/** A section starts with a heading (`# …`, not inside a code fence); what precedes the first is a section too. */
function sections(text: string): readonly string[] {
  const units: string[] = [];
  let current = "";
  let fence: string | undefined;
  for (const line of unitsOf(text, "lines", "")) {
    const mark = /^ {0,3}(`{3,}|~{3,})/.exec(line)?.[1];
    const opens = fence === undefined && mark !== undefined;
    if (fence === undefined && /^ {0,3}#{1,6}(?:\s|$)/.test(line) && current !== "") {
      units.push(current);
      current = "";
    }
    if (opens) fence = mark;
    else if (fence !== undefined && mark?.startsWith(fence) === true) fence = undefined;
    current += line;
  }
  return current === "" ? units : [...units, current];
}
