import assert from "node:assert/strict";
import fc from "fast-check";
import { diffLines, type LineHunk } from "../../../core/merge/unified_diff.ts";

Deno.test("diffLines() gives changed lines with those around them, near changes together", () => {
  const from = Array.from({ length: 30 }, (_, at) => `line ${at + 1}`);
  const to = from.toSpliced(4, 1, "changed").toSpliced(8, 0, "added").toSpliced(25, 1);
  const hunks = diffLines(from.join("\n"), to.join("\n"));
  assert.deepEqual(
    hunks.map(({ oldStart, oldLines, newStart, newLines }) => [oldStart, oldLines, newStart, newLines]),
    [
      [2, 10, 2, 11],
      [22, 7, 23, 6],
    ],
  );
  assert.deepEqual(hunks[1]?.lines.filter(({ sign }) => sign !== " "), [{ sign: "-", text: "line 25" }]);
  assert.deepEqual(diffLines("same\n", "same\n"), []);
  assert.deepEqual(diffLines("", "a\n")[0], {
    oldStart: 0,
    oldLines: 0,
    newStart: 1,
    newLines: 1,
    lines: [{ sign: "+", text: "a" }],
  });
});

/** The new lines, by carrying the hunks out on the old ones, checking what they say of them. */
function patched(lines: readonly string[], hunks: readonly LineHunk[]): string[] {
  const result: string[] = [];
  let at = 0;
  for (const hunk of hunks) {
    const start = hunk.oldLines === 0 ? hunk.oldStart : hunk.oldStart - 1;
    while (at < start) result.push(lines[at++] as string);
    assert.equal(result.length, hunk.newLines === 0 ? hunk.newStart : hunk.newStart - 1);
    for (const { sign, text } of hunk.lines) {
      if (sign !== "+") assert.equal(lines[at++], text);
      if (sign !== "-") result.push(text);
    }
  }
  return [...result, ...lines.slice(at)];
}

Deno.test("diffLines() gives hunks that make the one text into the other", () => {
  const line = fc.constantFrom("a", "b", "c", "", "d d");
  const text = fc.array(line, { minLength: 1, maxLength: 30 });
  fc.assert(
    fc.property(text, text, fc.nat(4), (from, to, around) => {
      const ended = (lines: readonly string[]) => lines.map((one) => `${one}\n`).join("");
      assert.deepEqual(patched(from, diffLines(ended(from), ended(to), around)), to);
    }),
    { numRuns: 300, seed: 20261126 },
  );
});
