import assert from "node:assert/strict";
import fc from "fast-check";
import { isObject, type Json } from "../../../core/json.ts";
import { diffJson, type JsonChange } from "../../../core/merge/json_diff.ts";

Deno.test("diffJson() names members that came, went or became something else, by JSON Pointer", () => {
  const from = { a: 1, b: [1, 2, 3], c: { "d/e": "x", "f~": null }, g: true };
  const to = { a: 2, b: [1, 3, 4], c: { "d/e": "y", "f~": null, h: [] }, i: "new" };
  assert.deepEqual(diffJson(from, to), [
    { op: "replace", path: "/a", from: 1, to: 2 },
    { op: "remove", path: "/b/1", from: 2 },
    { op: "add", path: "/b/2", to: 4 },
    { op: "replace", path: "/c/d~1e", from: "x", to: "y" },
    { op: "add", path: "/c/h", to: [] },
    { op: "remove", path: "/g", from: true },
    { op: "add", path: "/i", to: "new" },
  ]);
  assert.deepEqual(diffJson({ a: 1, b: 2 }, { b: 2, a: 1 }), [], "the order of members means nothing");
  assert.deepEqual(diffJson([1], { 0: 1 }), [{ op: "replace", path: "", from: [1], to: { 0: 1 } }]);
});

Deno.test("diffJson() takes an element that was put in for one, and looks into elements that changed", () => {
  const list = Array.from({ length: 50 }, (_, id) => ({ id, text: `text ${id}` }));
  const more = [
    { id: 99, text: "first" },
    ...list.map((one) => one.id === 7 ? { ...one, text: "other" } : one),
  ];
  assert.deepEqual(diffJson(list, more), [
    { op: "add", path: "/0", to: { id: 99, text: "first" } },
    { op: "replace", path: "/7/text", from: "text 7", to: "other" },
  ]);
});

/** The value after the changes, carried out as they say. */
function changed(value: Json, changes: readonly JsonChange[], path = ""): Json {
  const here = changes.find((change) => change.path === path);
  if (here !== undefined && here.op !== "remove") return here.to;
  const name = (change: JsonChange) =>
    change.path.startsWith(`${path}/`) && !change.path.slice(path.length + 1).includes("/")
      ? change.path.slice(path.length + 1)
      : undefined;
  if (Array.isArray(value)) {
    const removed = new Set(changes.flatMap((change) => change.op === "remove" ? [name(change)] : []));
    const kept = value.flatMap((one, at) =>
      removed.has(String(at)) ? [] : [changed(
        one,
        changes.filter(({ op, path: place }) => op !== "add" || place !== `${path}/${at}`),
        `${path}/${at}`,
      )]
    );
    const added = changes.flatMap((change) => {
      const at = name(change);
      return change.op === "add" && at !== undefined ? [[Number(at), change.to] as const] : [];
    });
    for (const [at, one] of added.sort((a, b) => a[0] - b[0])) kept.splice(at, 0, one);
    return kept;
  }
  if (!isObject(value)) return value;
  const result: Record<string, Json> = {};
  for (const [key, member] of Object.entries(value)) {
    const place = `${path}/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`;
    if (!changes.some((change) => change.op === "remove" && change.path === place)) {
      result[key] = changed(member, changes, place);
    }
  }
  for (const change of changes) {
    const key = name(change);
    if (change.op === "add" && key !== undefined) {
      result[key.replaceAll("~1", "/").replaceAll("~0", "~")] = change.to;
    }
  }
  return result;
}

Deno.test("diffJson() gives changes that make the one into the other, and none exactly where they are equal", () => {
  const leaf = fc.constantFrom<Json>(1, 2, "a", "b", null, true);
  // Objects are not nested in lists here: places there are of the old or the new list, as the change says.
  const list = fc.array(leaf, { maxLength: 8 });
  const value = fc.dictionary(
    fc.constantFrom("a", "b", "c/d", "e~"),
    fc.oneof(leaf, list, fc.dictionary(fc.constantFrom("x", "y"), leaf, { noNullPrototype: true })),
    { noNullPrototype: true },
  );
  fc.assert(
    fc.property(value, value, (from, to) => {
      const changes = diffJson(from, to);
      assert.deepEqual(changed(from, changes), to);
      assert.deepEqual(diffJson(to, to), []);
    }),
    { numRuns: 300, seed: 20261126 },
  );
});
