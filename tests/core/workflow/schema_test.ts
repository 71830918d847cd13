import assert from "node:assert/strict";
import { isObject, type Json, type JsonObject } from "../../../core/json.ts";
import { builtInChecks } from "../../../core/quality/measure.ts";
import {
  boardFields,
  bodyFields,
  budgetFields,
  caseFields,
  checkFields,
  controlFields,
  groupFields,
  nodeFields,
  noteFields,
  positionFields,
  preferenceFields,
  qualityFields,
  reservedNames,
  retryFields,
  workflowFields,
} from "../../../core/workflow/fields.ts";
import { toJson } from "../../../core/workflow/json_node.ts";
import { validate } from "../../../core/workflow/json_schema.ts";
import { readJsonc } from "../../../core/workflow/jsonc.ts";
import { parseWorkflow } from "../../../core/workflow/parse.ts";
import { codeReview } from "./catalog.ts";
import { malformedMeaning } from "./malformed_meaning.ts";
import { malformedStructure } from "./malformed_structure.ts";

const root = new URL("../../../", import.meta.url);
const schema = JSON.parse(
  await Deno.readTextFile(new URL("schemas/workflow.schema.json", root)),
) as JsonObject;

/** What stands at these names inside the schema. */
function part(...names: readonly (string | number)[]): JsonObject {
  let found: Json = schema;
  for (const name of names) found = (found as Record<string, Json>)[name] as Json;
  return found as JsonObject;
}

function fieldsAt(...names: readonly (string | number)[]): string[] {
  return Object.keys(part(...names, "properties")).sort();
}

function sorted(names: Iterable<string>): string[] {
  return [...names].sort();
}

function valueOf(text: string): Json {
  const { root: tree, problems } = readJsonc(text.replace("⟦", ""), "w");
  assert.ok(tree !== undefined && problems.length === 0, text);
  return toJson(tree);
}

/** Every field of the format at least once. */
const everything = `{
  "$schema": "workflow.schema.json", "schema": 1, "id": "all", "name": "All", "version": "1.0.0", "description": "d",
  "inputs": { "a": { "type": "number" }, "b": true }, "timeout": "1.5h", "concurrency": 4,
  "preference": { "perUsd": 20, "perSecond": 0.02, "perFailure": 0.05 }, "budget": { "usd": 0.5, "tokens": 90000, "time": "10m" },
  "nodes": {
    "call": { "use": "math/add", "in": { "a": "inputs.a" }, "with": { "b": 2 }, "after": "input", "when": "true",
      "retry": 2, "timeout": 500, "importance": "optional", "quality": { "min": 0.5, "explore": false, "candidates": 2, "judge": "math/add", "checks": ["json", { "check": "length", "port": "sum", "with": { "min": 1 } },
        { "use": "math/add" }] }, "title": "t", "exclusive": ["gpu:0", "port:8080"],
      "description": "d", "position": { "x": -1.5, "y": 2 } },
    "many": { "use": "math/add", "each": "[1, 2]", "in": { "a": "item" }, "concurrency": 2, "after": ["call"],
      "retry": { "max": 1, "backoff": "linear", "initial": "100ms", "cap": 5000, "jitter": 0 } },
    "byName": { "use": "control/branch", "in": { "value": "call.sum" }, "cases": { "big": "value > 1", "else": "true" } },
    "inOrder": { "use": "control/branch", "cases": [{ "port": "x", "when": "true" }] },
    "merge": { "use": "control/merge", "in": { "a": "byName.big", "b": "inOrder.x" } },
    "gate": { "use": "control/gate", "question": "?", "schema": { "type": "string" } },
    "span": { "use": "control/wait", "for": "1s" },
    "moment": { "use": "control/wait", "until": "2030-01-31T09:00:00Z" },
    "signal": { "use": "control/wait", "signal": "go" },
    "round": { "use": "control/loop", "max": 3, "until": "iteration > 2",
      "body": { "inputs": {}, "nodes": { "a": { "use": "files/scan" } }, "outputs": { "f": "a.files" } } },
    "sub": { "use": "control/workflow", "workflow": "other" },
    "input": { "use": "control/input", "name": "a" },
    "output": { "use": "control/output", "name": "o", "in": { "value": "merge.value" } }
  },
  "outputs": { "sum": "call.sum" },
  "board": {
    "notes": { "why": { "text": "Why", "x": 1, "y": -2.5, "width": 200, "height": 80, "colour": "yellow" } },
    "groups": { "first": { "title": "First", "nodes": ["call"], "colour": "blue" } },
    "inputs": { "x": 0, "y": 0 }, "outputs": { "x": 9, "y": 9 }
  }
}`;

const other = { file: "other", text: codeReview };

Deno.test("workflow.schema.json knows the fields that the parser knows, and no others", () => {
  assert.deepEqual(fieldsAt(), sorted(workflowFields));
  assert.deepEqual(fieldsAt("$defs", "node"), sorted(nodeFields));
  assert.deepEqual(fieldsAt("$defs", "body"), sorted(bodyFields));
  assert.deepEqual(fieldsAt("$defs", "case"), sorted(caseFields));
  assert.deepEqual(fieldsAt("$defs", "retry", "anyOf", 1), sorted(retryFields));
  assert.deepEqual(fieldsAt("$defs", "node", "properties", "quality"), sorted(qualityFields));
  const check = ["$defs", "node", "properties", "quality", "properties", "checks", "items", "anyOf"] as const;
  assert.deepEqual(fieldsAt(...check, 1), sorted(checkFields));
  const needs = (settings: JsonObject) => (settings["required"] as string[]).length > 0;
  const named = (checks: typeof builtInChecks) => sorted(checks.map(({ name }) => name));
  assert.deepEqual(
    sorted(part(...check, 0)["enum"] as string[]),
    named(builtInChecks.filter(({ settings }) => !needs(settings))),
  );
  assert.deepEqual(
    sorted(part(...check, 1, "properties", "check")["enum"] as string[]),
    named(builtInChecks),
  );
  assert.deepEqual(
    sorted(part(...check, 1, "allOf", 0, "if", "properties", "check")["enum"] as string[]),
    named(builtInChecks.filter(({ settings }) => needs(settings))),
  );
  assert.deepEqual(fieldsAt("properties", "preference", "anyOf", 1), sorted(preferenceFields));
  assert.deepEqual(fieldsAt("properties", "budget"), sorted(budgetFields));
  assert.deepEqual(fieldsAt("$defs", "node", "properties", "position"), sorted(positionFields));
  assert.deepEqual(fieldsAt("properties", "board"), sorted(boardFields));
  const entry = "additionalProperties";
  assert.deepEqual(fieldsAt("properties", "board", "properties", "notes", entry), sorted(noteFields));
  assert.deepEqual(fieldsAt("properties", "board", "properties", "groups", entry), sorted(groupFields));
  const kinds = part("$defs", "node", "properties", "use", "anyOf", 0)["enum"] as string[];
  assert.deepEqual(sorted(kinds), sorted(Object.keys(controlFields)));
  const found = (part("$defs", "node")["allOf"] as JsonObject[]).map((rule, index): [string, string[]] => {
    const use = part("$defs", "node", "allOf", index, "if", "properties", "use")["const"] as string;
    assert.ok(isObject(rule["then"]));
    return [use, fieldsAt("$defs", "node", "allOf", index, "then")];
  });
  const known = Object.entries(controlFields).filter(([, fields]) => fields.length > 0);
  assert.deepEqual(new Map(found), new Map(known.map(([use, fields]) => [use, sorted(fields)])));
  for (const names of [part("properties", "nodes"), part("$defs", "body", "properties", "nodes")]) {
    const refused = ((names["propertyNames"] as JsonObject)["not"] as JsonObject)["enum"] as string[];
    assert.deepEqual(sorted(refused), sorted(reservedNames));
  }
});

Deno.test("workflow.schema.json describes every field, so that editors can explain it", () => {
  const silent: string[] = [];
  const visit = (value: Json, path: string): void => {
    if (Array.isArray(value)) return value.forEach((item, index) => visit(item, `${path}/${index}`));
    if (!isObject(value)) return;
    const fields = value["properties"];
    // What stands under `if` only tells the kinds apart.
    for (const [name, field] of Object.entries(isObject(fields) && !path.endsWith("/if") ? fields : {})) {
      if (!isObject(field) || typeof field["description"] !== "string") silent.push(`${path}/${name}`);
    }
    for (const [name, inner] of Object.entries(value)) visit(inner, `${path}/${name}`);
  };
  visit(schema, "");
  assert.deepEqual(silent, []);
});

Deno.test("workflow.schema.json accepts what the parser accepts", async () => {
  const texts = [everything, codeReview];
  for (const folder of ["templates/", "tests/fixtures/e2e/"]) {
    for await (const { name } of Deno.readDir(new URL(folder, root))) {
      if (name.endsWith(".workflow.jsonc")) {
        texts.push(await Deno.readTextFile(new URL(`${folder}${name}`, root)));
      }
    }
  }
  assert.ok(texts.length >= 4);
  for (const text of texts) {
    const { problems } = parseWorkflow(text, "w", { resolve: () => other });
    assert.deepEqual(problems, []);
    assert.deepEqual(validate(schema, valueOf(text)), []);
  }
});

Deno.test("workflow.schema.json accepts files of which only the meaning is wrong", () => {
  const codes = ["unknown-node", "unknown-port", "type-mismatch", "cycle", "bad-expression", "bad-each"];
  const rows = malformedMeaning.filter(({ code }) => codes.includes(code));
  assert.ok(rows.length > 30);
  for (const { name, text } of rows) assert.deepEqual(validate(schema, valueOf(text)), [], name);
});

Deno.test("workflow.schema.json refuses what the parser refuses of the structure", () => {
  const codes = [
    "bad-value",
    "unknown-field",
    "missing-field",
    "bad-name",
    "reserved-name",
    "schema-version",
    "no-nodes",
  ];
  // Not to be said in JSON Schema, or no JSON value.
  const beyond = [
    "a timeout of two years",
    "a number too large",
    "__proto__",
    "a body's output with the name of a loop's port",
  ];
  const rows = [...malformedStructure, ...malformedMeaning]
    .filter(({ code, name }) => codes.includes(code) && !beyond.includes(name));
  assert.ok(rows.length > 40);
  for (const { name, text } of rows) assert.notDeepEqual(validate(schema, valueOf(text)), [], name);
});
