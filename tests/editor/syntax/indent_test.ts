/**
 * Indentation and comments by language.
 *
 * @module
 */

import assert from "node:assert/strict";
import { toggleComment } from "../../../editor/syntax/comment.ts";
import { reindent, wantedIndent } from "../../../editor/syntax/indent.ts";
import { languageNamed } from "../../../editor/syntax/language_of.ts";
import { LANGUAGES } from "../../../editor/syntax/languages.ts";
import { Rope } from "../../../editor/text/rope.ts";

const SPACES = { tabSize: 4, usesSpaces: true };
const TABS = { tabSize: 4, usesSpaces: false };

/** Code as it belongs; every line's depth is taken away and must come back. */
const CODE: Readonly<Record<string, string>> = {
  "TypeScript":
    "function f(a) {\n    if (a) { // why\n        g([\n            1,\n        ]);\n    } else {\n        h();\n    }\n    switch (a) {\n    }\n}\n",
  "Rust": "fn f() {\n    match x {\n        1 => {\n            y\n        }\n    }\n}\n",
  "Ruby":
    "class A\n    def f(x)\n        if x\n            y\n        else\n            z\n        end\n        list.each do |a|\n            a\n        end\n    end\nend\n",
  "Lua":
    "function f(x)\n    if x then\n        y()\n    else\n        z()\n    end\n    for i = 1, 2 do\n        w()\n    end\nend\n",
  "Bourne Again Shell (bash)":
    "f() {\n    if x; then\n        y\n    elif z; then\n        w\n    else\n        v\n    fi\n    for a in b; do\n        c\n    done\n}\n",
  "Elixir":
    "defmodule A do\n    def f(x) do\n        if x do\n            y\n        else\n            z\n        end\n    end\nend\n",
  "HTML": '<div>\n    <p class="x">\n        text<br>\n    </p>\n</div>\n',
  "CSS": "a {\n    color: red;\n    b {\n        x: y;\n    }\n}\n",
  "JSON": '{\n    "a": [\n        1\n    ]\n}\n',
};

for (const [name, code] of Object.entries(CODE)) {
  Deno.test(`reindent() puts ${name} where it belongs, with spaces and with tabs`, () => {
    const language = languageNamed(name)!;
    const flat = Rope.of(code.replaceAll(/^ +/gm, ""));
    const all = [{ first: 0, end: flat.lines }];
    assert.equal(reindent(flat, all, language, SPACES).apply(flat).toString(), code);
    assert.equal(reindent(flat, all, language, TABS).apply(flat).toString(), code.replaceAll("    ", "\t"));
    const right = Rope.of(code);
    assert.ok(reindent(right, all, language, SPACES).isIdentity);
  });
}

Deno.test("wantedIndent() goes by code, not by comments or quotes, and knows nothing of plain text", () => {
  const wanted = (name: string, text: string, line: number) =>
    wantedIndent(Rope.of(text), line, languageNamed(name)!, SPACES);
  assert.equal(wanted("Python", "def f(): # c\n", 1), 4);
  assert.equal(wanted("Python", "x = 1 # not this:\n", 1), 0);
  assert.equal(wanted("Python", "  if '# no':\n", 1), 6);
  assert.equal(wanted("Python", "    x\n\n\n", 3), 4);
  assert.equal(wanted("Python", "if x:\n    y\nelse:\n", 2), 0);
  assert.equal(wanted("YAML", "a:\n", 1), 4);
  assert.equal(wanted("Makefile", "all: dep\n", 1), 4);
  assert.equal(wanted("Markdown", "  - a\n", 1), 2);
  assert.equal(wanted("Plain Text", "    a\n", 1), undefined);
});

Deno.test("toggleComment() makes lines comments at their common depth and back", () => {
  const toggled = (name: string, text: string, ...lines: (readonly [number, number])[]) => {
    const rope = Rope.of(text);
    return toggleComment(rope, lines.map(([first, end]) => ({ first, end })), languageNamed(name)!).apply(
      rope,
    ).toString();
  };
  assert.equal(toggled("Rust", "  a\n\n    b\nc", [0, 3]), "  // a\n\n  //   b\nc");
  assert.equal(toggled("Rust", "  // a\n\n  //   b\n//c", [0, 4]), "  a\n\n    b\nc");
  assert.equal(toggled("Rust", "// a\nb", [0, 2]), "// // a\n// b");
  assert.equal(toggled("Python", "a\nb\nc\n", [0, 1], [2, 3]), "# a\nb\n# c\n");
  assert.equal(toggled("CSS", " a\n b\n", [0, 2]), " /* a\n b */\n");
  assert.equal(toggled("CSS", " /* a\n b */\n", [0, 2]), " a\n b\n");
  assert.equal(toggled("HTML", "<p>", [0, 1]), "<!-- <p> -->");
  assert.equal(toggled("Plain Text", "a", [0, 1]), "a");
  assert.equal(toggled("Rust", "\n\n", [0, 2]), "\n\n");
});

Deno.test("toggleComment() twice gives the text back in every language that has comments", () => {
  for (const language of LANGUAGES) {
    if (language.comments === undefined) continue;
    const text = Rope.of("  one\n\n    two\n");
    const ranges = [{ first: 0, end: 3 }];
    const once = toggleComment(text, ranges, language).apply(text);
    assert.ok(!once.equals(text), language.name);
    assert.equal(
      toggleComment(once, ranges, language).apply(once).toString(),
      text.toString(),
      language.name,
    );
  }
});
