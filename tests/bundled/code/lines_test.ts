import assert from "node:assert/strict";
import fc from "fast-check";
import { debtMarkers, lineCounts, lineIndex } from "../../../extensions/bundled/code/lines.ts";
import { measureSource } from "../../../extensions/bundled/code/metrics.ts";
import {
  countLines,
  judgeSource,
  judgeText,
  MAX_BYTES,
} from "../../../extensions/bundled/code/source_file.ts";
import { decodeTokens, encodeTokens, tokenize } from "../../../extensions/bundled/code/tokens.ts";
import { isTestFile, testSubject } from "../../../extensions/bundled/code/test_file.ts";
import { assetFiles } from "./assets.ts";

Deno.test("code/metrics sorts lines into code, comment and blank", async () => {
  const source = `// one
/* two

four */ const a = 1;
const b = 2; // five

  /** seven */
`;
  const { metrics } = await measureSource("a.ts", source, assetFiles);
  const { lines, code, comments, blank } = metrics;
  // The empty line inside the comment belongs to it: nothing else is on it, and it is not left out.
  assert.deepEqual({ lines, code, comments, blank }, { lines: 7, code: 2, comments: 4, blank: 1 });
});

Deno.test("code/metrics counts Python's docstrings as comment", async () => {
  const { metrics } = await measureSource(
    "a.py",
    '"""Top."""\ndef f():\n    """Doc\n    more."""\n    return "x"\n',
    assetFiles,
  );
  assert.deepEqual([metrics.code, metrics.comments], [2, 3]);
});

Deno.test("lineCounts() gives parts that add up to the lines, whatever the spans", () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom("a", " ", "\n", "//", "\n\n")),
      fc.array(fc.nat(30)),
      (parts, cuts) => {
        const source = parts.join("");
        const ends = [...new Set(cuts)].filter((at) => at <= source.length).sort((a, b) => a - b);
        const spans = [];
        for (let at = 0; at + 1 < ends.length; at += 2) {
          spans.push({ start: ends[at] as number, end: ends[at + 1] as number });
        }
        const { lines, code, comments, blank } = lineCounts(source, spans);
        assert.equal(code + comments + blank, lines);
        assert.equal(lines, source === "" ? 0 : source.split("\n").length - (source.endsWith("\n") ? 1 : 0));
        if (spans.length === 0) {
          assert.equal(
            code,
            source.split("\n").filter((line) => line.trim() !== "").length,
          );
        }
      },
    ),
  );
});

Deno.test("lineIndex() agrees with counting line breaks", () => {
  fc.assert(fc.property(fc.array(fc.constantFrom("a", "\n", "bc")), (parts) => {
    const source = parts.join("");
    const lineOf = lineIndex(source);
    for (let at = 0; at <= source.length; at++) {
      assert.equal(lineOf(at), source.slice(0, at).split("\n").length);
    }
  }));
});

Deno.test("debtMarkers() finds markers that open a comment line or name someone, and no prose about them", () => {
  const source =
    "/* TODO: one */ x; // FIXME(ann) two\n/**\n * XXX three\n * a todo is not one, nor is saying TODO here\n */";
  const spans = [{ start: 0, end: 15 }, { start: 19, end: 36 }, { start: 37, end: source.length }];
  assert.deepEqual(debtMarkers(source, spans, lineIndex(source)), [
    { line: 1, marker: "TODO", text: "one" },
    { line: 1, marker: "FIXME", text: "(ann) two" },
    { line: 3, marker: "XXX", text: "three" },
  ]);
});

Deno.test("code/metrics finds no debt marker in a string", async () => {
  const { metrics } = await measureSource("a.ts", 'const a = "// TODO: not one";\n', assetFiles);
  assert.deepEqual(metrics.debt, []);
});

Deno.test("judgeText() skips binary, huge and minified text with the reason, and nothing else", () => {
  const note = (bytes: Uint8Array) => {
    const judged = judgeText(bytes);
    return judged.kind === "skipped" ? judged.note : undefined;
  };
  const encode = (text: string) => new TextEncoder().encode(text);
  assert.match(note(new Uint8Array([65, 0, 66])) ?? "", /binary/);
  assert.match(note(encode("a;\n".repeat(MAX_BYTES / 3 + 1))) ?? "", /kB/);
  assert.match(note(encode(`${"a".repeat(6000)}\n`)) ?? "", /minified/);
  assert.equal(note(encode("")), undefined);
  assert.equal(note(encode("a".repeat(4000))), undefined);
  assert.equal(judgeSource("x\r\ny").kind, "text");
});

Deno.test("code/metrics measures a file without a grammar by its lines alone", async () => {
  const { metrics, tokens } = await measureSource("a.rb", "def a\n\nend\n", assetFiles);
  assert.deepEqual([metrics.language, metrics.lines, metrics.code, metrics.blank], ["ruby", 3, 2, 1]);
  assert.deepEqual([metrics.functions, tokens.count], [[], 0]);
});

Deno.test("code/metrics measures what it can of a file with syntax errors, and says so", async () => {
  const { metrics } = await measureSource("a.ts", "function ok() { if (a) {} }\nfunction (((\n", assetFiles);
  assert.equal(metrics.parseErrors, true);
  assert.equal(metrics.functions[0]?.name, "ok");
});

Deno.test("tokenize() leaves out comments and spans, and keeps each token's line", () => {
  const source = "a /* x */ = `1\n2` +\n'b'";
  const { lines, hashes } = tokenize(source, [{ start: 2, end: 9 }]);
  assert.deepEqual([...lines], [1, 1, 1, 2, 3]);
  assert.equal(new Set(hashes).size, 5);
});

Deno.test("decodeTokens() gives back what encodeTokens() took, however far apart the lines", () => {
  const token = fc.record({
    hash: fc.nat(65535),
    gap: fc.oneof(fc.nat(3), fc.constantFrom(254, 255, 256, 510, 1000)),
  });
  fc.assert(fc.property(fc.array(token), (items) => {
    let line = 1;
    const sequence = {
      hashes: Uint16Array.from(items.map(({ hash }) => hash)),
      lines: Uint32Array.from(items.map(({ gap }) => line += gap)),
    };
    assert.deepEqual(decodeTokens(encodeTokens(sequence)), sequence);
  }));
});

Deno.test("decodeTokens() refuses data that ends inside a token", () => {
  assert.throws(() => decodeTokens(btoa("ab")), RangeError);
});

Deno.test("countLines() opens no line after the last line break", () => {
  assert.deepEqual(["", "a", "a\n", "a\nb", "\n\n"].map(countLines), [0, 1, 1, 2, 2]);
});

Deno.test("isTestFile() knows tests by folder and name in every language, and no other file", () => {
  const tests = [
    "tests/a.ts",
    "a_test.go",
    "src/a.test.ts",
    "test_a.py",
    "src/FooTest.java",
    "x/__tests__/a.js",
    "a.spec.tsx",
  ];
  const others = ["src/a.ts", "contest.py", "latest.go", "src/attest/a.rs", "Testament.java", "protest.ts"];
  assert.deepEqual(tests.filter((file) => !isTestFile(file)), []);
  assert.deepEqual(others.filter(isTestFile), []);
  assert.deepEqual(["a/parse_test.ts", "test_parse.py", "ParseTest.java", "parse.spec.ts"].map(testSubject), [
    "parse",
    "parse",
    "parse",
    "parse",
  ]);
});
