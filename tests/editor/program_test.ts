/**
 * Each part of the editor through its process: what a compiled file may lack is found here. With SYMPHONY_EDITOR set this and the
 * other process tests try the executable.
 *
 * @module
 */

import assert from "node:assert/strict";
import { authorId } from "../../core/ids.ts";
import { RemoteTextPorts } from "../../editor/link/remote_text_ports.ts";
import { Supervisor } from "../../editor/link/supervisor.ts";
import { EditorProcess } from "./plugins/editor_process.ts";
import { editorProgram } from "./program.ts";
import { temporaryFolder } from "./temporary_folder.ts";

/** A file of each language, with something in it that has a colour. */
const files: Readonly<Record<string, string>> = {
  "a.sh": 'if true; then echo "x"; fi # note\n',
  "a.c": "int main(void) { return 0; } // note\n",
  "a.cpp": "class A { public: int x = 0; };\n",
  "a.cs": 'class A { string s = "x"; }\n',
  "a.css": "a { color: red; }\n",
  "a.ex": "defmodule A do\n  def f, do: :ok\nend\n",
  "a.go": 'package a\nfunc f() string { return "x" }\n',
  "a.hcl": 'resource "a" "b" { x = 1 }\n',
  "a.html": '<a href="x">y</a><script>let z = 1;</script>\n',
  "A.java": "class A { int x = 0; }\n",
  "a.js": 'const x = "y"; // note\n',
  "a.json": '{ "x": [1, true, null] }\n',
  "a.lua": 'local x = "y" -- note\n',
  "Makefile": "all:\n\techo $(X)\n",
  "a.php": '<?php function f() { return "x"; }\n',
  "a.py": 'def f():\n    return "x"  # note\n',
  "a.rb": 'def f\n  "x"\nend\n',
  "a.rs": 'fn main() { let x = "y"; }\n',
  "a.scala": 'object A { val x = "y" }\n',
  "a.toml": 'x = "y" # note\n',
  "a.ts": 'const x: string = "y";\n',
  "a.tsx": 'const x = <a href="y">z</a>;\n',
  "a.yaml": "x: [1, true] # note\n",
  "a.zig": 'const x = "y";\n',
  "script": "#!/usr/bin/env python3\nx = None\n",
};

Deno.test(`symphony-editor colours files of ${Object.keys(files).length} kinds, by ending and first line`, async () => {
  await using folder = await temporaryFolder();
  await using editor = new EditorProcess();
  editor.notify("client_started", {});
  const plain: string[] = [];
  for (const [name, text] of Object.entries(files)) {
    const path = `${folder.path}/${name}`;
    await Deno.writeTextFile(path, text);
    const view = await editor.open(path);
    // Numbers below 8 are the selection and such.
    const isColoured = () =>
      editor.lines(view).some((line) => line?.styles.some((n, at) => at % 3 === 2 && n >= 2));
    await editor.until(`${name} is coloured`, isColoured).catch(() => plain.push(name));
  }
  assert.deepEqual(plain, []);
});

Deno.test("symphony-editor has themes, finds with regular expressions, wraps and counts", async () => {
  await using editor = new EditorProcess();
  editor.notify("client_started", {});
  const themes = await editor.inbox.next("themes", ({ method }) => method === "available_themes");
  assert.ok((themes["params"] as { themes: string[] }).themes.length >= 5);
  const view = await editor.open();
  editor.edit(view, "insert", { chars: "foo1 foo22 bar\n".repeat(3) });
  editor.edit(view, "find", { chars: "fo+\\d\\d", regex: true, case_sensitive: true, whole_words: false });
  const found = await editor.inbox.next(
    "find_status",
    ({ method, params }) => method === "find_status" && JSON.stringify(params).includes('"matches":3'),
  );
  assert.ok(found);
  editor.notify("set_theme", { theme_name: "base16-ocean.dark" });
  await editor.inbox.next("theme_changed", ({ method }) => method === "theme_changed");
});

Deno.test("symphony-editor reads and writes other encodings, and refuses what is no text", async () => {
  await using folder = await temporaryFolder();
  const supervisor = new Supervisor(editorProgram("--data", `${folder.path}/data`), { spareAfterMs: 60_000 });
  await using ports = await RemoteTextPorts.open(supervisor);
  const { editing } = ports;
  const path = `${folder.path}/latin`;
  await Deno.writeFile(path, Uint8Array.of(0x63, 0x61, 0x66, 0xe9, 13, 10));
  const { buffer, encoding, lineEnding } = await editing.open({ file: path });
  assert.deepEqual([encoding, lineEnding], ["windows-1252", "\r\n"]);
  const edit = { revision: 0, changes: [{ from: 4, to: 4, insert: "s" }], author: authorId("ann") };
  assert.ok((await editing.edit(buffer, edit)).ok && (await editing.save(buffer)).ok);
  assert.deepEqual(await Deno.readFile(path), Uint8Array.of(0x63, 0x61, 0x66, 0xe9, 0x73, 13, 10));
  await Deno.writeFile(`${folder.path}/binary`, Uint8Array.of(0x7f, 0x45, 0x4c, 0x46, 0, 0));
  await assert.rejects(editing.open({ file: `${folder.path}/binary` }), /is binary, expected text/);
});

Deno.test("symphony-editor says on the command line what is wrong with it, and ends with status 2", async () => {
  for (
    const [option, expected] of [["--no-such", /--no-such/], ["--data", /expected a path after it/]] as const
  ) {
    const { program, args } = editorProgram(option);
    const { code, stderr } = await new Deno.Command(program, { args, stdin: "null" }).output();
    assert.equal(code, 2);
    assert.match(new TextDecoder().decode(stderr), expected);
  }
});
