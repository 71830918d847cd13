import assert from "node:assert/strict";
import { AUTHOR_COLOURS, authorMark, AuthorMarks } from "../../../../ui/app/editor/author_marks.ts";
import { contrast } from "../../../../ui/app/monitor/system/theme_tokens.ts";

const css = await Deno.readTextFile(new URL("../../../../ui/app/styles/tokens.css", import.meta.url));
type Rgb = readonly [number, number, number];

/** A token's colour in a theme, as the style sheet says it. */
function token(name: string, theme: "light" | "dark" | "contrast"): Rgb {
  const [own = "", contrasting = ""] = css.split(':root[data-theme="contrast"]');
  const found = (text: string) => new RegExp(`--${name}: ([^;]+);`).exec(text)?.[1];
  const plain = found(own) ?? "";
  const [light = "", dark = ""] = /light-dark\(([^,]+), ([^)]+)\)/.exec(plain)?.slice(1) ?? [plain, plain];
  const hex = theme === "light" ? light : theme === "dark" ? dark : found(contrasting) ?? dark;
  const digits = hex.length === 4 ? [...hex.slice(1)].map((one) => one + one).join("") : hex.slice(1);
  assert.match(digits, /^[0-9a-f]{6}$/, `${name} in ${theme}: ${hex}`);
  return [0, 2, 4].map((at) => Number.parseInt(digits.slice(at, at + 2), 16)) as unknown as Rgb;
}

const mixed = (a: Rgb, b: Rgb, share: number) =>
  a.map((part, at) => share * part + (1 - share) * b[at]!) as unknown as Rgb;

for (const theme of ["light", "dark", "contrast"] as const) {
  Deno.test(`the colours of authors can be read in the ${theme} theme, and no two are alike`, () => {
    const colours = Array.from({ length: AUTHOR_COLOURS }, (_, at) => token(`author-${at}`, theme));
    colours.forEach((colour, at) => {
      for (const surface of ["surface", "raised", "back", "sunken", "selected"]) {
        const ratio = contrast(colour, token(surface, theme));
        assert.ok(ratio >= 4.5, `author-${at} on ${surface}: ${ratio.toFixed(2)}`);
      }
      // A name on its own tint, and the surface's colour on the author's, as at a caret.
      const ground = token("surface", theme);
      assert.ok(contrast(colour, mixed(colour, ground, 0.16)) >= 4.5, `author-${at} on its tint`);
      for (const other of colours.slice(at + 1)) {
        assert.ok(Math.hypot(...colour.map((part, i) => part - other[i]!)) > 32, `author-${at} has a double`);
      }
    });
  });
}

Deno.test("AuthorMarks gives each a mark of its own, far beyond the number of colours", () => {
  const marks = new AuthorMarks();
  const given = Array.from({ length: 40 }, (_, at) => marks.of(`r1:node${at}`));
  assert.equal(new Set(given.map(({ classes }) => classes)).size, 40, "colour and line together");
  assert.equal(new Set(given.map(({ letter }) => letter)).size, 40);
  assert.equal(new Set(given.slice(0, 12).map(({ colour }) => colour)).size, 12);
  assert.deepEqual([given[0]?.letter, given[25]?.letter, given[26]?.letter], ["A", "Z", "A2"]);
  assert.deepEqual(marks.of("r1:node7"), given[7], "the same again");
});

Deno.test("AuthorMarks keeps the marks of what waits, and gives those of what is gone to the next", () => {
  const marks = new AuthorMarks();
  marks.keep(["r1:a", "r1:b"]);
  assert.equal(marks.of("agent:live").letter, "C");
  marks.keep(["r1:b", "r2:a"]);
  assert.equal(marks.of("r1:b").letter, "B");
  assert.equal(marks.of("r2:a").letter, "A");
  assert.equal(marks.of("agent:live").letter, "C", "who never waited stays");
  assert.equal(authorMark(12).colour, authorMark(0).colour);
  assert.notEqual(authorMark(12).line, authorMark(0).line);
});
