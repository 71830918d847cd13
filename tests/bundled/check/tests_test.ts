import assert from "node:assert/strict";
import { scriptOf, testsOperator } from "../../../extensions/bundled/check/tests.ts";
import { testOperator } from "../../../extensions/sdk/testing.ts";

const name = "npm:@jitl/quickjs-wasmfile-release-sync/dist/emscripten-module.wasm";
const path = new URL(`../../../node_modules/${name.slice("npm:".length)}`, import.meta.url).pathname;

interface Found {
  readonly quality: number;
  readonly problem: string;
  readonly passed: number;
  readonly failed: readonly { readonly test: string; readonly reason: string }[];
}

async function run(value: string, tests: readonly string[], timeoutMs = 500): Promise<Found> {
  return (await testOperator<Found>(testsOperator, { value, tests: [...tests], timeoutMs }, {
    assets: { [name]: path },
  })).output;
}

Deno.test("check/tests counts the tests that pass, and says why one does not", async () => {
  const code = "Here:\n```js\nexport function add(a, b) { return a + b; }\n```\nDone.";
  assert.deepEqual(await run(code, ["add(1, 2) === 3"]), { quality: 1, problem: "", passed: 1, failed: [] });
  const half = await run(code, [
    "add(1, 2) === 3",
    "add(1, 2) === 4",
    "sub(1)",
    "Promise.resolve(add(0, 1) === 1)",
  ]);
  assert.equal(half.quality, 0.5);
  assert.deepEqual(half.failed.map(({ reason }) => reason), [
    "is not true",
    "ReferenceError: 'sub' is not defined",
  ]);
});

Deno.test("check/tests has nothing against a text where there are no tests", async () => {
  assert.deepEqual(await run("not ( JavaScript", []), { quality: 1, problem: "", passed: 0, failed: [] });
});

Deno.test("check/tests fails every test of code that does not run", async () => {
  const { quality, problem } = await run("function (", ["true"]);
  assert.equal(quality, 0);
  assert.match(problem, /SyntaxError/);
});

Deno.test("check/tests bounds time, memory and depth, and gives each test a fresh engine", async () => {
  const hostile = await run("let n = 0;", [
    "(() => { for (;;); })()",
    "(() => { const a = []; for (;;) a.push(new Array(100000).fill(1)); })()",
    "(function f() { return f() + 1; })()",
    "new Promise(() => {})",
    "++n === 1",
    "++n === 1",
  ], 300);
  assert.equal(hostile.passed, 2);
  const reasons = hostile.failed.map(({ reason }) => reason);
  assert.match(reasons[0] ?? "", /too long/);
  assert.match(reasons[1] ?? "", /too long|memory/);
  assert.match(reasons[2] ?? "", /stack|too long/i);
  assert.match(reasons[3] ?? "", /never settles/);
});

Deno.test("check/tests gives the code nothing to reach out with", async () => {
  const names = ["Deno", "fetch", "process", "require", "Worker", "WebSocket", "setTimeout", "console"];
  const found = await run("", names.map((global) => `typeof ${global} === "undefined"`));
  assert.deepEqual(found.failed, []);
});

Deno.test("scriptOf() takes the fences, and what is exported as it stands", () => {
  assert.equal(
    scriptOf("export const a = 1;\nexport default function f() {}\nexport { a };").trim(),
    "const a = 1;\nfunction f() {}",
  );
  assert.equal(scriptOf("x\n```javascript\nlet a;\n```\ny\n```\nlet b;\n```\n"), "let a;\n\nlet b;\n");
});
