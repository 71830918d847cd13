import assert from "node:assert/strict";
import fc from "fast-check";
import { nodeTypeId } from "../../../core/ids.ts";
import type { Json, JsonObject } from "../../../core/json.ts";
import { builtInCheck, builtInChecks, measureQuality } from "../../../core/quality/measure.ts";
import type { CheckResult, QualityCheck } from "../../../core/quality/quality_check.ts";

function check(name: string, value: Json, settings: JsonObject = {}, input: JsonObject = {}): CheckResult {
  const known = builtInCheck(name);
  assert.ok(known !== undefined, name);
  return known.check(value, settings, { output: { value }, input });
}

/** Name, value, settings, and whether it is good. */
const cases: readonly (readonly [string, Json, JsonObject, boolean])[] = [
  ["not-empty", "x", {}, true],
  ["not-empty", " \n", {}, false],
  ["not-empty", [], {}, false],
  ["not-empty", { a: 1 }, {}, true],
  ["length", "abc", { min: 3, max: 3 }, true],
  ["length", "abcd", { max: 3 }, false],
  ["length", [1], { min: 2 }, false],
  ["matches", "v1.2", { pattern: "^v\\d" }, true],
  ["matches", "1.2", { pattern: "^v\\d" }, false],
  ["matches", "1.2", { pattern: "(" }, false],
  ["contains", "one two", { texts: ["one", "two"] }, true],
  ["contains", "one", { texts: ["one", "two"] }, false],
  ["lacks", "one", { texts: ["two"] }, true],
  ["lacks", "one two", { texts: ["two"] }, false],
  ["no-refusal", "The function leaks.", {}, true],
  ["no-refusal", "I'm sorry, but I can't help with that.", {}, false],
  ["no-refusal", "As an AI language model, I", {}, false],
  ["balanced", 'f(a[1], "(")', {}, true],
  ["balanced", "f(a", {}, false],
  ["balanced", "a)", {}, false],
  ["balanced", "```ts\ncode", {}, false],
  ["headings", "# One\n## two #\ntext", { headings: ["One", "Two"] }, true],
  ["headings", "# One", { headings: ["One", "Two"] }, false],
  ["json", '{"a": 1}', {}, true],
  ["json", '```json\n{"a": 1}\n```', {}, true],
  ["json", "{a: 1}", {}, false],
  ["schema", '{"a": 1}', { schema: { type: "object", required: ["a"] } }, true],
  ["schema", "{}", { schema: { type: "object", required: ["a"] } }, false],
  ["tests", '{"a": 2}', { expressions: ["value.a == 2.0", "value.a > 1"] }, true],
  ["tests", '{"a": 2}', { expressions: ["value.b == 2"] }, false],
  ["tests", '{"a": 2}', { expressions: ["value.a +"] }, false],
  ["csv", 'a,b\n1,"x,y"\n', {}, true],
  ["csv", "a,b\n1\n", {}, false],
  ["csv", "a;b\n1;2", { separator: ";" }, true],
  ["diff", "--- a\n+++ b\n@@ -1,2 +1,2 @@\n one\n-two\n+three\n", {}, true],
  ["diff", "--- a\n+++ b\n@@ -1,2 +1,2 @@\n one\n-two\n", {}, false],
  ["diff", "no diff", {}, false],
];

for (const [name, value, settings, isGood] of cases) {
  Deno.test(`check "${name}" finds ${JSON.stringify(value)} ${isGood ? "good" : "wanting"} with ${JSON.stringify(settings)}`, () => {
    const { quality, problem } = check(name, value, settings);
    assert.equal(quality === 1, isGood, `quality ${quality}`);
    assert.equal(problem === undefined, isGood, problem);
  });
}

Deno.test('check "grounded" counts what is quoted and does not occur in the input', () => {
  const input = { source: "export function decide() {}" };
  assert.equal(check("grounded", "`decide` is long", {}, input).quality, 1);
  const half = check("grounded", "`decide` calls `undecide`", {}, input);
  assert.equal(half.quality, 0.5);
  assert.match(half.problem ?? "", /undecide/);
});

Deno.test("every built-in check gives 0 to 1 for any value, and never throws", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...builtInChecks),
      fc.jsonValue(),
      fc.jsonValue(),
      (known, value, setting) => {
        const settings = {
          texts: setting,
          headings: setting,
          pattern: setting,
          expressions: setting,
          schema: true,
        };
        const context = { output: { value: value as Json }, input: {} };
        const { quality } = known.check(value as Json, settings as JsonObject, context);
        assert.ok(quality >= 0 && quality <= 1, `${known.name} gives ${quality}`);
      },
    ),
    { seed: 8, numRuns: 500 },
  );
});

const never = () => Promise.reject(new Error("no operator"));

Deno.test("measureQuality() is the mean of the checks and the node's own quality, at once where no operator is asked", () => {
  const checks: QualityCheck[] = [{ check: "json", port: "text", with: {} }, {
    check: "not-empty",
    with: {},
  }];
  const measured = measureQuality(checks, { text: "no json", quality: 0.5 }, {}, never);
  assert.ok(measured !== undefined && !(measured instanceof Promise));
  assert.equal(measured.quality, 0.5);
  assert.equal(measured.source, "node, json, not-empty");
  assert.equal(measured.problems.length, 1);
  assert.equal(measureQuality([], { text: "x" }, {}, never), undefined);
});

Deno.test("measureQuality() asks operators, gives them the value and their settings", async () => {
  const use = nodeTypeId("check/mine");
  const asked: unknown[] = [];
  const measured = await measureQuality(
    [{ use, port: "text", with: { strict: true } }],
    { text: "x" },
    {},
    (...args) => {
      asked.push(args);
      return Promise.resolve({ quality: 0.25, problem: "half of half" });
    },
  );
  assert.deepEqual(asked, [[use, "x", { strict: true }]]);
  assert.equal(measured?.quality, 0.25);
  assert.deepEqual(measured?.problems, ["check/mine: half of half"]);
});
