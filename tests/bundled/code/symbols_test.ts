import assert from "node:assert/strict";
import { testOperator } from "../../../extensions/sdk/testing.ts";
import { excerptOperator } from "../../../extensions/bundled/code/excerpt.ts";
import { metricsOperator } from "../../../extensions/bundled/code/metrics.ts";
import { outlineOf, symbolsOperator } from "../../../extensions/bundled/code/symbols.ts";
import { assetFiles, codeAssets } from "./assets.ts";

async function symbolsOf(file: string, source: string): Promise<string[]> {
  const { symbols } = await outlineOf(file, source, assetFiles);
  return symbols.map(({ name, kind, line, exported, parent, doc }) =>
    `${line} ${exported ? "+" : "-"}${parent === "" ? "" : `${parent}.`}${name} ${kind}${
      doc === "" ? "" : `: ${doc}`
    }`
  );
}

Deno.test("code/symbols reads TypeScript: exports by statement and by list, members, docs", async () => {
  const source = `/** About the file. @module */

/** Adds. */
export function add(a: number, b: number): number { return a + b; }
const hidden = 1;
export const limit = 3, other = 4;
export abstract class Box<T> {
  #secret = 1;
  /** Puts. */
  put(item: T): void {}
  private take() {}
}
interface Shape { area(): number }
export type { Shape };
export default hidden;
`;
  assert.deepEqual(await symbolsOf("a.ts", source), [
    "4 +add function: Adds.",
    "5 +hidden constant",
    "6 +limit constant",
    "6 +other constant",
    "7 +Box class",
    "8 -Box.#secret field",
    "10 +Box.put method: Puts.",
    "11 -Box.take method",
    "13 +Shape interface",
    "13 -Shape.area method",
  ]);
});

Deno.test("code/symbols gives a signature without the body", async () => {
  const { symbols } = await outlineOf(
    "a.ts",
    "export async function* f<T>(\n  a: T,\n): Gen<T> {\n  yield a;\n}\n",
    assetFiles,
  );
  assert.equal(symbols[0]?.signature, "async function* f<T>( a: T, ): Gen<T>");
});

Deno.test("code/symbols reads Python: docstrings, underscore names, constants, decorated members", async () => {
  const source = `"""About."""
LIMIT = 3
lower = 4
class Box(Base):
    """Holds."""
    @property
    def size(self):
        """How many."""
        def inner(): pass
    def _hide(self): pass
def _private(): pass
`;
  assert.deepEqual(await symbolsOf("a.py", source), [
    "2 +LIMIT constant",
    "4 +Box class: Holds.",
    "7 +Box.size method: How many.",
    "10 -Box._hide method",
    "11 -_private function",
  ]);
  assert.equal((await outlineOf("a.py", source, assetFiles)).doc, "About.");
});

Deno.test("code/symbols reads Go by capitals and Rust by pub", async () => {
  const go =
    "package p\n\n// Run runs.\nfunc Run() {}\nfunc (b *Box) hide() {}\ntype Box struct { a int }\nconst Max, min = 1, 2\n";
  assert.deepEqual(await symbolsOf("a.go", go), [
    "4 +Run function: Run runs.",
    "5 -hide method",
    "6 +Box type",
    "7 +Max constant",
  ]);
  const rust =
    "/// A box.\n#[derive(Debug)]\npub struct Box { a: u8 }\nimpl Box {\n    /// Makes.\n    pub fn new() -> Self { Box { a: 1 } }\n    fn hide(&self) {}\n}\nmod inner { pub fn deep() {} }\n";
  assert.deepEqual(await symbolsOf("a.rs", rust), [
    "3 +Box struct: A box.",
    "4 -Box impl",
    "6 +Box.new method: Makes.",
    "7 -Box.hide method",
    "9 -inner module",
    "9 +inner.deep function",
  ]);
});

Deno.test("code/symbols reads Java by modifiers, C by static, C++ in namespaces", async () => {
  const java =
    "/** A. */\npublic class A {\n  /** Runs. */\n  public void run() {}\n  private int size() { return 1; }\n}\n";
  assert.deepEqual(await symbolsOf("A.java", java), [
    "2 +A class: A.",
    "4 +A.run method: Runs.",
    "5 -A.size method",
  ]);
  assert.deepEqual(
    await symbolsOf(
      "a.c",
      "/* Adds. */\nint add(int a, int b);\nstatic char *hide(void) { return 0; }\nstruct box { int a; };\nstruct box make(void) { }\n",
    ),
    [
      "2 +add function: Adds.",
      "3 -hide function",
      "4 +box struct",
      "5 +make function",
    ],
  );
  assert.deepEqual(
    await symbolsOf(
      "a.cpp",
      "namespace n {\ntemplate <typename T> class Box { public: void put(T t) {} };\n}\n",
    ),
    [
      "1 +n namespace",
      "2 +n.Box class",
      "2 +Box.put method",
    ],
  );
});

Deno.test("code/symbols reads Markdown's headings and mentioned names, and nothing inside fences as a heading", async () => {
  const source =
    "# Top\n\nIntro here.\n\n## Use\n\n```ts\n# not a heading\nrunAll();\n```\n\n### Deep\n\nCall `parse(text)`.\n\n## Next\n";
  const { symbols, mentions, doc } = await outlineOf("README.md", source, assetFiles);
  assert.deepEqual(symbols.map(({ name, parent, line }) => [name, parent, line]), [
    ["Top", "", 1],
    ["Use", "Top", 5],
    ["Deep", "Use", 12],
    ["Next", "Top", 16],
  ]);
  assert.ok(mentions.includes("runAll") && mentions.includes("parse"));
  assert.equal(doc, "Intro here.");
});

Deno.test("code/symbols reads the file of the workspace and lists what it exports", async () => {
  const { output } = await testOperator(symbolsOperator, { file: "a.js" }, {
    files: { "a.js": "export function f() {}\nfunction g() {}\n" },
    assets: codeAssets,
  });
  assert.deepEqual(output["exports"], ["f"]);
});

Deno.test("code/metrics notes a file that is gone or is a folder, and fails without leave to read", async () => {
  const options = { files: { "a/b.js": "" }, assets: codeAssets };
  const note = async (file: string) => {
    const { output } = await testOperator<{ metrics: { note: string } }>(metricsOperator, { file }, options);
    return output.metrics.note;
  };
  assert.match(await note("gone.js"), /not there/);
  assert.match(await note("a"), /folder/);
  await assert.rejects(
    testOperator(metricsOperator, { file: "a/b.js" }, { ...options, refuse: ["files:read"] }),
    {
      failureClass: "permission",
    },
  );
});

Deno.test("code/excerpt numbers its lines, keeps within its bounds, and refuses what cannot be read", async () => {
  const files = { "a.txt": Array.from({ length: 120 }, (_, at) => `line ${at + 1}`).join("\n") };
  const { output } = await testOperator(
    excerptOperator,
    { file: "a.txt", line: 99, endLine: 100, around: 1 },
    { files },
  );
  assert.deepEqual(output, {
    file: "a.txt",
    source: " 98| line 98\n 99| line 99\n100| line 100\n101| line 101",
    line: 98,
    endLine: 101,
  });
  const beyond = await testOperator(
    excerptOperator,
    { file: "a.txt", line: 500, endLine: 900, maxLines: 2 },
    { files },
  );
  assert.deepEqual([beyond.output["line"], beyond.output["endLine"]], [120, 120]);
  await assert.rejects(testOperator(excerptOperator, { file: "b.txt" }, { files }), {
    failureClass: "input",
  });
});
