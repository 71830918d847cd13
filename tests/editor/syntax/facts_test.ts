/**
 * What the tree says of code: definitions, functions around a place, brackets, text objects, names that can be renamed.
 *
 * @module
 */

import assert from "node:assert/strict";
import { matchingBracket } from "../../../editor/syntax/facts/brackets.ts";
import { enclosingFunction, expandSelection } from "../../../editor/syntax/facts/enclosing.ts";
import { renameScope } from "../../../editor/syntax/facts/rename.ts";
import { symbolsOf } from "../../../editor/syntax/facts/symbols.ts";
import { textObject, type TextObjectKind } from "../../../editor/syntax/facts/text_objects.ts";
import type { TreeView } from "../../../editor/syntax/highlight.ts";
import { languageNamed } from "../../../editor/syntax/language_of.ts";
import { parseText } from "../../../editor/syntax/parsed.ts";
import type { TextRange } from "../../../editor/syntax/syntax_tree.ts";

/** Parses text in which `|` marks a place; lends it to `use`. */
async function at(
  language: string,
  marked: string,
  use: (view: TreeView, offset: number) => void,
): Promise<void> {
  const offset = marked.indexOf("|");
  const text = offset === -1 ? marked : marked.slice(0, offset) + marked.slice(offset + 1);
  using view = await parseText(text, languageNamed(language)!);
  assert.ok(view !== undefined);
  use(view, offset);
}

function shown(view: TreeView, range: TextRange | undefined): string | undefined {
  return range === undefined ? undefined : view.text.sliceString(range.from, range.to);
}

const SYMBOLS: Readonly<Record<string, readonly [source: string, expected: readonly string[]]>> = {
  "TypeScript": [
    "export class A { x = 1; m() { return 1; } }\ninterface I { p: string }\nenum E { a }\ntype T = 1;\nexport function f() {}\nconst g = () => 2;\nexport const h = 3;\n",
    [
      "class A",
      "property A/x",
      "method A/m",
      "interface I",
      "property I/p",
      "enum E",
      "type T",
      "function f",
      "function g",
      "variable h",
    ],
  ],
  "Python": ["X = 1\nclass A:\n    def m(self): pass\n\ndef f():\n    def g(): pass\n", [
    "constant X",
    "class A",
    "method A/m",
    "function f",
    "function f/g",
  ]],
  "Rust": ["struct S { a: u8 }\nimpl S { fn m(&self) {} }\nfn f() {}\nmod m { trait T {} }\n", [
    "class S",
    "method m",
    "function f",
    "module m",
    "interface m/T",
  ]],
  "Go": ["package p\nfunc f() {}\nfunc (s *S) m() {}\ntype S struct {}\n", [
    "function f",
    "method m",
    "type S",
  ]],
  "Java": ["class A { void m() {} }\ninterface I {}\n", ["class A", "method A/m", "interface I"]],
  "C": ["struct s { int a; };\nint f(void) { return 0; }\n", ["class s", "function f"]],
  "Ruby": ["module M\n  class A\n    def m; end\n  end\nend\n", ["module M", "class M/A", "method M/A/m"]],
  "Bourne Again Shell (bash)": ["A=1\nf() { ls; }\n", ["variable A", "function f"]],
  "TOML": ["[a]\nb = 1\n[[c]]\n", ["section a", "property a/b", "section c"]],
  "YAML": ["a:\n  b: 1\n", ["property a", "property a/b"]],
  "Zig": ["const S = struct { fn m() void {} };\nfn f() void {}\n", [
    "class S",
    "function S/m",
    "function f",
  ]],
};

for (const [language, [source, expected]] of Object.entries(SYMBOLS)) {
  Deno.test(`symbolsOf() names what is defined in ${language}`, async () => {
    await at(language, source, (view) => {
      assert.deepEqual(
        symbolsOf(view).map(({ kind, path, name }) => `${kind} ${[...path, name].join("/")}`),
        expected,
      );
    });
  });
}

Deno.test("enclosingFunction() is the innermost one, by its name or the variable it is given to", async () => {
  await at(
    "TypeScript",
    "function f() { const g = (x) => { return [1].map(() => |2); }; }",
    (view, offset) => {
      const inner = enclosingFunction(view, offset)!;
      assert.deepEqual([inner.name, shown(view, inner.range), shown(view, inner.body)], [
        undefined,
        "() => 2",
        "2",
      ]);
      const outer = enclosingFunction(view, inner.range.from - 1)!;
      assert.deepEqual([outer.name, outer.type], ["g", "arrow_function"]);
      assert.equal(enclosingFunction(view, outer.range.from - 1)?.name, "f");
    },
  );
  await at(
    "C",
    "int *f(int a) { return |0; }",
    (view, offset) => assert.equal(enclosingFunction(view, offset)?.name, "f"),
  );
  await at(
    "Python",
    "class A:\n    def m(self):\n        |pass\n",
    (view, offset) => assert.equal(enclosingFunction(view, offset)?.name, "m"),
  );
  await at(
    "Rust",
    "fn f() { let c = |x| 1; }",
    (view) => assert.equal(enclosingFunction(view, 10)?.name, "f"),
  );
  await at(
    "Go",
    "package p\nvar x = |1\n",
    (view, offset) => assert.equal(enclosingFunction(view, offset), undefined),
  );
});

Deno.test("expandSelection() grows from a name to the whole text", async () => {
  await at("JavaScript", "f(a, |b + c);", (view, offset) => {
    const steps: (string | undefined)[] = [];
    let range: TextRange | undefined = { from: offset, to: offset };
    while ((range = expandSelection(view, range)) !== undefined) steps.push(shown(view, range));
    assert.deepEqual(steps, ["b", "b + c", "(a, b + c)", "f(a, b + c)", "f(a, b + c);"]);
  });
});

Deno.test("matchingBracket() finds the other side, and nothing in strings", async () => {
  const other = (view: TreeView, offset: number) => {
    const pair = matchingBracket(view, offset);
    return pair === undefined ? undefined : [pair.open.from, pair.close.from];
  };
  await at(
    "TypeScript",
    "f(|[1, (2)], '(')",
    (view, offset) => assert.deepEqual(other(view, offset), [2, 9]),
  );
  await at(
    "TypeScript",
    "f([1, (2)], '(')|",
    (view, offset) => assert.deepEqual(other(view, offset), [1, 15]),
  );
  await at("TypeScript", "f([1, (2)], '|(')", (view, offset) => assert.equal(other(view, offset), undefined));
  await at("Ruby", "if a\n  b\n|end\n", (view, offset) => assert.deepEqual(other(view, offset), [0, 9]));
  await at("HTML", "<|b>x<i>y</i></b>", (view, offset) => assert.deepEqual(other(view, offset), [0, 12]));
  await at(
    "Bourne Again Shell (bash)",
    "|if a; then b; fi",
    (view, offset) => assert.deepEqual(other(view, offset), [0, 14]),
  );
});

const OBJECTS: readonly (readonly [TextObjectKind, string, string, string, string])[] = [
  ["function", "TypeScript", "x; function f(a) { |g(); } y;", "function f(a) { g(); }", " g(); "],
  [
    "class",
    "Python",
    "class A:\n    def m(self): |pass\n",
    "class A:\n    def m(self): pass",
    "def m(self): pass",
  ],
  ["argument", "TypeScript", "f(a, |b, c)", "b, ", "b"],
  ["argument", "TypeScript", "f(a, b, |c)", ", c", "c"],
  ["argument", "Go", "package p\nfunc f(|a int) {}", "a int", "a int"],
  ["string", "TypeScript", "x = 'a |b'", "'a b'", "a b"],
  ["string", "Rust", 'let x = "a |b";', '"a b"', "a b"],
  ["comment", "TypeScript", "/* a |b */ x", "/* a b */", "a b"],
  ["comment", "Python", "x # a |b\n", "# a b", "a b"],
  ["block", "Rust", "fn f() { if x { |y } }", "{ y }", " y "],
  ["call", "TypeScript", "a.b(|c, d).e", "a.b(c, d)", "c, d"],
  ["statement", "TypeScript", "a(); b(|c); d()", "b(c);", "b(c);"],
  ["tag", "HTML", "<p><b>|x</b></p>", "<b>x</b>", "x"],
];

for (const [kind, language, source, around, inside] of OBJECTS) {
  Deno.test(`textObject() finds ${kind} in ${language}: ${source.trim().replaceAll("\n", "⏎")}`, async () => {
    await at(language, source, (view, offset) => {
      const found = textObject(view, kind, offset);
      assert.deepEqual([shown(view, found?.around), shown(view, found?.inside)], [around, inside]);
    });
  });
}

const RENAMES:
  readonly (readonly [language: string, source: string, newName: string, places: number, doubts: string])[] =
    [
      ["TypeScript", "function f(|a: number) { const b = a + 1; return { a, c: (a) => a }; }", "x", 3, ""],
      ["TypeScript", "const a = 1;\nfunction f() { const |a = 2; return a + o.a; }", "x", 2, ""],
      ["TypeScript", "function f(|a) { const b = 1; return a; }", "b", 2, "taken"],
      ["TypeScript", "function f(|a) { return () => { const b = 1; return b; }; }", "b", 1, ""],
      ["TypeScript", "function f(|a) { return () => { const b = 1; return a; }; }", "b", 2, "taken"],
      ["TypeScript", "function f(|a) { return b; }", "b", 1, "taken"],
      ["TypeScript", "export const |a = 1; a;", "x", 2, "visible-outside"],
      ["TypeScript", "const |a = 1; a;", "x", 2, ""],
      ["TypeScript", "import { |a } from 'm'; a();", "x", 2, ""],
      ["TypeScript", "x.|a = 1;", "y", 1, "no-definition"],
      ["TypeScript", "|a();", "x", 1, "no-definition"],
      ["TypeScript", "function f(|a) { return a; } (", "x", 2, "syntax-error"],
      ["Python", "def f(|a):\n    a.a = a\n    return [a for a in a]\n", "x", 3, ""],
      ["Python", "def |f(): pass\nf()\n", "x", 2, "visible-outside"],
      ["Rust", "fn f(|a: u8) -> u8 { let b = a; s.a + a }", "x", 3, ""],
      ["Go", "package p\nfunc f(|a int) int { return a + s.a }", "x", 2, ""],
      ["Java", "class A { int m(int |a) { return a + this.a; } }", "x", 2, ""],
      ["C", "int f(int |a) { int b = a; return s.a + a; }", "x", 3, ""],
      ["YAML", "|a: 1\n", "x", 0, "unknown-language"],
    ];

for (const [language, source, newName, places, doubts] of RENAMES) {
  Deno.test(`renameScope() in ${language} to ${newName}: ${source.trim().replaceAll("\n", "⏎")}`, async () => {
    await at(language, source, (view, offset) => {
      const rename = renameScope(view, offset, newName);
      assert.deepEqual([rename.places.length, rename.doubts.map(({ type }) => type).join(" ")], [
        places,
        doubts,
      ]);
    });
  });
}
