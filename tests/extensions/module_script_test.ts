import assert from "node:assert/strict";
import { placesInModule, scriptOf } from "../../extensions/host/module_script.ts";

/** Runs a script as a compartment would: strict, with the global object as `this` of nothing. */
const run = (code: string, names: readonly string[] = []) =>
  new Function(`"use strict"; return ${scriptOf(code, names)}`)() as Promise<unknown>;

Deno.test("scriptOf() gives a promise of the module's default export, whatever form the bundler gave it", async () => {
  assert.equal(await run("var a = 7;\nexport {\n  a as default\n};\n"), 7);
  assert.equal(await run("var a=7,b=8;export{b as other,a as default};"), 7);
  assert.equal(
    await run("var a = await Promise.resolve(7);\nexport { a as default };\n//# sourceMappingURL=x.js.map\n"),
    7,
  );
  for (const code of ["var a = 7;", "var a = 7;\nexport { a };", "export default 7;"]) {
    assert.throws(() => scriptOf(code), /does not end with an export of a default/, code);
  }
});

Deno.test("scriptOf() keeps literals that look like imports and comments, and makes them errors in code", async () => {
  const literals =
    `var a = ["import('x')", 'eval(1)', \`import ("y")\`, "<!-- a -->", "x--> 0"];\nexport { a as default };`;
  assert.deepEqual(await run(literals), ["import('x')", "eval(1)", 'import ("y")', "<!-- a -->", "x--> 0"]);
  const dynamic = scriptOf('var a = import("node:fs");\nexport { a as default };');
  assert.throws(() => new Function(`return ${dynamic}`), SyntaxError);
  // An eval becomes an indirect one, which a compartment refuses when it is called.
  assert.match(scriptOf('var a = eval("1");\nexport { a as default };'), /var a = \(0,eval\)\("1"\)/);
});

Deno.test("scriptOf() makes global names local ones that the module may declare anew", async () => {
  const code =
    "var Math = { max: () => 'own' };\nclass Map {}\nvar a = [Math.max(), new Map() instanceof globalThis.Map, JSON.stringify(NaN)];\nexport { a as default };";
  assert.deepEqual(await run(code, ["Math", "Map", "JSON", "NaN", "eval", "not-a-name"]), [
    "own",
    false,
    "null",
  ]);
});

Deno.test("placesInModule() gives the lines of the module, and tells the worker's own apart", async () => {
  const code = "var a = () => {\n  throw new Error('here');\n};\nexport { a as default };";
  const thrower = await ((0, eval)(scriptOf(code)) as Promise<() => void>);
  // Line 2 of the module is line 3 of the script.
  assert.throws(thrower, (error: Error) => /extension\.js\b.*:3:9/.test(error.stack ?? ""));
  assert.equal(placesInModule("at a (extension.js:3:9)"), "at a (bundle.js:2:9)");
  assert.equal(placesInModule("at bundle.js:1:5"), "at host.js:1:5");
});
