/**
 * Words of a text for retrieval: lower-cased, split at case changes and punctuation, without the most common ones, their
 * usual English endings cut off so that "functions" finds "function" and "summarizes" finds "summary".
 *
 * Ring: conductor, pure.
 *
 * @module
 */

const COMMON = new Set(
  ("a an and are as at be been but by can could do does for from get give gives had has have how i if in into is it its " +
    "just like make me my need of on one or our out please so some that the their them then there these they this to up use " +
    "want was we what when where which who will with would you your all any each every also about after than not no show too very much many more most there tell say well")
    .split(" "),
);

const ENDINGS: readonly (readonly [string, string])[] = [
  ["izations", "iz"],
  ["isations", "iz"],
  ["ization", "iz"],
  ["isation", "iz"],
  ["arizes", "ar"],
  ["arized", "ar"],
  ["arize", "ar"],
  ["aries", "ar"],
  ["ary", "ar"],
  ["nesses", ""],
  ["ments", ""],
  ["ment", ""],
  ["ness", ""],
  ["ings", ""],
  ["ing", ""],
  ["ated", "at"],
  ["ation", "at"],
  ["ations", "at"],
  ["ates", "at"],
  ["ate", "at"],
  ["ies", "y"],
  ["ied", "y"],
  ["ions", ""],
  ["ion", ""],
  ["ers", ""],
  ["er", ""],
  ["ed", ""],
  ["es", ""],
  ["ities", ""],
  ["ity", ""],
  ["ly", ""],
  ["s", ""],
  ["e", ""],
];
/** What is left of a word must be so long for its ending to be cut. */
const STEM = 3;

/** Words that mean the same in this trade; the first stands for all. */
const ALIKE: readonly (readonly string[])[] = [
  ["review", "audit", "inspect"],
  ["duplicat", "clone", "copi", "copy", "repeat", "redundant"],
  ["document", "doc", "docs", "markdown", "readme"],
  ["summar", "digest", "overview", "abstract", "shorten", "condens"],
  ["chang", "changelog", "release", "histor", "commit"],
  ["function", "procedur", "routin"],
  ["file", "files", "source", "code", "repositor", "repo", "project"],
  ["complex", "complicat"],
  ["test", "untest", "coverag"],
  ["download", "fetch", "request", "http", "url", "web"],
  ["sentiment", "mood", "tone", "feel", "happy", "angry"],
  ["entit", "nam", "person"],
  ["find", "extract", "detect", "search", "look", "pick"],
  ["marker", "todo", "todos", "fixme", "hack"],
];

const standsFor = new Map(
  ALIKE.flatMap(([first, ...others]) => others.map((other) => [stem(other), stem(first as string)])),
);

/** Every word in order, stemmed; common words left out. */
export function words(text: string): string[] {
  return pairsOf(text).map(([, stemmed]) => stemmed);
}

/** Every word in order as it is written, and stemmed; common words left out. */
export function pairsOf(text: string): (readonly [written: string, stemmed: string])[] {
  const found = text.replace(/([a-z])([A-Z])/g, "$1 $2").match(/[\p{L}\p{N}]+/gu) ?? [];
  return found.filter((word) => !COMMON.has(word.toLowerCase())).map((word) => {
    const cut = stem(word.toLowerCase());
    return [word, standsFor.get(cut) ?? cut];
  });
}

function stem(word: string): string {
  for (const [ending, instead] of ENDINGS) {
    if (word.endsWith(ending) && word.length - ending.length >= STEM) {
      return word.slice(0, word.length - ending.length) + instead;
    }
  }
  return word;
}
