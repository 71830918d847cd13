import assert from "node:assert/strict";
import fc from "fast-check";
import { mergeEdits, withEditMarkers } from "../../../core/merge/edit_merge.ts";

const BASE = "one\ntwo words here\nthree\nfour\nfive\nsix\n";
const edit = (by: string, from: string, to: string, text = BASE) => ({
  by,
  text: text.replace(from, () => to),
});

Deno.test("mergeEdits() gives the base for no edit, and the edit for one or for the same one many times", () => {
  assert.deepEqual(mergeEdits(BASE, []), { text: BASE, conflicts: [] });
  const one = edit("a", "two", "TWO");
  assert.deepEqual(mergeEdits(BASE, [one]), { text: one.text, conflicts: [] });
  assert.deepEqual(mergeEdits(BASE, [one, { ...one, by: "b" }, { ...one, by: "c" }]), {
    text: one.text,
    conflicts: [],
  });
});

Deno.test("mergeEdits() takes every edit of lines that nobody else touched, in whatever order they come", () => {
  const lines = Array.from({ length: 40 }, (_, at) => `line ${at} of the text`);
  const base = `${lines.join("\n")}\n`;
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.integer({ min: 0, max: 13 }), { minLength: 1, maxLength: 8 }),
      fc.infiniteStream(fc.constantFrom("changed", "", "new\nlines", "漢字 😀")),
      fc.infiniteStream(fc.nat(100)),
      (places, words, keys) => {
        const edits = places.map((place, at) => {
          const word = words.next().value as string;
          const mine = lines.map((line, here) => here === place * 3 ? `${word} ${at}` : line);
          return { by: `agent-${at}`, text: `${mine.join("\n")}\n` };
        });
        const merged = mergeEdits(base, edits);
        assert.deepEqual(merged.conflicts, []);
        for (const [at] of places.entries()) assert.ok(merged.text.includes(` ${at}\n`), merged.text);
        const shuffled = edits.map((one) => ({ one, key: keys.next().value as number }))
          .sort((a, b) => a.key - b.key).map(({ one }) => one);
        assert.deepEqual(mergeEdits(base, shuffled), merged);
        assert.equal(withEditMarkers(base, edits), merged.text);
      },
    ),
    { seed: 41, numRuns: 300 },
  );
});

Deno.test("mergeEdits() tells every side of a contradiction with who wrote it, and keeps the first", () => {
  const edits = [
    edit("ada", "three", "THREE!"),
    edit("grace", "six", "SIX"),
    edit("alan", "three", "3"),
    edit("edsger", "three", "3"),
  ];
  const { text, conflicts } = mergeEdits(BASE, edits);
  assert.equal(text, "one\ntwo words here\nTHREE!\nfour\nfive\nSIX\n");
  assert.deepEqual(conflicts, [{
    base: { from: 19, to: 25, text: "three\n" },
    kept: "ada",
    sides: [{ by: "ada", text: "THREE!\n" }, { by: "alan", text: "3\n" }, { by: "edsger", text: "3\n" }],
  }]);
  assert.equal(
    withEditMarkers(BASE, edits),
    "one\ntwo words here\n<<<<<<< ada\nTHREE!\n||||||| base\nthree\n======= alan, edsger\n3\n>>>>>>>\nfour\nfive\nSIX\n",
  );
});

Deno.test("mergeEdits() goes into a line where two change different words of it", () => {
  const base = "alpha beta gamma delta epsilon\n";
  const edits = [edit("a", "alpha", "ALPHA", base), edit("b", "epsilon", "EPSILON", base)];
  assert.deepEqual(mergeEdits(base, edits), { text: "ALPHA beta gamma delta EPSILON\n", conflicts: [] });
});

Deno.test("mergeEdits() loses no edit: what somebody wrote is in the text, or told as their side of a conflict", () => {
  const change = fc.record({ at: fc.nat(9), remove: fc.nat(2), add: fc.nat(2) });
  const author = fc.array(change, { minLength: 1, maxLength: 3 });
  fc.assert(
    fc.property(fc.array(author, { minLength: 2, maxLength: 4 }), (authors) => {
      const lines = Array.from({ length: 10 }, (_, at) => `base ${at}\n`);
      const base = lines.join("");
      const written = authors.map((changes, by) => {
        const mine = [...lines];
        const own: string[] = [];
        for (const [number, { at, remove, add }] of changes.entries()) {
          const fresh = Array.from({ length: add }, (_, line) => `by${by} ${number} ${line}\n`);
          for (const gone of mine.splice(at, remove, ...fresh)) {
            if (own.includes(gone)) own.splice(own.indexOf(gone), 1);
          }
          own.push(...fresh);
        }
        return { by: String(by), text: mine.join(""), own };
      });
      const { text, conflicts } = mergeEdits(base, written);
      for (const { by, own } of written) {
        for (const line of own) {
          const told = conflicts.some(({ sides }) =>
            sides.some((side) => side.by === by && side.text.includes(line))
          );
          assert.ok(told || text.includes(line), `${line} of ${by} is lost`);
        }
      }
      let end = -1;
      for (const { base: place, sides, kept } of conflicts) {
        assert.ok(place.from > end || end === -1);
        end = place.to;
        assert.equal(base.slice(place.from, place.to), place.text);
        assert.ok(sides.length >= 2 && sides.some(({ by }) => by === kept));
      }
      const marked = withEditMarkers(base, written);
      assert.equal(marked.includes("<<<<<<<"), conflicts.length > 0);
      for (const { own } of written) for (const line of own) assert.ok(marked.includes(line), marked);
    }),
    { seed: 42, numRuns: 3000 },
  );
});
