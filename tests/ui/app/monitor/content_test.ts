import { markdownPieces, PIECE } from "../../../../ui/app/monitor/artifacts/markdown_pieces.ts";
import assert from "node:assert/strict";
import fc from "fast-check";
import { rowsOfDiff, rowsOfPatch } from "../../../../ui/app/monitor/artifacts/diff_rows.ts";
import { highlightedLines } from "../../../../ui/app/monitor/artifacts/highlight.ts";
import { jsonRows } from "../../../../ui/app/monitor/artifacts/json_rows.ts";
import { readTable, sortedRows, tableOfJson } from "../../../../ui/app/monitor/artifacts/table_rows.ts";
import { agoText, countText, durationText, moneyText, sizeText } from "../../../../ui/app/monitor/format.ts";
import { changedAt } from "../../../../ui/app/monitor/system/changed_at.ts";
import { contrast, tokensOfTheme } from "../../../../ui/app/monitor/system/theme_tokens.ts";

Deno.test("readTable() reads back what was written with quotes, separators and line breaks in cells", () => {
  const cell = fc.string({ unit: fc.constantFrom("a", '"', ",", "\n", " "), maxLength: 6 });
  const quote = (text: string) => `"${text.replaceAll('"', '""')}"`;
  fc.assert(
    fc.property(fc.array(fc.tuple(cell, cell), { minLength: 1, maxLength: 5 }), (rows) => {
      const text = rows.map((row) => row.map(quote).join(",")).join("\n");
      const table = readTable(`${text}\n`, ",");
      assert.deepEqual([table?.columns, ...table?.rows ?? []], rows);
    }),
    { seed: 3, numRuns: 300 },
  );
});

Deno.test("tableOfJson() takes the columns of all records; sortedRows() sorts numbers as numbers", () => {
  const table = tableOfJson([{ n: 10, a: "x" }, { n: 9, b: true }]);
  assert.deepEqual(table?.columns, ["n", "a", "b"]);
  assert.deepEqual(table?.rows, [["10", "x", ""], ["9", "", "true"]]);
  assert.deepEqual(table === undefined ? [] : sortedRows(table, 0, false).map(([first]) => first), [
    "9",
    "10",
  ]);
  assert.equal(tableOfJson([1, 2]), undefined);
});

Deno.test("jsonRows() shows what is open and nothing below what is closed", () => {
  const value = { a: [1, { b: null }], c: "text" };
  const all = jsonRows(value, () => true);
  assert.deepEqual(all.map(({ depth, name, text }) => `${depth} ${name} ${text}`), [
    "0  {2}",
    "1 a [2]",
    "2 0 1",
    "2 1 {1}",
    "3 b null",
    '1 c "text"',
  ]);
  assert.equal(jsonRows(value, (_path, depth) => depth < 1).length, 3);
});

Deno.test("rowsOfPatch() and rowsOfDiff() number lines on both sides", () => {
  const rows = rowsOfPatch("--- a\n+++ b\n@@ -3,2 +3,2 @@\n same\n-old\n+new\n");
  assert.deepEqual(rows.map(({ kind, from, to }) => [kind, from, to]), [
    ["head", undefined, undefined],
    ["head", undefined, undefined],
    ["head", undefined, undefined],
    ["equal", 3, 3],
    ["removed", 4, undefined],
    ["added", undefined, 4],
  ]);
  const diff = {
    from: "a",
    to: "b",
    kind: "text" as const,
    added: 1,
    removed: 0,
    isCut: false,
    hunks: [{ fromLine: 1, toLine: 1, lines: [{ kind: "added" as const, text: "x" }] }],
  };
  assert.deepEqual(rowsOfDiff(diff).map(({ kind, to }) => [kind, to]), [["head", undefined], ["added", 1]]);
});

Deno.test("highlightedLines() keeps every line whole by itself and lets no markup of the text through", () => {
  const text = "/* one\n   <img onerror=x>\n*/\nconst a = `b\nc`;";
  const lines = highlightedLines(text, "typescript") ?? [];
  assert.equal(lines.length, text.split("\n").length);
  for (const line of lines) {
    assert.equal(line.match(/<span/g)?.length ?? 0, line.match(/<\/span>/g)?.length ?? 0, line);
    assert.ok(!/<(?!\/?span)/.test(line), line);
  }
  assert.equal(highlightedLines("x", "no-such-language"), undefined);
});

Deno.test("tokensOfTheme() keeps text readable whatever colours a theme brings", () => {
  const hex = fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255)).map((rgb) =>
    `#${rgb.map((part) => part.toString(16).padStart(2, "0")).join("")}`
  );
  const rgb = (text: string) =>
    [1, 3, 5].map((at) => Number.parseInt(text.slice(at, at + 2), 16)) as unknown as readonly [
      number,
      number,
      number,
    ];
  fc.assert(
    fc.property(
      hex,
      hex,
      hex,
      fc.constantFrom("light" as const, "dark" as const),
      (background, foreground, accent, ground) => {
        const { tokens, problems } = tokensOfTheme({ ground, colors: { background, foreground, accent } });
        const ratio = (text: string, back: string) =>
          contrast(rgb(tokens[text] ?? ""), rgb(tokens[back] ?? ""));
        assert.ok(ratio("text", "surface") >= 4.5);
        assert.ok(ratio("on-accent", "accent") >= 4.5);
        if (contrast(rgb(foreground), rgb(background)) < 4.5) assert.equal(problems.length, 1);
        else assert.equal(tokens["text"], foreground);
      },
    ),
    { seed: 9, numRuns: 400 },
  );
});

Deno.test("changedAt() changes one place of a value and leaves the rest", () => {
  assert.deepEqual(changedAt({ a: { b: 1 }, c: 2 }, ["a", "b"], 3), { a: { b: 3 }, c: 2 });
  assert.deepEqual(changedAt({ a: [1, 2, 3] }, ["a", 1], undefined), { a: [1, 3] });
  assert.deepEqual(changedAt(undefined, ["x"], true), { x: true });
});

Deno.test("figures are written as people read them", () => {
  assert.deepEqual([0, 0.4, 12, 2400, 59_400, 61_000, 3_725_000, 90_000_000].map(durationText), [
    "0 ms",
    "<1 ms",
    "12 ms",
    "2.4 s",
    "59 s",
    "1 min 1 s",
    "1 h 2 min",
    "1 d 1 h",
  ]);
  assert.deepEqual([0, 1536, 5 * 1024 ** 3].map(sizeText), ["0 B", "1.5 KiB", "5.0 GiB"]);
  assert.deepEqual([0, 0.00001, 0.0021, 12].map(moneyText), ["$0", "<$0.0001", "$0.0021", "$12.00"]);
  assert.deepEqual([7, 9999, 12_345, 2_500_000].map(countText), ["7", "9,999", "12.3k", "2.5M"]);
  assert.deepEqual([0, 30_000, 7_200_000].map((ms) => agoText(0, ms)), ["just now", "30 s ago", "2 h ago"]);
});

const sections = (count: number) =>
  Array.from({ length: count }, (_, at) => `## Head ${at}\n\nSome *words* of [it][home].\n\n- one\n- two\n`);

Deno.test("markdownPieces() gives all of a long document, cut before headings, each piece with what its links are", () => {
  const definition = "[home]: https://example.org";
  const text = [...sections(500), definition].join("\n");
  const pieces = markdownPieces(text);
  assert.ok(pieces.length > 5);
  const tail = `\n\n${definition}\n`;
  assert.ok(pieces.every((piece) => piece.startsWith("## Head") && piece.endsWith(tail)));
  assert.ok(pieces.every((piece) => piece.length < 2 * PIECE));
  assert.equal(pieces.map((piece) => piece.slice(0, -tail.length)).join("\n"), text);
  assert.deepEqual(markdownPieces("# short"), ["# short"]);
});

Deno.test("markdownPieces() cuts no fence, list, table or open markup in two", () => {
  const long = (line: string) => Array.from({ length: 1200 }, (_, at) => `${line} ${at}`).join("\n");
  for (
    const block of [
      `\`\`\`md\n${long("# no heading")}\n\`\`\``,
      `~~~~\n${long("~~~\n\n# no heading")}\n~~~~`,
      `- item\n\n${long("  # within\n\n  more")}`,
      `| a |\n|---|\n${long("| b |").replaceAll(/(?<=\d)$/gm, " |")}`,
      `<sub>\n${long("# within")}`,
      `<details>\n\n${long("# within")}\n\n</details>`,
    ]
  ) {
    const pieces = markdownPieces(`${block}\n\n# After\n\nend\n`);
    assert.ok(pieces[0]?.startsWith(block), block.slice(0, 20));
    assert.equal(pieces.join("\n"), `${block}\n\n# After\n\nend\n`);
  }
});
