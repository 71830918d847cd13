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

const improve = defineOperator({
  type: "test/improve",
  title: "Improve",
  description: "Has a model improve a file",
  input: Type.Object({ path: Type.String() }),
  output: Type.Object({ tokens: Type.Number() }),
  run: async ({ path }, context) => {
    const { text, revision } = await context.editor.read(path);
    const { output, tokens } = await context.models.ask("instrument/improve", { text });
    const better = String(output["text"]);
    await context.editor.propose(path, { base: revision, text: better, note: "improved" });
    await context.notifications.show("It is better now", "warn");
    return { tokens };
  },
});

Deno.test("testOperator() answers for models, and gives what was proposed and shown", async () => {
  const { output, proposals, notices } = await testOperator(improve, { path: "a.txt" }, {
    files: { "a.txt": "good" },
    models: (use, input) => ({ output: { text: `${use}: ${input["text"]}!` }, tokens: 7 }),
  });
  assert.deepEqual(output, { tokens: 7 });
  assert.deepEqual(proposals, { "a.txt": "instrument/improve: good!" });
  assert.deepEqual(notices, ["warn: It is better now"]);
  const files = { "a.txt": "good" };
  await assert.rejects(testOperator(improve, { path: "a.txt" }, { files }), { failureClass: "unavailable" });
});
