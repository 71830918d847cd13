import { Validator } from "@cfworker/json-schema";
import fc from "fast-check";
import assert from "node:assert/strict";
import type { Json, JsonSchema } from "../../../core/json.ts";
import { fitsOf } from "../../../core/workflow/schema_fit.ts";

const small = fc.integer({ min: -2, max: 3 });
const text = fc.constantFrom("", "a", "ab", "\u{1f600}", "\u{1f600}b", "abcd");
const name = fc.constantFrom("a", "b", "constructor", "__proto__");

const { value } = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom<Json>(null, true, false, 1.5),
    small,
    text,
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(name, tie("value"), { maxKeys: 3 }),
  ),
}));

const typeName = fc.constantFrom("null", "boolean", "object", "array", "number", "integer", "string");

const { schema } = fc.letrec<{ schema: JsonSchema; keywords: JsonSchema }>((tie) => ({
  schema: fc.oneof({ maxDepth: 3 }, fc.boolean(), tie("keywords")),
  keywords: fc.record({
    type: fc.oneof(typeName, fc.uniqueArray(typeName, { minLength: 1, maxLength: 3 })),
    title: fc.constant("a title"),
    properties: fc.dictionary(name, tie("schema"), { maxKeys: 3 }),
    required: fc.uniqueArray(name, { maxLength: 2 }),
    additionalProperties: tie("schema"),
    items: tie("schema"),
    anyOf: fc.array(tie("schema"), { minLength: 1, maxLength: 2 }),
    enum: fc.array(fc.oneof(small, text, fc.constant(null)), { minLength: 1, maxLength: 3 }),
    const: fc.oneof(small, text),
    minimum: small,
    exclusiveMaximum: small,
    minLength: fc.nat(3),
    maxLength: fc.nat(3),
    minItems: fc.nat(3),
    maxItems: fc.nat(3),
  }, { requiredKeys: [] }),
}));

function libraryTakes(schema: JsonSchema, value: Json): boolean {
  if (typeof schema === "boolean") return schema;
  return new Validator(JSON.parse(JSON.stringify(schema)), "2020-12", true).validate(value).valid;
}

Deno.test("fitsOf() lets nothing pass that the library refuses, and decides nearly all that it takes", () => {
  let taken = 0;
  let decided = 0;
  fc.assert(
    fc.property(schema, value, (schema, value) => {
      const isTaken = libraryTakes(schema, value);
      const fits = fitsOf(schema)?.(value) ?? false;
      if (fits) assert.ok(isTaken, `${JSON.stringify(schema)} refuses ${JSON.stringify(value)}`);
      if (isTaken) taken++;
      if (isTaken && fits) decided++;
    }),
    { numRuns: 20_000, seed: 20261126 },
  );
  assert.ok(decided > taken * 0.9, `decided ${decided} of ${taken}`);
});

Deno.test("fitsOf() leaves schemas with keywords that it does not know to the library", () => {
  for (const keyword of ["pattern", "format", "$ref", "oneOf", "not", "uniqueItems", "propertyNames"]) {
    assert.equal(fitsOf({ type: "object", properties: { a: { [keyword]: {} } } }), undefined, keyword);
  }
});
