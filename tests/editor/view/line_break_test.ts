import assert from "node:assert/strict";
import { Rope } from "../../../editor/text/rope.ts";
import { classOf, NO_BREAK, START, step } from "../../../editor/view/line_break.ts";
import { CLASSES } from "../../../editor/view/line_break_class.ts";
import { Stretches } from "../../../editor/view/wrap.ts";

/** The stretches of a text, hard ones marked by "!". */
function stretches(text: string): string[] {
  const reader = new Stretches(Rope.of(text), 0);
  const found: string[] = [];
  for (let start = 0; reader.next(); start = reader.end) {
    found.push(text.slice(start, reader.end) + (reader.hard ? "!" : ""));
  }
  return found;
}

// Rows in the manner of Unicode's LineBreakTest: the text with every place where it may be broken.
const rows: readonly (readonly [rule: string, text: string])[] = [
  ["LB5 keeps CR LF together", "a\r\n!|b"],
  ["LB4 breaks behind every mandatory break", "a\u2028!|b\u000c!|c\u0085!|d\r!|e"],
  ["LB7 keeps spaces with what they follow", "one  |two"],
  ["LB8 breaks behind a zero width space", "one\u200b|two"],
  ["LB9 keeps marks with their base", "e\u0301 |e\u0301x"],
  ["LB10 takes a lone mark for a letter", " |\u0301b"],
  ["LB11 never breaks at a word joiner", "字\u2060字"],
  ["LB12 never breaks at a no-break space", "10\u00a0km"],
  ["LB13 keeps closing signs, even behind spaces", "one )two"],
  ["LB14 keeps what follows an opening sign", "one |( two"],
  ["LB15 keeps an opening sign behind a quotation mark", "“ (one"],
  ["LB16 keeps small kana behind a closing sign", "」 ー|字"],
  ["LB17 keeps two dashes together", "one|——|two"],
  ["LB19 keeps quotation marks with both sides", 'say |"this" |now'],
  ["LB21 breaks behind a hyphen only", "well-|known"],
  ["LB21a keeps a Hebrew letter's hyphen", "ש-ש"],
  ["LB23 keeps letters and digits together", "a1 |1a"],
  ["LB24 keeps signs with letters", "$a |b%"],
  ["LB25 keeps numbers together", "-9.50$ |(5)% |$9,50"],
  ["LB26 keeps Hangul syllables", "\u1100\u1161\u11a8|\u1100"],
  ["LB30 keeps a bracket behind a letter", "f(x)y"],
  ["LB30a breaks between flags", "🇩🇪|🇫🇷|🇮🇹"],
  ["LB30b keeps a skin tone", "👍🏽|👍"],
  ["LB31 breaks between ideographs", "漢|字|かな"],
];

for (const [rule, row] of rows) {
  Deno.test(`Stretches: ${rule}`, () => {
    // `LB14` and the kana rows hold breaks that the rule before decides.
    const marked = row.replaceAll("か", "か|");
    assert.deepEqual(
      stretches(row.replaceAll(/[|!]/g, "")).join("|"),
      marked.endsWith("|") ? marked.slice(0, -1) : marked,
    );
  });
}

Deno.test("step() is in the start state behind every break", () => {
  for (let state = 1; state < 1024; state++) {
    if ((state & 63) === 0 || (state & 63) > CLASSES.length) continue;
    CLASSES.forEach((_, kind) => {
      const found = step(state, kind);
      if ((found & 3) !== NO_BREAK) assert.equal(found >> 2, step(START, kind) >> 2);
    });
  }
});

Deno.test("classOf() knows characters of every plane", () => {
  const named = (char: string) => CLASSES[classOf(char.codePointAt(0) as number)];
  assert.deepEqual(["a", "7", " ", "\n", "(", "字", "😀", "🇩", "𠀀", "\u{e0100}", "𝐀"].map(named), [
    ...["AL", "NU", "SP", "LF", "OP", "ID", "ID", "RI", "ID", "CM", "AL"],
  ]);
});
