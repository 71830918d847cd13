import assert from "node:assert/strict";
import fc from "fast-check";
import type { Json } from "../../../core/json.ts";
import { components } from "../../../core/motif/components.ts";
import { MAX_DEPTH, MAX_NODES, readTree, type TreeNode } from "../../../core/motif/tree.ts";
import { componentTable, treeSchema } from "../../../core/motif/tree_schema.ts";
import { schemaFault, validate } from "../../../core/workflow/json_schema.ts";

const root = new URL("../../../", import.meta.url);

Deno.test("readTree reads a tree as it was given, and a string as a text", () => {
  const { tree, problems } = readTree({
    is: "stack",
    key: "k",
    props: { gap: 2 },
    children: ["hello", { is: "button", props: { label: "Go" }, on: { click: "go" } }],
  });
  assert.deepEqual(problems, []);
  assert.deepEqual(tree, {
    is: "stack",
    key: "k",
    props: { gap: 2 },
    on: {},
    children: [
      { is: "text", props: { value: "hello" }, children: [], on: {} },
      { is: "button", props: { label: "Go" }, children: [], on: { click: "go" } },
    ],
  });
});

const faulty: readonly (readonly [what: string, tree: Json, place: string, message: RegExp, shown: Json])[] =
  [
    [
      "an unknown component",
      { is: "stack", children: [{ is: "buton" }, "x"] },
      "children.0.is",
      /unknown component/,
      1,
    ],
    [
      "an unknown property",
      { is: "text", props: { value: "x", onclick: "evil()" } },
      "props.onclick",
      /unknown property/,
      0,
    ],
    [
      "a property of the wrong kind",
      { is: "stack", props: { gap: "wide" } },
      "props.gap",
      /number|integer/i,
      0,
    ],
    [
      "markup as an address",
      { is: "link", props: { value: "x", href: "javascript:alert(1)" } },
      "props.href",
      /pattern/,
      -1,
    ],
    ["a needed property that is not there", { is: "text", props: {} }, "props", /no "value"/, -1],
    ["children of what holds none", { is: "divider", children: ["x"] }, "children", /children of divider/, 0],
    [
      "an unknown event",
      { is: "button", props: { label: "x" }, on: { hover: "h" } },
      "on.hover",
      /unknown event/,
      0,
    ],
    [
      "an event without an id",
      { is: "button", props: { label: "x" }, on: { click: 3 } },
      "on.click",
      /Found 3/,
      0,
    ],
    ["a member that no node has", { is: "divider", style: "x" }, "style", /unknown member/, 0],
    ["no object", [1], "", /Found \[1\]/, -1],
  ];

for (const [what, given, place, message, shown] of faulty) {
  Deno.test(`readTree leaves out ${what} and tells it with its place`, () => {
    const { tree, problems } = readTree(given);
    assert.equal(problems.length, 1, JSON.stringify(problems));
    assert.equal(problems[0]?.path, place);
    assert.match(problems[0]?.message ?? "", message);
    assert.equal(tree === undefined ? -1 : tree.children.length, shown);
  });
}

Deno.test("readTree bounds nodes and depth", () => {
  const wide = readTree({
    is: "stack",
    children: Array.from({ length: MAX_NODES + 10 }, () => ({ is: "divider" })),
  });
  assert.equal(wide.tree?.children.length, MAX_NODES - 1);
  assert.match(wide.problems[0]?.message ?? "", /more than/);
  let deep: Json = { is: "stack" };
  for (let at = 0; at < MAX_DEPTH + 5; at++) deep = { is: "stack", children: [deep] };
  let depth = 0;
  for (let node: TreeNode | undefined = readTree(deep).tree; node !== undefined; node = node.children[0]) {
    depth++;
  }
  assert.equal(depth, MAX_DEPTH + 1);
});

Deno.test("readTree never throws, and what it gives reads again as it is without a problem, for any JSON", () => {
  const names = Object.keys(components);
  const props = fc.dictionary(
    fc.constantFrom("value", "label", "gap", "items", "columns", "rows", "title", "__proto__", "href"),
    fc.jsonValue() as fc.Arbitrary<Json>,
    { maxKeys: 4 },
  );
  const { node } = fc.letrec((tie) => ({
    node: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      fc.jsonValue() as fc.Arbitrary<unknown>,
      fc.record({
        is: fc.oneof(fc.constantFrom(...names), fc.string()),
        props,
        children: fc.array(tie("node"), { maxLength: 4 }),
        on: fc.dictionary(fc.constantFrom("click", "change", "x"), fc.constantFrom("a", "", 1)),
      }, { requiredKeys: ["is"] }),
    ),
  }));
  fc.assert(
    fc.property(node, (given) => {
      const { tree } = readTree(given as Json);
      if (tree === undefined) return;
      const again = readTree(tree as unknown as Json);
      assert.deepEqual(again.problems, []);
      assert.deepEqual(again.tree, tree);
    }),
    { seed: 3, numRuns: 500 },
  );
});

Deno.test("schemas/motif_tree.schema.json is made of the components, and says what readTree says", async () => {
  const published = JSON.parse(await Deno.readTextFile(new URL("schemas/motif_tree.schema.json", root)));
  assert.deepEqual(published, JSON.parse(JSON.stringify(treeSchema())), "deno run -A tests/write_schemas.ts");
  assert.equal(schemaFault(treeSchema()), undefined);
  const good = { is: "stack", children: [{ is: "text", props: { value: "x" } }, "y"] };
  assert.deepEqual(validate(treeSchema(), good), []);
  assert.notDeepEqual(validate(treeSchema(), { is: "stack", children: [{ is: "text", props: {} }] }), []);
});

Deno.test("the documentation of components is made of the table", async () => {
  const page = await Deno.readTextFile(new URL("extensions/MOTIFS.md", root));
  for (const line of componentTable().split("\n").slice(2)) {
    const [, name] = /^\| `([a-z]+)`/.exec(line) ?? [];
    if (name !== undefined) assert.ok(page.includes(`\`${name}\``), `${name} is not in extensions/MOTIFS.md`);
  }
});
