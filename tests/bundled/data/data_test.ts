import assert from "node:assert/strict";
import fc from "fast-check";
import { transform } from "../../../extensions/bundled/data/transform.ts";
import { validate } from "../../../extensions/bundled/data/validate.ts";
import { ExtensionFailure } from "../../../extensions/sdk/failure.ts";
import { testOperator } from "../../../extensions/sdk/testing.ts";

function failure(failureClass: string, text: string) {
  return (error: unknown) => {
    assert.ok(error instanceof ExtensionFailure, String(error));
    assert.equal(error.failureClass, failureClass, error.message);
    assert.ok(error.message.includes(text), error.message);
    return true;
  };
}

async function transformed(data: unknown, expression: string, more: Readonly<Record<string, unknown>> = {}) {
  return (await testOperator(transform, { data, expression, ...more })).output["result"];
}

const files = [{ path: "a", size: 3 }, { path: "b", size: 30 }, { path: "c", size: 300 }];

const table: readonly [expression: string, data: unknown, wanted: unknown][] = [
  ["files[size > 10].path", { files }, ["b", "c"]],
  ["$sum(size)", files, 333],
  ['{"total": $count($)}', files, { total: 3 }],
  ["missing.field", { a: 1 }, null],
  ["$map([1..3], function($v) { $v * 2 })", null, [2, 4, 6]],
  ["$^(>size)[0].path", files, "c"],
  ["$", [], []],
  ["(\n  $n := function($i) { $i > 5000 ? $i : $n($i + 1) };\n  $n(0)\n)", null, 5001],
];
for (const [expression, data, wanted] of table) {
  Deno.test(`data/transform gives ${JSON.stringify(wanted)} for ${JSON.stringify(expression)}`, async () => {
    assert.deepEqual(await transformed(data, expression), wanted);
  });
}

Deno.test("data/transform gives any JSON back for $", async () => {
  const noProto = fc.jsonValue().filter((value) => !JSON.stringify(value).includes("__proto__"));
  await fc.assert(
    fc.asyncProperty(noProto, async (data) => {
      assert.deepEqual(await transformed(data, "$"), JSON.parse(JSON.stringify(data)));
    }),
    { numRuns: 150 },
  );
});

const refused: readonly [what: string, expression: string, failureClass: string, message: string][] = [
  ["a syntax error with its place", "a.\n b +* ]", "input", "line 2"],
  ["an open bracket", "(1 + 2", "input", "Expression is wrong at line 1"],
  ["a type error with its place", '1 + "x"', "input", "at line 1, column"],
  ["an unknown function", "$nope()", "input", "Expression is wrong"],
  ["an endless loop", "($f := function() { $f() }; $f())", "timeout", "does not end"],
  ["endless recursion", "($f := function($x) { 1 + $f($x) }; $f(1))", "input", "1000 deep"],
  ["a result too large", "[1..20000000]", "input", "more than"],
  ["a product too large", "[1..3000].([1..3000])", "input", "more than"],
  ["a function as result", "function($x) { $x }", "input", "gives a function"],
  ["a builtin as result", "$sum", "input", "gives a function"],
];
for (const [what, expression, failureClass, message] of refused) {
  Deno.test(`data/transform refuses ${what}`, async () => {
    await assert.rejects(
      transformed({ a: 1 }, expression, { timeoutMs: 400 }),
      failure(failureClass, message),
    );
  });
}

Deno.test("data/transform leaves the prototypes of the worker alone", async () => {
  const attempts = [
    '$ ~> |$|{"__proto__": {"polluted": 1}}|',
    "$lookup($, '__proto__')",
    "constructor.constructor",
  ];
  for (const expression of attempts) {
    await transformed({ a: 1 }, expression).catch((error) => assert.ok(error instanceof ExtensionFailure));
    assert.equal(({} as Record<string, unknown>)["polluted"], undefined);
  }
});

async function validated(data: unknown, schema: unknown, more: Readonly<Record<string, unknown>> = {}) {
  const { output } = await testOperator<{
    valid: boolean;
    problems: readonly { path: string; keyword: string; message: string }[];
    data: unknown;
  }>(validate, { data, schema, ...more });
  return output;
}

const person = {
  type: "object",
  properties: { name: { type: "string" }, tags: { type: "array", items: { type: "string" } } },
  required: ["name"],
};

Deno.test("data/validate passes fitting data on unchanged", async () => {
  const data = { name: "x", tags: ["y"], more: null };
  assert.deepEqual(await validated(data, person), { valid: true, problems: [], data });
});

Deno.test("data/validate lists every problem with its pointer and not the ones that only repeat it", async () => {
  const { valid, problems } = await validated({ name: 1, tags: ["a", 2, 3] }, person);
  assert.equal(valid, false);
  assert.deepEqual(problems.map((each) => each.path).sort(), ["/name", "/tags/1", "/tags/2"]);
  assert.ok(problems.every((each) => each.keyword === "type" && !each.message.endsWith(".")));
});

Deno.test("data/validate names the missing property at its object", async () => {
  const { problems } = await validated({}, person);
  assert.equal(problems[0]?.path, "");
  assert.equal(problems[0]?.keyword, "required");
});

Deno.test("data/validate refuses everything by false and nothing by true", async () => {
  assert.equal((await validated(1, false)).valid, false);
  assert.equal((await validated(1, true)).valid, true);
});

Deno.test("data/validate follows the draft that the schema names", async () => {
  const four = { $schema: "http://json-schema.org/draft-04/schema#", maximum: 5, exclusiveMaximum: true };
  assert.equal((await validated(5, four)).valid, false);
});

Deno.test("data/validate fails with the first place where it is told to", async () => {
  const run = validated({ name: 1 }, person, { failOnInvalid: true });
  await assert.rejects(run, failure("input", 'at "/name"'));
});

Deno.test("data/validate refuses a schema that points nowhere", async () => {
  await assert.rejects(validated(1, { $ref: "#/$defs/gone" }), failure("input", "Schema cannot be used"));
});
