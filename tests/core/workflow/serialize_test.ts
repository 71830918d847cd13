import fc from "fast-check";
import assert from "node:assert/strict";
import { deserialize, serialize } from "../../../core/workflow/serialize.ts";

const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom<unknown>(null, true, 0, 1.5, "", "$map"),
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom("a", "$map", "$$map", "map"), tie("value"), {
      maxKeys: 2,
      noNullPrototype: true,
    }),
    fc.array(fc.tuple(fc.constantFrom("a", "$map"), tie("value")), { maxLength: 3 }).map((pairs) =>
      new Map(pairs)
    ),
  ),
}));

Deno.test("deserialize() gives back what serialize() was given, marks in the data included", () => {
  fc.assert(fc.property(value, (given) => assert.deepEqual(deserialize(serialize(given)), given)), {
    numRuns: 1000,
    examples: [[{ $map: [] }], [{ $map: [1] }], [{ $$map: [] }], [new Map([["$map", []]])]],
  });
});

Deno.test("deserialize() refuses text that is not JSON as corrupt", () => {
  assert.throws(() => deserialize("{"), { code: "corrupt" });
});
