import fc from "fast-check";
import assert from "node:assert/strict";
import type { Json, JsonSchema } from "../../../core/json.ts";
import { validate } from "../../../core/workflow/json_schema.ts";
import { describe, fit, isMismatch } from "../../../core/workflow/port_type.ts";

const leaf: fc.Arbitrary<JsonSchema> = fc.oneof(
  fc.constantFrom<JsonSchema>(
    { type: "string" },
    { type: "number" },
    { type: "integer" },
    { type: "null" },
    { type: "boolean" },
    true,
    {},
    { enum: [1, "a", null] },
    { const: "a" },
    { type: ["string", "null"] },
  ),
  fc.record({
    type: fc.constant("integer"),
    minimum: fc.integer({ min: -3, max: 3 }),
    maximum: fc.integer({ min: -3, max: 3 }),
  }),
  fc.record({ type: fc.constant("string"), minLength: fc.nat(2), maxLength: fc.nat(3) }),
);

const { schema } = fc.letrec<{ schema: JsonSchema }>((tie) => {
  const some = fc.array(tie("schema"), { minLength: 1, maxLength: 2 });
  return {
    schema: fc.oneof(
      { maxDepth: 3, withCrossShrink: true },
      leaf,
      fc.record({ type: fc.constant("array"), items: tie("schema") }),
      fc.record({ type: fc.constant("array"), items: tie("schema"), minItems: fc.nat(2) }),
      fc.record({
        type: fc.constant("object"),
        properties: fc.dictionary(fc.constantFrom("a", "b"), tie("schema")),
        required: fc.subarray(["a", "b"]),
        additionalProperties: fc.boolean(),
      }),
      fc.record({ anyOf: some }),
      fc.record({ oneOf: some }),
      fc.record({ allOf: some }),
    ),
  };
});

const { value } = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 2 },
    fc.constantFrom<Json>(null, true, 0, 1, -2, 1.5, "", "a", "abcd"),
    fc.array(tie("value"), { maxLength: 2 }),
    fc.dictionary(fc.constantFrom("a", "b", "c"), tie("value"), { maxKeys: 2 }),
  ),
}));

Deno.test("fit() says yes and no only where every value bears it out", () => {
  const values = fc.array(value, { minLength: 8, maxLength: 14 });
  fc.assert(
    fc.property(schema, schema, values, (from, to, samples) => {
      const found = fit(from, to).fit;
      for (const sample of samples) {
        if (validate(from, sample).length > 0) continue;
        const isTaken = validate(to, sample).length === 0;
        if (found === "no") assert.ok(!isTaken, `"no", but both take ${JSON.stringify(sample)}`);
        if (found === "yes") assert.ok(isTaken, `"yes", but ${JSON.stringify(sample)} is refused`);
      }
    }),
    { numRuns: 2000 },
  );
});

Deno.test("fit() never says no of a schema and itself where a value is of it", () => {
  fc.assert(fc.property(schema, value, (same, sample) => {
    fc.pre(validate(same, sample).length === 0);
    assert.notEqual(fit(same, same).fit, "no");
  }));
});

const text: JsonSchema = { type: "string" };
const table: readonly [JsonSchema | undefined, JsonSchema | undefined, string][] = [
  [undefined, text, "maybe"],
  [text, undefined, "yes"],
  [text, text, "yes"],
  [{ type: "integer" }, { type: "number" }, "yes"],
  [{ type: "number" }, { type: "integer" }, "maybe"],
  [text, { type: "number" }, "no"],
  [{ type: ["string", "null"] }, text, "maybe"],
  [{ enum: ["a", "b"] }, { enum: ["a", "b", "c"] }, "yes"],
  [{ enum: ["a", "b"] }, { enum: ["c"] }, "no"],
  [{ const: 1 }, text, "no"],
  [{ type: "array", items: text }, { type: "array", items: text }, "yes"],
  [text, { type: "array", items: text }, "no"],
  [
    { type: "object", properties: { a: text }, required: ["a"], additionalProperties: false },
    { type: "object", properties: { a: text }, required: ["a"] },
    "yes",
  ],
  [
    { type: "object", properties: {}, additionalProperties: false },
    { type: "object", required: ["a"] },
    "no",
  ],
  [{ anyOf: [text, { type: "null" }] }, { type: "number" }, "no"],
  [{ anyOf: [text, { type: "number" }] }, { type: "number" }, "maybe"],
  [{ type: "number", maximum: 1 }, { type: "number", minimum: 2 }, "no"],
];

Deno.test("fit() compares ports as people expect", async (test) => {
  for (const [from, to, expected] of table) {
    await test.step(`${JSON.stringify(from)} into ${JSON.stringify(to)} is ${expected}`, () => {
      const found = fit(from, to);
      assert.equal(found.fit, expected);
      assert.equal(found.reason === "", expected === "yes");
    });
  }
});

Deno.test("isMismatch() refuses arrays that could only fit while they are empty", () => {
  const found = fit({ type: "array", items: text }, { type: "array", items: { type: "number" } });
  assert.equal(found.fit, "maybe");
  assert.equal(isMismatch(found), true);
  assert.equal(isMismatch(fit(undefined, text)), false);
});

Deno.test("describe() names a type in a few words", () => {
  assert.equal(describe({ type: "array", items: text }), "array of string");
  assert.equal(describe(text), "string");
});
