/**
 * Plugins on disk: what a manifest says, which folders are looked through, what is wrong with a bad one.
 *
 * @module
 */

import assert from "node:assert/strict";
import { discoverPlugins } from "../../../editor/plugins/discover.ts";
import { parseManifest } from "../../../editor/plugins/manifest.ts";
import { PluginLanguages } from "../../../editor/plugins/plugin_languages.ts";

const WHOLE = `
name = "linter"
version = "0.1"
exec_path = "./bin/linter"
scope = "global"
activations = ["on_command", { on_syntax = "Rust" }]

[[commands]]
title = "Lint"
description = "Now"
rpc_cmd = { rpc_type = "notification", method = "lint", params = {} }
args = []

[[languages]]
name = "Foo"
extensions = ["foo", "Foofile"]
first_line_match = "^#!.*\\\\bfoo\\\\b"
scope = "source.foo"

[[languages]]
name = "Bar"
extensions = []
first_line_match = "(?<unclosed"
`;

Deno.test("parseManifest() reads all of a manifest", () => {
  const manifest = parseManifest(WHOLE);
  assert.deepEqual([manifest.name, manifest.version, manifest.execPath], ["linter", "0.1", "./bin/linter"]);
  assert.deepEqual(manifest.activations, ["on_command", { onSyntax: "Rust" }]);
  assert.equal(manifest.commands[0]?.["title"], "Lint");
  assert.deepEqual(manifest.languages.map(({ name, extensions, scope }) => [name, extensions, scope]), [
    ["Foo", ["foo", "Foofile"], "source.foo"],
    ["Bar", [], "source.bar"],
  ]);
  assert.equal(manifest.languages[1]?.firstLine, undefined);
  assert.deepEqual(parseManifest('name = "a"\nexec_path = "a"').activations, []);
});

for (
  const [text, says] of [
    ["name = ", /Cannot read manifest/],
    ['exec_path = "x"', /"name" must be text, found nothing/],
    ['name = "a"\nexec_path = 7', /"exec_path" must be text, found 7/],
    ['name = "a"\nexec_path = "b"\nactivations = ["never"]', /"activations" must be "autorun"/],
    ['name = "a"\nexec_path = "b"\nlanguages = ["x"]', /"languages" must be a table/],
  ] as const
) {
  Deno.test(`parseManifest() refuses ${JSON.stringify(text)}`, () =>
    assert.throws(() => parseManifest(text), says));
}

Deno.test("discoverPlugins() looks in folders and one level below, and reports what it leaves out", async () => {
  const dir = await Deno.makeTempDir();
  const write = async (path: string, text: string) => {
    await Deno.mkdir(`${dir}/${path.slice(0, path.lastIndexOf("/"))}`, { recursive: true });
    await Deno.writeTextFile(`${dir}/${path}`, text);
  };
  await write("a/linter/manifest.toml", WHOLE);
  await write("a/linter/Foo.toml", "tab_size = 3\n");
  await write("a/broken/manifest.toml", "name =");
  await write("a/deep/er/manifest.toml", 'name = "deep"\nexec_path = "x"');
  await write("a/none/readme.txt", "");
  await write("b/manifest.toml", 'name = "itself"\nexec_path = "node"');
  await write("b/again/manifest.toml", 'name = "linter"\nexec_path = "/abs/x"');
  const problems: string[] = [];
  const found = await discoverPlugins(
    [`${dir}/a`, `${dir}/b`, `${dir}/missing`],
    (problem) => problems.push(problem),
  );
  assert.deepEqual(found.map(({ manifest, command }) => [manifest.name, command.replace(dir, "")]), [
    ["linter", "/a/linter/bin/linter"],
    ["itself", "node"],
  ]);
  assert.deepEqual(
    problems.map((problem) => problem.replaceAll(dir, "")).sort().map((problem) => problem.slice(0, 40)),
    [
      'Cannot use plugin in "/a/broken": Cannot',
      'There are two plugins "linter": "/b/agai',
    ],
  );
  const languages = new PluginLanguages();
  for (const plugin of found) languages.add(plugin);
  assert.deepEqual(languages.all().find(({ name }) => name === "Foo")?.defaults, { tab_size: 3 });
  assert.deepEqual(languages.all().find(({ name }) => name === "Go")?.defaults, {
    translate_tabs_to_spaces: false,
  });
  assert.deepEqual(
    [{ path: "x.foo" }, { path: "/x/Foofile" }, { firstLine: "#!/bin/foo" }, { path: "x.rs" }, {}].map((
      facts,
    ) => languages.languageOf(facts)),
    ["Foo", "Foo", "Foo", "Rust", "Plain Text"],
  );
  await Deno.remove(dir, { recursive: true });
});
