import assert from "node:assert/strict";
import plugin, { importBreach } from "./lint_plugin.ts";

function messages(file: string, source: string): string[] {
  return Deno.lint.runPlugin(plugin, file, source).map((found) => found.message);
}

Deno.test("lint plugin refuses an arrow that points away from core", () => {
  assert.match(
    messages("core/a.ts", `import { x } from "../pit/dag/lmdb.ts";`)[0] ?? "",
    /core may import itself/,
  );
  assert.match(
    messages("pit/a.ts", `export { x } from "../conductor/simple.ts";`)[0] ?? "",
    /pit may import itself and core/,
  );
  assert.match(
    messages("extensions/bundled/files/main.ts", `import "../../loader/load.ts";`)[0] ?? "",
    /bundled extension/,
  );
});

Deno.test("lint plugin accepts arrows that point to core, and libraries outside it", () => {
  assert.deepEqual(messages("pit/dag/a.ts", `import { x } from "../../core/ids.ts"; import "lmdb";`), []);
  assert.deepEqual(
    messages("editor/main.ts", `import "../system/clock.ts";`),
    [],
    "a composition names adapters",
  );
  const schema = `import schema from "../../schemas/workflow.schema.json" with { type: "json" };`;
  assert.deepEqual(messages("ui/app/a.ts", schema), [], "schemas are data");
  assert.match(messages("editor/lsp/a.ts", `import "../../system/clock.ts";`)[0] ?? "", /editor may import/);
  assert.deepEqual(messages("tests/a_test.ts", `import "../pit/a.ts"; import "../core/a.ts";`), []);
});

Deno.test("lint plugin refuses a library in core except in the seam that was made for it", () => {
  assert.equal(importBreach("core/workflow/cel.ts", "@marcbachmann/cel-js"), undefined);
  assert.match(importBreach("core/workflow/parse.ts", "jsonc-parser") ?? "", /imports nothing outside core/);
});

Deno.test("lint plugin refuses the clock, chance and the platform in core", () => {
  assert.match(messages("core/a.ts", `const t = Date.now();`)[0] ?? "", /ClockPort/);
  assert.match(messages("core/a.ts", `Deno.cwd();`)[0] ?? "", /core is pure/);
  assert.match(messages("core/a.ts", `setTimeout(() => {}, 1);`)[0] ?? "", /core is pure/);
  assert.match(messages("core/a.ts", `const m = await import("./b.ts");`)[0] ?? "", /dynamic import/);
  assert.deepEqual(messages("core/a.ts", `const a = { fetch: 1 }; a.fetch;`), []);
});
