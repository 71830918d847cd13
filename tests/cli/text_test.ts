import assert from "node:assert/strict";
import fc from "fast-check";
import { cleanLine, cleanText, displayWidth, duration, pad, size, table, truncate } from "../../cli/text.ts";

Deno.test("cleanLine() leaves nothing that could drive a terminal, whatever comes", () => {
  assert.equal(cleanLine("a\x1b[31mred\x1b[0m b\tc\nd"), "ared b c d");
  assert.equal(cleanLine("\x1b]0;title\x07x"), "x");
  assert.equal(cleanLine("user\u202Etxt.exe"), "usertxt.exe");
  assert.equal(cleanLine("\x9b2Jx").includes("\x9b"), false);
  const unit = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.constantFrom("\x1b[", "\x1b]", "\x07", "\x9b", "m", "\r", "\n"),
  );
  fc.assert(fc.property(fc.array(unit), (parts) => {
    assert.ok(!/[\p{Control}\u2028\u2029]/u.test(cleanLine(parts.join(""))));
    assert.ok(!/[\p{Control}]/u.test(cleanText(parts.join("")).replace(/[\n\t]/g, "")));
  }));
});

Deno.test("displayWidth() counts cells: wide signs two, marks none, an emoji of several signs two", () => {
  const widths: readonly (readonly [string, number])[] = [
    ["abc", 3],
    ["日本", 4],
    ["e\u0301", 1],
    ["한국어", 6],
    ["👩‍👩‍👧", 2],
    ["🇩🇪", 2],
    ["é", 1],
    ["\x1b[31mred\x1b[0m", 3],
    ["", 0],
  ];
  for (const [text, cells] of widths) assert.equal(displayWidth(text), cells, JSON.stringify(text));
});

Deno.test("truncate() and pad() keep to the cells they are given, also where a wide sign does not fit", () => {
  assert.equal(truncate("日本語", 4), "日…");
  assert.equal(pad("日本語", 4), "日… ");
  assert.equal(truncate("abc", 3), "abc");
  assert.equal(truncate("abcd", 3), "ab…");
  const word = fc.string({ unit: fc.constantFrom("a", "日", "e\u0301", "👩‍👩‍👧", " ") });
  fc.assert(fc.property(word, fc.integer({ min: 0, max: 20 }), (text, cells) => {
    assert.ok(displayWidth(truncate(text, cells)) <= cells);
    assert.equal(displayWidth(pad(text, cells)), cells);
  }));
});

Deno.test("duration() and size() say spans and sizes in words", () => {
  assert.deepEqual([0, 999, 1000, 59_900, 60_000, 125_000, 7_800_000].map(duration), [
    "0 ms",
    "999 ms",
    "1.0 s",
    "59.9 s",
    "1 min 00 s",
    "2 min 05 s",
    "2 h 10 min",
  ]);
  assert.deepEqual([0, 1023, 1024, 1536, 1024 ** 2 * 2].map(size), [
    "0 B",
    "1023 B",
    "1.0 KB",
    "1.5 KB",
    "2.0 MB",
  ]);
});

Deno.test("table() aligns columns by cells, not by characters", () => {
  assert.equal(table([["日本", "x"], ["abcdef", "y"]]), "日本    x\nabcdef  y\n");
});
