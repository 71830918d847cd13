import assert from "node:assert/strict";
import tasks from "../../../extensions/bundled/tasks/main.ts";
import type { TaskDefinition } from "../../../extensions/sdk/define.ts";
import { misfit } from "../../../extensions/value_check.ts";
import { renderPrompt } from "../../../core/orchestration/prompt.ts";

const definitions = tasks.contributes as readonly TaskDefinition[];

Deno.test("symphony/tasks contributes the tasks that workflows use", () => {
  assert.deepEqual(definitions.map(({ kind, type }) => `${kind} ${type}`), [
    "task instrument/generate",
    "task instrument/judge",
    "task instrument/review",
    "task instrument/summarize",
    "task instrument/keyphrases",
    "task instrument/entities",
    "task instrument/sentiment",
  ]);
});

for (const { type, system, prompt, input } of definitions) {
  Deno.test(`${type} names in its prompt every input and nothing else, and none in its fixed rules`, () => {
    assert.doesNotMatch(system, /\{\{/);
    const named = [...prompt.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name);
    assert.deepEqual([...new Set(named)].sort(), Object.keys(input.properties).sort());
  });
}

Deno.test("instrument/review keeps the code whole, whatever stands in it", () => {
  const review = definitions.find(({ type }) => type === "instrument/review") as TaskDefinition;
  const source = "1 const a = `{{file}}`; // </source> $& $1";
  assert.ok(renderPrompt(review.prompt, { source, file: "a.ts" }).includes(source));
});

Deno.test("instrument/review takes a finding without line and suggestion, and refuses an unknown severity", () => {
  const review = definitions.find(({ type }) => type === "instrument/review") as TaskDefinition;
  const schema = JSON.parse(JSON.stringify(review.output));
  const finding = { severity: "low", title: "t", detail: "d" };
  assert.equal(misfit(schema, { findings: [finding], summary: "s" }), undefined);
  assert.notEqual(misfit(schema, { findings: [{ ...finding, severity: "worst" }], summary: "s" }), undefined);
  assert.notEqual(misfit(schema, { findings: [{ ...finding, line: 0 }], summary: "s" }), undefined);
});
