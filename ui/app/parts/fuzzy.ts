/**
 * Matching of what was typed against names: every letter in order, whole words and beginnings first.
 *
 * @module
 */

export interface FuzzyMatch {
  /** Higher is better. */
  readonly score: number;
  /** Places in the text of the letters that matched, ascending. */
  readonly places: readonly number[];
}

/** How well `query` matches `text`; undefined where it does not. Case does not matter, spaces in the query are free. */
export function fuzzyMatch(query: string, text: string): FuzzyMatch | undefined {
  const wanted = query.toLowerCase().replaceAll(/\s+/g, "");
  if (wanted === "") return { score: 0, places: [] };
  const lower = text.toLowerCase();
  const whole = lower.indexOf(query.toLowerCase().trim());
  if (whole >= 0) {
    const isStart = whole === 0 || isBoundary(text, whole);
    const places = Array.from({ length: query.trim().length }, (_, i) => whole + i);
    return { score: 100 + (isStart ? 50 : 0) + (whole === 0 ? 20 : 0) - text.length / 100, places };
  }
  const places: number[] = [];
  let score = 0;
  let at = 0;
  for (const letter of wanted) {
    // A letter at the beginning of a word is worth a jump.
    let found = lower.indexOf(letter, at);
    if (found < 0) return undefined;
    for (let next = found; next >= 0; next = lower.indexOf(letter, next + 1)) {
      if (next === at || isBoundary(text, next)) {
        found = next;
        break;
      }
    }
    score += found === at ? 4 : isBoundary(text, found) ? 3 : 1;
    places.push(found);
    at = found + 1;
  }
  return { score: score - (at - wanted.length) / 10 - text.length / 100, places };
}

function isBoundary(text: string, at: number): boolean {
  if (at === 0) return true;
  const before = text[at - 1] as string;
  const here = text[at] as string;
  return /[\s/_.:-]/.test(before) || (/[a-z]/.test(before) && /[A-Z]/.test(here));
}

/** The entries that match, best first; the given order among equals. */
export function fuzzySort<T>(
  query: string,
  entries: readonly T[],
  textOf: (entry: T) => string,
): { readonly entry: T; readonly places: readonly number[] }[] {
  const found: { entry: T; places: readonly number[]; score: number; index: number }[] = [];
  entries.forEach((entry, index) => {
    const match = fuzzyMatch(query, textOf(entry));
    if (match !== undefined) found.push({ entry, places: match.places, score: match.score, index });
  });
  if (query.trim() !== "") found.sort((a, b) => b.score - a.score || a.index - b.index);
  return found;
}
