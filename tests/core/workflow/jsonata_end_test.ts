import assert from "node:assert/strict";
import jsonata from "jsonata";
import { checkWorkflow } from "../../../core/workflow/check.ts";
import { missingIn } from "../../../core/workflow/jsonata_end.ts";
import type { Catalog, NodeType } from "../../../core/workflow/catalog.ts";
import { extensionId, nodeTypeId } from "../../../core/ids.ts";

const sound = [
  "$",
  "Account.Order[0].Product[ProductID = 858383].Price",
  `$sum(Account.Order.Product.(Price * Quantity))`,
  `{ "total": $sum(items.price), 'names': [items.name] }`,
  "Phone[type='mobile'].number",
  "*.Postcode",
  "**.Postcode",
  "(5 + 3) * 4 % 3",
  "Email.[address]",
  "[1..9].($*$)",
  `$match("ababbabbcc", /a(b+)/)`,
  "$replace(name, /[\"'\\(]+\\//i, '')",
  `Account.Order.Product^(>Price, <Quantity)`,
  "Account.Order@$o.Product@$p[$p.Price > 3].{ 'o': $o }",
  "library.books#$i.{ 'at': $i }",
  "( $x := 1; $f := function($n) { $n <= 1 ? 1 : $n * $f($n-1) }; $f(4); )",
  "payload ~> |Account.Order.Product|{'Price': Price * 1.2}|",
  "$map([1..5], function($v, $i) { $v + $i })",
  "$firstN := $substring(?, 0, 5)",
  "Account.Order.Product.%.OrderID",
  "/* why */ a /* (because */ + b",
  "a and b or c in d",
  "and",
  "`a name (`.b",
  '"a \\" b"',
  "a ? b : c",
  "-1",
  "a / b / c",
  "items{ name: $sum(price) }",
  "λ($x) { $x }(3)",
];

Deno.test("missingIn() finds nothing missing in what JSONata takes, and names it where something is cut off", () => {
  for (const text of sound) {
    jsonata(text);
    assert.equal(missingIn(text), undefined, text);
    for (let end = 0; end < text.length; end++) {
      const cut = text.slice(0, end);
      const missing = missingIn(cut);
      // What is said must be so; that all is said nobody promises.
      if (missing !== undefined) assert.throws(() => jsonata(cut), `${cut}: ${missing.what}`);
    }
  }
  const told = (text: string) => {
    const { at, what } = missingIn(text) ?? { at: -1, what: "nothing" };
    return `${at} ${what}`;
  };
  assert.equal(told("$sum(items.price"), '4 "(" that has no ")"');
  assert.equal(told("{ 'a': [1, 2 }"), '13 "}", where "]" is missing for "["');
  assert.equal(told("a)"), '1 ")" that nothing opens');
  assert.equal(told("'abc"), "0 a text that has no closing '");
  assert.equal(told("a.b +"), '4 "+" with nothing behind it');
  assert.equal(told("a and "), '2 "and" with nothing behind it');
  assert.equal(told("$match(a, /b+)"), '10 a regular expression that has no closing "/"');
  assert.equal(told("a /* b"), '2 a comment that has no "*/"');
  assert.equal(told("  /* */ "), "0 nothing but blanks and comments");
});

const node = (type: string, properties: object): NodeType => ({
  type: nodeTypeId(type),
  kind: "operator",
  extension: extensionId("tests/table"),
  version: "1.0.0",
  title: type,
  description: "",
  input: { type: "object", properties: properties as never, required: Object.keys(properties) },
  output: { type: "object", properties: {} },
  effect: "none",
  codeHash: "0".repeat(64),
});
const transform = node("data/transform", { expression: { type: "string", format: "jsonata" } });
const catalog: Catalog = {
  nodes: new Map([[transform.type, transform]]),
  tasks: new Map(),
  limits: new Map(),
  problems: [],
};

Deno.test("checkWorkflow() names an unfinished JSONata expression with its place and what is missing", () => {
  const workflow = (expression: string) =>
    `{ "schema": 1, "id": "w", "nodes": {\n  "sum": { "use": "data/transform", "with": { "expression": ${
      JSON.stringify(expression)
    } } }\n} }`;
  const { problems } = checkWorkflow(workflow("$sum(\n  items.price"), "w.jsonc", catalog);
  const [problem, ...others] = problems.filter(({ severity }) => severity === "error");
  assert.deepEqual(others, []);
  assert.deepEqual([problem?.code, problem?.line, problem?.path], [
    "unfinished-expression",
    2,
    "nodes.sum.with.expression",
  ]);
  assert.equal(
    problem?.message,
    'Found an unfinished JSONata expression: "(" that has no ")", at line 1, column 5 of it',
  );
  assert.deepEqual(checkWorkflow(workflow("$sum(items.price)"), "w.jsonc", catalog).problems, []);
});
