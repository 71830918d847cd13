import assert from "node:assert/strict";
import fc from "fast-check";
import { testOperator } from "../../../extensions/sdk/testing.ts";
import { changelogOperator } from "../../../extensions/bundled/report/changelog.ts";
import { kindOfCommit } from "../../../extensions/bundled/report/commit_kind.ts";
import { markdownOperator, reportDocument } from "../../../extensions/bundled/report/markdown.ts";
import { opinionOperator } from "../../../extensions/bundled/report/opinion.ts";
import { code, count, enumerate, percent, plain, table } from "../../../extensions/bundled/report/prose.ts";
import { byRelease, commitsSince } from "../../../extensions/bundled/report/releases.ts";
import { worthSplitting } from "../../../extensions/bundled/report/splitting.ts";

const hostile = fc.stringMatching(/^[a-z|`*<>[\]\\\n\r#_~ -]{0,40}$/);

Deno.test("table() keeps its columns whatever stands in the cells", () => {
  fc.assert(fc.property(fc.array(fc.tuple(hostile, hostile), { minLength: 1, maxLength: 5 }), (rows) => {
    const lines = table(["a", "b"], rows.map((row) => row.map((cell) => plain(cell)))).split("\n");
    assert.equal(lines.length, rows.length + 2);
    for (const line of lines) assert.equal(line.replace(/\\./g, "").split("|").length, 4, line);
  }));
});

Deno.test("plain() leaves no markup of a stranger's alive, but code spans", () => {
  assert.equal(plain("<img src=x> *a* [b](c)\n\n# d"), "\\<img src=x\\> \\*a\\* \\[b\\](c) # d");
  assert.equal(plain("call `a_b|c` now"), "call `a_b|c` now");
  assert.equal(plain("an `open span"), "an \\`open span");
  assert.equal(plain("x".repeat(400)).length, 300);
});

Deno.test("code() outlasts the backticks inside it", () => {
  assert.deepEqual([code("a"), code("a`b"), code("``"), code("a\nb")], [
    "`a`",
    "``a`b``",
    "``` `` ```",
    "`a b`",
  ]);
});

Deno.test("count(), percent() and enumerate() read as words", () => {
  assert.deepEqual([count(1, "file"), count(2000, "file"), count(0, "person", "people")], [
    "1 file",
    "2,000 files",
    "0 people",
  ]);
  assert.deepEqual([percent(1, 3), percent(1, 1000), percent(0, 5), percent(1, 0)], [
    "33 %",
    "<1 %",
    "0 %",
    "0 %",
  ]);
  assert.deepEqual([[], ["a"], ["a", "b", "c"]].map(enumerate), ["", "a", "a, b and c"]);
});

Deno.test("report/markdown writes sections of one's own: text, list and table", async () => {
  const { output } = await testOperator<{ document: string }>(markdownOperator, {
    title: "Mine",
    lead: "A *lead*.",
    body: "As **it** is.",
    sections: [
      {
        title: "One",
        text: "Some *text*.",
        list: ["a|b"],
        table: { columns: ["x"], rows: [[1], [null], [true]] },
      },
      { title: "Empty" },
    ],
  });
  assert.equal(
    output.document,
    "# Mine\n\nA \\*lead\\*.\n\nAs **it** is.\n\n## One\n\nSome *text*.\n\n- a\\|b\n\n| x |\n| --- |\n| 1 |\n|  |\n| true |\n",
  );
});

Deno.test("report/markdown reads the findings of many reviews as the architecture's example binds them", async () => {
  const finding = (severity: string, title: string) => ({
    severity,
    line: 2,
    title,
    detail: "Because",
    suggestion: "Mend it",
  });
  const { output } = await testOperator<{ document: string }>(markdownOperator, {
    metrics: [{ file: "a.ts", code: 3, lines: 4, language: "typescript", functions: [] }],
    reviews: [[finding("low", "Small"), finding("high", "Grave")], []],
  });
  const grave = output.document.indexOf("line 2: **high: Grave** Because *Mend it*");
  assert.ok(grave > 0 && grave < output.document.indexOf("**low: Small**"), output.document);
  assert.match(output.document, /## Look here first\n\nThe instrument found 1 grave fault, first: Grave\./);
});

Deno.test("report/markdown takes whatever loosely typed values it is given, and always begins with its title", () => {
  const anything = fc.array(fc.anything({ maxDepth: 3 }), { maxLength: 4 });
  fc.assert(fc.property(anything, anything, anything, (metrics, hotspots, reviews) => {
    const document = reportDocument({
      metrics,
      hotspots,
      reviews,
      cycles: metrics,
      duplicates: hotspots,
      untested: reviews,
      degrees: metrics,
    });
    assert.ok(document.startsWith("# Report\n"));
  }));
});

Deno.test("report/markdown says so where nothing stands out", () => {
  assert.match(
    reportDocument({ metrics: [{ file: "a.ts", code: 1, functions: [] }] }),
    /Nothing stands out in 1 file/,
  );
});

Deno.test("report/markdown lists ten of many and gives the total", () => {
  const hotspots = Array.from(
    { length: 25 },
    (_, at) => ({ file: `f${at}.ts`, line: 1, score: 90 - at, why: "because" }),
  );
  const document = reportDocument({ hotspots });
  assert.equal(document.match(/^\| `f\d+\.ts:1`/gm)?.length, 10);
  assert.match(document, /The first 10 of 25 files\./);
});

Deno.test("worthSplitting() takes the tangled and the long, not the flat list of cases nor tests", () => {
  const fn = (name: string, numbers: object) => ({
    name,
    line: 1,
    endLine: 9,
    lines: 9,
    complexity: 1,
    cognitive: 0,
    parameters: 0,
    nesting: 0,
    ...numbers,
  });
  const file = {
    file: "a.ts",
    language: "",
    lines: 0,
    code: 0,
    comments: 0,
    complexity: 0,
    debt: [],
    isTest: false,
    parseErrors: false,
    note: "",
    functions: [
      fn("flat", { complexity: 40, cognitive: 1, lines: 60 }),
      fn("long", { complexity: 9, cognitive: 9, lines: 90 }),
      fn("deep", { complexity: 9, cognitive: 30, nesting: 5, parameters: 7 }),
      fn("short", { complexity: 3, cognitive: 3 }),
    ],
  };
  const found = worthSplitting([file, { ...file, file: "a_test.ts", isTest: true }]);
  assert.deepEqual(found.map(({ file, name }) => `${file} ${name}`), ["a.ts deep", "a.ts long"]);
  assert.match(found[0]?.advice ?? "", /nested 5 deep.*7 parameters/);
});

Deno.test("report/opinion keeps an instrument's answer with its file", async () => {
  const { output } = await testOperator(opinionOperator, { file: "a.ts", findings: [{ any: "shape" }] });
  assert.deepEqual(output, { opinion: { file: "a.ts", summary: "", findings: [{ any: "shape" }] } });
});

Deno.test("kindOfCommit() follows Conventional Commits, and judges other subjects by their words", () => {
  const kind = (subject: string, body = "") => {
    const { kind, scope, text, breaking } = kindOfCommit(subject, body);
    return [kind, scope, text, breaking];
  };
  assert.deepEqual(kind("feat(ui)!: add colours"), ["added", "ui", "Add colours", true]);
  assert.deepEqual(kind("perf: sort once"), ["faster", "", "Sort once", false]);
  assert.deepEqual(kind("fix: a", "BREAKING CHANGE: b"), ["fixed", "", "A", true]);
  assert.deepEqual(kind("net/http: fix a leak"), ["fixed", "net/http", "Fix a leak", false]);
  assert.deepEqual(kind("Remove the old parser"), ["removed", "", "Remove the old parser", false]);
  assert.deepEqual(kind("Bump x from 1 to 2"), ["internal", "", "Bump x from 1 to 2", false]);
  assert.deepEqual(kind("Update readme"), ["documented", "", "Update readme", false]);
  assert.deepEqual(kind("Something else entirely"), ["changed", "", "Something else entirely", false]);
});

const commit = (hash: string, ...parents: string[]) => ({
  hash,
  author: "a",
  atMs: 0,
  subject: hash,
  body: "",
  parents,
});
const tag = (name: string, commit: string) => ({ name, commit, atMs: 0 });

Deno.test("byRelease() gives each commit to the oldest release that reaches it, over branches too", () => {
  // e ── d(merge of c and b) ── a; the tags are on d and b.
  const commits = [commit("e", "d"), commit("d", "c", "b"), commit("c", "a"), commit("b", "a"), commit("a")];
  const found = byRelease(commits, [tag("v2", "d"), tag("v1", "b"), tag("elsewhere", "zz")]);
  assert.deepEqual(found.map(({ name, commits }) => [name, commits.map(({ hash }) => hash)]), [
    ["", ["e"]],
    ["v2", ["c"]],
    ["v1", ["b", "a"]],
  ]);
});

Deno.test("commitsSince() takes a tag or the beginning of a hash, and knows nothing else", () => {
  const commits = [commit("cccccc", "bbbbbb"), commit("bbbbbb", "aaaaaa"), commit("aaaaaa")];
  const since = (name: string) => commitsSince(commits, [tag("v1", "aaaaaa")], name)?.map(({ hash }) => hash);
  assert.deepEqual([since("v1"), since("bbbb"), since("cccccc"), since("c"), since("v2")], [
    ["cccccc", "bbbbbb"],
    ["cccccc"],
    [],
    undefined,
    undefined,
  ]);
});

Deno.test("report/changelog tells apart no history and no change", async () => {
  const say = async (isRepository: boolean) =>
    (await testOperator(changelogOperator, { commits: [], isRepository })).output["document"];
  assert.match(String(await say(false)), /no git history/);
  assert.match(String(await say(true)), /Nothing has changed/);
});

Deno.test("report/markdown says so where it was given nothing", () => {
  assert.equal(
    reportDocument({ title: "T" }),
    "# T\n\nThere is nothing to tell: nothing was found, or the steps before this one gave no result.\n",
  );
});
