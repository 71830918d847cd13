import assert from "node:assert/strict";
import fc from "fast-check";
import { isGenerated, isSource, languageOf } from "../../../extensions/bundled/files/language.ts";
import { read } from "../../../extensions/bundled/files/read.ts";
import { scan } from "../../../extensions/bundled/files/scan.ts";
import { workspacePath } from "../../../extensions/bundled/files/workspace_path.ts";
import { write } from "../../../extensions/bundled/files/write.ts";
import { ExtensionFailure } from "../../../extensions/sdk/failure.ts";
import { testOperator } from "../../../extensions/sdk/testing.ts";

interface Scanned {
  readonly files: readonly string[];
  readonly sources: readonly string[];
  readonly entries: readonly { path: string; language: string; sizeBytes: number; generated: boolean }[];
  readonly count: number;
  readonly totalBytes: number;
  readonly truncated: boolean;
  readonly skipped: Readonly<Record<string, number>>;
}

/** A check for assert.rejects: class and a piece of the message. */
function failure(failureClass: string, text: string) {
  return (error: unknown) => {
    assert.ok(error instanceof ExtensionFailure, String(error));
    assert.equal(error.failureClass, failureClass, error.message);
    assert.ok(error.message.includes(text), error.message);
    return true;
  };
}

const tree = {
  "src/a.ts": "let a = 1;\n",
  "src/deep/b.py": "b = 2\n",
  "src/deep/c.min.js": "c",
  "docs/read.md": "# Hi\n",
  ".env": "SECRET=1",
  "package-lock.json": "{}",
  ".gitignore": "out/\n*.log\n",
  "out/x.ts": "x",
  "y.log": "y",
};

Deno.test("files/scan gives sorted paths with languages and leaves out ignored and hidden ones", async () => {
  const { output } = await testOperator<Scanned>(scan, {}, { files: tree });
  assert.deepEqual(output.files, [
    "docs/read.md",
    "package-lock.json",
    "src/a.ts",
    "src/deep/b.py",
    "src/deep/c.min.js",
  ]);
  assert.deepEqual(output.sources, ["src/a.ts", "src/deep/b.py"]);
  assert.equal(output.count, 5);
  assert.equal(output.totalBytes, 11 + 6 + 1 + 5 + 2);
  assert.equal(output.skipped["ignored"], 2);
  assert.equal(output.skipped["hidden"], 2);
});

Deno.test("files/scan gives paths from the workspace and globs from the root", async () => {
  const { output } = await testOperator<Scanned>(
    scan,
    { root: "./src/", include: ["*.ts", "deep/*.py"], exclude: ["a.*"] },
    { files: tree },
  );
  assert.deepEqual(output.files, ["src/deep/b.py"]);
  assert.equal(output.skipped["excluded"], 2);
});

Deno.test("files/scan obeys rules above its root", async () => {
  const files = { ".gitignore": "/src/out\n*.log", "src/out/x.ts": "", "src/y.log": "", "src/z.ts": "" };
  const { output } = await testOperator<Scanned>(scan, { root: "src" }, { files });
  assert.deepEqual(output.files, ["src/z.ts"]);
});

Deno.test("files/scan stops at maxFiles with the files nearest to the root", async () => {
  const files = { "a/b/c/1": "", "a/b/2": "", "a/3": "", "4": "", "5": "" };
  const { output } = await testOperator<Scanned>(scan, { maxFiles: 3 }, { files });
  assert.deepEqual(output.files, ["4", "5", "a/3"]);
  assert.equal(output.truncated, true);
});

Deno.test("files/scan is not truncated where there are exactly maxFiles", async () => {
  const { output } = await testOperator<Scanned>(scan, { maxFiles: 2 }, { files: { "1": "", "a/2": "" } });
  assert.equal(output.truncated, false);
});

Deno.test("files/scan counts large files and links instead of listing them", async () => {
  const workspace = await Deno.makeTempDir();
  await Deno.writeTextFile(`${workspace}/big`, "x".repeat(11));
  await Deno.writeTextFile(`${workspace}/fits`, "x".repeat(10));
  await Deno.symlink("/etc", `${workspace}/link`);
  const { output } = await testOperator<Scanned>(scan, { maxFileBytes: 10 }, { workspace });
  await Deno.remove(workspace, { recursive: true });
  assert.deepEqual(output.files, ["fits"]);
  assert.equal(output.skipped["large"], 1);
  assert.equal(output.skipped["links"], 1);
});

Deno.test("files/scan gives one file where its root is one", async () => {
  const { output } = await testOperator<Scanned>(scan, { root: "src/a.ts" }, { files: tree });
  assert.deepEqual(output.files, ["src/a.ts"]);
});

Deno.test("files/scan gives nothing of an empty folder", async () => {
  const { output } = await testOperator<Scanned>(scan, {}, { files: {} });
  assert.deepEqual([output.files, output.count, output.totalBytes], [[], 0, 0]);
});

Deno.test("files/scan refuses a root where nothing is", async () => {
  const run = testOperator(scan, { root: "gone" }, { files: tree });
  await assert.rejects(run, failure("input", `Cannot scan "gone": nothing is there`));
});

for (const root of ["../", "/etc", "src/../../x"]) {
  Deno.test(`files/scan refuses the root "${root}" outside the workspace`, async () => {
    await assert.rejects(testOperator(scan, { root }, { files: tree }), failure("permission", ""));
  });
}

Deno.test("files/scan refuses without the permission to read", async () => {
  const run = testOperator(scan, {}, { files: tree, refuse: ["files:read"] });
  await assert.rejects(run, failure("permission", ""));
});

Deno.test("files/scan lists this repository's own sources", async () => {
  const { output } = await testOperator<Scanned>(scan, { root: "core" }, { workspace: Deno.cwd() });
  assert.ok(output.files.includes("core/ids.ts"));
  assert.ok(output.entries.every((entry) => entry.language === "typescript" || !entry.path.endsWith(".ts")));
});

Deno.test("files/read gives text without its byte order mark, with size and lines", async () => {
  const { output } = await testOperator(read, { path: "./a.py" }, {
    files: { "a.py": "\uFEFFx = 1\ny = 2" },
  });
  assert.deepEqual(output, {
    text: "x = 1\ny = 2",
    path: "a.py",
    sizeBytes: 14,
    lines: 2,
    language: "python",
  });
});

const unreadable: readonly [what: string, bytes: Uint8Array, message: string][] = [
  ["binary", new Uint8Array([65, 66, 0, 67]), "it is binary, byte 2 is zero"],
  ["UTF-16", new Uint8Array([0xff, 0xfe, 65, 0]), "it is UTF-16"],
  ["Latin-1", new Uint8Array([65, 66, 67, 0xe4, 66, 67]), "byte 3 is not UTF-8"],
  ["cut-off", new Uint8Array([65, 0xc3]), "byte 1 is not UTF-8"],
];
for (const [what, bytes, message] of unreadable) {
  Deno.test(`files/read refuses a ${what} file with the reason`, async () => {
    await assert.rejects(
      testOperator(read, { path: "f" }, { files: { f: bytes } }),
      failure("input", message),
    );
  });
}

Deno.test("files/read refuses a folder, a missing file and one that is too large", async () => {
  const files = { "d/f": "12345" };
  await assert.rejects(testOperator(read, { path: "d" }, { files }), failure("input", "it is a folder"));
  await assert.rejects(testOperator(read, { path: "x" }, { files }), failure("input", "nothing is there"));
  const tooLarge = testOperator(read, { path: "d/f", maxBytes: 4 }, { files });
  await assert.rejects(tooLarge, failure("input", "it has 5 bytes, at most 4"));
});

Deno.test("files/write makes parent folders, and again changes nothing", async () => {
  const workspace = await Deno.makeTempDir();
  const given = { path: "a/b/c.txt", content: "hällo" };
  const first = await testOperator(write, given, { workspace });
  const second = await testOperator(write, given, { workspace });
  const text = await Deno.readTextFile(`${workspace}/a/b/c.txt`);
  await Deno.remove(workspace, { recursive: true });
  assert.equal(text, "hällo");
  assert.equal(first.output["changed"], true);
  assert.deepEqual(second.output, { ...first.output, changed: false });
  assert.equal(first.output["sha256"], "0fbc7403536f425ad5498d9cd846497f5371ba8374b1aa583c79d2f0c87501ff");
});

Deno.test("files/write refuses to replace other content unless told to", async () => {
  const files = { f: "old" };
  const create = testOperator(write, { path: "f", content: "new" }, { files });
  await assert.rejects(create, failure("input", `Cannot create "f": a file with other content is there`));
  const given = { path: "f", content: "new", mode: "overwrite" };
  const after = async (folder: string) => assert.equal(await Deno.readTextFile(`${folder}/f`), "new");
  const { output } = await testOperator(write, given, { files, after });
  assert.equal(output["changed"], true);
});

Deno.test("files/write refuses a folder, the workspace itself and a run that may not write", async () => {
  const files = { "d/f": "" };
  await assert.rejects(
    testOperator(write, { path: "d", content: "" }, { files }),
    failure("input", "a directory"),
  );
  await assert.rejects(
    testOperator(write, { path: ".", content: "" }, { files }),
    failure("input", "workspace"),
  );
  const forbidden = testOperator(write, { path: "x", content: "" }, { files, mayWrite: false });
  await assert.rejects(forbidden, failure("permission", ""));
});

Deno.test("files/write brings both changes together where the file changed since its base", async () => {
  const base = "one\ntwo\nthree\nfour\n";
  const given = { path: "f", mode: "merge", base, content: "one\ntwo\nthree\nFOUR\n" };
  const files = { f: "ONE\ntwo\nthree\nfour\n" };
  const after = async (workspace: string) =>
    assert.equal(await Deno.readTextFile(`${workspace}/f`), "ONE\ntwo\nthree\nFOUR\n");
  const { output } = await testOperator(write, given, { files, after });
  assert.deepEqual([output["changed"], output["merged"]], [true, true]);
  const alone = await testOperator(write, given, { files: { f: base } });
  assert.deepEqual([alone.output["changed"], alone.output["merged"]], [true, false]);
  const fresh = await testOperator(write, given, { files: {} });
  assert.equal(fresh.output["merged"], false);
});

Deno.test("files/write writes nothing where the changes contradict, and tells both sides", async () => {
  const given = { path: "f", mode: "merge", base: "one\ntwo\n", content: "one\n2\n" };
  const workspace = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${workspace}/f`, "one\nTWO\n");
    await assert.rejects(
      testOperator(write, given, { workspace }),
      /1 conflict, the first in line 2 of the base, where the file now has "TWO\\n" and this node has "2\\n"/,
    );
    assert.equal(await Deno.readTextFile(`${workspace}/f`), "one\nTWO\n");
    const { base: _, ...rest } = given;
    await assert.rejects(testOperator(write, rest, { workspace }), /"base" is missing/);
  } finally {
    await Deno.remove(workspace, { recursive: true });
  }
});

Deno.test("files/write and files/read give any text back", async () => {
  const workspace = await Deno.makeTempDir();
  const text = fc.string({ unit: "grapheme" }).filter((each) =>
    !each.includes("\0") && !each.startsWith("\uFEFF")
  );
  await fc.assert(
    fc.asyncProperty(text, async (content) => {
      await testOperator(write, { path: "f", content, mode: "overwrite" }, { workspace });
      const { output } = await testOperator(read, { path: "f" }, { workspace });
      assert.equal(output["text"], content);
    }),
    { numRuns: 40 },
  );
  await Deno.remove(workspace, { recursive: true });
});

Deno.test("workspacePath() removes what says nothing and keeps what leads out", () => {
  const table = [["./a//b/", "a/b"], [".", ""], ["a\\b", "a/b"], ["a/../b", "b"], ["../x", "../x"], [
    "/a/",
    "/a",
  ]];
  for (const [given, wanted] of table) assert.equal(workspacePath(given as string), wanted);
});

Deno.test("languageOf(), isSource() and isGenerated() tell from names, inherited ones not", () => {
  assert.equal(languageOf("a/Makefile"), "make");
  assert.equal(languageOf("x.constructor"), "");
  assert.equal(languageOf("constructor"), "");
  assert.equal(isSource("a.TS"), true);
  assert.equal(isSource("a.md"), false);
  assert.equal(isSource("node_modules/x/a.ts"), false);
  assert.equal(isGenerated("a/yarn.lock"), true);
  assert.equal(isGenerated("a/admin.js"), false);
});
