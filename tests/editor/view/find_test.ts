import assert from "node:assert/strict";
import fc from "fast-check";
import { Rope } from "../../../editor/text/rope.ts";
import { Query, type QueryTerms } from "../../../editor/view/find/query.ts";
import { regexPattern } from "../../../editor/view/find/regex.ts";
import { anEdit, aText, deltaOf } from "./texts.ts";

function search(text: Rope, terms: Partial<QueryTerms> & { chars: string }): Query {
  const query = new Query(1);
  query.set({ caseSensitive: false, regex: false, wholeWords: false, ...terms }, regexPattern);
  query.search(text, 0, text.length, true);
  return query;
}

function found(query: Query): number[][] {
  return Array.from(query.matches, ({ start, end }) => [start, end]);
}

/** All matches by the plainest means, left to right, not overlapping. */
function naive(text: string, chars: string, caseSensitive: boolean): number[][] {
  const same = (a: string, b: string) => caseSensitive ? a === b : small(a) === small(b);
  const matches: number[][] = [];
  for (let at = 0; chars !== "" && at + chars.length <= text.length; at++) {
    if (!same(text.slice(at, at + chars.length), chars)) continue;
    matches.push([at, at + chars.length]);
    at += chars.length - 1;
  }
  return matches;
}

const small = (text: string) => text.replaceAll("Σ", "σ").toLowerCase();

const aNeedle = fc.constantFrom(
  "a",
  "wor",
  "RD",
  "e",
  "ß",
  "字",
  "😀",
  "\n",
  "x1 ",
  "é",
  "word\nword",
  "  ",
  "-",
  "σ",
  "Σ",
);

Deno.test("Query finds what a plain search finds", () => {
  fc.assert(
    fc.property(aText, aNeedle, fc.boolean(), (source, chars, caseSensitive) => {
      // Letters that change their length with their case have tests of their own.
      const text = source.replaceAll("İ", "I");
      assert.deepEqual(
        found(search(Rope.of(text), { chars, caseSensitive })),
        naive(text, chars, caseSensitive),
      );
    }),
    { numRuns: 5000, seed: 7 },
  );
});

Deno.test("Query finds as much in one pass as in many", () => {
  fc.assert(
    fc.property(aText, aNeedle, fc.array(fc.nat({ max: 200 }), { maxLength: 5 }), (source, chars, cuts) => {
      const text = Rope.of(source.repeat(3));
      const query = new Query(1);
      query.set({ chars, caseSensitive: false, regex: false, wholeWords: false }, regexPattern);
      const bounds = [
        0,
        ...cuts.map((cut) => text.snap(Math.min(cut, text.length))).sort((a, b) => a - b),
        text.length,
      ];
      bounds.forEach((bound, index) => {
        if (index > 0) query.search(text, bounds[index - 1] as number, bound, true);
      });
      query.search(text, 0, text.length, true);
      const whole = search(text, { chars });
      // The leftmost of matches that overlap wins, whichever was found first.
      assert.equal(query.matches.length, whole.matches.length);
    }),
    { numRuns: 2000, seed: 8 },
  );
});

Deno.test("Query follows edits as if it had searched anew", () => {
  const terms = fc.record({
    chars: fc.constantFrom("a", "wor", "x1 ", "字", "word\n", "\n", "o.d", "w\\w+", "[a-z]+", "d$"),
    regex: fc.boolean(),
    wholeWords: fc.boolean(),
    caseSensitive: fc.boolean(),
  });
  fc.assert(
    fc.property(aText, terms, fc.array(anEdit, { maxLength: 8 }), (source, wanted, edits) => {
      let text = Rope.of(source);
      const query = search(text, wanted);
      for (const edit of edits) {
        const delta = deltaOf(text, edit);
        text = delta.apply(text);
        query.edit(delta, text);
        assert.deepEqual(found(query), found(search(text, wanted)), JSON.stringify(text.toString()));
      }
    }),
    { numRuns: 3000, seed: 9 },
  );
});

Deno.test("Query of a regular expression finds what the platform's finds, line by line", () => {
  const aPattern = fc.constantFrom(
    "w[a-z]*d",
    "\\d+",
    "a|x1",
    "o(r|x)d",
    "[^ \\n]+",
    "\\w+",
    "[[:alpha:]]+",
    "(?i)WORD",
    "é+",
    "\\p{Han}+",
  );
  fc.assert(
    fc.property(aText, aPattern, (source, chars) => {
      const text = source.replaceAll(/[\r\u0301İ\u200d]/g, "");
      const platform = chars.replace("[[:alpha:]]", "[A-Za-z]").replace("(?i)", "").replace("Han", "sc=Han")
        .replace("\\w", "[\\p{L}\\p{M}\\p{Nd}\\p{Pc}]");
      const expected = Array.from(
        text.matchAll(new RegExp(platform, "giu")),
        (match) => [match.index, match.index + match[0].length],
      );
      assert.deepEqual(
        found(search(Rope.of(text), { chars, regex: true })),
        expected,
        `${chars} in ${JSON.stringify(text)}`,
      );
    }),
    { numRuns: 3000, seed: 10 },
  );
});

Deno.test("Query ends for expressions that match nothing, and for ones that ruin other engines", () => {
  for (const chars of [".*", "a*", "^", "$", "x?", "(a*)*", "\\b", "(|a)+"]) {
    const query = search(Rope.of("aaa b\n\nccc\naaa"), { chars, regex: true });
    assert.ok(query.matches.length < 40, chars);
  }
  const query = search(Rope.of("a".repeat(3000) + "!"), { chars: "(a+)+$", regex: true });
  assert.equal(query.matches.length, 0);
});

Deno.test("Query in any case knows letters that change their length", () => {
  assert.deepEqual(found(search(Rope.of("İstanbul xİ"), { chars: "i̇" })), [[0, 1], [10, 11]]);
  assert.deepEqual(found(search(Rope.of("K k \u212a"), { chars: "k" })), [[0, 1], [2, 3], [4, 5]]);
  assert.deepEqual(found(search(Rope.of("aİb"), { chars: "B" })), [[2, 3]]);
});

Deno.test("Query of whole words goes by the classes of movement", () => {
  assert.deepEqual(
    found(search(Rope.of("foo foo_bar foo-bar (foo) 字foo"), { chars: "foo", wholeWords: true })),
    [
      [0, 3],
      [12, 15],
      [21, 24],
    ],
  );
});

Deno.test("Query takes a broken expression as it stands and says so", () => {
  const query = search(Rope.of("a(b"), { chars: "(", regex: true });
  assert.deepEqual(found(query), [[1, 2]]);
  assert.equal(query.isRegex, false);
});
