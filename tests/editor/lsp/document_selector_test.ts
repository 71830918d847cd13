import assert from "node:assert/strict";
import { documentMatches, globOf } from "../../../editor/lsp/document_selector.ts";

const document = { uri: "file:///w/src/main.ts", path: "/w/src/main.ts", languageId: "typescript" };

Deno.test("documentMatches() goes by language, scheme and pattern, each where it is given", () => {
  assert.ok(documentMatches([{ language: "typescript" }], document));
  assert.ok(documentMatches([{ language: "rust" }, { scheme: "file", pattern: "**/*.{ts,js}" }], document));
  assert.ok(documentMatches("typescript", document));
  assert.ok(documentMatches([{ pattern: { baseUri: "file:///w", pattern: "src/*.ts" } }], document));
  assert.ok(
    !documentMatches([{ language: "rust" }, { scheme: "untitled" }, { pattern: "**/*.rs" }], document),
  );
  assert.ok(!documentMatches([null, 5, []] as never, document));
  assert.ok(!documentMatches([{ pattern: "**" }], { ...document, path: undefined }));
});

Deno.test("globOf() matches as the protocol says", () => {
  const cases: [string, string, boolean][] = [
    ["**/*.ts", "/a/b.ts", true],
    ["**/*.ts", "b.ts", true],
    ["*.ts", "a/b.ts", false],
    ["/w/**", "/w/a/b", true],
    ["/w/*/c?.js", "/w/x/c1.js", true],
    ["**/[a-c].[!j]s", "/b.ts", true],
    ["**/[a-c].[!j]s", "/b.js", false],
    ["**/{package,tsconfig}.json", "/x/tsconfig.json", true],
    ["**/{package,tsconfig}.json", "/x/other.json", false],
    ["a.b", "axb", false],
    ["{**/*.a,**/b}", "x/b", true],
    ["{unclosed", "{unclosed", false],
    ["a]b+(c)$", "a]b+(c)$", true],
  ];
  for (const [pattern, path, expected] of cases) {
    assert.equal(globOf(pattern)?.(path) ?? false, expected, `${pattern} on ${path}`);
  }
});

Deno.test("globOf() answers at once for a pattern made to backtrack", () => {
  assert.equal(globOf("*a".repeat(400) + "b")?.("a".repeat(3000)), false);
  assert.equal(globOf("x".repeat(2000)), undefined);
});
