import assert from "node:assert/strict";
import { readGraph } from "../../../ui/app/board/model/graph.ts";
import { glimpseOf, passingAt, sizeText } from "../../../ui/app/board/run/passing.ts";
import { catalog } from "../../core/workflow/catalog.ts";

const graph = readGraph(
  `{ "schema": 1, "id": "w", "nodes": {
    "a": { "use": "text/trim", "with": { "text": "x" } },
    "b": { "use": "text/trim", "in": { "text": "a.text + '!'" } },
    "c": { "use": "text/trim", "in": { "text": "a.text" }, "after": ["b"] } } }`,
  [],
  catalog,
);
const edge = (to: string, kind: string) => graph.edges.find((one) => one.to === to && one.kind === kind)!;

Deno.test("passingAt() says who gives what passes: at ports, connections and constants", () => {
  const at = (node: string, side: "input" | "output", port: string) =>
    passingAt(graph, { kind: "port", node, side, port });
  assert.deepEqual(at("a", "output", "text"), { kind: "output", node: "a", port: "text" });
  assert.deepEqual(at("a", "input", "text"), { kind: "constant", node: "a", port: "text", value: "x" });
  assert.deepEqual(at("c", "input", "text"), passingAt(graph, { kind: "edge", edge: edge("c", "data") }));
  assert.deepEqual(at("a", "input", "other"), { kind: "open", node: "a", port: "other" });
  const within = at("b", "input", "text");
  assert.equal(within.kind === "output" && within.within, "a.text + '!'");
  assert.equal(passingAt(graph, { kind: "edge", edge: edge("c", "after") }).kind, "order");
  const bundle = { ...edge("c", "data"), id: "bundle", bundle: graph.edges };
  assert.equal(passingAt(graph, { kind: "edge", edge: bundle }).kind, "bundle");
});

Deno.test("glimpseOf() shows the beginning of what is large, with its type and extent", () => {
  assert.deepEqual(glimpseOf([1, 2], ""), {
    type: "array",
    extent: "2 items",
    text: "[\n  1,\n  2\n]",
    isCut: false,
    isSecret: false,
  });
  const large = glimpseOf(Array.from({ length: 100_000 }, (_, at) => `word ${at}`), "");
  assert.equal(large.extent, "100,000 items");
  assert.ok(large.isCut && large.text.length <= 600 && large.text.split("\n").length <= 12);
  assert.deepEqual([glimpseOf(null, "").type, glimpseOf(1, "").type, glimpseOf(1.5, "").type], [
    "null",
    "integer",
    "number",
  ]);
  assert.ok(glimpseOf("a".repeat(5000), "").isCut);
});

Deno.test("glimpseOf() shows nothing of what looks like a key, wherever it stands in the value", () => {
  const key = ["sk", "proj", "aB3dE5gH7jK9mN1pQ3sT5vX7"].join("-");
  for (const value of [key, { headers: { authorization: key } }, [["x", key]]]) {
    const { isSecret, text } = glimpseOf(value, "");
    assert.ok(isSecret);
    assert.equal(text, "");
  }
});

Deno.test("sizeText() is short", () => {
  assert.deepEqual([sizeText(12), sizeText(1500), sizeText(2_400_000)], ["12 bytes", "1.5 KB", "2.4 MB"]);
});
