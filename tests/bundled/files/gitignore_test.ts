/**
 * Ignore rules against git itself, on random trees.
 *
 * @module
 */

import assert from "node:assert/strict";
import fc from "fast-check";
import { scan } from "../../../extensions/bundled/files/scan.ts";
import { wildmatch } from "../../../extensions/bundled/files/wildmatch.ts";
import { testOperator } from "../../../extensions/sdk/testing.ts";

async function git(folder: string, ...args: string[]): Promise<string> {
  const command = new Deno.Command("git", { args, cwd: folder, stdout: "piped", stderr: "piped" });
  const { stdout } = await command.output();
  return new TextDecoder().decode(stdout);
}

/** The files that git sees as new: all that no rule names. */
async function seenByGit(folder: string): Promise<string[]> {
  const list = await git(folder, "ls-files", "--others", "--exclude-standard", "-z");
  return list.split("\0").filter((path) => path !== "").sort();
}

async function seenByScan(folder: string): Promise<string[]> {
  const { output } = await testOperator<{ files: string[] }>(scan, { hidden: true }, { workspace: folder });
  return output.files;
}

async function inRepository(files: Readonly<Record<string, string>>, act: (folder: string) => Promise<void>) {
  const folder = await Deno.makeTempDir();
  try {
    await git(folder, "init", "-q");
    for (const [path, content] of Object.entries(files)) {
      const target = `${folder}/${path}`;
      await Deno.mkdir(target.slice(0, target.lastIndexOf("/")), { recursive: true });
      await Deno.writeTextFile(target, content);
    }
    await act(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const name = fc.constantFrom("a", "b", "ab", "a.c", "b.txt", "[x]", "x y", "#h", "!n", "A1");
const path = fc.array(name, { minLength: 1, maxLength: 4 }).map((steps) => steps.join("/"));
const piece = fc.constantFrom(
  "a",
  "b",
  "*",
  "**",
  "?",
  "a*",
  "*.txt",
  "[ab]",
  "[!a]",
  "[^b]*",
  "[a-c]",
  "[[:alpha:]]",
  "[[:digit:]]*",
  "\\[x\\]",
  "\\#h",
  "x y",
  "x\\ y",
  "[",
  "[]a]",
  "[a",
  "a\\",
  "**b",
  "***",
);
const pattern = fc.tuple(
  fc.constantFrom("", "", "!", "/", "!/", "**/"),
  fc.array(piece, { minLength: 1, maxLength: 3 }),
  fc.constantFrom("", "", "/", "/**", " ", "\\ ", "\r"),
).map(([before, pieces, after]) => before + pieces.join("/") + after);
const ruleFile = fc.array(fc.oneof(pattern, fc.constantFrom("# note", "", "!", "/")), { maxLength: 5 })
  .map((lines) => lines.join("\n"));

Deno.test("files/scan lists what git lists, on random trees with nested rules", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(path, { minLength: 1, maxLength: 10 }),
      ruleFile,
      ruleFile,
      fc.option(ruleFile, { nil: "" }),
      async (paths, top, nested, exclude) => {
        const files: Record<string, string> = { ".gitignore": top, ".git/info/exclude": exclude };
        for (const each of paths) files[`${each}.f`] = "";
        for (const each of paths) files[each.includes("/") ? `${each}/leaf` : `${each}/d/leaf`] = "";
        files[`${(paths[0] as string).split("/")[0]}/.gitignore`] = nested;
        await inRepository(files, async (folder) => {
          assert.deepEqual(await seenByScan(folder), await seenByGit(folder));
        });
      },
    ),
    { numRuns: 60 },
  );
});

const table: readonly [pattern: string, path: string, fits: boolean][] = [
  ["**/foo", "foo", true],
  ["**/foo", "a/b/foo", true],
  ["foo/**", "foo/a/b", true],
  ["foo/**", "foo", false],
  ["a/**/b", "a/b", true],
  ["a/**/b", "a/x/y/b", true],
  ["a**b", "a/b", false],
  ["*", "a/b", false],
  ["[!a]", "/", false],
  ["[z-a]", "b", false],
  ["[]-]", "-", true],
  ["[a\\]b]", "]", true],
  ["a.c", "abc", false],
];
for (const [given, tried, fits] of table) {
  Deno.test(`wildmatch() ${fits ? "accepts" : "refuses"} "${tried}" for "${given}"`, () => {
    assert.equal(wildmatch(given)?.test(tried), fits);
  });
}

for (const broken of ["[a", "a\\", "[[:nope:]]", "[", "[!"]) {
  Deno.test(`wildmatch() gives nothing for "${broken}", which git never matches`, () => {
    assert.equal(wildmatch(broken), undefined);
  });
}

Deno.test("files/scan keeps a rule's power below an ignored folder that a deeper file negates", async () => {
  const files = { ".gitignore": "foo", "x/.gitignore": "!foo", "x/foo/bar": "", "y/foo/bar": "", "z": "" };
  await inRepository(files, async (folder) => {
    assert.deepEqual(await seenByScan(folder), [".gitignore", "x/.gitignore", "x/foo/bar", "z"]);
    assert.deepEqual(await seenByScan(folder), await seenByGit(folder));
  });
});
