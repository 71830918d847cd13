/** Faults that grammars find where no language server is there. @module */

import assert from "node:assert/strict";
import { UnaidedRig } from "./unaided_rig.ts";

const cases:
  readonly (readonly [file: string, text: string, faults: readonly (readonly [string, RegExp])[]])[] = [
    ["a.ts", "const value = 1;\nconst other = (value + ;\n", [[
      "(",
      /^Found "\(" that is never closed: expected "\)" for it$/,
    ]]],
    ["b.ts", "function f() {\n  if (true) {\n    g();\n}\n\nconst x = 1;\n", [[
      ";",
      /^Expected "}" here, found none: the "{" in line 1 is not closed$/,
    ]]],
    ["c.py", "def f(:\n    return 1\n", [["(", /^Expected "\)" here, found none: the "\(" in line 1/]]],
    ["d.json", '{ "a": 1,\n  "b": ,,\n  "c": 2 }', [[",", /Found no value/]]],
    ["e.jsonc", '{ // fine\n "a": "x,\n}', [['"x,', /closing quote/]]],
    ["f.rs", "fn main() {\n    let x = ;\n}\n", [["=", /expected|grammar/i]]],
    // Nothing is wrong with these.
    ["g.ts", "export const x = <T,>(y: T): T => y;\nawait using z: Z = open();\n", []],
    ["h.json", '{ "a": [1, 2, 3] }\n', []],
    ["i.json", "", []],
    ["j.json5", "{ a: 1 }", []],
    ["k.jsonl", '{"a":1}\n{"b":2}\n', []],
    ["l.md", "# Title (\n", []],
    ["m.xml", "<a><b/></a>", []],
  ];

Deno.test("faults of a text are told in words and with their place, by its grammar", async () => {
  await using rig = await UnaidedRig.start(Object.fromEntries(cases));
  for (const [file, text, expected] of cases) {
    const buffer = await rig.open(file);
    const { diagnostics } = await rig.language.diagnostics(buffer);
    const shown = diagnostics.map(({ range, message }) => `${text.slice(range.from, range.to)}: ${message}`);
    if (expected.length === 0) assert.deepEqual(shown, [], file);
    for (const [, [words, message]] of expected.entries()) {
      const found = diagnostics.find((one) => message.test(one.message));
      assert.ok(found !== undefined, `${file} has no such fault, but ${JSON.stringify(shown)}`);
      assert.ok(
        text.slice(found.range.from, found.range.to).includes(words),
        `${file}: ${shown.join(" | ")}`,
      );
    }
  }
});

Deno.test("faults come while one types and go when they are mended; half of a text that cannot be read has few of them", async () => {
  await using rig = await UnaidedRig.start({ "a.ts": "const one = 1;\n" });
  const buffer = await rig.open("a.ts");
  assert.deepEqual((await rig.language.diagnostics(buffer)).diagnostics, []);
  const told = rig.watch(buffer);
  await rig.type(buffer, 15, "const two = (;\n");
  const { diagnostics: [fault], revision } = await told(({ diagnostics }) => diagnostics.length > 0);
  assert.equal(fault?.severity, "error");
  assert.equal(fault.server, "grammar");
  assert.equal(revision, 1);
  await rig.type(buffer, 28, "1)");
  await told(({ revision, diagnostics }) => revision === 2 && diagnostics.length === 0);
  // Far down in a large text as well, part by part.
  await rig.write("c.ts", `${"const fine = [1, 2, 3];\n".repeat(60_000)}const last = [(1];\n`);
  const far = await rig.language.diagnostics(await rig.open("c.ts"));
  assert.equal(far.diagnostics.length, 1);
  assert.ok((far.diagnostics[0]?.range.from ?? 0) > 1_400_000, JSON.stringify(far.diagnostics));
  await rig.write("b.ts", "((((((\n".repeat(2_000));
  const { diagnostics } = await rig.language.diagnostics(await rig.open("b.ts"));
  assert.ok(diagnostics.length >= 1 && diagnostics.length <= 100, String(diagnostics.length));
});
