import fc from "fast-check";
import assert from "node:assert/strict";
import { checkWorkflow } from "../../../core/workflow/check.ts";
import type { ResolveWorkflow } from "../../../core/workflow/parse.ts";
import type { Problem } from "../../../core/workflow/problem.ts";
import { catalog, codeReview } from "./catalog.ts";
import type { Malformed } from "./malformed.ts";
import { malformedMeaning } from "./malformed_meaning.ts";
import { malformedStructure } from "./malformed_structure.ts";

const MARK = "⟦";
const malformed = [...malformedStructure, ...malformedMeaning];

/** The files without the mark, and where it stood. */
function unmarked({ text, files }: Malformed) {
  let place = "";
  const clean = Object.entries({ main: text, ...files }).map(([file, marked]) => {
    const at = marked.indexOf(MARK);
    if (at >= 0) {
      const before = marked.slice(0, at).split("\n");
      place = `${file}:${before.length}:${(before.at(-1) as string).length + 1}`;
    }
    return [file, marked.replace(MARK, "")] as const;
  });
  return { files: new Map(clean), place };
}

function shown({ code, file, line, column, message, hint }: Problem): string {
  return `${code} ${file}:${line}:${column} ${message} (${hint})`;
}

function errorsOf(files: ReadonlyMap<string, string>): Problem[] {
  const resolve: ResolveWorkflow = (file) => {
    const text = files.get(file);
    return text === undefined ? undefined : { file, text };
  };
  const checked = checkWorkflow(files.get("main") as string, "main", catalog, resolve);
  const errors = checked.problems.filter(({ severity }) => severity === "error");
  assert.equal(checked.plan === undefined, errors.length > 0);
  return errors;
}

Deno.test("checkWorkflow() names the code, the place and the cause of each malformed file", async (test) => {
  assert.ok(malformed.length >= 60);
  for (const one of malformed) {
    await test.step(one.name, () => {
      const { files, place } = unmarked(one);
      const errors = errorsOf(files);
      const all = errors.map(shown).join("\n");
      const found = errors.find(({ code, file, line, column }) =>
        code === one.code && `${file}:${line}:${column}` === place
      );
      assert.ok(found !== undefined, `Expected ${one.code} at ${place}, found:\n${all}`);
      assert.ok(`${found.message} ${found.hint}`.includes(one.says), `Expected "${one.says}" in:\n${all}`);
      assert.equal(errors.length, one.errors ?? 1, all);
    });
  }
});

Deno.test("checkWorkflow() refuses bytes that are not UTF-8, and says what they are", () => {
  const utf16 = new Uint8Array(
    [...codeReview].flatMap((unit) => [unit.charCodeAt(0) & 255, unit.charCodeAt(0) >> 8]),
  );
  const broken = new TextEncoder().encode(codeReview);
  broken[30] = 0xff;
  const cases: [Uint8Array, RegExp][] = [
    [utf16, /UTF-16/],
    [new Uint8Array([0xff, 0xfe, ...utf16]), /UTF-16/],
    [new Uint8Array([0xff, 0xfe, 0, 0, 0x7b, 0, 0, 0]), /UTF-32/],
    [broken, /not UTF-8, the first at offset 30/],
  ];
  for (const [bytes, message] of cases) {
    const { plan, problems } = checkWorkflow(bytes, "w", catalog);
    assert.equal(plan, undefined);
    assert.deepEqual(problems.map(({ code, line, column }) => [code, line, column]), [["encoding", 1, 1]]);
    assert.match(problems[0]?.message ?? "", message);
  }
});

Deno.test("checkWorkflow() accepts the architecture's example, with and without a byte order mark", () => {
  for (const text of [codeReview, `\uFEFF${codeReview}`, new TextEncoder().encode(`\uFEFF${codeReview}`)]) {
    const { plan, problems } = checkWorkflow(text, "w", catalog);
    assert.deepEqual(problems, []);
    assert.deepEqual(plan?.nodes.map(({ id, fan, space }) => [id, fan.kind, space]), [
      ["scan", "single", -1],
      ["measure", "over", 1],
      ["review", "with", 1],
      ["report", "single", -1],
    ]);
  }
});

Deno.test("checkWorkflow() tells every problem at once, in the order of the file", () => {
  const files = new Map([[
    "main",
    `{ "schema": 1, "id": "w", "nodes": {
    "a": { "use": "no/such" },
    "b": { "use": "text/trim", "in": { "text": "c.text" }, "timeout": "x" },
    "d": { "use": "math/add", "in": { "a": "1 +" }, "oops": 1 } } }`,
  ]]);
  assert.deepEqual(errorsOf(files).map(({ code, line }) => [code, line]), [
    ["unknown-node-type", 2],
    ["unknown-node", 3],
    ["bad-value", 3],
    ["bad-expression", 4],
    ["unknown-field", 4],
  ]);
});

Deno.test("checkWorkflow() warns of a key in a constant, at its place, without repeating it", () => {
  const key = `sk-${"proj-"}aB3dE5gH7jK9mN1pQ3sT5vX7`;
  const text = `{ "schema": 1, "id": "w", "nodes": {
    "a": { "use": "text/trim", "with": { "text": "${key}" } },
    "b": { "use": "text/trim", "in": { "text": "1 +" }, "with": { "headers": { "x": ["${key}"] } } } } }`;
  const { problems } = checkWorkflow(text, "w", catalog);
  const found = problems.filter(({ code }) => code === "key-in-file");
  assert.deepEqual(found.map(({ severity, path, line }) => [severity, path, line]), [
    ["warning", "nodes.a.with.text", 2],
    ["warning", "nodes.b.with.headers", 3],
  ]);
  assert.ok(!JSON.stringify(problems).includes(key));
});

Deno.test("checkWorkflow() never throws, whatever is done to a valid file", () => {
  const alphabet = [
    "{",
    "}",
    "[",
    "]",
    '"',
    ",",
    ":",
    "\\",
    "/*",
    "//",
    "\n",
    "null",
    "1e9",
    "each",
    "measure",
    "\0",
    "é",
  ];
  const edit = fc.record({
    at: fc.nat(codeReview.length),
    cut: fc.nat(8),
    put: fc.oneof(fc.constantFrom(...alphabet), fc.string({ maxLength: 6, unit: "binary" })),
  });
  fc.assert(
    fc.property(fc.array(edit, { minLength: 1, maxLength: 5 }), (edits) => {
      let text = codeReview;
      for (const { at, cut, put } of edits) text = text.slice(0, at) + put + text.slice(at + cut);
      const { plan, definition, problems } = checkWorkflow(text, "w", catalog);
      const isSound = problems.every(({ severity }) => severity !== "error");
      assert.equal(plan !== undefined && definition !== undefined, isSound);
      const lines = text.split(/\r\n|\r|\n/).length;
      for (const { line, column } of problems) assert.ok(line >= 1 && line <= lines && column >= 1);
    }),
    { numRuns: 2000 },
  );
});
