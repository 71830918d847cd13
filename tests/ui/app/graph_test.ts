import assert from "node:assert/strict";
import fc from "fast-check";
import { setField } from "../../../ui/app/board/model/commands.ts";
import { BoardDocument } from "../../../ui/app/board/model/document.ts";
import { graphInParts, readGraph } from "../../../ui/app/board/model/graph.ts";
import { inTurns } from "../../../ui/app/state/turn.ts";
import { catalog } from "../../core/workflow/catalog.ts";

const text = `// a file
{
  "schema": 1, "id": "w", /* with } in it */
  "inputs": { "root": { "type": "string" } },
  "nodes": {
    "a": { "use": "text/trim", "in": { "text": "inputs.root" } }, // "a": {
    "b": { "use": "text/trim", "in": { "text": "a.text" }, "title": "B \\"} b" },
    "c": { "use": "text/trim", "in": { "text": "b.text" }, "after": ["a"], },
  },
  "outputs": { "said": "c.text" },
  "board": { "notes": { "n": { "text": "hello", "x": 1, "y": 2, "width": 100, "height": 80 } } },
}
`;
const plain = (graph: ReturnType<typeof readGraph>) => ({ ...graph, nodes: [...graph.nodes] });

Deno.test("graphInParts() reads in turns what readGraph() reads at once, and rests as often as it is told", async () => {
  let time = 0;
  let rests = 0;
  const turns = { turn: () => Promise.resolve(void rests++), now: () => time += 7 };
  const graph = await inTurns(graphInParts(text, [], catalog), turns);
  assert.deepEqual(plain(graph), plain(readGraph(text, [], catalog)));
  assert.ok(rests > 1, `${rests}`);
});

Deno.test("graphInParts() says of what is no workflow what readGraph() says", async () => {
  for (
    const bad of [
      "",
      "[]",
      "{",
      '{ "nodes": { "a": { "use": } } }',
      '{ "nodes": { "a" } }',
      '{ "nodes": []  }',
    ]
  ) {
    const turns = await inTurns(graphInParts(bad, [], catalog));
    assert.deepEqual(plain(turns), plain(readGraph(bad, [], catalog)), bad);
  }
});

Deno.test("BoardDocument shows the graph of its text after any edits within nodes, undone and done again", () => {
  const edit = fc.record({
    node: fc.constantFrom("a", "b", "c"),
    field: fc.constantFrom("title", "when", "timeout"),
    value: fc.option(fc.string({ maxLength: 12 }), { nil: undefined }),
    then: fc.constantFrom("go on", "undo", "redo"),
  });
  fc.assert(fc.property(fc.array(edit, { maxLength: 14 }), (edits) => {
    let now = 0;
    const document = new BoardDocument(text, catalog, () => now += 700);
    for (const { node, field, value, then } of edits) {
      document.apply(setField(document.ground, node, [field], value));
      if (then !== "go on") document[then]();
      assert.deepEqual(plain(document.graph), plain(readGraph(document.text, [], catalog)));
    }
    while (document.undo() !== undefined);
    assert.equal(document.text, text);
    assert.deepEqual(plain(document.graph), plain(readGraph(text, [], catalog)));
  }));
});

Deno.test("nodes of one type with the same bound share their ports, and others do not", () => {
  const node = (name: string, bound: string) => `"${name}": { "use": "text/trim", ${bound} }`;
  const nodes = [
    node("a", `"in": { "text": "inputs.x" }`),
    node("b", `"in": { "text": "a.text" }`),
    node("c", `"with": { "text": "x", "more": 1 }`),
    node("d", `"title": "D"`),
  ];
  const { nodes: read } = readGraph(`{ "nodes": { ${nodes.join(", ")} } }`, [], catalog);
  const [a, b, c, d] = [...read.values()];
  assert.equal(a?.inputs, b?.inputs);
  assert.equal(a?.outputs, b?.outputs);
  const bound = (one: typeof a) => one?.inputs.filter(({ isBound }) => isBound).map(({ name }) => name);
  assert.deepEqual([bound(a), bound(c), bound(d)], [["text"], ["text", "more"], []]);
});
