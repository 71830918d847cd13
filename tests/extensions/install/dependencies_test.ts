import assert from "node:assert/strict";
import fc from "fast-check";
import { type Dependent, resolveDependencies } from "../../../extensions/install/dependencies.ts";
import { satisfies } from "../../../extensions/versions.ts";

const one = (
  id: string,
  version: string,
  dependencies: Record<string, string> = {},
  engine?: string,
): Dependent => ({
  id,
  version,
  dependencies,
  ...(engine === undefined ? {} : { engine }),
});

Deno.test("resolveDependencies puts what is needed first", () => {
  const { order, conflicts } = resolveDependencies([
    one("a/app", "1.0.0", { "a/lib": "^1.0.0" }),
    one("a/lib", "1.2.0", { "a/base": ">=1" }),
    one("a/base", "3.0.0"),
  ], "0.1.0");
  assert.deepEqual(order.map(({ id }) => id), ["a/base", "a/lib", "a/app"]);
  assert.deepEqual(conflicts, []);
});

Deno.test("resolveDependencies says what is missing, what is of the wrong version and whom that version suits", () => {
  const { order, conflicts } = resolveDependencies([
    one("a/one", "1.0.0", { "a/libb": "^1.0.0" }),
    one("a/two", "1.0.0", { "a/lib": "^2.0.0" }),
    one("a/three", "1.0.0", { "a/lib": "^1.0.0" }),
    one("a/lib", "1.4.0"),
    one("a/new", "1.0.0", {}, ">=9"),
  ], "0.1.0");
  assert.deepEqual(order.map(({ id }) => id), ["a/lib", "a/three"]);
  assert.deepEqual(conflicts, [
    { id: "a/one", reason: 'it needs a/libb ^1.0.0, which is not installed. Did you mean "a/lib"?' },
    {
      id: "a/two",
      reason: "it needs a/lib ^2.0.0, but 1.4.0 is installed, which fits others (a/three needs ^1.0.0)",
    },
    { id: "a/new", reason: "it is made for Symphony >=9, and this is 0.1.0" },
  ]);
});

Deno.test("resolveDependencies leaves out a circle, and whoever needs one that was left out", () => {
  const { order, conflicts } = resolveDependencies([
    one("a/x", "1.0.0", { "a/y": "*" }),
    one("a/y", "1.0.0", { "a/x": "*" }),
    one("a/z", "1.0.0", { "a/y": "*" }),
    one("a/free", "1.0.0"),
  ], "0.1.0");
  assert.deepEqual(order.map(({ id }) => id), ["a/free"]);
  assert.deepEqual(conflicts.map(({ id }) => id).sort(), ["a/x", "a/y", "a/z"]);
  assert.match(conflicts.find(({ id }) => id === "a/y")?.reason ?? "", /a\/x needs a\/y needs a\/x/);
});

Deno.test("resolveDependencies loads exactly those whose needs are all loaded, each after them, for any extensions", () => {
  const ids = ["a/a", "a/b", "a/c", "a/d", "a/e"];
  const version = fc.constantFrom("1.0.0", "1.5.0", "2.0.0");
  const range = fc.constantFrom("^1.0.0", ">=1.2", "2.x", "*");
  const some = fc.uniqueArray(
    fc.record({
      id: fc.constantFrom(...ids),
      version,
      dependencies: fc.dictionary(fc.constantFrom(...ids), range, { maxKeys: 3 }),
    }),
    { selector: ({ id }) => id },
  );
  fc.assert(
    fc.property(some, (all) => {
      const { order, conflicts } = resolveDependencies(all, "0.1.0");
      assert.equal(order.length + conflicts.length, all.length);
      // The largest set that stands by itself, found by taking away until nothing changes.
      let left = new Map(all.map((one) => [one.id, one]));
      for (let before = -1; before !== left.size;) {
        before = left.size;
        left = new Map(
          [...left].filter(([, { dependencies }]) =>
            Object.entries(dependencies).every(([id, range]) =>
              satisfies(left.get(id)?.version ?? "0.0.0-x", range)
            )
          ),
        );
      }
      const placed = new Set<string>();
      for (const { id, dependencies } of order) {
        assert.ok(left.has(id));
        for (const needed of Object.keys(dependencies)) {
          assert.ok(placed.has(needed), `${id} before ${needed}`);
        }
        placed.add(id);
      }
      // What stands by itself and is not loaded is in a circle, or needs one.
      for (const [id] of left) if (!placed.has(id)) assert.ok(conflicts.some((one) => one.id === id));
    }),
    { seed: 7, numRuns: 300 },
  );
});
