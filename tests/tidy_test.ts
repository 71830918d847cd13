/**
 * The tree's own rules, kept by a test: length of files, names, unfinished marks, dead paths in documents, untested
 * ports. A failure names the file and what to do.
 *
 * @module
 */

import assert from "node:assert/strict";

const root = new URL("../", import.meta.url);
const MAX_LINES = 600;
const SOURCE = /^(core|pit|conductor|extensions|cli|system|build|bench|tests|editor|ui)\/.*\.ts$|^main\.ts$/;

async function tracked(): Promise<string[]> {
  const { success, stdout } = await new Deno.Command("git", { args: ["ls-files"], cwd: root, stderr: "null" })
    .output();
  const listed = success
    ? new TextDecoder().decode(stdout).split("\n").filter((path) => path !== "")
    : await walked("");
  const present = await Promise.all(listed.map(async (path) => (await exists(path)) ? path : undefined));
  return present.filter((path) => path !== undefined);
}

/** Every file, where the tree is no git checkout. */
async function walked(folder: string): Promise<string[]> {
  const found: string[] = [];
  for await (const entry of Deno.readDir(new URL(folder === "" ? "." : folder, root))) {
    if (entry.name === "node_modules" || entry.name === "dist" || entry.name.startsWith(".git")) continue;
    if (entry.isDirectory) found.push(...await walked(`${folder}${entry.name}/`));
    else found.push(`${folder}${entry.name}`);
  }
  return found;
}

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(new URL(path, root)).then(() => true, () => false);
}

async function read(path: string): Promise<string> {
  return await Deno.readTextFile(new URL(path, root));
}

async function sources(): Promise<string[]> {
  return (await tracked()).filter((path) => SOURCE.test(path) && !path.startsWith("tests/fixtures/"));
}

Deno.test("no source file is over 600 lines", async () => {
  const long: string[] = [];
  for (const path of await sources()) {
    const lines = (await read(path)).split("\n").length;
    if (lines > MAX_LINES) long.push(`${path}: ${lines} lines; split it by noun`);
  }
  assert.deepEqual(long, []);
});

Deno.test("source files are snake_case and no folder is a drawer for everything", async () => {
  const bad = (await sources()).filter((path) => {
    const parts = path.split("/");
    const file = parts.at(-1) as string;
    return !/^[a-z0-9_]+(_test|_bench)?\.ts$/.test(file) || file === "index.ts" ||
      parts.some((part) =>
        ["utils", "util", "common", "misc", "helpers"].includes(part.replace(/\.ts$/, ""))
      );
  });
  assert.deepEqual(bad, []);
});

Deno.test("no source file says of itself that it is unfinished, silenced or skipped", async () => {
  const marks = new RegExp(
    [
      "TO" + "DO:?\\b(?!\\()",
      "FIX" + "ME:?\\b",
      "not imple" + "mented",
      // A wire protocol's names are not ours to change; a whole table of them may say so once.
      "deno-lint-ignore" + "-file (?!camelcase -- )",
      "@ts-" + "ignore",
    ].join("|"),
  );
  const found: string[] = [];
  for (const path of await sources()) {
    // The debt operator and its tests speak of these marks; that is their job.
    if (/bundled\/(code|report)\//.test(path) || path === "tests/tidy_test.ts") continue;
    // The plugin there colours them.
    if (path === "tests/editor/plugins/python_plugin_test.ts") continue;
    const lines = (await read(path)).split("\n");
    lines.forEach((line, i) => {
      if (marks.test(line)) found.push(`${path}:${i + 1}: ${line.trim()}`);
    });
  }
  assert.deepEqual(found, []);
});

Deno.test("every path that a document at the top names exists", async () => {
  const missing: string[] = [];
  for (const document of ["README.md", "ARCHITECTURE.md", "DECISIONS.md", "bench/README.md"]) {
    if (!await exists(document)) continue;
    for (
      const [, path] of (await read(document)).matchAll(
        /`((?:core|pit|conductor|extensions|cli|system|build|bench|tests|templates|schemas)\/[A-Za-z0-9_./-]*)`/g,
      )
    ) {
      if (!await exists(path as string)) missing.push(`${document}: ${path}`);
    }
  }
  assert.deepEqual(missing, []);
});

Deno.test("every port has a contract suite", async () => {
  const paths = await tracked();
  const without: string[] = [];
  for (const path of paths.filter((name) => /^core\/ports\/[a-z_]+\.ts$/.test(name))) {
    const port = path.slice("core/ports/".length, -".ts".length);
    if (port === "pit") continue; // A record of the others.
    if (!paths.includes(`tests/contracts/${port}_contract.ts`)) without.push(port);
  }
  assert.deepEqual(without, []);
});

Deno.test("every library in deno.json is pinned to one version and stands in the README's table", async () => {
  const { imports } = JSON.parse(await read("deno.json")) as { imports: Record<string, string> };
  const readme = await read("README.md");
  const loose: string[] = [];
  for (const [name, target] of Object.entries(imports)) {
    if (!target.startsWith("npm:")) continue;
    if (!/@\d+\.\d+\.\d+$/.test(target)) loose.push(`${name}: "${target}" is not one version`);
    if (!readme.includes(`\`${name}\``)) loose.push(`${name}: not in the README`);
  }
  assert.deepEqual(loose, []);
});

Deno.test("no heading stands twice in DECISIONS, and no line in CHANGELOG", async () => {
  const lines = async (path: string, is: RegExp) =>
    (await read(path)).split("\n").filter((line) => is.test(line));
  for (const all of [await lines("DECISIONS.md", /^## /), await lines("CHANGELOG.md", /^- /)]) {
    assert.deepEqual(all.filter((line, at) => all.indexOf(line) !== at), []);
  }
});
