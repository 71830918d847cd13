import fc from "fast-check";
import assert from "node:assert/strict";
import type { Json } from "../../../core/json.ts";
import { toJson } from "../../../core/workflow/json_node.ts";
import { MAX_BYTES, MAX_DEPTH, positionsOf, readJsonc } from "../../../core/workflow/jsonc.ts";

const json = fc.jsonValue({ maxDepth: 4 }).map((value) => JSON.parse(JSON.stringify(value)) as Json);

Deno.test("readJsonc() reads every JSON as JSON.parse does, from text and from bytes", () => {
  fc.assert(fc.property(json, fc.constantFrom(undefined, 2, "\t"), (value, space) => {
    const text = JSON.stringify(value, null, space);
    // A name that JSON.parse takes and a workflow may not hold.
    fc.pre(!text.includes("__proto__") && !text.includes("\0"));
    for (const input of [text, new TextEncoder().encode(text)]) {
      const { root, problems } = readJsonc(input, "w");
      assert.deepEqual(problems, []);
      assert.ok(root !== undefined);
      assert.deepEqual(toJson(root), value);
    }
  }));
});

Deno.test("readJsonc() never throws for any bytes", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
      const { root, problems } = readJsonc(bytes, "w");
      assert.ok(root !== undefined || problems.length > 0);
    }),
    { numRuns: 1000 },
  );
});

Deno.test("readJsonc() takes comments and trailing commas, and brackets inside strings and comments for nothing", () => {
  const brackets = "[".repeat(MAX_DEPTH + 1);
  const text = `{ // ${brackets}\n /* ${brackets} */ "a": ["${brackets}", "\\"[",], }`;
  const { root, problems } = readJsonc(text, "w");
  assert.deepEqual(problems, []);
  assert.deepEqual(root && toJson(root), { a: [brackets, '"['] });
});

Deno.test("readJsonc() takes the deepest and the largest text that is allowed, and no more", () => {
  const nested = (depth: number) => `${"[".repeat(depth)}${"]".repeat(depth)}`;
  assert.deepEqual(readJsonc(nested(MAX_DEPTH), "w").problems, []);
  assert.deepEqual(readJsonc(nested(MAX_DEPTH + 1), "w").problems.map(({ code }) => code), ["too-deep"]);
  const long = (length: number) => `"${"x".repeat(length - 2)}"`;
  assert.deepEqual(readJsonc(long(MAX_BYTES), "w").problems, []);
  assert.deepEqual(readJsonc(long(MAX_BYTES + 1), "w").problems.map(({ code }) => code), ["too-large"]);
});

Deno.test("Positions.placeOf() finds names, values and places inside strings, whatever ends the lines", () => {
  for (const end of ["\n", "\r\n", "\r"]) {
    const text = ["{", '  "a": [1,', '    { "b": "x\\n\\u0041y" }]', "}"].join(end);
    const positions = positionsOf(readJsonc(text, "w"));
    assert.deepEqual(positions.placeOf(["a"], "name"), { line: 2, column: 3 });
    assert.deepEqual(positions.placeOf(["a"]), { line: 2, column: 8 });
    assert.deepEqual(positions.placeOf(["a", 1, "b"], "name"), { line: 3, column: 7 });
    assert.deepEqual(positions.placeOf(["a", 1, "b"], { inString: 3 }), { line: 3, column: 22 });
    // The deepest part that is there.
    assert.deepEqual(positions.placeOf(["a", 1, "c", "d"]), { line: 3, column: 5 });
  }
});
