import assert from "node:assert/strict";
import nlp from "../../../extensions/bundled/nlp/main.ts";
import { proseOf } from "../../../extensions/bundled/nlp/prose.ts";
import tasks from "../../../extensions/bundled/tasks/main.ts";
import type { InstrumentDefinition } from "../../../extensions/sdk/define.ts";
import { ExtensionFailure } from "../../../extensions/sdk/failure.ts";
import { testOperator } from "../../../extensions/sdk/testing.ts";
import { misfit } from "../../../extensions/value_check.ts";

const definition = nlp.contributes[0] as InstrumentDefinition;

const TEXT = `# Lighthouses

The lighthouse at Cape Wrath was built in 1828 by Robert Stevenson. The lighthouse keepers lived there with their
families until 1998. Robert Stevenson built many lighthouses on the Scottish coast. Today the lighthouse is automatic,
and its lamp is watched from Edinburgh. Tea was expensive. Visitors reach the lighthouse by ferry and minibus for $15.
Some walk along the coast for 3 days. The old lighthouse lamp stands in a museum in Edinburgh.

| this | table |
| --- | --- |

\`\`\`ts
const lighthouse = "lighthouse lighthouse lighthouse lighthouse";
\`\`\`
`;

async function run<T>(task: string, input: Readonly<Record<string, unknown>> = { text: TEXT }): Promise<T> {
  return (await testOperator<{ data: T }>(definition, { task, ...input })).output.data;
}

Deno.test("local/nlp serves exactly what it can do, and no review", () => {
  assert.deepEqual(definition.serves, ["summarize", "keyphrases", "entities", "sentiment"]);
});

for (const name of definition.serves) {
  Deno.test(`local/nlp gives for ${name} what the task's output schema asks`, async () => {
    const task = tasks.contributes.find(({ type }) => type === `instrument/${name}`);
    assert.ok(task?.kind === "task");
    const call = { name: task.type, system: task.system, prompt: "", output: task.output };
    const { output, usage } = await testOperator(definition, { text: TEXT }, { task: call });
    assert.equal(
      misfit(JSON.parse(JSON.stringify(task.output)), JSON.parse(JSON.stringify(output))),
      undefined,
    );
    assert.equal(usage?.["costUsd"], 0);
  });
}

Deno.test("local/nlp summarizes with sentences of the text, in their order, without code and tables", async () => {
  const { summary } = await run<{ summary: string }>("summarize");
  const flat = TEXT.replace(/\s+/g, " ");
  const sentences = summary.match(/[^.]+\./g) ?? [];
  assert.ok(sentences.length >= 1 && sentences.length <= 5);
  let from = 0;
  for (const sentence of sentences) {
    const at = flat.indexOf(sentence.trim(), from);
    assert.notEqual(at, -1, `"${sentence}" does not follow in the text`);
    from = at;
  }
  assert.doesNotMatch(summary, /const|table|Tea/);
});

Deno.test("local/nlp turns a summary to the subject that was asked for", async () => {
  const plain = await run<{ summary: string }>("summarize");
  const turned = await run<{ summary: string }>("summarize", { text: TEXT, about: "ferry visitors minibus" });
  assert.match(turned.summary, /ferry/);
  assert.doesNotMatch(plain.summary, /ferry/);
});

Deno.test("local/nlp gives key phrases once each, best first, scored from 1 down", async () => {
  const { keyPhrases } = await run<{ keyPhrases: { phrase: string; score: number }[] }>("keyphrases");
  const phrases = keyPhrases.map(({ phrase }) => phrase.toLowerCase());
  assert.ok(phrases.some((phrase) => phrase.includes("lighthouse")), phrases.join(", "));
  assert.equal(new Set(phrases).size, phrases.length);
  assert.equal(keyPhrases[0]?.score, 1);
  for (let i = 1; i < keyPhrases.length; i++) {
    assert.ok((keyPhrases[i]?.score ?? 0) <= (keyPhrases[i - 1]?.score ?? 0));
  }
});

Deno.test("local/nlp finds names and amounts, each once with its count", async () => {
  const { entities } = await run<{ entities: { text: string; type: string; count: number }[] }>("entities");
  const named = (text: string) => entities.filter((entity) => entity.text === text);
  assert.deepEqual(named("Robert Stevenson"), [{ text: "Robert Stevenson", type: "NAME", count: 2 }]);
  assert.deepEqual(named("$15"), [{ text: "$15", type: "MONEY", count: 1 }]);
  assert.deepEqual(named("3 days"), [{ text: "3 days", type: "DURATION", count: 1 }]);
});

Deno.test("local/nlp tells good from bad, and heeds a negation", async () => {
  const score = async (text: string) => (await run<{ score: number }>("sentiment", { text })).score;
  assert.ok(await score("This is a wonderful, helpful tool.") > 0.1);
  assert.ok(await score("This is an awful, broken tool.") < -0.1);
  assert.ok(await score("I do not like it.") < await score("I like it."));
});

for (
  const [name, input, failureClass] of [
    ["an empty text", { task: "summarize", text: " \n" }, "input"],
    ["a task that it does not serve", { task: "review", text: TEXT }, "input"],
    ["a free prompt", { prompt: "Write a poem" }, "input"],
    ["a text that is too long", { task: "sentiment", text: "word ".repeat(200_001) }, "context-length"],
  ] as const
) {
  Deno.test(`local/nlp refuses ${name} with class ${failureClass}`, async () => {
    await assert.rejects(
      testOperator(definition, input),
      (error) => error instanceof ExtensionFailure && error.failureClass === failureClass,
    );
  });
}

Deno.test("local/nlp takes text without any sentence, and text that is not English", async () => {
  assert.deepEqual(await run<{ keyPhrases: unknown[] }>("keyphrases", { text: "!!! ???" }), {
    keyPhrases: [],
  });
  const { summary } = await run<{ summary: string }>("summarize", { text: "Ja. Nein. 好的。" });
  assert.match(summary, /Ja/);
});

Deno.test("proseOf() leaves plain text as it is and takes marks from Markdown", () => {
  assert.equal(proseOf("One. Two < three.\nFour."), "One. Two < three.\nFour.");
  assert.equal(proseOf("## Title\n- see [the page](http://x.y/z) **now**"), "Title.\nsee the page now");
  assert.equal(proseOf("a\n~~~\ncode\n```\nstill code\n~~~\nb"), "a\nb");
  assert.equal(proseOf("a\n```\nnever closed"), "a");
});
