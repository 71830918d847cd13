import assert from "node:assert/strict";
import fc from "fast-check";
import { TextIndex } from "../../../conductor/composition/bm25.ts";
import type { Candidate } from "../../../conductor/composition/candidate.ts";
import { compose, type ComposeRequest } from "../../../conductor/composition/compose.ts";
import { workflowIn } from "../../../conductor/composition/from_instrument.ts";
import { fromParts, idOf } from "../../../conductor/composition/from_parts.ts";
import { Knowledge } from "../../../conductor/composition/knowledge.ts";
import { featuresOf, PreferenceModel } from "../../../conductor/composition/preference_model.ts";
import { Proposals } from "../../../conductor/composition/proposals.ts";
import { words } from "../../../conductor/composition/words.ts";
import { SymphonyError } from "../../../core/errors.ts";
import { checkWorkflow } from "../../../core/workflow/check.ts";
import { bundledCatalog, bundledTemplates } from "./bundled_catalog.ts";

const catalog = await bundledCatalog();
const templates = bundledTemplates();

function request(goal: string, rest: Partial<ComposeRequest> = {}): ComposeRequest {
  return { goal, catalog, templates, preference: new PreferenceModel(), ...rest };
}

Deno.test("words() brings forms of a word together and leaves out what says nothing", () => {
  assert.deepEqual(words("Summarizes the functions"), words("a summary of function"));
  assert.deepEqual(words("duplicatedLines"), words("duplicate line"));
  assert.deepEqual(words("what is it that you want"), []);
});

Deno.test("TextIndex.search() puts the text that says it in a title before one that says it in passing", () => {
  const index = new TextIndex();
  index.add([{ text: "git log", weight: 3 }, { text: "reads commits", weight: 1 }]);
  index.add([{ text: "scan files", weight: 3 }, { text: "as git sees them", weight: 1 }]);
  index.add([{ text: "something else", weight: 3 }]);
  assert.deepEqual(index.search("git").map(({ at }) => at), [0, 1]);
  assert.deepEqual(index.search("absent"), []);
});

/** The nodes of the workflow that is made of parts: name, what it uses, what it reads. */
function made(goal: string): Record<string, { use: string; each?: string; in?: Record<string, string> }> {
  const draft = fromParts(goal, new Knowledge(catalog, templates));
  assert.ok(draft !== undefined, goal);
  return JSON.parse(draft.text).nodes;
}

Deno.test("fromParts() joins parts by what their ports take and give", () => {
  assert.deepEqual(
    Object.entries(made("rank the files by risk and write a report")).map((
      [id, { use, each, in: bound }],
    ) => [
      id,
      use,
      each,
      bound?.["file"] ?? bound?.["metrics"] ?? bound?.["hotspots"],
    ]),
    [
      ["scan", "files/scan", undefined, undefined],
      ["metrics", "code/metrics", "scan.files", "item"],
      ["risk", "code/risk", undefined, "metrics.metrics"],
      ["markdown", "report/markdown", undefined, "risk.files"],
    ],
  );
  const review = made("review the code for bugs");
  assert.equal(review["review"]?.in?.["source"], "metrics.source", "a path is no source");
  const fetched = made("download a page and tell its sentiment");
  assert.equal(fetched["sentiment"]?.in?.["text"], "fetch.text");
});

Deno.test("compose() proposes only workflows that pass the check, for goals in the words of any part or template", async () => {
  const goals = [
    ...[...catalog.nodes.values()].map(({ title, description }) => `${title}: ${description}`),
    ...[...catalog.tasks.values()].map(({ description }) => description),
    ...templates.map(({ description }) => description),
  ];
  for (const goal of goals) {
    const { candidates } = await compose(request(goal.slice(0, 400)));
    assert.ok(candidates.length > 0, goal);
    for (const { text, problems, score } of candidates) {
      const errors = checkWorkflow(text, "t", catalog).problems.filter(({ severity }) =>
        severity === "error"
      );
      assert.deepEqual(errors, [], goal);
      assert.ok(problems.every(({ severity }) => severity === "warning"));
      assert.ok(score > 0 && score < 1);
    }
  }
});

Deno.test("compose() finds the template that is meant", async () => {
  for (const { id, description } of templates) {
    const { candidates } = await compose(request(description));
    assert.ok(candidates.some((candidate) => candidate.source === "template" && candidate.id === id), id);
  }
});

/** The first proposal for a goal, as a person would say it: its template or the parts of it. */
async function first(goal: string): Promise<string> {
  const { candidates: [best] } = await compose(request(goal));
  assert.ok(best !== undefined, goal);
  return best.source === "template" ? best.id : best.nodes.map(({ use }) => use).join(" ");
}

Deno.test("compose() puts first what a newcomer means", async () => {
  const meant: readonly (readonly [goal: string, first: string])[] = [
    ["review my code and tell me what is bad", "code-review"],
    ["make a changelog", "changelog"],
    ["find all todo comments in my project", "code-review"],
    ["download a web page and summarize it", "http/fetch instrument/summarize"],
    ["translate my README to German", "files/read instrument/generate"],
    ["which files in this repo change most often", "git/log"],
    ["extract names and dates from a text file", "files/read instrument/entities"],
    ["how happy is this text", "files/read instrument/sentiment"],
    ["write a poem", "instrument/generate"],
  ];
  for (const [goal, expected] of meant) assert.equal(await first(goal), expected, goal);
});

Deno.test("compose() says which words of the goal nothing in a proposal speaks of", async () => {
  const { candidates } = await compose(request("download a web page and summarize it for pirates"));
  const parts = candidates.find(({ isTold, source }) => source === "parts" && isTold !== true);
  assert.deepEqual(parts?.missing, ["page", "pirates"]);
  assert.deepEqual(candidates.find(({ isTold }) => isTold === true)?.missing, []);
});

Deno.test("compose() takes any goal: words in any script, braces, quotes, instructions", async () => {
  const property = fc.asyncProperty(
    fc.string({ minLength: 1, maxLength: 200, unit: "grapheme" }),
    async (goal) => {
      if (goal.trim() === "") return;
      const { candidates } = await compose(request(`scan files ${goal}`));
      for (const { text } of candidates) {
        assert.ok(
          checkWorkflow(text, "t", catalog).definition !== undefined,
        );
      }
    },
  );
  await fc.assert(property, { seed: 2, numRuns: 40 });
  await assert.rejects(compose(request("   ")), /expected 1 to 2000/);
  assert.match(idOf('Öffne "alles" — jetzt!'), /^[a-z][a-z0-9-]*$/);
});

const good = JSON.stringify({
  schema: 1,
  id: "by-instrument",
  nodes: { scan: { use: "files/scan" } },
  outputs: { files: "scan.files" },
});
const bad = JSON.stringify({ schema: 1, id: "x", nodes: { scan: { use: "files/sacn" } } });

/** An instrument that gives these answers in turn. */
function answering(...answers: string[]) {
  const asked: string[] = [];
  return {
    asked,
    draft: ({ prompt }: { prompt: string }) => {
      asked.push(prompt);
      const answer = answers.shift();
      return answer === undefined
        ? Promise.reject(new SymphonyError("extension", "it is gone"))
        : Promise.resolve(answer);
    },
  };
}

Deno.test("compose() has an instrument mend what the check refuses, and tells it the problems", async () => {
  const instrument = answering(`\`\`\`json\n${bad}\n\`\`\``, `Here it is: ${good}`);
  const { candidates, notes } = await compose(request("list the files", { instrument }));
  assert.deepEqual(notes, []);
  assert.ok(candidates.some(({ source, id }) => source === "instrument" && id === "by-instrument"));
  assert.match(instrument.asked[1] ?? "", /files\/sacn/);
  assert.match(instrument.asked[1] ?? "", /It is refused:/);
  assert.match(instrument.asked[0] ?? "", /- files\/scan: /);
});

Deno.test("compose() gives an instrument up after three answers, and goes on without one that fails", async () => {
  const stubborn = answering(bad, bad, bad, good);
  const { candidates, notes } = await compose(request("list the files", { instrument: stubborn }));
  assert.equal(stubborn.asked.length, 3);
  assert.match(notes.join(), /still had 1 errors after 3 rounds/);
  assert.ok(candidates.length > 0);
  const gone = await compose(request("list the files", { instrument: answering() }));
  assert.match(gone.notes.join(), /no instrument has composed: it is gone/);
  assert.ok(gone.candidates.length > 0);
});

Deno.test("workflowIn() finds the object in an answer", () => {
  const nodes = { nodes: { a: { use: "x/y" } } };
  for (
    const answer of [
      JSON.stringify(nodes),
      `Sure!\n\`\`\`\n${JSON.stringify(nodes)}\n\`\`\``,
      JSON.stringify({ workflow: nodes }),
    ]
  ) {
    assert.deepEqual(JSON.parse(workflowIn(answer)), nodes);
  }
  assert.equal(workflowIn("no object"), "no object");
  assert.equal(workflowIn("{broken"), "{broken");
});

async function sourcesOf(preference: PreferenceModel): Promise<readonly Candidate[]> {
  return (await compose(request("find duplicated code and write a report", { preference }))).candidates;
}

Deno.test("PreferenceModel learns to put first what the person accepts", async () => {
  for (const liked of ["template", "parts"] as const) {
    const preference = new PreferenceModel();
    for (let round = 0; round < 12; round++) {
      for (const candidate of await sourcesOf(preference)) {
        preference.learn(featuresOf(candidate), candidate.source === liked ? "accepted" : "rejected");
      }
    }
    const [first] = await sourcesOf(preference);
    assert.equal(first?.source, liked);
    assert.notEqual(preference.explain(featuresOf(first as Candidate)), "");
  }
});

Deno.test("Proposals learns from what became of a written file, and is restored bit for bit", async () => {
  const shown = await sourcesOf(new PreferenceModel());
  const outcomes = { "/same": "accepted", "/changed": "edited", "/gone": "rejected" } as const;
  const proposals = new Proposals();
  for (const path of Object.keys(outcomes)) {
    proposals.wrote(shown[0] as Candidate, shown, { path, hash: "h", at: 0 });
  }
  const hashes: Record<string, string | undefined> = { "/same": "h", "/changed": "other" };
  assert.deepEqual(proposals.review(60_000, (path) => hashes[path]), [], "too early to say");
  const restored = new Proposals();
  restored.restore(structuredClone(proposals.save()));
  for (const copy of [proposals, restored]) {
    const settled = copy.review(3_600_000, (path) => hashes[path]);
    assert.deepEqual(Object.fromEntries(settled.map(({ path, outcome }) => [path, outcome])), outcomes);
    assert.deepEqual(copy.review(7_200_000, () => undefined), [], "each is settled once");
  }
  assert.deepEqual(restored.save(), proposals.save());
  assert.throws(
    () => restored.restore({ ...proposals.save(), facts: { version: 2 } }),
    /Cannot restore proposals/,
  );
});

Deno.test("compose() prices a workflow by the instruments that may serve it", async () => {
  const { candidates } = await compose(request("download a page and tell its sentiment"));
  const price = candidates.find(({ source }) => source === "parts")?.price;
  assert.equal(price?.calls, 1);
  assert.deepEqual(price?.unserved, ["instrument/sentiment"], "no instrument is in this catalogue");
});
