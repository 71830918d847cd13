import assert from "node:assert/strict";
import { createTwoFilesPatch } from "diff";
import fc from "fast-check";
import { apply } from "../../../extensions/bundled/diff/apply.ts";
import { ExtensionFailure } from "../../../extensions/sdk/failure.ts";
import { testOperator } from "../../../extensions/sdk/testing.ts";

interface Applied {
  readonly files: readonly {
    readonly path: string;
    readonly from: string;
    readonly status: string;
    readonly reason: string;
    readonly rejected: readonly {
      hunk: number;
      line: number;
      expected: string;
      found: string;
      wanted: string;
    }[];
  }[];
  readonly applied: boolean;
  readonly conflicts: number;
  readonly rejected: number;
  readonly contents: readonly { readonly path: string; readonly content: string }[];
}
type Files = Readonly<Record<string, string>>;

function failure(failureClass: string, ...texts: readonly string[]) {
  return (error: unknown) => {
    assert.ok(error instanceof ExtensionFailure, String(error));
    assert.equal(error.failureClass, failureClass, error.message);
    for (const text of texts) assert.ok(error.message.includes(text), error.message);
    return true;
  };
}

async function allFiles(folder: string, below = ""): Promise<Files> {
  const found: Record<string, string> = {};
  for await (const entry of Deno.readDir(`${folder}/${below}`)) {
    if (entry.name === ".git") continue;
    if (entry.isDirectory) Object.assign(found, await allFiles(folder, `${below}${entry.name}/`));
    else found[`${below}${entry.name}`] = await Deno.readTextFile(`${folder}/${below}${entry.name}`);
  }
  return found;
}

/** Applies for real and gives the outputs with all files as they are then. */
async function applied(diff: string, files: Files, more: Readonly<Record<string, unknown>> = {}) {
  let after: Files = {};
  const { output } = await testOperator<Applied>(apply, { diff, dryRun: false, ...more }, {
    files,
    after: async (folder) => {
      after = await allFiles(folder);
    },
  });
  return { output, after };
}

async function tried(
  diff: string,
  files: Files,
  more: Readonly<Record<string, unknown>> = {},
): Promise<Applied> {
  let after: Files = {};
  const { output } = await testOperator<Applied>(apply, { diff, ...more }, {
    files,
    after: async (folder) => {
      after = await allFiles(folder);
    },
  });
  assert.deepEqual(after, files, "a try changes nothing");
  return output;
}

const word = fc.constantFrom("a", "b", "c", "", "  x", "-d", "+e", "@@ f", "\\ g", "--- h", "+++ i", "ä");
const lineEnd = fc.constantFrom("\n", "\n", "\n", "\r\n");
const text = fc.tuple(fc.array(fc.tuple(word, lineEnd), { maxLength: 12 }), fc.constantFrom("", "", "a", "z"))
  .map(([lines, last]) => lines.map(([content, end]) => content + end).join("") + last);

Deno.test("diff/apply turns a text into the other that its diff was made of, with any context", async () => {
  await fc.assert(
    fc.asyncProperty(text, text, fc.integer({ min: 0, max: 4 }), async (before, after, context) => {
      fc.pre(before !== after);
      const diff = createTwoFilesPatch("a/f", "b/f", before, after, "", "", { context });
      const output = await tried(diff, { f: before });
      assert.deepEqual(output.contents, [{ path: "f", content: after }], diff);
    }),
    { numRuns: 400 },
  );
});

const uniqueLines = fc.uniqueArray(fc.integer({ min: 0, max: 30 }), { minLength: 1, maxLength: 12 })
  .map((values) => values.map((value) => `line ${value}\n`).join(""));

Deno.test("diff/apply changes nothing when repeated, where no line occurs twice", async () => {
  await fc.assert(
    fc.asyncProperty(uniqueLines, uniqueLines, async (before, after) => {
      fc.pre(before !== after);
      const diff = createTwoFilesPatch("a/f", "b/f", before, after, "", "", { context: 3 });
      const output = await tried(diff, { f: after });
      assert.equal(output.files[0]?.status, "unchanged", diff);
    }),
    { numRuns: 200 },
  );
});

async function git(folder: string, ...args: string[]): Promise<string> {
  const named = ["-c", "user.name=t", "-c", "user.email=t@example.org", ...args];
  const { stdout, success, stderr } = await new Deno.Command("git", { args: named, cwd: folder }).output();
  assert.ok(success, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}

async function writeAll(folder: string, files: Files): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    await Deno.mkdir(`${folder}/${path}`.replace(/\/[^/]*$/, ""), { recursive: true });
    await Deno.writeTextFile(`${folder}/${path}`, content);
  }
}

/** What git says the difference of two trees is, renames found. */
async function gitDiff(before: Files, after: Files): Promise<string> {
  const folder = await Deno.makeTempDir();
  try {
    await git(folder, "init", "-q");
    await writeAll(folder, before);
    await git(folder, "add", "-A");
    await git(folder, "commit", "-q", "-m", "before", "--allow-empty");
    for (const path of Object.keys(before)) await Deno.remove(`${folder}/${path}`);
    await writeAll(folder, after);
    await git(folder, "add", "-A");
    return await git(folder, "diff", "--cached", "-M", "--no-color", "-B");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const tree = fc.dictionary(fc.constantFrom("a", "b c", "d/e", 'd/f"g', "ü"), text, { maxKeys: 4 });

Deno.test("diff/apply turns a tree into the other that git compared it with", async () => {
  await fc.assert(
    fc.asyncProperty(tree, tree, async (before, after) => {
      const diff = await gitDiff(before, after);
      const { output, after: found } = await applied(diff, before);
      assert.equal(output.conflicts, 0, diff);
      assert.deepEqual(found, { ...after }, diff);
    }),
    { numRuns: 40 },
  );
});

const numbers = Array.from({ length: 20 }, (_, at) => `line ${at + 1}\n`);
const plain = numbers.join("");
const changed = plain.replace("line 10\n", "line ten\n");
const diff = createTwoFilesPatch("a/f", "b/f", plain, changed);

Deno.test("diff/apply lets two files change places", async () => {
  const [x, y] = ["x\n".repeat(20), "y\n".repeat(20)];
  const swap = "diff --git a/x b/y\nsimilarity index 100%\nrename from x\nrename to y\n" +
    "diff --git a/y b/x\nsimilarity index 100%\nrename from y\nrename to x\n";
  const { output, after } = await applied(swap, { x, y });
  assert.deepEqual(after, { x: y, y: x });
  assert.deepEqual(output.files.map((file) => file.status), ["renamed", "renamed"]);
});

Deno.test("diff/apply creates, deletes and copies", async () => {
  const all = "diff --git a/new b/new\nnew file mode 100644\n--- /dev/null\n+++ b/new\n@@ -0,0 +1 @@\n+hi\n" +
    "diff --git a/old b/old\ndeleted file mode 100644\n--- a/old\n+++ /dev/null\n@@ -1 +0,0 @@\n-bye\n" +
    "diff --git a/f b/g\nsimilarity index 100%\ncopy from f\ncopy to g\n";
  const { output, after } = await applied(all, { old: "bye\n", f: "f\n" });
  assert.deepEqual(after, { new: "hi\n", f: "f\n", g: "f\n" });
  assert.deepEqual(output.files.map((file) => file.status), ["created", "deleted", "copied"]);
  assert.equal(output.applied, true);
});

Deno.test("diff/apply finds a hunk whose lines moved", async () => {
  const { after } = await applied(diff, { f: `1\n2\n3\n${plain}` });
  assert.equal(after["f"], `1\n2\n3\n${changed}`);
});

Deno.test("diff/apply keeps CR LF where the diff has LF only, and the other way round", async () => {
  const windows = (lines: string) => lines.replaceAll("\n", "\r\n");
  assert.equal((await applied(diff, { f: windows(plain) })).after["f"], windows(changed));
  assert.equal((await applied(windows(diff), { f: plain })).after["f"], changed);
  assert.equal((await applied(windows(diff), { f: windows(plain) })).after["f"], windows(changed));
});

Deno.test("diff/apply keeps a byte order mark", async () => {
  assert.equal((await tried(diff, { f: `\uFEFF${plain}` })).contents[0]?.content, `\uFEFF${changed}`);
});

Deno.test("diff/apply needs fuzz where context differs, and then keeps the file's own lines", async () => {
  const drifted = plain.replace("line 6\n", "LINE 6\n");
  assert.equal((await tried(diff, { f: drifted })).conflicts, 1);
  const output = await tried(diff, { f: drifted }, { fuzz: 1 });
  assert.equal(output.contents[0]?.content, changed.replace("line 6\n", "LINE 6\n"));
});

Deno.test("diff/apply never takes away a line that differs, whatever the fuzz", async () => {
  const output = await tried(diff, { f: plain.replace("line 10\n", "line X\n") }, { fuzz: 10 });
  assert.equal(output.conflicts, 1);
});

Deno.test("diff/apply reports both sides of a conflict and writes no file at all", async () => {
  const two = `${createTwoFilesPatch("a/g", "b/g", "g\n", "h\n")}${diff}`;
  const files = { f: plain.replace("line 10\n", "line X\n"), g: "g\n" };
  const output = await tried(two, files);
  assert.deepEqual(output.files.map((file) => file.status), ["modified", "conflict"]);
  const rejected = output.files[1]?.rejected[0];
  assert.equal(rejected?.line, 6);
  assert.ok(rejected?.found.includes("line X\n"));
  assert.ok(rejected?.expected.includes("line 10\n"));
  assert.ok(rejected?.wanted.includes("line ten\n"));
  let after: Files = {};
  const workspace = await Deno.makeTempDir();
  await writeAll(workspace, files);
  const run = testOperator(apply, { diff: two, dryRun: false }, { workspace });
  await assert.rejects(run, failure("input", "nothing was written", `"f"`, "line X", "line 10"));
  after = await allFiles(workspace);
  await Deno.remove(workspace, { recursive: true });
  assert.deepEqual(after, files);
});

Deno.test("diff/apply reports instead of failing where it is told to", async () => {
  const { output, after } = await applied(diff, { f: "other\n" }, { failOnConflict: false });
  assert.deepEqual([output.applied, output.conflicts, output.rejected], [false, 1, 1]);
  assert.deepEqual(after, { f: "other\n" });
  await assert.rejects(
    testOperator(apply, { diff, failOnConflict: true }, { files: { f: "other\n" } }),
    failure("input", "does not fit"),
  );
});

Deno.test("diff/apply puts back what it wrote when a later write is refused", async () => {
  const workspace = await Deno.makeTempDir();
  // Where `d` is a file, no folder `d` can be made for the second.
  await writeAll(workspace, { f: plain, d: "file" });
  const both = `${diff}--- /dev/null\n+++ b/d/x\n@@ -0,0 +1 @@\n+x\n`;
  await assert.rejects(testOperator(apply, { diff: both, dryRun: false }, { workspace }));
  const after = await allFiles(workspace);
  await Deno.remove(workspace, { recursive: true });
  assert.deepEqual(after, { f: plain, d: "file" });
});

const conflicts: readonly [what: string, diff: string, files: Files, reason: string][] = [
  ["a file to change is missing", diff, {}, "it is to be changed but does not exist"],
  [
    "a file to create exists",
    "--- /dev/null\n+++ b/f\n@@ -0,0 +1 @@\n+x\n",
    { f: "y" },
    "to be created but exists",
  ],
  [
    "a file to delete was changed",
    "--- a/f\n+++ /dev/null\n@@ -1 +0,0 @@\n-x\n",
    { f: "y\n" },
    "was changed",
  ],
  [
    "a file to delete holds more",
    "--- a/f\n+++ /dev/null\n@@ -1 +0,0 @@\n-x\n",
    { f: "x\ny\n" },
    "holds more",
  ],
  [
    "a rename's target exists",
    "diff --git a/f b/g\nsimilarity index 100%\nrename from f\nrename to g\n",
    { f: "f", g: "g" },
    `"f" is to go there but it exists`,
  ],
  [
    "a rename's source is missing",
    "diff --git a/f b/g\nsimilarity index 100%\nrename from f\nrename to g\n",
    {},
    `its source "f" does not exist`,
  ],
];
for (const [what, given, files, reason] of conflicts) {
  Deno.test(`diff/apply is in conflict where ${what}`, async () => {
    const output = await tried(given, files);
    assert.equal(output.files[0]?.status, "conflict");
    assert.ok(output.files[0]?.reason.includes(reason), output.files[0]?.reason);
  });
}

const malformed: readonly [what: string, diff: string, message: string][] = [
  ["prose", "Please change line 3", "Text is no unified diff"],
  ["a hunk without a file", "@@ -1 +1 @@\n-a\n+b\n", "Diff names no file"],
  ["a wrong count of lines", "--- a/f\n+++ b/f\n@@ -1,3 +1 @@\n-a\n+b\n", "Diff cannot be read"],
  ["one header only", "--- a/f\n@@ -1 +1 @@\n-a\n+b\n", "Diff cannot be read"],
  ["a binary file", "diff --git a/f b/f\nBinary files a/f and b/f differ\n", "binary file"],
  ["a path that leaves the root", "--- a/../x\n+++ b/../x\n@@ -1 +1 @@\n-a\n+b\n", "below the root"],
  ["an absolute path", "--- /etc/passwd\n+++ /etc/passwd\n@@ -1 +1 @@\n-a\n+b\n", "below the root"],
];
for (const [what, given, message] of malformed) {
  Deno.test(`diff/apply refuses a diff with ${what}`, async () => {
    await assert.rejects(
      testOperator(apply, { diff: given }, { files: { f: "a\n" } }),
      failure("input", message),
    );
  });
}

Deno.test("diff/apply refuses a file that is not text", async () => {
  const files = { f: new Uint8Array([0xff, 0xff]) };
  await assert.rejects(testOperator(apply, { diff }, { files }), failure("input", "not UTF-8"));
});

Deno.test("diff/apply does nothing for an empty diff", async () => {
  assert.deepEqual((await tried("", { f: "x" })).files, []);
});

Deno.test("diff/apply starts paths at its root", async () => {
  const { after } = await applied(diff, { "p/q/f": plain }, { root: "./p/q/" });
  assert.equal(after["p/q/f"], changed);
});

Deno.test("diff/apply writes nothing where the run may not write", async () => {
  const run = testOperator(apply, { diff, dryRun: false }, { files: { f: plain }, mayWrite: false });
  await assert.rejects(run, failure("permission"));
});
