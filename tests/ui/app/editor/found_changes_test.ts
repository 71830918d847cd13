/** What was found is replaced only where it still stands. */

import assert from "node:assert/strict";
import { changesIn } from "../../../../ui/app/editor/search/found_changes.ts";

Deno.test("changesIn() gives the places that still have the found words, by line and column", () => {
  const text = "one two\r\n\none\n";
  const hit = (line: number, column: number, words: string) => ({
    line,
    column,
    text: `.${words}.`,
    at: 1,
    length: words.length,
  });
  assert.deepEqual(
    changesIn(text, [hit(1, 5, "two"), hit(3, 1, "one"), hit(1, 1, "two"), hit(9, 1, "one")], "x"),
    [
      { from: 4, to: 7, insert: "x" },
      { from: 10, to: 13, insert: "x" },
    ],
  );
  assert.deepEqual(changesIn("", [hit(1, 1, "one")], "x"), []);
});
