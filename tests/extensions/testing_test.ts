import assert from "node:assert/strict";
import { defineOperator, Type } from "../../extensions/sdk/mod.ts";
import { testOperator } from "../../extensions/sdk/testing.ts";

const copy = defineOperator({
  type: "test/copy",
  title: "Copy",
  description: "Copies a file",
  input: Type.Object({ from: Type.String(), to: Type.String({ default: "copy.txt" }) }),
  output: Type.Object({ sizeBytes: Type.Number() }),
  run: async (input, context) => {
    const text = await context.files.readText(input.from);
    await context.files.write(input.to, text);
    context.progress(1, 1);
    return { sizeBytes: text.length };
  },
});

Deno.test("testOperator() fills in defaults and runs with real files", async () => {
  const { output, events } = await testOperator(copy, { from: "a.txt" }, {
    files: { "a.txt": "hello" },
    after: async (workspace) => assert.equal(await Deno.readTextFile(`${workspace}/copy.txt`), "hello"),
  });
  assert.deepEqual(output, { sizeBytes: 5 });
  assert.deepEqual(events, [{ kind: "progress", done: 1, total: 1 }]);
});

Deno.test("testOperator() rejects an input that does not fit with class input", async () => {
  await assert.rejects(testOperator(copy, { from: 3 }), { failureClass: "input" });
});

Deno.test("testOperator() refuses what the test refuses with class permission", async () => {
  const options = { files: { "a.txt": "x" }, refuse: ["files:write"] };
  await assert.rejects(testOperator(copy, { from: "a.txt" }, options), { failureClass: "permission" });
});
