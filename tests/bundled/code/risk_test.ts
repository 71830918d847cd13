import assert from "node:assert/strict";
import fc from "fast-check";
import { testOperator } from "../../../extensions/sdk/testing.ts";
import { duplicatesOperator } from "../../../extensions/bundled/code/duplicates.ts";
import { hotspots } from "../../../extensions/bundled/code/hotspots.ts";
import { riskOperator } from "../../../extensions/bundled/code/risk.ts";
import { untestedFiles } from "../../../extensions/bundled/code/untested.ts";

const measured = (file: string, complexity: number, more = {}) => ({
  file,
  complexity,
  functions: [{
    name: "f",
    line: 7,
    endLine: 9,
    lines: 3,
    complexity,
    cognitive: complexity,
    parameters: 0,
    nesting: 1,
  }],
  ...more,
});

const edge = (from: string, to: string, typeOnly = false) => ({ from, to, line: 1, typeOnly, late: false });

Deno.test("hotspots() puts a file that leads in both first, and one that leads in one alone behind it", () => {
  const churn = new Map([["both", { changes: 10 }], ["changed", { changes: 12 }], ["complex", {
    changes: 1,
  }]]);
  const found = hotspots([measured("complex", 100), measured("both", 90), measured("changed", 2)], churn);
  assert.deepEqual(found.map(({ file, score }) => [file, score]), [["both", 87], ["complex", 29], [
    "changed",
    14,
  ]]);
  assert.match(
    found[0]?.why ?? "",
    /^changed 10 times; 1 function with complexity 90; the hardest is `f` \(line 7:/,
  );
});

Deno.test("hotspots() ranks by complexity alone without history, and leaves tests out", () => {
  const found = hotspots([measured("a", 1), measured("b", 4), measured("t", 9, { isTest: true })], new Map());
  assert.deepEqual(found.map(({ file, score }) => [file, score]), [["b", 100], ["a", 50]]);
});

Deno.test("hotspots() gives scores from 0 to 100 that never rise down the list", () => {
  const file = fc.record({ complexity: fc.nat(500), changes: fc.nat(50) });
  fc.assert(fc.property(fc.array(file), (files) => {
    const churn = new Map(files.map(({ changes }, at) => [`f${at}`, { changes }]));
    const scores = hotspots(files.map(({ complexity }, at) => measured(`f${at}`, complexity)), churn).map((
      { score },
    ) => score);
    for (const [at, score] of scores.entries()) assert.ok(score >= 0 && score <= (scores[at - 1] ?? 100));
  }));
});

Deno.test("untestedFiles() counts what tests reach through other files, by name, by package or in the file itself", () => {
  const metrics = [
    measured("tests/a_test.ts", 1, { isTest: true }),
    measured("src/a.ts", 1),
    measured("src/deep.ts", 2),
    measured("src/types_only.ts", 3),
    measured("src/lonely.ts", 9),
    measured("other/a.py", 1),
    measured("go/x_test.go", 1, { isTest: true }),
    measured("go/y.go", 1),
    measured("src/own.rs", 1, { holdsTests: true }),
    { ...measured("src/data.ts", 0), functions: [] },
  ];
  const edges = [
    edge("tests/a_test.ts", "src/a.ts"),
    edge("src/a.ts", "src/deep.ts"),
    edge("src/a.ts", "src/types_only.ts", true),
  ];
  const found = untestedFiles(metrics, edges, new Map([["src/lonely.ts", { changes: 3 }]]));
  assert.deepEqual(found.map(({ file, changes }) => [file, changes]), [["src/lonely.ts", 3], [
    "src/types_only.ts",
    0,
  ]]);
});

Deno.test("untestedFiles() names no file where there is no test at all", () => {
  assert.deepEqual(untestedFiles([measured("a.ts", 1)], [], new Map()), []);
});

Deno.test("code/risk gives as many worst places as asked, none by 0", async () => {
  const metrics = [measured("a", 3), measured("b", 2), measured("c", 1)];
  const worst = async (top?: number) => {
    const { output } = await testOperator<{ worst: { file: string }[] }>(riskOperator, {
      metrics,
      ...(top === undefined ? {} : { top }),
    });
    return output.worst.map(({ file }) => file);
  };
  assert.deepEqual(await worst(), ["a", "b", "c"]);
  assert.deepEqual(await worst(1), ["a"]);
  assert.deepEqual(await worst(0), []);
});

Deno.test("code/duplicates counts the lines that could go, and skips files without tokens", async () => {
  const { output } = await testOperator(duplicatesOperator, {
    tokens: [{ file: "a.md", count: 0, data: "" }],
  });
  assert.deepEqual(output, { groups: [], duplicatedLines: 0 });
});
