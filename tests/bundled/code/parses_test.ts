import assert from "node:assert/strict";
import { parsesOperator } from "../../../extensions/bundled/code/parses.ts";
import { testOperator } from "../../../extensions/sdk/testing.ts";
import { codeAssets } from "./assets.ts";

interface Found {
  readonly quality: number;
  readonly problem: string;
  readonly pieces: number;
}

async function parses(value: string, language?: string): Promise<Found> {
  const input = language === undefined ? { value } : { value, language };
  return (await testOperator<Found>(parsesOperator, input, { assets: codeAssets })).output;
}

const good: readonly (readonly [string, string])[] = [
  ["typescript", "export const f = (a: number): number => a + 1;\n"],
  ["ts", "interface A { b?: string }\n"],
  ["python", "def f(a):\n    return a + 1\n"],
  ["go", "package main\n\nfunc main() {}\n"],
  ["rust", 'fn main() { println!("x"); }\n'],
  ["java", "class A { int b() { return 1; } }\n"],
  ["c", "int main(void) { return 0; }\n"],
];

for (const [language, code] of good) {
  Deno.test(`code/parses finds nothing wrong with ${language} that is right, and finds it cut off`, async () => {
    const whole = await parses(code, language);
    assert.deepEqual([whole.quality, whole.problem, whole.pieces], [1, "", 1]);
    const cut = await parses(code.slice(0, code.length - 3), language);
    // Python and Go without these letters are still right.
    if (language !== "python" && language !== "go") {
      assert.equal(cut.quality, 0, `${language}: ${code.slice(0, -3)}`);
    }
  });
}

Deno.test("code/parses looks at each fence, with its line in the whole, and passes over prose", async () => {
  const text =
    "Here it is:\n\n```ts\nconst a = 1;\n```\n\nAnd:\n\n```python\ndef f(:\n```\n\n```\nplain\n```\n";
  const { quality, pieces, problem } = await parses(text);
  assert.equal(pieces, 2);
  assert.equal(quality, 0.5);
  assert.match(problem, /^line 10: /);
});

Deno.test("code/parses says so where there is no code that it can parse", async () => {
  assert.deepEqual((await parses("Just words.")).quality, 0);
  assert.match((await parses("Just words.")).problem, /no code/);
});
