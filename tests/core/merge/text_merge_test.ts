import assert from "node:assert/strict";
import fc from "fast-check";
import { commonEdges } from "../../../core/merge/common_edges.ts";
import { withConflictMarkers } from "../../../core/merge/conflict_markers.ts";
import { changedText, diffTexts } from "../../../core/merge/text_diff.ts";
import { mergeTexts } from "../../../core/merge/text_merge.ts";

const BASE = "one\ntwo words here\nthree\nfour\nfive\nsix\n";
const edit = (from: string, to: string, text = BASE) => text.replace(from, () => to);

const word = fc.constantFrom("a", "bb", "ccc", " ", "\n", "é", "漢", "😀", "(", ")", "\r\n", "line\n");
const text = fc.array(word, { maxLength: 40, size: "max" }).map((words) => words.join(""));

Deno.test("diffTexts() gives ascending changes that make one text into the other and cut no pair", () => {
  fc.assert(
    fc.property(text, text, (a, b) => {
      const changes = diffTexts(a, b);
      assert.equal(changedText(a, changes), b);
      let end = -1;
      for (const { from, to, insert } of changes) {
        assert.ok(from > end && to >= from && insert.isWellFormed() && a.slice(from, to).isWellFormed());
        end = to;
      }
    }),
    { seed: 21, numRuns: 2000 },
  );
});

Deno.test("commonEdges() gives what texts begin and end with, up to line borders, never more than one of them has", () => {
  fc.assert(
    fc.property(text, text, text, text, (head, x, y, tail) => {
      const [a, b] = [head + x + tail, head + y + tail];
      const { start, end } = commonEdges(a, [b]);
      assert.ok(start + end <= Math.min(a.length, b.length));
      assert.equal(a.slice(0, start), b.slice(0, start));
      assert.equal(a.slice(a.length - end), b.slice(b.length - end));
      for (const side of [a, b]) {
        for (const border of [start, side.length - end]) {
          assert.ok(border === 0 || border === side.length || side[border - 1] === "\n");
        }
      }
    }),
    { seed: 20, numRuns: 2000 },
  );
  const long = "line\n".repeat(40_000);
  assert.deepEqual(commonEdges(`${long}x\n${long}`, [`${long}y\n${long}`]), {
    start: long.length,
    end: long.length,
  });
});

Deno.test("diffTexts() changes only the token that changed", () => {
  assert.deepEqual(diffTexts(BASE, edit("words", "WORDS")), [{ from: 8, to: 13, insert: "WORDS" }]);
});

Deno.test("mergeTexts() takes the other side where one side is the base, and one copy where both are the same", () => {
  fc.assert(
    fc.property(text, text, (a, b) => {
      assert.equal(mergeTexts(a, a, b).text, b);
      assert.equal(mergeTexts(a, b, a).text, b);
      assert.deepEqual(mergeTexts(a, b, b), { text: b, changes: [], conflicts: [] });
    }),
    { seed: 22, numRuns: 500 },
  );
});

Deno.test("mergeTexts() is the same with the sides exchanged, and its changes make our side into the result", () => {
  fc.assert(
    fc.property(text, text, text, (base, ours, theirs) => {
      const merge = mergeTexts(base, ours, theirs);
      const mirror = mergeTexts(base, theirs, ours);
      assert.equal(changedText(ours, merge.changes), merge.text);
      assert.equal(merge.conflicts.length, mirror.conflicts.length);
      if (merge.conflicts.length === 0) assert.equal(merge.text, mirror.text);
    }),
    { seed: 23, numRuns: 3000 },
  );
});

Deno.test("mergeTexts() keeps both of two changes on lines that are apart", () => {
  fc.assert(
    fc.property(fc.nat(18), fc.nat(18), word, word, (x, y, ours, theirs) => {
      fc.pre(Math.abs(x - y) > 1);
      const lines = Array.from({ length: 19 }, (_, at) => `line ${at}\n`);
      const put = (all: readonly string[], at: number, what: string) =>
        all.map((line, n) => n === at ? `${what}!\n` : line);
      const merge = mergeTexts(lines.join(""), put(lines, x, ours).join(""), put(lines, y, theirs).join(""));
      assert.deepEqual(merge.conflicts, []);
      assert.equal(merge.text, put(put(lines, x, ours), y, theirs).join(""));
    }),
    { seed: 24, numRuns: 500 },
  );
});

Deno.test("mergeTexts() merges changes of neighbouring lines and of words in one line", () => {
  assert.equal(
    mergeTexts(BASE, edit("three", "3"), edit("four", "4")).text,
    edit("four", "4", edit("three", "3")),
  );
  const merge = mergeTexts(BASE, edit("two", "2"), edit("here", "there"));
  assert.deepEqual([merge.text, merge.conflicts], [edit("here", "there", edit("two", "2")), []]);
});

Deno.test("mergeTexts() reports one word changed twice with all three texts and keeps our side", () => {
  const { text, changes, conflicts } = mergeTexts(BASE, edit("words", "verbs"), edit("words", "nouns"));
  assert.equal(text, edit("words", "verbs"));
  assert.deepEqual(changes, []);
  assert.deepEqual(conflicts, [{
    base: { from: 4, to: 19, text: "two words here\n" },
    ours: { from: 4, to: 19, text: "two verbs here\n" },
    theirs: { from: 4, to: 19, text: "two nouns here\n" },
  }]);
});

Deno.test("mergeTexts() reports a line deleted here and changed there, and a block moved here and changed there", () => {
  assert.equal(mergeTexts(BASE, edit("three\n", ""), edit("three", "3")).conflicts.length, 1);
  const moved = edit("four\nfive\n", "").replace("one\n", "one\nfour\nfive\n");
  assert.ok(mergeTexts(BASE, moved, edit("five", "5")).conflicts.length > 0);
});

Deno.test("mergeTexts() reports two inserts at one place, and takes the same insert once", () => {
  assert.equal(
    mergeTexts(BASE, edit("three", "new\nthree"), edit("three", "other\nthree")).conflicts.length,
    1,
  );
  const both = edit("three", "new\nthree");
  assert.deepEqual(mergeTexts(BASE, both, edit("six", "6", both)).text, edit("six", "6", both));
});

Deno.test("mergeTexts() does not put together lines that were written anew", () => {
  const base = "const total = add(first, second);\n";
  const merge = mergeTexts(base, "let sum = plus(x, second);\n", "const total = first.combine(y, z) || 0;\n");
  assert.equal(merge.conflicts.length, 1);
});

Deno.test("withConflictMarkers() shows all three sides, and every clean change", () => {
  const ours = edit("six", "6", edit("words", "verbs"));
  const theirs = edit("four", "4", edit("words", "nouns"));
  const merge = mergeTexts(BASE, ours, theirs);
  const names = { ours: "ours", base: "base", theirs: "theirs" };
  assert.equal(
    withConflictMarkers(merge, ours, names),
    "one\n<<<<<<< ours\ntwo verbs here\n||||||| base\ntwo words here\n=======\ntwo nouns here\n>>>>>>> theirs\nthree\n4\nfive\n6\n",
  );
});

Deno.test("withConflictMarkers() of a clean merge is its text", () => {
  fc.assert(
    fc.property(text, text, text, (base, ours, theirs) => {
      const merge = mergeTexts(base, ours, theirs);
      if (merge.conflicts.length > 0) return;
      assert.equal(withConflictMarkers(merge, ours, { ours: "a", base: "b", theirs: "c" }), merge.text);
    }),
    { seed: 25, numRuns: 1000 },
  );
});

Deno.test("mergeTexts() of JSON takes a value that both sides changed for a conflict, and values beside it for none", () => {
  const merge = (base: string, ours: string, theirs: string) => {
    const line = (values: string) => `{\n  "a": { ${values} }\n}\n`;
    return mergeTexts(line(base), line(ours), line(theirs), { isJson: true });
  };
  for (
    const [base, ours, theirs] of [
      ['"title": "Scan by P", "n": 1', '"title": "Same P", "n": 1', '"title": "Same Q", "n": 1'],
      ['"when": "a > 1", "n": 1', '"when": "a > 1 && b", "n": 1', '"when": "a >= 1", "n": 1'],
      ['"x": 12.5, "y": "of a node"', '"x": 13.5, "y": "of a node"', '"x": 12.7, "y": "of a node"'],
      ['"t": "a \\"b\\" c", "n": 1', '"t": "a \\"B\\" c", "n": 1', '"t": "A \\"b\\" c", "n": 1'],
    ] as const
  ) {
    assert.equal(merge(base, ours, theirs).conflicts.length, 1, base);
  }
  const clean = merge('"x": 1, "t": "old text"', '"x": 2, "t": "old text"', '"x": 1, "t": "new text"');
  assert.equal(clean.text, '{\n  "a": { "x": 2, "t": "new text" }\n}\n');
  // An open quote ends with its line at the latest.
  assert.equal(merge('"x": 1, "t', '"x": 2, "t', '"x": 1, "T').conflicts.length, 0);
});
