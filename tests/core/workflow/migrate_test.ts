import assert from "node:assert/strict";
import { parseDuration } from "../../../core/workflow/duration.ts";
import type { JsonMember, ObjectNode } from "../../../core/workflow/json_node.ts";
import type { Migrations } from "../../../core/workflow/migrate.ts";
import { parseWorkflow } from "../../../core/workflow/parse.ts";
import { didYouMean, nearest } from "../../../core/workflow/suggest.ts";

/** A step that renames a member and keeps its place. */
function renaming(from: string, to: string) {
  return (root: ObjectNode): ObjectNode => {
    const members = [...root.members].map(([name, member]): [string, JsonMember] =>
      name === from ? [to, { ...member, name: to }] : [name, member]
    );
    return { ...root, members: new Map(members) };
  };
}

const chain: Migrations = new Map([[-1, renaming("x", "y")], [0, renaming("steps", "nodes")]]);

Deno.test("parseWorkflow() reads an older schema through the chain, with places of the file as written", () => {
  const text = (use: string) => `{ "schema": 0, "id": "w",\n "steps": { "a": { "use": "${use}" } } }`;
  const options = { migrations: { chain, current: 1 } };
  assert.deepEqual([...parseWorkflow(text("files/scan"), "w", options).definition?.nodes.keys() ?? []], [
    "a",
  ]);
  const { definition, problems } = parseWorkflow(text("Scan"), "w", options);
  assert.equal(definition, undefined);
  assert.deepEqual(problems.map(({ code, line, column }) => [code, line, column]), [["bad-value", 2, 27]]);
});

Deno.test("parseWorkflow() refuses versions to which no unbroken chain leads, and says which it reads", () => {
  const options = {
    migrations: { chain: new Map([[1, renaming("a", "b")], [3, renaming("b", "c")]]), current: 4 },
  };
  for (const version of [0, 1, 2, 5]) {
    const { problems } = parseWorkflow(`{ "schema": ${version}, "id": "w" }`, "w", options);
    assert.deepEqual(problems.map(({ code }) => code), ["schema-version"]);
    assert.match(problems[0]?.hint ?? "", /reads schema 3, 4/);
  }
});

Deno.test("parseDuration() reads spans and refuses what is none", () => {
  const spans: [string | number, number][] = [
    ["500ms", 500],
    ["2s", 2000],
    ["1.5m", 90_000],
    ["2 h", 7_200_000],
    ["7d", 604_800_000],
    ["366d", 31_622_400_000],
    [0, 0],
    [1.4, 1],
  ];
  for (const [value, ms] of spans) assert.equal(parseDuration(value), ms, String(value));
  for (
    const value of [
      "",
      "5",
      "s",
      "-1s",
      "1e3s",
      "1 month",
      "367d",
      "١s",
      -1,
      NaN,
      Infinity,
      null,
      true,
      [],
      {},
    ]
  ) {
    assert.equal(parseDuration(value as never), undefined, JSON.stringify(value));
  }
});

Deno.test("didYouMean() names the nearest word, else the known ones", () => {
  assert.equal(nearest("flies/scan", ["files/scan", "files/read"]), "files/scan");
  assert.equal(nearest("SCAN", ["scan"]), "scan");
  assert.equal(nearest("completely", ["scan"]), undefined);
  assert.equal(didYouMean("zzz", ["alpha", "beta"], "ports"), "Known ports: alpha, beta");
  assert.equal(didYouMean("zzz", [], "ports"), "There are no ports");
});
