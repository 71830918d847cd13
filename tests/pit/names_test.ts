import assert from "node:assert/strict";
import fc from "fast-check";
import { areInTheWay, foldersOf, NameHolders, Wanting } from "../../pit/arbitration/names.ts";

Deno.test("areInTheWay(): equal names, and a folder and what is in it", () => {
  const pairs: [string, string, boolean][] = [
    ["file:/a/b", "file:/a/b", true],
    ["file:/a/b", "file:/a", true],
    ["file:/", "file:/a/b/c", true],
    ["file:/a", "file:/ab", false],
    ["file:/a/b", "file:/a/c", false],
    ["gpu:0", "gpu:0", true],
    ["gpu:0", "gpu:0/1", false],
  ];
  for (const [one, other, expected] of pairs) {
    assert.equal(areInTheWay(one, other), expected, `${one} ${other}`);
    assert.equal(areInTheWay(other, one), expected, `${other} ${one}`);
  }
  assert.deepEqual(foldersOf("file:/a/b/c"), ["file:/a/b", "file:/a", "file:/"]);
  assert.deepEqual(foldersOf("port:80/x"), []);
});

const name = fc.array(fc.constantFrom("a", "b", "ab"), { maxLength: 4 }).map((steps) =>
  `file:/${steps.join("/")}`
);

Deno.test("NameHolders and Wanting find the same as comparing every pair", () => {
  const step = fc.record({ name, remove: fc.boolean(), ask: name });
  fc.assert(fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
    const [holders, wanting, model] = [new NameHolders<string>(), new Wanting<string>(), new Set<string>()];
    for (const { name, remove, ask } of steps) {
      if (remove && model.delete(name)) {
        holders.delete(name);
        wanting.delete([name], name);
      } else if (!remove && !model.has(name)) {
        model.add(name);
        holders.set(name, name);
        wanting.add([name], name);
      }
      const expected = [...model].filter((one) => areInTheWay(one, ask)).sort();
      const found = holders.of(ask);
      assert.ok(found === undefined ? expected.length === 0 : expected.includes(found), `${ask}: ${found}`);
      assert.deepEqual([...wanting.rivals([ask])].sort(), expected);
    }
    for (const one of model) {
      holders.delete(one);
      wanting.delete([one], one);
    }
    assert.equal(holders.of("file:/"), undefined);
    assert.equal(wanting.rivals(["file:/"]).size, 0);
  }));
});
