import assert from "node:assert/strict";
import fc from "fast-check";
import { split } from "../../../extensions/bundled/text/split.ts";
import { ExtensionFailure } from "../../../extensions/sdk/failure.ts";
import { testOperator } from "../../../extensions/sdk/testing.ts";

const ways = ["lines", "paragraphs", "tokens", "characters", "separator", "markdown-headings"] as const;

async function parts(given: Readonly<Record<string, unknown>>): Promise<readonly string[]> {
  const { output } = await testOperator<{ parts: readonly string[]; count: number }>(split, given);
  assert.equal(output.count, output.parts.length);
  return output.parts;
}

const piece = fc.oneof(
  fc.constantFrom("\n", "\r\n", "\n\n", " ", "# H\n", "```\n", "~~~~\n", "--", "word", "12345", "👩‍👩‍👧", "ä"),
  fc.string({ unit: "binary" }),
);
const text = fc.array(piece, { maxLength: 25 }).map((pieces) => pieces.join(""));
const size = fc.integer({ min: 1, max: 5 });

for (const by of ways) {
  Deno.test(`text/split by ${by} gives parts that joined are the text`, async () => {
    await fc.assert(
      fc.asyncProperty(text, size, async (given, count) => {
        const found = await parts({ text: given, by, size: count, separator: "--" });
        assert.equal(found.join(""), given);
        assert.ok(found.every((part) => part !== ""));
      }),
      { numRuns: 150 },
    );
  });

  Deno.test(`text/split by ${by} gives every unit with overlap, and each part starts before the last one ends`, async () => {
    await fc.assert(
      fc.asyncProperty(text, fc.integer({ min: 2, max: 5 }), async (given, count) => {
        const units = await parts({ text: given, by, size: 1, separator: "--" });
        const found = await parts({ text: given, by, size: count, overlap: 1, separator: "--" });
        const step = count - 1;
        found.forEach((part, at) => assert.equal(part, units.slice(at * step, at * step + count).join("")));
        assert.ok(units.length === 0 || units.length <= (found.length - 1) * step + count);
      }),
      { numRuns: 80 },
    );
  });
}

Deno.test("text/split by lines takes a hundred a part unless told otherwise", async () => {
  const found = await parts({ text: "x\n".repeat(250) });
  assert.deepEqual(found.map((part) => part.length / 2), [100, 100, 50]);
});

Deno.test("text/split by markdown-headings ignores what looks like one inside a fence", async () => {
  const given = "intro\n# One\n```sh\n# no heading\n```\ntext\n## Two\n#no\n";
  const found = await parts({ text: given, by: "markdown-headings" });
  assert.deepEqual(found, ["intro\n", "# One\n```sh\n# no heading\n```\ntext\n", "## Two\n#no\n"]);
});

Deno.test("text/split by paragraphs keeps the empty lines with what they end", async () => {
  assert.deepEqual(await parts({ text: "a\nb\n\n \nc", by: "paragraphs" }), ["a\nb\n\n \n", "c"]);
});

Deno.test("text/split by characters does not cut what a reader sees as one", async () => {
  assert.deepEqual(await parts({ text: "a👩‍👩‍👧é", by: "characters", size: 1 }), ["a", "👩‍👩‍👧", "é"]);
});

Deno.test("text/split repeats the overlap and adds no part that holds nothing new", async () => {
  const given = { text: "1\n2\n3\n4\n5\n", by: "lines", size: 3, overlap: 1 };
  assert.deepEqual(await parts(given), ["1\n2\n3\n", "3\n4\n5\n"]);
});

Deno.test("text/split gives no parts of an empty text", async () => {
  for (const by of ways) assert.deepEqual(await parts({ text: "", by }), []);
});

const refused: readonly [what: string, given: Readonly<Record<string, unknown>>, message: string][] = [
  [
    "an overlap that is not less than the size",
    { size: 2, overlap: 2 },
    "Overlap must be less than the size",
  ],
  ["an empty separator", { by: "separator", separator: "" }, "Separator is empty"],
  ["an unknown way", { by: "pages" }, "by"],
  ["a size of none", { size: 0 }, "size"],
];
for (const [what, given, message] of refused) {
  Deno.test(`text/split refuses ${what}`, async () => {
    await assert.rejects(testOperator(split, { text: "a", ...given }), (error) => {
      assert.ok(error instanceof ExtensionFailure && error.failureClass === "input");
      assert.ok(error.message.includes(message), error.message);
      return true;
    });
  });
}
