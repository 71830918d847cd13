/** What is offered in an expression: fitting entries first, what a fan-out gives as the list that it is read as, calls with their brackets. @module */

import assert from "node:assert/strict";
import type { JsonSchema } from "../../../core/json.ts";
import { completionsAt } from "../../../ui/app/board/model/completion.ts";
import { readGraph } from "../../../ui/app/board/model/graph.ts";
import { catalog } from "../../core/workflow/catalog.ts";

const graph = readGraph(
  `{
  "schema": 1, "id": "w",
  "inputs": { "lines": { "type": "array" } },
  "nodes": {
    "each": { "use": "text/trim", "each": "inputs.lines", "in": { "text": "item" } },
    "once": { "use": "text/trim", "in": { "text": "inputs.lines[0]" } },
    "reader": { "use": "text/trim", "in": { "text": "once.text" } }
  }
}`,
  [],
  catalog,
);
const types = { outputs: () => undefined, isFan: (node: string) => node === "each" };
const list: JsonSchema = { type: "array", items: { type: "string" } };
const offered = (text: string, wanted: JsonSchema | undefined) =>
  completionsAt(text, text.length, { graph, types, node: "reader", wanted }).options;

Deno.test("completionsAt() marks and puts first what fits, as a list where it is collected over items", () => {
  const [first, ...rest] = offered("", list);
  assert.deepEqual([first?.label, first?.fits, first?.detail], ["each.text", true, "array of string"]);
  assert.ok(!rest.some(({ label, fits }) => label === "once.text" && fits));
  const texts = offered("", { type: "string" });
  assert.equal(texts[0]?.label, "once.text");
  assert.ok(!texts.some(({ label, fits }) => label === "each.text" && fits));
  assert.deepEqual(offered("each.", list).map(({ label, fits }) => [label, fits])[0], ["text", true]);
});

Deno.test("completionsAt() closes the brackets of a call and has the cursor between them", () => {
  const exists = offered("inputs.lines.ex", undefined).find(({ label }) => label === "exists(x, )");
  assert.deepEqual([exists?.insert, exists?.back], ["exists(x, )", 1]);
  const size = offered("siz", undefined).find(({ label }) => label === "size()");
  assert.deepEqual([size?.insert, size?.back], ["size()", 1]);
});
