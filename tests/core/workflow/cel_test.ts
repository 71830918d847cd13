import fc from "fast-check";
import assert from "node:assert/strict";
import type { Json } from "../../../core/json.ts";
import { parseExpression } from "../../../core/workflow/cel.ts";

const scope = {
  m: { c: 12, list: [1, 2, 3], s: "a", "odd name": true, none: null },
  n: 5,
  half: 0.5,
};

function expression(text: string) {
  const parsed = parseExpression(text);
  assert.ok("expression" in parsed, "problem" in parsed ? parsed.problem.message : "");
  return parsed.expression;
}

function problem(text: string) {
  const parsed = parseExpression(text);
  assert.ok("problem" in parsed, `${text} was accepted`);
  return parsed.problem;
}

const values: readonly [string, Json][] = [
  ["m.s.matches('^[a-c]+$')", true],
  ["m.s.matches('b' + '$')", false],
  [String.raw`'a.b'.matches('^a\\.b$')`, true],
  ["m.c", 12],
  ["m.c > 10", true],
  ["m.c + 1", 13],
  ["1 + m.c * 2", 25],
  ["m.c / 5", 2.4],
  ["n % 2", 1],
  ["m.c == 12 && n != 4", true],
  ["half * 4", 2],
  ["7 / 2", 3],
  ["size(m.list) > 2", true],
  ["size(m.list) + n", 8],
  ["m.list.map(x, x + 1)", [2, 3, 4]],
  ["m.list.filter(x, x > 1)", [2, 3]],
  ["m.list.exists(x, x == 2)", true],
  ["m.list[0]", 1],
  ["3 in m.list", true],
  ["has(m.x)", false],
  ["has(m.c)", true],
  ["m['odd name']", true],
  ["{'a': n, 'b': [1, 'x', null]}", { a: 5, b: [1, "x", null] }],
  ["n > 4 ? 'big' : 'small'", "big"],
  ["m.s + 'b'", "ab"],
  ["string(n)", "5"],
  ["m.none", null],
];

Deno.test("parseExpression() evaluates to plain JSON, integers and doubles mixed", async (test) => {
  for (const [text, expected] of values) {
    await test.step(text, () => assert.deepEqual(expression(text).evaluate(scope), expected));
  }
});

const failures: readonly [string, RegExp][] = [
  ["zz", /Cannot evaluate "zz": there is no "zz"/],
  ["m.x", /m has only c, list, s, odd name, none, no field "x"/],
  ["m.c.d", /m\.c is 12 and has no field "d"/],
  ["m.list.first", /m\.list is an array and has no field "first"/],
  ["m.c > 'a'", /Cannot evaluate "m\.c > 'a'"/],
  ["m.list[9]", /Cannot evaluate/],
  ["n / 0.0", /not a JSON number/],
  ["9223372036854775807", /beyond what a JSON number holds exactly/],
  ["m.toString", /no field "toString"/],
  ["toString", /there is no "toString"/],
];

Deno.test("Expression.evaluate() says what is missing or does not fit", async (test) => {
  for (const [text, message] of failures) {
    await test.step(text, () => {
      assert.throws(() => expression(text).evaluate(scope), { code: "bad-input", message });
    });
  }
});

Deno.test("parseExpression() lists the names that are read, with their places, and not those it binds", () => {
  const read = (text: string) =>
    expression(text).references.map(({ root, port, offset }) => [root, port, offset]);
  assert.deepEqual(read("scan.files"), [["scan", "files", 0]]);
  assert.deepEqual(read("scan.files[0].name"), [["scan", "files", 0]]);
  assert.deepEqual(read("a['b'] + c"), [["a", "b", 0], ["c", undefined, 9]]);
  assert.deepEqual(read("a.list.filter(x, x > b.min)"), [["a", "list", 0], ["b", "min", 21]]);
  assert.deepEqual(read("[x, a.list.map(x, x)]"), [["x", undefined, 1], ["a", "list", 4]]);
  assert.deepEqual(read("has(a.b) ? {'k': c.d} : {}"), [["a", "b", 4], ["c", "d", 17]]);
  assert.deepEqual(expression("a.b.c").path, ["a", "b", "c"]);
  assert.deepEqual(expression(" a.b ").path, ["a", "b"]);
  assert.equal(expression("a[0]").path, undefined);
});

Deno.test("parseExpression() refuses what is malformed, unknown or too large, at its place", () => {
  assert.equal(problem("").message, "Found an empty expression");
  assert.equal(problem("1 + * 2").offset, 4);
  assert.match(problem("sqrt(4)").message, /overload/);
  assert.match(problem("1 + 'a'").message, /overload/);
  assert.match(problem(`'${"x".repeat(10_000)}'`).message, /at most 10000/);
  problem("(".repeat(200) + "1" + ")".repeat(200));
  problem(Array.from({ length: 1500 }, () => "1").join("+"));
  const nested = "a.map(b, b.map(c, c.map(d, d.map(e, e))))";
  assert.match(problem(nested).message, /more than 3 deep/);
});

Deno.test("parseExpression() never throws, and what it accepts gives JSON or bad-input", () => {
  const token = fc.constantFrom(
    "m",
    ".",
    "c",
    "[",
    "]",
    "(",
    ")",
    "1",
    "'a'",
    "+",
    "-",
    ">",
    "&&",
    "in",
    "?",
    ":",
    "x",
    ",",
    "list",
    "map",
    "size",
    "{",
    "}",
    "!",
    " ",
    "null",
    "1u",
    "b'x'",
    "timestamp",
    "__proto__",
    "0.0",
    "/",
  );
  fc.assert(
    fc.property(fc.array(token, { maxLength: 9 }), (tokens) => {
      const parsed = parseExpression(tokens.join(""));
      if ("problem" in parsed) return;
      try {
        const value = parsed.expression.evaluate(scope);
        assert.deepEqual(JSON.parse(JSON.stringify(value)), value === 0 ? 0 : value);
      } catch (error) {
        assert.equal((error as { code?: string }).code, "bad-input");
      }
    }),
    { numRuns: 2000 },
  );
});

Deno.test("parseExpression() takes of regular expressions what can be carried out in linear time", () => {
  assert.deepEqual(problem("m.s.matches('a(?=b)')"), {
    message: 'Found "(?=" in the regular expression: RE2 has no lookaround and no backreference',
    offset: 12,
    length: 8,
  });
  assert.match(
    problem(String.raw`m.s.matches('(a)\\1')`).message,
    /RE2 has no lookaround and no backreference/,
  );
  assert.match(problem("m.s.matches('(')").message, /^Found "\(", which is no regular expression/);
  assert.throws(() => expression("m.s.matches('(?' + '<!b)')").evaluate(scope), /RE2 has no lookaround/);
  const quickest = (length: number) => {
    const backtracking = expression(`"${"a".repeat(length)}!".matches("^(a+)+$")`);
    return Math.min(...[1, 2, 3].map(() => {
      const began = performance.now();
      assert.equal(backtracking.evaluate(scope), false);
      return performance.now() - began;
    }));
  };
  // Exponential work would be some 2^12 times as much.
  assert.ok(quickest(26) < Math.max(quickest(14), 0.2) * 500);
});
