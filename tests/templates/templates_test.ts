import assert from "node:assert/strict";
import { checkWorkflow } from "../../core/workflow/check.ts";
import { defineExtension, defineInstrument } from "../../extensions/sdk/mod.ts";
import { withSampleRepository } from "./sample_repository.ts";
import { bundledExtensions, runTemplate, templateNames, templateText } from "./template_run.ts";

/** Answers every task in the structure that it asks for. */
const critic = defineExtension({
  contributes: [defineInstrument({
    type: "test/critic",
    title: "Critic",
    description: "Finds one thing wrong with everything",
    serves: ["*"],
    priceIn: 0,
    priceOut: 0,
    run: ({ task, input }) => {
      const finding = { severity: "high", line: 3, title: "Wrong", detail: `Seen in ${input["file"]}` };
      const data = task === "review"
        ? { findings: [finding], summary: "It is wrong" }
        : { summary: "The parser and the knot." };
      return Promise.resolve({ text: JSON.stringify(data), data, model: "critic", finish: "stop" });
    },
  })],
});

Deno.test("every template checks without a problem or a warning", async () => {
  const extensions = bundledExtensions();
  const catalog = await extensions.describe();
  assert.deepEqual(templateNames(), ["agent-edits", "changelog", "code-review", "docs-outline", "repo-map"]);
  for (const name of templateNames()) {
    const { problems, definition } = checkWorkflow(templateText(name), name, catalog);
    const told = problems.map(({ code, line, message }) => `${code} ${name}:${line} ${message}`);
    // This one writes what is safe without asking, for whoever starts it with --allow-write.
    const expected = name === "agent-edits" ? [/^ungated-write agent-edits:\d+ write writes/] : [];
    assert.equal(told.length, expected.length, told.join("\n"));
    for (const [at, pattern] of expected.entries()) assert.match(told[at] ?? "", pattern);
    assert.equal(definition?.id, name);
  }
});

Deno.test("code-review finds each planted fault with its place, and skips the instrument where there is none", async () => {
  await withSampleRepository(async (folder) => {
    const { outcome, skipped } = await runTemplate("code-review", folder);
    assert.equal(outcome.state, "completed", JSON.stringify(outcome.failure));
    const report = String(outcome.outputs["report"]);
    assert.match(report, /^# Code review\n\n## Look here first\n\nBegin with `src\/knot\.ts`/);
    assert.match(report, /\| `src\/knot\.ts:3` \| 100 \| changed 2 times; /);
    assert.match(report, /`decide`<br>`src\/knot\.ts:3` \| 18 \| 11 \| 26 \| 6 \|/);
    assert.match(report, /`src\/knot\.ts:1` → `src\/parse\.ts:1` → `src\/knot\.ts`/);
    assert.match(report, /`src\/first\.ts:3-8`, `src\/second\.ts:2-7`/);
    assert.match(report, /`src\/knot\.ts:2` \*\*FIX[M]E\*\* this mixes reading and deciding/);
    assert.match(report, /## Untested places[^]*`src\/first\.ts:3`/);
    assert.doesNotMatch(report, /An instrument's review/);
    assert.ok(skipped.includes("review"), `"review" is among the skipped nodes: ${skipped}`);
  });
});

Deno.test("code-review shows an instrument's findings with their file where there is one", async () => {
  await withSampleRepository(async (folder) => {
    const { outcome } = await runTemplate("code-review", folder, { more: { critic }, inputs: { places: 2 } });
    const report = String(outcome.outputs["report"]);
    assert.match(report, /## An instrument's review/);
    assert.match(
      report,
      /### `src\/knot\.ts`\n\nIt is wrong\n\n- `src\/knot\.ts:3` \*\*high: Wrong\*\* Seen in src\/knot\.ts/,
    );
    assert.equal(report.match(/\*\*high: Wrong\*\*/g)?.length, 2);
    assert.deepEqual(outcome.degraded, []);
  });
});

Deno.test("code-review ranks by complexity alone in a folder without git", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/a.py`, "def f(x):\n    return 1 if x else 2\n");
    const { outcome } = await runTemplate("code-review", folder);
    assert.equal(outcome.state, "completed", JSON.stringify(outcome.failure));
    assert.match(String(outcome.outputs["report"]), /There is no git history here/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("code-review completes over an empty folder", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const { outcome } = await runTemplate("code-review", folder);
    assert.equal(outcome.state, "completed", JSON.stringify(outcome.failure));
    assert.match(String(outcome.outputs["report"]), /^# Code review\n/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("repo-map shows folders, imports and main symbols, and gives the same as JSON", async () => {
  await withSampleRepository(async (folder) => {
    const { outcome } = await runTemplate("repo-map", folder);
    assert.equal(outcome.state, "completed", JSON.stringify(outcome.failure));
    const report = String(outcome.outputs["report"]);
    assert.match(report, /\| `tests` \| 1 \| 2 \| `src` \|/);
    assert.match(report, /\*\*knot\.ts\*\* \(20 lines\) — `decide`:3/);
    const map = outcome.outputs["map"] as { files: { file: string; importedBy: number }[] };
    assert.equal(map.files.find(({ file }) => file === "src/parse.ts")?.importedBy, 2);
  });
});

Deno.test("docs-outline counts what is documented and mentioned, and names what is missing", async () => {
  await withSampleRepository(async (folder) => {
    const { outcome } = await runTemplate("docs-outline", folder, { more: { critic } });
    assert.equal(outcome.state, "completed", JSON.stringify(outcome.failure));
    const coverage = outcome.outputs["coverage"] as {
      exported: number;
      documented: number;
      mentioned: number;
    };
    assert.deepEqual([coverage.exported, coverage.documented, coverage.mentioned], [6, 1, 1]);
    const report = String(outcome.outputs["report"]);
    assert.match(report, /^# Documentation outline\n\nThe parser and the knot\.\n/);
    assert.match(report, /`decide` \(function\) at `src\/knot\.ts:3`/);
    assert.match(report, /\*\*Missing\.\*\* Install/);
    assert.doesNotMatch(report, /\*\*Missing\.\*\* Use/);
  });
});

Deno.test("changelog groups what came after the last tag, and the release before", async () => {
  await withSampleRepository(async (folder) => {
    const { outcome, skipped } = await runTemplate("changelog", folder);
    assert.equal(outcome.state, "completed", JSON.stringify(outcome.failure));
    const report = String(outcome.outputs["report"]);
    const sections = report.split(/^## /m).slice(1).map((part) => part.replace(/`[0-9a-f]{7}`/g, "HASH"));
    assert.equal(sections.length, 2);
    assert.match(
      sections[0] ?? "",
      /^Not released yet\n\n3 commits by 1 person\.\n\n### Breaking\n\n- Decide by two \(HASH\)\n\n### Added\n\n- Add descriptions \(HASH\)\n\n### Under the hood/,
    );
    assert.match(
      sections[1] ?? "",
      /^v1\.0\.0 \(\d{4}-\d\d-\d\d\)\n\n2 commits[^]*### Added\n\n- \*\*core:\*\* Add the first parser[^]*### Fixed\n\n- Accept empty rows/,
    );
    assert.ok(skipped.includes("summary"));
  });
});

Deno.test("changelog refuses a beginning that is neither tag nor commit, and names the tags", async () => {
  await withSampleRepository(async (folder) => {
    const { outcome } = await runTemplate("changelog", folder, { inputs: { since: "v9" } });
    assert.equal(outcome.state, "failed");
    assert.match(outcome.failure?.message ?? "", /"v9".*v1\.0\.0/);
  });
});

/** Does to a file what a wish says: `OLD -> NEW`. */
const editor = defineExtension({
  contributes: [defineInstrument({
    type: "test/editor",
    title: "Editor",
    description: "Replaces words in a file",
    serves: ["generate"],
    priceIn: 0,
    priceOut: 0,
    run: ({ input }) => {
      const prompt = String(input["prompt"]);
      const [, from, to] = /Change only this: (.*) -> (.*)$/m.exec(prompt) ?? [];
      const text = prompt.slice(prompt.indexOf("\n\n") + 2).replace(String(from), () => String(to));
      return Promise.resolve({ text, data: { text }, model: "editor", finish: "stop" });
    },
  })],
});

const typed =
  "export function sum(a: number, b: number): number {\n  return a + b;\n}\n\nexport const zero = 0;\n";
const plain = "export function sum(a, b) {\n  return a + b;\n}\n\nexport const zero = 0;\n";

async function agentEdits(wishes: readonly string[], tests?: readonly string[]) {
  const folder = await Deno.makeTempDir();
  try {
    const path = tests === undefined ? "sum.ts" : "sum.js";
    await Deno.writeTextFile(`${folder}/${path}`, tests === undefined ? typed : plain);
    const more = { editor };
    const { outcome } = await runTemplate("agent-edits", folder, {
      inputs: { path, wishes: [...wishes], ...(tests === undefined ? {} : { tests: [...tests] }) },
      more,
      mayWrite: true,
    });
    return { outcome, file: await Deno.readTextFile(`${folder}/${path}`) };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("agent-edits writes the merge of all agents' edits without asking where it is safe", async () => {
  const { outcome, file } = await agentEdits(["zero = 0 -> zero = 0n", "a + b -> b + a", "sum( -> total("]);
  assert.equal(outcome.state, "completed", JSON.stringify(outcome.failure));
  assert.equal(
    file,
    "export function total(a: number, b: number): number {\n  return b + a;\n}\n\nexport const zero = 0n;\n",
  );
  assert.deepEqual(outcome.outputs["conflicts"], []);
  assert.equal(outcome.outputs["safe"], true);
});

Deno.test("agent-edits asks a person where a merge without contradictions that parses does not pass the tests", async () => {
  const tests = ["sum(1, 2) === 3", "zero === 0"];
  const wishes = ["return a + b -> return a + b * 2", "zero = 0; -> zero = 0; // nothing"];
  const failing = await agentEdits(wishes, tests);
  assert.equal(failing.outcome.state, "waiting-for-input", JSON.stringify(failing.outcome.failure));
  assert.equal(failing.file, plain, "nothing is written");
  const passing = await agentEdits(["return a + b -> return b + a", wishes[1] as string], tests);
  assert.equal(passing.outcome.state, "completed", JSON.stringify(passing.outcome.failure));
  assert.equal(passing.outcome.outputs["safe"], true);
  assert.match(passing.file, /return b \+ a;[^]*\/\/ nothing/);
});

Deno.test("agent-edits asks a person where two agents contradict, and where the merge does not parse", async () => {
  const contradicting = await agentEdits(["a + b -> a - b", "a + b -> a * b"]);
  assert.equal(
    contradicting.outcome.state,
    "waiting-for-input",
    JSON.stringify(contradicting.outcome.failure),
  );
  assert.match(contradicting.file, /return a \+ b;/, "nothing is written");
  const broken = await agentEdits(["zero = 0; -> zero = ("]);
  assert.equal(broken.outcome.state, "waiting-for-input", JSON.stringify(broken.outcome.failure));
  assert.match(broken.file, /zero = 0;/, "nothing is written");
});
